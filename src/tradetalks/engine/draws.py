"""The two ends of a path, for many elasticities at once: what a draw of an ensemble needs.

`simulate` also solves the points between, to say where a number comes from. The ends are the
same equilibria, found by the same equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.accounts import accounts
from tradetalks.engine.closures import closure_of
from tradetalks.engine.economy import economy_of
from tradetalks.engine.latent import latent_premium, with_premium
from tradetalks.engine.limits import Groups, groups_of
from tradetalks.engine.path import Path, cannot_be_shut, ends_only, shut_without_substitute
from tradetalks.engine.setting import Shocks, at_ends, with_wedges, worst
from tradetalks.model import Closure, Economy, Elasticities, State, start
from tradetalks.model import Shock as ModelShock
from tradetalks.solve import Solution, Status, solve_each

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]
States = tuple[State, State]
"""Solved states of the reference and of the scenario."""


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
class Outcome:
    """The accounts of one draw (names and shapes as in `accounts`) and the states behind them.

    Both are None where there is no equilibrium; `status` says why.
    """

    values: dict[str, Array] | None
    states: States | None
    status: Status


def stage_of(scenario: Scenario, table: World, shocks: Shocks, capital_shift: float = 0.0) -> Stage:
    """Return the stage of a scenario on a table (64-bit; call inside `enable_x64`).

    `shocks` are those of any draw: what they lift, all draws lift.
    """
    premium = latent_premium(shocks)
    economy = economy_of(table if premium is None else with_premium(table, premium))
    return Stage(table, premium, economy, closure_of(scenario, table, capital_shift))


def calm_states(stage: Stage, shocks: Shocks, count: int) -> States:
    """Return states without any change, to start `count` draws from."""
    first, last = (
        jax.tree.map(
            lambda x: np.repeat(np.asarray(x)[None], count, axis=0),
            start(stage.economy, stage.closure, shock),
        )
        for shock in _case(stage, shocks).model()
    )
    return first, last


def solve_draws(
    stage: Stage,
    draws: list[Shocks] | Shocks,
    elasticities: Elasticities,
    states: States,
    tolerance: float,
) -> list[Outcome]:
    """Return the outcome of every draw of the elasticities (leading axis).

    `draws` are the reference and scenario of each draw, or one pair for all of them; `states`
    (leading axis as well) are what to start from. `tolerance` is that of `solve_each`.
    """
    count = int(np.shape(elasticities.materials)[0])
    if isinstance(draws, list):
        cases = [_case(stage, pair) for pair in draws]
        each = [case.model() for case in cases]
        shocks = tuple(
            jax.tree.map(lambda *x: np.stack(x), *(both[end] for both in each)) for end in (0, 1)
        )
    else:
        cases = [_case(stage, draws)] * count
        shocks = cases[0].model()
    sigma = np.asarray(elasticities.sigma)
    possible = np.array(
        [not shut_without_substitute(cases[b].shocks, sigma[b]) for b in range(count)]
    )
    if not possible.any():
        return [_impossible()] * count
    # what has no answer is not searched for: another draw stands in its place
    stand_in = np.where(possible, np.arange(count), int(possible.argmax()))
    elasticities = jax.tree.map(lambda x: np.asarray(x)[stand_in], elasticities)
    first, last = (
        solve_each(
            stage.economy, elasticities, shock, stage.closure,
            from_states=state, tolerance=tolerance,
        )
        for shock, state in zip(shocks, states, strict=True)
    )  # fmt: skip
    return [
        _outcome(stage, cases[b], first[b], last[b]) if possible[b] else _impossible()
        for b in range(count)
    ]


def _impossible() -> Outcome:
    status = Status(False, cannot_be_shut().cause, np.inf, np.inf, 0, "anderson")
    return Outcome(None, None, status)


@dataclass(frozen=True)
class _Case:
    """The reference and the scenario of a draw; `wedged` and `groups` as in `Setting`."""

    shocks: Shocks
    wedged: Shocks
    groups: Groups | None
    path: Path

    def model(self) -> tuple[ModelShock, ModelShock]:
        """Return the model's shocks, one by one."""
        both = self.path.ends(self.groups)
        first, last = (jax.tree.map(lambda x, e=e: np.asarray(x)[e], both) for e in (0, 1))
        return first, last


def _case(stage: Stage, shocks: Shocks) -> _Case:
    wedged = with_wedges(shocks, stage.premium)
    return _Case(shocks, wedged, groups_of(shocks, stage.table.trade), ends_only(*wedged))


def _outcome(stage: Stage, case: _Case, first: Solution, last: Solution) -> Outcome:
    status = worst((first, last))
    if not status.converged:
        return Outcome(None, None, status)
    ends = at_ends(case.shocks, case.wedged, case.groups, (first.equilibrium, last.equilibrium))
    table = stage.table
    values = accounts(*ends, {}, table.goods, table.customs_ratio, case.path.aid)
    return Outcome(values, (first.state, last.state), status)
