"""`tradetalks talks`: the game on the shipped world, from the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tradetalks.data import load_world
from tradetalks.scenario import Scenario, compile_shock, load_scenario
from tradetalks.talks import best_joint_deviation, largest_deviation_gain, play

Call = Callable[..., tuple[int, str, str]]
SMALL = ("--regions", "blocs")


@pytest.fixture
def call(command: Call) -> Call:
    return lambda *arguments: command("talks", *arguments)


@pytest.fixture(scope="module")
def war():
    return play("nash", ("USA", "CHN"), elasticities=("all",))


def test_the_war_of_two_has_a_range_and_conditions(war) -> None:
    rows = war.tariffs()
    assert len(rows) == 44 and {r["sector"] for r in rows} == {
        s for s, goods in zip(war.table.sectors, war.table.goods, strict=True) if goods
    }
    for row in rows:
        assert row["tariff_low"] <= row["tariff"] <= row["tariff_high"]
        assert 0 < row["tariff"] < 100
    assert len(war.choices) == 4 and war.status()["foc"] < 1e-6
    for choice in war.choices.values():
        for player in choice.players:
            assert largest_deviation_gain(choice, player.country, draws=30) <= 1e-9
    gains = {r["country"]: r for r in war.gains()}
    assert gains["USA"]["player"] and not gains["VNM"]["player"]
    # duties of 2025 are above those of the war of two: leaving them helps both, hurts Viet Nam
    assert gains["USA"]["real_income"] > 0 and gains["CHN"]["real_income"] > 0
    assert gains["VNM"]["real_income"] < 0


def test_rates_are_on_customs_value(war) -> None:
    table, choice = war.table, war.choices[war.central]
    usa, chn = table.index("USA"), table.index("CHN")
    row = next(r for r in war.tariffs() if r["importer"] == "USA" and r["sector"] == "26")
    duty = choice.tariff[chn, usa, table.sectors.index("26")]
    assert row["tariff"] == pytest.approx(100 * duty / table.customs_ratio[chn, usa])
    average = {r["importer"]: r for r in war.averages()}["USA"]
    by_sector = [r for r in war.tariffs() if r["importer"] == "USA"]
    weights = [r["imports_reference"] for r in by_sector]
    assert average["tariff"] == pytest.approx(
        np.average([r["tariff"] for r in by_sector], weights=weights)
    )


def test_better_alone_than_at_war_and_deficits_may_go(war) -> None:
    alone = play("optimal", ("USA",), partners=("CHN",))
    at = {r["country"]: r["real_income"] for r in alone.gains()}
    fought = {r["country"]: r["real_income"] for r in war.gains()}
    # China's duties of 2025 stay: the US does less well than when both come down
    assert at["USA"] > 0 and len(alone.tariffs()) == 22
    assert at["USA"] < fought["USA"]
    balanced = play("optimal", ("USA",), partners=("CHN",), deficit="balanced")
    assert balanced.averages()[0]["tariff"] != pytest.approx(alone.averages()[0]["tariff"], abs=0.1)
    assert "balanced by assumption" in " ".join(balanced.assumptions())


def test_json_has_the_contract(call: Call) -> None:
    status, out, err = call("nash", "--format", "json")
    answer = json.loads(out)
    assert (status, err) == (0, "")
    assert list(answer)[:2] == ["command", "as_of"]
    assert list(answer)[-4:] == ["sources", "assumptions", "warnings", "status"]
    assert answer["command"] == "talks nash" and answer["players"] == ["USA", "CHN"]
    assert answer["status"]["converged"] and answer["status"]["foc"] < 1e-6
    assert any("doi.org/10.1257/aer.104.12.4104" in str(s) for s in answer["sources"])
    assert any("(assumed)" in text for text in answer["assumptions"])
    assert len(answer["tariffs"]) == 44 and len(answer["gains"]) == 30


def test_text_and_csv(call: Call) -> None:
    status, out, _ = call("optimal", "USA", "--partners", "CHN", "--elasticities", "all")
    assert status == 0
    assert "The United States sets its goods tariffs on China as serves it best" in out
    assert "Electronics and optical" in out and "over 4 elasticity sets" in out
    status, out, _ = call("optimal", "USA", "--partners", "CHN", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0 and len(rows) == 22 and rows[0]["exporter"] == "CHN"


def test_sets_without_a_best_tariff_are_said(call: Call) -> None:
    status, out, _ = call("nash", "--horizon", "short", "--elasticities", "all", "--format", "json")
    answer = json.loads(out)
    assert status == 0 and answer["status"]["failed_sets"] == ["short-low"]
    assert "The range is incomplete. short-low: no best tariff exists" in answer["warnings"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nash", "USA", "CHM"), "unknown player 'CHM'. Did you mean 'CHN'"),
        (("optimal", "USA", "--partners", "USA"), "cannot set a tariff on itself"),
        (("nash", "USA"), "two or more different players"),
        (("nash", "--partners", "friends"), "Write `players` or `all`"),
        (("nash", "--highest", "-5"), "the bounds cross"),
        (("nash", "--from", "truce-hold"), "Did you mean 'truce-holds'"),
        (("nash", "--from", "full-decoupling"), "it changes more than duties"),
        (("nash", "--horizon", "soon"), "soon"),
        (("nash", "--deficit", "none"), "none"),
        (("nash", "--weights", "nowhere.yaml"), "nowhere.yaml"),
        (("nash", "--lowest", "30", "--highest", "10"), "the bounds cross"),
        (("cooperative", "USA"), "two or more different players"),
        (("cooperative", "--rule", "gatt"), "Write 'bilateral' or 'mfn'"),
        (("cooperative", "--partners", "friends"), "Write `players` or `all`"),
        (("cooperative", "--from", "free-trade", "--cuts-only", *SMALL), "no duty is left to cut"),
        (("weights", "USB"), "unknown player 'USB'. Did you mean 'USA'"),
        (("best", "--regions", "planets"), "planets"),
    ],
)
def test_bad_questions_leave_stdout_empty(call: Call, arguments, said: str) -> None:
    status, out, err = call(*arguments)
    assert (status, out) == (2, "")
    assert said in err


@pytest.fixture(scope="module")
def peace():
    return play("cooperative", ("USA", "CHN"), start_from="nash")


def test_talks_from_the_war_gain_the_same_on_both_sides(peace, war) -> None:
    (row,) = peace.talks()
    assert row["on_frontier"] and row["unequal"] < 1e-9 and peace.status()["foc"] < 1e-6
    gains = {r["country"]: r["real_income"] for r in peace.gains()}
    assert gains["USA"] == pytest.approx(gains["CHN"], rel=1e-6) and 0.02 < gains["USA"] < 1.0
    assert gains["VNM"] < 0, "what comes back from third countries is their loss"
    assert sum(row["shares"].values()) == pytest.approx(1.0)
    choice = peace.choices[peace.central]
    np.testing.assert_allclose(choice.origin, war.choices[war.central].tariff, atol=1e-5)
    assert best_joint_deviation(choice, draws=100) <= 1e-9
    assert "same proportion" in " ".join(peace.assumptions())


def test_cooperative_json_and_text(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "peace.yaml"
    status, out, _ = call(
        "cooperative", "--rule", "mfn", "--cuts-only", *SMALL, "--format", "json",
        "--scenario", str(file),
    )  # fmt: skip
    answer = json.loads(out)
    assert status == 0 and answer["command"] == "talks cooperative"
    (row,) = answer["talks"]
    assert row["on_frontier"] and min(row["gains"].values()) >= row["gain"] - 1e-6
    for player in answer["averages"]:
        assert player["tariff"] <= player["tariff_reference"] + 1e-9
    assert load_scenario(file).name == "peace"
    status, out, _ = call("cooperative", "--from", "nash", *SMALL)
    assert status == 0 and "begin talks at their Nash tariffs" in out and "Nash, %" in out


def test_the_shipped_scenarios_are_the_games_of_today(war) -> None:
    """If this fails the world has moved: run scripts/write_talks_scenarios.py."""
    alone = play("optimal", ("USA",), partners=("CHN",))
    for name, game in (("us-optimal", alone), ("bilateral-nash", war)):
        scenario = load_scenario(name)
        assert Scenario.from_yaml(scenario.to_yaml()) == scenario
        assert scenario.reference().name == "truce-holds" and scenario.expected
        compiled = compile_shock(scenario, game.table).tariff
        found = game.choices[game.central].tariff
        np.testing.assert_allclose(compiled, found, atol=1e-3)


def test_the_best_tariff_in_three_columns(call: Call) -> None:
    status, out, _ = call("best", "--elasticities", "central", "--format", "json")
    answer = json.loads(out)
    rows = {r["game"]: r for r in answer["rows"]}
    assert status == 0 and list(rows) == ["optimal", "nash", "cooperative"]
    us = {name: row["real_income"]["USA"]["percent"] for name, row in rows.items()}
    assert us["optimal"] > 0 > us["nash"] and us["cooperative"] > us["nash"]
    assert rows["cooperative"]["tariff"] < rows["nash"]["tariff"]
    assert [p["tariff"] for p in answer["published"]] == [19.0, 34.0, 9.0, 43.6]
    assert all(p["url"].startswith("https://") for p in answer["published"])


def test_weights_are_saved_and_said(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    status, out, _ = call("weights", "CHN", "--partners", "USA", *SMALL, "--save", str(file))
    assert status == 0 and "Identified" in out and "Motor vehicles" in out
    assert "weights:" in file.read_text("utf-8")
    status, out, err = call("weights", "CHN", *SMALL, "--save", str(tmp_path / "no" / "w.yaml"))
    assert (status, out) == (2, "") and "cannot write" in err


def test_a_cap_binds_and_is_said() -> None:
    capped = play("nash", ("USA", "CHN"), bounds=(0.0, 0.1))
    (choice,) = capped.choices.values()
    assert choice.tariff[choice.chosen].max() == pytest.approx(0.1) and choice.status.at_bounds
    assert "Some duties stop at a bound" in capped.warnings()[0]


def test_a_table_of_ones_own() -> None:
    toy = load_world("toy")
    game = play("nash", toy.countries, world=toy, start_from="baseline", horizon="long")
    assert {r["importer"] for r in game.averages()} == set(toy.countries)
    assert game.warnings() == ("The long horizon is not validated by any back-test.",)
