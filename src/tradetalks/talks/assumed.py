"""Every number that the talks take from outside the model: value, range, unit, source, evidence.

One YAML file per part of the talks in `tradetalks/talks/data`, all with the same entries; what is
in that folder is what `tradetalks talks assumptions` lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from tradetalks.errors import BadFile, BadNumber, unknown_name

ASSUMED = "assumed"
EVIDENCE = ("V", "O", "S", "P", "U", "D", ASSUMED)
"""The marks of docs/assumptions.md; `assumed` is a choice of ours, which needs a range."""
_KEYS = ("id", "what", "value", "range", "unit", "source", "url", "evidence", "note")
_NEEDED = ("id", "what", "value", "unit", "source", "evidence")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `value` in `unit`, between `low` and `high` (equal where there is no range).

    `what` says it in words; `evidence` is a mark of `EVIDENCE`; `place` is `file:line`.
    """

    id: str
    what: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    evidence: str
    url: str = ""
    note: str = ""
    place: str = ""

    @property
    def assumed(self) -> bool:
        """Whether the number is a choice of ours."""
        return self.evidence == ASSUMED

    def row(self) -> dict[str, Any]:
        """Return the figure as plain data, a row of `talks assumptions`."""
        return {
            "id": self.id,
            "what": self.what,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "source": self.source,
            "url": self.url,
            "evidence": self.evidence,
            "note": self.note,
        }


@dataclass(frozen=True)
class Book:
    """The figures of one part of the talks: `command` uses them, `rest` is the part's own data."""

    name: str
    about: str
    command: str
    figures: Mapping[str, Figure]
    rest: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, id: str) -> Figure:
        """Return the figure `id`. Raises `UnknownName`."""
        if id not in self.figures:
            raise unknown_name("figure", id, self.figures, file=f"{self.name}.yaml")
        return self.figures[id]

    def value(self, id: str) -> float:
        """Return the value of figure `id`. Raises `UnknownName`."""
        return self[id].value


def book_names() -> tuple[str, ...]:
    """Return the names of the books that ship, in alphabetical order."""
    folder = files("tradetalks.talks").joinpath("data")
    names = [f.name for f in folder.iterdir() if f.name.endswith(".yaml")]
    return tuple(sorted(n.removesuffix(".yaml") for n in names))


@cache
def book(name: str) -> Book:
    """Return a book that ships, such as `groups`. Raises `UnknownName`, `BadFile`."""
    if name not in book_names():
        raise unknown_name("book of assumptions", name, book_names())
    file = files("tradetalks.talks").joinpath("data", f"{name}.yaml")
    return parse_book(name, file.read_text(encoding="utf-8"))


def parse_book(name: str, text: str) -> Book:
    """Return the book of a YAML text (keys `about`, `command`, `entries`; others are kept).

    Each entry has `id` (begins with the book's name and a dot), `what`, `value`, `unit`,
    `source`, `evidence` and, where it has them, `range: [low, high]`, `url`, `note`. Raises
    `BadFile` and `BadNumber` with the line.
    """
    from tradetalks.scenario import yaml_text

    file = f"{name}.yaml"
    data, origin = yaml_text.parse(text, file=file)
    missing = [key for key in ("about", "command", "entries") if not data.get(key)]
    if missing:
        raise BadFile(f"a book lacks {', '.join(missing)}.", cure="Add it at the top.", file=file)
    figures: dict[str, Figure] = {}
    for position, entry in enumerate(data["entries"]):
        figure = _figure(name, entry, file, origin.line(("entries", position)))
        if figure.id in figures:
            raise BadFile(f"two entries are called '{figure.id}'.", cure="Rename one.", file=file)
        figures[figure.id] = figure
    rest = {k: v for k, v in data.items() if k not in ("about", "command", "entries")}
    return Book(name, data["about"], data["command"], MappingProxyType(figures), rest)


def _figure(book_name: str, entry: Any, file: str, line: int | None) -> Figure:
    def refuse(cause: str, cure: str) -> BadFile:
        return BadFile(cause, cure=cure, file=file, line=line)

    if not isinstance(entry, dict):
        raise refuse("an entry is no mapping.", f"Write the keys {', '.join(_NEEDED)}.")
    missing = [key for key in _NEEDED if entry.get(key) in (None, "")]
    unknown = [str(key) for key in entry if key not in _KEYS]
    if missing or unknown:
        raise refuse(
            f"an entry lacks {missing} or has unknown keys {unknown}.",
            f"The keys are {', '.join(_KEYS)}.",
        )
    if not str(entry["id"]).startswith(f"{book_name}."):
        raise refuse(f"the id '{entry['id']}' is of another book.", f"Begin it '{book_name}.'.")
    if entry["evidence"] not in EVIDENCE:
        raise refuse(f"unknown evidence '{entry['evidence']}'.", f"One of {', '.join(EVIDENCE)}.")
    if entry["evidence"] == ASSUMED and "range" not in entry:
        raise refuse(f"'{entry['id']}' is assumed and has no range.", "Add `range: [low, high]`.")
    low, high = entry.get("range", (entry["value"], entry["value"]))
    if any(isinstance(x, bool | str) for x in (low, entry["value"], high)) or not (
        low <= entry["value"] <= high
    ):
        raise BadNumber(
            f"'{entry['id']}': {entry['value']} is no number within [{low}, {high}].",
            cure="Write numbers, the value inside its range.",
            file=file,
            line=line,
        )
    return Figure(
        id=str(entry["id"]),
        what=str(entry["what"]),
        value=float(entry["value"]),
        low=float(low),
        high=float(high),
        unit=str(entry["unit"]),
        source=str(entry["source"]),
        evidence=str(entry["evidence"]),
        url=str(entry.get("url", "")),
        note=str(entry.get("note", "")),
        place=f"{file}:{line}",
    )
