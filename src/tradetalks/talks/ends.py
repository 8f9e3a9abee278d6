"""A scenario and its reference, solved: the two equilibria by elasticity set, nothing between.

`simulate` also solves the path between them, for its decomposition; who only asks what the
two ends are like saves four fifths of the work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from tradetalks.engine.closures import closure_of
from tradetalks.engine.critical import check_goods
from tradetalks.engine.economy import choose_sets, economy_of, elasticities_of
from tradetalks.engine.limits import at_the_border, groups_of, premia_along
from tradetalks.engine.path import path_between
from tradetalks.errors import NoAnswer, NotConverged
from tradetalks.model import Equilibrium
from tradetalks.solve import solve_batch

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario
    from tradetalks.scenario.shock import Shock

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Ends:
    """The reference (`before`) and the scenario (`after`) by name of the elasticity set.

    Equilibria in millions of dollars, as the table; `failed` gives the reasons of the sets that
    have no answer (never the central one). `shocks` are those of both ends.
    """

    scenario: Scenario
    table: World
    shocks: tuple[Shock, Shock]
    sets: tuple[ElasticitySet, ...]
    central: str
    before: Mapping[str, Equilibrium]
    after: Mapping[str, Equilibrium]
    failed: Mapping[str, str]

    def assumptions(self) -> tuple[str, ...]:
        """Return what the economy takes for granted, one sentence each."""
        from tradetalks.engine.report import assumptions_of

        return assumptions_of(self.scenario, self.sets, self.table)

    def sources(self) -> list[Any]:
        """Return the sources of the scenario, of its reference and of the table."""
        from tradetalks.engine.critical import critical_sources
        from tradetalks.engine.report import described, shares_source

        stated = [
            *(self.scenario.to_plain().get("sources") or ()),
            *(self.scenario.reference().to_plain().get("sources") or ()),
        ]
        return [
            *stated,
            *map(described, self.table.sources),
            *shares_source(self.scenario, self.table),
            *critical_sources(self.table),
        ]

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader must know before quoting a number."""
        from tradetalks.engine.report import warnings_of

        message = "; ".join(f"{name}: {why}" for name, why in self.failed.items())
        status = {"failed_sets": list(self.failed), "message": f"Incomplete range. {message}"}
        return warnings_of(self.scenario, self.shocks, status)


def solve_ends(
    scenario: Scenario, world: World | None = None, *, progress: Progress | None = None
) -> Ends:
    """Solve a scenario and its reference over the elasticity sets that the scenario asks for.

    `world` is a table to use as it is. Raises `NotConverged` when the central set has no
    equilibrium, `BadInput` for what the world does not have.
    """
    from tradetalks.data import load_world, sets_for
    from tradetalks.scenario import compile_shock

    table = (
        world
        if world is not None
        else load_world(scenario.world, scenario.regions, goods=scenario.goods)
    )
    check_goods(scenario, table)
    shocks = compile_shock(scenario.reference(), table), compile_shock(scenario, table)
    sets = choose_sets(scenario, sets_for(table, scenario.horizon))
    central = next(s.name for s in sets if s.central)
    before: dict[str, Equilibrium] = {}
    after: dict[str, Equilibrium] = {}
    failed: dict[str, str] = {}
    for done, chosen in enumerate(sets, start=1):
        try:
            before[chosen.name], after[chosen.name] = solve_set(scenario, table, chosen, shocks)
        except NoAnswer as error:
            if chosen.central:
                raise NotConverged(
                    f"scenario '{scenario.name}', central elasticity set '{chosen.name}': {error}"
                ) from None
            failed[chosen.name] = str(error)
        if progress is not None:
            progress(chosen.name, done, len(sets))
    return Ends(scenario, table, shocks, sets, central, before, after, failed)


def solve_set(
    scenario: Scenario, table: World, chosen: ElasticitySet, shocks: tuple[Shock, Shock]
) -> tuple[Equilibrium, Equilibrium]:
    """Solve both ends under one elasticity set; `shocks` are the reference's and the scenario's.

    Trade is what crosses the border: without a premium that importers keep. Raises
    `NotConverged`, `NoAnswer`, and `BadInput` where both ends limit a flow in different groups.
    """
    with jax.enable_x64(True):
        economy, closure = economy_of(table), closure_of(scenario, table)
        groups = groups_of(shocks, table.trade)
        own = elasticities_of(chosen, shocks[1].elasticities, nests=scenario.nests)
        path = path_between(*shocks, np.asarray(own.sigma))
        both = slice(None, None, path.points.size - 1)
        batch = path.shocks(both, groups, None if groups is None else groups.limit)
        first, last = (s.require() for s in solve_batch(economy, own, batch, closure))
        if groups is not None:
            premia = premia_along(groups, [first, last], np.array([0.0, 1.0]))
            first, last = (at_the_border(e, premia, end) for end, e in enumerate((first, last)))
    return first, last


def spread(by_set: Mapping[str, float], central: str, name: str = "value") -> dict[str, float]:
    """Return {name, name_low, name_high}: the central value, the least and the greatest.

    >>> spread({"a": 1.0, "b": 3.0}, "a")
    {'value': 1.0, 'value_low': 1.0, 'value_high': 3.0}
    """
    values = list(by_set.values())
    return {name: by_set[central], f"{name}_low": min(values), f"{name}_high": max(values)}
