"""From a gap to a step: what markets would do if each country were on its own.

A country's wage, prices and spending move one another mostly at home: costs pass into the
prices of inputs, sales into income and demand. Around the baseline, with import prices and
foreign demand held, that is a linear system per country. Its materials part is inverted by the
domestic Leontief inverse L, kept in the economy (prices need L, quantities its transpose),
and the wage closes it. Steps solved this way need less than half as many iterations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from tradetalks.model import Closure, Economy, Elasticities, Shock, State, step_sizes

_LEAST_SLOPE = 0.05


class _Domestic(NamedTuple):
    """Responses in a country on its own, at the baseline.

    To one percent on the wage: `price[n, j]`, `spending[n, j]`, and `slope[n]`, by how much
    the wage then exceeds the one that labour earns. `income_demand[n, j]` is the response
    of spending to factor income, `earned[n, j]` that of the wage bill to spending.
    """

    price: Float[Array, "n j"]
    spending: Float[Array, "n j"]
    slope: Float[Array, " n"]
    income_demand: Float[Array, "n j"]
    earned: Float[Array, "n j"]


def _quantities(economy: Economy, demand: Float[Array, "n j"]) -> Float[Array, "n j"]:
    """Return spending (log changes) when inputs for it, and theirs, are bought as well."""
    value = jnp.where(economy.spending > 0, economy.spending, 1.0)
    return jnp.einsum("nkj,nk->nj", economy.leontief, demand * value) / value


def _domestic(economy: Economy, elasticities: Elasticities) -> _Domestic:
    """Solve for the responses to the wage: prices, substitution, then demand and income."""
    home, beta = 1.0 - economy.import_share, economy.value_added_share
    price = jnp.einsum("njk,nk->nj", economy.leontief, home * beta)
    materials = jnp.einsum("njk,nj->nk", economy.material_share, price)
    cost = beta + (1.0 - beta) * materials
    # sales lost per percent of cost: to imports at home, to other origins abroad
    lost = economy.home_share * (elasticities.sigma_domestic - 1.0) * economy.import_share
    lost = lost + (1.0 - economy.home_share) * (elasticities.sigma - 1.0)
    among, factor = elasticities.materials, elasticities.value_added
    value = jnp.where(economy.spending > 0, economy.spending, 1.0)
    bill = (1.0 - beta) * economy.cost
    inner = (factor - 1.0) * (cost - materials) - lost * cost - (1.0 - among) * materials
    bought = jnp.einsum("njk,nk->nj", economy.material_share, bill * inner)
    bought = bought + (1.0 - among) * price * jnp.einsum("njk,nk->nj", economy.material_share, bill)
    final = economy.final_share * economy.expenditure[:, None]
    basket = (economy.final_share * price).sum(1, keepdims=True)
    substituted = (bought + (1.0 - elasticities.final) * final * (price - basket)) / value
    income_demand = economy.final_share * economy.factor_income[:, None] / value
    spending = _quantities(economy, income_demand + substituted)
    weight = economy.value_added / economy.factor_income[:, None]
    earned = weight * economy.home_share
    own = (weight * ((1.0 - factor) * (1.0 - cost) - lost * cost)).sum(1)
    slope = jnp.maximum(1.0 - own - (earned * spending).sum(1), _LEAST_SLOPE)
    return _Domestic(price, spending, slope, income_demand, earned)


def correction(
    economy: Economy, elasticities: Elasticities, closure: Closure, shock: Shock
) -> Callable[[State], State]:
    """Return the linear map from the gap of a state to a step that about closes it."""
    sizes = step_sizes(economy, elasticities, closure, shock)
    at_home = _domestic(economy, elasticities)

    def correct(gap: State) -> State:
        wanted = gap.spending - at_home.income_demand * gap.wage[:, None]
        spending = _quantities(economy, wanted)
        wage = (gap.wage + (at_home.earned * spending).sum(1)) / at_home.slope
        price = jnp.einsum("njk,nk->nj", economy.leontief, gap.price)
        rest = {
            name: None if (x := getattr(gap, name)) is None else getattr(sizes, name) * x
            for name in ("value_added", "cost", "employment", "premium")
        }
        return State(
            wage=wage,
            price=price + at_home.price * wage[:, None],
            spending=spending + at_home.spending * wage[:, None],
            **rest,
        )

    return correct
