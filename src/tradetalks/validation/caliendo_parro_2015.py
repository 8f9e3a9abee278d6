"""Caliendo & Parro (2015), Tables 2, 5 and 7: the effects of NAFTA."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.validation.cells import Beside, Computed

if TYPE_CHECKING:
    from tradetalks.data.readers.replication import CaliendoParro
    from tradetalks.model import Economy, Elasticities, Equilibrium

Array = NDArray[np.float64]
NAFTA = ("MEX", "CAN", "USA")
# the authors give sectors that are not traded this elasticity; it has no effect
_NOT_TRADED = 8.22


def compute() -> Computed:
    """Compute the cells of the three tables. Raises `DataMissing` without source `cp2015`."""
    from tradetalks.data.readers import replication

    data = replication.read_caliendo_parro()
    countries = replication.CP_COUNTRIES
    at = {c: n for n, c in enumerate(countries)}
    economy, elasticities = without_deficits(data)

    nafta = data.tariff.copy()
    members = [at[c] for c in NAFTA]
    pairs = np.ix_(members, members)
    nafta[pairs] = data.tariff_2005[pairs]
    one = _solve(economy, elasticities, nafta)
    world = _solve(economy, elasticities, data.tariff_2005)

    numbers: dict[tuple[str, str, str], float] = {}
    effects = _linear_welfare(economy, data.tariff, one)
    effects["real wage"] = one.wage / one.consumer_price - 1.0
    for table in ("Table 2", "Table 2, four digits"):
        for column, values in effects.items():
            numbers |= {(table, c, column): 100.0 * values[at[c]] for c in NAFTA}
    before = np.asarray(economy.trade).transpose(2, 1, 0).sum(2)
    after = one.trade.sum(2)
    for n in NAFTA:
        for i in NAFTA:
            if i != n:
                growth = after[at[i], at[n]] / before[at[i], at[n]] - 1.0
                numbers["Table 5", n, f"from {i}"] = 100.0 * growth
    welfare = _linear_welfare(economy, data.tariff, world)["welfare"]
    numbers |= {("Table 7", c, "welfare"): 100.0 * welfare[at[c]] for c in countries}

    income = one.expenditure / np.asarray(economy.expenditure) / one.consumer_price - 1.0
    beside = [
        Beside(f"Real income of {c} after NAFTA: income over prices, exact", 100.0 * income[at[c]])
        for c in NAFTA
    ]
    theirs = replication.read_caliendo_parro_start().trade_share
    ours = before_shares(economy)
    beside.append(
        Beside(
            "Largest gap between our deficit-free trade shares and the authors'",
            float(np.abs(ours - theirs).max()),
            "share",
        )
    )
    return Computed(numbers, beside=tuple(beside))


def without_deficits(data: CaliendoParro) -> tuple[Economy, Elasticities]:
    """Return the deficit-free baseline of 1993 and its elasticities (sigma = 1 + theta)."""
    import jax

    from tradetalks.model import Closure, Elasticities, shock_of
    from tradetalks.solve import rebase, solve

    table = table_of_shares(data)
    rest = np.full(data.trade.shape[2] - len(data.theta), _NOT_TRADED)
    sigma = 1.0 + np.concatenate([data.theta, rest])
    one = np.asarray(1.0)
    elasticities = Elasticities(sigma, sigma, one, one, one)
    balanced = Closure(deficit="balanced")
    with jax.enable_x64(True):
        factual = shock_of(data.tariff)
    found = solve(table, elasticities, factual, balanced)
    return rebase(table, elasticities, factual, found, balanced), elasticities


def table_of_shares(data: CaliendoParro) -> Economy:
    """Return the balanced table that the data's shares and value added imply.

    Trade shares, final-demand shares, input coefficients and value added by country are the
    data's; flows follow from them by two linear systems (spending for a unit of each
    country's final demand, then the final demand that pays every country's value added).
    """
    import jax

    from tradetalks.model import economy_of_flows

    share, final_share, input_share, beta, added = _shares(data)
    N, S = final_share.shape
    net = share / (1.0 + data.tariff)  # [i, n, j], what a unit of spending pays the producer
    # spending = final + materials: X[n, j] = a[n, j] E[n] + sum_k (1 - beta) io[n, j, k] Y[n, k]
    use = np.einsum("njk,nmk->njmk", input_share * (1.0 - beta)[:, None, :], net)
    unit = np.zeros((N, S, N))
    unit[np.arange(N), :, np.arange(N)] = final_share
    spending = np.linalg.solve(
        np.eye(N * S) - use.reshape(N * S, N * S), unit.reshape(N * S, N)
    ).reshape(N, S, N)
    output = np.einsum("imk,mke->ike", net, spending)
    demand = np.linalg.solve(np.einsum("ik,ike->ie", beta, output), added)
    spending, output = spending @ demand, output @ demand
    with jax.enable_x64(True):
        return economy_of_flows(
            net * spending,
            data.tariff,
            input_share * ((1.0 - beta) * output)[:, None, :],
            final_share * demand[:, None],
            beta * output,
        )


def _shares(data: CaliendoParro) -> tuple[Array, Array, Array, Array, Array]:
    """Return trade, final-demand, input and value-added shares and value added, as the paper."""
    n = np.arange(data.trade.shape[0])
    exports = data.trade.sum(1)
    trade = data.trade.copy()
    trade[n, n] = np.maximum(data.output, exports) - exports
    spending = (trade * (1.0 + data.tariff)).sum(0)
    output = trade.sum(1)
    used = data.input_share.sum(1)
    input_share = data.input_share / np.where(used > 0, used, 1.0)[:, None, :]
    beta = np.where(used > 0, data.value_added_share, 1.0)
    added = (data.value_added_share * output).sum(1)
    materials = np.einsum("njk,nk->nj", data.input_share, (1.0 - data.value_added_share) * output)
    deficit = trade.sum((0, 2)) - trade.sum((1, 2))
    income = added + (trade * data.tariff).sum((0, 2)) + deficit
    final = np.maximum((spending - materials) / income[:, None], 0.0)
    return (
        trade * (1.0 + data.tariff) / spending,
        final / final.sum(1, keepdims=True),
        input_share,
        beta,
        added,
    )


def before_shares(economy: Economy) -> Array:
    """Return the baseline's trade shares at users' prices, `[i, n, j]`."""
    gross = np.asarray(economy.trade) * np.exp(np.asarray(economy.log_duty))
    return (gross / gross.sum(2, keepdims=True)).transpose(2, 1, 0)


def _solve(economy: Economy, elasticities: Elasticities, tariff: Array) -> Equilibrium:
    import jax

    from tradetalks.model import Closure, shock_of
    from tradetalks.solve import solve

    with jax.enable_x64(True):
        shock = shock_of(tariff)
    return solve(economy, elasticities, shock, Closure(deficit="balanced")).require()


def _linear_welfare(economy: Economy, tariff: Array, after: Equilibrium) -> dict[str, Array]:
    """Return the paper's equation (16) with every dln taken as ratio minus one.

    Terms of trade: sum (E dln c_n - M dln c_i) / I; volume: sum tau M (dln M - dln c_i) / I,
    at baseline exports E, imports M (world prices) and income I.
    """
    trade = np.asarray(economy.trade).transpose(2, 1, 0)
    abroad = ~np.eye(trade.shape[0], dtype=bool)[:, :, None]
    flows = trade * abroad
    cost = after.cost - 1.0
    volume = np.where(trade > 0, after.trade / np.where(trade > 0, trade, 1.0), 1.0) - 1.0
    income = np.asarray(economy.expenditure)
    terms = (flows.sum(1) * cost).sum(1) - (flows * cost[:, None, :]).sum((0, 2))
    moved = (tariff * flows * (volume - cost[:, None, :])).sum((0, 2))
    return {
        "welfare": (terms + moved) / income,
        "terms of trade": terms / income,
        "volume of trade": moved / income,
    }
