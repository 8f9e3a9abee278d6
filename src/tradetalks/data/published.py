"""Worlds from published inter-country tables: OECD ICIO (official csv) and WIOD 2013."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tradetalks.codes import sectors as sector_table
from tradetalks.data.own.numbers import percent
from tradetalks.data.readers.cubes import read_wiod
from tradetalks.data.readers.icio_csv import IcioTable, read_icio_csv
from tradetalks.data.world import World
from tradetalks.errors import BadFile, BadInput, unknown_name

Groups = str | Mapping[str, str] | None

_CODE = re.compile(r"[A-Z]?(\d{2})\d?[A-Z]?(?:[T_](\d{2})\d?[A-Z]?)?")
_LAST_GOOD = 33
"""ISIC Rev. 4 divisions 01 to 33 are goods, 35 to 98 services."""
WIOD_GOODS = 16
"""WIOD 2013 lists its 16 goods industries (c1 to c16) first."""


def read_oecd_icio(
    path: str | Path,
    year: int | None = None,
    sectors: Groups = "model",
    *,
    tariff: ArrayLike | World | None = None,
    balance: str = "residual",
    name: str | None = None,
) -> World:
    """Return a world from an ICIO csv as the OECD publishes it (unpacked, one year per file).

    `path` is the file, or a folder in which `year` chooses the file. `sectors`: `model` merges
    industries into the 23 sectors of the shipped world, a mapping industry -> sector merges as
    it says, None keeps the industries. China's and Mexico's regions (CN1, MX2, ...) are added to
    their country. ICIO has no tariffs: `tariff` [i,n,j] is a fraction of the value, or a world
    whose rates are taken by label (`load_world(regions="all")`); zero if left out.

    Flows are at basic prices. Taxes less subsidies on inputs count as value added, less the duty
    on inputs; those on final demand are left out. Raises `BadFile` with file, line and column.
    """
    file, found_year = _icio_file(Path(path).expanduser(), year)
    table = read_icio_csv(file, _grouping(sectors, file))
    labels = name or f"icio-{found_year}"
    return World.from_arrays(
        name=labels,
        year=found_year,
        countries=table.countries,
        sectors=table.sectors,
        goods=_goods(table, sectors),
        intermediate=table.inputs,
        final=table.final,
        balance=balance,
        notes=_icio_notes(table, file, tariff),
        sources=("OECD Inter-Country Input-Output tables",),
        **_tariffs(tariff, table.countries, table.sectors),
    )


def read_wiod_2013(
    path: str | Path,
    *,
    sectors: Mapping[str, str] | None = None,
    tariff: ArrayLike | World | None = None,
    balance: str = "residual",
    name: str | None = None,
) -> World:
    """Return a world from a WIOD 2013 table (`wiot_<year>.npz`): 41 countries, 35 industries.

    `sectors` merges industries (c1 to c35) as a mapping says. The rest is as in
    `read_oecd_icio`; value added is output less inputs, so taxes and margins are in it.
    """
    file = Path(path)
    wiod = read_wiod(file)
    groups = {x: x for x in wiod.industries} if sectors is None else sectors
    _covers(groups, wiod.industries, file)
    labels = tuple(dict.fromkeys(groups.values()))
    member = np.zeros((len(wiod.industries), len(labels)))
    for k, industry in enumerate(wiod.industries):
        member[k, labels.index(groups[industry])] = 1.0
    is_good = np.arange(len(wiod.industries)) < WIOD_GOODS
    inputs = np.einsum("cjnk,jJ,kK->cnJK", wiod.inter, member, member, optimize=True)
    year = _year_of(file) or 0
    return World.from_arrays(
        name=name or f"wiod-{year}",
        year=year,
        countries=wiod.countries,
        sectors=labels,
        goods=(member[is_good].sum(0) > 0),
        intermediate=inputs,
        final=np.einsum("cjn,jJ->cnJ", wiod.final, member),
        balance=balance,
        notes=(
            f"Read from {file.name} (WIOD, release 2013): value added is output less inputs, so "
            "taxes and transport margins are in it.",
            *_tariff_note(tariff),
        ),
        sources=("World Input-Output Database, release 2013",),
        **_tariffs(tariff, wiod.countries, labels),
    )


def icio_sector(industry: str) -> str | None:
    """Return the model sector of an ICIO industry code; None if it spans several or is unknown.

    >>> icio_sector("C24A"), icio_sector("B05_06"), icio_sector("H49"), icio_sector("01T03")
    ('24', '05T06', 'SERV', None)
    """
    if re.fullmatch(r"[D-U]", industry):
        return "SERV"
    match = _CODE.fullmatch(industry)
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    if first > _LAST_GOOD:
        return "SERV"
    for code, row in sector_table().items():
        if row.goods:
            ends = [int(x) for x in re.findall(r"\d{2}", code)]
            if ends[0] <= first and last <= ends[-1]:
                return code
    return None


def _grouping(sectors: Groups, file: Path) -> Callable[[tuple[str, ...]], dict[str, str]]:
    if isinstance(sectors, str) and sectors != "model":
        raise unknown_name("sectors", sectors, ["model"], see="A mapping or None work too.")

    def group(industries: tuple[str, ...]) -> dict[str, str]:
        if sectors is None:
            return {x: x for x in industries}
        if not isinstance(sectors, str):
            _covers(sectors, industries, file)
            return {x: sectors[x] for x in sectors if x in industries}
        found = {x: icio_sector(x) for x in industries}
        for industry, sector in found.items():
            if sector is None:
                raise BadFile(
                    f"industry '{industry}' is not inside one of the model's sectors.",
                    cure="Give `sectors` as a mapping industry -> sector, or None to keep the "
                    "industries (editions before 2021 are coarser, that of 2016 is ISIC Rev. 3).",
                    file=file,
                    line=1,
                )
        order = list(sector_table())
        return dict(
            sorted(((k, v) for k, v in found.items() if v), key=lambda x: order.index(x[1]))
        )

    return group


def _covers(groups: Mapping[str, str], industries: Sequence[str], file: Path) -> None:
    for industry in industries:
        if industry not in groups:
            raise BadInput(
                f"`sectors` does not say where industry '{industry}' of {file.name} belongs.",
                cure="Map every industry of the table.",
            )
    for industry in groups:
        if industry not in industries:
            raise unknown_name("industry", str(industry), industries, file=file)


def _goods(table: IcioTable, sectors: Groups) -> list[bool] | None:
    """Return which sectors hold a good; None (let the sector codes say) for codes of ISIC 3."""
    if sectors == "model":
        return None
    flags = dict.fromkeys(table.sectors, False)
    groups = {x: x for x in table.industries} if sectors is None else sectors
    for industry in table.industries:
        match = _CODE.fullmatch(industry)
        if match is None and not re.fullmatch(r"[D-U]", industry):
            return None
        good = match is not None and int(match[1]) <= _LAST_GOOD
        assert not isinstance(groups, str)
        flags[groups[industry]] |= good
    return list(flags.values())


def _tariffs(
    tariff: ArrayLike | World | None, countries: tuple[str, ...], sectors: tuple[str, ...]
) -> dict[str, Any]:
    if tariff is None:
        return {}
    if not isinstance(tariff, World):
        return {"tariff": tariff}
    places = [tariff.index(c) for c in countries]
    goods = [tariff.sector_index(s) for s in sectors]
    cells, pairs = np.ix_(places, places, goods), np.ix_(places, places)
    return {
        "tariff": tariff.tariff[cells],
        "mfn_tariff": tariff.mfn_tariff[cells],
        "customs_ratio": tariff.customs_ratio[pairs],
    }


def _tariff_note(tariff: ArrayLike | World | None) -> tuple[str, ...]:
    if isinstance(tariff, World):
        return (f"Tariffs and customs ratios: those of world '{tariff.name}', by label.",)
    return () if tariff is not None else ("No tariffs were given: every duty is zero.",)


def _icio_notes(table: IcioTable, file: Path, tariff: ArrayLike | World | None) -> tuple[str, ...]:
    output = table.inputs.sum((1, 3)).sum() + table.final.sum()
    folded = f"; {', '.join(table.folded)} added to their country" if table.folded else ""
    sums = (
        "no published totals to compare with"
        if np.isnan(table.gap)
        else f"sums differ from the published totals by at most {percent(table.gap)}"
    )
    return (
        f"Read from {file.name} (OECD ICIO, basic prices): {len(table.countries)} countries, "
        f"{len(table.industries)} industries in {len(table.sectors)} sectors{folded}; {sums}.",
        f"Taxes less subsidies on inputs ({percent(table.taxes.sum() / output)} of output) count "
        "as value added, less the duty on inputs; those on final demand are left out.",
        *_tariff_note(tariff),
    )


def _icio_file(path: Path, year: int | None) -> tuple[Path, int]:
    if not path.is_dir():
        found = year if year is not None else _year_of(path)
        if found is None:
            raise BadInput(f"the name {path.name} has no year.", cure="Give `year`.")
        return path, found
    if year is None:
        raise BadInput(f"{path} is a folder.", cure="Give `year`, or the path of one file.")
    here = sorted(p for p in path.iterdir() if p.suffix.lower() == ".csv" and _year_of(p) == year)
    if len(here) != 1:
        names = ", ".join(p.name for p in here) or "none"
        raise BadFile(
            f"{len(here)} csv files of {year} in this folder ({names}).",
            cure="Name the file itself; archives must be unpacked first.",
            file=path,
        )
    return here[0], year


def _year_of(path: Path) -> int | None:
    """Return the year of the data in a name (the last one: ICIO2021_2018.csv is 2018)."""
    years = re.findall(r"(?:19|20)\d{2}", path.stem)
    return int(years[-1]) if years else None
