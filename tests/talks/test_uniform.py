"""Uniform duties: the closed form, the search, and a program that knows neither."""

from __future__ import annotations

import numpy as np
import pytest

from solving import economy, elasticities
from tables import COUNTRIES, SECTORS, Table
from tradetalks.errors import BadNumber
from tradetalks.model import Closure
from tradetalks.talks import (
    nash_at_held_wages,
    nash_by_exact_formula,
    nash_by_formula,
    uniform_nash,
)
from tradetalks.validation.economies import one_nest

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


@pytest.mark.parametrize("theta", [np.full(SECTORS, 3.0), np.linspace(2.0, 7.0, SECTORS)])
def test_the_exact_formula_is_the_search(theta: np.ndarray) -> None:
    """All wages move: analytic shares against first-order conditions by the adjoint."""
    table = pure(3, COUNTRIES)
    found = uniform_nash(economy(table), one_nest(1.0 + theta), Closure("balanced"))
    exact = nash_by_exact_formula(table.trade, table.tariff, theta)
    np.testing.assert_allclose(found, exact.duty, atol=1e-7)
    formula = nash_by_formula(table.trade, table.tariff, theta)
    assert np.abs(formula.duty - exact.duty).max() > 1e-4


def test_with_two_countries_both_formulas_are_one() -> None:
    """And with many sectors only as the appendix derives it, not as equation 13 prints it."""
    table, theta = pure(2, 2), np.linspace(2.0, 7.0, SECTORS)
    exact = nash_by_exact_formula(table.trade, table.tariff, theta)
    given = table.trade, table.tariff, theta
    np.testing.assert_allclose(nash_by_formula(*given).duty, exact.duty, atol=1e-10)
    printed = nash_by_formula(*given, as_printed=True)
    assert np.abs(printed.duty - exact.duty).max() > 1e-5
    alike = table.trade, table.tariff, np.full(SECTORS, 4.0)
    np.testing.assert_allclose(
        nash_by_formula(*alike).wage, nash_by_exact_formula(*alike).wage, atol=1e-10
    )


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
