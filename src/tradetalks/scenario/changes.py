"""The changes a scenario can make: to the law, to wedges, limits on volumes, elasticities."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer

from tradetalks.scenario.fields import ALL, ALL_GOODS, Names, OneOf, OnlyTrue, Sectors
from tradetalks.scenario.law_changes import LawChange
from tradetalks.scenario.origin import describe, refuse
from tradetalks.scenario.plain import Piece
from tradetalks.scenario.rates import (
    Billions,
    ElasticityValue,
    Factor,
    Limit,
    Multiple,
    Rate,
    Share,
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
    for some `sectors`; `materials`, `value_added` and `final` hold for the whole economy.
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

    def _checked(self) -> Self:
        by_sector, whole = ("sigma", "sigma_domestic"), ("materials", "value_added", "final")
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
    none.
    """

    kind: Literal["export_tax"] = "export_tax"
    importer: Names = Field(default=(ALL,), description="to whom: a country code, a list, all")
    add: Rate | None = Field(default=None, description="points on top of the export tax")
    set: Rate | None = Field(default=None, description="the whole export tax")

    def _checked(self) -> Self:
        self._require_one(("add", "set"))
        return self


RENTS = ("exporter", "importer", "burnt")


def _parse_rent(value: object) -> str:
    """Return one of `RENTS`, or the code of the country that holds the licences."""
    if isinstance(value, str) and value in RENTS:
        return value
    if isinstance(value, dict) and list(value) == ["controller"]:  # pyright: ignore
        holder = value["controller"]  # pyright: ignore
        if isinstance(holder, str) and holder.strip():
            return holder.strip()
    raise refuse(
        f"found {describe(value)}; a quota's rent goes to someone.",
        "Write exporter, importer, burnt, or {controller: TWN} for a third country.",
    )


def _write_rent(value: str) -> str | dict[str, str]:
    return value if value in RENTS else {"controller": value}


Rent = Annotated[str, BeforeValidator(_parse_rent), PlainSerializer(_write_rent)]


class Quota(OneOf):
    """A cap on the volume that exporters sell, as a share of the volume of the world's year.

    One limit for each exporter and sector, over all its destinations; one for all of them
    together with `pooled`. Who wants more than the cap bids its price up; `rent` says who gets
    the premium: the `exporter` (licences to sell), the `importer` (licences to buy), nobody
    (`burnt`: queues, detours, red tape) or a `controller`.
    """

    kind: Literal["quota"] = "quota"
    exporter: Names = Field(description="who sells: a country code, a list, EU or all")
    destinations: Names = Field(
        default=(ALL,), description="who buys: a country code, a list, EU or all"
    )
    sectors: Sectors = Field(
        default=(ALL_GOODS,), description="all_goods, all, a sector code or a list"
    )
    without: Sectors | None = Field(
        default=None, description="what of these sectors has no limit, such as a critical good"
    )
    cap: Limit = Field(description="share of the volume of the world's year, such as 25%")
    rent: Rent = Field(default="exporter", description="exporter, importer, burnt or a controller")
    pooled: bool = Field(default=False, description="one limit for all the flows together")

    def _checked(self) -> Self:
        if self.cap == 0.0:
            raise refuse(
                "a cap of 0% leaves no trade, and a premium without end.",
                "Write {kind: trade_cost, shut: true} for these flows: they vanish, and no one "
                "earns a rent.",
                kind="bad_number",
                at=("cap",),
            )
        return self


class ExportControl(OneOf):
    """An export control: a cap on what exporters may sell, from the terms of their licences.

    Exactly one of `ban`, `approval` (the part of applications that is granted) and
    `military_share` (civilian use only: the part of the use that is military, of which
    `military_approval` passes). `exempt` names partners with general licences or a green
    channel; `leakage` is the part of what is refused that arrives all the same. With a
    the part that is allowed, the cap is leakage + (1 - leakage) a of the world's year's volume,
    for each exporter and sector over all its destinations.
    """

    kind: Literal["export_control"] = "export_control"
    exporter: Names = Field(description="who controls: a country code, a list, EU or all")
    destinations: Names = Field(
        default=(ALL,), description="to whom: a country code, a list, EU or all"
    )
    exempt: Names | None = Field(default=None, description="partners with general licences")
    sectors: Sectors = Field(description="critical goods, a sector code or a list")
    ban: OnlyTrue | None = Field(default=None, description="true: nothing is allowed")
    approval: Share | None = Field(default=None, description="part of applications granted")
    military_share: Share | None = Field(default=None, description="part of the use refused")
    military_approval: Share | None = Field(
        default=None, description="part of the military use that passes, 0% if left out"
    )
    leakage: Share = Field(default=0.0, description="part of what is refused that arrives")
    rent: Rent = Field(default="exporter", description="exporter, importer, burnt or a controller")

    def _checked(self) -> Self:
        self._require_one(("ban", "approval", "military_share"))
        if self.military_approval is not None and self.military_share is None:
            raise refuse(
                "has a meaning only with `military_share`.",
                "Add `military_share:`, or leave it out.",
                at=("military_approval",),
            )
        if self.cap == 0.0:
            raise refuse(
                "nothing would arrive, at a premium without end.",
                "Give a `leakage` above 0%, or write {kind: trade_cost, shut: true}: the flows "
                "vanish, and no one earns a rent.",
                kind="bad_number",
                at=("leakage",),
            )
        return self

    @property
    def cap(self) -> float:
        """The share of the volume of the world's year that may arrive, leakage included."""
        allowed = self.approval or 0.0
        if self.military_share is not None:
            allowed = 1.0 - self.military_share * (1.0 - (self.military_approval or 0.0))
        return self.leakage + (1.0 - self.leakage) * allowed

    def as_quota(self) -> Quota:
        """Return the quota that the control comes to, apart from who is exempt."""
        terms = {"cap": self.cap, "rent": _write_rent(self.rent)}
        return Quota.model_validate(
            terms | {k: getattr(self, k) for k in ("exporter", "destinations", "sectors")}
        )


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
    """Return the country that holds a quota's licences, if it is neither end of the trade."""
    rent = change.rent if isinstance(change, (Quota, ExportControl)) else None
    return None if rent in RENTS else rent


Change = Annotated[
    Tariff
    | TradeCost
    | Elasticity
    | ExportTax
    | Quota
    | ExportControl
    | PurchaseFloor
    | Subsidy
    | Productivity
    | LawChange,
    Field(discriminator="kind"),
]
