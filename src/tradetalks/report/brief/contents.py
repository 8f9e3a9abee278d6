"""`Brief`: all that a brief says, once; the page and the PDF are two ways to set it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is printed, and as it was computed.

    `text` and `span` (the range; empty where it prints as one number) are what both renderings
    print; `value`, `low` and `high` are in `unit` (percent or usd_bn), not rounded.
    """

    text: str
    span: str
    unit: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fact:
    """A number of the first page: what it is, and its unit and range in a note."""

    label: str
    number: Number
    note: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its title, what its marks are (with the unit), and what it shows."""

    name: str
    title: str
    unit: str
    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class CountryRow:
    """A country of the table: its English and Chinese name, one number per column."""

    name: str
    name_zh: str
    cells: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class CountryTable:
    """Who gains and who loses."""

    columns: tuple[str, ...]
    rows: tuple[CountryRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class TextTable:
    """A small table of text, its first column the name of the row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the answer rests on; `assumed` where no source gives it."""

    text: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """A source: what it is, its address and host, its evidence mark and that mark in words."""

    text: str
    url: str
    host: str
    mark: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Name:
    """An institution that the brief mentions, with its Chinese name."""

    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Brief:
    """A policy brief on one run, ready to be set (see `brief_of`)."""

    name: str
    title: str
    question: str
    created: str
    deck: str
    finding: str
    source_line: str
    range_note: str
    facts: tuple[Fact, ...]
    figures: tuple[Figure, ...]
    figure_source: str
    countries: CountryTable
    law_title: str
    law_words: tuple[str, ...]
    changes: tuple[str, ...]
    duties: TextTable | None
    cautions: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    notes: str
    limits: tuple[str, ...]
    acts: tuple[Reference, ...]
    data: tuple[Reference, ...]
    marks: str
    names: tuple[Name, ...]
    command: str
    yaml_name: str
    yaml: str
    versions: str
    hashes: tuple[str, ...]
    solved: str
    disclaimer: str

    def to_plain(self) -> dict[str, Any]:
        """Return the brief as dicts, tuples and scalars: what both templates read."""
        return asdict(self)
