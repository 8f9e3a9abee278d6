"""An equilibrium in levels and ratios: what the state of the solver means."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from tradetalks.model.economy import Closure, Economy, Elasticities, Shock, by_sector
from tradetalks.model.equations import flows
from tradetalks.model.income import baseline_relief, expenditure
from tradetalks.model.production import State, variable_bill
from tradetalks.model.trade import Kernel


class Equilibrium(eqx.Module):
    """Prices (ratios to the baseline) and values (currency of the baseline) of one solve.

    `trade` is before duty (export tax and premium included), `duty` what is collected on each
    flow, `sales` gross output at producers' prices, `value_added` payments to factors,
    `expenditure` final spending, `income` its source. `employment` is a ratio, `premium` the
    ad valorem premium by quota group (a fraction; negative for a floor's subsidy) and
    `volumes` the groups' volumes in baseline value. A leading axis is a batch.
    """

    wage: Float[Array, " n"]
    cost: Float[Array, "i j"]
    price: Float[Array, "n j"]
    consumer_price: Float[Array, " n"]
    trade: Float[Array, "i n j"]
    duty: Float[Array, "i n j"]
    sales: Float[Array, "n k"]
    value_added: Float[Array, "n k"]
    factor_income: Float[Array, " n"]
    profit: Float[Array, " n"]
    revenue: Float[Array, " n"]
    export_tax: Float[Array, " n"]
    rents: Float[Array, " n"]
    subsidy: Float[Array, " n"]
    income: Float[Array, " n"]
    expenditure: Float[Array, " n"]
    employment: Float[Array, " n"]
    premium: Float[Array, " g"] | None
    volumes: Float[Array, " g"] | None
    leisure_cost: Float[Array, " n"]

    @property
    def welfare(self) -> Float[Array, " n"]:
        """Real income: final spending over its price index, less the disutility of work.

        The second part is zero unless labour supply is elastic; the unit is that of
        expenditure at baseline prices.
        """
        return self.expenditure / self.consumer_price - self.leisure_cost

    def at_prices(self, level: float) -> Equilibrium:
        """Return the same equilibrium with all prices and values times `level`.

        The numeraire of the model is world factor income; this is how to state an answer in
        another one. Quantities, employment, premia and welfare stay as they are.
        """
        scaled = {name: getattr(self, name) * level for name in _IN_MONEY}
        return dataclasses.replace(self, **scaled)


_IN_MONEY = (
    "wage", "cost", "price", "consumer_price", "trade", "duty", "sales", "value_added",
    "factor_income", "profit", "revenue", "export_tax", "rents", "subsidy", "income",
    "expenditure",
)  # fmt: skip


def equilibrium_at(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    shock: Shock,
    kernel: Kernel,
    state: State,
) -> Equilibrium:
    """Spell out the equilibrium that a converged state stands for."""
    out = flows(economy, elasticities, closure, shock, kernel, state)
    d = out.trade
    trade = d.before_duty * d.pull[:, :, None] * d.cost_factor[:, None, :]
    diagonal = jnp.arange(economy.n_countries)
    trade = by_sector(trade.at[:, diagonal, diagonal].set(d.home_sales.T))
    factor_income = out.value_added.sum(1)
    log_employment = jnp.zeros_like(state.wage) if state.employment is None else state.employment
    return Equilibrium(
        wage=jnp.exp(state.wage),
        cost=jnp.exp(out.made.cost),
        price=jnp.exp(d.price),
        consumer_price=jnp.exp(out.consumer_price),
        trade=trade,
        duty=trade * by_sector(shock.tariff),
        sales=d.sales,
        value_added=out.value_added,
        factor_income=factor_income,
        profit=out.profit,
        revenue=d.revenue,
        export_tax=d.export_tax,
        rents=d.rent_income,
        subsidy=out.subsidy,
        income=out.income,
        expenditure=expenditure(economy, closure, factor_income, out.income),
        employment=jnp.exp(log_employment),
        premium=None if state.premium is None else jnp.expm1(state.premium),
        volumes=d.volumes,
        leisure_cost=_leisure_cost(economy, closure, log_employment),
    )


def _leisure_cost(
    economy: Economy, closure: Closure, log_employment: Float[Array, " n"]
) -> Float[Array, " n"]:
    """Return kappa/(1+kappa) of baseline labour income times L^(1+1/kappa), GHH's disutility.

    Where tariffs pay for a tax cut already in the baseline, labour is worth that much more.
    """
    if closure.labour != "elastic" or closure.labour_elasticity is None:
        return jnp.zeros_like(log_employment)
    kappa = closure.labour_elasticity
    labour = economy.factor_income
    if closure.factors is not None:
        variable, _ = variable_bill(economy, closure)
        labour = ((1.0 - closure.factors.specific) * variable).sum(1)
    if closure.revenue == "income_tax_cut":
        labour = labour / (1.0 - baseline_relief(economy))
    return kappa / (1.0 + kappa) * labour * jnp.exp((1.0 + 1.0 / kappa) * log_employment)
