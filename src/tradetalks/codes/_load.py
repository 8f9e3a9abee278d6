"""The one loader of this room: small CSV tables that ship with the package."""

from __future__ import annotations

import csv
from functools import cache


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of `tables/<name>.csv` (text, utf-8; every field a string)."""
    from importlib.resources import files  # 8 ms: only when a table is read

    text = files("tradetalks.codes").joinpath("tables", f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))
