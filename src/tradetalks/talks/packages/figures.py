"""A figure that somebody declares: its value, its range, its source."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field

from tradetalks.scenario.origin import describe, refuse
from tradetalks.scenario.parts import Evidence, FilledText, Text
from tradetalks.scenario.plain import Piece

ASSUMED = "assumed"


def parse_number(value: object) -> float:
    """Return a finite number; text and flags are refused."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise refuse(f"found {describe(value)} where a number belongs.", kind="bad_number")
    if abs(float(value)) > 1e6:
        raise refuse(f"{value:g} is out of all proportion.", kind="bad_number")
    return float(value)


def _parse_range(value: object) -> tuple[float, float]:
    items = list(value) if isinstance(value, (list, tuple)) else []  # pyright: ignore
    if len(items) != 2:  # pyright: ignore
        raise refuse("a range has two ends.", "Write `range: [0, 10]`.")
    low, high = (parse_number(x) for x in items)  # pyright: ignore
    if low > high:
        raise refuse(f"the range runs backwards, from {low:g} to {high:g}.", kind="bad_number")
    return low, high


Number = Annotated[float, BeforeValidator(parse_number)]
Range = Annotated[tuple[float, float], BeforeValidator(_parse_range)]


class Figure(Piece):
    """A declared number. `source: assumed` needs a range; evidence marks as everywhere."""

    value: Number = Field(description="the number")
    range: Range | None = None
    source: FilledText = Field(description="where it comes from, or assumed")
    evidence: Evidence | None = None
    note: Text | None = None

    def _checked(self) -> Self:
        if self.assumed and self.range is None:
            raise refuse(
                f"{self.value:g} is assumed, but without a range.",
                "Add `range: [low, high]`: how far could it be from it?",
            )
        if self.range is not None and not self.range[0] <= self.value <= self.range[1]:
            raise refuse(
                f"{self.value:g} lies outside its range, {self.range[0]:g} to {self.range[1]:g}.",
                "Correct the value or the range.",
                kind="bad_number",
                at=("range",),
            )
        return self

    @property
    def assumed(self) -> bool:
        """Whether nobody but us says so."""
        return self.source.lower().startswith(ASSUMED)

    @property
    def ends(self) -> tuple[float, float]:
        """The range; the value twice where it has none."""
        return self.range or (self.value, self.value)
