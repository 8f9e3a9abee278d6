"""Families of tariff authorities: the programmes under which averages of the law are added up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "mfn": "MFN",
        "s201": "Section 201",
        "s232": "Section 232",
        "s301": "Section 301",
        "ieepa_fentanyl": "IEEPA fentanyl",
        "ieepa_reciprocal": "IEEPA reciprocal",
        "s122": "Section 122",
        "s301_forced_labour": "Section 301 forced labour",
        "cn_retaliation": "retaliation",
    }
)
"""Families of authorities as a sentence names them, in the order in which words name them."""


def family_heading(family: str) -> str:
    """Return the name of a family as a heading.

    >>> family_heading("cn_retaliation")
    'Retaliation'
    """
    name = FAMILIES[family]
    return name[0].upper() + name[1:]
