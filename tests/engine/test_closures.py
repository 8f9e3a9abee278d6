"""Closures and horizons reached from a scenario: what must hold, and what must differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_worlds import ask, central, random_world

import tradetalks as tt
from tables import seeds
from tradetalks.data import elasticity_sets
from tradetalks.engine import simulate
from tradetalks.engine.report import assumptions_of
from tradetalks.scenario import Tariff

HORIZONS = ("short", "medium", "long")
CLOSURES = (
    {"labour": "sorting", "capital": "specific"},
    {"labour": "specific", "capital": "specific", "employment": "elastic"},
    {"employment": "elastic", "revenue": "income_tax_cut"},
    {"employment": "rigid", "deficit": "gni_share"},
)
few = settings(max_examples=4, deadline=None)
duty = Tariff(importer="AAA", exporter="BBB", add=0.3)


@few
@given(seeds)
def test_no_shock_no_change(seed):
    world = random_world(seed)
    for horizon in HORIZONS:
        run = simulate(ask(horizon=horizon), world)
        assert np.abs(central(run, "real_income")).max() < 1e-7
        assert np.abs(central(run, "wage")).max() < 1e-7
    for closures in CLOSURES:
        run = simulate(ask(closures=closures), world)
        assert np.abs(central(run, "real_income")).max() < 1e-7
        if "employment" in closures:
            assert np.abs(central(run, "employment")).max() < 1e-7


@few
@given(seeds, st.sampled_from(range(len(CLOSURES))), st.floats(0.05, 0.8))
def test_accounts_add_up_whatever_the_closure(seed, which, rate):
    world = random_world(seed)
    scenario = ask(duty.model_copy(update={"add": rate}), closures=CLOSURES[which])
    run = simulate(scenario, world)
    assert run.status["walras"] < 1e-9
    levels = {k: central(run, k) + central(run, f"{k}_reference")
              for k in ("exports", "imports", "gdp", "expenditure", "value_added",
                        "tariff_revenue")}  # fmt: skip
    assert levels["exports"].sum() == pytest.approx(levels["imports"].sum(), rel=1e-8)
    assert levels["gdp"].sum() == pytest.approx(levels["expenditure"].sum(), rel=1e-8)
    income = levels["value_added"].sum(1) + levels["tariff_revenue"]
    np.testing.assert_allclose(income, levels["gdp"], rtol=1e-8)


@few
@given(seeds, st.floats(0.1, 0.6))
def test_output_moves_less_where_factors_cannot(seed, rate):
    """Sectors of the taxed exporter shrink and grow less, the fewer factors can follow."""
    world = random_world(seed)
    spread = []
    for closures in (
        {"labour": "mobile", "capital": "mobile"},
        {"labour": "mobile", "capital": "specific"},
        {"labour": "specific", "capital": "specific"},
    ):
        asked = ask(duty.model_copy(update={"add": rate}), closures=closures)
        spread.append(np.ptp(central(simulate(asked, world), "output_percent")[1]))
    assert spread[0] > spread[1] > spread[2]


def test_specific_capital_moves_the_headline_little_and_in_the_expected_direction():
    """Exports that cannot expand cheaply dearer: neighbours gain more, the buyer loses more."""
    fixed = simulate("truce-lapses-by-law")
    scenario = tt.load_scenario("truce-lapses-by-law")
    mobile = simulate(scenario.replace(closures={"capital": "mobile"}))
    change = (fixed.at_central("real_income") - mobile.at_central("real_income")).to_series()
    assert -0.02 < change["USA"] < 0.0
    assert (change[["VNM", "MEX", "TWN", "KOR"]] > 0.0).all()
    assert change.abs().max() < 0.1


def test_what_is_held_is_said():
    run = simulate("toy-tariff-war")
    text = " ".join(run.assumptions)
    assert "Capital stays in its sector" in text
    assert "are assumed, with a range of +/-0.15" in text
    assert any("Capital's shares" in s["title"] for s in run.world["sources"])
    text = _said({}, horizon="long")
    assert "Labour and capital move freely" in text
    assert "shares" not in text
    text = _said({"labour": "sorting"})
    assert "workers sort across sectors with elasticity 1.5" in text
    text = _said({"employment": "elastic", "revenue": "income_tax_cut", "capital_share": "high"})
    assert "elasticity 0.5 (assumed)" in text
    assert "high end" in text
    assert "cut of the tax" in text


def _said(closures, **keys):
    scenario = ask(closures=closures, **keys)
    table = random_world(0)
    sets = elasticity_sets(scenario.horizon, table.sectors)
    return " ".join(assumptions_of(scenario, sets, table))


def test_rigid_wages_cost_jobs_and_elastic_labour_follows_the_real_wage():
    world = random_world(2)
    rigid = simulate(ask(duty, closures={"employment": "rigid", "deficit": "gni_share"}), world)
    assert central(rigid, "employment").min() < -0.1
    assert central(rigid, "employment").max() <= 1e-9
    rule = {"employment": "elastic", "labour_elasticity": 0.5}
    run = simulate(ask(duty, closures=rule), world)
    jobs, prices = central(run, "employment"), central(run, "consumer_prices")
    np.testing.assert_allclose(1 + jobs / 100, (1 + prices / 100) ** -0.5, rtol=1e-9)
    assert "employment" not in simulate(ask(duty), world).data
