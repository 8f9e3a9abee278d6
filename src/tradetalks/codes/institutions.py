"""Public bodies that the sources name, with their Chinese names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from tradetalks.codes._load import read_table


@dataclass(frozen=True, slots=True)
class Institution:
    """A public body: code, English and Chinese name, and the words that texts call it by."""

    code: str
    name: str
    name_zh: str
    words: tuple[str, ...]


@cache
def institutions() -> Mapping[str, Institution]:
    """Return every institution by code.

    >>> institutions()["MOFCOM"].name_zh
    '商务部'
    """
    return MappingProxyType(
        {
            r["code"]: Institution(r["code"], r["name"], r["name_zh"], tuple(r["words"].split("|")))
            for r in read_table("institutions")
        }
    )
