"""Shipped licence regimes: figures with ranges and sources, from `regimes.yaml`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from tradetalks.errors import unknown_name
from tradetalks.supply.queue import Licensing

ASSUMED = "assumed"
FIRST_DAY = date(2025, 4, 7)
"""A Monday: where a regime has no day of its own, day 0 is one."""
_HARSH = {
    "approval": "low",
    "processing": "high",
    "renewal": "low",
    "leakage": "low",
    "covered": "high",
    "general": "low",
    "substitution": "low",
}
"""Which end of a figure's range is the worse one for the buyer."""


@dataclass(frozen=True)
class Figure:
    """A figure with its range; `source` is a title, or the word `assumed`."""

    central: float
    low: float
    high: float
    source: str = ASSUMED
    url: str = ""
    evidence: str = ""

    def __post_init__(self) -> None:
        if not self.low <= self.central <= self.high and not (
            self.high <= self.central <= self.low
        ):
            raise ValueError(f"figure {self} lies outside its range")

    @property
    def assumed(self) -> bool:
        """Whether no source gives it."""
        return self.source == ASSUMED

    def around(self, factor: float = 2.0) -> Figure:
        """Return the figure with the range x/÷ `factor`."""
        return Figure(self.central, self.central / factor, self.central * factor, self.source)


@dataclass(frozen=True)
class Regime:
    """A licence regime: its terms as figures by name (see `Licensing`), and the day it began."""

    name: str
    title: str
    figures: Mapping[str, Figure]
    start: date = FIRST_DAY
    law: tuple[str, ...] = ()
    about: Mapping[str, str] | None = None

    def terms(self, end: str = "central") -> Licensing:
        """Return the terms at `central` figures, or all at the `harsh` or the `mild` end."""
        chosen: dict[str, Any] = {}
        for name, figure in self.figures.items():
            harsh = _HARSH.get(name, "high")
            mild = "low" if harsh == "high" else "high"
            value = getattr(figure, {"harsh": harsh, "mild": mild}.get(end, "central"))
            chosen[name] = int(value) if name in ("validity", "filing") else float(value)
        return Licensing(**chosen)

    def replace(self, **given: Figure) -> Regime:
        """Return the regime with some figures of your own."""
        figures = MappingProxyType({**self.figures, **given})
        return Regime(self.name, self.title, figures, self.start, self.law, self.about)

    @property
    def assumed(self) -> tuple[str, ...]:
        """The figures that no source gives, in words."""
        return tuple(
            f"{name.replace('_', ' ')} {f.central:g} ({f.low:g} to {f.high:g})"
            for name, f in self.figures.items()
            if f.assumed and (f.low != f.high or f.central)
        )

    @property
    def sources(self) -> tuple[dict[str, str], ...]:
        """The sources of the other figures, each once."""
        rows: list[dict[str, str]] = [dict(self.about)] if self.about else []
        for f in self.figures.values():
            if not f.assumed:
                rows.append({"title": f.source, "url": f.url, "evidence": f.evidence})
        return tuple({row["title"]: row for row in rows}.values())


def regimes() -> Mapping[str, Regime]:
    """Return the shipped regimes by name.

    >>> regimes()["licences-2025"].terms().processing
    45.0
    """
    return _read()


def regime(name: str) -> Regime:
    """Return a shipped regime; `UnknownName` with a suggestion otherwise."""
    if name not in regimes():
        raise unknown_name("licence regime", name, regimes())
    return regimes()[name]


@cache
def _read() -> Mapping[str, Regime]:
    from ruamel.yaml import YAML

    text = files("tradetalks.supply").joinpath("regimes.yaml").read_text("utf-8")
    book = YAML(typ="safe").load(text)
    sources = book["sources"]
    extra = {
        "substitution": _figure(book["substitution"]["ceiling"], sources),
        "substitution_days": _figure(book["substitution"]["days"], sources),
    }
    found: dict[str, Regime] = {}
    for name, row in book["regimes"].items():
        figures = {k: _figure(v, sources) for k, v in row.items() if isinstance(v, list) and _is(v)}
        found[name] = Regime(
            name,
            row["title"],
            MappingProxyType({**figures, **extra}),
            row.get("start", FIRST_DAY),
            tuple(row.get("law", ())),
            sources[row["about"]] if "about" in row else None,
        )
    return MappingProxyType(found)


def _is(value: list[Any]) -> bool:
    return len(value) == 4 and not isinstance(value[0], str)


def _figure(row: list[Any], sources: Mapping[str, Mapping[str, str]]) -> Figure:
    central, low, high, source = row
    if source == ASSUMED:
        return Figure(float(central), float(low), float(high))
    about = sources[source]
    return Figure(
        float(central),
        float(low),
        float(high),
        about["title"],
        about.get("url", ""),
        about["evidence"],
    )


def sources_of(chosen: Iterable[Regime]) -> list[dict[str, str]]:
    """Return the sources of several regimes, each once."""
    rows = itertools.chain.from_iterable(r.sources for r in chosen)
    return list({row["title"]: row for row in rows}.values())
