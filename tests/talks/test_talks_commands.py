"""`tradetalks talks`: the game on the shipped world, from the command line."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tradetalks.cli import main
from tradetalks.data import load_world
from tradetalks.talks import largest_deviation_gain, play

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("JAX_")}
    yield
    for name in [name for name in os.environ if name.startswith("JAX_")]:
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["talks", *arguments])
        text = capsys.readouterr()
        return status, text.out, text.err

    return run


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
    ],
)
def test_bad_questions_leave_stdout_empty(call: Call, arguments, said: str) -> None:
    status, out, err = call(*arguments)
    assert (status, out) == (2, "")
    assert said in err


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
