"""The main job end to end on the shipped world: signs, sizes, identities, labels."""

import numpy as np
import pytest

import tradetalks as tt
from tradetalks.engine import simulate
from tradetalks.errors import NoAnswer
from tradetalks.scenario import Scenario, Tariff, TradeCost


@pytest.fixture(scope="module")
def lapse():
    return simulate("truce-lapses-by-law")


def at(run, variable, country):
    return float(run.at_central(variable).sel(country=country))


def test_both_sides_lose_and_neighbours_gain(lapse):
    for side in ("USA", "CHN"):
        assert -1.0 < at(lapse, "real_income", side) < 0.0
    for third in ("VNM", "MEX", "TWN"):
        assert at(lapse, "real_income", third) > 0.0


def test_the_parts_of_real_income_sum_and_leave_nothing(lapse):
    data = lapse.data
    parts = data.terms_of_trade + data.volume_of_trade + data.trade_costs + data.remainder
    np.testing.assert_allclose(parts, data.real_income, atol=1e-12)
    # nominal deficits are fixed, so transfers are zero and the path integral is exact
    assert float(np.abs(data.remainder).max()) < 1e-5


def test_accounts_agree_with_one_another(lapse):
    data = lapse.data
    np.testing.assert_allclose(data.exports.sum("country"), data.imports.sum("country"), atol=1e-6)
    balance = data.bilateral_balance
    np.testing.assert_allclose(balance, -balance.transpose("set", "partner", "country"), atol=1e-9)
    goods = data.goods_exports - data.goods_imports
    np.testing.assert_allclose(balance.sum("partner"), goods, atol=1e-6)


def test_the_reference_is_the_equilibrium_of_its_own_scenario(lapse):
    holds = simulate("truce-holds")
    level = holds.data.imports_reference + holds.data.imports
    np.testing.assert_allclose(lapse.data.imports_reference, level, rtol=1e-8)


def test_us_china_goods_trade_of_the_table():
    base = simulate(_tariff(0.0))
    trade = base.data.trade_reference.sel(sector=base.data.sector != "SERV").sum("sector")
    assert float(trade.sel(exporter="CHN", importer="USA")) == pytest.approx(453.4, rel=1e-3)
    assert float(trade.sel(exporter="USA", importer="CHN")) == pytest.approx(127.8, rel=1e-3)
    assert float(np.abs(base.data.real_income).max()) < 1e-7
    custom = base.data.bilateral_balance_customs_reference
    assert float(custom.sel(set=base.central, country="USA", partner="CHN")) == pytest.approx(
        -382.9, abs=0.5
    )


def _tariff(rate: float, **options) -> Scenario:
    return Scenario(
        name="test",
        question="What if?",
        changes=[Tariff(importer="USA", exporter="CHN", add=rate)],
        sources=["assumed"],
        elasticities="central",
        **options,
    )


def test_python_and_yaml_give_the_same_numbers(tmp_path):
    scenario = _tariff(0.24)
    path = tmp_path / "mine.yaml"
    path.write_text(scenario.to_yaml(), "utf-8")
    one, two = simulate(scenario), simulate(str(path))
    np.testing.assert_array_equal(one.data.real_income, two.data.real_income)


def test_revenue_is_duty_on_customs_value():
    run = simulate(_tariff(0.10))
    new = run.data.tariff - run.data.tariff_reference
    added = float(new.sel(exporter="CHN", importer="USA", sector="26"))
    assert added == pytest.approx(0.10 * 536.7 / 453.4, rel=1e-2)
    plain = simulate(_tariff(0.10, valuation="table"))
    new = plain.data.tariff - plain.data.tariff_reference
    assert float(new.sel(exporter="CHN", importer="USA", sector="26")) == pytest.approx(0.10)


def test_a_set_without_an_answer_is_named_and_the_range_incomplete():
    run = simulate(tt.load_scenario("full-decoupling").replace(horizon="short"))
    assert run.failed_sets == ("short-low",)
    assert not run.status["converged"]
    assert any("range is incomplete" in w for w in run.warnings)
    assert bool(np.isnan(run.data.real_income.sel(set="short-low")).all())


def test_no_answer_at_the_centre_is_an_error():
    shut = Scenario(
        name="shut",
        question="What if?",
        changes=[TradeCost(importer="USA", exporter="CHN", shut=True)],
        sources=["assumed"],
        elasticities="central",
    )
    from tradetalks.scenario import Elasticity

    stiff = shut.replace(changes=(*shut.changes, Elasticity(sigma=0.9)))
    with pytest.raises(NoAnswer, match="cannot be shut"):
        simulate(stiff)


def test_regions_agree_on_the_main_parties():
    coarse = simulate(_tariff(0.24, regions="blocs"))
    fine = simulate(_tariff(0.24, regions="all"))
    for side in ("USA", "CHN"):
        assert at(coarse, "real_income", side) == pytest.approx(
            at(fine, "real_income", side), abs=0.1
        )
