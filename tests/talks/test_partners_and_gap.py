"""Third countries and the gap: against `run`, and from the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tradetalks import simulate
from tradetalks.cli import main
from tradetalks.errors import BadInput, BadNumber
from tradetalks.scenario import Scenario, load_scenario
from tradetalks.talks.gap import Gap, close_gap
from tradetalks.talks.partners import PartnerEffects, host, measures, partner_effects

WAR = "truce-lapses-to-april-peak"


@pytest.fixture(scope="module")
def fought() -> PartnerEffects:
    return partner_effects(elasticities=("central",))


@pytest.fixture(scope="module")
def found() -> Gap:
    return close_gap(50.0, rates=(0.3,), elasticities=("central",))


def test_the_ranking_is_that_of_run(fought) -> None:
    run = simulate(load_scenario(WAR).replace(elasticities="central"))
    rows = fought.ranking()
    assert {r["country"] for r in rows} == set(run.countries) - {"USA", "CHN"}
    gains = [r["equivalent_variation"] for r in rows]
    assert gains == sorted(gains, reverse=True)
    for row in rows:
        spread = run.spread("real_income", country=row["country"])
        assert row["real_income"] == pytest.approx(spread.central, abs=1e-7)
        assert row["gains_everywhere"] is (row["equivalent_variation"] > 0)
    viet_nam = next(r for r in rows if r["country"] == "VNM")
    assert viet_nam["goods_to_usa"] > 0 and viet_nam["goods_from_china"] > 0
    points = {r["country"]: r for r in fought.threat_points() if r["measure"] is None}
    usa = run.spread("real_income", country="USA").central
    assert points["USA"]["real_income"] == pytest.approx(usa, abs=1e-7)
    assert points["USA"]["moved"] == 0.0


def test_what_others_do_moves_threat_points_the_right_way(fought) -> None:
    at = {(r["measure"], r["country"]): r for r in fought.threat_points()}
    # taxed by many, China falls back on less; with a channel or a bloc on more
    assert at["alliance", "CHN"]["moved"] < at["host-joins", "CHN"]["moved"] < 0
    assert at["green-channel-eu", "CHN"]["moved"] > 0 < at["bloc", "CHN"]["moved"]
    assert 0 < at["green-channel-eu", "CHN"]["made_good"] < 1
    alone, moved = at[None, "CHN"]["real_income"], at["bloc", "CHN"]
    assert moved["made_good"] == pytest.approx((moved["real_income"] - alone) / -alone)
    # who stays out of an alliance sells in the place of those who are in it
    stakes = {r["option"]: r["real_income"] for r in fought.hosted()["rows"]}
    assert stakes["The allies go without the UK"] > stakes["An alliance with the United States"]


def test_a_measure_is_a_scenario_of_its_own(fought) -> None:
    alliance = next(m for m in measures() if m.id == "alliance")
    assert alliance.changes[0]["add"] == "25%" and "25 points" in alliance.what
    plain = load_scenario(WAR)
    more = plain.replace(
        changes=[*plain.to_plain()["changes"], *alliance.changes], elasticities="central"
    )
    run = simulate(more)
    at = {(r["measure"], r["country"]): r for r in fought.threat_points()}
    china = run.spread("real_income", country="CHN").central
    assert at["alliance", "CHN"]["real_income"] == pytest.approx(china, abs=1e-7)
    movers = {r["measure"]: r for r in fought.movers()}
    assert set(movers["green-channel-eu"]["countries"]) == {
        "DEU",
        "FRA",
        "ITA",
        "NLD",
        "IRL",
        "REU",
    }
    assert movers["host-joins"]["countries"] == ("GBR",)


def test_the_stakes_of_the_host(fought) -> None:
    stakes = fought.hosted()
    assert stakes["country"] == host() == "GBR"
    assert all(0 < share < 100 for share in stakes["shares"].values())
    assert len(stakes["rows"]) == 1 + len(measures())
    with pytest.raises(BadInput, match="it is part of 'ROW'"):
        partner_effects(elasticities=("central",), regions="blocs")
    with pytest.raises(BadInput, match="has no USA and no CHN"):
        partner_effects("toy-tariff-war")


def test_the_size_that_was_solved_for_hits_the_target(found) -> None:
    sizes = {r["policy"]: r for r in found.policies}
    size = f"{sizes['tariff']['size']:.6f}%"
    asked = Scenario(
        name="check",
        question="Is it so?",
        changes=[{"kind": "tariff", "importer": "USA", "exporter": "CHN", "add": size}],
        sources=["test"],
        elasticities="central",
    )
    run = simulate(asked)
    cut = run.spread("bilateral_balance_customs", country="USA", partner="CHN").central
    assert cut == pytest.approx(50.0, abs=0.02)
    income = run.spread("equivalent_variation", country="USA").central
    assert sizes["tariff"]["usa_usd_bn"] == pytest.approx(income, abs=0.01)
    for row in found.policies:
        assert row["balance"] == pytest.approx(50.0, abs=0.02)
        assert row["usa_cost_per_bn"] == pytest.approx(-20.0 * row["usa_usd_bn"])
        assert row["balance_all"] == pytest.approx(0.0, abs=1e-4)
    # what is answered needs more
    assert sizes["tariff-answered"]["size"] > sizes["tariff"]["size"]


def test_the_aggregate_is_imposed_and_what_is_out_of_reach_says_so(found) -> None:
    rules = {r["deficit"]: r for r in found.closures}
    assert set(rules) == {"fixed_world_share", "gni_share", "balanced"}
    assert rules["balanced"]["balance_all"] == pytest.approx(0.0, abs=1e-4)
    assert rules["fixed_world_share"]["size"] == pytest.approx(found.policies[0]["size"], abs=1e-2)
    overall = {r["policy"]: r for r in found.overall}
    assert overall["tariff"]["size"] is None
    assert "no size does; the most is" in overall["tariff"]["why"]
    thirty = next(r for r in found.rates if r["policy"] == "tariff")
    assert thirty["size"] == 30 and thirty["balance"] > 100 > abs(thirty["goods_balance"])
    with pytest.raises(BadNumber, match="a target of -5 billion dollars narrows nothing"):
        close_gap(-5.0)


def test_the_commands(monkeypatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path))
    quick = ["--elasticities", "central"]
    assert main(["talks", "partners", *quick]) == 0
    out = capsys.readouterr().out
    for said in (
        "Third countries: 28 of 28 gain",
        "Can others replace",
        "host of the London talks",
    ):
        assert said in out
    assert main(["talks", "partners", *quick, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 28 and rows[0]["goods_to_usa"]
    assert main(["talks", "gap", "--target", "20", "--rates", "10", *quick]) == 0
    out = capsys.readouterr().out
    assert "narrows the deficit with China by 20 billion" in out and "imposed by the closure" in out
    assert (
        main(["talks", "gap", "--target", "900", "--rates", "10", *quick, "--format", "json"]) == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert answer["policies"][0]["size"] is None and "the most is" in answer["warnings"][0]
    assert list(answer)[-4:] == ["sources", "assumptions", "warnings", "status"]
    for bad, said in (
        (["partners", "truce-lapse"], "unknown scenario 'truce-lapse'"),
        (["gap", "--rates", "ten"], "--rates ten are no tariffs"),
        (["gap", "--target", "0"], "a target of 0 billion dollars narrows nothing"),
        (["gap", "--from", "baselin"], "Did you mean 'baseline'"),
    ):
        assert main(["talks", *bad]) == 2
        caught = capsys.readouterr()
        assert caught.out == "" and said in caught.err
