"""The exact decomposition of real income along the path of a shock.

Notation, for country n: final spending E, its price index PC, real income W (E / PC, less the
disutility of work where labour is elastic). A flow crosses the border at value V = Q b d:
delivered quantity Q, trade cost d, border price b; S = Q d is what has to be shipped. With unit
cost c, markup mu, subsidy s, export tax x and premium z, producers get p = c mu (1 - s), and b
is p (1 + x)(1 + z) less the part of the premium that the importer keeps. Users pay (1 + t) V,
where t stands for the duty and that part. Y = p q are sales, q output.

Real income changes by what users gain from more goods, less what making them takes (envelope
theorem for buyers, for firms and for workers who choose a sector):

    PC dW = sum_i b d (1 + t) dQ_in - sum_k c dq_k + sum_k c q dlnA + w L dlnL - PC d(effort)

with output q = sum_m S_nm + burnt rents / p. The budget, imports V - exports V = D + T, with D
the transfer of the deficit rule and T the rents that n receives on others' imports less those
that others receive on n's exports, replaces the value of imports. Collecting terms:

    sum_exports V dln(b) - sum_imports V dln(b)                terms of trade (at the border)
    + sum_imports t V dln(Q)                                   volume of trade
    - sum_imports V dln(d)                                     trade costs
    + sum_exports (V - p S) dln(S) - p d(burnt) + dT           export taxes and rents
    + sum_k (1 - 1/(mu (1 - s))) p dq                          production wedges
    + sum_k c q dln(A)                                         productivity
    + w L dln(L) - PC d(effort)                                employment
    + dD                                                       remainder: transfers

The second is over all flows that pay a duty, those inside a region too. Divided by PC W the
terms are log contributions; they are integrated by Gauss-Legendre quadrature, with derivatives
of the polynomial through the solved points, so they add up to the log change of real income up
to the quadrature's error, which lands in the remainder. That error is small unless a limit
starts to bind inside the path.

The same quadrature splits consumer prices over the wage. Let omega be the shares of final demand,
s those of each origin in what users pay, m the share of input j in the cost of sector k. With
dlnP_j = sum_i s_ij dln(user price_ij), Shephard's lemma at each stage of production gives

    sum_j omega_j dlnP_j = sum_ij e_j s_ij (dln(1 + t_ij) + dln(d_ij))       duties, trade costs
                         + sum_j e_j sum_(i abroad) s_ij dln(b_ij)           foreign suppliers
                         + sum_k e_k s_k(home) (dlnp_k - sum_j m_jk dlnP_j)  home factors

with all prices over the wage and e_j = omega_j + sum_k m_jk s_k(home) e_k what a dollar of final
demand needs of good j, at home and through all rounds of home inputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.limits import Groups, Premia, premia_along
from tradetalks.engine.path import Path
from tradetalks.model import Closure, Economy, Elasticities, Equilibrium

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Along:
    """Arrays at all points `[p, ...]`, and the derivative of such arrays at the inner ones."""

    slope: Array
    premia: Premia
    trade: Array
    border: Array
    price: Array
    sales: Array
    value: Array

    def derivative(self, x: Array) -> Array:
        return np.einsum("qp,p...->q...", self.slope, x)


@dataclass(frozen=True)
class Decomposition:
    """Contributions in log points along a path.

    `parts` `[n]` sum to the log change of real income. `by_flow` `[n, partner, j]` splits what
    comes with a flow of good j: `terms_of_trade_exports` (partner is the buyer) and
    `terms_of_trade_imports` (the supplier) sum to the part `terms_of_trade`, `volume_of_trade`
    and `trade_costs` (by supplier) to the parts of that name. Its `price_suppliers`,
    `price_duties` and `price_trade_costs` sum to the log change of the price index of final
    demand over the wage, inputs traced through home production. A country's partner may be
    itself: its sales at home.
    """

    parts: dict[str, Array]
    by_flow: dict[str, Array]


def decompose(
    path: Path,
    equilibria: list[Equilibrium],
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    groups: Groups | None = None,
) -> Decomposition:
    """Return what an equilibrium's change is made of; `equilibria` are those at `path.points`.

    Keys of `parts`: `terms_of_trade`, `volume_of_trade`, `trade_costs`, `remainder`; and where
    the shock or the closure has such a thing `export_taxes_and_rents`, `production_wedges`,
    `productivity`, `employment_effect`.
    """
    along = _along(path, equilibria, premia_along(groups, equilibria, path.points))
    flows = _trade_flows(path, along)
    parts: dict[str, Array] = {
        "terms_of_trade": flows["terms_of_trade_exports"] + flows["terms_of_trade_imports"],
        "volume_of_trade": flows["volume_of_trade"],
        "trade_costs": flows["trade_costs"],
    }
    parts = {name: flow.sum((1, 2)) for name, flow in parts.items()}
    rest: dict[str, Array] = {}
    if path.export_tax is not None or groups is not None:
        rest["export_taxes_and_rents"] = _export_wedges(along, equilibria)
    if path.subsidy is not None or economy.profit_share is not None:
        rest["production_wedges"] = _production_wedges(path, along, economy)
    if path.productivity is not None:
        rest["productivity"] = _productivity(path, along, economy)
    if closure.labour != "fixed":
        rest["employment_effect"] = _employment(along, equilibria, closure)
    for name, value in rest.items():
        parts[name] = path.weights @ (value / along.value[1:-1])
    total = np.log(equilibria[-1].welfare / equilibria[0].welfare)
    parts["remainder"] = total - sum(parts.values())
    return Decomposition(
        parts, flows | _price_flows(path, along, equilibria, economy, elasticities)
    )


def _along(path: Path, equilibria: list[Equilibrium], premia: Premia) -> _Along:
    price = np.log(np.stack([e.cost for e in equilibria]))
    if path.subsidy is not None:
        price = price + np.log1p(-path.subsidy)
    border = price[:, :, None, :] + premia.log + premia.log_paid
    if path.export_tax is not None:
        border = border + np.log1p(path.export_tax)
    return _Along(
        slope=_derivative_matrix(path.points)[1:-1],
        premia=premia,
        trade=np.stack([e.trade for e in equilibria]) * np.exp(premia.log_paid),
        border=border,
        price=price,
        sales=np.stack([e.sales for e in equilibria]),
        value=np.stack([e.consumer_price * e.welfare for e in equilibria]),
    )


def _derivative_matrix(points: Array) -> Array:
    """Return the matrix that differentiates the polynomial through values at `points`."""
    gaps = points[:, None] - points[None, :] + np.eye(points.size)
    barycentric = 1.0 / gaps.prod(1)
    matrix = barycentric[None, :] / barycentric[:, None] / gaps
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(1))
    return matrix


def _trade_flows(path: Path, a: _Along) -> dict[str, Array]:
    """Return the parts that come with flows, `[n, partner, j]`."""
    inner = a.trade[1:-1]
    priced = inner * a.derivative(a.border)
    extra = inner * path.cost_slope
    duty = (1.0 + path.tariff[1:-1]) * np.exp(-a.premia.log_paid[1:-1]) - 1.0
    volume = duty * (a.derivative(a.trade) - priced - extra)
    # a home flow is its country's export and import, so it cancels from the terms of trade
    home = np.eye(inner.shape[1], dtype=bool)[:, :, None]
    priced = np.where(home, 0.0, priced)
    share = path.weights[:, None] / a.value[1:-1]

    def as_exporter(x: Array) -> Array:
        return np.einsum("qi,qinj->inj", share, x)

    def as_importer(x: Array) -> Array:
        return np.einsum("qn,qinj->nij", share, x)

    return {
        "terms_of_trade_exports": as_exporter(priced),
        "terms_of_trade_imports": -as_importer(priced),
        "volume_of_trade": as_importer(volume),
        "trade_costs": -as_importer(extra),
    }


def _price_flows(
    path: Path,
    a: _Along,
    equilibria: list[Equilibrium],
    economy: Economy,
    elasticities: Elasticities,
) -> dict[str, Array]:
    """Return what each flow adds to the log of consumer prices over the wage, `[n, origin, j]`.

    At home `price_suppliers` is what the sector's own factors add.
    """
    paid = a.trade[1:-1] * np.exp(-a.premia.log_paid[1:-1]) * (1.0 + path.tariff[1:-1])
    share = _ratio(paid, paid.sum(1, keepdims=True))
    wage = np.log(np.stack([e.wage for e in equilibria]))
    supplied = a.derivative(a.border - a.premia.log_paid - wage[:, None, :, None])
    duty = (path.tariff[-1] - path.tariff[0]) / (1.0 + path.tariff[1:-1])
    users = (share * (supplied + duty + path.cost_slope)).sum(1)
    inputs = _input_shares(path, a, equilibria, economy, elasticities)
    at_home = np.arange(share.shape[1])
    supplied[:, at_home, at_home] -= np.einsum("qnjk,qnj->qnk", inputs, users)
    price = np.stack([e.price for e in equilibria])[1:-1]
    final = np.asarray(economy.final_share) * price ** (1.0 - np.asarray(elasticities.final))
    final = _ratio(final, final.sum(2, keepdims=True))
    rounds = np.eye(final.shape[2]) - inputs * share[:, at_home, at_home][:, :, None, :]
    needed = np.linalg.solve(rounds, final[..., None])[..., 0]
    share = share * (needed[:, None] * path.weights[:, None, None, None])
    return {
        "price_suppliers": np.einsum("qinj,qinj->nij", share, supplied),
        "price_duties": np.einsum("qinj,qinj->nij", share, duty),
        "price_trade_costs": np.einsum("qinj,qinj->nij", share, path.cost_slope),
    }


def _input_shares(
    path: Path,
    a: _Along,
    equilibria: list[Equilibrium],
    economy: Economy,
    elasticities: Elasticities,
) -> Array:
    """Return the share of each input in the sector's cost at the inner points, `[q, n, j, k]`."""
    bill = _cost_bill(path, a, economy)[1:-1]
    added = np.stack([e.value_added for e in equilibria])[1:-1]
    price = np.stack([e.price for e in equilibria])[1:-1]
    pull = price ** (1.0 - np.asarray(elasticities.materials))
    mix = np.asarray(economy.material_share) * pull[..., None]
    return _ratio(mix, mix.sum(2, keepdims=True)) * _ratio(bill - added, bill)[:, :, None, :]


def _ratio(x: Array, total: Array) -> Array:
    """Return x / total, zero where there is nothing."""
    return np.divide(x, total, out=np.zeros(x.shape), where=np.broadcast_to(total > 0, x.shape))


def _cost_bill(path: Path, a: _Along, economy: Economy) -> Array:
    """Return what sectors spend on factors and inputs, `[p, n, k]`."""
    bill = a.sales
    if path.subsidy is not None:
        bill = bill / (1.0 - path.subsidy)
    if economy.profit_share is not None:
        bill = bill * (1.0 - np.asarray(economy.profit_share))
    return bill


def _export_wedges(a: _Along, equilibria: list[Equilibrium]) -> Array:
    """Return what taxed or limited exports are worth above their cost, burnt and shared rents."""
    wedge = a.border - a.price[:, :, None, :]
    shipped = a.derivative(a.trade) - a.trade[1:-1] * a.derivative(a.border)
    out = (-np.expm1(-wedge[1:-1]) * shipped).sum((2, 3))
    rent = a.premia.rent_share * np.exp(-a.premia.log_paid) * a.trade
    used = (a.premia.used * rent).sum(2)
    out -= (a.derivative(used) - used[1:-1] * a.derivative(a.price)).sum(2)
    own = (a.premia.kept * rent).sum((1, 3))
    earned = ((1.0 - a.premia.used - a.premia.kept) * rent).sum((2, 3))
    return out + a.derivative(np.stack([e.rents for e in equilibria]) - own - earned)


def _production_wedges(path: Path, a: _Along, economy: Economy) -> Array:
    gain = np.zeros_like(a.sales) if path.subsidy is None else np.array(path.subsidy)
    over_cost = 1.0 - gain
    if economy.profit_share is not None:
        over_cost = over_cost / (1.0 - np.asarray(economy.profit_share))
    made = a.derivative(a.sales) - a.sales[1:-1] * a.derivative(a.price)
    return ((1.0 - 1.0 / over_cost[1:-1]) * made).sum(2)


def _productivity(path: Path, a: _Along, economy: Economy) -> Array:
    assert path.productivity is not None
    bill = _cost_bill(path, a, economy)
    return (bill[1:-1] * a.derivative(np.log(path.productivity))).sum(2)


def _employment(a: _Along, equilibria: list[Equilibrium], closure: Closure) -> Array:
    """Return the value of more work, less its disutility (elastic labour only)."""
    log_employment = np.log(np.stack([e.employment for e in equilibria]))
    added = np.stack([e.value_added for e in equilibria])
    labour = 1.0 if closure.factors is None else 1.0 - np.asarray(closure.factors.specific)
    paid = (labour * added).sum(2)[1:-1] * a.derivative(log_employment)
    effort = np.stack([e.consumer_price for e in equilibria])[1:-1] * a.derivative(
        np.stack([e.leisure_cost for e in equilibria])
    )
    return paid - effort
