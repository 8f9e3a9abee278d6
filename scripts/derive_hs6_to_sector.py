"""Derive `codes/tables/hs6_to_sector.csv`: HS6 -> GTAP sector -> model sector.

Usage: TRADETALKS_DATA=... python scripts/derive_hs6_to_sector.py

Input: the Budget Lab's HS6 to GTAP crosswalk (MIT), the HS6 lists of the two 2018-20 tariff
schedules of M. Waugh (MIT) and of the Census 2024 imports (public domain), and our table of
GTAP sectors by ISIC Rev. 4 division (published GTAP 10 definitions). A code of another HS
edition goes where most lines of its 4-digit heading go, else its chapter. Chapters 98 and 99
(special classifications) have no industry and are placed in 31T33 as `leftover`.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

RAW = Path(os.environ["TRADETALKS_DATA"])
TABLES = Path(__file__).parents[1] / "src/tradetalks/codes/tables"
LISTS = [
    "us_tariff_lines/waugh_us_s301_tariffs_2018_2020_hs6.csv",
    "cn_retaliation/waugh_china_tariffs_on_us_2018_2019_hs6.csv",
    "us_tariff_lines/us_imports_from_china_2024_hs6_census.csv",
]
LEFTOVER_SECTOR = "31T33"
# Old codes whose heading is mostly something else.
CORRECTIONS = {
    "870120": "MVH",  # road tractors for semi-trailers: ISIC 2910; most of 8701 is farm tractors
    "840110": "FMP",  # nuclear reactors: ISIC 2513, with the rest of steam generators
}


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def main() -> None:
    """Write the table and print how many lines each method placed."""
    sector_of = {r["gtap"]: r["sector"] for r in read(TABLES / "gtap_to_sector.csv")}
    crosswalk = {
        r["hs6"]: r["gtap_sector"].upper()
        for r in read(RAW / "us_tariff_lines/hs6_to_gtap_sector.csv")
    }
    parents: dict[str, Counter[str]] = {}
    for hs6, gtap in sorted(crosswalk.items()):
        if gtap in sector_of:
            for parent in (hs6[:4], hs6[:2]):
                parents.setdefault(parent, Counter())[gtap] += 1
    universe = set(crosswalk) | {r["hs6"] for name in LISTS for r in read(RAW / name)}
    rows = []
    for hs6 in sorted(universe):
        if crosswalk.get(hs6) in sector_of:
            gtap, method = crosswalk[hs6], "line"
        elif hs6 in CORRECTIONS:
            gtap, method = CORRECTIONS[hs6], "corrected"
        elif hs6[:4] in parents:
            gtap, method = parents[hs6[:4]].most_common(1)[0][0], "heading"
        elif hs6[:2] in parents:
            gtap, method = parents[hs6[:2]].most_common(1)[0][0], "chapter"
        else:
            gtap, method = "", "leftover"
        rows.append((hs6, gtap, sector_of.get(gtap, LEFTOVER_SECTOR), method))
    with (TABLES / "hs6_to_sector.csv").open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(("hs6", "gtap", "sector", "method"))
        writer.writerows(rows)
    print(Counter(r[3] for r in rows), "leftover:", [r[0] for r in rows if r[3] == "leftover"])
    print(Counter(r[2] for r in rows))


if __name__ == "__main__":
    main()
