"""Uniform duties: the closed form, the search, and a program that knows neither."""

from __future__ import annotations

import numpy as np
import pytest

from solving import economy, elasticities
from tables import COUNTRIES, SECTORS, Table
from tradetalks.errors import BadNumber
from tradetalks.model import Closure
from tradetalks.talks import nash_at_held_wages, nash_by_formula, uniform_nash

SIGMA = 4.0


def pure(seed: int, n: int) -> Table:
    """A balanced table without inputs and duties."""
    draw = np.random.default_rng(seed)
    flow = draw.uniform(0.2, 1.0, (n, n, SECTORS))
    flow = flow + flow.transpose(1, 0, 2)
    flow[range(n), range(n)] *= 4.0
    none = np.zeros((n, SECTORS, SECTORS))
    return Table(flow, np.zeros_like(flow), none, flow.sum(0), flow.sum(1))


@pytest.mark.parametrize("seed", [1, 2])
def test_two_countries_exactly(seed: int) -> None:
    table = pure(seed, 2)
    found = uniform_nash(economy(table), elasticities(SIGMA, final=1.0), Closure("balanced"))
    formula = nash_by_formula(table.trade, table.tariff, np.full(SECTORS, SIGMA - 1.0))
    np.testing.assert_allclose(found, formula.duty, atol=1e-6)


def test_four_countries_nearly() -> None:
    """Third wages are held fixed by the formula: near, and equal where they are held."""
    table = pure(3, COUNTRIES)
    found = uniform_nash(economy(table), elasticities(SIGMA, final=1.0), Closure("balanced"))
    formula = nash_by_formula(table.trade, table.tariff, np.full(SECTORS, SIGMA - 1.0))
    gap = np.abs(found - formula.duty)
    assert 1e-5 < gap.max() < 0.02
    assert (formula.welfare < 1.0).all(), "everybody loses a war of equals"
    held = nash_at_held_wages(table.trade, table.tariff, np.full(SECTORS, SIGMA - 1.0))
    np.testing.assert_allclose(held.duty, formula.duty, atol=1e-9)


def test_held_wages_make_the_formula_exact_with_many_sectors() -> None:
    """Derivatives of the equilibrium conditions, not the formula, give its duties."""
    table = pure(4, COUNTRIES)
    theta = np.linspace(2.0, 7.0, SECTORS)
    formula = nash_by_formula(table.trade, table.tariff, theta)
    held = nash_at_held_wages(table.trade, table.tariff, theta)
    np.testing.assert_allclose(held.duty, formula.duty, atol=1e-9)
    np.testing.assert_allclose(held.wage, formula.wage, atol=1e-9)


def test_the_formula_refuses_what_it_does_not_cover() -> None:
    table = pure(1, 2)
    with pytest.raises(BadNumber, match="zero or less"):
        nash_by_formula(table.trade, table.tariff, np.zeros(SECTORS))
    lopsided = table.trade.copy()
    lopsided[0, 1] *= 2.0
    with pytest.raises(BadNumber, match="not balanced"):
        nash_by_formula(lopsided, table.tariff, np.full(SECTORS, 3.0))
