"""The two ends of a path, for many elasticities at once: what a draw of an ensemble needs.

`simulate` also solves the points between, to say where a number comes from. The ends are the
same equilibria, found by the same equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from tradetalks.codes.units import BN
from tradetalks.engine.accounts import gain, percent
from tradetalks.engine.closures import closure_of
from tradetalks.engine.economy import economy_of
from tradetalks.engine.latent import latent_premium, with_premium
from tradetalks.engine.limits import Groups, groups_of
from tradetalks.engine.path import Path, cannot_be_shut, ends_only, shut_without_substitute
from tradetalks.engine.setting import Shocks, at_ends, with_wedges
from tradetalks.model import Closure, Economy, Elasticities, Equilibrium, start
from tradetalks.model import Shock as ModelShock
from tradetalks.solve import Known, Status, country_blocks, solve_chain

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """A world and its rules: what the draws on it share.

    `premium` [i,n,j] is that of controls in the table which the draws lift, None without any.
    """

    table: World
    premium: Array | None
    economy: Economy
    closure: Closure


@dataclass(frozen=True)
class Outcomes:
    """What came of some draws (first axis).

    `values` are accounts, named as in `accounts`, over `[draw, n]` or `[draw, n, partner]`; NaN
    where there is no equilibrium, and `statuses` says why. `states` are `[end, draw, m]`.
    """

    values: dict[str, Array]
    states: Array
    statuses: tuple[Status, ...]


class _Brief(NamedTuple):
    """What is kept of an equilibrium: trade `[i,n]`, all of it and that of goods; rest `[n]`."""

    wage: Any
    consumer_price: Any
    expenditure: Any
    welfare: Any
    revenue: Any
    flow: Any
    goods_flow: Any


def _brief(e: Equilibrium, goods: Any) -> _Brief:
    return _Brief(
        e.wage, e.consumer_price, e.expenditure, e.welfare, e.revenue,
        e.trade.sum(2), e.trade @ goods,
    )  # fmt: skip


def _whole(e: Equilibrium, _goods: Any) -> Equilibrium:
    return e


def stage_of(scenario: Scenario, table: World, shocks: Shocks, capital_shift: float = 0.0) -> Stage:
    """Return the stage of a scenario on a table (64-bit; call inside `enable_x64`).

    `shocks` are those of any draw: what they lift, all draws lift.
    """
    premium = latent_premium(shocks)
    economy = economy_of(table if premium is None else with_premium(table, premium))
    return Stage(table, premium, economy, closure_of(scenario, table, capital_shift))


def calm_of(stage: Stage, shocks: Shocks) -> Array:
    """Return the state `[m]` with nothing changed, as one vector; it is that of both ends."""
    begin = start(stage.economy, stage.closure, _end(_case(stage, shocks).model(), 0))
    return np.concatenate([np.ravel(x) for x in jax.tree.leaves(begin)])


def blocks_of(stage: Stage, shocks: Shocks, elasticities: Elasticities) -> Any:
    """Return the `country_blocks` at one draw of the elasticities, with nothing changed yet."""
    first = _end(_case(stage, shocks).model(), 0)
    begin = start(stage.economy, stage.closure, first)
    return country_blocks(stage.economy, elasticities, stage.closure, first, begin)


def solve_draws(
    stage: Stage,
    draws: list[Shocks] | Shocks,
    elasticities: Elasticities,
    known: Known,
    weights: Array,
    blocks: Any,
    tolerance: float,
) -> Outcomes:
    """Return what comes of every draw of the elasticities (leading axis).

    `draws` are the reference and scenario of each draw, or one pair for all of them. The rest
    is as in `solve_chain`.
    """
    count = int(np.shape(elasticities.materials)[0])
    cases = [_case(stage, pair) for pair in (draws if isinstance(draws, list) else [draws])]
    shocks = cases[0].model()
    if isinstance(draws, list):
        shocks = jax.tree.map(lambda *x: np.stack(x), *(case.model() for case in cases))
    else:
        cases = cases * count
    sigma = np.asarray(elasticities.sigma)
    possible = np.array(
        [not shut_without_substitute(cases[b].shocks, sigma[b]) for b in range(count)]
    )
    # what has no answer is not searched for: another draw stands in its place
    stand_in = np.where(possible, np.arange(count), int(possible.argmax()))
    if not possible.any():
        nothing = np.full((2, count, known.states.shape[2]), np.nan)
        return Outcomes({}, nothing, (_impossible(),) * count)
    plain = all(c.groups is None and c.wedged is c.shocks for c in cases)
    goods = np.asarray(stage.table.goods, dtype=float)
    found = solve_chain(
        stage.economy, jax.tree.map(lambda x: np.asarray(x)[stand_in], elasticities), shocks,
        stage.closure, known=known, weights=weights, blocks=blocks, tolerance=tolerance,
        summary=_brief if plain else _whole, detail=goods,
    )  # fmt: skip
    briefs = found.kept if plain else _at_the_border(cases, found.kept, goods)
    statuses = tuple(
        _worst(both) if fine else _impossible()
        for both, fine in zip(found.statuses, possible, strict=True)
    )
    failed = ~np.array([status.converged for status in statuses])
    values = _accounts(_Brief(*(x[:, 0] for x in briefs)), _Brief(*(x[:, 1] for x in briefs)))
    for value in values.values():
        value[failed] = np.nan
    return Outcomes(values, found.states, statuses)


def _worst(both: tuple[Status, Status]) -> Status:
    return max(both, key=lambda s: (not s.converged, s.residual))


def _impossible() -> Status:
    return Status(False, cannot_be_shut().cause, np.inf, np.inf, 0, "anderson")


def _at_the_border(cases: list[_Case], kept: Equilibrium, goods: Array) -> _Brief:
    """Return briefs `[draw, end]` where premia are no part of what crosses the border."""
    rows: list[_Brief] = []
    for b, case in enumerate(cases):
        before, after = (jax.tree.map(lambda x, at=(b, e): x[at], kept) for e in (0, 1))
        ends = at_ends(case.shocks, case.wedged, case.groups, (before, after))
        rows.append(jax.tree.map(lambda *x: np.stack(x), *(_brief(e, goods) for e in ends)))
    return jax.tree.map(lambda *x: np.stack(x), *rows)


def _end(shocks: ModelShock, end: int) -> ModelShock:
    return jax.tree.map(lambda x: x[end], shocks)


def _accounts(before: _Brief, after: _Brief) -> dict[str, Array]:
    """Return the accounts of all draws; names and units as in `accounts`."""
    real_income, gained = gain(before, after)
    abroad = ~np.eye(before.flow.shape[-1], dtype=bool)
    flow = np.where(abroad, after.flow - before.flow, 0.0) * BN
    goods_flow = (after.goods_flow - before.goods_flow) * BN
    return {
        "real_income": real_income,
        "equivalent_variation": gained * BN,
        "consumer_prices": percent(
            after.consumer_price / after.wage, before.consumer_price / before.wage
        ),
        "exports": flow.sum(2),
        "imports": flow.sum(1),
        "tariff_revenue": (after.revenue - before.revenue) * BN,
        "bilateral_balance": goods_flow - goods_flow.swapaxes(1, 2),
    }


@dataclass(frozen=True)
class _Case:
    """The reference and the scenario of a draw; `wedged` and `groups` as in `Setting`."""

    shocks: Shocks
    wedged: Shocks
    groups: Groups | None
    path: Path

    def model(self) -> ModelShock:
        """Return the model's shocks at both ends (first axis)."""
        return jax.tree.map(np.asarray, self.path.ends(self.groups))


def _case(stage: Stage, shocks: Shocks) -> _Case:
    wedged = with_wedges(shocks, stage.premium)
    return _Case(shocks, wedged, groups_of(shocks, stage.table.trade), ends_only(*wedged))
