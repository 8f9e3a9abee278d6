"""The world economy as pure functions over arrays: prices, shares, income, welfare."""

from tradetalks.model.economy import (
    Closure,
    Deficit,
    Economy,
    Elasticities,
    Factors,
    LabourSupply,
    Quotas,
    Revenue,
    Selection,
    Shock,
    by_sector,
    economy_of_flows,
    factors_of,
    no_shock,
    shock_of,
)
from tradetalks.model.equations import advance, start, step_sizes
from tradetalks.model.equilibrium import Equilibrium, equilibrium_at
from tradetalks.model.production import State
from tradetalks.model.rebase import rebased
from tradetalks.model.trade import Kernel, trade_kernel

__all__ = [
    "Closure",
    "Deficit",
    "Economy",
    "Elasticities",
    "Equilibrium",
    "Factors",
    "Kernel",
    "LabourSupply",
    "Quotas",
    "Revenue",
    "Selection",
    "Shock",
    "State",
    "advance",
    "by_sector",
    "economy_of_flows",
    "equilibrium_at",
    "factors_of",
    "no_shock",
    "rebased",
    "shock_of",
    "start",
    "step_sizes",
    "trade_kernel",
]
