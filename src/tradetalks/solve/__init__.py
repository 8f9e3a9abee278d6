"""Equilibrium of a model under a shock: one algorithm per file, a status on every solve."""

from tradetalks.solve.equilibrium import Solution, solve, solve_batch, solve_each
from tradetalks.solve.gradient import value_and_gradient
from tradetalks.solve.rebase import rebase
from tradetalks.solve.status import TOLERANCE, Status

__all__ = [
    "TOLERANCE",
    "Solution",
    "Status",
    "rebase",
    "solve",
    "solve_batch",
    "solve_each",
    "value_and_gradient",
]
