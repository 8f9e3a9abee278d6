"""Equilibrium of a model under a shock: one algorithm per file, a status on every solve."""

from tradetalks.solve.blocks import country_blocks
from tradetalks.solve.chain import Chain, Known, solve_chain
from tradetalks.solve.equilibrium import Solution, solve, solve_batch
from tradetalks.solve.gradient import value_and_gradient
from tradetalks.solve.rebase import rebase
from tradetalks.solve.status import TOLERANCE, Status

__all__ = [
    "TOLERANCE",
    "Chain",
    "Known",
    "Solution",
    "Status",
    "country_blocks",
    "rebase",
    "solve",
    "solve_batch",
    "solve_chain",
    "value_and_gradient",
]
