"""Stocks and production day by day: what a user of a rationed good can still make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.errors import BadNumber

Array = NDArray[np.float64]

NEVER = -1
_SHORT = 1e-9
RESTOCK_DAYS = 60.0
"""Users order what closes the gap to their usual stock in this many days (assumed)."""


@dataclass(frozen=True)
class StockPath:
    """What happened to each user, `[..., d]` by day; quantities are days of normal use.

    `delivered` is what came in, `made` what was used (1 is a normal day's production), `stock`
    what is left in the evening; `cover` `[...]` the stock before the first day.
    """

    delivered: Array
    made: Array
    stock: Array
    cover: Array

    @property
    def first_stop(self) -> NDArray[np.int64]:
        """The day `[...]` on which the first line stops, counted from 0; -1: none does."""
        short = self.made < 1.0 - _SHORT
        return np.where(short.any(-1), short.argmax(-1), NEVER)

    @property
    def lost(self) -> Array:
        """Days of output lost `[...]`."""
        return (1.0 - self.made).sum(-1)

    @property
    def over_by(self) -> NDArray[np.int64]:
        """The day `[...]` from which on nothing is lost; 0: nothing ever is, -1: not by the end."""
        short = self.made < 1.0 - _SHORT
        days = short.shape[-1]
        after = days - short[..., ::-1].argmax(-1)
        found = np.where(short.any(-1), after, 0)
        return np.where(short[..., -1], NEVER, found)


def run_stocks(
    supply: ArrayLike,
    cover: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    restock_days: float = RESTOCK_DAYS,
) -> StockPath:
    """Simulate users who share one supply, day by day.

    `supply` `[..., d]` is what can arrive on each day as a ratio to normal use; `cover` `[..., u]`
    each user's stock in days of use; `weight` `[..., u]` their parts of normal use (equal where
    left out). Each orders its use and a part of the gap to its usual stock; where orders exceed
    the supply all are cut in the same proportion. Users make what delivery and stock allow.
    Without a user axis (`cover` of one dimension less than `supply`) there is one user.
    Raises `BadNumber` for a negative or missing supply, stock or weight.
    """
    flow, stock = np.asarray(supply, dtype=float), np.asarray(cover, dtype=float)
    for name, values in (("supply", flow), ("stock cover", stock)):
        if not (np.isfinite(values) & (values >= 0.0)).all():
            bad = values[~(np.isfinite(values) & (values >= 0.0))].flat[0]
            raise BadNumber(f"a {name} of {bad:g} days means nothing.", cure="Give 0 or more.")
    alone = stock.ndim < flow.ndim
    if alone:
        stock = stock[..., None]
    shape = np.broadcast_shapes(flow.shape[:-1], stock.shape[:-1])
    users, days = stock.shape[-1], flow.shape[-1]
    stock = np.array(np.broadcast_to(stock, (*shape, users)))
    part = _parts(weight, users)
    begin, target = stock.copy(), stock.copy()
    flow = np.moveaxis(np.broadcast_to(flow, (*shape, days)), -1, 0)[..., None]
    delivered = np.empty((days, *stock.shape))
    made, left = np.empty_like(delivered), np.empty_like(delivered)
    for d in range(days):
        order = 1.0 + np.maximum(target - stock, 0.0) / restock_days
        asked = (part * order).sum(-1, keepdims=True)
        came = order * np.minimum(1.0, flow[d] / asked)
        there = stock + came
        use = np.minimum(1.0, there)
        stock = there - use
        delivered[d], made[d], left[d] = came, use, stock
    paths = [np.moveaxis(x, 0, -1) for x in (delivered, made, left)]
    if alone:
        paths, begin = [x[..., 0, :] for x in paths], begin[..., 0]
    return StockPath(paths[0], paths[1], paths[2], begin)


def _parts(weight: ArrayLike | None, users: int) -> Array:
    part = np.full(users, 1.0 / users) if weight is None else np.asarray(weight, dtype=float)
    if not ((part >= 0.0).all() and (part.sum(-1) > 0.0).all()):
        raise BadNumber("weights of users must not be negative, and one must be above zero.")
    return part / part.sum(-1, keepdims=True)


def output_left(share: ArrayLike, quantity: ArrayLike, elasticity: ArrayLike) -> Array:
    """Return output as a ratio to normal when only `quantity` of a good is there (a ratio).

    Exact CES: y = [a x^r + 1 - a]^(1/r), r = (s - 1)/s, with cost share a of the good and
    elasticity s between it and everything else; x above one counts as one.

    >>> [round(100 * float(1 - output_left(0.002, 0.25, s)), 1) for s in (0.05, 0.1, 0.2, 0.5)]
    [65.3, 50.1, 9.8, 0.6]
    """
    a, x, s = (np.asarray(v, dtype=float) for v in (share, quantity, elasticity))
    if not ((a >= 0.0) & (a <= 1.0)).all() or not (s > 0.0).all() or not (x >= 0.0).all():
        raise BadNumber(
            "a cost share lies between 0 and 1, a quantity is not negative, an elasticity above 0."
        )
    x = np.minimum(x, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where(s == 1.0, np.nan, (s - 1.0) / s)
        log_sum = np.logaddexp(np.log(a) + r * np.log(x), np.log1p(-a))
        y = np.where(np.isnan(r), x**a, np.exp(log_sum / r))
    return np.where(a == 0.0, 1.0, y)
