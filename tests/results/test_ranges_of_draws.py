"""A run whose ranges are those of draws says so wherever it shows a range."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synthetic_run import synthetic_run
from tradetalks.report import Extra, charts, save
from tradetalks.report.html import command, python
from tradetalks.report.tables import balance_table, headline_table
from tradetalks.results import RunResult, compare, headline, load_run, range_note, sentence

WORDS = "5th to 95th percentile of 2,000 draws"


@pytest.fixture(scope="module")
def run() -> RunResult:
    return synthetic_run()


@pytest.fixture(scope="module")
def drawn(run: RunResult) -> RunResult:
    ranges = {
        "real_income|USA": (-0.11, 0.02),
        "real_income|CHN": (-0.5, -0.1),
        "bilateral_balance|USA|CHN": (5.0, 60.0),
    }
    return replace(run, draws={"draws": 2000, "seed": 7, "failed": 3, "ranges": ranges})


def test_the_centre_stays_and_the_range_is_that_of_draws(run: RunResult, drawn: RunResult) -> None:
    usa = drawn.spread("real_income", country="USA")
    assert (usa.low, usa.high) == (-0.11, 0.02)
    assert usa.central == run.spread("real_income", country="USA").central
    assert drawn.set_spread("real_income", country="USA") == run.spread(
        "real_income", country="USA"
    )
    balance = drawn.spread("bilateral_balance", country="USA", partner="CHN")
    assert (balance.low, balance.high) == (5.0, 60.0)


def test_every_headline_row_says_what_its_range_is(run: RunResult, drawn: RunResult) -> None:
    assert all("range" not in row for row in headline(run))
    for row, plain in zip(headline(drawn), headline(run), strict=True):
        own = "|".join(row[k] for k in ("variable", "country", "partner") if k in row)
        assert row["central"] == plain["central"]
        if own in drawn.draws["ranges"]:
            assert row["range"] == WORDS
            assert (row["low"], row["high"]) == drawn.draws["ranges"][own]
        else:
            assert row["range"] == "range over 8 elasticity sets"
            assert (row["low"], row["high"]) == (plain["low"], plain["high"])


def test_words_name_the_draws(drawn: RunResult) -> None:
    note, said = range_note(drawn), sentence(drawn)
    assert WORDS in note and "seed 7" in note and "partly assumed" in note
    assert "3 draws have no equilibrium" in note and "range over 8 elasticity sets" in note
    assert WORDS in said and "confidence interval" not in said
    assert "90% of draws -0.11% to +0.02%: the direction depends on what is drawn" in said
    assert WORDS in headline_table(drawn).caption
    balance = balance_table(drawn)
    assert balance is not None and "customs values (not drawn)" in balance.note
    assert "--draws 2000 --seed 7" in command(drawn)
    assert "draws=2000, seed=7" in python(drawn)
    subtitle = str(charts(drawn)[0].spec)
    assert WORDS in subtitle


def test_the_folder_keeps_draws_and_their_summary(drawn: RunResult, tmp_path: Path) -> None:
    place = save(drawn, tmp_path / "run", extra=Extra(files={"quantiles.csv": "a\n1\n"}))
    assert (place / "quantiles.csv").read_text("utf-8") == "a\n1\n"
    page = (place / "report.html").read_text("utf-8")
    assert page.count(WORDS) >= 3
    back = load_run(place)
    assert back.spread("real_income", country="CHN").low == -0.5
    assert headline(back) == headline(drawn)


def test_draws_of_two_runs_are_not_compared(run: RunResult, drawn: RunResult) -> None:
    assert any("Draws are not compared" in w for w in compare(run, drawn).warnings)
    assert not any("Draws" in w for w in compare(run, run).warnings)
