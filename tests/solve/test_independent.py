"""The equilibrium against an independent program: SciPy's root finder on textbook equations."""

import numpy as np
import pytest
from scipy.optimize import root

from solving import economy, elasticities, raised, shock
from tables import balanced
from tradetalks.solve import solve


def _textbook_welfare(table, sigma, domestic, materials, factor, final, tariff):
    """Solve in levels, cell by cell, with none of the model's code; return real income [n]."""
    N, S = table.final.shape
    t0, t1 = table.tariff, tariff
    gross = table.trade * (1 + t0)
    X0 = gross.sum(0)
    home = np.stack([gross[n, n] for n in range(N)])
    foreign = X0 - home
    VA0, Y0 = table.value_added, table.trade.sum(1)
    deficit = table.final.sum(1) - VA0.sum(1) - (table.trade * t0).sum((0, 2))
    world = VA0.sum()

    def unpack(x):
        return np.exp(x[:N]), np.exp(x[N : N + N * S]).reshape(N, S), np.exp(x[N + N * S :])

    def parts(x):
        w, P, y = unpack(x)
        Y = y.reshape(N, S) * Y0
        c = np.empty((N, S))
        demand = np.zeros((N, S))
        va = np.empty((N, S))
        for n in range(N):
            for k in range(S):
                m0 = table.intermediate[n, :, k]
                omega = m0 / m0.sum()
                m = (omega @ P[n] ** (1 - materials)) ** (1 / (1 - materials))
                b = VA0[n, k] / Y0[n, k]
                top = b * w[n] ** (1 - factor) + (1 - b) * m ** (1 - factor)
                c[n, k] = top ** (1 / (1 - factor))
                va[n, k] = Y[n, k] * b * w[n] ** (1 - factor) / top
                bill = Y[n, k] - va[n, k]
                demand[n] += bill * omega * (P[n] / m) ** (1 - materials)
        price = np.empty((N, S))
        share = np.zeros((N, N, S))
        for n in range(N):
            for j in range(S):
                p = c[:, j] * (1 + t1[:, n, j]) / (1 + t0[:, n, j])
                pi = gross[:, n, j] / foreign[n, j]
                pi[n] = 0
                pm = (pi @ p ** (1 - sigma)) ** (1 / (1 - sigma))
                h = home[n, j] / X0[n, j]
                top = h * p[n] ** (1 - domestic) + (1 - h) * pm ** (1 - domestic)
                price[n, j] = top ** (1 / (1 - domestic))
                share[:, n, j] = (1 - h) * pm ** (1 - domestic) / top
                share[:, n, j] *= pi * (p / pm) ** (1 - sigma)
                share[n, n, j] = h * p[n] ** (1 - domestic) / top
        alpha = table.final / table.final.sum(1, keepdims=True)
        PC = ((alpha * price ** (1 - final)).sum(1)) ** (1 / (1 - final))
        a = alpha * (price / PC[:, None]) ** (1 - final)
        # revenue needs spending, which needs income: linear in E, solved country by country
        rate = (share * t1 / (1 + t1)).sum(0)
        E = (w * VA0.sum(1) + deficit + (rate * demand).sum(1)) / (1 - (rate * a).sum(1))
        X = a * E[:, None] + demand
        sales = (share * X[None] / (1 + t1)).sum(1)
        return w, P, Y, price, sales, va, E, PC

    def gap(x):
        w, P, Y, price, sales, va, _, _ = parts(x)
        wage = va.sum(1) / (w * VA0.sum(1)) - 1
        wage[-1] = (w * VA0.sum(1)).sum() / world - 1  # numeraire in place of one market
        return np.concatenate([wage, np.log(price / P).ravel(), np.log(sales / Y).ravel()])

    found = root(gap, np.zeros(N + 2 * N * S), method="hybr", tol=1e-13)
    assert np.abs(found.fun).max() < 1e-9
    *_, E, PC = parts(found.x)
    return E / PC


@pytest.mark.parametrize("seed", [1, 7])
def test_nested_ces_equals_textbook_equations(seed):
    table = balanced(seed)
    new = raised(table, 0.54)
    new[0, 1] += 0.34
    expected = _textbook_welfare(table, 2.53, 1.19, 0.2, 0.5, 0.9, new)
    got = solve(economy(table), elasticities(2.53, 1.19), shock(table, new)).require().welfare
    np.testing.assert_allclose(got, expected, rtol=1e-8)
