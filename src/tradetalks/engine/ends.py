"""The two ends of a path, for many elasticities at once: what a draw of an ensemble needs.

`simulate` also solves the points between, to say where a number comes from. The ends are the
same equilibria, found by the same equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.accounts import accounts
from tradetalks.engine.closures import closure_of
from tradetalks.engine.economy import economy_of
from tradetalks.engine.limits import Groups, at_the_border, groups_of, premia_along
from tradetalks.engine.path import Path
from tradetalks.model import Closure, Economy, Elasticities, Equilibrium, State, start
from tradetalks.model import Shock as ModelShock
from tradetalks.solve import Solution, Status, solve_each

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.scenario import Scenario
    from tradetalks.scenario.shock import Shock

Array = NDArray[np.float64]
Ends = tuple["Shock", "Shock"]

_NO_FINITE_PRICE = (
    "a flow cannot be shut where the elasticity among origins is one or less: "
    "no finite price makes its users do without it."
)


States = tuple[State, State]
"""Solved states of the reference and of the scenario."""


@dataclass(frozen=True)
class Stage:
    """A world and its rules: what the draws on it share."""

    table: World
    economy: Economy
    closure: Closure


@dataclass(frozen=True)
class Outcome:
    """The accounts of one draw (names and shapes as in `accounts`) and the states behind them.

    Both are None where there is no equilibrium; `status` says why.
    """

    values: dict[str, Array] | None
    states: States | None
    status: Status


def stage_of(scenario: Scenario, table: World, capital_shift: float = 0.0) -> Stage:
    """Return the stage of a scenario on a table (64-bit; call inside `enable_x64`)."""
    return Stage(table, economy_of(table), closure_of(scenario, table, capital_shift))


def calm_states(stage: Stage, ends: Ends, count: int) -> States:
    """Return states without any change, to start `count` draws from."""
    first, last = (
        jax.tree.map(
            lambda x: np.repeat(np.asarray(x)[None], count, axis=0),
            start(stage.economy, stage.closure, shock),
        )
        for shock in _model_shocks(stage, ends)[1]
    )
    return first, last


def solve_ends(
    stage: Stage,
    draws: list[Ends] | Ends,
    elasticities: Elasticities,
    states: States,
    tolerance: float,
) -> list[Outcome]:
    """Return the outcome of every draw of the elasticities (leading axis).

    `draws` are the reference and scenario of each draw, or one pair for all of them; `states`
    (leading axis as well) are what to start from. `tolerance` is that of `solve_each`.
    """
    count = int(np.shape(elasticities.materials)[0])
    pairs = draws if isinstance(draws, list) else [draws] * count
    if isinstance(draws, list):
        each = [_model_shocks(stage, pair) for pair in pairs]
        groups = [own for own, _ in each]
        shocks = tuple(
            jax.tree.map(lambda *x: np.stack(x), *(both[end] for _, both in each)) for end in (0, 1)
        )
    else:
        common, shocks = _model_shocks(stage, draws)
        groups = [common] * count
    sigma = np.asarray(elasticities.sigma)
    possible = np.array([_can_be_shut(pairs[b], sigma[b]) for b in range(count)])
    if not possible.any():
        return [Outcome(None, None, _impossible())] * count
    # what has no answer is not searched for: another draw stands in its place
    stand_in = np.where(possible, np.arange(count), int(possible.argmax()))
    elasticities = jax.tree.map(lambda x: np.asarray(x)[stand_in], elasticities)
    solved = [
        solve_each(
            stage.economy, elasticities, shock, stage.closure,
            from_states=state, tolerance=tolerance,
        )
        for shock, state in zip(shocks, states, strict=True)
    ]  # fmt: skip
    return [
        _outcome(stage, pairs[b], groups[b], solved[0][b], solved[1][b])
        if possible[b]
        else Outcome(None, None, _impossible())
        for b in range(count)
    ]


def _impossible() -> Status:
    return Status(False, _NO_FINITE_PRICE, np.inf, np.inf, 0, "anderson")


def _model_shocks(stage: Stage, ends: Ends) -> tuple[Groups | None, tuple[ModelShock, ModelShock]]:
    groups = groups_of(ends, stage.table.trade)
    path = _two_points(ends)
    first, last = (
        jax.tree.map(
            lambda x: np.asarray(x)[0],
            path.shocks(
                slice(k, k + 1), groups, None if groups is None else groups.limit[k : k + 1]
            ),
        )
        for k in (0, 1)
    )
    return groups, (first, last)


def _two_points(ends: Ends) -> Path:
    """Return a path that consists of its two ends."""

    def both(name: str) -> Any:
        first, last = (getattr(shock, name) for shock in ends)
        if first is None and last is None:
            return None
        some = first if first is not None else last
        idle = np.ones_like(some) if name == "productivity" else np.zeros_like(some)
        return np.stack([idle if x is None else x for x in (first, last)])

    return Path(
        points=np.array([0.0, 1.0]),
        weights=np.empty(0),
        tariff=both("tariff"),
        iceberg=both("iceberg"),
        cost_slope=np.empty(0),
        export_tax=both("export_tax"),
        subsidy=both("subsidy"),
        productivity=both("productivity"),
    )


def _can_be_shut(ends: Ends, sigma: Array) -> bool:
    return not any(np.any(np.isinf(shock.iceberg) & (sigma <= 1.0)) for shock in ends)


def _outcome(
    stage: Stage, ends: Ends, groups: Groups | None, first: Solution, last: Solution
) -> Outcome:
    failed = [s.status for s in (first, last) if not s.status.converged]
    if failed:
        return Outcome(None, None, failed[0])
    pair: list[Equilibrium] = [first.equilibrium, last.equilibrium]
    if groups is not None:
        premia = premia_along(groups, pair, np.array([0.0, 1.0]))
        pair = [at_the_border(e, premia, end) for end, e in enumerate(pair)]
    aid = tuple(0.0 if shock.subsidy is None else np.asarray(shock.subsidy) for shock in ends)
    values = accounts(
        pair[0], pair[1], {}, stage.table.goods, stage.table.customs_ratio, (aid[0], aid[1])
    )
    worst = max((first.status, last.status), key=lambda s: s.residual)
    return Outcome(values, (first.state, last.state), worst)
