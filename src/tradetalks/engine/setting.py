"""A scenario and its reference on a table, ready for the model: what elasticity sets share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.accounts import accounts
from tradetalks.engine.closures import closure_of
from tradetalks.engine.critical import check_goods
from tradetalks.engine.economy import (
    choose_sets,
    economy_of,
    elasticities_of,
    with_own_critical,
)
from tradetalks.engine.latent import apart, latent_premium, with_premium, with_wedge
from tradetalks.engine.limits import Groups, at_the_border, groups_of, premia_along
from tradetalks.engine.path import Path
from tradetalks.model import Closure, Economy, Elasticities, Equilibrium
from tradetalks.scenario.shock import Shock
from tradetalks.solve import Solution, Status

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]
Shocks = tuple[Shock, Shock]
"""Those of the reference and of the scenario."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What all elasticity sets of a run share: `groups` are limits on volumes.

    `wedged` are the shocks with the premia of controls that one of them lifts in the duties.
    """

    scenario: Scenario
    table: World
    shocks: Shocks
    wedged: Shocks
    economy: Economy
    closure: Closure
    groups: Groups | None


def open_question(
    asked: Scenario, world: World | None = None
) -> tuple[Setting, tuple[ElasticitySet, ...]]:
    """Return the setting of a question and the elasticity sets that it asks for.

    `world` is a table to use as it is, else the one that the scenario names is loaded. Raises
    `BadInput` and its kind for anything asked that the world does not have.
    """
    from tradetalks.data import load_world, sets_for
    from tradetalks.scenario import compile_shock

    table = (
        world if world is not None else load_world(asked.world, asked.regions, goods=asked.goods)
    )
    check_goods(asked, table)
    shocks = compile_shock(asked.reference(), table), compile_shock(asked, table)
    sets = choose_sets(asked, sets_for(table, asked.horizon))
    setting = setting_of(asked, table, shocks)
    return setting, with_own_critical(sets, shocks[1].elasticities.critical)


def setting_of(asked: Scenario, table: World, shocks: Shocks) -> Setting:
    """Return what all elasticity sets of a run share.

    Raises `BadInput` where both ends limit a flow in different groups.
    """
    premium = latent_premium(shocks)
    with jax.enable_x64(True):
        economy = economy_of(table if premium is None else with_premium(table, premium))
        closure = closure_of(asked, table)
    groups = groups_of(shocks, table.trade)
    return Setting(asked, table, shocks, with_wedges(shocks, premium), economy, closure, groups)


def with_wedges(shocks: Shocks, premium: Array | None) -> Shocks:
    """Return the shocks with `premium` [i,n,j] in their duties: the same ones if there is none."""
    if premium is None:
        return shocks
    return with_wedge(shocks[0], premium), with_wedge(shocks[1], premium)


def elasticities_in(setting: Setting, chosen: ElasticitySet) -> Elasticities:
    """Return a set's elasticities with the scenario's own."""
    return elasticities_of(chosen, setting.shocks[1].elasticities, nests=setting.scenario.nests)


def at_ends(
    shocks: Shocks,
    wedged: Shocks,
    groups: Groups | None,
    ends: tuple[Equilibrium, Equilibrium],
) -> tuple[Equilibrium, Equilibrium]:
    """Return reference and scenario as the accounts see them: premia apart from trade and duties.

    `shocks`, `wedged` and `groups` as in `Setting`.
    """
    before, after = ends
    if groups is not None:
        premia = premia_along(groups, [before, after], np.array([0.0, 1.0]))
        before, after = at_the_border(before, premia, 0), at_the_border(after, premia, 1)
    if wedged is not shocks:
        before, after = apart(before, wedged[0], shocks[0]), apart(after, wedged[1], shocks[1])
    return before, after


def account_ends(
    setting: Setting,
    path: Path,
    ends: tuple[Equilibrium, Equilibrium],
    parts: dict[str, Array],
) -> dict[str, Array]:
    """Return the accounts of two ends (`at_ends`) by variable; `parts` are contributions."""
    table = setting.table
    return accounts(
        *ends, parts, table.goods, table.customs_ratio, path.aid, _absent(setting, path)
    )


def _absent(setting: Setting, path: Path) -> frozenset[str]:
    """Name the accounts that would be zero because nothing of the kind is there."""
    there = {
        "employment": setting.closure.labour != "fixed",
        "rents": setting.groups is not None or setting.wedged is not setting.shocks,
        "export_tax": path.export_tax is not None,
        "subsidy": path.subsidy is not None,
    }
    return frozenset(name for name, present in there.items() if not present)


def worst(solutions: Sequence[Solution]) -> Status:
    """Return the status of the worst point of a path: it is as good as that."""
    failed = [s.status for s in solutions if not s.status.converged]
    return max(failed or [s.status for s in solutions], key=lambda s: (s.residual, abs(s.walras)))
