"""Bargaining solutions on a finite set of packages: pure functions of payoffs.

`gain[p, s]` is what package p brings side s above the disagreement point, so that point is zero.
A package is feasible if no side loses. Nash (1950), Kalai & Smorodinsky (1975), the egalitarian
point (Kalai 1977); Rubinstein's limit weights from discount factors.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadNumber

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

ZERO = 1e-6
"""Gains closer to zero than this are none, and scores closer than this are equal: worlds are
solved to 1e-9 of income, of which this is the size in percent and in billions."""


def zone(gain: Numbers) -> Mask:
    """Return which packages `[p]` leave no side below the disagreement point (NaN: not)."""
    with np.errstate(invalid="ignore"):
        return np.asarray((gain >= -ZERO).all(1))


def improving(gain: Numbers) -> Mask:
    """Return which packages of the zone leave at least one side better off."""
    return zone(gain) & (np.nan_to_num(gain, nan=-1.0) > ZERO).any(1)


def pareto(gain: Numbers) -> Mask:
    """Return which packages `[p]` no other dominates: none is as good for both, better for one.

    Two sides. Packages of equal payoffs are all kept. Sorting makes it n log n.
    """
    good = ~np.isnan(gain).any(1)
    where = np.flatnonzero(good)
    first, second = gain[where, 0], gain[where, 1]
    order = np.lexsort((-second, -first))
    kept = np.zeros(len(gain), dtype=bool)
    best, best_first = -np.inf, np.inf
    for at in order:
        a, b = first[at], second[at]
        if b > best or (b == best and a == best_first):
            kept[where[at]] = True
            best, best_first = b, a
    return kept


def nash(gain: Numbers, power: tuple[float, float] = (0.5, 0.5)) -> int | None:
    """Return the package that maximises the product of gains, None if no side can gain.

    `power` are bargaining weights. Where no package makes both better off, the one that gives
    the other side most is taken, which the limit of the product does too.
    """
    inside = np.flatnonzero(zone(gain))
    if not inside.size:
        return None
    own = np.maximum(gain[inside], 0.0)
    both = (own > ZERO).all(1)
    if both.any():
        score = np.full(len(inside), -np.inf)
        score[both] = np.log(own[both]) @ np.asarray(power)
    else:
        score = own.sum(1)
    return _best(inside, score, own)


def kalai_smorodinsky(gain: Numbers) -> int | None:
    """Return the package that maximises the least share of each side's best gain in the zone."""
    inside = np.flatnonzero(zone(gain))
    if not inside.size:
        return None
    own = np.maximum(gain[inside], 0.0)
    ideal = own.max(0)
    share = np.divide(own, ideal, out=np.ones_like(own), where=ideal > ZERO)
    return _best(inside, share.min(1), own)


def egalitarian(gain: Numbers) -> int | None:
    """Return the package that maximises the least gain (the unit matters: which is it?)."""
    inside = np.flatnonzero(zone(gain))
    if not inside.size:
        return None
    own = gain[inside]
    return _best(inside, own.min(1), own)


def rubinstein_power(discount: tuple[float, float]) -> tuple[float, float]:
    """Return Nash weights of alternating offers without delay, from per-period discount factors.

    The first side's is ln d_2 / (ln d_1 + ln d_2): the more patient side has more.
    """
    if not all(0.0 < d < 1.0 for d in discount):
        raise BadNumber(
            f"discount factors {discount[0]:g} and {discount[1]:g} are not both between 0 and 1.",
            cure="Give what a unit in the next period is worth now, such as 0.95.",
        )
    logs = [math.log(d) for d in discount]
    first = logs[1] / sum(logs)
    return first, 1.0 - first


def favourite(gain: Numbers, side: int) -> int | None:
    """Return the package of the zone that side `side` likes best."""
    inside = np.flatnonzero(zone(gain))
    return None if not inside.size else _best(inside, gain[inside, side], gain[inside])


def _best(inside: NDArray[np.int64], score: Numbers, own: Numbers) -> int:
    """Return the package of the highest score; ties go to the larger sum, then the first.

    The first is the one that moves least from the law where levels stand in that order.
    """
    top = np.flatnonzero(score >= score.max() - ZERO)
    total = own[top].sum(1)
    return int(inside[top[np.flatnonzero(total >= total.max() - ZERO)[0]]])
