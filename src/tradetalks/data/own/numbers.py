"""Labels, shapes and words that the rules for a user's own table share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.errors import BadTable

Array = NDArray[np.float64]

ORDERS = (
    "Orders: trade and tariff [exporter, importer, sector], intermediate "
    "[country, input, user] or [exporter, importer, input, user], final [country, sector] or "
    "[exporter, importer, sector], value_added, output and markup [country, sector], "
    "customs_ratio [exporter, importer], deficit [country]."
)


@dataclass(frozen=True)
class Labels:
    """Countries and sectors of a table; `cell` names a position in words."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]

    def cell(self, axes: str, at: Sequence[Any]) -> str:
        """Return `[HOM, SERV]` for a position; `axes` has c for a country, s for a sector."""
        names = {"c": self.countries, "s": self.sectors}
        return f"[{', '.join(names[a][int(p)] for a, p in zip(axes, at, strict=True))}]"

    def shape(self, axes: str) -> tuple[int, ...]:
        """Return the shape that an array over `axes` must have."""
        return tuple(len(self.countries if a == "c" else self.sectors) for a in axes)


def labels_of(countries: Sequence[str], sectors: Sequence[str]) -> Labels:
    """Return checked labels: at least one of each, none twice."""
    for kind, found in (("country", countries), ("sector", sectors)):
        if not len(found):
            raise BadTable(f"There is no {kind}.", cure="A world needs at least one.")
        twice = sorted({x for x in found if list(found).count(x) > 1})
        if twice:
            raise BadTable(f"The {kind} '{twice[0]}' stands twice.", cure="Labels must be unique.")
    return Labels(tuple(map(str, countries)), tuple(map(str, sectors)))


def array(name: str, values: ArrayLike, *shapes: tuple[int, ...], finite: bool = True) -> Array:
    """Return `values` as a new array of one of `shapes`; `BadTable` with what is wrong."""
    try:
        found = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadTable(f"`{name}` is not an array of numbers: {error}.") from error
    if found.shape not in shapes:
        needed = " or ".join(map(str, shapes))
        raise BadTable(
            f"`{name}` has shape {found.shape}, but the labels need {needed}.", cure=ORDERS
        )
    if finite and not np.isfinite(found).all():
        at = tuple(int(x) for x in np.argwhere(~np.isfinite(found))[0])
        raise BadTable(
            f"`{name}` is {found[at]} at position {at}.", cure="Every cell must be a number."
        )
    return found


def frozen(values: Array) -> Array:
    """Return `values`, made read-only."""
    values.setflags(write=False)
    return values


def largest(values: Array) -> tuple[int, ...]:
    """Return the position of the largest value."""
    return tuple(int(x) for x in np.unravel_index(int(np.argmax(values)), values.shape))


def residual(total: Array, parts: Array) -> Array:
    """Return what is left of `total`; a negative rest that is only rounding is zero."""
    rest = total - parts
    return np.where((rest < 0) & (rest > -1e-12 * total), 0.0, rest)


def divide(part: Array, whole: Array, otherwise: float) -> Array:
    """Return `part / whole`, and `otherwise` where the whole is not positive."""
    return np.divide(part, whole, out=np.full_like(part, otherwise), where=whole > 0)


def count(number: int, what: str) -> str:
    """Return `1 cell`, `2 cells`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def show(x: float) -> str:
    """Return a number as text: six digits, and whole units from 100,000 on.

    >>> show(1234567.8), show(12.345678)
    ('1,234,568', '12.3457')
    """
    return f"{x:,.0f}" if abs(x) >= 1e5 else f"{x:,.6g}"


def percent(x: float) -> str:
    """Return a share as text, with three digits."""
    return f"{100 * x:.3g}%"
