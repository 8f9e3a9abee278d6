"""Who uses a good in a country, and what a shortage costs them, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.supply.queue import YEAR
from tradetalks.supply.stocks import StockPath, output_left

if TYPE_CHECKING:
    from tradetalks.data import World

Array = NDArray[np.float64]
_LEAST = 0.005


@dataclass(frozen=True)
class Users:
    """The sectors of a country that use a good, the largest first.

    `share` [u] are parts of the country's use, `cost_share` [u] the good's part of the sector's
    costs, `daily_output` [u] what the sector sells on a day of the table's year, in millions of
    USD. `final` is the part that households and investors buy.
    """

    sectors: tuple[str, ...]
    share: Array
    cost_share: Array
    daily_output: Array
    final: float


def users(world: World, country: str, good: str) -> Users:
    """Return the users of a good: those with half a percent of its use or more."""
    n, j = world.index(country), world.sector_index(good)
    use, output = np.asarray(world.intermediate[n, j]), np.asarray(world.output[n])
    whole = use.sum() + float(world.final[n, j])
    order = [k for k in np.argsort(-use, kind="stable") if use[k] >= _LEAST * whole > 0]
    share = use[order] / whole if order else np.zeros(0)
    return Users(
        tuple(world.sectors[k] for k in order),
        share,
        np.divide(use[order], output[order]),
        output[order] / YEAR,
        float(world.final[n, j]) / whole if whole > 0 else 0.0,
    )


def output_lost(who: Users, path: StockPath, elasticity: float) -> Array:
    """Return what the users do not make `[u]` over the days of one path `[d]`, in billions of USD.

    While stocks last nothing; then output falls with the quantity by the exact CES form, at the
    elasticity between the good and everything else.
    """
    left = output_left(who.cost_share[:, None], path.made[None, :], elasticity)
    return (1.0 - left).sum(1) * who.daily_output * 1e-3


def rows_of_users(
    who: Users,
    paths: Sequence[StockPath],
    elasticities: tuple[float, ...],
    output_change: Array | None = None,
) -> list[dict[str, Any]]:
    """Return a row per user: output lost, with its range, in USD billions and percent of a year.

    The centre is at the first path and the second elasticity, the range over all of both. `at_most`
    is the loss if every line of the sector needs the good and nothing else will do, with its range
    over paths. Beside it stands what the equilibrium of the short horizon says of the sector
    (`output_change` [e,u], percent).
    """
    losses = np.array([[output_lost(who, path, eps) for eps in elasticities] for path in paths])
    most = np.array([path.lost for path in paths])[:, None] * who.daily_output * 1e-3
    out: list[dict[str, Any]] = []
    for u, sector in enumerate(who.sectors):
        year = who.daily_output[u] * 1e-3 * YEAR
        row: dict[str, Any] = {
            "sector": sector,
            "share_of_use_percent": 100.0 * float(who.share[u]),
            "cost_share_percent": 100.0 * float(who.cost_share[u]),
            "daily_output_usd_bn": float(who.daily_output[u]) * 1e-3,
            "output_lost_usd_bn": _band(losses[0, 1, u], losses[:, :, u]),
            "output_lost_percent_of_year": _band(
                100.0 * losses[0, 1, u] / year, 100.0 * losses[:, :, u] / year
            ),
            "at_most_usd_bn": _band(most[0, u], most[:, u]),
        }
        if output_change is not None:
            row["equilibrium_output_percent"] = _band(output_change[1, u], output_change[:, u])
        out.append(row)
    return out


def _band(central: float, values: Array) -> dict[str, float]:
    """Return a centre with the least and the largest of values."""
    return {
        "central": float(central),
        "low": float(np.nanmin(values)),
        "high": float(np.nanmax(values)),
    }
