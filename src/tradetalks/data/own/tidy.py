"""Tidy CSV files, one observation per row, to the arrays of a world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tradetalks.codes import ordered
from tradetalks.data.own.numbers import Array
from tradetalks.data.readers.tables import header, number, rows
from tradetalks.errors import BadFile, BadInput, BadNumber, UnknownName, did_you_mean, unknown_name

VALUE = "value_usd_mn"
_NATIONAL, _PAIR = ("country", "sector"), ("exporter", "importer", "sector")
_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "trade": (_PAIR,),
    "intermediate": (
        ("country", "input_sector", "using_sector"),
        ("exporter", "importer", "input_sector", "using_sector"),
    ),
    "final": (_NATIONAL, _PAIR),
    "value_added": (_NATIONAL,),
    "output": (_NATIONAL,),
    "tariff": (_PAIR,),
    "markup": (_NATIONAL,),
    "deficit": (("country",),),
    "sectors": (("sector",),),
}
_COLUMN = {"tariff": "rate", "markup": "markup"}
_ELASTICITIES = ("theta", "sigma", "theta_domestic", "sigma_domestic")
_SECTOR_COLUMNS = ("sector", "label", "goods", *_ELASTICITIES)
_YES, _NO = ("1", "true", "yes"), ("0", "false", "no")


@dataclass(eq=False)
class Tables:
    """What the files say: labels, arguments for `World.from_arrays`, a name and notes."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    arrays: dict[str, Any]
    name: str
    notes: list[str] = field(default_factory=list)

    def refuse_second(self, key: str) -> None:
        """Raise if an elasticity given in Python stands in the files too."""
        twin = key.replace("theta", "sigma") if "theta" in key else key.replace("sigma", "theta")
        for other in (key, twin):
            if other in self.arrays:
                raise BadInput(
                    f"`{key}` is given here, and `{other}` in the table `sectors`.",
                    cure="Give one: sigma = 1 + theta.",
                )


@dataclass(frozen=True)
class _Rows:
    """One table: which columns name a cell, and (line, labels, row) of each observation."""

    file: Path
    keys: tuple[str, ...]
    found: tuple[tuple[int, tuple[str, ...], dict[str, str]], ...]


def read_tables(tables: str | Path | Mapping[str, str | Path]) -> Tables:
    """Read a folder, or a mapping of table name to file; see docs/own-table.md for the columns.

    Cells without a row are zero (a markup: 1). Raises `BadFile`, `BadNumber` or `UnknownName`
    with file, line, cause and cure.
    """
    files, name = _files(tables)
    found = {table: _read(table, file) for table, file in files.items()}
    base = _base(found, files)
    countries = ordered(x for t in base for x in _labels(found[t], ("exporter", "importer")))
    kinds = ("sector", "input_sector", "using_sector")
    first = ["sectors"] if "sectors" in found else base
    sectors = tuple(dict.fromkeys(x for t in first for x in _labels(found[t], kinds)))
    _one_spelling("country", countries, found[base[0]].file)
    _one_spelling("sector", sectors, found[first[0]].file)
    arrays: dict[str, Any] = {}
    for table, part in found.items():
        if table == "sectors":
            arrays |= _sectors(part, sectors)
        elif table == "tariff":
            arrays["tariff"] = _fill(part, countries, sectors, "rate")
            if "mfn_rate" in header(part.file):
                arrays["mfn_tariff"] = _fill(part, countries, sectors, "mfn_rate")
        else:
            column = _COLUMN.get(table, VALUE)
            empty = 1.0 if table == "markup" else 0.0
            arrays[table] = _fill(part, countries, sectors, column, empty)
    counts = ", ".join(f"{t} {len(found[t].found):,}" for t in _KEYS if t in found)
    note = f"Read from CSV (rows: {counts}); a cell without a row is zero."
    return Tables(countries, sectors, arrays, name, [note])


def _base(found: Mapping[str, _Rows], files: Mapping[str, Path]) -> list[str]:
    """Return the tables that name every flow: they say which countries and sectors there are."""
    if "trade" in found:
        return ["trade"]
    base = [t for t in ("intermediate", "final") if t in found and "exporter" in found[t].keys]
    if len(base) < 2:
        raise BadFile(
            "the table 'trade' is missing.",
            cure="Give trade.csv, or `intermediate` and `final` that both name the exporter.",
            file=files["intermediate"].parent,
        )
    return base


def _files(tables: str | Path | Mapping[str, str | Path]) -> tuple[dict[str, Path], str]:
    if isinstance(tables, Mapping):
        for table in tables:
            if table not in _KEYS:
                raise unknown_name("table", str(table), _KEYS)
        files, name = {t: Path(tables[t]) for t in _KEYS if t in tables}, "custom"
    else:
        folder = Path(tables).expanduser()
        if not folder.is_dir():
            raise BadFile("this is not a folder.", cure=_folder_cure(), file=folder)
        here = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".csv")
        for path in here:
            if path.stem not in _KEYS:
                known = ", ".join(f"{t}.csv" for t in _KEYS)
                guess = did_you_mean(path.stem, _KEYS)
                raise UnknownName(
                    f"unknown table '{path.stem}'.",
                    cure=f"{guess} Known: {known}. Give a mapping of table to file to leave other "
                    "files in the folder.".strip(),
                    file=path,
                )
        by_name = {p.stem: p for p in here}
        files, name = {t: by_name[t] for t in _KEYS if t in by_name}, folder.resolve().name
    if "intermediate" not in files:
        place = None if isinstance(tables, Mapping) else Path(tables)
        raise BadFile(
            "the table 'intermediate' is missing.",
            cure="For an economy without intermediate inputs, give the file with its header alone.",
            file=place,
        )
    return files, name


def _folder_cure() -> str:
    return "Give a folder with trade.csv and intermediate.csv, or a mapping of table to file."


def _read(table: str, file: Path) -> _Rows:
    columns = header(file)
    keys = next((k for k in reversed(_KEYS[table]) if set(k) <= set(columns)), _KEYS[table][0])
    if table == "sectors":
        _sector_columns(columns, file)
        needed = keys
    else:
        needed = (*keys, _COLUMN.get(table, VALUE))
    seen: dict[tuple[str, ...], int] = {}
    found: list[tuple[int, tuple[str, ...], dict[str, str]]] = []
    for line, row in rows(file, needed):
        if "" not in columns and any(x.strip() for x in row.get("", ())):
            raise BadFile(
                "more cells than the header has columns.",
                cure="Numbers have no thousands separators; text with commas needs quotes.",
                file=file,
                line=line,
            )
        labels = tuple((row[k] or "").strip() for k in keys)
        if "" in labels:
            raise BadFile(
                f"column '{keys[labels.index('')]}' is empty.",
                cure="Every cell needs its labels.",
                file=file,
                line=line,
            )
        if labels in seen:
            raise BadFile(
                f"{', '.join(labels)} stands twice (first in line {seen[labels]}).",
                cure="One row per cell: add them up, or delete one.",
                file=file,
                line=line,
            )
        seen[labels] = line
        found.append((line, labels, row))
    return _Rows(file, keys, tuple(found))


def _sector_columns(columns: Sequence[str], file: Path) -> None:
    for column in columns:
        if column in _SECTOR_COLUMNS:
            continue
        cure = f"Known: {', '.join(_SECTOR_COLUMNS)}."
        if "elast" in column.lower() or column.lower() in ("epsilon", "eps"):
            cure = "Name it 'theta' (the trade elasticity) or 'sigma' (of substitution, 1 + theta)."
        raise BadFile(f"unknown column '{column}'.", cure=cure, file=file, line=1)
    for theta, sigma in (("theta", "sigma"), ("theta_domestic", "sigma_domestic")):
        if theta in columns and sigma in columns:
            raise BadFile(
                f"both '{theta}' and '{sigma}' are columns.",
                cure="Keep one: sigma = 1 + theta.",
                file=file,
                line=1,
            )


def _labels(part: _Rows, columns: tuple[str, ...]) -> Iterator[str]:
    wanted = [k for k, key in enumerate(part.keys) if key in columns]
    # exporters first, then importers: the order of the first column is the reader's own
    for k in wanted:
        for _, labels, _ in part.found:
            yield labels[k]


def _one_spelling(kind: str, labels: Sequence[str], file: Path) -> None:
    folded: dict[str, str] = {}
    for label in labels:
        other = folded.setdefault(label.casefold(), label)
        if other != label:
            raise BadFile(
                f"the {kind} is spelt '{other}' and '{label}'.", cure="Use one.", file=file
            )


def _fill(
    part: _Rows,
    countries: tuple[str, ...],
    sectors: tuple[str, ...],
    column: str,
    empty: float = 0.0,
) -> Array:
    places = {label: k for k, label in enumerate(countries)}
    goods = {label: k for k, label in enumerate(sectors)}
    kinds = ["sector" if "sector" in key else "country" for key in part.keys]
    index = [goods if kind == "sector" else places for kind in kinds]
    out = np.full(tuple(len(x) for x in index), empty)
    for line, labels, row in part.found:
        for label, kind, known in zip(labels, kinds, index, strict=True):
            if label not in known:
                raise unknown_name(kind, label, known, file=part.file, line=line)
        at = tuple(known[label] for label, known in zip(labels, index, strict=True))
        if column in ("rate", "mfn_rate"):
            out[at] = _rate(row[column], part.file, line)
        else:
            out[at] = number(row[column], part.file, line)
    return out


def _rate(text: str | None, file: Path, line: int) -> float:
    """Return a rate as a fraction: `25%` or `0.25`; a bare number above 1 has two readings."""
    plain = (text or "").strip()
    if plain.endswith("%"):
        return number(plain[:-1], file, line) / 100
    value = number(plain, file, line)
    if value > 1:
        raise BadNumber(
            f"a rate of {plain} can be read as {value:g}% or as {100 * value:g}%.",
            cure=f"Write {value:g}% or {100 * value:g}%; without the sign, a fraction up to 1.",
            file=file,
            line=line,
        )
    return value


def _sectors(part: _Rows, sectors: tuple[str, ...]) -> dict[str, Any]:
    columns = header(part.file)
    out: dict[str, Any] = {}
    for column in _ELASTICITIES:
        if column in columns:
            out[column] = [number(row[column], part.file, line) for line, _, row in part.found]
    if "goods" in columns:
        flags: list[bool] = []
        for line, _, row in part.found:
            text = (row["goods"] or "").strip().lower()
            if text not in (*_YES, *_NO):
                raise BadFile(
                    f"'{text}' does not say whether {sectors[len(flags)]} is a good.",
                    cure="Write 1 or 0 (yes, no, true and false work too).",
                    file=part.file,
                    line=line,
                )
            flags.append(text in _YES)
        out["goods"] = flags
    return out
