"""The rules that close the economy: what is held fixed, and which factors can move."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field

from tradetalks.scenario.origin import refuse
from tradetalks.scenario.plain import Piece
from tradetalks.scenario.rates import parse_elasticity, parse_number

Horizon = Literal["short", "medium", "long"]
Labour = Literal["mobile", "specific", "sorting"]
Capital = Literal["mobile", "specific"]

SORTING = 1.5
"""Elasticity of labour supply across sectors: Galle, Rodriguez-Clare & Yi (2023), unverified."""
LABOUR_ELASTICITY = 0.5
"""Elasticity of labour supply in the real wage; assumed, near the sum of the Hicksian elasticities
of Chetty, Guren, Manoli & Weber (NBER 16729): 0.3 in hours and 0.25 in employment."""
WAGE_FLOOR = 1.0
"""Own-currency wages do not fall."""

_BY_HORIZON: dict[str, tuple[Labour, Capital]] = {
    "short": ("specific", "specific"),
    "medium": ("mobile", "specific"),
    "long": ("mobile", "mobile"),
}


def _parse_sorting(value: object) -> float:
    number = parse_elasticity(value)
    if number <= 1.0:
        raise refuse(
            f"workers who sort with an elasticity of {number:g} do not move at all.",
            "Write more than 1, such as 1.5, or `labour: specific`.",
            kind="bad_number",
        )
    return number


def _parse_floor(value: object) -> float:
    number = parse_number(value, "a wage floor", "Write 1.0 for wages that cannot fall.")
    if not 0.0 < number <= 1.0:
        raise refuse(
            f"a wage floor of {number:g} is outside its range (above 0, at most 1).",
            "It is a ratio to the wage of the world's year: 1.0 if wages cannot fall, 0.98 if "
            "they can fall by 2%.",
            kind="bad_number",
        )
    return number


class Closures(Piece):
    """What is held fixed, by name (see docs/scenarios.md).

    `by_horizon` means: short, labour and capital specific to their sector; medium, capital
    specific; long, both mobile. `sorting` (with `labour: sorting`), `labour_elasticity` (with
    `employment: elastic`) and `wage_floor` (with `employment: rigid`) are numbers of their
    rules; `capital_share` picks the assumed share or an end of its range.
    """

    deficit: Literal["fixed_world_share", "gni_share", "balanced"] = "fixed_world_share"
    labour: Literal["by_horizon", "mobile", "specific", "sorting"] = "by_horizon"
    sorting: Annotated[float, BeforeValidator(_parse_sorting)] | None = Field(
        default=None, description="how easily workers change sectors, above 1"
    )
    capital: Literal["by_horizon", "mobile", "specific"] = "by_horizon"
    capital_share: Literal["central", "low", "high"] = "central"
    employment: Literal["fixed", "elastic", "rigid"] = "fixed"
    labour_elasticity: Annotated[float, BeforeValidator(parse_elasticity)] | None = Field(
        default=None, description="employment in the real wage"
    )
    wage_floor: Annotated[float, BeforeValidator(_parse_floor)] | None = Field(
        default=None, description="least own-currency wage, as a ratio to the world's year"
    )
    revenue: Literal["lump_sum", "income_tax_cut"] = "lump_sum"

    def _checked(self) -> Self:
        for key, holder, needed in (
            ("sorting", "labour", "sorting"),
            ("labour_elasticity", "employment", "elastic"),
            ("wage_floor", "employment", "rigid"),
        ):
            if getattr(self, key) is not None and getattr(self, holder) != needed:
                raise refuse(
                    f"has a meaning only with `{holder}: {needed}`.",
                    f"Add `{holder}: {needed}`, or leave {key} out.",
                    at=(key,),
                )
        if self.revenue == "income_tax_cut" and self.employment != "elastic":
            raise refuse(
                "a tax cut changes nothing where people work as much as before.",
                "Add `employment: elastic`, or write `revenue: lump_sum`.",
                at=("revenue",),
            )
        return self

    def factors(self, horizon: Horizon) -> tuple[Labour, Capital]:
        """Return how labour and capital move at a horizon."""
        labour, capital = _BY_HORIZON[horizon]
        return (
            labour if self.labour == "by_horizon" else self.labour,
            capital if self.capital == "by_horizon" else self.capital,
        )

    def check_factors(self, horizon: Horizon) -> None:
        """Refuse a pair of rules that has no meaning together."""
        if self.factors(horizon) == ("specific", "mobile"):
            raise refuse(
                "labour that cannot leave its sector beside capital that can is not offered.",
                "Add `capital: specific`, or let labour sort (`labour: sorting`).",
                at=("closures", "labour"),
            )
