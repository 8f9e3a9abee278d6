"""`ensemble`: draw, solve in parallel, keep, summarise."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.ensemble.blocks import (
    BlockTask,
    block_file,
    identity,
    is_whole,
    read_columns,
)
from tradetalks.ensemble.design import BATCH, BLOCK, Design, Saltelli
from tradetalks.ensemble.evaluate import Case, case_of, outcome_names
from tradetalks.ensemble.executors import Executor, Processes, usable_cores
from tradetalks.errors import BadNumber, CannotWrite, NotConverged, unknown_name
from tradetalks.results.draws import Quantiles, between_batches, drivers, quantiles, sobol

if TYPE_CHECKING:
    import pandas as pd

    from tradetalks.data import World
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

MOST = 1_000_000
_AT_ONCE = 32


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Many draws of one scenario: where they are, and what they say.

    `draws` were asked for; `failed` of them have no equilibrium, for the reasons `messages`.
    Outcomes are named `variable|country` (`real_income|USA`), variables and units as in a run.
    """

    case: Case
    folder: Path
    draws: int
    seed: int
    reused: int
    failed: int
    messages: Mapping[str, int]
    created: str

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes of a draw."""
        return outcome_names(self.case.table.countries)

    @property
    def files(self) -> tuple[Path, ...]:
        """The Parquet files of the draws."""
        return tuple(block_file(self.folder, k) for k in range(_blocks(self.draws)))

    def values(self, outcome: str) -> Array:
        """Return one outcome by draw, NaN where there is no equilibrium."""
        if outcome not in self.outcomes:
            raise unknown_name("outcome", outcome, self.outcomes)
        return read_columns(self.folder, _blocks(self.draws), [outcome], self.draws)[outcome]

    def all_quantiles(self) -> list[Quantiles]:
        """Return the quantiles of every outcome, with few of them in memory at once."""
        found: list[Quantiles] = []
        for begin in range(0, len(self.outcomes), _AT_ONCE):
            names = self.outcomes[begin : begin + _AT_ONCE]
            columns = read_columns(self.folder, _blocks(self.draws), names, self.draws)
            found.extend(quantiles(name, columns[name]) for name in names)
        return found

    @cached_property
    def parameters(self) -> Mapping[str, Array]:
        """Return the drawn values by parameter."""
        names = [p.name for p in self.case.space if p.name != "trade_data"]
        columns = [f"p:{name}" for name in names]
        found = read_columns(self.folder, _blocks(self.draws), columns, self.draws)
        return {name: found[f"p:{name}"] for name in names}

    def quantiles(self, outcome: str) -> Quantiles:
        """Return quantiles, mean and the chance of a fall of one outcome."""
        return quantiles(outcome, self.values(outcome))

    def drivers(self, outcome: str) -> list[dict[str, Any]]:
        """Return what drives one outcome, the strongest first (`summary.drivers`)."""
        values = self.values(outcome)
        rows = drivers(values, self.parameters)
        own = {p.name: p for p in self.case.space}
        known = sum(r["variance_share"] for r in rows if own[r["parameter"]].level == "world")
        if "trade_data" in own:
            rest = max(0.0, between_batches(values, BATCH) - known)
            rows.append(
                {"parameter": "trade_data", "low": None, "high": None, "variance_share": rest}
            )
        rows.sort(key=lambda row: -row["variance_share"])
        return [{**row, "label": own[row["parameter"]].label} for row in rows]

    def frame(self) -> pd.DataFrame:
        """Return every draw as a table: parameters `p:...`, outcomes, convergence."""
        import pandas as pd

        return pd.concat([pd.read_parquet(f) for f in self.files], ignore_index=True).head(
            self.draws
        )


def ensemble(
    scenario: Scenario | str,
    world: World | None = None,
    *,
    draws: int = 1000,
    seed: int = 1,
    workers: int | None = None,
    fixed: Sequence[str] = (),
    folder: Path | str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Answer a scenario for many draws of what is not known.

    `draws` points of a scrambled Sobol' sequence with `seed`; `workers` processes (all cores if
    left out) or another `executor`; `fixed` parameters stay central (`world` fixes all that
    differ by world). Blocks of draws go to `folder` under a name that is a hash of the question:
    a later call uses what is there. The same seed gives the same bytes, whoever does the work.

    Raises `BadNumber` for fewer than 1 or more than a million draws, `NotConverged` where no draw
    has an equilibrium, and what `simulate` raises for a scenario that cannot be answered.
    """
    _check_number("draws", draws, MOST)
    case = case_of(scenario, world, tuple(fixed))
    design = _design(case, seed)
    place = place_for(folder, f"{case.scenario.name}-{identity(case, design)[:16]}")
    reused = _compute(case, design, place, _blocks(draws), workers, executor, progress)
    found = read_columns(place, _blocks(draws), ["converged", "message"], draws)
    failed = int((~found["converged"]).sum())
    if failed == draws:
        raise NotConverged(
            f"scenario '{case.scenario.name}': none of {draws} draws has an equilibrium "
            f"({found['message'][0]})"
        )
    reasons, counts = np.unique(found["message"][~found["converged"]], return_counts=True)
    return Ensemble(
        case, place, draws, seed, reused, failed,
        dict(zip(map(str, reasons), map(int, counts), strict=True)),
        datetime.date.today().isoformat(),
    )  # fmt: skip


def ensemble_identity(
    scenario: Scenario | str, seed: int = 1, world: World | None = None, fixed: Sequence[str] = ()
) -> str:
    """Return the hash of everything that decides the draws of `ensemble`, but not how many."""
    case = case_of(scenario, world, tuple(fixed))
    return identity(case, _design(case, seed))


def _design(case: Case, seed: int) -> Design:
    return Design(len(case.parameters("draw")), len(case.parameters("world")), _check_seed(seed))


def sobol_indices(
    scenario: Scenario | str,
    outcomes: Sequence[str],
    world: World | None = None,
    *,
    size: int = 512,
    seed: int = 1,
    workers: int | None = None,
    fixed: Sequence[str] = (),
    folder: Path | str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Return Sobol' indices: for each outcome and parameter its first-order and total share.

    `size` (a power of two) base points cost `size * (parameters + 2)` solves; the world is the
    central one. Draws without an equilibrium are taken as the mean, and counted in `failed`.
    """
    if size < 2 or size & (size - 1):
        raise BadNumber(f"{size} base points are no power of two.", cure="Write 256, 512 or 1024.")
    case = case_of(scenario, world, (*fixed, "world"))
    names = [p.name for p in case.parameters("draw")]
    design = Saltelli(len(names), size, _check_seed(seed))
    _check_number("evaluations", design.total, MOST)
    place = place_for(folder, f"{case.scenario.name}-sobol-{identity(case, design)[:16]}")
    blocks = _blocks(design.total)
    _compute(case, design, place, blocks, workers, executor, progress)
    rows: list[dict[str, Any]] = []
    for outcome in outcomes:
        if outcome not in outcome_names(case.table.countries):
            raise unknown_name("outcome", outcome, outcome_names(case.table.countries))
        y = np.array(read_columns(place, blocks, [outcome], design.total)[outcome])
        failed = ~np.isfinite(y)
        y[failed] = y[~failed].mean()
        parts = y.reshape(len(names) + 2, size)
        first, total = sobol(parts[0], parts[1], parts[2:])
        rows.extend(
            {
                "outcome": outcome,
                "parameter": name,
                "first_order": float(first[k]),
                "total": float(total[k]),
                "failed": int(failed.sum()),
            }
            for k, name in enumerate(names)
        )
    return rows


def _compute(
    case: Case,
    design: Design | Saltelli,
    place: Path,
    blocks: int,
    workers: int | None,
    executor: Executor | None,
    progress: Progress | None,
) -> int:
    """Compute the blocks that are missing; return how many were there."""
    missing: list[int] = []
    for number in range(blocks):
        file = block_file(place, number)
        if file.exists() and not is_whole(file):
            file.unlink(missing_ok=True)
        if not file.exists():
            missing.append(number)
    done = blocks - len(missing)
    if progress is not None:
        progress("draws", done * BLOCK, blocks * BLOCK)
    if missing:
        hands = Processes(min(usable_cores(), len(missing)) if workers is None else workers)
        chosen = executor or hands
        for _ in chosen.run(BlockTask(case, design, place), missing):
            done += 1
            if progress is not None:
                progress("draws", done * BLOCK, blocks * BLOCK)
    return blocks - len(missing)


def place_for(folder: Path | str | None, name: str) -> Path:
    """Return the folder of blocks called `name`, made; among temporary files without `folder`."""
    place = Path(folder) if folder is not None else Path(tempfile.gettempdir()) / "tradetalks"
    place = place.expanduser().absolute() / name
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(
            f"the folder for draws cannot be made: {error.strerror or error}.",
            cure="Set TRADETALKS_HOME to a folder you may write to.",
            file=place,
        ) from error
    return place


def _blocks(draws: int) -> int:
    return -(-draws // BLOCK)


def _check_number(what: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise BadNumber(f"{number} {what} are asked for.", cure=f"Give 1 to {most:,}.")


def _check_seed(seed: int) -> int:
    if not 0 <= seed < 2**32:
        raise BadNumber(f"the seed is {seed}.", cure="Give a whole number from 0 to 4294967295.")
    return seed
