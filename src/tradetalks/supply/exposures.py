"""`exposure`: on whom a country depends for critical goods, for how long it is covered, and what
a stop would cost it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.supply.cuts import CutLosses, solve_cuts, world_for
from tradetalks.supply.goods import Dependence, country_code, dependence, find_good, stock_figures
from tradetalks.supply.queue import YEAR, arrivals, year_mean
from tradetalks.supply.shipped import Figure, Regime, regime
from tradetalks.supply.stocks import NEVER, run_stocks

if TYPE_CHECKING:
    from tradetalks.data import World

HORIZONS = ("short", "medium")
LEAST_SHARE = 0.01
"""Below this share of a country's purchases a supplier's stop is not solved: nothing to see."""


@dataclass(frozen=True, eq=False)
class Exposure:
    """A country's dependence by good: `bought` by good, `supplier` the one that stops.

    `losses` by horizon are the equilibria of each stop alone; `cut` numbers them by good.
    """

    country: str
    world: World
    regime: Regime
    bought: tuple[Dependence, ...]
    supplier: dict[str, str]
    stock: dict[str, Figure]
    losses: dict[str, CutLosses]
    cut: dict[str, int]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per good, the largest loss of the short horizon first."""
        rows = [self._row(d) for d in self.bought]

        def key(row: dict[str, Any]) -> float:
            value = row.get("loss_short_percent", {}).get("central")
            return 0.0 if value is None else value

        return sorted(rows, key=key)

    def _row(self, d: Dependence) -> dict[str, Any]:
        who = self.supplier.get(d.good)
        row: dict[str, Any] = {
            "good": d.good,
            "purchases_usd_bn": d.spending * 1e-3,
            "home_percent": 100.0 * d.home,
            "suppliers": {name: 100.0 * share for name, share in d.suppliers()},
            "import_hhi": d.import_hhi,
            "stock_days": figure_row(self.stock[d.good]),
            "supplier": who,
        }
        if who is None:
            return row
        row["supplier_percent"] = 100.0 * d.of(who)
        row |= days_row(self.regime, self.stock[d.good], d.of(who))
        if d.good in self.cut:
            for horizon, found in self.losses.items():
                c = self.cut[d.good]
                row[f"loss_{horizon}_percent"] = found.of(c, self.country)
                row[f"loss_{horizon}_usd_bn"] = found.of(c, self.country, dollars=True)
        return row

    def supplier_rows(self) -> list[dict[str, Any]]:
        """Return a row per good and supplier: its share of all purchases, home included."""
        return [
            {"good": d.good, "supplier": name, "share_percent": 100.0 * share}
            for d in self.bought
            for name, share in [(self.country, d.home), *d.suppliers(len(d.countries))]
            if share >= 1e-4
        ]

    @property
    def failed(self) -> list[str]:
        """The stops without an equilibrium."""
        return [f for found in self.losses.values() for f in found.failed]


def days_row(terms: Regime, stock: Figure, share: float) -> dict[str, Any]:
    """Return what the daily simulation says of a regime for a user with one supplier's `share`.

    Days until the first line stops and output-days lost in a year, with the range over the
    stock; None where no line stops within the year.
    """
    covers = np.array([stock.low, stock.central, stock.high])
    supply = arrivals(terms.terms(), YEAR, terms.start, share)
    paths = run_stocks(np.broadcast_to(supply, (3, YEAR)), covers)
    stops = [None if d == NEVER else int(d) for d in paths.first_stop.tolist()]
    lost = [float(x) for x in paths.lost]
    return {
        "first_stop_day": {"central": stops[1], "low": stops[0], "high": stops[2]},
        "output_days_lost": {"central": lost[1], "low": lost[2], "high": lost[0]},
    }


def figure_row(figure: Figure) -> dict[str, Any]:
    """Return a figure as plain data."""
    return {
        "central": figure.central,
        "low": figure.low,
        "high": figure.high,
        "source": figure.source,
    }


def exposure(
    country: str,
    *,
    supplier: str | None = None,
    goods: Sequence[str] = (),
    terms: Regime | str = "stop",
    horizons: Sequence[str] = HORIZONS,
    world: World | None = None,
) -> Exposure:
    """Return how a country depends on suppliers of critical goods, and what a stop would cost.

    `supplier` stops (the largest foreign one of each good where left out), on its own and good by
    good; the part that still arrives is the mean over the first year of `terms`. Losses are
    changes of real income of the model economy at each of `horizons` after stocks have run out,
    days are those of the daily simulation. Raises `UnknownName`, and `NotConverged` where nothing
    can be solved.
    """
    from tradetalks.codes import countries
    from tradetalks.supply.cuts import Cut

    about = regime(terms) if isinstance(terms, str) else terms
    places = tuple(countries())
    country = country_code(country, places)
    named = () if supplier is None else (country_code(supplier, places),)
    table = world if world is not None else world_for(country, *named)
    wanted = [find_good(g) for g in goods] or [g.code for g in table.carved]
    bought = tuple(dependence(table, country, g) for g in wanted)
    chosen: dict[str, str] = {}
    for d in bought:
        largest = d.suppliers(1)
        if named and d.of(named[0]) > 0 and named[0] != country:
            chosen[d.good] = named[0]
        elif not named and largest:
            chosen[d.good] = largest[0][0]
    left = year_mean(about.terms(), YEAR, about.start)
    order = [d.good for d in bought if d.good in chosen and d.of(chosen[d.good]) >= LEAST_SHARE]
    cuts = [Cut((chosen[g],), country, (g,), left) for g in order] if left < 1.0 else []
    losses = {h: solve_cuts(table, cuts, h) for h in horizons} if cuts else {}
    order = order if cuts else []
    return Exposure(
        country,
        table,
        about,
        bought,
        chosen,
        stock_figures(tuple(wanted)),
        losses,
        {g: c for c, g in enumerate(order)},
    )
