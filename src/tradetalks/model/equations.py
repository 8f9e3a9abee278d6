"""The equations of the world economy as one map whose fixed point is the equilibrium.

`advance` takes the unknowns (see `State`) to what costs, trade shares, factor markets and
budgets imply; an equilibrium is a point that it leaves where it is. Parts that an economy
does not have (specific factors, employment, quotas) are absent from the state and cost nothing.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from tradetalks.model.ces import deviation, exponent, log_index, power
from tradetalks.model.economy import Closure, Economy, Elasticities, Shock
from tradetalks.model.income import baseline_relief, employment, expenditure
from tradetalks.model.production import Costs, State, bills, unit_cost, variable_bill
from tradetalks.model.trade import Demand, Kernel, demand


class Flows(eqx.Module):
    """Prices (logs of ratios) and values (currency of the baseline) that a state implies."""

    made: Costs
    trade: Demand
    cost_bill: Float[Array, "n k"]
    variable: Float[Array, "n k"]
    value_added: Float[Array, "n k"]
    profit: Float[Array, " n"]
    subsidy: Float[Array, " n"]
    intermediate: Float[Array, "n j"]
    final_share: Float[Array, "n j"]
    consumer_price: Float[Array, " n"]
    income: Float[Array, " n"]


def flows(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    shock: Shock,
    kernel: Kernel,
    state: State,
) -> Flows:
    """Return all prices and values that a state implies (`docs/model.md`)."""
    made = unit_cost(economy, elasticities, closure, shock, state)
    aid = jnp.zeros(()) if shock.subsidy is None else shock.subsidy
    market = _market_size(economy, closure, state)
    trade = demand(
        economy,
        elasticities,
        shock,
        kernel,
        made.cost + jnp.log1p(-aid),
        state.spending,
        state.premium,
        market,
        closure.selection,
    )
    revenue_of_producer = trade.sales / (1.0 - aid)
    profit_share = jnp.zeros(()) if economy.profit_share is None else economy.profit_share
    profit = revenue_of_producer * profit_share
    cost_bill = revenue_of_producer - profit
    paid = bills(economy, closure, made, cost_bill)
    value_added = paid.variable + paid.fixed
    if trade.local_income is not None:
        value_added = value_added + trade.local_income
    r = exponent(elasticities.final)
    price_dev = deviation(trade.price, r)
    basket = (economy.final_share * price_dev).sum(1)
    subsidy = (revenue_of_producer - trade.sales).sum(1)
    budget = trade.revenue + trade.export_tax - subsidy
    return Flows(
        made=made,
        trade=trade,
        cost_bill=cost_bill,
        variable=paid.variable,
        value_added=value_added,
        profit=profit.sum(1) + jnp.zeros(economy.n_countries),
        subsidy=subsidy,
        intermediate=paid.intermediate,
        final_share=economy.final_share * power(price_dev, r) / power(basket, r)[:, None],
        consumer_price=log_index(basket, r),
        income=value_added.sum(1) + profit.sum(1) + budget + trade.rent_income,
    )


def _market_size(economy: Economy, closure: Closure, state: State) -> Float[Array, " n"] | None:
    """Return the log price effect of market size over the wage where entry is costly."""
    if closure.selection is None:
        return None
    total = (economy.spending * jnp.exp(state.spending)).sum(1) / economy.spending.sum(1)
    return (1.0 - closure.selection.duty_exponent) * (jnp.log(total) - state.wage)


def advance(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    shock: Shock,
    kernel: Kernel,
    state: State,
) -> tuple[State, Float[Array, ""]]:
    """Map a state to the one its markets imply, and return Walras' residual beside it.

    Factor prices are normalised so that world factor income keeps its value, which is the
    choice of numeraire; how much the normalisation had to change them is the residual of the
    one equation that is not imposed.
    """
    out = flows(economy, elasticities, closure, shock, kernel, state)
    scale = economy.factor_income.sum() / out.value_added.sum()
    value_added = scale * out.value_added
    factor_income = value_added.sum(1)
    income = out.income + factor_income - out.value_added.sum(1)
    budget = expenditure(economy, closure, factor_income, income)
    wage_bill = _wage_bill(economy, closure, out, scale)
    log_employment = None
    wage = wage_bill
    if state.employment is not None:
        relief = jnp.zeros_like(wage_bill)
        if closure.revenue == "income_tax_cut":
            relief = jnp.log1p(-out.trade.revenue / factor_income)
            relief = relief - jnp.log1p(-baseline_relief(economy))
        nominal = jnp.log(income / economy.income)
        log_employment = employment(closure, wage_bill, out.consumer_price, nominal, relief)
        wage = wage_bill - log_employment
    final = out.final_share * budget[:, None]
    return State(
        wage=wage,
        price=out.trade.price,
        spending=_log_ratio(final + out.intermediate, economy.spending),
        value_added=None
        if state.value_added is None
        else _log_ratio(scale * out.variable, variable_bill(economy, closure)[0]),
        cost=None if state.cost is None else _log_ratio(scale * out.cost_bill, economy.cost),
        employment=log_employment,
        premium=_premium(shock, state, out.trade),
    ), scale - 1.0


def _wage_bill(
    economy: Economy, closure: Closure, out: Flows, scale: Float[Array, ""]
) -> Float[Array, " n"]:
    """Return the log change of labour income: value added net of specific and fixed factors."""
    total = jnp.log(scale * out.value_added.sum(1) / economy.factor_income)
    if closure.factors is None:
        return total
    labour = 1.0 - closure.factors.specific
    old = (labour * variable_bill(economy, closure)[0]).sum(1)
    new = scale * (labour * out.variable).sum(1)
    # a country all of whose factors are specific has no wage: its income stands in
    some = old > 0
    return jnp.where(some, jnp.log(jnp.where(some, new, 1.0) / jnp.where(some, old, 1.0)), total)


def _premium(shock: Shock, state: State, trade: Demand) -> Float[Array, " g"] | None:
    """Return premia: zero, the ceiling, or what keeps a group at its limit (complementarity)."""
    if shock.quotas is None or state.premium is None or trade.volumes is None:
        return state.premium
    moved = state.premium + jnp.log(trade.volumes / shock.quotas.limit)
    if shock.quotas.ceiling is not None:
        moved = jnp.minimum(moved, shock.quotas.ceiling)
    return jnp.where(shock.quotas.floor > 0, jnp.minimum(0.0, moved), jnp.maximum(0.0, moved))


def _log_ratio(new: Array, old: Array) -> Array:
    used = old > 0
    return jnp.log(jnp.where(used, new, 1.0) / jnp.where(used, old, 1.0))


def start(economy: Economy, closure: Closure, shock: Shock) -> State:
    """Return the state of the baseline: nothing has changed."""
    goods = jnp.zeros_like(economy.spending)
    factors = closure.factors
    return State(
        wage=jnp.zeros_like(economy.factor_income),
        price=goods,
        spending=goods,
        value_added=None if factors is None else goods,
        cost=None if factors is None or factors.fixed_cost is None else goods,
        employment=None if closure.labour == "fixed" else jnp.zeros_like(economy.factor_income),
        premium=None if shock.quotas is None else jnp.zeros_like(shock.quotas.limit),
    )


def step_sizes(
    economy: Economy, elasticities: Elasticities, closure: Closure, shock: Shock
) -> State:
    """Return how far to move each unknown per unit of its gap, so that plain steps contract.

    Demand for a sector's output falls with elasticity between the two nests', so a factor
    that cannot leave must not follow its income one for one; likewise a premium.
    """
    state = start(economy, closure, shock)
    one = jnp.ones_like(economy.spending)
    slope = (
        economy.home_share * elasticities.sigma_domestic
        + (1.0 - economy.home_share) * elasticities.sigma
    )
    held = jnp.maximum(slope - 1.0, 0.0)
    step = one
    if closure.factors is not None:
        stuck = economy.value_added_share * (1.0 - closure.factors.mobile)
        if closure.factors.fixed_cost is not None:
            stuck = stuck + closure.factors.fixed_cost
        step = 1.0 / (1.0 + stuck * held)
    premium = None
    if shock.quotas is not None:
        group = jnp.zeros_like(shock.quotas.limit)
        count = group.at[shock.quotas.group].add(1.0)
        total = group.at[shock.quotas.group].add(elasticities.sigma[shock.quotas.good])
        premium = jnp.maximum(count, 1.0) / jnp.maximum(total, 1.0)
    return State(
        wage=jnp.ones_like(economy.factor_income),
        price=one,
        spending=one,
        value_added=None if state.value_added is None else step,
        cost=None if state.cost is None else step,
        employment=None if state.employment is None else jnp.ones_like(economy.factor_income),
        premium=premium,
    )
