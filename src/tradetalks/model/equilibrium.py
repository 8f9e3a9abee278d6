"""An equilibrium in levels and ratios: what the state of the solver means."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from tradetalks.model.ces import deviation, exponent, power
from tradetalks.model.economy import Closure, Economy, Elasticities, Shock, by_sector
from tradetalks.model.equations import Kernel, State, expenditure, flows


class Equilibrium(eqx.Module):
    """Prices (ratios to the baseline) and values (currency of the baseline) of one solve.

    `trade` is before duty, `duty` what is collected on each flow, `sales` gross output at
    producers' prices, `expenditure` final spending. A leading axis is a batch.
    """

    wage: Float[Array, " n"]
    cost: Float[Array, "i j"]
    price: Float[Array, "n j"]
    consumer_price: Float[Array, " n"]
    trade: Float[Array, "i n j"]
    duty: Float[Array, "i n j"]
    sales: Float[Array, "n k"]
    value_added: Float[Array, "n k"]
    expenditure: Float[Array, " n"]
    factor_income: Float[Array, " n"]
    revenue: Float[Array, " n"]

    @property
    def welfare(self) -> Float[Array, " n"]:
        """Real final spending E' / PC: the numerator of real income."""
        return self.expenditure / self.consumer_price


def equilibrium_at(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    shock: Shock,
    kernel: Kernel,
    state: State,
) -> Equilibrium:
    """Spell out the equilibrium that a converged state stands for."""
    out = flows(economy, elasticities, kernel, state)
    a = exponent(elasticities.sigma)[:, None]
    cost_factor = power(deviation(out.cost.T, a), a)
    trade = kernel.before_duty * out.pull[:, :, None] * cost_factor[:, None, :]
    diagonal = jnp.arange(economy.n_countries)
    trade = by_sector(trade.at[:, diagonal, diagonal].set(out.home_sales.T))
    duty = trade * by_sector(shock.tariff)
    factor_income = jnp.exp(state.wage) * economy.factor_income
    return Equilibrium(
        wage=jnp.exp(state.wage),
        cost=jnp.exp(out.cost),
        price=jnp.exp(out.price),
        consumer_price=jnp.exp(out.consumer_price),
        trade=trade,
        duty=duty,
        sales=out.sales,
        value_added=out.value_added,
        expenditure=expenditure(economy, closure, factor_income, out.revenue),
        factor_income=factor_income,
        revenue=out.revenue,
    )
