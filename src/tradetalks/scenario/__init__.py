"""What the user asks, as YAML or Python; compiled to a shock on a world."""

from __future__ import annotations

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
from tradetalks.scenario.closures import Closures
from tradetalks.scenario.compile import compile_shock
from tradetalks.scenario.definition import BASELINE, Scenario, baseline
from tradetalks.scenario.identity import identity
from tradetalks.scenario.law_changes import LawChange
from tradetalks.scenario.library import load_scenario, scenario_names
from tradetalks.scenario.parts import Base, Expected, Source
from tradetalks.scenario.shock import ElasticityOverrides, FlowLimit, Shock, WorldTable

__all__ = [
    "BASELINE",
    "Base",
    "Change",
    "Closures",
    "Elasticity",
    "ElasticityOverrides",
    "Expected",
    "ExportControl",
    "ExportTax",
    "FlowLimit",
    "LawChange",
    "LiftControl",
    "Productivity",
    "PurchaseFloor",
    "Quota",
    "Scenario",
    "Shock",
    "Source",
    "Subsidy",
    "Tariff",
    "TradeCost",
    "WorldTable",
    "baseline",
    "compile_shock",
    "identity",
    "load_scenario",
    "scenario_names",
]
