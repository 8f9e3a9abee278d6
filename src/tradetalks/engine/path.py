"""The path of a shock, and the exact decomposition of real income along it.

Totally differentiating budgets and zero profits (Shephard's lemma) gives, for country n with
final spending E, value before duty V, duty rate t, unit cost c, trade cost d and V = Q c d,

    E dln W = sum_exports V dln c_n - sum_imports V dln c_i     terms of trade
            + sum t V dln Q                                     volume of trade
            - sum V dln d                                       trade costs
            + dD                                                transfers (the deficit rule)

The four are integrated from the reference to the scenario by Gauss-Legendre quadrature, with
derivatives of the polynomial through the solved points, so they add up to the log change of
real income up to the quadrature's error. A flow that is shut follows its share down to zero,
so that every integrand is finite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import NoAnswer
from tradetalks.model import Equilibrium

Array = NDArray[np.float64]

NODES = 8
"""Points inside the path at which the economy is solved, besides its two ends."""


@dataclass(frozen=True)
class Path:
    """Shocks along the way, index `[point, exporter, importer, sector]`; ends included.

    `cost_slope` is the derivative of the log trade cost at the inner points.
    """

    points: Array
    weights: Array
    tariff: Array
    iceberg: Array
    cost_slope: Array


def path_between(tariff: tuple[Array, Array], iceberg: tuple[Array, Array], sigma: Array) -> Path:
    """Return the path from the first to the second of two shocks `[i, n, j]`.

    Raises `NoAnswer` where a flow is shut that its users cannot do without (sigma <= 1).
    """
    x, w = np.polynomial.legendre.leggauss(NODES)
    points = np.concatenate([[0.0], 0.5 * (x + 1.0), [1.0]])
    s = points[:, None, None, None]
    duties = (1.0 - s) * tariff[0] + s * tariff[1]
    before, after = iceberg
    if np.array_equal(before, after):
        costs = np.broadcast_to(before, duties.shape)
        return Path(points, 0.5 * w, duties, costs, np.zeros((NODES, *before.shape)))
    shut = ~(np.isfinite(before) & np.isfinite(after))
    if np.any(shut & (sigma <= 1.0)):
        raise NoAnswer(
            "a flow cannot be shut where the elasticity among origins is one or less: "
            "no finite price makes its users do without it.",
            cure="Choose a longer horizon or an elasticity above one.",
        )
    a = np.broadcast_to(1.0 - sigma, before.shape)
    power = np.where(shut, a, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # shut flows: linear in the share factor d^(1-sigma); others: linear in log d
        start = np.where(shut, before**power, np.log(before))
        end = np.where(shut, after**power, np.log(after))
        level = (1.0 - s) * start + s * end
        costs = np.where(shut, level ** (1.0 / power), np.exp(np.where(shut, 0.0, level)))
        inner = level[1:-1]
        slope = np.where(shut, (end - start) / (power * inner), end - start)
    return Path(points, 0.5 * w, duties, costs, slope)


def _derivative_matrix(points: Array) -> Array:
    """Return the matrix that differentiates the polynomial through values at `points`."""
    gaps = points[:, None] - points[None, :] + np.eye(points.size)
    barycentric = 1.0 / gaps.prod(1)
    matrix = barycentric[None, :] / barycentric[:, None] / gaps
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(1))
    return matrix


def decompose(path: Path, equilibria: list[Equilibrium]) -> dict[str, Array]:
    """Return contributions `[n]` in log points to the change of real income along a path.

    `equilibria` are those at `path.points`. Keys: terms_of_trade, volume_of_trade,
    trade_costs, remainder (transfers under the deficit rule), which sum to the log change.
    """
    slope = _derivative_matrix(path.points)[1:-1]
    log_cost = np.log(np.stack([e.cost for e in equilibria]))
    trade = np.stack([e.trade for e in equilibria])
    d_cost = np.einsum("qp,pij->qij", slope, log_cost)
    d_trade = np.einsum("qp,pinj->qinj", slope, trade)
    inner = trade[1:-1]
    expenditure = np.stack([e.expenditure for e in equilibria])[1:-1]

    priced = inner * d_cost[:, :, None, :]
    gains = priced.sum((2, 3)) - priced.sum((1, 3))
    extra = inner * path.cost_slope
    volume = (path.tariff[1:-1] * (d_trade - priced - extra)).sum((1, 3))
    parts = {
        "terms_of_trade": gains,
        "volume_of_trade": volume,
        "trade_costs": -extra.sum((1, 3)),
    }
    out = {name: path.weights @ (value / expenditure) for name, value in parts.items()}
    total = np.log(equilibria[-1].welfare / equilibria[0].welfare)
    out["remainder"] = total - out["terms_of_trade"] - out["volume_of_trade"] - out["trade_costs"]
    return out
