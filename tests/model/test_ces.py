"""The CES forms against textbook formulas and against their limit."""

import jax
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.model.ces import deviation, exponent, log_index, power

prices = st.lists(st.floats(-1.0, 1.0), min_size=3, max_size=3).map(np.array)
SHARES = np.array([0.2, 0.5, 0.3])


@given(prices, st.floats(0.05, 12.0))
def test_the_index_is_the_textbook_power_mean(log_price, elasticity):
    with jax.enable_x64(True):
        a = float(exponent(np.asarray(elasticity)))
        got = float(log_index((SHARES * deviation(log_price, a)).sum(), a))
    if abs(a) > 1e-4:
        expected = np.log((SHARES * np.exp(a * log_price)).sum()) / a
        np.testing.assert_allclose(got, expected, atol=1e-11)


@given(prices)
def test_elasticity_one_is_the_geometric_mean(log_price):
    with jax.enable_x64(True):
        a = exponent(np.asarray(1.0))
        got = float(log_index((SHARES * deviation(log_price, a)).sum(), a))
    np.testing.assert_allclose(got, SHARES @ log_price, atol=1e-11)


@given(prices, st.floats(1e-9, 1e-5))
def test_the_index_is_continuous_at_elasticity_one(log_price, step):
    with jax.enable_x64(True):
        values = []
        for elasticity in (1.0 - step, 1.0 + step):
            a = exponent(np.asarray(elasticity))
            values.append(float(log_index((SHARES * deviation(log_price, a)).sum(), a)))
    assert abs(values[0] - values[1]) < 2 * step * (1 + np.var(log_price))


@given(prices, st.floats(0.05, 12.0))
def test_value_shares_add_up(log_price, elasticity):
    with jax.enable_x64(True):
        a = exponent(np.asarray(elasticity))
        d = deviation(log_price, a)
        total = power((SHARES * d).sum(), a)
        np.testing.assert_allclose(float((SHARES * power(d, a) / total).sum()), 1.0, atol=1e-12)


def test_a_nest_cut_off_whole_has_a_finite_price_and_no_spending():
    with jax.enable_x64(True):
        a = exponent(np.asarray(2.5))
        shut = (SHARES * deviation(np.full(3, np.inf), a)).sum()
        price = float(log_index(shut, a))
    assert np.isfinite(price)
    assert price > 100
