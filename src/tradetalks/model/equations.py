"""The equations of the world economy as one map whose fixed point is the equilibrium.

The unknowns are logs of ratios to the baseline: wages w_n, users' prices P_nj and spending
X_nj. `advance` maps them to what costs, trade shares, factor markets and budgets imply; an
equilibrium is a point that it leaves where it is. The trade block uses the separable form of
CES demand: with K_inj = pi_inj [d (1+t')/(1+t)]^(1-sigma) computed once for a shock, every
price index and every sales total is a product of K with a vector of unit costs.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from tradetalks.model.ces import deviation, exponent, log_index, power
from tradetalks.model.economy import Closure, Economy, Elasticities, Shock


class State(eqx.Module):
    """The unknowns, as logs of ratios to the baseline."""

    wage: Float[Array, " n"]
    price: Float[Array, "n j"]
    spending: Float[Array, "n j"]


class Kernel(eqx.Module):
    """What a shock does to trade, computed once per solve. Index order `[j, n, i]`.

    `delivered` holds K and `before_duty` holds K / (1 + t'); `constant` is the part of the
    import price index's deviation that does not depend on costs. `home` is the log change
    of the wedge on domestic sales and `home_duty` its new duty (both zero but for regions
    that contain borders).
    """

    delivered: Float[Array, "j n i"]
    before_duty: Float[Array, "j n i"]
    constant: Float[Array, "j n"]
    before_duty_sum: Float[Array, "j n"]
    home: Float[Array, "n j"]
    home_duty: Float[Array, "n j"]


class Costs(eqx.Module):
    """Unit costs and what is spent on each input per unit of cost.

    `value_added_share` and `materials_share` are shares of cost; `input_pull[n, j]` and
    `input_push[n, k]` multiply the baseline shares of materials.
    """

    cost: Float[Array, "n k"]
    value_added_share: Float[Array, "n k"]
    materials_share: Float[Array, "n k"]
    input_pull: Float[Array, "n j"]
    input_push: Float[Array, "n k"]


class Flows(eqx.Module):
    """Prices (logs of ratios) and values (currency of the baseline) that a state implies.

    `pull[j, n]` is import spending over the import price index to the power 1 - sigma: a
    flow's value before duty is `before_duty[j, n, i] * pull[j, n] * cost[i, j]^(1-sigma)`.
    """

    cost: Float[Array, "i j"]
    price: Float[Array, "n j"]
    import_price: Float[Array, "n j"]
    pull: Float[Array, "j n"]
    home_sales: Float[Array, "n j"]
    sales: Float[Array, "i j"]
    value_added: Float[Array, "i k"]
    revenue: Float[Array, " n"]
    intermediate: Float[Array, "n j"]
    final_share: Float[Array, "n j"]
    consumer_price: Float[Array, " n"]


def trade_kernel(economy: Economy, elasticities: Elasticities, shock: Shock) -> Kernel:
    """Compute the separable part of trade demand for a shock."""
    a = exponent(elasticities.sigma)[:, None, None]
    share, duty = economy.origin_share, shock.tariff
    wedge = shock.log_iceberg + jnp.log1p(duty) - economy.log_duty
    # a flow that does not exist stays out, whatever its wedge (0 x infinity is not a number)
    growth = jnp.expm1(a * jnp.where(share > 0, wedge, 0.0))
    growth = jax.lax.optimization_barrier(growth)
    delivered = share + share * growth
    before_duty = delivered / (1.0 + duty)
    diagonal = jnp.arange(economy.n_countries)
    return Kernel(
        delivered=delivered,
        before_duty=before_duty,
        constant=(share * growth).sum(2) / a[:, :, 0],
        before_duty_sum=before_duty.sum(2),
        home=wedge[:, diagonal, diagonal].T,
        home_duty=duty[:, diagonal, diagonal].T,
    )


def unit_cost(
    economy: Economy,
    elasticities: Elasticities,
    wage: Float[Array, " n"],
    price: Float[Array, "n j"],
) -> Costs:
    """Return unit costs from wages and users' prices (both logs of ratios)."""
    a = exponent(elasticities.materials)
    price_dev = deviation(price, a)
    bundle = jnp.einsum("njk,nj->nk", economy.material_share, price_dev)
    b = exponent(elasticities.value_added)
    beta = economy.value_added_share
    wage_dev = deviation(wage, b)[:, None]
    materials_dev = deviation(log_index(bundle, a), b)
    mix = beta * wage_dev + (1.0 - beta) * materials_dev
    top = power(mix, b)
    return Costs(
        cost=log_index(mix, b),
        value_added_share=beta * power(wage_dev, b) / top,
        materials_share=(1.0 - beta) * power(materials_dev, b) / top,
        input_pull=power(price_dev, a),
        input_push=1.0 / power(bundle, a),
    )


def flows(economy: Economy, elasticities: Elasticities, kernel: Kernel, state: State) -> Flows:
    """Return all prices and values that a state implies (`docs/model.md`, sections 1 and 2)."""
    made = unit_cost(economy, elasticities, state.wage, state.price)

    a = exponent(elasticities.sigma)[:, None]
    cost_dev = deviation(made.cost.T, a)
    import_dev = kernel.constant + jnp.einsum("jni,ji->jn", kernel.delivered, cost_dev)
    import_price = log_index(import_dev, a).T
    b = exponent(elasticities.sigma_domestic)
    m = economy.import_share
    home_dev = deviation(made.cost + kernel.home, b)
    foreign_dev = deviation(import_price, b)
    mix = (1.0 - m) * home_dev + m * foreign_dev
    price = log_index(mix, b)

    spending = economy.spending * jnp.exp(state.spending)
    per_unit = spending / power(mix, b)
    home_spending = per_unit * (1.0 - m) * power(home_dev, b)
    import_spending = per_unit * m * power(foreign_dev, b)

    pull = import_spending.T / power(import_dev, a)
    exports = jnp.einsum("jni,jn->ji", kernel.before_duty, pull) * power(cost_dev, a)
    landed = kernel.before_duty_sum + a * jnp.einsum("jni,ji->jn", kernel.before_duty, cost_dev)
    home_sales = home_spending / (1.0 + kernel.home_duty)
    sales = home_sales + exports.T
    revenue = (import_spending - (pull * landed).T + home_spending - home_sales).sum(1)

    bill = sales * made.materials_share * made.input_push
    intermediate = made.input_pull * jnp.einsum("njk,nk->nj", economy.material_share, bill)
    r = exponent(elasticities.final)
    price_dev = deviation(price, r)
    basket = (economy.final_share * price_dev).sum(1)
    return Flows(
        cost=made.cost,
        price=price,
        import_price=import_price,
        pull=pull,
        home_sales=home_sales,
        sales=sales,
        value_added=sales * made.value_added_share,
        revenue=revenue,
        intermediate=intermediate,
        final_share=economy.final_share * power(price_dev, r) / power(basket, r)[:, None],
        consumer_price=log_index(basket, r),
    )


def expenditure(
    economy: Economy,
    closure: Closure,
    factor_income: Float[Array, " n"],
    revenue: Float[Array, " n"],
) -> Float[Array, " n"]:
    """Return final spending E'_n under the named deficit rule."""
    income = factor_income + revenue
    if closure.deficit == "balanced":
        return income
    if closure.deficit == "gni_share":
        baseline = economy.expenditure - economy.deficit
        weighted = income * economy.expenditure / baseline
        return weighted * income.sum() / weighted.sum()
    return income + economy.deficit * factor_income.sum() / economy.factor_income.sum()


def advance(
    economy: Economy, elasticities: Elasticities, closure: Closure, kernel: Kernel, state: State
) -> tuple[State, Float[Array, ""]]:
    """Map a state to the one its markets imply, and return Walras' residual beside it.

    Wages are normalised so that world factor income keeps its value, which is the choice of
    numeraire; how much the normalisation had to change them is the residual of the one
    equation that is not imposed.
    """
    out = flows(economy, elasticities, kernel, state)
    wage_bill = out.value_added.sum(1)
    world = economy.factor_income.sum()
    scale = world / wage_bill.sum()
    wage = jnp.log(scale * wage_bill / economy.factor_income)
    budget = expenditure(economy, closure, jnp.exp(wage) * economy.factor_income, out.revenue)
    final = out.final_share * budget[:, None]
    used = economy.spending > 0
    ratio = jnp.where(used, final + out.intermediate, 1.0) / jnp.where(used, economy.spending, 1.0)
    spending = jnp.log(ratio)
    return State(wage=wage, price=out.price, spending=spending), scale - 1.0


def start(economy: Economy) -> State:
    """Return the state of the baseline: nothing has changed."""
    zero = jnp.zeros_like(economy.spending)
    return State(wage=jnp.zeros_like(economy.factor_income), price=zero, spending=zero)
