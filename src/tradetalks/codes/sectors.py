"""The model's 22 goods sectors and services, and which sector a customs line belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from tradetalks.codes._load import read_table
from tradetalks.errors import BadInput, unknown_name


@dataclass(frozen=True)
class Sector:
    """A sector: ISIC Rev. 4 divisions as its code, plain labels, goods or services, group."""

    code: str
    label: str
    label_zh: str
    goods: bool
    group: str


@dataclass(frozen=True)
class Hs6:
    """Where an HS6 subheading belongs.

    `method` says how it was placed: `line` (the HS6 itself is in the published crosswalk),
    `heading` or `chapter` (an HS code of another edition, placed with the majority of its
    4- or 2-digit parent), `corrected` (by hand, see the script),
    `leftover` (no industry makes it: special classifications).
    """

    code: str
    gtap: str
    sector: str
    method: str


@cache
def sectors() -> Mapping[str, Sector]:
    """Return the sectors by code, in the order of the arrays.

    >>> list(sectors())[-2:], sectors()["26"].label
    (['31T33', 'SERV'], 'Electronics and optical')
    """
    rows = read_table("sectors")
    return MappingProxyType(
        {
            r["code"]: Sector(r["code"], r["label"], r["label_zh"], r["goods"] == "1", r["group"])
            for r in rows
        }
    )


def sector(code: str) -> Sector:
    """Return the sector with this code; `UnknownName` with a suggestion otherwise."""
    known = sectors()
    if code in known:
        return known[code]
    for s in known.values():
        if code.casefold() == s.label.casefold():
            error = unknown_name("sector", code, [])
            raise type(error)(error.cause, cure=f"Did you mean '{s.code}' ({s.label})?")
    error = unknown_name("sector", code, [*known, *(s.label for s in known.values())])
    if error.cure:
        raise error
    raise unknown_name("sector", code, [], see="Known: " + ", ".join(known) + ".")


@cache
def sector_groups() -> Mapping[str, tuple[str, ...]]:
    """Return named groups of sectors.

    >>> sector_groups()["mining"]
    ('05T06', '07T08', '09')
    >>> list(sector_groups())
    ['all', 'all_goods', 'agriculture', 'mining', 'manufacturing', 'services']
    """
    known = sectors().values()
    groups = {"all": tuple(s.code for s in known)}
    groups["all_goods"] = tuple(s.code for s in known if s.goods)
    for s in known:
        groups[s.group] = (*groups.get(s.group, ()), s.code)
    return MappingProxyType(groups)


@cache
def gtap_sectors() -> Mapping[str, str]:
    """Return the model sector of each GTAP goods sector (GTAP 10 and later definitions)."""
    return MappingProxyType({r["gtap"]: r["sector"] for r in read_table("gtap_to_sector")})


@cache
def hs6_table() -> Mapping[str, Hs6]:
    """Return every known HS6 subheading (HS 2017 and HS 2022 editions)."""
    rows = read_table("hs6_to_sector")
    return MappingProxyType(
        {r["hs6"]: Hs6(r["hs6"], r["gtap"], r["sector"], r["method"]) for r in rows}
    )


def hs_sector(code: str) -> str:
    """Return the model sector of a customs line of 6, 8 or 10 digits (dots allowed).

    >>> hs_sector("8507.60.00"), hs_sector("280530")
    ('27', '20')
    """
    digits = code.replace(".", "").replace(" ", "")
    if not digits.isdigit() or len(digits) not in (6, 8, 10):
        raise BadInput(
            f"'{code}' is not a customs code.", cure="Give 6, 8 or 10 digits, as in 8507.60.00."
        )
    found = hs6_table().get(digits[:6])
    if found is None:
        raise unknown_name("HS6 subheading", digits[:6], hs6_table())
    return found.sector
