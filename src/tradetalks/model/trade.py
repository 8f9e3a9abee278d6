"""Trade: wedges, the separable kernel of CES demand, premia on limited flows.

    delivered price  p = c d (1-s') (1+x') (1+z') (1+t') / [(1+x) (1+z) (1+t)]
    import price     P_M^(1-sigma) = sum_i K_inj c_ij^(1-sigma),  K = pi [wedge]^(1-sigma)

K is computed once per solve; after that every price index and every sales total is a product
of K with a vector. Premia z change K on the few flows that a limit names, and only there.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from tradetalks.model.ces import deviation, exponent, log_index, power
from tradetalks.model.economy import Economy, Elasticities, Quotas, Selection, Shock


class Kernel(eqx.Module):
    """What a shock does to trade, computed once per solve. Index order `[j, n, i]`.

    `delivered` holds K, `before_duty` K / (1 + t') and `received` what of that reaches the
    producer before premia. `constant` is the part of the import price index's deviation that
    does not depend on costs. `home` is the log change of the wedge on domestic sales,
    `home_duty` its new duty (zero but for regions that contain borders).
    """

    delivered: Float[Array, "j n i"]
    before_duty: Float[Array, "j n i"]
    received: Float[Array, "j n i"] | None
    constant: Float[Array, "j n"]
    before_duty_sum: Float[Array, "j n"]
    home: Float[Array, "n j"]
    home_duty: Float[Array, "n j"]


class Demand(eqx.Module):
    """Prices (logs of ratios) and values of trade that costs and spending imply.

    `pull[j, n]` is import spending over the import price index to the power 1 - sigma: a
    flow's value before duty is `before_duty * pull * cost_factor`. `rents` are premia by
    member of the quota groups, `volumes` by group; both None without quotas.
    """

    price: Float[Array, "n j"]
    sales: Float[Array, "i j"]
    revenue: Float[Array, " n"]
    export_tax: Float[Array, " i"]
    rent_income: Float[Array, " n"]
    local_income: Float[Array, "n j"] | None
    home_sales: Float[Array, "n j"]
    before_duty: Float[Array, "j n i"]
    pull: Float[Array, "j n"]
    cost_factor: Float[Array, "j i"]
    volumes: Float[Array, " g"] | None


def trade_kernel(
    economy: Economy,
    elasticities: Elasticities,
    shock: Shock,
    selection: Selection | None = None,
) -> Kernel:
    """Compute the separable part of trade demand for a shock."""
    a = exponent(elasticities.sigma)[:, None, None]
    share, duty = economy.origin_share, shock.tariff
    change = jnp.log1p(duty) - economy.log_duty
    if selection is not None:
        change = change * selection.duty_exponent[None, :, None]
    wedge = shock.log_iceberg + change
    diagonal = jnp.arange(economy.n_countries)
    if shock.export_tax is not None:  # what stays at home is not exported
        tax = shock.export_tax.at[:, diagonal, diagonal].set(0.0)
        wedge = wedge + jnp.log1p(tax)
    # a flow that does not exist stays out, whatever its wedge (0 x infinity is not a number)
    growth = jnp.expm1(a * jnp.where(share > 0, wedge, 0.0))
    growth = jax.lax.optimization_barrier(growth)
    delivered = share + share * growth
    before_duty = delivered / (1.0 + duty)
    received = None
    if shock.export_tax is not None:
        received = before_duty / (1.0 + shock.export_tax)
    return Kernel(
        delivered=delivered,
        before_duty=before_duty,
        received=received,
        constant=(share * growth).sum(2) / a[:, :, 0],
        before_duty_sum=before_duty.sum(2),
        home=wedge[:, diagonal, diagonal].T,
        home_duty=duty[:, diagonal, diagonal].T,
    )


def _limited(
    kernel: Kernel, quotas: Quotas, premium: Float[Array, " g"], a: Float[Array, " j"]
) -> Kernel:
    """Return the kernel with premia on the members of quota groups."""
    at = (quotas.good, quotas.importer, quotas.exporter)
    where = (quotas.good, quotas.importer)
    rise = jnp.expm1(a[quotas.good] * premium[quotas.group])
    delivered, before_duty = kernel.delivered[at] * rise, kernel.before_duty[at] * rise
    return Kernel(
        delivered=kernel.delivered.at[at].add(delivered),
        before_duty=kernel.before_duty.at[at].add(before_duty),
        received=None
        if kernel.received is None
        else kernel.received.at[at].add(kernel.received[at] * rise),
        constant=kernel.constant.at[where].add(delivered / a[quotas.good]),
        before_duty_sum=kernel.before_duty_sum.at[where].add(before_duty),
        home=kernel.home,
        home_duty=kernel.home_duty,
    )


def demand(
    economy: Economy,
    elasticities: Elasticities,
    shock: Shock,
    kernel: Kernel,
    producer_price: Float[Array, "i j"],
    log_spending: Float[Array, "n j"],
    premium: Float[Array, " g"] | None,
    market: Float[Array, " n"] | None,
    selection: Selection | None,
) -> Demand:
    """Return prices, trade and what every treasury and producer gets of it.

    `producer_price` is the log of the producers' price (cost, markup, subsidy); `market[n]`
    the log of market size over wage where access costs make prices depend on it.
    """
    a = exponent(elasticities.sigma)[:, None]
    if shock.quotas is not None and premium is not None:
        kernel = _limited(kernel, shock.quotas, premium, a[:, 0])
    cost_dev = deviation(producer_price.T, a)
    cost_factor = power(cost_dev, a)
    import_dev = kernel.constant + jnp.einsum("jni,ji->jn", kernel.delivered, cost_dev)
    b = exponent(elasticities.sigma_domestic)
    m = economy.import_share
    home_dev = deviation(producer_price + kernel.home, b)
    foreign_dev = deviation(log_index(import_dev, a).T, b)
    mix = (1.0 - m) * home_dev + m * foreign_dev
    price = log_index(mix, b)
    if market is not None:
        price = price + market[:, None]

    spending = economy.spending * jnp.exp(log_spending)
    per_unit = spending / power(mix, b)
    home_spending = per_unit * (1.0 - m) * power(home_dev, b)
    import_spending = per_unit * m * power(foreign_dev, b)
    pull = import_spending.T / power(import_dev, a)
    landed = kernel.before_duty_sum + a * jnp.einsum("jni,ji->jn", kernel.before_duty, cost_dev)
    home_sales = home_spending / (1.0 + kernel.home_duty)
    revenue = (import_spending - (pull * landed).T + home_spending - home_sales).sum(1)

    received = kernel.before_duty if kernel.received is None else kernel.received
    exports = (jnp.einsum("jni,jn->ji", received, pull) * cost_factor).T
    tax = jnp.zeros(economy.n_countries)
    if kernel.received is not None:
        gross = jnp.einsum("jni,jn->ji", kernel.before_duty, pull) * cost_factor
        tax = (gross.T - exports).sum(1)
    local_income = None
    if selection is not None:
        kept = 1.0 - selection.local
        exports = (jnp.einsum("jni,jn->ji", received, pull * kept) * cost_factor).T
        local_income = selection.local[:, None] * ((pull * landed).T + home_sales)
    else:
        kept = jnp.ones(())
    out = Demand(
        price=price,
        sales=(home_sales.T * kept).T + exports,
        revenue=revenue,
        export_tax=tax,
        rent_income=jnp.zeros(economy.n_countries),
        local_income=local_income,
        home_sales=home_sales,
        before_duty=kernel.before_duty,
        pull=pull,
        cost_factor=cost_factor,
        volumes=None,
    )
    if shock.quotas is None or premium is None:
        return out
    return _with_rents(shock, shock.quotas, premium, producer_price, out)


def _with_rents(
    shock: Shock,
    quotas: Quotas,
    premium: Float[Array, " g"],
    producer_price: Float[Array, "i j"],
    plain: Demand,
) -> Demand:
    """Take premia out of producers' sales and hand them to whom they belong."""
    j, n, i, g = quotas.good, quotas.importer, quotas.exporter, quotas.group
    value = plain.before_duty[j, n, i] * plain.pull[j, n] * plain.cost_factor[j, i]
    net = value * jnp.exp(-premium[g])
    rent = value - net
    taxed = jnp.zeros(()) if shock.export_tax is None else shock.export_tax[j, n, i]
    # producers had been credited value / (1 + x): they get net / (1 + x) and the burnt rent
    at_producer = net / (1.0 + taxed)
    sales = plain.sales.at[i, j].add(at_producer - value / (1.0 + taxed) + quotas.burnt[g] * rent)
    tax = plain.export_tax.at[i].add(-(rent * taxed / (1.0 + taxed)))
    free = (1.0 - quotas.burnt[g]) * rent
    income = plain.rent_income.at[i].add(quotas.to_exporter[g] * free)
    income = income.at[n].add(quotas.to_importer[g] * free)
    income = income + free @ quotas.to_controller[g]
    log_unit = producer_price[i, j] + shock.log_iceberg[j, n, i]
    quantity = at_producer * jnp.exp(-log_unit)
    volumes = jnp.zeros_like(premium).at[g].add(quantity)
    return eqx.tree_at(
        lambda d: (d.sales, d.export_tax, d.rent_income, d.volumes),
        plain,
        (sales, tax, income, volumes),
        is_leaf=lambda x: x is None,
    )
