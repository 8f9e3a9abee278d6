"""What must always hold, whatever the numbers (design: model, "What must always hold")."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solving import economy, elasticities, raised, shock
from tables import COUNTRIES, SECTORS, Table, balanced, seeds
from tradetalks.model import Closure
from tradetalks.solve import solve, solve_batch, value_and_gradient

sigmas = st.floats(1.5, 8.0)
inner = st.floats(0.1, 1.5)
points = st.floats(-0.1, 1.5)
deficits = st.sampled_from(["fixed_world_share", "gni_share", "balanced"])


@given(seeds, sigmas, inner)
def test_no_shock_no_change(seed, sigma, materials):
    table = balanced(seed)
    solution = solve(economy(table), elasticities(sigma, 1.3, materials), shock(table))
    e = solution.require()
    np.testing.assert_allclose(e.welfare, table.final.sum(1), rtol=1e-10)
    np.testing.assert_allclose(e.trade, table.trade, rtol=1e-10)


@given(seeds, sigmas, inner, points, deficits)
def test_budgets_and_markets_close(seed, sigma, materials, added, rule):
    table = balanced(seed)
    new = raised(table, added)
    solution = solve(
        economy(table), elasticities(sigma, 1.2, materials), shock(table, new), Closure(rule)
    )
    e = solution.require()
    assert abs(solution.status.walras) < 1e-9
    # world income is world spending, and every producer's sales are someone's purchases
    assert e.expenditure.sum() == pytest.approx((e.factor_income + e.revenue).sum(), rel=1e-9)
    np.testing.assert_allclose(e.trade.sum(1), e.sales, rtol=1e-8)
    np.testing.assert_allclose(e.value_added.sum(1), e.factor_income, rtol=1e-8)
    np.testing.assert_allclose((e.trade * new).sum((0, 2)), e.revenue, rtol=1e-7, atol=1e-6)


@given(seeds, sigmas, points)
def test_twice_the_money_nothing_real_changes(seed, sigma, added):
    table = balanced(seed)
    double = table.scaled(2.0)
    el = elasticities(sigma, 1.2)
    one = solve(economy(table), el, shock(table, raised(table, added))).require()
    two = solve(economy(double), el, shock(double, raised(double, added))).require()
    np.testing.assert_allclose(two.trade, 2.0 * one.trade, rtol=1e-7)
    np.testing.assert_allclose(two.consumer_price, one.consumer_price, rtol=1e-8)


@given(seeds, points, st.permutations(range(COUNTRIES)))
def test_relabelling_countries_permutes_results(seed, added, order):
    table = balanced(seed)
    new = raised(table, added)
    moved = table.relabelled(order)
    el = elasticities(3.0, 1.2)
    one = solve(economy(table), el, shock(table, new)).require()
    two = solve(economy(moved), el, shock(moved, new[np.ix_(order, order)])).require()
    np.testing.assert_allclose(two.welfare, one.welfare[order], rtol=1e-8)
    np.testing.assert_allclose(two.trade, one.trade[np.ix_(order, order)], rtol=1e-6)


@given(seeds, points)
def test_a_tariff_on_a_zero_flow_does_nothing(seed, added):
    table = balanced(seed)
    trade = table.trade.copy()
    trade[1, 0, 0] = 0.0
    absorption = (trade * (1 + table.tariff)).sum(0)
    scale = absorption / absorption.sum(0)  # keep final demand positive
    assert (scale > 0).all()
    final = absorption - table.intermediate.sum(2)
    added_value = trade.sum(1) - table.intermediate.sum(1)
    if (final <= 0).any() or (added_value <= 0).any():
        return
    gap = Table(trade, table.tariff, table.intermediate, final, added_value)
    new = gap.tariff.copy()
    new[1, 0, 0] += max(added, 0.0)
    e = solve(economy(gap), elasticities(3.0, 1.2), shock(gap, new)).require()
    np.testing.assert_allclose(e.welfare, gap.final.sum(1), rtol=1e-10)


@given(seeds, st.floats(0.05, 1.0))
def test_gradient_is_the_finite_difference(seed, added):
    table = balanced(seed)
    new = raised(table, added)
    el, ec = elasticities(3.0, 1.2), economy(table)
    value, slope = value_and_gradient(log_welfare, ec, el, shock(table, new))
    assert value == pytest.approx(float(np.log(_welfare(ec, el, table, new)[0])), rel=1e-9)
    step = 1e-5
    for j in range(SECTORS):
        up, down = new.copy(), new.copy()
        up[1, 0, j] += step
        down[1, 0, j] -= step
        difference = np.log(_welfare(ec, el, table, up)[0] / _welfare(ec, el, table, down)[0])
        assert slope.tariff[j, 0, 1] == pytest.approx(difference / (2 * step), rel=1e-3, abs=1e-7)


def log_welfare(e):
    return jnp.log(e.welfare[0])


def _welfare(ec, el, table, tariff):
    return solve(ec, el, shock(table, tariff)).require().welfare


@given(seeds, sigmas, points)
def test_two_identical_countries_that_do_not_trade_are_one(seed, sigma, added):
    """Merging two halves of a country that do not trade with each other changes nothing."""
    whole = balanced(seed, n=COUNTRIES - 1)
    half = _split_last(whole)
    el = elasticities(sigma, 1.2)
    one = solve(economy(whole), el, shock(whole, raised(whole, added))).require()
    two = solve(economy(half), el, shock(half, raised(half, added))).require()
    np.testing.assert_allclose(two.welfare[:2], one.welfare[:2], rtol=1e-7)
    np.testing.assert_allclose(two.welfare[2] + two.welfare[3], one.welfare[2], rtol=1e-7)
    assert two.welfare[2] == pytest.approx(two.welfare[3], rel=1e-7)


def _split_last(table: Table) -> Table:
    """Return the table with its last country as two halves, each selling at home only."""
    n = table.final.shape[0]
    keep = [*range(n - 1), n - 1, n - 1]
    weight = np.r_[np.ones(n - 1), 0.5, 0.5]
    trade = table.trade[np.ix_(keep, keep)] * weight[:, None, None] * weight[None, :, None]
    last, twin = n - 1, n
    trade[last, last] = trade[twin, twin] = 0.5 * table.trade[-1, -1]
    trade[last, twin] = trade[twin, last] = 0.0
    column = weight[:, None]
    return Table(
        trade,
        table.tariff[np.ix_(keep, keep)],
        table.intermediate[keep] * column[:, :, None],
        table.final[keep] * column,
        table.value_added[keep] * column,
    )


def test_a_batch_is_its_singles():
    table = balanced(3)
    ec, el = economy(table), elasticities(3.0, 1.2)
    shocks = [shock(table, raised(table, x)) for x in (0.1, 0.5, 2.0)]
    with jax.enable_x64(True):
        stacked = jax.tree.map(lambda *x: jnp.stack(x), *shocks)
    together = solve_batch(ec, el, stacked)
    for alone, member in zip(shocks, together, strict=True):
        single = solve(ec, el, alone).require()
        np.testing.assert_allclose(member.require().welfare, single.welfare, rtol=1e-12)


def test_a_shut_flow_is_gone_and_the_rest_closes():
    table = balanced(5)
    iceberg = np.ones_like(table.tariff)
    iceberg[1, 0] = np.inf
    solution = solve(economy(table), elasticities(2.5, 1.2), shock(table, None, iceberg))
    e = solution.require()
    assert e.trade[1, 0].max() == 0.0
    np.testing.assert_allclose(e.trade.sum(1), e.sales, rtol=1e-8)
    assert e.welfare[0] < table.final[0].sum()
