"""Income and its rules: who gets what, employment, deficits."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from tradetalks.model.economy import Closure, Economy


def expenditure(
    economy: Economy,
    closure: Closure,
    factor_income: Float[Array, " n"],
    income: Float[Array, " n"],
) -> Float[Array, " n"]:
    """Return final spending E'_n under the named deficit rule.

    `income` is all income (factors, profits, budgets, rents), `factor_income` that of factors.
    """
    if closure.deficit == "balanced":
        return income
    if closure.deficit == "gni_share":
        weighted = income * economy.expenditure / economy.income
        return weighted * income.sum() / weighted.sum()
    return income + economy.deficit * factor_income.sum() / economy.factor_income.sum()


def baseline_relief(economy: Economy) -> Float[Array, " n"]:
    """Return the tariff revenue of the baseline as a share of factor income."""
    revenue = (jnp.expm1(economy.log_duty) * economy.trade).sum((0, 2))
    return revenue / economy.factor_income


def employment(
    closure: Closure,
    wage_bill: Float[Array, " n"],
    consumer_price: Float[Array, " n"],
    nominal_income: Float[Array, " n"],
    log_keep: Float[Array, " n"],
) -> Float[Array, " n"]:
    """Return log employment from the log wage bill, all relative to the baseline.

    Elastic (GHH preferences): L = (w / (P (1 - relief)))^kappa with w = bill / L, where relief
    is the share of factor income that tariffs raise in place of an income tax; `log_keep` is
    the log change of 1 - relief. Rigid: the
    wage in own currency is bill / (L x nominal income), because the central bank holds
    nominal income; it is at or above the floor, and L is one unless the floor binds.
    """
    if closure.labour == "elastic" and closure.labour_elasticity is not None:
        kappa = closure.labour_elasticity
        return kappa / (1.0 + kappa) * (wage_bill - consumer_price - log_keep)
    if closure.labour == "rigid" and closure.wage_floor is not None:
        return jnp.minimum(0.0, wage_bill - nominal_income - jnp.log(closure.wage_floor))
    return jnp.zeros_like(wage_bill)
