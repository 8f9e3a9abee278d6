"""Build the table of US imports by chapter and partner that ships with the package.

    TRADETALKS_DATA=<raw data> python scripts/build_partner_weights.py

Reads `us_trade_monthly/top20_hs2_imports.parquet` of the raw data (US Census Bureau, imports for
consumption by HS2, the twenty largest partners and the total), writes
`src/tradetalks/policy/compiled/us_partner_chapters.csv`: thousand USD of 2019 and the duty
calculated on them. `REST` is the total less the twenty.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pandas as pd

OUT = Path(__file__).parents[1] / "src/tradetalks/policy/compiled/us_partner_chapters.csv"
YEAR = "2019"
TOTAL = "TOTAL FOR ALL COUNTRIES"
NAMES = {
    "BRAZIL": "BRA", "CANADA": "CAN", "CHINA": "CHN", "FRANCE": "FRA", "GERMANY": "DEU",
    "INDIA": "IND", "IRELAND": "IRL", "ISRAEL": "ISR", "ITALY": "ITA", "JAPAN": "JPN",
    "KOREA, SOUTH": "KOR", "MALAYSIA": "MYS", "MEXICO": "MEX", "SAUDI ARABIA": "SAU",
    "SINGAPORE": "SGP", "SWITZERLAND": "CHE", "TAIWAN": "TWN", "THAILAND": "THA",
    "UNITED KINGDOM": "GBR", "VIETNAM": "VNM",
}  # fmt: skip


def main() -> None:
    """Read, add up, check and write."""
    raw = Path(os.environ.get("TRADETALKS_DATA") or sys.exit("set TRADETALKS_DATA"))
    table = pd.read_parquet(raw / "us_trade_monthly/top20_hs2_imports.parquet")
    flat = table.drop(columns=[c for c in table.columns if c in table.index.names]).reset_index()
    flat["chapter"] = flat["I_COMMODITY_SDESC"].str.extract(r"HS CODE (\d\d)", expand=False)
    year = flat[flat["time"].astype(str).str.startswith(YEAR)]
    if sorted(set(year["CTY_NAME"])) != sorted([TOTAL, *NAMES]):
        sys.exit("the partners are not those of NAMES")
    rows = []
    for what in ("imports", "duty"):
        wide = year.pivot_table(
            index="chapter", columns="CTY_NAME", values=what, aggfunc="sum", fill_value=0.0
        )
        wide["REST"] = wide[TOTAL] - wide[list(NAMES)].sum(axis=1)
        wide = (wide.drop(columns=TOTAL).rename(columns=NAMES) / 1000).round().astype(int)
        wide.insert(0, "what", what)
        rows.append(wide[["what", *sorted(NAMES.values()), "REST"]])
    found = pd.concat(rows)
    if (found.drop(columns="what") < 0).any().any():
        sys.exit("a rest below zero")
    temporary = OUT.with_suffix(".tmp")
    found.to_csv(temporary, lineterminator="\n")
    temporary.replace(OUT)
    print(
        f"{len(found)} rows, {found[found.what == 'imports'].iloc[:, 1:].sum().sum() / 1e6:.0f} bn"
    )


if __name__ == "__main__":
    main()
