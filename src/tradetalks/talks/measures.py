"""What a group looks at in an economy: readings of two equilibria, NumPy's or traced ones.

Every amount is a change from the reference to the scenario at the consumer prices of the
reference: V' PC/PC' - V, so that a rise of all prices is no gain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import parent_sector, sector_groups
from tradetalks.errors import unknown_name

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.model import Equilibrium

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Change:
    """Two equilibria of one table, NumPy's or traced; `xp` is the library of their arrays.

    What a measure returns is a change in the table's currency, `[n, j]` unless it says otherwise.
    """

    before: Equilibrium
    after: Equilibrium
    xp: Any = np

    def real(self, amount: Callable[[Equilibrium], Any]) -> Any:
        """Return the change of nominal amounts `[n, ...]` at the reference's consumer prices."""
        prices = self.after.consumer_price / self.before.consumer_price
        new, old = amount(self.after), amount(self.before)
        return new / prices.reshape(-1, *[1] * (new.ndim - 1)) - old

    def ratio(self, part: Any, whole: Any) -> Any:
        """Return part over whole, 0 where there is no whole (with a derivative of 0)."""
        some = whole > 0
        return self.xp.where(some, part, 0.0) / self.xp.where(some, whole, 1.0)

    def abroad(self, e: Equilibrium) -> Any:
        """Return exports `[n, j]`."""
        return e.trade.sum(1) - self.xp.einsum("nnj->nj", e.trade)


def real_income(c: Change) -> Any:
    """Equivalent variation of each country `[n]`, as `run` reports it."""
    return c.after.welfare - c.before.welfare


def value_added(c: Change) -> Any:
    """Wages and profits earned in the sectors."""
    return c.real(lambda e: e.value_added)


def income(c: Change) -> Any:
    """Wages, profits and, where exports sell above the producers' price, the rents on them."""
    return c.real(lambda e: e.value_added + e.trade.sum(1) - e.sales)


def export_income(c: Change) -> Any:
    """Value added of the sectors' exports: exports times value added over sales."""
    return c.real(lambda e: c.abroad(e) * c.ratio(e.value_added, e.sales))


def two_way_trade(c: Change) -> Any:
    """Exports plus imports of the sectors, before duty."""

    def both(e: Equilibrium) -> Any:
        return c.abroad(e) + e.trade.sum(0) - c.xp.einsum("nnj->nj", e.trade)

    return c.real(both)


def share_from(c: Change) -> Any:
    """Spending that moved to each supplier `[i, n, j]`: change of its share times old spending."""

    def shares(e: Equilibrium) -> tuple[Any, Any]:
        paid = e.trade + e.duty
        return c.ratio(paid, paid.sum(0)), paid.sum(0)

    (old, spending), (new, _) = shares(c.before), shares(c.after)
    return (new - old) * spending


def shortage(c: Change) -> Any:
    """What the users of the sectors' goods gain (lose, below zero) as they become cheaper.

    Old spending times the fall of the log of their price over consumer prices: to the first
    order, so it overstates a loss that users can escape.
    """
    spending = (c.before.trade + c.before.duty).sum(0)
    price = c.xp.log(c.after.price / c.before.price)
    general = c.xp.log(c.after.consumer_price / c.before.consumer_price)
    return -spending * (price - general[:, None])


MEASURES: Mapping[str, Callable[[Change], Any]] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            real_income, value_added, income, export_income, two_way_trade, share_from, shortage,
        )
    }
)  # fmt: skip
"""The readings that a term of a group may name."""


def mask_of(
    measure: str, country: int, sectors: NDArray[np.bool_], partners: NDArray[np.bool_]
) -> Numbers:
    """Return what of a measure's array counts (1, else 0): `[n]`, `[n, j]` or `[i, n, j]`.

    `country` is whose it is, `sectors` `[j]` and, for `share_from`, suppliers `[i]` are masks.
    """
    here = (np.arange(partners.size) == country).astype(float)
    if measure == "real_income":
        return here
    by_sector = here[:, None] * sectors
    return by_sector if measure != "share_from" else partners[:, None, None] * by_sector


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
