"""Reader of the official OECD ICIO csv: rows and columns COUNTRY_INDUSTRY, final demand
COUNTRY_CATEGORY, totals OUT, and at the bottom TLS (taxes less subsidies) and VA.

Editions 2018 to 2025 differ in industry codes and in names of totals (VALU, OUTPUT, TOTAL,
COUNTRY_TAXSUB), and the extended ones split China and Mexico by kind of firm.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadFile

Array = NDArray[np.float64]

FINAL = ("HFCE", "NPISH", "NPS", "GGFC", "GFCF", "INVNT", "INV", "DIRP", "DPABR", "FD", "P33")
_TOTALS, _VALUE_ADDED, _DISCREPANCY = ("OUT", "OUTPUT", "TOTAL"), ("VA", "VALU"), ("DISC",)
_SPLIT = {"CN": "CHN", "MX": "MEX"}
SUM_TOLERANCE = 0.01
"""Part of an industry's output by which published sums may differ (small cells: one million)."""


@dataclass(frozen=True, eq=False)
class IcioTable:
    """An ICIO table in millions of USD at basic prices, industries merged by the caller's groups.

    `inputs` [exporter, importer, input sector, using sector]; `final` [exporter, importer,
    sector], categories added up; `value_added` and `taxes` (TLS) [country, sector]. `industries`
    are the codes as published, `folded` the regions that were added to their country, `gap` the
    largest relative difference between published and actual sums (NaN: no totals published).
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    industries: tuple[str, ...]
    inputs: Array
    final: Array
    value_added: Array
    taxes: Array
    folded: tuple[str, ...]
    gap: float


@dataclass(frozen=True)
class _Columns:
    """Where each column goes: `group` is its place in a row of sums: industries
    [country, sector], then final demand by country, then what is left out."""

    labels: tuple[str, ...]
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    industries: tuple[str, ...]
    folded: tuple[str, ...]
    group: NDArray[np.int64]
    used: NDArray[np.bool_]
    total: int | None


def read_icio_csv(path: Path, sector_of: Callable[[tuple[str, ...]], dict[str, str]]) -> IcioTable:
    """Read a table; `sector_of` maps the industry codes found to sectors, in the order wanted.

    Raises `BadFile` with file, line and column: a cell that is no number, a label that stands
    twice or is unknown, a missing row, sums that differ from OUT by more than `SUM_TOLERANCE`.
    """
    lines = _cells(path)
    line, cells = next(lines, (1, []))
    columns = _columns(path, cells, sector_of)
    size = len(columns.countries) * len(columns.sectors)
    width = size + len(columns.countries) + 1
    sums, extra = np.zeros((size, width)), {"VA": np.zeros(width), "TLS": np.zeros(width)}
    below, published = np.zeros(len(columns.labels)), None
    place = {label: int(g) for label, g in zip(columns.labels, columns.group, strict=True)}
    seen: dict[str, int] = {}
    gap = np.nan
    for line, cells in lines:
        label = cells[0].strip()
        if label in seen:
            raise BadFile(
                f"the row '{label}' stands twice (first in line {seen[label]}).",
                cure="Use the file as published.",
                file=path,
                line=line,
            )
        seen[label] = line
        kind = _row_kind(label)
        values = _numbers(path, line, cells, columns, empty=kind is not None)
        if kind == "OUT":
            published = values
            continue
        below += values
        row = np.bincount(columns.group, weights=values, minlength=width)
        if kind is not None:
            extra[kind] += row
        elif label in place and place[label] < size:
            sums[place[label]] += row
            gap = _check_row(path, line, label, values, columns, gap)
        else:
            raise BadFile(
                f"the row '{label}' has no column of that name.",
                cure="Rows and columns name the same COUNTRY_INDUSTRY.",
                file=path,
                line=line,
            )
    _complete(path, columns, size, seen)
    if published is not None:
        gap = _check_columns(path, seen, below, published, columns, size, gap)
    return _table(columns, sums, extra, gap)


def _table(columns: _Columns, sums: Array, extra: dict[str, Array], gap: float) -> IcioTable:
    """Cut sums by row [exporter and sector] into inputs and final demand."""
    n, s = len(columns.countries), len(columns.sectors)
    inputs = sums[:, : n * s].reshape(n, s, n, s)
    return IcioTable(
        countries=columns.countries,
        sectors=columns.sectors,
        industries=columns.industries,
        inputs=np.ascontiguousarray(inputs.transpose(0, 2, 1, 3)),  # [i,j,n,k] to [i,n,j,k]
        final=np.ascontiguousarray(sums[:, n * s : -1].reshape(n, s, n).transpose(0, 2, 1)),
        value_added=extra["VA"][: n * s].reshape(n, s),
        taxes=extra["TLS"][: n * s].reshape(n, s),
        folded=columns.folded,
        gap=gap,
    )


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as f:
            reader = csv.reader(f)
            for cells in reader:
                if cells:
                    yield reader.line_num, cells
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(
            f"cannot be read as a csv ({error}).",
            cure="Unpack the archive of the OECD first." if path.suffix == ".zip" else "",
            file=path,
        ) from error


def _columns(
    path: Path, cells: Sequence[str], sector_of: Callable[[tuple[str, ...]], dict[str, str]]
) -> _Columns:
    labels = tuple(x.strip() for x in cells[1:])
    for position, label in enumerate(labels):
        if label in labels[:position]:
            raise BadFile(
                f"column {position + 2}: '{label}' stands twice (first in column "
                f"{labels.index(label) + 2}).",
                cure="Use the file as published.",
                file=path,
                line=1,
            )
    split = [_parse(path, label, k + 2) for k, label in enumerate(labels)]
    industries = tuple(dict.fromkeys(code for _, code in split if code and code not in FINAL))
    if not industries:
        raise BadFile(
            "there is no column COUNTRY_INDUSTRY.",
            cure="This reader takes the ICIO csv of the OECD as published (e.g. 2022_SML.csv).",
            file=path,
            line=1,
        )
    groups = sector_of(industries)
    sectors = tuple(dict.fromkeys(groups.values()))
    regions = dict.fromkeys(c for c, code in split if code)
    folded = tuple(c for c in regions if _parent(c) != c)
    countries = tuple(dict.fromkeys(_parent(c) for c in regions))
    size = len(countries) * len(sectors)
    group = np.full(len(labels), size + len(countries), dtype=np.int64)
    for k, (country, code) in enumerate(split):
        if code:
            n = countries.index(_parent(country))
            final = code in FINAL
            group[k] = size + n if final else n * len(sectors) + sectors.index(groups[code])
    if not (group[group >= size] < size + len(countries)).any():
        raise BadFile(
            "there is no column of final demand.",
            cure=f"Needed: COUNTRY_CATEGORY, with a category of {', '.join(FINAL[:6])}.",
            file=path,
            line=1,
        )
    totals = [k for k, label in enumerate(labels) if label in _TOTALS]
    used = np.array([bool(code) for _, code in split])
    return _Columns(labels, countries, sectors, industries, folded, group, used,
                    totals[0] if totals else None)  # fmt: skip


def _parse(path: Path, label: str, column: int) -> tuple[str, str]:
    """Return (country, industry or category) of a column; totals have no code."""
    if label in (*_TOTALS, *_DISCREPANCY):
        return label, ""
    country, _, code = label.partition("_")
    if country in FINAL:  # the edition of 2016 writes HFCE_AUS
        country, code = code, country
    if not re.fullmatch(r"[A-Z][A-Z0-9]{2}", country) or not code:
        raise BadFile(
            f"column {column}: '{label}' is not COUNTRY_INDUSTRY, COUNTRY_CATEGORY or a total.",
            cure="Use the file as published.",
            file=path,
            line=1,
        )
    return country, code


def _parent(country: str) -> str:
    """Return the country of a region such as CN1 or MX2, else the country itself."""
    return _SPLIT.get(country[:2], country) if country[2:].isdigit() else country


def _row_kind(label: str) -> str | None:
    if label in _VALUE_ADDED or label == "VA+TAXSUB":
        return "VA"
    if label == "TLS" or label.endswith("_TAXSUB"):
        return "TLS"
    return "OUT" if label in _TOTALS else None


def _numbers(
    path: Path, line: int, cells: Sequence[str], columns: _Columns, *, empty: bool
) -> Array:
    if len(cells) - 1 != len(columns.labels):
        raise BadFile(
            f"{len(cells) - 1} cells, but the header names {len(columns.labels)} columns.",
            cure="The line is cut off or has an extra comma: use the file as published.",
            file=path,
            line=line,
        )
    try:
        values = np.fromiter(map(float, cells[1:]), float, len(columns.labels))
        if np.isfinite(values).all():
            return values
    except ValueError:
        pass
    values = np.zeros(len(columns.labels))
    for k, text in enumerate(cells[1:]):
        plain = text.strip()
        if empty and not plain:
            continue
        try:
            values[k] = float(plain)
        except ValueError:
            values[k] = np.nan
        if not np.isfinite(values[k]):
            what = f"'{plain}' is not a number" if plain else "the cell is empty"
            raise BadFile(
                f"column {k + 2} ({columns.labels[k]}), row {cells[0].strip()}: {what}.",
                cure="Use the file as published.",
                file=path,
                line=line,
            )
    return values


def _check_row(
    path: Path, line: int, label: str, values: Array, columns: _Columns, gap: float
) -> float:
    if columns.total is None:
        return gap
    return _same(path, line, f"the row {label}", float(values[columns.used].sum()),
                 float(values[columns.total]), gap)  # fmt: skip


def _check_columns(
    path: Path,
    seen: dict[str, int],
    below: Array,
    published: Array,
    columns: _Columns,
    size: int,
    gap: float,
) -> float:
    line = next(at for label, at in seen.items() if _row_kind(label) == "OUT")
    for k, label in enumerate(columns.labels):
        if columns.group[k] < size:
            gap = _same(path, line, f"column {k + 2} ({label}) with TLS and VA", float(below[k]),
                        float(published[k]), gap)  # fmt: skip
    return gap


def _same(path: Path, line: int, what: str, found: float, said: float, gap: float) -> float:
    off = abs(found - said)
    if off > max(1.0, SUM_TOLERANCE * abs(said)):
        raise BadFile(
            f"{what} adds up to {found:,.6g}, but the total says {said:,.6g}.",
            cure="A cell was changed or cut off: use the file as published.",
            file=path,
            line=line,
        )
    return float(np.fmax(gap, off / max(abs(said), 1.0)))


def _complete(path: Path, columns: _Columns, size: int, seen: dict[str, int]) -> None:
    wanted = [x for x, g in zip(columns.labels, columns.group, strict=True) if g < size]
    missing = [label for label in wanted if label not in seen]
    if missing:
        raise BadFile(
            f"the row '{missing[0]}' is missing ({len(missing)} of {len(wanted)} in all).",
            cure="The file seems cut off: download it again.",
            file=path,
        )
    if not any(_row_kind(label) == "VA" for label in seen):
        raise BadFile(
            "the row of value added (VA) is missing.",
            cure="The last rows should be TLS, VA and OUT: download the file again.",
            file=path,
        )
