"""Unit costs: value added and materials, critical inputs on top, factors that move or do not.

    ordinary   b^(1-eta)   = beta v^(1-eta) + (1-beta) m^(1-eta)
    ordinary + critical    c^(1-eps_c) = sum_c kappa_c P_c^(1-eps_c) + (1 - sum kappa) b^(1-eps_c)
    factors    log v = mobile log w + (1 - mobile) log(value added) - specific log(endowment)

The last line is the solution of the sector's factor market: a Cobb-Douglas specific factor
earns a constant share of value added, and labour that sorts across sectors with elasticity
kappa has the sector wage (wage bill)^(1/kappa) w^(1-1/kappa). A factor in fixed supply with
cost share f gives c = (ordinary)^(1-f) (cost bill)^f, so that supply has elasticity (1-f)/f.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from tradetalks.model.ces import deviation, exponent, log_index, power
from tradetalks.model.economy import Closure, Economy, Elasticities, Selection, Shock


class State(eqx.Module):
    """The unknowns, as logs of ratios to the baseline.

    `wage[n]`, users' prices `price[n, j]`, `spending[n, j]`; and where the economy has them
    the bills `value_added[n, k]` (of all factors but those in fixed supply) and `cost[n, k]`
    (where a factor is in fixed supply), `employment[n]` (elastic or rigid labour) and premia
    `premium[g]`.
    """

    wage: Float[Array, " n"]
    price: Float[Array, "n j"]
    spending: Float[Array, "n j"]
    value_added: Float[Array, "n k"] | None = None
    cost: Float[Array, "n k"] | None = None
    employment: Float[Array, " n"] | None = None
    premium: Float[Array, " g"] | None = None


class Costs(eqx.Module):
    """Unit costs (logs of ratios) and what is spent on each input per unit of cost.

    `value_added_share`, `materials_share` and `critical_factor` are per unit of cost;
    `input_pull[n, j]` and `input_push[n, k]` multiply the baseline shares of materials,
    `critical_pull[n, j]` those of critical inputs.
    """

    cost: Float[Array, "n k"]
    value_added_share: Float[Array, "n k"]
    materials_share: Float[Array, "n k"]
    input_pull: Float[Array, "n j"]
    input_push: Float[Array, "n k"]
    critical_pull: Float[Array, "n j"] | None
    critical_push: Float[Array, "n k"] | None


def factor_price(closure: Closure, shock: Shock, state: State) -> Float[Array, "n k"]:
    """Return the log price of value added, `[n, k]` (`[n, 1]` where all factors are mobile)."""
    wage = state.wage[:, None]
    if closure.factors is None or state.value_added is None:
        return wage
    mobile, specific = closure.factors.mobile, closure.factors.specific
    price = mobile * wage + (1.0 - mobile) * state.value_added
    if state.employment is not None:
        # with employment L the sector wage is (wage bill / L)^(1/kappa) w^(1-1/kappa)
        price = price - (1.0 - specific - mobile) * state.employment[:, None]
    if shock.endowment is None:
        return price
    return price - specific * jnp.log(shock.endowment)


def variable_bill(
    economy: Economy, closure: Closure
) -> tuple[Float[Array, "n k"], Float[Array, "n k"]]:
    """Return baseline payments to factors that can be varied, and their share with materials.

    A factor in fixed supply takes its part of the cost bill out of value added, so what is
    left to the other factors is smaller, beside the same materials.
    """
    if closure.factors is None:
        return economy.value_added, economy.value_added_share
    if closure.factors.fixed_cost is None:
        return economy.value_added, economy.value_added_share
    left = economy.value_added - closure.factors.fixed_cost * economy.cost
    beta = economy.value_added_share
    # materials are value added (1 - beta) / beta; beta is one where nothing is produced
    both = left * beta + economy.value_added * (1.0 - beta)
    made = both > 0
    return left, jnp.where(made, left * beta / jnp.where(made, both, 1.0), beta)


def unit_cost(
    economy: Economy, elasticities: Elasticities, closure: Closure, shock: Shock, state: State
) -> Costs:
    """Return unit costs and input demands from factor prices and users' prices."""
    a = exponent(elasticities.materials)
    price_dev = deviation(state.price, a)
    bundle = jnp.einsum("njk,nj->nk", economy.material_share, price_dev)
    b = exponent(elasticities.value_added)
    _, beta = variable_bill(economy, closure)
    factor_dev = deviation(factor_price(closure, shock, state), b)
    materials_dev = deviation(log_index(bundle, a), b)
    mix = beta * factor_dev + (1.0 - beta) * materials_dev
    top = power(mix, b)
    cost = log_index(mix, b)
    ordinary = jnp.ones_like(cost)
    critical_pull = critical_push = None
    if economy.critical_share is not None and elasticities.critical is not None:
        c = exponent(elasticities.critical)
        input_dev = deviation(state.price, c)
        ordinary_dev = deviation(cost, c)
        share = _critical_share(economy, closure)
        rest = 1.0 - share.sum(1)
        upper = jnp.einsum("njk,nj->nk", share, input_dev) + rest * ordinary_dev
        ordinary = rest * power(ordinary_dev, c) / power(upper, c)
        critical_pull, critical_push = power(input_dev, c), 1.0 / power(upper, c)
        cost = log_index(upper, c)
    fixed = None if closure.factors is None else closure.factors.fixed_cost
    if fixed is not None and state.cost is not None:
        cost = (1.0 - fixed) * cost + fixed * state.cost
    cost = cost - _productivity(closure.selection, shock, state)
    return Costs(
        cost=cost,
        value_added_share=ordinary * beta * power(factor_dev, b) / top,
        materials_share=ordinary * (1.0 - beta) * power(materials_dev, b) / top,
        input_pull=power(price_dev, a),
        input_push=1.0 / power(bundle, a),
        critical_pull=critical_pull,
        critical_push=critical_push,
    )


def _productivity(selection: Selection | None, shock: Shock, state: State) -> Float[Array, "..."]:
    """Return log productivity: what the shock gives, and economies of scale in employment."""
    gain = jnp.zeros(()) if shock.productivity is None else jnp.log(shock.productivity)
    if selection is not None and state.employment is not None:
        gain = gain + selection.scale * state.employment[:, None]
    return gain


def _critical_share(economy: Economy, closure: Closure) -> Float[Array, "n j k"]:
    """Return the shares of critical inputs in the cost of all but factors in fixed supply."""
    share = economy.critical_share
    assert share is not None
    if closure.factors is None or closure.factors.fixed_cost is None:
        return share
    return share / (1.0 - closure.factors.fixed_cost)[:, None, :]


class Bills(eqx.Module):
    """Who is paid what for a cost bill: factors that can be varied, fixed ones, inputs."""

    variable: Float[Array, "n k"]
    fixed: Float[Array, "..."]
    intermediate: Float[Array, "n j"]


def bills(economy: Economy, closure: Closure, made: Costs, cost_bill: Float[Array, "n k"]) -> Bills:
    """Return payments to factors `[n, k]` and intermediate demand `[n, j]` for a cost bill."""
    variable = cost_bill
    fixed_bill = jnp.zeros(())
    if closure.factors is not None and closure.factors.fixed_cost is not None:
        fixed_bill = closure.factors.fixed_cost * cost_bill
        variable = cost_bill - fixed_bill
    push = variable * made.materials_share * made.input_push
    use = made.input_pull * jnp.einsum("njk,nk->nj", economy.material_share, push)
    pull, critical_push = made.critical_pull, made.critical_push
    if economy.critical_share is not None and pull is not None and critical_push is not None:
        use = use + pull * jnp.einsum(
            "njk,nk->nj", _critical_share(economy, closure), variable * critical_push
        )
    return Bills(variable * made.value_added_share, fixed_bill, use)


def materials_use(
    economy: Economy, closure: Closure, made: Costs, cost_bill: Float[Array, "n k"]
) -> Float[Array, "n j k"]:
    """Return what each sector spends on each input, `[n, j, k]`, for a cost bill."""
    variable = cost_bill
    if closure.factors is not None and closure.factors.fixed_cost is not None:
        variable = cost_bill * (1.0 - closure.factors.fixed_cost)
    push = variable * made.materials_share * made.input_push
    use = made.input_pull[:, :, None] * economy.material_share * push[:, None, :]
    pull, critical_push = made.critical_pull, made.critical_push
    if economy.critical_share is not None and pull is not None and critical_push is not None:
        share = _critical_share(economy, closure) * pull[:, :, None]
        use = use + share * (variable * critical_push)[:, None, :]
    return use
