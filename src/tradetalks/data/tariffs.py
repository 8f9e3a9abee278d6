"""Tariffs of a world: mended MFN rates, the US-China law of mid-2022, customs ratios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import sectors as sector_table
from tradetalks.data import rates as r
from tradetalks.data.readers import lines
from tradetalks.data.registry import find

Array = NDArray[np.float64]

FOOD = "10T12"
CAP = 0.5
SHIPPED_NUMBER = "price"
"""Which of `rates.SectorRate`'s numbers becomes the cell's additional duty."""
PREFERENTIAL = 0.01


@dataclass(frozen=True, eq=False)
class Law:
    """Additional US-China duties of mid-2022 by sector, and how they were found.

    `origin_usd`: US import value by where its rate comes from; `schedule_check`: US additional
    rates of the independent HS6 schedule, without Section 232, with its share of value covered;
    `collected`: US duty over value by sector in 2024.
    """

    us_on_china: Mapping[str, r.SectorRate]
    china_on_us: Mapping[str, r.SectorRate]
    origin_usd: Mapping[str, float]
    food_specific_share: float
    schedule_check: Mapping[str, Mapping[str, float]]
    collected: Mapping[str, float]


def law_of_2022() -> Law:
    """Return the sector rates of mid-2022 from raw tariff lines."""
    census = find("census_china_2024", "us_imports_from_china_2024_hs10_census.csv.gz")
    imports = lines.read_imports(census, 10)
    mfn = lines.read_mfn(find("us_mfn_2025"))
    schedule = lines.read_schedule(find("waugh_us"))
    us, origin = r.us_lines_2022(
        imports,
        {code: m.rate for code, m in mfn.items()},
        lines.read_lists(find("us_s301_lists")),
        schedule,
    )
    farm: dict[str, float] = {}
    for name in ("us_exports_2024_to_china_on_10pct_list_hs6.csv",
                 "us_exports_2024_to_china_on_15pct_list_hs6.csv"):  # fmt: skip
        farm |= lines.read_exports_on_list(find("us_exports_lists_2024", name))
    china = r.china_lines_2022(
        lines.read_schedule(find("waugh_china")),
        lines.read_exports_by_chapter(find("us_exports_hs2"), 2017),
        farm,
    )
    food = [x for x in us if r.hs6_table()[x.code[:6]].sector == FOOD]
    specific = sum(x.value for x in food if _kind(mfn, x.code) in ("specific", "compound"))
    return Law(
        us_on_china=r.sector_rates(us, observed_at="total"),
        china_on_us=r.sector_rates(china, observed_at="mfn"),
        origin_usd=origin,
        food_specific_share=specific / sum(x.value for x in food),
        schedule_check=r.schedule_check(imports, schedule),
        collected=r.collected_rates(
            imports, lines.read_imports(census, 10, what="calc_duty_usd_2024")
        ),
    )


def _kind(mfn: Mapping[str, lines.MfnRate], code: str) -> str:
    return mfn[code[:8]].kind if code[:8] in mfn else "missing"


def mend_tariffs(tariff: Array, names: tuple[str, ...], law: Law) -> tuple[Array, dict[str, Any]]:
    """Return MFN tariffs with services at zero, food rebuilt and extremes capped; a report.

    The cube's food rates of the United States (91%) and China (28%) are artefacts of prohibitive
    lines that nobody trades (tobacco, sugar over quota). Suppliers above 1% pay the rate of the
    lines instead; suppliers below it, which have preferences, keep theirs.
    """
    codes = list(sector_table())
    tariff = tariff.copy()
    goods = np.array([s.goods for s in sector_table().values()])
    services = int((tariff[:, :, ~goods] > 0).sum())
    tariff[:, :, ~goods] = 0.0
    food: dict[str, Any] = {}
    for importer, found in (("USA", law.us_on_china), ("CHN", law.china_on_us)):
        n, j = names.index(importer), codes.index(FOOD)
        old, rebuilt = tariff[:, n, j].copy(), found[FOOD].mfn
        changed = (old > PREFERENTIAL) & (old > rebuilt)
        tariff[changed, n, j] = rebuilt
        food[importer] = {
            "rate": round(rebuilt, 6),
            "was": {names[i]: round(float(old[i]), 4) for i in np.flatnonzero(changed)},
            "kept": {names[i]: round(float(old[i]), 4) for i in np.flatnonzero(~changed) if i != n},
        }
    high = np.argwhere(tariff > CAP)
    capped: dict[str, Any] = {}
    for i, n, j in high:
        row = capped.setdefault(f"{names[n]} {codes[j]}", {"suppliers": 0, "highest": 0.0})
        row["suppliers"] += 1
        row["highest"] = round(max(row["highest"], float(tariff[i, n, j])), 4)
    return np.minimum(tariff, CAP), {
        "services_cells_set_to_zero": services,
        "food": food,
        "us_food_value_with_specific_or_compound_duty": round(law.food_specific_share, 4),
        "capped_cells": len(high),
        "capped": capped,
    }


def add_war(
    tariff: Array, names: tuple[str, ...], law: Law
) -> tuple[Array, dict[str, dict[str, dict[str, Any]]]]:
    """Return tariffs with the additional US-China duties (price numbers) and the rate table."""
    codes = list(sector_table())
    tariff = tariff.copy()
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for importer, exporter, found in (
        ("USA", "CHN", law.us_on_china),
        ("CHN", "USA", law.china_on_us),
    ):
        i, n = names.index(exporter), names.index(importer)
        rows = table.setdefault(f"{importer} on {exporter}", {})
        for j, code in enumerate(codes):
            mfn = float(tariff[i, n, j])
            if code in found and sector_table()[code].goods:
                tariff[i, n, j] = mfn + getattr(found[code], SHIPPED_NUMBER)
            rows[code] = {"mfn": round(mfn, 6), "total": round(float(tariff[i, n, j]), 6)}
            if code in found:
                rows[code] |= found[code].row()
    return tariff, table


def customs_ratios(
    trade: Array, names: tuple[str, ...], goods: NDArray[np.bool_], year: int
) -> tuple[Array, dict[str, Any]]:
    """Return customs_ratio [i,n]: US customs totals of a year over table goods flows, else 1.

    Both directions as the United States reports them (imports at customs value, exports
    f.a.s.), so that the customs balance is the published one; China's own figures stand in
    the report. Where Comtrade has no customs value of imports (before 2019), the Census total by
    chapter stands in.
    """
    usa, chn = names.index("USA"), names.index("CHN")
    by_us = lines.read_comtrade(find("comtrade_usa_chn", "comtrade_totals_TradeData_USA_China.csv"))
    by_cn = lines.read_comtrade(find("comtrade_usa_chn", "comtrade_totals_TradeData_China_USA.csv"))
    flows = trade[:, :, goods].sum(2)
    ratio = np.ones_like(flows)
    imports, exports = by_us[year, "USA", "CHN", "M"].fob, by_us[year, "USA", "CHN", "X"]
    if not imports:
        chapters = lines.read_monthly(find("us_imports_hs2"), "CON_VAL_MO")
        imports = sum(value for (when, _), value in chapters.items() if when[:4] == str(year))
    ratio[chn, usa] = imports / 1e6 / flows[chn, usa]
    ratio[usa, chn] = exports.value / 1e6 / flows[usa, chn]
    return ratio, {
        "usa_from_chn": {
            "table_musd": round(float(flows[chn, usa]), 3),
            "customs_musd": round(imports / 1e6, 3),
            "ratio": round(float(ratio[chn, usa]), 6),
            "as_china_reports_exports_musd": round(by_cn[year, "CHN", "USA", "X"].value / 1e6, 3),
        },
        "chn_from_usa": {
            "table_musd": round(float(flows[usa, chn]), 3),
            "customs_musd": round(exports.value / 1e6, 3),
            "ratio": round(float(ratio[usa, chn]), 6),
            "as_china_reports_imports_cif_musd": round(
                by_cn[year, "CHN", "USA", "M"].value / 1e6, 3
            ),
        },
    }
