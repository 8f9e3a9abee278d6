"""The search for talks: raise every payoff by the same proportion, as far as it goes.

Climb first, then solve the conditions, as `ascent` does for one government. The climb is an
augmented Lagrangian (L-BFGS-B within) of the mean payoff under equal gains. From there the
Karush-Kuhn-Tucker conditions are solved as equations: a step along the constraint, the joint
slope over the curvature, and a step onto it, both accelerated by Anderson's method.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import NotConverged
from tradetalks.talks.ascent import FOC_TOLERANCE, Numbers, accelerated
from tradetalks.talks.joint import Joint, JointTable

_PENALTY, _ROUNDS, _CLIMB_STEPS = 20.0, 12, 150
_MEMORY, _STEPS, _ATTEMPTS = 12, 80, 3
_EQUAL = 1e-9
_AT_BOUND = 1e-10


@dataclass(frozen=True, eq=False)
class Agreement:
    """Where a search ended: variables `x` `[m]`, the players' shadow shares `[p]` (sum one).

    `gain` is the mean gain in log points, `foc` the largest distance of a variable from its
    condition in log points, `unequal` the largest distance of a gain from the mean;
    `evaluations` counts equilibria.
    """

    x: Numbers
    share: Numbers
    gain: float
    foc: float
    unequal: float
    evaluations: int = 0

    @property
    def error(self) -> float:
        """The larger of the two distances."""
        return max(self.foc, self.unequal)

    @property
    def settled(self) -> bool:
        """Whether conditions hold."""
        return self.foc < FOC_TOLERANCE and self.unequal < _EQUAL


def agree(
    table: JointTable, start: Numbers, reference: Numbers, share: Numbers | None = None
) -> Agreement:
    """Return talks from `start` `[m]`, gains measured against payoffs `reference` `[p]`.

    With `share` `[p]`, multipliers of an agreement that is near `start`, the conditions are
    tried at once and the climb is left out where they lead to the frontier.
    """
    x, best = table.instruments.clip(start), None
    if share is not None:
        found = _settle(table, x, share, reference)
        if found.settled and found.share.min() >= 0 and found.gain > 0:
            return replace(found, evaluations=table.evaluations)
    for _ in range(_ATTEMPTS):
        x, share = _climb(table, x, reference)
        found = _settle(table, x, share, reference)
        slow = best is not None and found.error > 0.3 * best.error
        if best is None or found.error < best.error:
            best = found
        if best.settled or slow:
            break
    assert best is not None
    return replace(best, evaluations=table.evaluations)


def _climb(table: JointTable, x: Numbers, reference: Numbers) -> tuple[Numbers, Numbers]:
    from scipy.optimize import minimize

    players = reference.size
    equal = np.full(players, 1.0 / players)
    first = table.at(x)
    scale = np.sqrt(np.maximum(table.curvature(first, equal), 1e-9))
    strength = ((first.slope / scale) ** 2).sum(1).mean()
    penalty = _PENALTY / max(strength, 1e-9)
    price = np.zeros(players)
    ends = np.stack([table.instruments.low, table.instruments.high], axis=1) * scale[:, None]
    before = np.inf
    for _ in range(_ROUNDS):

        def descend(z: Numbers) -> tuple[float, Numbers]:
            found = table.at(z / scale)
            gain = found.value - reference
            apart = gain - gain.mean()
            force = price + penalty * apart  # noqa: B023
            merit = gain.mean() - price @ apart - 0.5 * penalty * (apart @ apart)  # noqa: B023
            return -merit, -((equal - force + force.mean()) @ found.slope) / scale

        outcome = minimize(
            descend,
            x * scale,
            jac=True,
            method="L-BFGS-B",
            bounds=ends,
            options={"maxcor": 20, "ftol": 1e-12, "gtol": 1e-8, "maxiter": _CLIMB_STEPS},
        )
        x = table.instruments.clip(outcome.x / scale)
        gain = table.at(x).value - reference
        apart = gain - gain.mean()
        price = price + penalty * apart
        left = float(np.abs(apart).max())
        if left < 1e-6:
            break
        if left > 0.3 * before:
            penalty *= 3.0
        before = left
    return x, equal - price + price.mean()


def _settle(table: JointTable, x: Numbers, share: Numbers, reference: Numbers) -> Agreement:
    best: Agreement | None = None
    points: list[Numbers] = []
    steps: list[Numbers] = []
    for _ in range(_STEPS):
        try:
            here, step = _step(table, x, share, reference)
        except NotConverged:
            break
        share = here.share
        if best is None or here.error < best.error:
            best = here
        if here.foc < 0.1 * FOC_TOLERANCE and here.unequal < 0.1 * _EQUAL:
            break
        points, steps = [*points[1 - _MEMORY :], x], [*steps[1 - _MEMORY :], step]
        x = table.instruments.clip(accelerated(points, steps))
    if best is None:
        raise NotConverged("no equilibrium where the talks began.", cure="Narrow the bounds.")
    return best


def _step(
    table: JointTable, x: Numbers, share: Numbers, reference: Numbers
) -> tuple[Agreement, Numbers]:
    """Return the state of the conditions at `x` and the step that would mend them."""
    at, rules = table.at(x), table.instruments
    apart = at.value - reference
    gain = float(apart.mean())
    apart = apart - gain
    curvature = table.curvature(at, share)
    free = np.ones(x.size, dtype=bool)
    for _ in range(3):
        free = _free(rules.low, rules.high, x, share @ at.slope)
        share = _shares(at, curvature, free)
    along = (share @ at.slope) / curvature
    onto = _restore(at, curvature, free, apart)
    move = rules.clip(x + along + onto) - x
    foc = float(np.abs(rules.clip(x + along) - x).max(initial=0.0))
    return Agreement(x, share, gain, foc, float(np.abs(apart).max())), move


def _free(low: Numbers, high: Numbers, x: Numbers, slope: Numbers) -> NDArray[np.bool_]:
    held = ((x <= low + _AT_BOUND) & (slope <= 0)) | ((x >= high - _AT_BOUND) & (slope >= 0))
    return ~held & (high > low)


def _differences(players: int) -> Numbers:
    """Return a basis `[p, p-1]` of the differences between players."""
    return np.eye(players)[:, 1:] - 1.0 / players


def _shares(at: Joint, curvature: Numbers, free: NDArray[np.bool_]) -> Numbers:
    """Return the multipliers, sum one, that come nearest to stationarity on the free variables."""
    players = at.value.size
    scaled = at.slope[:, free] / np.sqrt(curvature[free])
    basis, equal = _differences(players), np.full(players, 1.0 / players)
    part = np.linalg.lstsq((basis.T @ scaled).T, -(equal @ scaled), rcond=1e-12)[0]
    return equal + basis @ part


def _restore(at: Joint, curvature: Numbers, free: NDArray[np.bool_], apart: Numbers) -> Numbers:
    """Return the shortest step on the free variables (in the curvature) that equalises gains."""
    basis = _differences(at.value.size)
    rows = basis.T @ at.slope[:, free]
    step = np.zeros(curvature.size)
    root = np.sqrt(curvature[free])
    step[free] = np.linalg.lstsq(rows / root, -(basis.T @ apart), rcond=1e-12)[0] / root
    return step
