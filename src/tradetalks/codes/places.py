"""Countries (ISO 3166 alpha-3, and `ROW`) and the region sets they are grouped into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from tradetalks.codes._load import read_table
from tradetalks.errors import unknown_name

PARTIES = ("USA", "CHN")
"""The two parties to the conflict, in the order in which everything names them."""


@dataclass(frozen=True)
class Country:
    """A country or region: its code, English and Chinese name, and EU27 membership."""

    code: str
    name: str
    name_zh: str
    eu27: bool


@cache
def countries() -> Mapping[str, Country]:
    """Return every country and region by code, regions (`REU`, `EUU`) last.

    >>> countries()["VNM"].name
    'Viet Nam'
    """
    rows = read_table("countries")
    return MappingProxyType(
        {r["code"]: Country(r["code"], r["name"], r["name_zh"], r["eu27"] == "1") for r in rows}
    )


def country(code: str) -> Country:
    """Return the country with this code; `UnknownName` with a suggestion otherwise.

    English names are accepted as a suggestion, not as a code:

    >>> country("Viet Nam")
    Traceback (most recent call last):
    ...
    tradetalks.errors.UnknownName: unknown country 'Viet Nam'. Did you mean 'VNM'?
    """
    known = countries()
    if code in known:
        return known[code]
    for c in known.values():
        if code.casefold() in (c.name.casefold(), c.name_zh):
            error = unknown_name("country", code, [])
            raise type(error)(error.cause, cure=f"Did you mean '{c.code}'?")
    raise unknown_name("country", code, known)


def region_set_names() -> tuple[str, ...]:
    """Return the names of the shipped region sets.

    >>> region_set_names()
    ('all', 'default', 'eu27', 'blocs')
    """
    return ("all", *(c for c in read_table("region_sets")[0] if c != "country"))


@cache
def region_set(name: str) -> Mapping[str, str]:
    """Return the region of each country in the set `name`.

    >>> region_set("default")["HRV"], region_set("eu27")["DEU"], region_set("all")["HRV"]
    ('REU', 'EUU', 'HRV')
    """
    if name not in region_set_names():
        raise unknown_name("region set", name, region_set_names())
    rows = read_table("region_sets")
    column = "country" if name == "all" else name
    return MappingProxyType({r["country"]: r[column] for r in rows})


@cache
def regions(name: str) -> tuple[str, ...]:
    """Return the regions of a set in reading order, the rest of the world last.

    >>> regions("blocs")
    ('USA', 'CHN', 'EUU', 'ROW')
    """
    return ordered(region_set(name).values())


def ordered(labels: Iterable[str]) -> tuple[str, ...]:
    """Return labels once each, in order of first appearance, `ROW` last."""
    once = dict.fromkeys(labels)
    return (*(x for x in once if x != "ROW"), *(["ROW"] if "ROW" in once else []))


@cache
def blocs() -> Mapping[str, tuple[str, ...]]:
    """Return the members of each bloc; every country is in one (assumed, docs/export-controls.md).

    >>> list(blocs())
    ['us_allies', 'china_bloc', 'non_aligned']
    >>> "RUS" in blocs()["china_bloc"]
    True
    """
    found: dict[str, tuple[str, ...]] = {}
    for row in read_table("blocs"):
        found[row["bloc"]] = (*found.get(row["bloc"], ()), row["country"])
    return MappingProxyType(found)
