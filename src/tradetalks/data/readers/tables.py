"""Shared helpers of the readers: rows of a CSV, arrays of an npz, numbers with a place."""

from __future__ import annotations

import csv
import gzip
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tradetalks.errors import BadFile


def rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a CSV (gzip allowed, byte-order mark removed) with these columns.

    Cells beyond the header stand under the name "".
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as f:
            reader = csv.DictReader(f, restkey="")
            missing = [c for c in columns if c not in (reader.fieldnames or ())]
            if missing:
                raise BadFile(
                    f"column '{missing[0]}' is missing.",
                    cure=f"Needed: {', '.join(columns)}; found: {reader.fieldnames}.",
                    file=path,
                    line=1,
                )
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"cannot be read as a CSV ({error}).", file=path) from error


def header(path: Path) -> tuple[str, ...]:
    """Return the column names of a CSV (as `rows` reads it); none may stand twice."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as f:
            names = tuple(x.strip() for x in next(csv.reader(f), []))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"cannot be read as a CSV ({error}).", file=path) from error
    twice = [x for x in names if names.count(x) > 1]
    if twice:
        raise BadFile(f"column '{twice[0]}' stands twice.", cure="Rename one.", file=path, line=1)
    return names


def number(text: str | None, path: Path, line: int, *, empty: float | None = None) -> float:
    """Return a finite number; an empty cell is `empty`, or an error with its place."""
    stripped = (text or "").strip()
    if not stripped and empty is not None:
        return empty
    try:
        value = float(stripped)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise BadFile(
            f"'{stripped}' is not a number." if stripped else "a cell is empty.",
            cure="Every cell needs a number.",
            file=path,
            line=line,
        )
    return value


def arrays(path: Path, names: tuple[str, ...]) -> Mapping[str, Any]:
    """Return all arrays of an npz, which must include `names`."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            found = {k: stored[k] for k in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise BadFile(f"cannot be read as an npz ({error}).", file=path) from error
    missing = [n for n in names if n not in found]
    if missing:
        raise BadFile(
            f"array '{missing[0]}' is missing.", cure=f"Found: {', '.join(found)}.", file=path
        )
    return found


def need_shape(path: Path, name: str, found: tuple[int, ...], needed: tuple[int, ...]) -> None:
    """Raise `BadFile` unless an array has the shape its labels need."""
    if found != needed:
        raise BadFile(
            f"`{name}` has shape {found}, but the labels need {needed}.",
            cure="Use the file as published.",
            file=path,
        )
