"""How a solve ended, as a sentence that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Method = Literal["anderson", "newton", "continuation"]

TOLERANCE = 1e-9
WALRAS_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Status:
    """The outcome of one solve.

    `residual` is the largest gap, in logs, between the unknowns and what markets imply;
    `walras` the relative gap of world factor income, an equation that was not imposed.
    """

    converged: bool
    message: str
    residual: float
    walras: float
    iterations: int
    method: Method


def describe(
    residual: float,
    walras: float,
    iterations: int,
    method: Method,
    tolerance: float = TOLERANCE,
) -> Status:
    """Judge a solve by its residuals and say in words what came of it."""
    if residual != residual or walras != walras:
        message = (
            "The equations have no finite value near the solution: a flow that cannot be "
            "replaced was cut off, or an elasticity is too low for the size of the shock. "
            "Try a longer horizon, a smaller shock, or an elasticity above one."
        )
        return Status(False, message, residual, walras, iterations, method)
    if residual >= tolerance:
        message = (
            f"No equilibrium was found: after {iterations} iterations markets are still off by "
            f"{residual:.1e} (wanted {tolerance:.0e}). Try a smaller shock or higher elasticities."
        )
        return Status(False, message, residual, walras, iterations, method)
    if abs(walras) >= max(WALRAS_TOLERANCE, tolerance):
        message = (
            f"The solution violates Walras' law by {walras:.1e}: income and spending of the world "
            "do not agree, so the table or the shock is inconsistent. Run the table's checks."
        )
        return Status(False, message, residual, walras, iterations, method)
    message = f"Solved in {iterations} iterations ({method})."
    return Status(True, message, residual, walras, iterations, method)


def with_branch_end(status: Status, reached: float) -> Status:
    """Say how much of the shock has an equilibrium, where phasing it in ended at a share of it."""
    return replace(
        status,
        message=f"{status.message} Phased in from nothing, the shock has an equilibrium up to "
        f"{reached:.0%} of its size and none was found beyond: where trade hardly answers to "
        "prices, the equilibria that begin at today's can end.",
    )
