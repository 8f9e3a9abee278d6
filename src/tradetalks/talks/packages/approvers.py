"""Who must approve a package: a role, its threshold, and how sure we are of it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field

from tradetalks.scenario.origin import describe, refuse
from tradetalks.scenario.parts import FilledText, Text
from tradetalks.scenario.plain import Piece
from tradetalks.talks.packages.figures import Figure, Number, parse_number


def _parse_cares(value: object) -> dict[str, float]:
    if not isinstance(value, dict):
        raise refuse(f"found {describe(value)}.", "Write {chips: 2.0}: issue and multiple.")
    out = {str(k): parse_number(v) for k, v in value.items()}  # pyright: ignore
    if any(v < 0 for v in out.values()):
        raise refuse("a multiple below zero turns a weight around.", "Write zero or more.")
    return out


class Stake(Figure):
    """What a level of an issue is worth to one approver beyond its side's payoff.

    `value` in the unit of the agenda.
    """

    issue: FilledText
    level: FilledText


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore


class Approver(Piece):
    """A veto player. It approves x with probability Phi((U(x) - threshold) / noise).

    U(x) is the gain of its side over the law at the deadline, in the unit of the agenda: real
    income times `real_income`, plus the weights of its side, each times `cares` of its issue
    (one if left out), plus its own `stakes`. `threshold` is the gain that it asks for; `noise`
    the standard deviation of what we do not know about it. `order` is its place in the chain.
    """

    id: FilledText = Field(description="a short name")
    role: FilledText = Field(description="the institution and what its approval is")
    side: FilledText = Field(description="which side: a country code such as USA")
    order: int = Field(default=1, ge=1, le=99)
    threshold: Figure = Field(
        description="the least gain it accepts: {value, range, source}; without it an approver "
        "approves nothing and refuses nothing"
    )
    noise: Figure = Field(description="standard deviation of that: {value, range, source}")
    real_income: Number = 1.0
    cares: Annotated[dict[str, float], BeforeValidator(_parse_cares)] = Field(
        default_factory=dict[str, float]
    )
    stakes: Annotated[tuple[Stake, ...], BeforeValidator(_as_tuple)] = ()
    source: FilledText = Field(description="what shows that its approval is needed")
    note: Text | None = None

    def _checked(self) -> Self:
        if self.noise.ends[0] <= 0.0:
            raise refuse(
                f"the noise of '{self.id}' is not above zero over its range.",
                "A sure answer is no probability; write a small noise, such as 0.01.",
                kind="bad_number",
                at=("noise",),
            )
        if self.real_income < 0.0:
            raise refuse(f"'{self.id}' would want its side poorer.", "Write zero or more.")
        return self
