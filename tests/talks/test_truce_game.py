"""The truce game against an enumeration written from its rules, and what must hold of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tradetalks.errors import BadInput, BadNumber, UnknownName
from tradetalks.talks.quantal import logit_equilibrium
from tradetalks.talks.truce import TruceAnswer, play_truce, rules_of, summary
from tradetalks.talks.truce_flows import HORIZONS, PLAYERS, Flows
from tradetalks.talks.truce_game import Grid, Rules, outlook, solve_game
from tradetalks.talks.truce_maps import (
    MAPS,
    record_allows,
    region_map,
    shares_of,
    switch_points,
    tornado,
)
from tradetalks.talks.truce_settings import figures, parse_settings, settings

TODAY, UNTIL = date(2026, 11, 21), date(2027, 1, 10)
SOME = ("sigma", "deal_cost_usa", "months", "noise")
NOW = ("--on", "2026-11-21", "--set", "months=8")
Call = Callable[..., tuple[int, str, str]]


def made_up_flows() -> Flows:
    """Numbers of the size that the world model gives, not its own."""

    def by(usa: float, chn: float, fade: float = 1.0) -> dict[str, dict[str, float]]:
        return {
            h: {"USA": f * usa, "CHN": f * chn} for h, f in zip(HORIZONS, (1, fade), strict=True)
        }

    return Flows(
        {"lapse": by(-1.5, -0.5), "mirrored": by(-3.0, -6.0), "deal": by(0.75, 2.4)},
        {
            "USA": {"ban": by(1.0, -1.8, 0.08), "slow": by(0.07, -0.1, 0.3)},
            "CHN": {"ban": by(-2.3, 1.2, 0.08), "slow": by(-0.13, 0.1, 0.3)},
        },
    )


@pytest.fixture(scope="module")
def answer() -> TruceAnswer:
    short = {"months": 8}
    return play_truce(TODAY, until=UNTIL, flows=made_up_flows(), grid=Grid(4, 3), given=short)


def rules(**changes: object) -> Rules:
    base = rules_of(settings(), made_up_flows(), 1, TODAY)
    return replace(base, **changes)  # type: ignore[arg-type]


def by_hand(r: Rules) -> dict[tuple[str, int, int], np.ndarray]:
    """Values with leverage and beliefs frozen, by recursion over every pair of actions.

    Written from the rules in docs/truce-and-forecast.md and sharing only the stage solver.
    """
    g = r.signature * (1 - r.distrust / (1 + np.exp(2))) ** 2
    war_flow = r.war - r.ban_loss + r.ban_gain
    tail = (1 - r.discount**r.tail) / (1 - r.discount)
    longest = max(r.to_end, r.extension - 1) + 1
    V: dict[tuple[str, int, int], np.ndarray] = {
        ("war", 0, r.months): tail * war_flow,
        ("deal", 0, r.months): tail * r.deal,
        **{("truce", k, r.months): np.zeros(2) for k in range(longest + 1)},
    }

    def stage(payoff: np.ndarray) -> np.ndarray:
        P, Q = logit_equilibrium(payoff[None, 0], payoff[None, 1], r.sigma)
        return np.array([P[0] @ payoff[i] @ Q[0] for i in range(2)])

    for t in range(r.months - 1, -1, -1):
        after = t + 1
        war, deal = (r.discount * V[x, 0, after] for x in ("war", "deal"))
        fresh = r.discount * V["truce", r.extension - 1, after]
        V["deal", 0, t] = r.deal + (1 - r.deal_hazard) * deal + r.deal_hazard * war
        fight = np.empty((2, 3, 3))
        for a, b in product(range(3), repeat=2):
            fight[:, a, b] = war_flow + (war if 0 in (a, b) else deal if a == b == 2 else fresh)
        V["war", 0, t] = stage(fight)
        end = np.empty((2, 3, 3))
        for a, b in product(range(3), repeat=2):
            kept = deal if a == b == 1 else fresh
            end[:, a, b] = war if 2 in (a, b) else g * kept + (1 - g) * war
        V["truce", 0, t] = stage(end)
        for k in range(1, longest + 1):
            inside = np.empty((2, 4, 4))
            for a, b in product(range(4), repeat=2):
                if 3 in (a, b):
                    inside[:, a, b] = war
                elif a == b == 2:
                    inside[:, a, b] = deal
                else:
                    slow = np.array([a == 1, b == 1], dtype=float)
                    flow = slow * r.slow_gain - slow[::-1] * r.slow_loss
                    inside[:, a, b] = flow + r.discount * V["truce", k - 1, after]
            V["truce", k, t] = stage(inside)
    return V


def test_frozen_game_against_enumeration() -> None:
    """No decay, no news: the grid game is the small one."""
    r = rules(idle_decay=np.zeros(2), used_decay=np.zeros(2), signal=1e-9, memory=1.0, months=7)
    grid, small = solve_game(r, Grid(3, 5)), by_hand(r)
    for k in range(grid.truce.shape[1]):
        np.testing.assert_allclose(grid.start(grid.truce)[:, k], small["truce", k, 0], atol=1e-9)
    np.testing.assert_allclose(grid.war[:, 0, 0], small["war", 0, 0], atol=1e-9)
    np.testing.assert_allclose(grid.deal[:, 0, 0], small["deal", 0, 0], atol=1e-9)


def test_forward_chances_against_drawn_histories() -> None:
    r = rules(idle_decay=np.zeros(2), used_decay=np.zeros(2), months=6, to_end=2)
    played = solve_game(r, Grid(2, 5))
    said = outlook(played)
    kinds = ("breach_before", "deal_before", "extend", "deal", "escalate", "lapse")
    assert sum(said[k] for k in kinds) == pytest.approx(1.0)
    rng, n, c = np.random.default_rng(2), 6_000, played.chains
    seen = dict.fromkeys(kinds, 0)
    for _ in range(n):
        seen[draw(played, rng, c)] += 1
    for kind in kinds:
        spread = np.sqrt(said[kind] * (1 - said[kind]) / n)
        assert abs(seen[kind] / n - said[kind]) < 4.5 * spread + 1e-6, kind


def draw(played, rng, c) -> str:
    """Play one history to the end of the truce."""
    la = lb = c.start
    for t in range(played.rules.to_end):
        k = played.rules.to_end - t
        P, Q = (x[k - 1, 0, 0, la, lb] for x in played.inside[t])
        a, b = rng.choice(4, p=P), rng.choice(4, p=Q)
        if 3 in (a, b):
            return "breach_before"
        if a == b == 2:
            return "deal_before"
        la = rng.choice(len(c.belief[0]), p=c.belief[int(a == 1)][la])
        lb = rng.choice(len(c.belief[0]), p=c.belief[int(b == 1)][lb])
    P, Q = (x[0, 0, la, lb] for x in played.at_end[played.rules.to_end])
    a, b = rng.choice(3, p=P), rng.choice(3, p=Q)
    if 2 in (a, b):
        return "escalate"
    if rng.random() > c.signed[la, lb]:
        return "lapse"
    return "deal" if a == b == 1 else "extend"


def test_chains_are_probabilities_and_keep_means() -> None:
    r = rules()
    c = solve_game(replace(r, months=3), Grid(9, 5)).chains
    for M in (*c.leverage[0], *c.leverage[1], *c.belief):
        np.testing.assert_allclose(M.sum(1), 1.0)
        assert (M >= 0).all()
    fall = -np.log(c.levels[0])
    assert c.leverage[0][2][0] @ fall == pytest.approx(r.used_decay[0])
    assert (np.diff(c.belief[1], axis=0).cumsum(1) <= 1e-12).all()  # more suspicion stays more
    points = np.arange(5)
    assert c.belief[1][2] @ points > c.belief[0][2] @ points  # slowness is heard


def test_grid_is_fine_enough(answer) -> None:
    coarse, fine = answer.played, solve_game(answer.played.rules, Grid(7, 7))
    for key in ("stall", "month_against_war"):
        for a, b in zip(summary(coarse)["players"], summary(fine)["players"], strict=True):
            assert a[key] == pytest.approx(b[key], abs=0.6)
    assert outlook(coarse)["extend"] == pytest.approx(outlook(fine)["extend"], abs=0.06)


def test_economics_of_the_answer(answer) -> None:
    found = answer.summary()
    for player in found["players"]:
        assert player["month_against_war"] > 0
        assert player["war"] < player["truce"]
        assert player["time_other_leverage"] >= -1e-6
    dear = summary(answer.replayed({"deal_cost": 4.0}))
    free = summary(answer.replayed({"deal_cost": 0.0}))
    assert set(free["stallers"]) <= set(dear["stallers"])
    assert dear["outlook"]["deal"] < free["outlook"]["deal"]
    calm = outlook(answer.replayed({"sigma": 1.0}))["breach_a_month"]
    wild = outlook(answer.replayed({"sigma": 10.0}))["breach_a_month"]
    assert calm < wild


def test_symmetric_players_have_symmetric_values() -> None:
    same = {"slow_loss": 0.1, "slow_gain": 0.05, "ban_loss": 2.0, "ban_gain": 0.7, "war": -4.0,
            "deal": 0.3, "idle_decay": 0.01, "used_decay": 0.08}  # fmt: skip
    r = rules(**{k: np.full(2, v) for k, v in same.items()}, months=8)
    played = solve_game(r, Grid(4, 3))
    mirrored = played.truce[1].transpose(0, 2, 1, 4, 3)
    np.testing.assert_allclose(played.truce[0], mirrored, atol=1e-7)


def test_self_enforcement_rows_hang_together(answer) -> None:
    for row in answer.enforcement():
        assert row["gain_a_month"] > 0 > row["answer_a_month"]
        assert row["critical"] is None or row["critical"] >= row["critical_forever"] - 1e-12
    war = {r["player"]: r for r in answer.reviews() if r["answer"] == "war"}
    mild = {r["player"]: r for r in answer.reviews() if r["answer"] != "war"}
    for code in PLAYERS:
        assert set(mild[code]["safe"]) <= set(war[code]["safe"])
    for row in answer.threats():
        assert 0 <= row["most"] <= 1 and row["target_loss"] > 0


def test_maps_tornado_and_switch_points(answer) -> None:
    rows = region_map(answer, "deal_cost_usa", "sigma", points=2)
    assert len(rows) == 4 and {r["likely"] for r in rows} <= {"extend", "deal", "break"}
    shares = shares_of(rows)
    assert shares["points"] == 4 and 0 <= shares["usa_stalls"] <= 1
    allowed = record_allows(answer)
    assert 0 < allowed.extend[0] < 0.75 < allowed.extend[1] < 1
    for row in switch_points(answer, points=3):
        if row["deal_cost"] is not None:
            assert row["low"] < row["deal_cost"] < row["high"]
    swings = [abs(r["extend_at_high"] - r["extend_at_low"]) for r in tornado(answer, SOME)]
    assert swings == sorted(swings, reverse=True) and swings[0] > 0.05


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"sigmma": 1.0}, UnknownName, "Did you mean 'sigma'"),
        ({"discount": 1.0}, BadNumber, "discount_usa is 1: a discount factor lies between 0 and 1"),
        ({"discount_chn": 0.0}, BadNumber, "both excluded"),
        ({"noise": 0.0}, BadNumber, "noise is 0. It must be above 0"),
        ({"noise": -0.1}, BadNumber, "must be above 0"),
        ({"sigma": -1.0}, BadNumber, "must be above 0"),
        ({"signature": 1.5}, BadNumber, "share, from 0 to 1"),
        ({"months": 2.5}, BadNumber, "whole number"),
        ({"extension": 0}, BadNumber, "whole number"),
        ({"deal_cost_usa": -1}, BadNumber, "cannot be negative"),
        ({"slow_approval": 0.97}, BadNumber, "not below full_approval"),
        ({"false_alarm": 0.0}, BadNumber, "between 0 and 1"),
        ({"rents": np.nan}, BadNumber, "no number"),
    ],
)
def test_bad_parameters_are_refused(given, error, words: str) -> None:
    with pytest.raises(error, match=words):
        settings(given)


def test_both_sides_at_once_and_texts() -> None:
    assert (
        settings({"discount": 0.8})["discount_usa"] == settings({"discount": 0.8})["discount_chn"]
    )
    assert parse_settings(["sigma=2", " noise = 0.1"]) == {"sigma": 2.0, "noise": 0.1}
    for text in ("sigma", "sigma=much", "=3x"):
        with pytest.raises(BadInput, match="sets nothing"):
            parse_settings([text])


def test_every_book_value_is_possible_at_both_ends() -> None:
    for name, figure in figures().items():
        for value in (figure.low, figure.high):
            settings({name: value})
    assert all(len(pair) == 2 for pair in MAPS)


def test_ends_in_the_past_are_refused() -> None:
    flows = made_up_flows()
    with pytest.raises(BadInput, match="in the past"):
        play_truce(TODAY, until=date(2026, 11, 10), flows=flows)
    with pytest.raises(BadInput, match="in the past"):
        play_truce(date(2028, 1, 1), flows=flows)
    with pytest.raises(BadInput, match="months ahead"):
        play_truce(TODAY, until=date(2031, 1, 1), flows=flows)


@pytest.fixture
def call(command: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setattr("tradetalks.talks.truce.solve_flows", lambda *_a, **_k: made_up_flows())
    return lambda *arguments: command("talks", "truce", *arguments)


def test_the_chart_has_maps_and_tornado(answer, tmp_path: Path) -> None:
    from tradetalks.report.drawing import save_spec
    from tradetalks.report.truces import truce_spec

    rows = region_map(answer, "discount", "answer", points=2)
    chart = {"across": "discount", "up": "answer", "rows": rows}
    save_spec(truce_spec("2027-01-10", [chart], tornado(answer, SOME[:2])), tmp_path / "t.svg")
    text = (tmp_path / "t.svg").read_text(encoding="utf-8")
    assert "deal_cost_usa" in text and "at the low end" in text


def test_the_command_answers_and_names_what_is_assumed(call: Call) -> None:
    status, out, _ = call(*NOW, "--set", "sigma=3", "--map", "sigma,deal_cost_usa")
    assert status == 0
    wanted = ("gains by stalling", "Longest safe", "License in full", "Set by you: sigma=3, mon")
    for words in (*wanted, "cannot be identified", "compatible with the record"):
        assert words in " ".join(out.split()), words


def test_json_and_bad_input(call: Call) -> None:
    status, out, _ = call(*NOW, "--format", "json")
    found = json.loads(out)
    assert status == 0 and found["until"] == "2027-01-10" and found["parameters"]["sigma"] == 2.5
    assert any("assumed, range" in text for text in found["assumptions"])
    for bad in (
        ("--set", "sigmma=1"), ("--set", "discount=1.2"), ("--set", "noise=0"), ("--out", "a.gif"),
        ("--map", "sigma"), ("--map", "sigma,sigma"), ("--map", "sigma,nois"),
        ("--until", "2026-01-01"), ("--on", "soon"),
    ):  # fmt: skip
        status, out, err = call(*bad)
        assert (status, out) == (2, "") and err, bad
