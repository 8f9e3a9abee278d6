"""An explanation: a number of a run as a sum, by channel, by partner and by sector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tradetalks.results.labels import country_name, sector_name

if TYPE_CHECKING:
    from tradetalks.results.run import Spread

Array = NDArray[np.float64]
Axis = Literal["partner", "sector"]
Row = dict[str, Any]


_ROUNDING = 1e-6
"""What single-precision storage and the solver's tolerance may leave, relative to the cells."""


@dataclass(frozen=True, eq=False)
class Part:
    """One channel. `cells` has an axis for each of `axes`, partner first; it may have none."""

    name: str
    label: str
    cells: Array
    axes: tuple[Axis, ...] = ()

    @property
    def amount(self) -> float:
        """The sum of the cells."""
        return float(self.cells.sum())

    def along(self, axis: Axis) -> Array | None:
        """Return the amounts along one axis, None where the part has no such axis."""
        if axis not in self.axes:
            return None
        others = tuple(i for i, a in enumerate(self.axes) if a != axis)
        return self.cells.sum(axis=others)


@dataclass(frozen=True, eq=False)
class Explanation:
    """A number as the sum of its `parts` (to rounding; a part `remainder` where more is left).

    `total` is the change at the central elasticity set and `range` its spread over all sets,
    None where the number is a sum that the run does not keep for the other sets. `partners` and
    `sectors` are the codes along the axes; `unit` is that of the variable registry; `notes` say
    on what the split depends.
    """

    country: str
    variable: str
    label: str
    unit: str
    total: float
    parts: tuple[Part, ...]
    partners: tuple[str, ...]
    sectors: tuple[str, ...]
    partner: str | None = None
    range: Spread | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def rows(self, top: int | None = None) -> list[Row]:
        """Return rows {by, code, name, value, and the value of each part}; each `by` adds up.

        `by` is channel, partner or sector; the last two are there where any part has them, a
        part without them is a row of its own with an empty code. Rows come by size; with `top`,
        all but the first `top` partners and sectors are one row.
        """
        out = [
            {"by": "channel", "code": p.name, "name": p.label, "value": p.amount}
            for p in self.parts
        ]
        for axis in ("partner", "sector"):
            out += self._along(axis, top)
        return out

    def _along(self, axis: Axis, top: int | None) -> list[Row]:
        split = {p.name: p.along(axis) for p in self.parts}
        found = {name: values for name, values in split.items() if values is not None}
        if not found:
            return []
        codes = self.partners if axis == "partner" else self.sectors
        total = np.sum(list(found.values()), axis=0)
        some = [i for i in range(len(codes)) if any(v[i] != 0 for v in found.values())]
        order = sorted(some, key=lambda i: (-abs(total[i]), codes[i]))
        groups: list[list[int]] = [[i] for i in order]
        if top is not None and len(order) > top + 1:
            groups = [*groups[:top], order[top:]]
        out: list[Row] = []
        for group in groups:
            row: Row = {"by": axis, "code": "", "name": f"All {len(group)} others"}
            if len(group) == 1:
                code = codes[group[0]]
                row |= {"code": code, "name": self._name(axis, code)}
            row["value"] = float(total[group].sum())
            out.append(row | {name: float(v[group].sum()) for name, v in found.items()})
        for part in self.parts:
            if part.name not in found:
                row = {"by": axis, "code": "", "name": f"{part.label} (not by {axis})"}
                out.append(row | {"value": part.amount, part.name: part.amount})
        return out

    def _name(self, axis: Axis, code: str) -> str:
        if axis == "sector":
            return sector_name(code)
        return f"{country_name(code)} (at home)" if code == self.country else country_name(code)


def settled(
    parts: Sequence[Part],
    total: float,
    rest: str = "Remainder",
) -> tuple[Part, ...]:
    """Return parts that sum to `total`: rounding is spread by size, more is a part of its own."""
    parts = [p for p in parts if np.any(p.cells)]
    size = sum(float(np.abs(p.cells).sum()) for p in parts)
    gap = total - sum(p.amount for p in parts)
    if abs(gap) > _ROUNDING * size:
        return *parts, Part("remainder", rest, np.array(gap))
    if gap == 0.0 or size == 0.0:
        return tuple(parts)
    return tuple(replace(p, cells=p.cells + gap / size * np.abs(p.cells)) for p in parts)
