"""Checks of claims against shipped tables of facts: trade, minerals, meetings."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from tradetalks.validation.claims import Claim, Found, Reading

Row = Mapping[str, str]

SIDES = {"USA": "the United States reports", "CHN": "China reports"}


@cache
def table(name: str) -> tuple[Row, ...]:
    """Return the rows of `tables/<name>.csv`."""
    file = resources.files("tradetalks.validation").joinpath("tables", f"{name}.csv")
    return tuple(csv.DictReader(file.read_text("utf-8").splitlines()))


def goods_trade(claim: Claim, year: int) -> Found:
    """Exports and imports of goods together, as either side reports them at either valuation."""
    by_year = {y: _both_ways(y) for y in sorted({int(r["year"]) for r in _trade()})}
    readings = tuple(Reading(label, value) for label, value in by_year[year].items())
    stated = float(claim.stated or 0.0)
    gap, when, label, value = min(
        (abs(value - stated), y, label, value)
        for y, all_of_it in by_year.items()
        for label, value in all_of_it.items()
    )
    why = (
        f"{year}: " + "; ".join(f"{label} {value:,.0f}" for label, value in by_year[year].items())
    ) + "."
    if when != year:
        why += f" The figure stated is that of {when} ({label} {value:,.1f}, {gap:.1f} away)."
    return Found(readings, why)


def us_deficit(_: Claim, year: int) -> Found:
    """US imports from China less US exports to it, as the United States reports them."""
    values = _values(year, "USA")
    exports = values["exports", "fob"]
    readings = [
        Reading(f"imports at {name}", values["imports", kind] - exports)
        for kind, name in (("fob", "customs value"), ("cif", "value with freight"))
        if ("imports", kind) in values
    ]
    parts = "; ".join(f"{r.label} {r.value:,.1f}" for r in readings)
    return Found(tuple(readings), f"Goods, billions of dollars in {year}: {parts}.")


def _both_ways(year: int) -> dict[str, float]:
    """Return the sum of exports and imports by who reports and how imports are valued."""
    out: dict[str, float] = {}
    for side, words in SIDES.items():
        values = _values(year, side)
        for kind, name in (("fob", "customs value"), ("cif", "with freight")):
            if ("imports", kind) in values and ("exports", "fob") in values:
                out[f"{words}, imports {name}"] = values["imports", kind] + values["exports", "fob"]
    return out


def _trade() -> tuple[Row, ...]:
    return table("us_china_goods_trade")


def _values(year: int, side: str) -> dict[tuple[str, str], float]:
    return {
        (r["flow"], r["valuation"]): float(r["usd_bn"])
        for r in _trade()
        if r["year"] == str(year) and r["reporter"] == side
    }


def may_exports(_: Claim) -> Found:
    """China's exports to the United States in May 2025: on a year, and on a month."""
    rows = {r["month"]: r for r in table("china_exports_to_us")}
    usd = {month: float(r["usd_bn"]) for month, r in rows.items()}
    year, month = (100.0 * (usd["2025-05"] / usd[m] - 1.0) for m in ("2024-05", "2025-04"))
    readings = (
        Reading("on May 2024", round(year, 1)),
        Reading("on April 2025", round(month, 1), "partly"),
    )
    why = (
        f"From ${usd['2024-05']:.1f}bn in May 2024 to ${usd['2025-05']:.1f}bn: {year:+.1f}% on the "
        f"year, which is how such figures are given. On April 2025 (${usd['2025-04']:.1f}bn) it "
        f"is {month:+.1f}%. Press reports of customs data, rounded."
    )
    return Found(readings, why, tuple({"title": r["source"], "evidence": r["evidence"]}
                                      for r in rows.values()))  # fmt: skip


def rare_earth_elements(_: Claim) -> Found:
    """How many elements there are, and how many of them China licenses."""
    rows = table("rare_earths")
    licensed = [r["symbol"] for r in rows if r["status"].startswith("in force")]
    asleep = [r["symbol"] for r in rows if "suspended" in r["status"]]
    why = (
        f"Our table has {len(rows)}. China's licences of April 2025 cover {len(licensed)} of them "
        f"({', '.join(licensed)}); {len(asleep)} more ({', '.join(asleep)}) were announced and "
        "suspended."
    )
    return Found((Reading("elements", float(len(rows))),), why)


def rare_earth_processing(_: Claim) -> Found:
    """China's share of world refining and, beside it, of mining."""
    share = {r["stage"]: r for r in table("rare_earth_shares") if r["country"] == "China"}
    refined, mined = (float(share[s]["share_percent"]) for s in ("refining", "mining"))
    why = (
        f"{refined:.0f}% of refined magnet rare earths in {share['refining']['year']} (output, not "
        f"capacity); of mining it is {mined:.0f}%."
    )
    return Found((Reading("refining", refined),), why)


def meeting_day(_: Claim, kind: str) -> Found:
    """The day of the only meeting of a kind in our table."""
    (row,) = (r for r in table("meetings_2025") if r["kind"] == kind)
    why = f"{row['who']}, by {row['place']}."
    return Found((Reading(row["place"], row["start"]),), why, (_source(row),))


def meeting_days(_: Claim, place: str) -> Found:
    """First and last day of the round held at a place."""
    (row,) = (r for r in table("meetings_2025") if r["place"] == place)
    days = f"{row['start']}/{row['end']}"
    return Found((Reading(place, days),), f"{row['who']}.", (_source(row),))


def rounds(_: Claim, since: object, until: object) -> Found:
    """How many rounds the two teams held between two days."""
    held = [
        r for r in table("meetings_2025")
        if r["kind"] == "round" and str(since) <= r["start"] <= str(until)
    ]  # fmt: skip
    why = "Rounds of the two teams: " + ", ".join(f"{r['place']} {r['start']}" for r in held) + "."
    return Found((Reading("rounds", float(len(held))),), why, tuple(map(_source, held)))


def _source(row: Row) -> dict[str, str]:
    return {"title": f"{row['place']}, {row['start']}", "url": row["source"],
            "evidence": row["evidence"]}  # fmt: skip


CHECKS = {
    f.__name__: f
    for f in (
        *(goods_trade, us_deficit, may_exports, rare_earth_elements, rare_earth_processing),
        *(meeting_day, meeting_days, rounds),
    )
}
