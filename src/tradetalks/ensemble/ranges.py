"""A run whose ranges are those of an ensemble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tradetalks.ensemble.evaluate import PARTIES
from tradetalks.errors import BadInput

if TYPE_CHECKING:
    from tradetalks.ensemble.run import Ensemble
    from tradetalks.results import RunResult

_BALANCE = "bilateral_balance"


def with_draws(run: RunResult, found: Ensemble) -> RunResult:
    """Return `run` with the 5th and 95th percentile of `found` as ranges of what it draws.

    Centres stay those of the central set; what is not drawn keeps its range over elasticity sets.
    Raises `BadInput` where the two answer different questions.
    """
    case = found.case
    asked = (case.scenario.name, case.scenario.against, case.table.content_hash())
    if asked != (run.name, run.against, run.world["hash"]):
        raise BadInput(
            f"the draws are of '{asked[0]}' against '{asked[1]}', the run is '{run.name}' against "
            f"'{run.against}', or their worlds differ.",
            cure="Draw from the scenario of the run, on its world.",
        )
    record = {
        "draws": found.draws,
        "seed": found.seed,
        "failed": found.failed,
        "identity": found.folder.name,
        "ranges": ranges(found),
    }
    return replace(run, draws=record)


def ranges(found: Ensemble) -> Mapping[str, tuple[float, float]]:
    """Return the 5th and 95th percentile of every outcome: of a balance also seen from China."""
    out: dict[str, Any] = {}
    for q in found.all_quantiles():
        out[q.outcome] = (q.values[0], q.values[-1])
    own = "|".join((_BALANCE, *PARTIES))
    if own in out:  # goods sold by one are bought by the other
        out["|".join((_BALANCE, *reversed(PARTIES)))] = (-out[own][1], -out[own][0])
    return out
