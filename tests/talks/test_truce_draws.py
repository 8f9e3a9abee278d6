"""Draws over the assumed numbers of the truce game."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tradetalks.cli.talks_truce_draws import draws_body, draws_text, with_ranges
from tradetalks.cli.talks_truce_stands import alive_rows, chart_of, stands_text
from tradetalks.errors import BadNumber
from tradetalks.report.drawing import save_spec
from tradetalks.results.draws import Parameter
from tradetalks.talks.truce import TruceAnswer, play_truce, summary
from tradetalks.talks.truce_alive import standing
from tradetalks.talks.truce_draws import COARSE, KEPT, TARIFFS, TruceDraws, draw_truce, space_of
from tradetalks.talks.truce_flows import HORIZONS, SETS, Flows
from tradetalks.talks.truce_game import Grid
from tradetalks.talks.truce_settings import WHOLE, figures


def flows() -> Flows:
    def by(usa: float, chn: float, fade: float = 1.0) -> dict[str, dict[str, float]]:
        return {
            h: {"USA": f * usa, "CHN": f * chn} for h, f in zip(HORIZONS, (1, fade), strict=True)
        }

    tariffs = {"lapse": by(-1.5, -0.5), "mirrored": by(-3.0, -6.0), "deal": by(0.75, 2.4)}
    controls = {
        "USA": {"ban": by(1.0, -1.8, 0.08), "slow": by(0.07, -0.1, 0.3)},
        "CHN": {"ban": by(-2.3, 1.2, 0.08), "slow": by(-0.13, 0.1, 0.3)},
    }
    weak = {k: {h: {p: 0.5 * v for p, v in x.items()} for h, x in w.items()}
            for k, w in tariffs.items()}  # fmt: skip
    return Flows(tariffs, controls, by_set={"low": weak, "central": tariffs, "high": tariffs})


@pytest.fixture(scope="module")
def answer() -> TruceAnswer:
    return play_truce(
        date(2026, 11, 21), until=date(2027, 1, 10), flows=flows(), grid=Grid(2, 3),
        given={"months": 6, "sigma": 3.0},
    )  # fmt: skip


@pytest.fixture(scope="module")
def drawn(answer: TruceAnswer) -> TruceDraws:
    return draw_truce(answer, 48, seed=3)


def test_every_assumed_range_is_drawn_but_what_is_set_or_kept(drawn: TruceDraws) -> None:
    known = figures()
    wanted = {n for n, f in known.items() if f.low < f.high} - {*KEPT, "months", "sigma"}
    assert {p.name for p in drawn.space} == wanted | {TARIFFS}
    for p in drawn.space:
        values = drawn.values[p.name]
        if p.scale == "range" and p.name != TARIFFS:
            assert values.min() >= known[p.name].low and values.max() <= known[p.name].high
        if p.name in WHOLE:
            assert (values == np.round(values)).all()
    assert set(np.unique(drawn.values[TARIFFS])) == set(range(len(SETS)))


def test_half_of_the_draws_lie_on_each_side_of_the_value(answer: TruceAnswer) -> None:
    known = figures()
    for p in space_of(answer):
        if p.name != TARIFFS and known[p.name].low < known[p.name].value < known[p.name].high:
            assert p.at(0.5) == pytest.approx(known[p.name].value)
    flat = Parameter("x", "", "draw", 1.0, 0.0, 1.0, "", "U", (), "range")
    assert flat.at([0.0, 0.5, 1.0]) == pytest.approx([0.0, 0.5, 1.0])


def test_a_draw_is_the_game_with_its_numbers(drawn: TruceDraws, answer: TruceAnswer) -> None:
    k = int(np.flatnonzero(drawn.values[TARIFFS] == SETS.index("low"))[0])
    own = {n: float(v[k]) for n, v in drawn.values.items() if n != TARIFFS}
    weak = replace(answer, flows=replace(answer.flows, tariffs=answer.flows.by_set["low"]))
    found = summary(weak.replayed(own, COARSE))
    for player in found["players"]:
        code = player["player"].lower()
        assert drawn.outcomes[f"stall_{code}"][k] == pytest.approx(player["stall"], abs=1e-9)
    assert drawn.outcomes["extend"][k] == pytest.approx(found["outlook"]["extend"], abs=1e-12)


def test_the_same_seed_draws_the_same_and_more_draws_go_on(
    drawn: TruceDraws, answer: TruceAnswer
) -> None:
    fewer = draw_truce(answer, 8, seed=3)
    for name, values in fewer.outcomes.items():
        assert np.array_equal(values, drawn.outcomes[name][:8])


def test_shares_add_up_and_a_costly_deal_makes_stalling_pay(drawn: TruceDraws) -> None:
    s = drawn.stalling()
    assert s["USA"] is not None and s["CHN"] is not None
    assert s["both"] is not None and s["neither"] is not None
    assert s["USA"] + s["CHN"] - s["both"] + s["neither"] == pytest.approx(1.0)
    cost = drawn.values["deal_cost_usa"]
    stall = drawn.outcomes["stall_usa"]
    assert np.corrcoef(cost, stall)[0, 1] > 0.2
    assert all(r["p05"] <= r["p50"] <= r["p95"] for r in drawn.rows())


def test_the_text_says_what_is_drawn(drawn: TruceDraws) -> None:
    text = " ".join("".join(draws_text(draws_body(drawn))).split())
    assert f"Over 48 draws of {len(drawn.space)} numbers (seed 3)" in text
    assert "not a probability of the world" in text and "coarser grid" in text


def test_numbers_that_cannot_be_are_refused(answer: TruceAnswer) -> None:
    with pytest.raises(BadNumber, match="0 draws"):
        draw_truce(answer, 0)
    with pytest.raises(BadNumber, match="seed"):
        draw_truce(answer, 2, seed=-1)


def test_how_long_it_stands_agrees_with_the_outlook() -> None:
    found = play_truce(
        date(2026, 11, 21), until=date(2027, 3, 10), flows=flows(), grid=Grid(2, 3),
        given={"months": 14, "deal_hazard": 0.0},
    )  # fmt: skip
    said, end = found.summary()["outlook"], found.played.rules.to_end + 1
    rows = found.alive()
    assert (rows[0]["truce"], rows[0]["deal"], len(rows)) == (1.0, 0.0, 13)
    assert rows[end]["truce"] == pytest.approx(said["extend"], abs=1e-12)
    assert rows[end]["deal"] == pytest.approx(said["deal_before"] + said["deal"], abs=1e-12)
    lost = said["breach_before"] + said["escalate"] + said["lapse"]
    assert rows[end]["stands"] == pytest.approx(1 - lost, abs=1e-12)
    stands = np.array([r["stands"] for r in rows])
    assert (np.diff(stands) <= 1e-12).all() and stands[-1] > 0
    record = found.alive_on_record()
    assert record is None  # that day is no deadline of the record
    own = replace(found, until=date(2027, 1, 10)).alive_on_record()
    assert own is not None and 0 < own["low"] < own["alive"] < own["high"] < 1


def test_where_nobody_errs_or_signs_it_lasts_to_its_end_and_not_longer() -> None:
    """With no gain from a breach and no signature all is kept to the end, then all lapses."""
    given = {"months": 6, "sigma": 1e-3, "signature": 0.0, "deal_cost": 1e3, "rivalry": 0.0}
    found = play_truce(
        date(2026, 11, 21), until=date(2027, 1, 10), flows=flows(), grid=Grid(2, 3), given=given
    )
    stands = [r["stands"] for r in found.alive()]
    end = found.played.rules.to_end + 1
    assert stands[:end] == pytest.approx([1.0] * end, abs=1e-6)
    assert stands[end:] == pytest.approx([0.0] * len(stands[end:]), abs=1e-6)


def test_the_fan_spreads_over_the_draws(drawn: TruceDraws, answer: TruceAnswer) -> None:
    fan = drawn.fan()
    assert [r["months"] for r in fan] == list(range(len(fan)))
    assert len(fan) == answer.values["months"] + 1
    keys = ("p05", "p25", "p50", "p75", "p95")
    values = np.array([[r[k] for k in keys] for r in fan])
    assert (values[0] == 1.0).all() and (np.diff(values, axis=1) >= 0).all()
    assert values[2, -1] - values[2, 0] > 0.05
    k = int(np.flatnonzero(drawn.values[TARIFFS] == SETS.index("central"))[0])
    own = {n: float(v[k]) for n, v in drawn.values.items() if n != TARIFFS}
    path = standing(answer.replayed(own, COARSE)).sum(1)
    assert drawn.paths[k, : path.size] == pytest.approx(path, abs=1e-12)


def test_the_chart_shows_fan_record_and_worth(
    answer: TruceAnswer, drawn: TruceDraws, tmp_path: Path
) -> None:
    more = {"maps": [], "draws": draws_body(drawn), "alive_on_record": answer.alive_on_record()}
    more["alive"] = alive_rows(answer, more)
    assert more["alive"][2]["stands_low"] < more["alive"][2]["stands_high"]
    save_spec(chart_of(answer, more), tmp_path / "truce.svg")
    svg = (tmp_path / "truce.svg").read_text("utf-8")
    for words in ("Will it stand past 10 January 2027?", "48 draws", "record: ", "assumed",
                  "percent", "USD billions"):  # fmt: skip
        assert words in svg, words
    words = " ".join(stands_text(more).split())
    assert "5% of draws" in words and "The record without Phase One" in words
    (usa, _) = with_ranges(answer.summary()["players"], more)
    assert usa["stall_low"] < usa["stall_high"]
