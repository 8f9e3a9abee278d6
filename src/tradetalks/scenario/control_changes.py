"""The changes that limit what exporters sell: quotas, export controls, controls that are lifted."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer

from tradetalks.scenario.fields import ALL, ALL_GOODS, Names, OneOf, OnlyTrue, Sectors
from tradetalks.scenario.origin import describe, refuse
from tradetalks.scenario.rates import Limit, Premium, Share, format_rate

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
    highest_premium: Premium | None = Field(
        default=None, description="at this premium other ways are found: more comes than the cap"
    )

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


HIGHEST_PREMIUM = 100.0
"""Where an export control names no highest premium: a hundred times the price (assumed)."""


class ExportControl(OneOf):
    """An export control: a cap on what exporters may sell, from the terms of their licences.

    Exactly one of `ban`, `approval` (the part of applications that is granted), `military_share`
    (civilian use only: the part of the use that is military, of which `military_approval`
    passes) and `listed_share` (listed buyers only: their part of the purchases, of which
    `listed_approval` passes). `renewal` is the probability that licences are renewed at the
    next review: the cap is then the expected one. `exempt` names partners with
    general licences or a green channel; `leakage` is the part of what is refused that arrives
    all the same. With a the part that is allowed, the cap is leakage + (1 - leakage) a of the
    world's year's volume, for each exporter and sector over all its destinations, or `each`
    of them: so the controls of the law are, and only equal groups can be compared. At
    `highest_premium` (10,000% if left out) users find other ways, and more arrives than the
    cap says.
    """

    kind: Literal["export_control"] = "export_control"
    exporter: Names = Field(description="who controls: a country code, a list, EU or all")
    destinations: Names = Field(
        default=(ALL,), description="to whom: a country code, a list, EU or all"
    )
    exempt: Names | None = Field(default=None, description="partners with general licences")
    each: bool = Field(default=False, description="a limit for each destination, as in the law")
    sectors: Sectors = Field(description="critical goods, a sector code or a list")
    ban: OnlyTrue | None = Field(default=None, description="true: nothing is allowed")
    approval: Share | None = Field(default=None, description="part of applications granted")
    military_share: Share | None = Field(default=None, description="part of the use refused")
    military_approval: Share | None = Field(
        default=None, description="part of the military use that passes, 0% if left out"
    )
    listed_share: Share | None = Field(
        default=None, description="part of the purchases by buyers on a list"
    )
    listed_approval: Share | None = Field(
        default=None, description="part of the listed buyers' purchases that passes, 0% if left out"
    )
    renewal: Share | None = Field(
        default=None, description="probability that licences are renewed at the next review"
    )
    leakage: Share = Field(default=0.0, description="part of what is refused that arrives")
    rent: Rent = Field(default="exporter", description="exporter, importer, burnt or a controller")
    highest_premium: Premium | None = Field(
        default=None, description="at this premium other ways are found: more comes than the cap"
    )

    def _checked(self) -> Self:
        self._require_one(("ban", "approval", "military_share", "listed_share"))
        for part in ("military", "listed"):
            if self._given((f"{part}_approval",)) and not self._given((f"{part}_share",)):
                raise refuse(
                    f"has a meaning only with `{part}_share`.",
                    f"Add `{part}_share:`, or leave it out.",
                    at=(f"{part}_approval",),
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
        if self.listed_share is not None:
            allowed = 1.0 - self.listed_share * (1.0 - (self.listed_approval or 0.0))
        if self.renewal is not None:
            allowed *= self.renewal
        return self.leakage + (1.0 - self.leakage) * allowed

    def as_quota(self) -> Quota:
        """Return the quota that the control comes to, apart from who is exempt."""
        terms = {
            "cap": self.cap,
            "rent": _write_rent(self.rent),
            "highest_premium": format_rate(self.highest_premium or HIGHEST_PREMIUM),
        }
        return Quota.model_validate(
            terms | {k: getattr(self, k) for k in ("exporter", "destinations", "sectors")}
        )


class LiftControl(OneOf):
    """A control that is in force in the world's own year is lifted, wholly or in part.

    Such controls stand in the data files of critical goods, each with the share of trade that is
    lost to it (docs/export-controls.md). What its removal means is the end of the premium
    (1 - lost share)^(-1/sigma) - 1 that buyers with access save, so at least one control must be
    on the flows named. `share` is the part of the lost trade that is allowed again. A buyer's
    refusal is a limit of its own: add a `quota` with its cap, and rent to the importer.
    """

    kind: Literal["lift_control"] = "lift_control"
    controller: Names = Field(default=(ALL,), description="whose control: a country code, a list")
    exporter: Names = Field(default=(ALL,), description="who sells: a country code, a list, all")
    destinations: Names = Field(default=(ALL,), description="who buys: a country code, a list, all")
    sectors: Sectors = Field(description="critical goods")
    share: Share = Field(default=1.0, description="part of the lost trade that is allowed again")
    latent: Literal["central", "low", "high"] = Field(
        default="central", description="which end of the range of the lost share"
    )

    def _checked(self) -> Self:
        if self.share == 0.0:
            raise refuse(
                "a share of 0% lifts nothing.", "Write more than 0%.", kind="bad_number",
                at=("share",),
            )  # fmt: skip
        return self
