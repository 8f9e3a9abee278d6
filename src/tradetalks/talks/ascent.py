"""Best tariffs of one country, and of several at once: climb first, then solve the conditions.

The climb is projected quasi-Newton (L-BFGS-B) in the log of one plus each duty, scaled by the
root of the flow's share in spending, without which small flows would never arrive. It stops
where the objective is too flat to see. From there the first-order conditions are solved as
equations: each is divided by `imports * sigma / spending`, about the curvature of its own flow,
so that its value is about the distance of that duty from its optimum, in log points; Anderson
acceleration does the rest, for all players at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import NotConverged
from tradetalks.talks.payoff import Numbers, Payoff, Setting, payoff

FOC_TOLERANCE = 1e-6
"""How far, in log points of one plus the duty, a chosen tariff may be from its condition."""
_MEMORY, _STEPS, _CLIMB_STEPS = 8, 80, 200
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Player:
    """A country that sets the duties where `chooses` `[i, j]` is true, with sector `weights`."""

    country: int
    chooses: NDArray[np.bool_]
    weights: Numbers


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest duty, as fractions."""

    low: float
    high: float

    def clip(self, log_duty: Numbers) -> Numbers:
        """Return logs of one plus a duty, within the bounds."""
        return np.clip(log_duty, np.log1p(self.low), np.log1p(self.high))


class Table:
    """Tariffs `[i, n, j]` that players change in place; counts evaluations."""

    def __init__(self, setting: Setting, tariff: Numbers, bounds: Bounds) -> None:
        self.setting, self.bounds = setting, bounds
        self.tariff = np.array(tariff, dtype=float)
        self.evaluations = 0

    def log_duty(self, player: Player) -> Numbers:
        """Return the player's own choices as logs of one plus the duty."""
        return np.log1p(self.tariff[:, player.country][player.chooses])

    def put(self, player: Player, log_duty: Numbers) -> None:
        """Set the player's own choices."""
        self.tariff[:, player.country][player.chooses] = np.expm1(log_duty)

    def payoff(self, player: Player) -> Payoff:
        """Return the player's payoff at the tariffs of now."""
        self.evaluations += 1
        return payoff(self.setting, self.tariff, player.country, player.weights)

    def gap(self, player: Player) -> Numbers:
        """Return how far each choice is from its first-order condition, bounds respected."""
        found = self.payoff(player)
        step = found.slope / np.maximum(self._curvature(player, found), _TINY)
        log_duty = self.log_duty(player)
        return self.bounds.clip(log_duty + step[player.chooses]) - log_duty

    def _curvature(self, player: Player, found: Payoff) -> Numbers:
        imports = np.asarray(found.equilibrium.trade)[:, player.country]
        spending = np.asarray(found.equilibrium.expenditure)[player.country]
        return imports * np.asarray(self.setting.elasticities.sigma) / spending

    def climb(self, player: Player) -> float:
        """Move the player uphill by L-BFGS-B; return the objective reached."""
        from scipy.optimize import minimize

        first = self.payoff(player)
        scale = np.sqrt(np.maximum(self._curvature(player, first)[player.chooses], 1e-8))

        def descend(z: Numbers) -> tuple[float, Numbers]:
            self.put(player, z / scale)
            found = self.payoff(player)
            return -found.value, -found.slope[player.chooses] / scale

        ends = np.log1p([self.bounds.low, self.bounds.high])
        outcome = minimize(
            descend,
            self.bounds.clip(self.log_duty(player)) * scale,
            jac=True,
            method="L-BFGS-B",
            bounds=np.outer(scale, ends),
            options={"maxcor": 20, "ftol": 1e-13, "gtol": 1e-9, "maxiter": _CLIMB_STEPS},
        )
        self.put(player, self.bounds.clip(outcome.x / scale))
        return -float(outcome.fun)


def settle(table: Table, players: Sequence[Player]) -> float:
    """Solve all players' first-order conditions at once; return the largest gap that is left.

    The table ends at the best point seen.
    """
    best, best_gap = [table.log_duty(p) for p in players], np.inf
    points: list[Numbers] = []
    gaps: list[Numbers] = []
    for _ in range(_STEPS):
        try:
            gap = np.concatenate([table.gap(p) for p in players])
        except NotConverged:
            break
        size = float(np.abs(gap).max(initial=0.0))
        if size < best_gap:
            best, best_gap = [table.log_duty(p) for p in players], size
        if size < 0.1 * FOC_TOLERANCE or not np.isfinite(size):
            break
        points = [*points[1 - _MEMORY :], np.concatenate([table.log_duty(p) for p in players])]
        gaps = [*gaps[1 - _MEMORY :], gap]
        _put_all(table, players, table.bounds.clip(accelerated(points, gaps)))
    _put_all(table, players, np.concatenate(best))
    return best_gap


def accelerated(points: list[Numbers], gaps: list[Numbers]) -> Numbers:
    """Return Anderson's next point from those seen and their gaps."""
    step = points[-1] + gaps[-1]
    if len(points) == 1:
        return step
    dx, dg = np.diff(points, axis=0).T, np.diff(gaps, axis=0).T
    mix = np.linalg.lstsq(dg, gaps[-1], rcond=1e-10)[0]
    return step - (dx + dg) @ mix


def _put_all(table: Table, players: Sequence[Player], log_duty: Numbers) -> None:
    ends = np.cumsum([p.chooses.sum() for p in players])[:-1]
    for player, own in zip(players, np.split(log_duty, ends), strict=True):
        table.put(player, own)
