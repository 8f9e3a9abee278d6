"""The changes a scenario can make: to the law, to wedges, limits on volumes, elasticities."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from tradetalks.scenario.control_changes import RENTS, ExportControl, LiftControl, Quota
from tradetalks.scenario.fields import ALL, ALL_GOODS, Names, OneOf, OnlyTrue, Sectors
from tradetalks.scenario.law_changes import LawChange
from tradetalks.scenario.origin import refuse
from tradetalks.scenario.plain import Piece
from tradetalks.scenario.rates import (
    Billions,
    ElasticityValue,
    Factor,
    Limit,
    Multiple,
    Rate,
    SubsidyRate,
)


class _OnFlows(OneOf):
    """A change to the trade flows of some importers, exporters and sectors."""

    importer: Names = Field(description="who buys: a country code, a list, EU or all")
    exporter: Names = Field(description="who sells: a country code, a list, EU or all")
    sectors: Sectors = Field(
        default=(ALL_GOODS,), description="all_goods, all, a sector code or a list"
    )
    both_ways: bool = Field(
        default=False, description="also where the exporter buys from the importer"
    )


class Tariff(_OnFlows):
    """A change of import duties. Exactly one of `add`, `set`, `multiply`, `over_mfn`, `remove`.

    Rates are fractions in Python (0.25 is 25%) and percentages in YAML. They are rates on the
    customs value unless the scenario says `valuation: table`.
    """

    kind: Literal["tariff"] = "tariff"
    add: Rate | None = Field(default=None, description="points on top of the duty")
    set: Rate | None = Field(default=None, description="the whole duty")
    multiply: Multiple | None = Field(default=None, description="times the duty, 0.5 halves it")
    over_mfn: Rate | None = Field(
        default=None, description="points on top of the MFN or preferential duty"
    )
    remove: OnlyTrue | None = Field(default=None, description="true: no duty")

    def _checked(self) -> Self:
        self._require_one(("add", "set", "multiply", "over_mfn", "remove"))
        return self


class TradeCost(_OnFlows):
    """A change of iceberg trade costs. Exactly one of `factor`, `add`, `shut`.

    `factor` 1.1 and `add` 10% say the same: delivering one unit takes 10% more than it did.
    `shut` makes the flow vanish; nothing later reopens it.
    """

    kind: Literal["trade_cost"] = "trade_cost"
    factor: Factor | None = Field(default=None, description="times the trade cost")
    add: Rate | None = Field(default=None, description="percent more trade cost")
    shut: OnlyTrue | None = Field(default=None, description="true: the flow vanishes")

    def _checked(self) -> Self:
        self._require_one(("factor", "add", "shut"))
        if self.add == -1.0:
            raise refuse(
                "-100% would make delivery free.", "Write more than -100%.", kind="bad_number",
                at=("add",),
            )  # fmt: skip
        return self


class Elasticity(OneOf):
    """Elasticities that replace those of every set that is run; one or more of them.

    `sigma` (among foreign origins) and `sigma_domestic` (domestic against imports) may be given
    for some `sectors`; `materials`, `value_added`, `final` and `critical_inputs` hold for the whole
    economy.
    """

    kind: Literal["elasticity"] = "elasticity"
    sectors: Sectors = Field(default=(ALL,), description="where sigma and sigma_domestic apply")
    sigma: ElasticityValue | None = Field(default=None, description="among foreign origins")
    sigma_domestic: ElasticityValue | None = Field(
        default=None, description="domestic against imports"
    )
    materials: ElasticityValue | None = Field(default=None, description="among materials")
    value_added: ElasticityValue | None = Field(
        default=None, description="value added against materials"
    )
    final: ElasticityValue | None = Field(default=None, description="goods in final demand")
    critical_inputs: ElasticityValue | None = Field(
        default=None, description="critical goods against all else in a user's cost"
    )

    def _checked(self) -> Self:
        by_sector = ("sigma", "sigma_domestic")
        whole = ("materials", "value_added", "final", "critical_inputs")
        if not self._given(by_sector + whole):
            raise refuse(
                "says nothing to do.",
                f"Give at least one of {', '.join(by_sector + whole)}.",
            )
        if self.sectors != (ALL,) and (wrong := self._given(whole)):
            raise refuse(
                f"{wrong[0]} is one number for the whole economy and cannot differ by sector.",
                "Write it in a change of its own without `sectors`.",
                at=(wrong[0],),
            )
        return self


class ExportTax(_OnFlows):
    """A change of export taxes on the exporter's price, paid to the exporter's budget.

    Exactly one of `add` and `set`; below zero it is an export subsidy. The world's own year has
    none. `to` names a third country whose budget gets it instead (a cut of what is sold under
    its licences); such a tax is a limit of its own kind, so no quota can stand on its flows.
    """

    kind: Literal["export_tax"] = "export_tax"
    importer: Names = Field(default=(ALL,), description="to whom: a country code, a list, all")
    add: Rate | None = Field(default=None, description="points on top of the export tax")
    set: Rate | None = Field(default=None, description="the whole export tax")
    to: str | None = Field(default=None, description="the country whose budget gets it")

    def _checked(self) -> Self:
        self._require_one(("add", "set"))
        rate = self.set if self.set is not None else self.add
        if self.to is not None and (rate or 0.0) <= 0.0:
            raise refuse(
                "a third country's cut must be above zero.", "Write a rate such as 25%.",
                kind="bad_number", at=("set" if self.set is not None else "add",),
            )  # fmt: skip
        return self


class PurchaseFloor(OneOf):
    """A promise to buy at least so much, kept by a subsidy that the importer's budget pays.

    Exactly one of `at_least` (a share of the volume of the world's year, such as 120%) and
    `usd_bn` (billions of dollars at the prices of that year). The promise is on all the flows
    together.
    """

    kind: Literal["purchase_floor"] = "purchase_floor"
    importer: Names = Field(description="who promises to buy")
    exporter: Names = Field(description="from whom")
    sectors: Sectors = Field(
        default=(ALL_GOODS,), description="all_goods, all, a sector code or a list"
    )
    at_least: Limit | None = Field(default=None, description="share of the world's year's volume")
    usd_bn: Billions | None = Field(default=None, description="billions of US dollars")

    def _checked(self) -> Self:
        self._require_one(("at_least", "usd_bn"))
        if self.at_least == 0.0:
            raise refuse(
                "a promise to buy nothing changes nothing.", "Write more than 0%.",
                kind="bad_number", at=("at_least",),
            )  # fmt: skip
        return self


class Subsidy(Piece):
    """A production subsidy: the budget pays `rate` of the producer's price, at home and abroad.

    The last change to a sector counts. Below zero it is a tax on production.
    """

    kind: Literal["subsidy"] = "subsidy"
    country: Names = Field(description="who subsidises: a country code, a list, EU or all")
    sectors: Sectors = Field(description="all_goods, all, a sector code or a list")
    rate: SubsidyRate = Field(description="share of the producer's price, such as 10%")


class Productivity(Piece):
    """A change of productivity: `factor` 1.05 makes 5% more of the same inputs."""

    kind: Literal["productivity"] = "productivity"
    country: Names = Field(description="where: a country code, a list, EU or all")
    sectors: Sectors = Field(description="all_goods, all, a sector code or a list")
    factor: Factor = Field(description="times the productivity")


def controller_of(change: object) -> str | None:
    """Return the country that holds a quota's licences or a tax, if it is no end of the trade."""
    if isinstance(change, ExportTax):
        return change.to
    rent = change.rent if isinstance(change, (Quota, ExportControl)) else None
    return None if rent in RENTS else rent


Change = Annotated[
    Tariff
    | TradeCost
    | Elasticity
    | ExportTax
    | Quota
    | ExportControl
    | LiftControl
    | PurchaseFloor
    | Subsidy
    | Productivity
    | LawChange,
    Field(discriminator="kind"),
]
