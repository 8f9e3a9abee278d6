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
    the value added and cost bills `value_added[n, k]`, `cost[n, k]` (specific or fixed
    factors), `employment[n]` (elastic or rigid labour) and premia `premium[g]`.
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
    mobile = closure.factors.mobile
    price = mobile * wage + (1.0 - mobile) * state.value_added
    if shock.endowment is None:
        return price
    return price - closure.factors.specific * jnp.log(shock.endowment)


def unit_cost(
    economy: Economy, elasticities: Elasticities, closure: Closure, shock: Shock, state: State
) -> Costs:
    """Return unit costs and input demands from factor prices and users' prices."""
    a = exponent(elasticities.materials)
    price_dev = deviation(state.price, a)
    bundle = jnp.einsum("njk,nj->nk", economy.material_share, price_dev)
    b = exponent(elasticities.value_added)
    beta = economy.value_added_share
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
        share = economy.critical_share
        rest = 1.0 - share.sum(1)
        upper = jnp.einsum("njk,nj->nk", share, input_dev) + rest * ordinary_dev
        ordinary = rest * power(ordinary_dev, c) / power(upper, c)
        critical_pull, critical_push = power(input_dev, c), 1.0 / power(upper, c)
        cost = log_index(upper, c)
    if closure.factors is not None and state.cost is not None:
        fixed = closure.factors.fixed_cost
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


def bills(
    economy: Economy, closure: Closure, made: Costs, cost_bill: Float[Array, "n k"]
) -> tuple[Float[Array, "n k"], Float[Array, "n j"]]:
    """Return payments to factors `[n, k]` and intermediate demand `[n, j]` for a cost bill."""
    variable = cost_bill
    fixed_bill = jnp.zeros(())
    if closure.factors is not None:
        fixed_bill = closure.factors.fixed_cost * cost_bill
        variable = cost_bill - fixed_bill
    push = variable * made.materials_share * made.input_push
    use = made.input_pull * jnp.einsum("njk,nk->nj", economy.material_share, push)
    pull, critical_push = made.critical_pull, made.critical_push
    if economy.critical_share is not None and pull is not None and critical_push is not None:
        use = use + pull * jnp.einsum(
            "njk,nk->nj", economy.critical_share, variable * critical_push
        )
    return variable * made.value_added_share + fixed_bill, use
