"""The commands whose answers have a page of their own: one entry each, `/answers/<name>`.

To show another command, add an entry to `commands.yaml`. A chart comes from the command itself
(`output.aside`), or from a function of the answer's envelope (`CHARTS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from tradetalks.errors import unknown_name
from tradetalks.web.fields import Choice, Field, Switch, Whole
from tradetalks.web.question import FieldError

Chart = Callable[[Mapping[str, Any]], dict[str, Any] | None]


@dataclass(frozen=True)
class Command:
    """A command with a page: what it is called, what it asks, what may be chosen.

    `sheets` names the tables that are shown at once, by their place in the envelope; `names` gives
    columns other headings (none: left out).
    """

    name: str
    title: str
    question: str
    words: tuple[str, ...]
    group: str
    minutes: str
    fields: tuple[Field, ...] = ()
    chart: Chart | None = None
    sheets: Mapping[str, str] = field(default_factory=lambda: {})
    names: Mapping[str, str] = field(default_factory=lambda: {})

    def arguments(self, given: Mapping[str, str]) -> list[str]:
        """Return the words of the command line that a form asks for. Raises FieldError."""
        known = {f.name for f in self.fields}
        for key in given:
            if key not in known:
                raise FieldError(key[:40], unknown_name("field", key[:40], known))
        chosen = [word for f in self.fields for word in f.words(given.get(f.name))]
        return [*self.words, *chosen]


def _spread(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Draw the quantiles of real income by country."""
    from tradetalks.report.ensemble import spread_chart

    rows = [row for row in answer["rows"] if row["variable"] == "real_income"]
    return spread_chart(
        rows,
        title="How sure is the answer?",
        subtitle=["Percent; pale: 90% of draws, dark: 50%,", "line: median"],
        source=[
            f"Source: tradetalks, {answer['world']}, {answer['scenario']} against",
            f"{answer['against']}; {answer['draws']:,} draws, partly assumed. A model.",
        ],
    ).spec


CHARTS: Mapping[str, Chart] = {"ensemble": _spread}


@cache
def groups() -> Mapping[str, str]:
    """Return the headings under which commands are listed, by name."""
    return _book()["groups"]


@cache
def commands() -> Mapping[str, Command]:
    """Return the entries by name, in the order of the page."""
    book = _book()
    return {entry["name"]: _command(entry, book) for entry in book["commands"]}


def command(name: str) -> Command:
    """Return an entry. Raises UnknownName with a suggestion."""
    if name not in commands():
        raise unknown_name("command", name[:40], commands())
    return commands()[name]


def _command(entry: Mapping[str, Any], book: Mapping[str, Any]) -> Command:
    return Command(
        entry["name"],
        entry["title"],
        entry["question"],
        tuple(entry["words"].split()),
        entry["group"],
        entry["minutes"],
        tuple(_field(f, book) for f in entry.get("fields", ())),
        CHARTS.get(entry["name"]),
        entry.get("sheets", {}),
        {**entry.get("names", {}), **dict.fromkeys(entry.get("hide", ()), "")},
    )


def _field(found: str | Mapping[str, Any], book: Mapping[str, Any]) -> Field:
    """Return a field: of numbers with bounds, a choice with options, else a switch."""
    entry = book["fields"][found] if isinstance(found, str) else found
    if "usual" in entry:
        return Whole(**entry)
    if "options" not in entry:
        return Switch(**entry)
    options = entry["options"]
    return Choice(**{**entry, "options": book["lists"][options] if isinstance(options, str)
                     else options})  # fmt: skip


@cache
def _book() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    text = files("tradetalks.web").joinpath("commands.yaml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)
