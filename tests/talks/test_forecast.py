"""The forecast: its counts are the record's, its intervals are honest, nothing leaks backwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import beta

from tradetalks.errors import BadFile, BadInput, BadNumber, NoAnswer
from tradetalks.talks.forecast import forecast, open_on
from tradetalks.talks.forecast_data import KINDS, OUTCOMES, Record, load_record, parse_deadlines
from tradetalks.talks.forecast_model import MODELS, origin_of, predict, ridge_logit
from tradetalks.talks.forecast_rates import Hazard, hazard_by, pooled_interval, rates_of
from tradetalks.talks.forecast_scores import backtest, brier, log_loss

TODAY = date(2026, 11, 21)
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record()


@pytest.fixture
def call(command: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("COLUMNS", "110")
    return lambda *arguments: command("forecast", *arguments)


def test_counts_are_those_of_the_record(record) -> None:
    decided = [d for d in record.deadlines if d.decided_by(TODAY)]
    assert len(decided) == 53
    truce = rates_of(d for d in decided if d.kind == "truce")
    threat = rates_of(d for d in decided if d.kind == "threat")
    assert (truce.n, truce.chains, truce.counts[0]) == (4, 2, 4)
    assert (threat.n, threat.counts[:2].sum()) == (13, 4)
    assert sum(d.chain == "tiktok" for d in decided) == 9
    assert sum(d.chain == "s301-exclusions" for d in record.deadlines) == 15
    assert {d.kind for d in record.deadlines} == set(KINDS)
    assert all(d.source or d.evidence == "U" for d in record.deadlines)


def test_hazard_is_three_in_785_days_and_four_in_2632(record) -> None:
    short = hazard_by(record.spells, TODAY, phase_one=False)
    long = hazard_by(record.spells, TODAY, phase_one=True)
    assert (short.breaks, short.days) == (3, 785)
    assert (long.breaks, long.days) == (4, 2632)
    found = short.unbroken(93)
    assert found["probability"] == pytest.approx(np.exp(-93 * 3 / 785))
    assert found["low"] < found["probability"] < found["high"]
    assert hazard_by(record.spells, date(2019, 5, 1), phase_one=False).breaks == 0
    assert Hazard(0, 100).unbroken(50)["low"] < 1.0


def test_probability_is_jeffreys_and_the_interval_knows_of_chains(record) -> None:
    found = forecast(TODAY)
    assert found.deadline.id == "A20"
    extend = found.outcomes()[0]
    assert extend["probability"] == pytest.approx(4.5 / 6)
    naive = beta.ppf([0.05, 0.95], 4.5, 1.5)
    once = beta.ppf([0.05, 0.95], 2.5, 1.5)
    assert extend["low"] == pytest.approx(min(naive[0], once[0])) and extend["low"] < naive[0]
    assert extend["high"] == pytest.approx(max(naive[1], once[1]))
    assert sum(r["probability"] for r in found.outcomes()) == pytest.approx(1.0)
    for row in found.alive():
        assert 0 < row["alive_low"] < row["alive"] < row["alive_high"] < 1
        assert row["alive"] < row["unbroken"]


@given(st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=40))
def test_one_long_chain_is_never_surer_than_separate_cases(outcomes: list[str]) -> None:
    pattern = load_record().deadlines[0]
    chained = rates_of(replace(pattern, outcome=o, chain="one") for o in outcomes)
    apart = rates_of(replace(pattern, outcome=o, chain=str(k)) for k, o in enumerate(outcomes))
    for outcome in OUTCOMES:
        (a, b), (c, d) = chained.interval([outcome]), apart.interval([outcome])
        assert a <= c + 1e-12 and b >= d - 1e-12


@pytest.mark.parametrize("day", [date(2019, 9, 1), date(2025, 8, 1), TODAY])
def test_what_came_later_never_changes_a_forecast(record, day: date) -> None:
    """Flip, move and drop everything decided after `day`: the same numbers, to the bit."""
    flipped = [
        d
        if d.decided_on is None or d.decided_by(day)
        else replace(d, outcome="lapse" if d.outcome != "lapse" else "deal", note="changed")
        for d in record.deadlines
    ]
    later = tuple(m for m in record.meetings if m.end <= day)
    spells = tuple(
        s if s.end <= day else replace(s, ended="break", end=s.end + timedelta(days=200))
        for s in record.spells
    )
    other = Record(tuple(flipped), spells, later)
    asked = open_on(record, day)[0].id
    before, after = forecast(day, asked, record=record), forecast(day, asked, record=other)
    for name in ("outcomes", "alive", "readings", "classes", "open_deadlines"):
        assert getattr(before, name)() == getattr(after, name)(), name
    assert before.days == after.days
    if before.test is not None and after.test is not None:
        assert before.test.scores() == after.test.scores()


def test_a_later_row_never_changes_an_earlier_backtest_forecast(record) -> None:
    base = backtest(record, TODAY)
    last = base.rows[-1]
    changed = Record(
        tuple(replace(d, outcome="lapse") if d.id == last.id else d for d in record.deadlines),
        record.spells,
        record.meetings,
    )
    other = backtest(changed, TODAY)
    assert [r.id for r in base.rows] == [r.id for r in other.rows]
    for model in MODELS:
        for k, day in enumerate(base.origins):
            assert last.decided_on is not None and day < last.decided_on
            np.testing.assert_array_equal(base.probability[model][k], other.probability[model][k])


def test_every_backtest_forecast_is_made_before_its_decision(record) -> None:
    test = backtest(record, TODAY)
    for row, day in zip(test.rows, test.origins, strict=True):
        assert row.decided_on is not None and day < row.decided_on
        assert day == origin_of(row, test.lead)
    for p in test.probability.values():
        np.testing.assert_allclose(p.sum(1), 1.0)
        assert (p > 0).all()


def test_scores_against_their_definitions_and_the_uniform_forecast(record) -> None:
    p, y = np.array([[0.7, 0.2, 0.1, 0.0]]), np.array([1])
    assert brier(p, y) == pytest.approx(0.49 + 0.64 + 0.01)
    assert log_loss(p, y) == pytest.approx(-np.log(0.2))
    rows = {r["model"]: r for r in backtest(record, TODAY).scores()}
    assert rows["uniform"]["brier"] == pytest.approx(0.75)
    assert rows["uniform"]["log"] == pytest.approx(np.log(4))
    assert rows["class"]["log"] < rows["pooled"]["log"] < rows["uniform"]["log"]
    assert rows["uniform"]["verdict"] == "worse" and rows["class"]["brier_gap"] == 0.0


def test_richer_model_is_used_only_where_it_wins(record) -> None:
    found = forecast(TODAY, record=record)
    assert found.test is not None
    assert found.uses_richer == found.test.beats_class("contacts")
    richer = predict(record, found.deadline, TODAY)["contacts"]
    shown = [r["probability"] for r in found.outcomes()]
    expected = richer if found.uses_richer else found.rates.probability
    np.testing.assert_allclose(shown, expected)


def test_ridge_logit_against_scipy() -> None:
    rng = np.random.default_rng(1)
    X, y, offset = rng.normal(size=(30, 3)), rng.integers(0, 2, 30) * 1.0, rng.normal(size=30)

    def loss(b: np.ndarray) -> float:
        z = offset + X @ b
        return float((np.logaddexp(0, z) - y * z).sum() + 0.5 * b @ b)

    best = minimize(loss, np.zeros(3), tol=1e-12).x
    np.testing.assert_allclose(ridge_logit(X, y, offset, 1.0), best, atol=1e-5)


def test_replay_of_the_geneva_deadline_knew_one_truce_only() -> None:
    found = forecast(date(2025, 8, 1))
    assert found.deadline.id == "A15" and found.rates.n == 1
    assert found.rates.probability[0] == pytest.approx(1.5 / 3)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("2026-11-21", "A99"), BadInput, "unknown deadline 'A99'"),
        (("2026-11-21", "A15"), BadInput, "was decided on 2025-08-11"),
        (("2026-11-21", "C15"), BadInput, "in the past"),
        (("2025-01-01", "A20"), BadInput, "nobody knew"),
        (("2026-11-21", "2027-01-02"), BadInput, "unknown deadline"),
        (("2028-01-01", None), NoAnswer, "no deadline is open"),
    ],
)
def test_bad_questions_are_refused(arguments, error, words: str) -> None:
    with pytest.raises(error, match=words):
        forecast(date.fromisoformat(arguments[0]), arguments[1])


def test_a_misspelt_deadline_gets_a_suggestion() -> None:
    with pytest.raises(BadInput, match="Did you mean"):
        forecast(TODAY, "A200")


def test_bad_records_and_leads_are_refused(record) -> None:
    row = {
        "id": "Z1", "kind": "truce", "chain": "z", "title": "z", "imposer": "US", "set_on": "",
        "deadline": "2026-01-10", "default": "", "decided_on": "", "outcome": "",
        "announced_only": "", "source": "", "evidence": "U", "note": "",
    }  # fmt: skip
    for change, words in (
        ({"kind": "truces"}, "unknown kind"),
        ({"outcome": "deal"}, "outcome 'deal' decided on ''"),
        ({"deadline": "10 January"}, "is no date"),
        ({"set_on": "2026-02-01"}, "known from"),
    ):
        with pytest.raises(BadFile, match=words):
            parse_deadlines([row | change])
    with pytest.raises(BadNumber, match="lead of 0 days"):
        backtest(record, TODAY, lead=0)
    with pytest.raises(NoAnswer, match="too few"):
        backtest(record, date(2019, 1, 1))


def test_the_command_says_what_it_knows_and_draws(call: Call, tmp_path: Path) -> None:
    chart = tmp_path / "f.svg"
    status, out, err = call("--on", "2026-11-21", "--backtest", "--out", str(chart))
    assert status == 0 and "Chart:" in err
    assert "outcomes on or after 2026-11-09 are unknown" in out
    assert "4 of 4 in its class" in out and "4 in 2,632 days" in out
    assert "We beat the class base rate" in out or "We do not beat the class base rate" in out
    assert "prediction market" in out
    assert "<svg" in chart.read_text(encoding="utf-8")


def test_json_has_everything_and_bad_input_no_number(call: Call) -> None:
    status, out, _ = call("--on", "2026-11-21", "--format", "json", "--backtest")
    answer = json.loads(out)
    assert status == 0 and answer["deadline"]["day"] == "2027-01-10"
    assert answer["model"] in ("class", "contacts") and len(answer["backtest"]["rows"]) == 53
    assert answer["warnings"] and all("evidence" in s for s in answer["sources"])
    for bad in (("--on", "tomorrow"), ("--deadline", "A99"), ("--out", "x.gif")):
        status, out, err = call(*bad)
        assert (status, out) == (2, "") and err


def test_intervals_over_readings_are_pooled_from_all_of_them() -> None:
    found = forecast(TODAY)
    extend, *alive = found.over_readings()
    rows = found.readings()
    assert min(r["low"] for r in rows) <= extend["low"] < extend["high"]
    assert extend["high"] <= max(r["high"] for r in rows)
    assert [r["record"] for r in alive] == [r["record"] for r in found.alive()]
    one = pooled_interval([found.rates], ["extend"])
    twice = pooled_interval([found.rates, found.rates], ["extend"])
    assert twice == pytest.approx(one, abs=0.01)
    short, long = alive  # Phase One held long: its years make a break less likely
    assert short["low"] < long["low"] and short["high"] < long["high"] < 1.0
