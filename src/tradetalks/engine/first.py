"""`first_answer`: the ends of the central elasticity set alone, for a page that answers at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.ends import solve_ends
from tradetalks.engine.known import Known
from tradetalks.engine.law import law_record
from tradetalks.solve import Status

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FirstAnswer:
    """The central set's accounts alone: by variable, arrays over country, partner or sector."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    values: dict[str, Array]
    status: Status
    law: dict[str, Any]
    warnings: tuple[str, ...]


def first_answer(scenario: Scenario, world: World, known: Known | None = None) -> FirstAnswer:
    """Solve the two ends of the central elasticity set, and nothing else: for a first look.

    The numbers are those of `simulate` at the central set, to the tolerance of the solver; what
    needs the way between the ends (contributions to real income) is left out. Answers
    that share `known` share their references. Raises as `simulate` does.
    """
    ends = solve_ends(scenario, world, central_only=True, known=known)
    return FirstAnswer(
        world.countries,
        world.sectors,
        ends.accounts(),
        ends.by_set[ends.central].status,
        law_record(ends.shocks, scenario.against),
        ends.warnings(),
    )
