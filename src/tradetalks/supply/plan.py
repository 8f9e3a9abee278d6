"""The cheapest choice of measures that brings a sum of losses under a ceiling.

One option is chosen for each good; an option has a cost and leaves a loss. Pure functions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput, NoAnswer

Array = NDArray[np.float64]
Choice = tuple[int, ...]
_SLACK = 1e-12


def check_options(cost: Array, loss: Array) -> None:
    """Raise `BadInput` unless both are `[g, o]`, finite, with a first option that costs nothing."""
    if cost.shape != loss.shape or cost.ndim != 2 or not cost.size:
        raise BadInput("costs and losses need the same shape: goods by options.")
    if not (np.isfinite(cost).all() and np.isfinite(loss).all()) or (cost < 0.0).any():
        raise BadInput("costs and losses must be finite, and costs not negative.")


def least(cost: Array, loss: Array, ceiling: float) -> Choice:
    """Return the option of each good that costs least in all with losses of `ceiling` at most.

    `cost` and `loss` are `[g, o]`. A mixed-integer programme, solved exactly with HiGHS. Raises
    `NoAnswer` where even the best options leave more than the ceiling.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    check_options(cost, loss)
    refuse_unreachable(loss, ceiling)
    goods, options = cost.shape
    one = np.kron(np.eye(goods), np.ones(options))
    scale = float(np.abs(loss).max()) or 1.0
    limits = [
        LinearConstraint(one, 1.0, 1.0),
        LinearConstraint(loss.reshape(1, -1) / scale, -np.inf, ceiling / scale + _SLACK),
    ]
    spend = cost.reshape(-1)
    # ties in cost go to the smaller loss
    found = milp(
        spend / (spend.max() or 1.0) + 1e-9 * loss.reshape(-1) / scale,
        constraints=limits,
        integrality=np.ones(cost.size),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise NoAnswer(f"no plan was found: {found.message}")
    return tuple(int(o) for o in found.x.reshape(goods, options).argmax(1))


def greedy(cost: Array, loss: Array, ceiling: float) -> Choice:
    """Return the plan of who takes, step by step, what saves most loss for its cost.

    What costs nothing comes first. Never cheaper than `least`; the steps give the order in which
    measures buy safety.
    """
    check_options(cost, loss)
    refuse_unreachable(loss, ceiling)
    goods = np.arange(cost.shape[0])
    chosen = cost.argmin(1)
    while loss[goods, chosen].sum() > ceiling + _SLACK:
        saved = loss[goods, chosen][:, None] - loss
        extra = np.maximum(cost - cost[goods, chosen][:, None], 0.0)
        worth = np.where(saved > _SLACK, saved / np.maximum(extra, 1e-300), -np.inf)
        g, o = np.unravel_index(int(worth.argmax()), worth.shape)
        chosen[g] = o
    return tuple(chosen.tolist())


def refuse_unreachable(loss: Array, ceiling: float) -> None:
    """Raise `NoAnswer` where no choice comes under the ceiling."""
    reachable = float(loss.min(1).sum())
    if reachable > ceiling + _SLACK:
        raise NoAnswer(
            f"no plan brings the loss under {ceiling:.3g}%: with every measure at its most "
            f"{reachable:.3g}% is left.",
            cure="Raise the ceiling.",
        )
