"""The parts of an ensemble: distributions, designs, worlds with errors, what drives a number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.data import load_world
from tradetalks.ensemble.design import BATCH, BLOCK, Design, Saltelli
from tradetalks.ensemble.evaluate import case_of
from tradetalks.ensemble.worlds import carved_anew, with_noise
from tradetalks.results.draws import Parameter, between_batches, drivers, quantiles, sobol
from tradetalks.scenario import load_scenario

PIECE = Parameter("x", "x", "draw", 2.0, 1.0, 6.0, "assumed", "U", ("low",))


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_quantile_functions_rise(a: float, b: float) -> None:
    low, high = PIECE.at([min(a, b), max(a, b)])
    assert 0.0 < low <= high


def test_percentiles_are_those_that_were_written() -> None:
    assert PIECE.at([0.05, 0.5, 0.95]) == pytest.approx([1.0, 2.0, 6.0])
    choice = Parameter("c", "c", "draw", 0, 0, 2, "", "U", (), options=("a", "b", "c"))
    assert choice.at([0.0, 0.4, 1.0]).tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("horizon", ["short", "medium", "long"])
def test_the_median_is_the_central_set_and_every_figure_has_a_source(horizon: str) -> None:
    case = case_of(load_scenario("truce-lapses-by-law").replace(horizon=horizon))
    central = next(s for s in case.sets if s.central)
    for p in case.space:
        assert p.source
        assert p.evidence in ("V", "S", "U", "P")
        if p.name in ("materials", "value_added", "final"):
            assert p.median == getattr(central, p.name)
        if p.name == "sigma":
            assert (central.sigma == p.median).all()
        if p.name == "sigma_domestic":
            assert (central.sigma_domestic == p.median).all()


def test_blocks_of_a_design_do_not_depend_on_what_came_before() -> None:
    design = Design(5, 2, 7)
    draws, worlds = design.block(3)
    assert draws.shape == (BLOCK, 5)
    assert worlds.shape == (BLOCK // BATCH, 2)
    assert np.array_equal(draws, Design(5, 2, 7).block(3)[0])
    assert not np.array_equal(draws, design.block(2)[0])
    assert abs(design.block(0)[0].mean(0) - 0.5).max() < 0.01  # evenly spread


def test_noise_keeps_what_countries_sell_and_buy() -> None:
    world = load_world()
    noisy = with_noise(world, 0.2, np.random.default_rng(3))
    assert all(check.passed for check in noisy.checks())
    assert noisy.trade.sum(1) == pytest.approx(world.trade.sum(1), rel=1e-12)
    assert noisy.trade.sum(0) == pytest.approx(world.trade.sum(0), rel=1e-3, abs=1e-6)
    abroad = (world.trade > 1.0) & ~np.eye(len(world.countries), dtype=bool)[:, :, None]
    moved = np.log(noisy.trade[abroad] / world.trade[abroad])
    assert 0.15 < moved.std() < 0.25


def test_goods_of_another_size_fit_or_are_tamed() -> None:
    scenario = load_scenario("rare-earth-ban")
    goods = load_world(scenario.world, scenario.regions, goods=scenario.goods).carved
    good = next(g for g in goods if g.code == "API")
    world, kept = carved_anew(scenario, goods, {"API": 0.8}, 1.0)
    column = world.sectors.index("API")
    assert kept == 1.0
    assert world.trade[:, :, column].sum() == pytest.approx(0.8 * good.market, rel=0.02)
    _, tamed = carved_anew(scenario, goods, {good.code: 50.0 for good in goods}, 1.0)
    assert tamed < 1.0


def test_drivers_of_a_known_function() -> None:
    u = Design(3, 0, 1).block(0)[0]
    y = 3.0 * u[:, 0] + u[:, 1]
    drawn = {"a": u[:, 0], "b": u[:, 1], "c": u[:, 2]}
    rows = {r["parameter"]: r for r in drivers(y, drawn)}
    assert rows["a"]["variance_share"] == pytest.approx(0.9, abs=0.03)
    assert rows["b"]["variance_share"] == pytest.approx(0.1, abs=0.02)
    assert rows["c"]["variance_share"] < 0.02
    assert rows["a"]["high"] - rows["a"]["low"] == pytest.approx(2.7, abs=0.1)


def test_variance_between_batches() -> None:
    random = np.random.default_rng(1)
    worlds = np.repeat(random.standard_normal(200), BATCH)
    draws = random.standard_normal(200 * BATCH)
    assert between_batches(worlds + draws, BATCH) == pytest.approx(0.5, abs=0.1)
    assert between_batches(draws, BATCH) < 0.02


def test_sobol_indices_of_a_known_function() -> None:
    design = Saltelli(2, 1024, 1)
    blocks = [design.block(k)[0] for k in range(-(-design.total // BLOCK))]
    u = np.concatenate(blocks)
    assert u.shape == (design.total, 2)
    y = (u[:, 0] - 0.5) + (u[:, 0] - 0.5) * (u[:, 1] - 0.5)
    first, total = sobol(y[:1024], y[1024:2048], y[2048:].reshape(2, 1024))
    whole = 1 / 12 + 1 / 144
    assert first == pytest.approx([(1 / 12) / whole, 0.0], abs=0.02)
    assert total == pytest.approx([1.0, (1 / 144) / whole], abs=0.02)


def test_quantiles_leave_out_what_has_no_answer() -> None:
    q = quantiles("x", np.array([np.nan, -1.0, 0.0, 1.0, 2.0]))
    assert (q.draws, q.values[2], q.negative) == (4, 0.5, 0.25)
