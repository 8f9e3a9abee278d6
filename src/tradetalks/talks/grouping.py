"""Interest groups: who they are, what each looks at, and what it counts for. All from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes.units import BN
from tradetalks.errors import BadFile, BadInput, unknown_name
from tradetalks.talks.assumed import Book, Figure, book
from tradetalks.talks.coherence import checked_weights
from tradetalks.talks.measures import MEASURES, Change, Numbers, mask_of, partner_mask, sector_mask

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.model import Equilibrium

UNIT_GROUPS = ("usa.consumers", "chn.stability")
"""Whose dollar is the unit of weights: households."""


@dataclass(frozen=True)
class Term:
    """One part of a payoff: sign x figure x measure over sectors (see `measures`)."""

    measure: str
    sectors: tuple[str, ...]
    country: str
    partners: tuple[str, ...]
    sign: float
    figure: Figure | None

    @property
    def coefficient(self) -> float:
        """What the measure is multiplied by."""
        return self.sign * (1.0 if self.figure is None else self.figure.value)

    @property
    def ends(self) -> tuple[float, float]:
        """The coefficient at the two ends of an assumed figure's range."""
        if self.figure is None or not self.figure.assumed:
            return self.coefficient, self.coefficient
        return self.sign * self.figure.low, self.sign * self.figure.high

    @property
    def assumed(self) -> bool:
        """Whether the term rests on an assumed number."""
        return self.figure is not None and self.figure.assumed


@dataclass(frozen=True)
class Group:
    """An interest group of a country, what it wants in words, and the terms of its payoff."""

    id: str
    country: str
    name: str
    wants: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Grouping:
    """All groups, in the order of the file; `version` names the way countries are cut up."""

    version: str
    groups: tuple[Group, ...]
    book: Book

    def of(self, country: str) -> tuple[Group, ...]:
        """Return the groups of a country."""
        return tuple(g for g in self.groups if g.country == country)

    @property
    def countries(self) -> tuple[str, ...]:
        """Return the countries that have groups."""
        return tuple(dict.fromkeys(g.country for g in self.groups))


@cache
def grouping() -> Grouping:
    """Return the groups that ship (`talks/data/groups.yaml`)."""
    source = book("groups")
    return Grouping(
        version=str(source.rest["version"]),
        groups=tuple(_group(entry, source) for entry in source.rest["groups"]),
        book=source,
    )


def _group(entry: Mapping[str, Any], source: Book) -> Group:
    def term(part: Mapping[str, Any]) -> Term:
        return Term(
            measure=part["measure"],
            sectors=tuple(part["sectors"]),
            country=part.get("of", entry["country"]),
            partners=tuple(part.get("partners", ())),
            sign=float(part.get("sign", 1)),
            figure=source[part["times"]] if "times" in part else None,
        )

    return Group(
        entry["id"],
        entry["country"],
        entry["name"],
        entry["wants"],
        tuple(term(part) for part in entry["terms"]),
    )


def term_mask(term: Term, table: World) -> NDArray[np.float64]:
    """Return what of the term's measure counts on a table, as `mask_of`."""
    return mask_of(
        term.measure,
        table.index(term.country),
        sector_mask(term.sectors, table),
        partner_mask(term.partners, table),
    )


@dataclass(frozen=True)
class Weight:
    """What a group counts for: `value` between `low` and `high`; `given` by the asker or not."""

    value: float
    low: float
    high: float
    given: bool
    assumed: bool


def weights_of(given: Mapping[str, float], *, file: str | None = None) -> dict[str, Weight]:
    """Return the weight of every group, those of the asker in place of the shipped ones.

    A given weight has no range. Raises `UnknownName` with a suggestion, and `BadNumber` for a
    negative weight or a country whose weights sum to zero.
    """
    known = grouping()
    names = [g.id for g in known.groups]
    asked = {_known(name, file=file): value for name, value in given.items()}
    out: dict[str, Weight] = {}
    for name in names:
        figure = known.book[f"groups.weight.{name}"]
        if name in asked:
            value = asked[name]
            out[name] = Weight(value, value, value, True, name not in UNIT_GROUPS)
        else:
            out[name] = Weight(figure.value, figure.low, figure.high, False, figure.assumed)
    for country in known.countries:
        mine = tuple(g.id for g in known.of(country))
        checked_weights([out[m].value for m in mine], mine)
    return out


def _known(name: str, *, file: str | None = None, line: int | None = None) -> str:
    """Return the id of a group, whatever its letters' case. Raises `UnknownName`."""
    names = [g.id for g in grouping().groups]
    if name.casefold() not in names:
        raise unknown_name(
            "group", name, names, file=file, line=line, see="Groups: " + ", ".join(names) + "."
        )
    return name.casefold()


def read_weights(path: str | Path) -> dict[str, float]:
    """Return the weights of a YAML file: `usa.agriculture: 2`, one per line.

    Raises `BadFile` for what is no such file, with the line.
    """
    from tradetalks.scenario import yaml_text

    place = Path(path).expanduser()
    cure = "Write `usa.agriculture: 2`, one group per line."
    try:
        data, origin = yaml_text.parse(yaml_text.read_text(place), file=str(place))
    except BadFile as error:
        cause = error.cause.replace("scenario", "table of weights")
        raise BadFile(cause, cure=cure, file=error.file, line=error.line) from None
    for name, value in data.items():
        line = origin.line((name,))
        _known(str(name), file=str(place), line=line)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadFile(
                f"the weight of '{name}' is no number.",
                cure=cure,
                file=place,
                line=line,
            )
    return {str(name): float(value) for name, value in data.items()}


def parse_weight(text: str) -> tuple[str, float]:
    """Return name and weight of a text such as `usa.agriculture=2`. Raises `BadInput`.

    >>> parse_weight("usa.agriculture=2")
    ('usa.agriculture', 2.0)
    """
    name, equals, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = np.nan
    if not equals or not name.strip() or not np.isfinite(number):
        raise BadInput(
            f"--weight {text} is no weight.", cure="Write group=number, as in usa.agriculture=2."
        )
    return name.strip(), number


def merged(sources: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return weights of several sources, the later over the earlier."""
    out: dict[str, float] = {}
    for source in sources:
        out |= {name.casefold(): value for name, value in source.items()}
    return out


def read_terms(
    groups: Sequence[Group], before: Equilibrium, after: Equilibrium, table: World
) -> list[float]:
    """Return the measure of every term of every group in order, USD billions."""
    change = Change(before, after)
    found: dict[str, Numbers] = {}
    out: list[float] = []
    for group in groups:
        for term in group.terms:
            if term.measure not in found:
                found[term.measure] = np.asarray(MEASURES[term.measure](change))
            out.append(float((found[term.measure] * term_mask(term, table)).sum()) * BN)
    return out


def payoffs_by_group(before: Equilibrium, after: Equilibrium, table: World) -> dict[str, float]:
    """Return the payoff of every group whose countries the table has, USD billions a year."""
    groups = [g for g in grouping().groups if all(t.country in table.countries for t in g.terms)]
    found = iter(read_terms(groups, before, after, table))
    return {g.id: sum(t.coefficient * next(found) for t in g.terms) for g in groups}


def idle(table: World, countries: Sequence[str]) -> list[str]:
    """Return a warning where groups of these countries have nothing to look at on a table."""
    names = [
        g.name
        for g in grouping().groups
        if g.country in countries and not any(sector_mask(t.sectors, table).any() for t in g.terms)
    ]
    if not names:
        return []
    return [
        f"{', '.join(names)}: nothing to look at, since critical goods are not carved out of this "
        "world"
    ]
