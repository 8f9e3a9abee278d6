"""A scenario on a world becomes a shock: a pure function of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradetalks.codes import parent_sector
from tradetalks.errors import BadInput, BadNumber
from tradetalks.scenario.changes import (
    Change,
    Elasticity,
    ExportControl,
    ExportTax,
    LiftControl,
    Productivity,
    PurchaseFloor,
    Quota,
    Subsidy,
    Tariff,
    TradeCost,
)
from tradetalks.scenario.definition import Scenario
from tradetalks.scenario.elsewhere import Elsewhere
from tradetalks.scenario.expected import Compiled
from tradetalks.scenario.flows import Flows, Mask
from tradetalks.scenario.law import DIRECTIONS, LawRates, law_rates
from tradetalks.scenario.law_changes import LawChange
from tradetalks.scenario.lifted import Lifted
from tradetalks.scenario.limits import Limits
from tradetalks.scenario.names import Resolver
from tradetalks.scenario.origin import Keys, key_label
from tradetalks.scenario.shock import Array, ElasticityOverrides, LawShock, Shock, WorldTable

if TYPE_CHECKING:
    from tradetalks.scenario.ledger_controls import LedgerControls


def compile_shock(
    scenario: Scenario,
    world: WorldTable,
    *,
    law: tuple[LawRates, LedgerControls] | None = None,
) -> Shock:
    """Return what `scenario` means on `world`.

    With a `base` from the law ledger, US-China duties are first those of that law, its changes of
    law included. The other changes apply in their order. A written rate (`add`, `set`,
    `over_mfn`) is on the customs value and is multiplied by `world.customs_ratio` for goods, so
    that the duty in dollars is right; with `valuation: table` it is taken as it stands.
    `multiply` and `remove` act on the duty as it is. Domestic sales are never touched. Export
    taxes are on the exporter's price. Limits on volumes are shares of the volumes of `world`, not
    of the reference. `law` is what `law_rates` and `ledger_controls` say of the scenario, where
    that is known already.

    Raises `UnknownName` for a country or sector that the world does not have, `BadNumber` if a
    duty would come to -100% or less, `BadInput` if a change selects no flow, a limit is on flows
    without trade or on flows that have a limit already, or a headline under `expected` does not
    come out; each with file and line where the scenario has a file.
    """
    state = _State(scenario, world, law[0] if law else None)
    for position, change in enumerate(scenario.changes):
        state.apply(change, ("changes", position))
    state.add_ledger_controls(law[1] if law else None)
    shock = state.shock()
    compiled = Compiled(
        world,
        scenario.origin,
        state.flows,
        state.tariff,
        state.iceberg,
        state.ratio,
        state.averages,
    )
    for position, expected in enumerate(scenario.expected):
        compiled.check(expected, ("expected", position))
    return shock


class _State:
    """The arrays while changes are applied to them, inside `compile_shock` only."""

    def __init__(self, scenario: Scenario, world: WorldTable, law: LawRates | None = None) -> None:
        self.scenario, self.world, self.origin = scenario, world, scenario.origin
        self.names = Resolver(
            world.countries, world.sectors, world.goods, scenario.regions, scenario.origin
        )
        self.flows = Flows(self.names, scenario.origin)
        self.tariff: Array = np.array(world.tariff, dtype=np.float64)
        self.iceberg: Array = np.ones_like(self.tariff)
        count = len(world.sectors)
        self.by_sector = {key: np.full(count, np.nan) for key in ("sigma", "sigma_domestic")}
        self.whole: dict[str, float | None] = dict.fromkeys(
            ("materials", "value_added", "final", "critical_inputs")
        )
        self.warnings: list[str] = []
        self.export_tax: Array | None = None
        self.subsidy: Array | None = None
        self.productivity: Array | None = None
        ratio = np.where(world.goods, world.customs_ratio[:, :, None], 1.0)
        self.ratio: Array = ratio if scenario.valuation == "customs" else np.ones_like(ratio)
        self.limits = Limits(world, self.ratio, self.names, scenario.origin)
        self.lifted = Lifted(world, self.names, scenario.horizon, scenario.origin)
        self.law: LawShock | None = None
        self.averages: dict[tuple[str, str], dict[str, float]] = {}
        if scenario.base.law != "file":
            self.set_law(law or law_rates(scenario, world.year))

    def apply(self, change: Change, keys: Keys) -> None:
        """Apply one change."""
        match change:
            case Tariff():
                self.set_tariff(change, keys)
            case TradeCost():
                self.set_trade_cost(change, keys)
            case ExportTax() if change.to is not None:
                flows = self.flows.of(change, keys, both_ways=change.both_ways)
                self.limits.add(change, flows, keys)
            case ExportTax():
                self.set_export_tax(change, keys)
            case Quota():
                self.limits.add(change, self.flows.limited(change, keys), keys)
            case PurchaseFloor():
                self.limits.add(change, self.flows.of(change, keys), keys)
            case ExportControl():
                flows = self.flows.controlled(change, keys)
                self.limits.add(change.as_quota(), flows, keys, each=change.each)
            case LiftControl():
                self.lift(change, keys)
            case Subsidy() | Productivity():
                self.set_production(change, keys)
            case Elasticity():
                self.set_elasticity(change, keys)
            case LawChange():
                pass  # part of the law that `state` begins with

    def add_ledger_controls(self, found: LedgerControls | None) -> None:
        """Add the controls of the law, on flows that no change of the scenario limits."""
        if self.scenario.base.law == "file":
            return
        if found is None:
            from tradetalks.scenario.ledger_controls import ledger_controls

            found = ledger_controls(self.scenario, tuple(getattr(self.world, "carved", ())))
        self.warnings.extend(found.warnings)
        self.limits.of_law = True
        for _, change in found.changes:
            self.apply(change, ("base",))

    def set_law(self, law: LawRates) -> None:
        """Add to the world's duties what the law changed since the world's own year."""
        world, gaps = self.world, (np.zeros_like(self.tariff), np.zeros_like(self.tariff))
        missing = [c for c in DIRECTIONS[0] if c not in world.countries]
        if missing:
            raise self._bad_law(f"the law is between USA and CHN; this world has no {missing[0]}.")
        if not set(world.sectors) & set(law.rates[DIRECTIONS[0]]):
            raise self._bad_law("the law is by the sectors of `world-2022`, not by this world's.")
        below: list[str] = []
        for n_code, i_code in DIRECTIONS:
            n, i = world.countries.index(n_code), world.countries.index(i_code)
            now, then = law.rates[n_code, i_code], law.year_rates[n_code, i_code]
            for j, code in enumerate(world.sectors):
                sector = parent_sector(code)  # a critical good pays its parent's rates
                if not world.goods[j] or sector not in now:
                    continue
                ratio = self.ratio[i, n, j]
                duty = self.tariff[i, n, j] + ratio * (now[sector].price - then[sector].price)
                if duty < 0.0:  # the lines' MFN lies above that of the table
                    below.append(f"{n_code} on {i_code} {code}")
                self.tariff[i, n, j] = max(duty, 0.0)
                for gap, rates in zip(gaps, (now, then), strict=True):
                    gap[i, n, j] = ratio * (rates[sector].price - rates[sector].sales)
        if law.elsewhere is not None:
            self._set_elsewhere(law.elsewhere)
        if below:
            self.warnings.append(
                "Duties that would fall below zero are zero (the table's duty is below the "
                f"ledger's there): {', '.join(below)}."
            )
        self.warnings.extend(law.warnings)
        self.averages = law.averages
        self.law = LawShock(law.reading, *gaps)

    def _set_elsewhere(self, law: Elsewhere) -> None:
        """Add what the law changed on the other partners of the United States."""
        world, (home, target) = self.world, DIRECTIONS[0]
        n = world.countries.index(home)
        parents = tuple(parent_sector(code) for code in world.sectors)
        unknown: list[str] = []
        for i, code in enumerate(world.countries):
            if code in (home, target):
                continue
            added = law.on(code, parents)
            if added is None:
                unknown.append(code)
                continue
            duty = self.tariff[i, n] + self.ratio[i, n] * added
            self.tariff[i, n] = np.where(world.goods, np.maximum(duty, 0.0), self.tariff[i, n])
        if unknown:
            self.warnings.append(
                "US duties on these stay as they were, the ledger does not know them: "
                f"{', '.join(unknown)}."
            )

    def _bad_law(self, cause: str) -> BadInput:
        return BadInput(
            f"base: {cause}",
            cure="Write `law: file` and the rates under `changes`.",
            file=self.origin.file,
            line=self.origin.line(("base",)),
        )

    def set_tariff(self, change: Tariff, keys: Keys) -> None:
        flows = self._changed_flows(change, keys)
        if change.add is not None:
            self.tariff[flows] += change.add * self.ratio[flows]
        elif change.set is not None:
            self.tariff[flows] = change.set * self.ratio[flows]
        elif change.over_mfn is not None:
            self.tariff[flows] = (self.world.mfn_tariff + change.over_mfn * self.ratio)[flows]
        elif change.multiply is not None:
            self.tariff[flows] *= change.multiply
        else:
            self.tariff[flows] = 0.0
        lowest = float(self.tariff[flows].min())
        if lowest <= -1.0:
            raise self._bad_number(
                f"a duty would come to {lowest:.1%} of the value; at -100% or less the price is "
                "not positive.",
                keys,
            )
        if lowest < 0.0:
            self.warnings.append(
                f"{key_label(keys)}: duties below zero (down to {lowest:.1%} of the value) are "
                "import subsidies paid by the importer."
            )

    def set_trade_cost(self, change: TradeCost, keys: Keys) -> None:
        flows = self._changed_flows(change, keys)
        if change.shut:
            self.iceberg[flows] = np.inf
        else:
            factor = change.factor if change.factor is not None else 1.0 + (change.add or 0.0)
            self.iceberg[flows] *= factor

    def set_export_tax(self, change: ExportTax, keys: Keys) -> None:
        flows = self._changed_flows(change, keys)
        tax = np.zeros_like(self.tariff) if self.export_tax is None else self.export_tax
        tax[flows] = change.set if change.set is not None else tax[flows] + (change.add or 0.0)
        lowest = float(tax[flows].min())
        if lowest <= -1.0:
            raise self._bad_number(
                f"an export tax would come to {lowest:.1%} of the price; at -100% or less the "
                "price abroad is not positive.",
                keys,
            )
        if lowest < 0.0:
            self.warnings.append(
                f"{key_label(keys)}: export taxes below zero are export subsidies paid by the "
                "exporter."
            )
        self.export_tax = tax

    def set_production(self, change: Subsidy | Productivity, keys: Keys) -> None:
        where = self.names.country_mask(change.country, (*keys, "country"))
        made = where[:, None] & self.names.sector_mask(change.sectors, (*keys, "sectors"))
        if not self.world.trade.sum(1)[made].any():
            self.warnings.append(f"{key_label(keys)}: nothing is produced where it applies.")
        if isinstance(change, Subsidy):
            aid = np.zeros(made.shape) if self.subsidy is None else self.subsidy
            aid[made] = change.rate
            self.subsidy = aid
            return
        gain = np.ones(made.shape) if self.productivity is None else self.productivity
        gain[made] *= change.factor
        self.productivity = gain

    def lift(self, change: LiftControl, keys: Keys) -> None:
        flows = self.flows.to_destinations(change, keys)
        self.warnings.extend(self.lifted.add(change, flows, self.by_sector["sigma"], keys))

    def set_elasticity(self, change: Elasticity, keys: Keys) -> None:
        sectors = self.names.sector_mask(change.sectors, (*keys, "sectors"))
        for key, values in self.by_sector.items():
            if (value := getattr(change, key)) is not None:
                values[sectors] = value
        for key in self.whole:
            if (value := getattr(change, key)) is not None:
                self.whole[key] = value

    def shock(self) -> Shock:
        return Shock(
            countries=self.world.countries,
            sectors=self.world.sectors,
            tariff=self.tariff,
            iceberg=self.iceberg,
            elasticities=ElasticityOverrides(
                self.by_sector["sigma"],
                self.by_sector["sigma_domestic"],
                self.whole["materials"],
                self.whole["value_added"],
                self.whole["final"],
                self.whole["critical_inputs"],
            ),
            warnings=(*self.warnings, *self.limits.warnings),
            export_tax=self.export_tax,
            subsidy=self.subsidy,
            productivity=self.productivity,
            limits=self.limits.build(self.iceberg),
            law=self.law,
            premium=self.lifted.premium,
            premium_left=self.lifted.left,
        )

    def _bad_number(self, cause: str, keys: Keys) -> BadNumber:
        return BadNumber(
            f"{key_label(keys)}: {cause}",
            cure="Write a smaller cut.",
            file=self.origin.file,
            line=self.origin.line(keys),
        )

    def _changed_flows(self, change: Tariff | TradeCost | ExportTax, keys: Keys) -> Mask:
        flows = self.flows.of(change, keys, both_ways=change.both_ways)
        if not self.world.trade[flows].any():
            self.warnings.append(f"{key_label(keys)}: there is no trade in the flows it names.")
        return flows
