"""`tradetalks explain` on a scenario and on a stored run, in three spellings."""

from __future__ import annotations

import csv
import json

import pytest

from tradetalks.cli import main


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    place = tmp_path_factory.mktemp("runs") / "toy"
    assert main(["run", "toy-tariff-war", "--out", str(place), "--format", "json"]) == 0
    return str(place)


def test_the_table_adds_up_and_says_what_it_is(stored, capsys):
    capsys.readouterr()
    assert main(["explain", stored, "hom", "real_income", "--top", "1"]) == 0
    text = capsys.readouterr()
    assert text.err == ""
    for words in ("By channel", "By partner", "By sector", "Terms of trade: prices of exports",
                  "each table adds up", "not a prediction"):  # fmt: skip
        assert words in text.out
    totals = {line.split()[-1] for line in text.out.splitlines() if line.startswith(" Total")}
    assert len(totals) == 1
    assert f"real income, {totals.pop()} percent (range" in text.out


def test_json_and_csv_hold_everything(stored, capsys):
    capsys.readouterr()
    assert main(["explain", stored, "HOM", "tariff_revenue", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["command"] == "explain" and answer["unit"] == "usd_bn"
    assert answer["low"] <= answer["total"] <= answer["high"]
    assert answer["assumptions"] and answer["sources"]
    for by in ("channel", "partner", "sector"):
        values = [row["value"] for row in answer["rows"] if row["by"] == by]
        assert sum(values) == pytest.approx(answer["total"], rel=1e-9)
    assert main(["explain", stored, "HOM", "tariff_revenue", "--format", "csv"]) == 0
    lines = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(lines) == len(answer["rows"])
    assert {"by", "code", "name", "value", "rates", "trade"} <= set(lines[0])


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["HOME", "gdp"], 2, "unknown country 'HOME'. Did you mean 'HOM'?"),
        (["HOM", "import"], 2, "unknown variable 'import'. Did you mean 'imports'"),
        (["HOM", "output_percent"], 1, "cannot be explained: it is a volume"),
        (["HOM", "gdp_reference"], 1, "it is a level, not a change; explain 'gdp'"),
        (["HOM", "gdp", "--partner", "FOR"], 2, "'gdp' has no partner to pick"),
        (["HOM", "employment"], 1, "'employment' cannot be explained: it answers to"),
    ],
)
def test_what_cannot_be_answered_says_why_and_leaves_stdout_empty(
    stored, capsys, words, status, message
):
    capsys.readouterr()
    assert main(["explain", stored, *words]) == status
    text = capsys.readouterr()
    assert text.out == ""
    assert message in text.err


def test_a_scenario_is_solved_and_explained(capsys):
    assert main(["explain", "toy-tariff-war", "FOR", "exports", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["scenario"] == "toy-tariff-war" and answer["total"] < 0
