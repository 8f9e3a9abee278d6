"""Goods that may be carved out of a sector, to be sectors of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from tradetalks.codes._load import read_table
from tradetalks.errors import unknown_name


@dataclass(frozen=True)
class CriticalGood:
    """A critical good: its code, labels, parent sector, customs lines in words.

    `default` tells whether the overlay `default` carves it out; `all` carves out every one.
    """

    code: str
    label: str
    label_zh: str
    parent: str
    customs: str
    default: bool


@cache
def critical_goods() -> Mapping[str, CriticalGood]:
    """Return the critical goods by code, in the order in which they follow the sectors.

    >>> critical_goods()["MAGNETS"].parent
    '25'
    """
    return MappingProxyType(
        {
            r["code"]: CriticalGood(
                r["code"], r["label"], r["label_zh"], r["parent"], r["customs"], r["default"] == "1"
            )
            for r in read_table("critical_goods")
        }
    )


def goods_overlay(name: str) -> tuple[str, ...]:
    """Return the codes of an overlay: `none`, `default` or `all`.

    >>> goods_overlay("none"), len(goods_overlay("all"))
    ((), 14)
    """
    if name not in ("none", "default", "all"):
        raise unknown_name("overlay of critical goods", name, ("none", "default", "all"))
    if name == "none":
        return ()
    return tuple(c for c, good in critical_goods().items() if good.default or name == "all")


def parent_sector(code: str) -> str:
    """Return the sector that a critical good is carved out of; any other code is its own.

    >>> parent_sector("MAGNETS"), parent_sector("26")
    ('25', '26')
    """
    good = critical_goods().get(code)
    return code if good is None else good.parent


@cache
def good_sets() -> Mapping[str, tuple[str, ...]]:
    """Return named sets of critical goods; `critical` is all of them.

    >>> good_sets()["chips"]
    ('AICHIP', 'CHIPSOFT', 'CHIPTOOL')
    """
    return MappingProxyType(
        {
            r["set"]: tuple(critical_goods())
            if r["members"] == "*"
            else tuple(r["members"].split())
            for r in read_table("good_sets")
        }
    )
