"""`controls licences`: what a licence regime does to the users of a good, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.errors import BadInput
from tradetalks.supply.goods import Dependence, dependence, find_good, stock_figures
from tradetalks.supply.queue import YEAR, Array, Licensing, arrivals, monthly, year_mean
from tradetalks.supply.shipped import Figure, Regime, regime
from tradetalks.supply.stocks import NEVER, StockPath, run_stocks

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.supply.cuts import CutLosses
    from tradetalks.supply.users import Users

GENERAL_DAY = 258
"""From 4 April to 18 December 2025, when the first general licences were issued."""
SUPPLIER = "CHN"
STOCKS = ("half the stock", "twice the stock")


@dataclass(frozen=True)
class Case:
    """One run of the queue and the stocks: its name, what arrives and what is made `[d]`."""

    name: str
    terms: Licensing
    path: StockPath
    supply: Array

    def as_row(self, start: date) -> dict[str, Any]:
        """Return the case as plain data; days count from 0, the first day of the control."""
        first, over = int(self.path.first_stop), int(self.path.over_by)
        return {
            "case": self.name,
            "stock_days": float(self.path.cover),
            "first_stop_day": None if first == NEVER else first,
            "first_stop": None if first == NEVER else (start + timedelta(first)).isoformat(),
            "output_days_lost": float(self.path.lost),
            "over_on_day": None if over == NEVER else over,
            "stock_left_after_30_days": float(self.path.stock[min(29, self.path.stock.size - 1)]),
            "arrives_by_month_percent": [round(100.0 * float(x), 1) for x in monthly(self.supply)],
        }


@dataclass(frozen=True, eq=False)
class LicenceRun:
    """A licence regime on one good and buyer: `cases` (the central one first), its users."""

    good: str
    buyer: str
    supplier: str
    regime: Regime
    stock: Figure
    start: date
    bought: Dependence
    cases: tuple[Case, ...]
    users: Users
    world: World
    losses: CutLosses | None

    @property
    def central(self) -> Case:
        """The run at central figures."""
        return self.cases[0]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per case."""
        return [case.as_row(self.start) for case in self.cases]

    def user_rows(self) -> list[dict[str, Any]]:
        """Return a row per using sector: the central case, ranges over stock and elasticity."""
        from tradetalks.data import critical_elasticity
        from tradetalks.supply.users import rows_of_users

        eps = critical_elasticity("short")
        change = None
        if self.losses is not None:
            at = [self.losses.table.sector_index(k) for k in self.users.sectors]
            change = self.losses.output[0][:, at]
        triple = (eps.low, eps.central, eps.high)
        held = [self.central.path, *(c.path for c in self.cases if c.name in STOCKS)]
        return rows_of_users(self.users, held, triple, change)


def licence_run(
    good: str,
    buyer: str,
    terms: Regime | str = "stop",
    *,
    supplier: str = SUPPLIER,
    stock: float | None = None,
    days: int = YEAR,
    start: date | None = None,
    world: World | None = None,
    equilibrium: bool = True,
) -> LicenceRun:
    """Simulate a licence regime day by day for the users of a good in one country.

    `terms` is a shipped regime (by name) or one of your own; `stock` the users' stock in days,
    else that of the good's file; `equilibrium` adds the answer of the short horizon, with what
    arrives on average over those days. Raises `UnknownName`, `BadNumber`, and `BadInput` where the
    supplier sells nothing of the good to the buyer.
    """
    from tradetalks.codes import countries
    from tradetalks.supply.cuts import Cut, solve_cuts, world_for
    from tradetalks.supply.goods import country_code
    from tradetalks.supply.users import users

    code = find_good(good)
    places = tuple(countries())
    buyer, supplier = country_code(buyer, places), country_code(supplier, places)
    table = world if world is not None else world_for(buyer, supplier)
    about = regime(terms) if isinstance(terms, str) else terms
    bought = dependence(table, buyer, code)
    share = bought.of(supplier)
    if buyer == supplier or share <= 0.0:
        raise BadInput(
            f"{supplier} sells no {code} to {buyer}, so there is nothing to license.",
            cure=f"Its suppliers: {', '.join(name for name, _ in bought.suppliers())}.",
        )
    held = stock_figures((code,))[code]
    if stock is not None:
        held = Figure(stock, stock / 2.0, stock * 2.0, "given")
    begin = start or about.start
    cases = _cases(about, held, share, days, begin)
    losses = None
    if equilibrium:
        left = year_mean(about.terms(), days, begin)
        if left < 1.0:
            losses = solve_cuts(table, [Cut((supplier,), buyer, (code,), left)], "short")
    return LicenceRun(
        code,
        buyer,
        supplier,
        about,
        held,
        begin,
        bought,
        cases,
        users(table, buyer, code),
        table,
        losses,
    )


def _cases(about: Regime, stock: Figure, share: float, days: int, start: date) -> tuple[Case, ...]:
    central = about.terms()
    plan: list[tuple[str, Licensing, float]] = [("central", central, stock.central)]
    if stock.central > 0.0:
        plan += [(STOCKS[0], central, stock.low), (STOCKS[1], central, stock.high)]
    plan += [
        ("worst terms", about.terms("harsh"), stock.central),
        ("best terms", about.terms("mild"), stock.central),
    ]
    if not np.any(central.general):
        open_all = central.replace(general=1.0, general_from=float(GENERAL_DAY))
        name = f"general licences for all from day {GENERAL_DAY}"
        plan.append((name, open_all, stock.central))
    found: list[Case] = []
    for name, terms, cover in plan:
        supply = arrivals(terms, days, start, share)
        found.append(Case(name, terms, run_stocks(supply, cover), supply))
    return tuple(found)
