"""Derive the tables behind `tradetalks claims`: US-China goods trade, rare-earth shares.

Usage: TRADETALKS_DATA=... python scripts/derive_claim_tables.py

`us_china_goods_trade.csv`: UN Comtrade totals as each side reports them, in USD billions. US
imports stand there at two values: with insurance and freight (cif, the total of Comtrade) and
without (fob, customs value), for the years in which Comtrade has both.
`rare_earth_shares.csv`: the International Energy Agency's shares of countries in world mining and
refining, latest past year.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from tradetalks.data.registry import find

OUT = Path(__file__).parents[1] / "src/tradetalks/validation/tables"
YEAR = "2024"
FLOWS = {"M": "imports", "X": "exports"}


def main() -> None:
    """Write both tables."""
    write("us_china_goods_trade", ("year", "reporter", "flow", "valuation", "usd_bn"), trade())
    write("rare_earth_shares", ("stage", "country", "year", "share_percent"), shares())


def trade() -> list[tuple[str, ...]]:
    """Return year, reporter, flow, valuation, USD billions."""
    rows: list[tuple[str, ...]] = []
    for pair in ("USA_China", "China_USA"):
        file = find("comtrade_usa_chn", f"comtrade_totals_TradeData_{pair}.csv")
        with file.open(encoding="utf-8-sig", newline="") as f:
            # each line ends with a comma more than the header has
            for r in csv.DictReader(f):
                flow = FLOWS[r["flowCode"]]
                value = {"cif" if flow == "imports" else "fob": float(r["primaryValue"])}
                if flow == "imports" and float(r["fobvalue"] or 0) > 0:
                    value["fob"] = float(r["fobvalue"])
                rows += [
                    (r["refYear"], r["reporterISO"], flow, kind, f"{usd / 1e9:.3f}")
                    for kind, usd in value.items()
                ]
    return sorted(rows)


def shares() -> list[tuple[str, ...]]:
    """Return stage, country, year, share in percent."""
    with find("iea_minerals").open(encoding="utf-8", newline="") as f:
        return [
            (r["stage"], r["country"], r["year"], f"{100 * float(r['share']):.2f}")
            for r in csv.DictReader(f)
            if r["mineral"] == "Rare Earth Elements" and r["year"] == YEAR
        ]


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write one table."""
    OUT.mkdir(exist_ok=True)
    rows = list(rows)
    with (OUT / f"{name}.csv").open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{name}.csv: {len(rows)} rows")


if __name__ == "__main__":
    main()
