"""The published numbers, read from `published.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

from tradetalks.errors import unknown_name

Numbers = Mapping[tuple[str, str, str], float]
"""Numbers by (table, row, column)."""


Rule = Literal["equal", "at_most", "at_least", "shown"]


@dataclass(frozen=True)
class Table:
    """One published table: what it says, how near we must come, its numbers by (row, column).

    `of_data`: the numbers come from the raw data. `beside`: shown, but no part of the verdict.
    `rule`: a number is to be `equal` to ours, or a bound that ours must keep (`at_most`,
    `at_least`), or only `shown` beside ours.
    """

    name: str
    title: str
    tolerance: float
    numbers: Mapping[tuple[str, str], float]
    columns: tuple[str, ...] = ()
    of_data: bool = False
    beside: bool = False
    rule: Rule = "equal"


@dataclass(frozen=True)
class Paper:
    """A paper to replicate, with the verdict on it in plain words, or a test of our own with
    `targets` instead of printed numbers. `data` names the sources of its raw data in the registry;
    `figure` is a picture beside `docs/validation.md`."""

    name: str
    title: str
    citation: str
    url: str
    data: tuple[str, ...]
    size: str
    model: str
    verdict: str
    limits: tuple[str, ...]
    tables: Mapping[str, Table]
    targets: bool = False
    figure: str = ""


@cache
def papers() -> Mapping[str, Paper]:
    """Return every paper by name, in the order of the file."""
    from ruamel.yaml import YAML

    text = resources.files("tradetalks.validation").joinpath("published.yaml").read_text("utf-8")
    loaded = YAML(typ="safe").load(text)
    return MappingProxyType({name: _paper(name, row) for name, row in loaded.items()})


def paper(name: str) -> Paper:
    """Return one paper; `UnknownName` with a suggestion otherwise."""
    if name not in papers():
        raise unknown_name("replication", name, papers(), see="Or `all`.")
    return papers()[name]


def _paper(name: str, row: dict[str, Any]) -> Paper:
    tables = {key: _table(key, value) for key, value in row.pop("tables").items()}
    data = row.pop("data") or ()
    return Paper(
        name=name,
        data=(data,) if isinstance(data, str) else tuple(data),
        limits=tuple(row.pop("limits")),
        tables=tables,
        **row,
    )


def _table(name: str, row: dict[str, Any]) -> Table:
    columns = tuple(row.pop("columns", ()))
    rows = row.pop("rows", {})
    numbers = {
        (str(key), column): float(value)
        for key, values in rows.items()
        for column, value in zip(columns, values, strict=True)
        if value is not None
    }
    return Table(name=name, numbers=numbers, columns=columns, **row)
