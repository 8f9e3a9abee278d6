"""Templates and signs: how every page of ours is made from text."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment(package: str) -> Environment:
    """Return the templates of a package's folder `templates`, escaped for HTML.

    Filter `minus` writes numbers with a true minus sign, `link` empties what is no web address.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files(package).joinpath("templates")
    made = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"minus": minus, "link": link}
    return made


def minus(text: object) -> str:
    """Write negative numbers with a true minus sign, and leave hyphens and dates alone.

    >>> minus("-0.05 on 2025-08-12, HS 8505-11")
    '−0.05 on 2025-08-12, HS 8505-11'
    """
    return re.sub(r"(?<![\w-])-(?=[\d.])", "\u2212", str(text))


def link(address: str | None) -> str:
    """Return an address that a link may have, nothing for any other."""
    return address if (address or "").startswith(("https://", "http://")) and address else ""
