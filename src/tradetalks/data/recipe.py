"""Build worlds from raw data: the recipe of `docs/world-2022.md`, step by step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import countries as country_table
from tradetalks.codes import sectors as sector_table
from tradetalks.data.balance import ras
from tradetalks.data.priors import country_prior, wiod_value_added_share
from tradetalks.data.readers import cubes
from tradetalks.data.registry import find
from tradetalks.data.shipped import storable, write_world
from tradetalks.data.tariffs import add_war, customs_ratios, law_of_2022, mend_tariffs
from tradetalks.data.toy import toy_world
from tradetalks.data.world import World
from tradetalks.errors import BadTable, unknown_name

Array = NDArray[np.float64]

ICIO_SECTORS = {
    "A01": "01T02",
    "A02": "01T02",
    "A03": "03",
    "B05": "05T06",
    "B06": "05T06",
    "B07": "07T08",
    "B08": "07T08",
    "B09": "09",
    "C10T12": "10T12",
    "C13T15": "13T15",
    "C16": "16",
    "C17_18": "17T18",
    **{f"C{k}": f"{k}" for k in (19, 20, 21, 22, 23, 25, 26, 27, 28, 29)},
    "C24A": "24",
    "C24B": "24",
    "C301": "30",
    "C302T309": "30",
    "C31T33": "31T33",
    "Services (aggregate)": "SERV",
}
SHARE_RANGE = (0.25, 0.65)
YEARS = {"world-2017": 2017, "world-2022": 2022}
"""Worlds of the recipe. 2017 is the last year before the war and does not ship: the back-test
builds it. Years between would need the law of that year."""
SOURCES = (
    "icio",
    "wiod2013",
    "jmwz2017",
    "wdi_gdp",
    "us_s301_lists",
    "us_mfn_2025",
    "census_china_2024",
    "waugh_us",
    "waugh_china",
    "us_exports_hs2",
    "us_exports_lists_2024",
    "comtrade_usa_chn",
)
SOURCES_OF = {2017: (*SOURCES, "us_imports_hs2"), 2022: SOURCES}


def merge_cube(cube: cubes.IcioCube) -> tuple[Array, Array]:
    """Return trade and tariff [i,n,j] in our 23 sectors (tariffs weighted by trade)."""
    codes = list(sector_table())
    member = np.zeros((len(cube.sectors), len(codes)))
    for position, name in enumerate(cube.sectors):
        member[position, codes.index(ICIO_SECTORS[name])] = 1.0
    trade = cube.trade @ member
    plain = cube.tariff @ member / member.sum(0)
    duty = (cube.trade * cube.tariff) @ member
    return trade, np.divide(duty, trade, out=plain, where=trade > 0)


def balance(
    trade: Array, tariff: Array, names: tuple[str, ...], year: int
) -> tuple[Array, dict[str, Any]]:
    """Return intermediate [n,j,k], balanced by RAS country by country, and the report."""
    tables = cubes.read_coefficients(find("jmwz2017").parent)
    wiod = cubes.read_wiod(find("wiod2013", "wiot_2011.npz"))
    gdp = cubes.read_gdp(find("wdi_gdp"), year)
    output = trade.sum(1)
    absorption = (trade * (1 + tariff)).sum(0)
    duties = (trade * tariff).sum((0, 2))
    size = output.shape[1]
    prior = np.zeros((len(names), size + 1, size + 1))
    report: dict[str, Any] = {}
    earned = np.zeros(len(names))
    for n, name in enumerate(names):
        p = country_prior(name, country_table()[name].eu27 or name == "GBR", tables, wiod,
                          output[n])  # fmt: skip
        total = output[n].sum()
        if name in gdp:
            wanted, basis = gdp[name] - duties[n], "WDI GDP less duties"
        elif name == "TWN":
            wanted, basis = wiod_value_added_share(wiod, name) * total, "WIOD 2011 share"
        else:
            wanted, basis = float(p.value_added @ output[n]), "share of the prior"
        earned[n] = np.clip(wanted, SHARE_RANGE[0] * total, SHARE_RANGE[1] * total)
        spent = absorption[n].sum() + earned[n] - total
        if spent <= 0:
            raise BadTable(f"Final demand of {name} would be {spent:,.0f} million USD.")
        prior[n, :size, :size] = p.inputs * output[n]
        prior[n, size, :size] = p.value_added * output[n]
        prior[n, :size, size] = p.final * spent
        report[name] = {
            "prior": p.origin,
            "value_added_from": basis if earned[n] == wanted else f"{basis}, clipped",
            "gdp_wdi_musd": round(gdp[name], 1) if name in gdp else None,
            "value_added_musd": round(float(earned[n]), 1),
            "duties_musd": round(float(duties[n]), 1),
            "share_of_output": round(float(earned[n] / total), 4),
        }
    rows = np.concatenate([absorption, earned[:, None]], axis=1)
    final = absorption.sum(1) + earned - output.sum(1)
    columns = np.concatenate([output, final[:, None]], axis=1)
    done = ras(prior, rows, columns)
    inter, before = done.table[:, :size, :size], prior[:, :size, :size]
    value = before.sum((1, 2))
    moved = np.abs(inter - before).sum((1, 2)) / value
    for n, name in enumerate(names):
        report[name]["intermediate_moved"] = round(float(moved[n]), 4)
    return inter, {
        "iterations": done.iterations,
        "error": done.error,
        "mean_intermediate_moved": round(float(moved @ value / value.sum()), 4),
        "countries": report,
    }


def build_world(year: int) -> tuple[World, dict[str, Any]]:
    """Return the 81x23 world of 2017 or 2022 and its balance report, from raw data."""
    cube = cubes.read_icio(find("icio", f"ICIO{year}.npz"))
    names = cube.countries
    goods = np.array([s.goods for s in sector_table().values()])
    law = law_of_2022()
    trade, tariff = merge_cube(cube)
    mfn, mended = mend_tariffs(tariff, names, law)
    # 2017 had no additional duty between the two; its food rates are mended as those of 2022
    tariff, war = add_war(mfn, names, law) if year == 2022 else (mfn, {})
    ratio, customs = customs_ratios(trade, names, goods, year)
    mfn, tariff = (np.where(goods, rate * ratio[:, :, None], rate) for rate in (mfn, tariff))
    inter, balanced = balance(trade, tariff, names, year)
    world = World.from_arrays(
        name=f"world-{year}",
        year=year,
        countries=names,
        sectors=tuple(sector_table()),
        goods=goods,
        trade=trade,
        tariff=tariff,
        mfn_tariff=mfn,
        intermediate=inter,
        customs_ratio=ratio,
        sources=SOURCES_OF[year],
    )
    # the reader's own remarks (sectors without output) stand in `describe`, by country
    world = replace(world, notes=NOTES if year == 2022 else NOTES_BEFORE_THE_WAR)
    report = {
        "balance": balanced,
        "tariffs": mended,
        "us_china_rates": war,
        "us_line_rates_from_usd": {k: round(v) for k, v in law.origin_usd.items()},
        "us_schedule_check": law.schedule_check,
        "us_collected_2024": law.collected,
        "customs": customs,
    }
    return storable(world), report


NOTES = (
    "Trade: OECD ICIO 2022, goods flows without trade margins; not customs statistics.",
    "Tariffs: MFN or preferential 2022 (Teti); services set to zero; food, drink and tobacco "
    "of the United States and China rebuilt from tariff lines; cells above 50% capped (listed "
    "in the report).",
    "US-China: additional duties of mid-2022 from tariff lines, statutory: exclusions "
    "granted to importers are not deducted. US weights are imports of 2024, with the war's "
    "effect on them undone at an assumed elasticity of 2.53; Chinese weights are US exports "
    "of 2017 by chapter.",
    "Section 232 duties on steel and aluminium are in the US rates on China only.",
    "US-China tariffs are times customs value over table value, so that duty is right in "
    "dollars; divide by customs_ratio for the law's rate.",
    "Value added: World Bank GDP 2022 less duties, kept within 25-65% of gross output.",
)


NOTES_BEFORE_THE_WAR = (
    "Trade: OECD ICIO 2017, goods flows without trade margins; not customs statistics.",
    "Tariffs: MFN or preferential 2017 (Teti); services set to zero; food, drink and tobacco "
    "of the United States and China rebuilt from tariff lines of a later year; cells above 50% "
    "capped (listed in the report). No additional US-China duty was in force.",
    "US-China tariffs are times customs value over table value, so that duty is right in "
    "dollars; divide by customs_ratio for the law's rate.",
    "Value added: World Bank GDP 2017 less duties, kept within 25-65% of gross output.",
)


def build(name: str, out: Path) -> tuple[Path, Path]:
    """Build a world from raw data into folder `out`; return its two files.

    Raises `DataMissing` where a raw file is not on this machine (`toy` needs none).
    """
    if name == "toy":
        return write_world(toy_world(), out, real=False, report={})
    if name in YEARS:
        world, report = build_world(YEARS[name])
        return write_world(world, out, real=True, report=report)
    raise unknown_name("world", name, ("toy", *YEARS))
