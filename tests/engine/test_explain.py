"""Explanations of real runs: every number adds up, whatever is in the scenario."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from random_worlds import ask, random_world
from test_wedges import MIX

import tradetalks as tt
from tradetalks.engine import simulate
from tradetalks.errors import BadInput, NoAnswer, UnknownName
from tradetalks.results import RunResult, explain, explainable, load_run, save_run, variables

LIMIT = {"kind": "quota", "exporter": "CCC", "destinations": "AAA", "rent": "importer", "cap": 0.6}
CLOSURES = ({}, {"employment": "elastic"}, {"labour": "sorting"})


@pytest.fixture(scope="module", params=CLOSURES, ids=str)
def mixed(request) -> RunResult:
    """A run with every kind of wedge at once, by closure."""
    return simulate(ask(*MIX, LIMIT, closures=request.param), random_world(3))


@pytest.fixture(scope="module")
def lapse() -> RunResult:
    return simulate(tt.load_scenario("truce-lapses-by-law").replace(elasticities="central"))


def questions(run: RunResult):
    for variable in explainable():
        if variable in run.data and variable != "bilateral_balance_customs":
            for country in run.countries:
                yield country, variable, None


def check(run: RunResult) -> None:
    asked = 0
    for country, variable, partner in questions(run):
        found = explain(run, country, variable, partner)
        total = run.at_central(variable).sel(country=country)
        np.testing.assert_allclose(found.total, float(total.sum()), rtol=1e-12)
        slack = 1e-9 * abs(found.total) + 1e-12
        for top in (None, 2):
            rows = found.rows(top)
            for by in {row["by"] for row in rows}:
                own = [row for row in rows if row["by"] == by]
                assert abs(sum(r["value"] for r in own) - found.total) < slack, (country, variable)
                for part in found.parts:
                    if by != "channel":
                        amount = sum(r.get(part.name, 0.0) for r in own)
                        assert abs(amount - part.amount) < 1e-9 * abs(part.amount) + 1e-12
        asked += 1
    assert asked > 15 * len(run.countries)


def test_every_variable_adds_up_with_every_wedge(mixed):
    check(mixed)


def test_every_variable_adds_up_from_a_stored_run(mixed, lapse, tmp_path):
    for position, run in enumerate((mixed, lapse)):
        again = load_run(save_run(run, tmp_path / str(position)))
        check(again)
        one, two = (explain(r, r.countries[0], "real_income").rows() for r in (run, again))
        assert one == two


def test_every_variable_is_explained_or_says_why_not(lapse):
    for name in variables():
        if name in explainable():
            continue
        with pytest.raises(NoAnswer, match=f"'{name}' cannot be explained: it "):
            explain(lapse, "USA", name)


def test_what_is_left_over_is_small_and_the_parts_are_the_accounts(lapse):
    """No remainder hides an error: the channels of real income are the run's own accounts."""
    for country in lapse.countries:
        found = explain(lapse, country, "real_income")
        amounts = {p.name: p.amount for p in found.parts}
        assert "remainder" not in amounts
        prices = amounts["export_prices"] + amounts["import_prices"]
        at = lapse.data.sel(set=lapse.central, country=country)
        assert prices == pytest.approx(float(at.terms_of_trade), abs=1e-6)
        assert amounts["volume_of_trade"] == pytest.approx(float(at.volume_of_trade), abs=1e-6)
        for variable in ("consumer_prices", "wage", "gdp", "exports", "tariff_revenue"):
            found = explain(lapse, country, variable)
            assert "remainder" not in {p.name for p in found.parts}, variable


def test_the_parts_say_what_they_should(lapse):
    duties = next(p for p in explain(lapse, "USA", "consumer_prices").parts if p.name == "duties")
    by_origin = dict(zip(lapse.countries, duties.along("partner"), strict=True))
    assert by_origin["CHN"] > 0.0
    assert sum(abs(v) for k, v in by_origin.items() if k != "CHN") < 1e-12
    # the volume of trade that pays a duty falls with China and rises with others
    volume = next(p for p in explain(lapse, "USA", "real_income").parts if "volume" in p.name)
    by_origin = dict(zip(lapse.countries, volume.along("partner"), strict=True))
    assert by_origin["CHN"] < 0.0 < by_origin["VNM"]
    revenue = {p.name: p.amount for p in explain(lapse, "USA", "tariff_revenue").parts}
    assert revenue["rates"] > 0.0 > revenue["trade"]


def test_where_labour_is_all_there_is_home_factors_add_nothing_to_prices():
    """A check of the input shares themselves: every price comes from abroad, duties or costs."""
    costs = {"kind": "trade_cost", "importer": "AAA", "exporter": "BBB", "factor": 1.2}
    duty = {"kind": "tariff", "importer": "AAA", "exporter": "BBB", "add": 0.3}
    run = simulate(ask(duty, costs, closures={"capital": "mobile"}), random_world(3))
    for country in run.countries:
        parts = {p.name: p.amount for p in explain(run, country, "consumer_prices").parts}
        size = sum(abs(x) for x in parts.values())
        assert abs(parts.get("home", 0.0)) < 1e-6 * size
        assert "remainder" not in parts
    names = {p.name for p in explain(run, "AAA", "consumer_prices").parts}
    assert {"duties", "trade_costs", "foreign"} <= names
    specific = simulate(ask(duty, costs), random_world(3))
    parts = {p.name: p.amount for p in explain(specific, "AAA", "consumer_prices").parts}
    assert abs(parts["home"]) > 1e-3


def test_dollars_and_percent_have_the_same_shares(lapse):
    percent = {p.name: p.amount for p in explain(lapse, "CHN", "real_income").parts}
    dollars = {p.name: p.amount for p in explain(lapse, "CHN", "equivalent_variation").parts}
    ratios = [dollars[name] / percent[name] for name in percent]
    np.testing.assert_allclose(ratios, ratios[0])
    assert ratios[0] > 0


def test_a_pair_of_countries(lapse):
    found = explain(lapse, "USA", "bilateral_balance", "CHN")
    where = {"country": "USA", "partner": "CHN"}
    assert found.total == float(lapse.at_central("bilateral_balance").sel(where))
    assert {r["code"] for r in found.rows() if r["by"] == "partner"} == {"CHN"}
    customs = explain(lapse, "USA", "bilateral_balance_customs", "CHN")
    assert customs.total == float(lapse.at_central("bilateral_balance_customs").sel(where))
    assert sum(p.amount for p in customs.parts) == pytest.approx(customs.total, rel=1e-9)
    assert customs.total > found.total > 0
    with pytest.raises(NoAnswer, match="USA with VNM is not known"):
        explain(lapse, "USA", "bilateral_balance_customs", "VNM")
    with pytest.raises(BadInput, match="--partner CHN"):
        explain(lapse, "USA", "bilateral_balance_customs")
    with pytest.raises(BadInput, match="'gdp' has no partner to pick"):
        explain(lapse, "USA", "gdp", "CHN")


def test_bad_names_get_a_suggestion(lapse):
    with pytest.raises(UnknownName, match=r"unknown country 'USB'\. Did you mean 'USA'"):
        explain(lapse, "USB", "imports")
    with pytest.raises(UnknownName, match="Did you mean 'real_income'"):
        explain(lapse, "USA", "real_incme")
    with pytest.raises(UnknownName, match=r"unknown partner 'CHM'\. Did you mean 'CHN'"):
        explain(lapse, "USA", "bilateral_balance", "CHM")


def test_a_run_without_detail_says_so_and_still_adds_up(lapse):
    names = [n for n in lapse.data if str(n).endswith("_by_flow") or "labour" in str(n)]
    old = replace(lapse, data=lapse.data.drop_vars(names))
    for variable in ("real_income", "consumer_prices", "wage"):
        found = explain(old, "USA", variable)
        assert any("run the scenario again" in text for text in found.warnings)
        assert sum(p.amount for p in found.parts) == pytest.approx(found.total, rel=1e-12)
        assert {r["by"] for r in found.rows()} == {"channel"}
