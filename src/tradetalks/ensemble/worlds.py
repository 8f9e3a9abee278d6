"""Worlds that the data allow: bilateral trade with errors, critical goods of another size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.data.goods.good import ByHorizon
from tradetalks.errors import BadTable

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.data.goods.good import Good
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]

_ROUNDS, _CLOSE = 100, 1e-6
_HALVINGS = 6


def with_noise(world: World, sd: float, random: np.random.Generator) -> World:
    """Return `world` with errors in its bilateral flows, balanced again.

    Each flow between two countries is multiplied by a log-normal factor of standard deviation
    `sd` in logs; then every sector's flows are scaled (RAS) until each country again sells and
    buys what it did, before duty. Duties fall on other flows now, so users pay a little more or
    less: uses move in proportion, and value added takes up what is left.
    """
    trade = np.array(world.trade)
    size = len(world.countries)
    abroad = ~np.eye(size, dtype=bool)[:, :, None]
    factor = np.exp(sd * random.standard_normal(trade.shape))
    sold, bought = trade.sum(1), trade.sum(0)
    trade = _balanced(np.where(abroad, trade * factor, trade), sold, bought)
    paid = _ratio(_absorbed(trade, world.tariff), _absorbed(world.trade, world.tariff))
    uses = world.intermediate * paid[:, :, None]
    return replace(
        world,
        trade=_frozen(trade),
        intermediate=_frozen(uses),
        final=_frozen(_absorbed(trade, world.tariff) - uses.sum(2)),
        value_added=_frozen(trade.sum(1) - uses.sum(1)),
    )


def _balanced(trade: Array, sold: Array, bought: Array) -> Array:
    """Return flows `[i, n, j]` scaled to sales `[i, j]` and purchases `[n, j]` (RAS)."""
    flows = np.ascontiguousarray(trade.transpose(2, 0, 1))
    columns = np.ones(bought.T.shape)
    for _ in range(_ROUNDS):
        rows = _ratio(sold.T, np.matmul(flows, columns[:, :, None])[:, :, 0])
        before = columns
        columns = _ratio(bought.T, np.matmul(rows[:, None, :], flows)[:, 0])
        if np.abs(columns / before - 1.0).max() < _CLOSE:
            break
    rows = _ratio(sold.T, np.matmul(flows, columns[:, :, None])[:, :, 0])
    scaled = rows[:, :, None] * flows * columns[:, None]
    return np.ascontiguousarray(scaled.transpose(1, 2, 0))


def other_goods(
    goods: Sequence[Good], factors: Mapping[str, float], supply: float
) -> tuple[Good, ...]:
    """Return critical goods with `factors` on their world markets (by code) and on their supply.

    `supply` multiplies every supply elasticity.
    """
    return tuple(
        replace(
            good,
            market=good.market * factors.get(good.code, 1.0),
            supply_elasticity=ByHorizon(
                *(supply * getattr(good.supply_elasticity, h) for h in ("short", "medium", "long"))
            ),
        )
        for good in goods
    )


def carved_anew(
    scenario: Scenario, goods: Sequence[Good], factors: Mapping[str, float], supply: float
) -> tuple[World, float]:
    """Return the scenario's world with other critical goods, and how much of the factors it took.

    Where goods as drawn do not fit into their parent sectors, all factors move back towards one,
    by halves in logs; the share that was kept is below one then.
    """
    from tradetalks.data import load_world

    kept = 1.0
    for left in reversed(range(_HALVINGS)):
        tamed = {code: factor**kept for code, factor in factors.items()}
        chosen = other_goods(goods, tamed, supply**kept)
        try:
            return load_world(scenario.world, scenario.regions, goods=chosen), kept
        except BadTable:
            kept = kept / 2.0 if left > 1 else 0.0
    return load_world(scenario.world, scenario.regions, goods=tuple(goods)), 0.0


def _absorbed(trade: Array, tariff: Array) -> Array:
    return (trade * (1.0 + tariff)).sum(0)


def _ratio(wanted: Array, found: Array) -> Array:
    return np.divide(wanted, found, out=np.ones_like(wanted), where=found > 0)


def _frozen(values: Array) -> Array:
    values.setflags(write=False)
    return values
