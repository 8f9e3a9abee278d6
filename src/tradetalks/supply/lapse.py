"""When suspended controls on critical goods return by law, and what their return would mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tradetalks.supply.exposures import days_row
from tradetalks.supply.shipped import Figure, Regime, regime

if TYPE_CHECKING:
    from tradetalks.policy import Interval


@dataclass(frozen=True)
class Lapse:
    """One measure that sleeps: its goods, its regime, and the day on which it wakes.

    `by_law` is the day under enacted law, `announced` under what governments have said; None
    where that reading has no such day. `state` is what enacted law says of `on`.
    """

    measure: str
    title: str
    supplier: str
    goods: tuple[str, ...]
    regime: Regime
    covers: str
    by_law: date | None
    announced: date | None
    state: str
    source: str
    evidence: str

    def as_row(self) -> dict[str, Any]:
        """Return the measure as plain data."""
        return {
            "measure": self.measure,
            "title": self.title,
            "goods": list(self.goods),
            "regime": self.regime.name,
            "covers": self.covers,
            "returns_by_law": self.by_law,
            "returns_as_announced": self.announced,
            "state": self.state,
            "source": self.source,
            "evidence": self.evidence,
        }


@cache
def _laws() -> tuple[Mapping[str, Any], ...]:
    from ruamel.yaml import YAML

    text = files("tradetalks.supply").joinpath("laws.yaml").read_text("utf-8")
    return tuple(YAML(typ="safe").load(text))


def lapses(buyer: str, on: date | None = None) -> tuple[Lapse, ...]:
    """Return the suspended controls on goods that `buyer` buys, by the day of their return.

    A measure whose suspension has run out by `on` (default: today) stays in the list, and its
    state says so.
    """
    from tradetalks.policy import build_table
    from tradetalks.policy.ledger import day_number

    day = day_number(on or date.today(), name="on")
    enacted, spoken = build_table(law="enacted"), build_table(law="announced")
    found: list[Lapse] = []
    for row in _laws():
        if (row["buyers"] != "all" and buyer not in row["buyers"]) or buyer == row["supplier"]:
            continue
        by_law, event = _wakes(enacted.of(row["measure"]))
        announced, said = _wakes(spoken.of(row["measure"]))
        if by_law is None and announced is None:
            continue
        about = event or said
        assert about is not None
        state = (
            "suspended" if by_law is None or day < by_law.toordinal() else "the suspension ended"
        )
        if state != "suspended" and announced and day < announced.toordinal():
            state += "; an extension is announced, no legal act is documented"
        elif state != "suspended":
            state += "; what happened then is not documented"
        found.append(
            Lapse(
                row["measure"],
                about.measure.title,
                row["supplier"],
                tuple(row["goods"]),
                regime(row["regime"]),
                row["covers"],
                by_law,
                announced,
                _state(day, by_law, announced),
                about.event.source,
                about.event.evidence,
            )
        )
    return tuple(sorted(found, key=lambda x: (x.by_law or x.announced or date.max, x.measure)))


def _state(day: int, by_law: date | None, announced: date | None) -> str:
    if by_law is None or day < by_law.toordinal():
        return "suspended"
    if announced and day < announced.toordinal():
        return "the suspension ended; an extension is announced, no legal act is documented"
    return "the suspension ended; what happened then is not documented"


def _wakes(rows: list[Interval]) -> tuple[date | None, Interval | None]:
    """Return the end of the last suspension, and the interval that says so."""
    asleep = [r for r in rows if r.asleep]
    if not asleep or asleep[-1].end >= date.max.toordinal() or not _returns(rows, asleep[-1]):
        return None, None
    return date.fromordinal(asleep[-1].end), asleep[-1]


def _returns(rows: list[Interval], last: Interval) -> bool:
    return any(r.start == last.end and not r.asleep for r in rows)


def lapse_rows(
    found: tuple[Lapse, ...], shares: Mapping[tuple[str, str], float], stock: Mapping[str, Figure]
) -> list[dict[str, Any]]:
    """Return a row per control and good: when it returns, and when the first line would stop.

    `shares` are parts of the user's purchases by good and supplier, `stock` figures by good; both
    by the law's day and by the announced one, with the range over the stock.
    """
    out: list[dict[str, Any]] = []
    for lapse in found:
        for good in lapse.goods:
            share = shares.get((good, lapse.supplier), 0.0)
            if share <= 0.0:
                continue
            held = stock[good]
            row: dict[str, Any] = {
                "good": good,
                "measure": lapse.measure,
                "supplier": lapse.supplier,
                "share_percent": 100.0 * share,
                "regime": lapse.regime.name,
                "stock_days": {"central": held.central, "low": held.low, "high": held.high},
                "returns_by_law": lapse.by_law,
                "returns_as_announced": lapse.announced,
                "state": lapse.state,
            }
            row |= days_row(lapse.regime, held, share)
            for name, day in (("by_law", lapse.by_law), ("as_announced", lapse.announced)):
                stops = row["first_stop_day"]
                row[f"first_stop_{name}"] = {end: _on(day, stops[end]) for end in stops}
            out.append(row)
    return out


def _on(begin: date | None, day: int | None) -> str | None:
    return None if begin is None or day is None else (begin + timedelta(day)).isoformat()
