"""`first_answer`: the ends of the central elasticity set alone, for a page that answers at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.critical import check_goods
from tradetalks.engine.economy import choose_sets
from tradetalks.engine.law import law_record
from tradetalks.engine.path import path_between
from tradetalks.engine.report import warnings_of
from tradetalks.engine.simulate import (
    account_ends,
    at_ends,
    elasticities_in,
    setting_of,
    worst,
)
from tradetalks.solve import Status, solve_batch

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


def first_answer(scenario: Scenario, world: World) -> FirstAnswer:
    """Solve the two ends of the central elasticity set, and nothing else: for a first look.

    The numbers are those of `simulate` at the central set, to the tolerance of the solver; what
    needs the way between the ends (contributions to real income) is left out. Raises as
    `simulate` does.
    """
    from tradetalks.data import sets_for
    from tradetalks.scenario import compile_shock

    check_goods(scenario, world)
    shocks = compile_shock(scenario.reference(), world), compile_shock(scenario, world)
    chosen = next(s for s in choose_sets(scenario, sets_for(world, scenario.horizon)) if s.central)
    with jax.enable_x64(True):
        setting = setting_of(scenario, world, shocks)
        elasticities = elasticities_in(setting, chosen)
        path = path_between(*setting.wedged, np.asarray(elasticities.sigma))
        ends = slice(None, None, path.points.size - 1)
        limit = None if setting.groups is None else setting.groups.limit
        batch = path.shocks(ends, setting.groups, limit)
        solutions = solve_batch(setting.economy, elasticities, batch, setting.closure)
        before, after = at_ends(setting, *(s.require() for s in solutions))
        values = account_ends(setting, path, before, after, {})
    return FirstAnswer(
        world.countries,
        world.sectors,
        values,
        worst(solutions),
        law_record(shocks, scenario.against),
        warnings_of(scenario, shocks, {"failed_sets": []}),
    )
