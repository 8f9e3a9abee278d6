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
    from tradetalks.validation.economies import BALANCED, equilibrium

    data = replication.read_caliendo_parro()
    countries = replication.CP_COUNTRIES
    at = {c: n for n, c in enumerate(countries)}
    base, elasticities = baseline(data)

    nafta = data.tariff.copy()
    members = [at[c] for c in NAFTA]
    pairs = np.ix_(members, members)
    nafta[pairs] = data.tariff_2005[pairs]
    one = equilibrium(base, elasticities, nafta, BALANCED)
    world = equilibrium(base, elasticities, data.tariff_2005, BALANCED)

    numbers: dict[tuple[str, str, str], float] = {}
    prices = np.asarray(one.consumer_price)
    effects = _linear_welfare(base, data.tariff, one)
    effects["real wage"] = np.asarray(one.wage) / prices - 1.0
    for table in ("Table 2", "Table 2, four digits"):
        for column, values in effects.items():
            numbers |= {(table, c, column): 100.0 * values[at[c]] for c in NAFTA}
    before = np.asarray(base.trade).sum(0).T
    after = np.asarray(one.trade).sum(2)
    for n in NAFTA:
        for i in NAFTA:
            if i != n:
                growth = after[at[i], at[n]] / before[at[i], at[n]] - 1.0
                numbers["Table 5", n, f"from {i}"] = 100.0 * growth
    welfare = _linear_welfare(base, data.tariff, world)["welfare"]
    numbers |= {("Table 7", c, "welfare"): 100.0 * welfare[at[c]] for c in countries}

    income = np.asarray(one.expenditure) / np.asarray(base.expenditure) / prices - 1.0
    beside = [
        Beside(f"Real income of {c} after NAFTA: income over prices, exact", 100.0 * income[at[c]])
        for c in NAFTA
    ]
    theirs = replication.read_caliendo_parro_start().trade_share
    ours = trade_shares(base)
    beside.append(
        Beside(
            "Largest gap between our deficit-free trade shares and the authors'",
            float(np.abs(ours - theirs).max()),
            "share",
        )
    )
    return Computed(numbers, beside=tuple(beside))


def baseline(data: CaliendoParro) -> tuple[Economy, Elasticities]:
    """Return the deficit-free baseline of 1993 and its elasticities (sigma = 1 + theta)."""
    from tradetalks.validation.economies import one_nest, without_deficits

    rest = np.full(data.trade.shape[2] - len(data.theta), _NOT_TRADED)
    elasticities = one_nest(1.0 + np.concatenate([data.theta, rest]))
    return without_deficits(table_of_shares(data), elasticities, data.tariff), elasticities


def table_of_shares(data: CaliendoParro) -> Economy:
    """Return the balanced table that the data's shares and value added imply.

    Trade shares, final-demand shares, input coefficients and value added by country are the
    data's; flows follow from them by two linear systems (spending for a unit of each
    country's final demand, then the final demand that pays every country's value added).
    """
    from tradetalks.validation.economies import economy

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
    return economy(
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


def trade_shares(base: Economy) -> Array:
    """Return the baseline's trade shares at users' prices, `[i, n, j]`."""
    gross = np.asarray(base.trade) * np.exp(np.asarray(base.log_duty))
    return (gross / gross.sum(2, keepdims=True)).transpose(2, 1, 0)


def _linear_welfare(base: Economy, tariff: Array, after: Equilibrium) -> dict[str, Array]:
    """Return the paper's equation (16) with every dln taken as ratio minus one.

    Terms of trade: sum (E dln c_n - M dln c_i) / I; volume: sum tau M (dln M - dln c_i) / I,
    at baseline exports E, imports M (world prices) and income I.
    """
    trade = np.asarray(base.trade).transpose(2, 1, 0)
    abroad = ~np.eye(trade.shape[0], dtype=bool)[:, :, None]
    flows = trade * abroad
    cost = np.asarray(after.cost) - 1.0
    traded = trade > 0
    growth = np.asarray(after.trade) / np.where(traded, trade, 1.0) - 1.0
    volume = np.where(traded, growth, 0.0)
    income = np.asarray(base.expenditure)
    terms = (flows.sum(1) * cost).sum(1) - (flows * cost[:, None, :]).sum((0, 2))
    moved = (tariff * flows * (volume - cost[:, None, :])).sum((0, 2))
    return {
        "welfare": (terms + moved) / income,
        "terms of trade": terms / income,
        "volume of trade": moved / income,
    }
