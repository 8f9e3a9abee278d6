"""What a group looks at in an economy: linear readings of two equilibria, in USD billions.

Every amount is a change from the reference to the scenario at the consumer prices of the
reference: V' PC/PC' - V, so that a rise of all prices is no gain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import parent_sector, sector_groups
from tradetalks.errors import unknown_name

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.model import Equilibrium

Numbers = NDArray[np.float64]
_BN = 1e-3


@dataclass(frozen=True, eq=False)
class Reading:
    """Two equilibria of one table, seen from country `n` in the sectors `j` (a mask `[S]`).

    `partners` (a mask `[N]`) are the suppliers that `share_from` counts.
    """

    before: Equilibrium
    after: Equilibrium
    n: int
    j: NDArray[np.bool_]
    partners: NDArray[np.bool_]

    def real(self, amount: Callable[[Equilibrium], float]) -> float:
        """Return the change of a nominal amount at the reference's consumer prices."""
        prices = float(self.after.consumer_price[self.n] / self.before.consumer_price[self.n])
        return (amount(self.after) / prices - amount(self.before)) * _BN


def _abroad(e: Equilibrium, n: int) -> Numbers:
    """Return exports of n `[j]`."""
    trade = np.asarray(e.trade)
    return trade[n].sum(0) - trade[n, n]


def real_income(r: Reading) -> float:
    """Equivalent variation of the country, as `run` reports it; sectors play no part."""
    return float(r.after.welfare[r.n] - r.before.welfare[r.n]) * _BN


def value_added(r: Reading) -> float:
    """Wages and profits earned in the sectors."""
    return r.real(lambda e: float(np.asarray(e.value_added)[r.n, r.j].sum()))


def income(r: Reading) -> float:
    """Wages, profits and, where exports sell above the producers' price, the rents on them."""

    def earned(e: Equilibrium) -> float:
        rents = np.asarray(e.trade)[r.n].sum(0) - np.asarray(e.sales)[r.n]
        return float((np.asarray(e.value_added)[r.n] + rents)[r.j].sum())

    return r.real(earned)


def export_income(r: Reading) -> float:
    """Value added of the sectors' exports: exports times value added over sales."""

    def earned(e: Equilibrium) -> float:
        sales = np.asarray(e.sales)[r.n]
        part = np.divide(
            np.asarray(e.value_added)[r.n], sales, out=np.zeros_like(sales), where=sales > 0
        )
        return float((_abroad(e, r.n) * part)[r.j].sum())

    return r.real(earned)


def two_way_trade(r: Reading) -> float:
    """Exports plus imports of the sectors, before duty."""

    def both(e: Equilibrium) -> float:
        trade = np.asarray(e.trade)
        bought = trade[:, r.n].sum(0) - trade[r.n, r.n]
        return float((_abroad(e, r.n) + bought)[r.j].sum())

    return r.real(both)


def share_from(r: Reading) -> float:
    """Spending that moved to the partners: the change of their share times old spending."""

    def shares(e: Equilibrium) -> tuple[Numbers, Numbers]:
        paid = np.asarray(e.trade + e.duty)[:, r.n]
        total = paid.sum(0)
        part = np.divide(paid[r.partners].sum(0), total, out=np.zeros_like(total), where=total > 0)
        return part, total

    (old, spending), (new, _) = shares(r.before), shares(r.after)
    return float(((new - old) * spending)[r.j].sum()) * _BN


def shortage(r: Reading) -> float:
    """What the users of the sectors' goods gain (lose, below zero) as they become cheaper.

    Old spending times the fall of the log of their price over consumer prices: to the first
    order, so it overstates a loss that users can escape.
    """
    spending = np.asarray(r.before.trade + r.before.duty)[:, r.n].sum(0)
    price = np.log(np.asarray(r.after.price)[r.n] / np.asarray(r.before.price)[r.n])
    general = np.log(r.after.consumer_price[r.n] / r.before.consumer_price[r.n])
    return -float((spending * (price - general))[r.j].sum()) * _BN


MEASURES: Mapping[str, Callable[[Reading], float]] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            real_income, value_added, income, export_income, two_way_trade, share_from, shortage,
        )
    }
)  # fmt: skip
"""The readings that a term of a group may name."""


def sector_mask(names: Sequence[str], table: World) -> NDArray[np.bool_]:
    """Return which sectors of the table are meant, `[S]`; a carved good belongs to its parent.

    Names are sector codes, critical goods, groups of sectors (`manufacturing`, `all_goods`,
    `all`, ...) or `critical`: every carved good. What the table does not have is left out.
    """
    wanted: set[str] = set()
    for name in names:
        if name == "critical":
            wanted |= {good.code for good in table.carved}
        else:
            wanted |= set(sector_groups().get(name, (name,)))
    return np.array([s in wanted or parent_sector(s) in wanted for s in table.sectors])


def partner_mask(names: Sequence[str], table: World) -> NDArray[np.bool_]:
    """Return which countries of the table are meant, `[N]`. Raises `UnknownName`."""
    for name in names:
        if name not in table.countries:
            raise unknown_name("country", name, table.countries)
    return np.isin(np.array(table.countries), list(names))
