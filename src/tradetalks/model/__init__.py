"""The world economy as pure functions over arrays: prices, shares, income, welfare."""

from tradetalks.model.economy import (
    Closure,
    Deficit,
    Economy,
    Elasticities,
    Shock,
    by_sector,
    economy_of_flows,
    no_shock,
    shock_of,
)
from tradetalks.model.equations import Kernel, State, advance, start, trade_kernel
from tradetalks.model.equilibrium import Equilibrium, equilibrium_at

__all__ = [
    "Closure",
    "Deficit",
    "Economy",
    "Elasticities",
    "Equilibrium",
    "Kernel",
    "Shock",
    "State",
    "advance",
    "by_sector",
    "economy_of_flows",
    "equilibrium_at",
    "no_shock",
    "shock_of",
    "start",
    "trade_kernel",
]
