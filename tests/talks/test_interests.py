"""Games in which groups count: gradients, identities, agreement with `talks groups`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solving import economy, elasticities, shock
from tables import COUNTRIES, SECTORS, balanced
from tradetalks.cli import main
from tradetalks.errors import BadInput, BadNumber, UnknownName
from tradetalks.model import Closure, Equilibrium
from tradetalks.solve import solve
from tradetalks.talks import group_payoffs, nash_tariffs, optimal_tariffs, play, scenario_of
from tradetalks.talks.grouping import UNIT_GROUPS, grouping, payoffs_by_group
from tradetalks.talks.interests import Interests
from tradetalks.talks.measures import MEASURES, Change
from tradetalks.talks.payoff import Setting, payoff, read

EVEN = np.ones(SECTORS)
HOUSEHOLDS_ONLY = {g.id: 0.0 for g in grouping().groups if g.id not in UNIT_GROUPS}


@pytest.fixture(scope="module")
def toy():
    table = balanced(5)
    setting = Setting(economy(table), elasticities(3.0, 1.4), Closure())
    before = read(payoff(setting, table.tariff, 0, EVEN).equilibrium)
    return table, setting, before


def wanted(before: Equilibrium, scale: float, seed: int = 3) -> Interests:
    """Random interests of country 0 in everything that can be measured; the others have none."""
    draw = np.random.default_rng(seed)
    change = Change(before, before)
    own = {
        name: scale * draw.uniform(-1.0, 1.0, np.shape(measure(change)))
        for name, measure in MEASURES.items()
    }
    own["real_income"] += np.eye(COUNTRIES)[0]
    lines = {name: np.stack([np.zeros_like(c), c]) for name, c in own.items()}
    row = np.array([1, *[0] * (COUNTRIES - 1)])
    return Interests(before, row, np.array([1.0, 0.0]), np.ones(2), lines)


def by_hand(interests: Interests, after: Equilibrium, before: Equilibrium) -> float:
    """The objective of country 0 from a plain solve, without a trace."""
    change = Change(before, after)
    total = sum(
        float((c[1] * MEASURES[m](change)).sum()) for m, c in interests.coefficients.items()
    )
    return float(np.log1p(total / before.welfare[0]))


def test_the_gradient_is_that_of_plain_solves(toy) -> None:
    table, setting, before = toy
    interests = wanted(before, 0.3)
    tariff = table.tariff.copy()
    tariff[1:, 0] += 0.2
    found = payoff(replace(setting, interests=interests), tariff, 0, EVEN)

    def value(i: int, j: int, step: float) -> float:
        moved = tariff.copy()
        moved[i, 0, j] = np.expm1(np.log1p(moved[i, 0, j]) + step)
        after = solve(setting.economy, setting.elasticities, shock(table, moved)).require()
        return by_hand(interests, after, before)

    assert found.value == pytest.approx(value(1, 0, 0.0), abs=1e-9)
    for i, j in ((1, 0), (2, 2), (3, 1)):
        numeric = (value(i, j, 1e-4) - value(i, j, -1e-4)) / 2e-4
        assert found.slope[i, j] == pytest.approx(numeric, rel=1e-4, abs=1e-8)
        assert abs(numeric) > 1e-6


def test_households_alone_are_real_income(toy) -> None:
    _, setting, before = toy
    world = (setting.economy, setting.elasticities, None)
    plain = optimal_tariffs(*world, 0).require()
    alone = optimal_tariffs(*world, 0, interests=wanted(before, 0.0)).require()
    np.testing.assert_allclose(alone.tariff, plain.tariff, atol=1e-6)
    partial = optimal_tariffs(*world, 0, interests=wanted(before, 0.05)).require()
    assert np.abs(partial.tariff - plain.tariff).max() > 0.01
    assert partial.gain[0] < plain.gain[0]


def test_who_has_no_groups_plays_for_real_income(toy) -> None:
    _, setting, before = toy
    world = (setting.economy, setting.elasticities, None)
    war = nash_tariffs(*world, (0, 1), interests=wanted(before, 0.05)).require()
    answer = optimal_tariffs(*world, 1, against=[0], tariff=war.tariff).require()
    np.testing.assert_allclose(answer.tariff, war.tariff, atol=1e-5)


@pytest.fixture(scope="module")
def game():
    return play("optimal", ("USA",), partners=("CHN",), groups={})


def test_the_objective_is_the_weighted_sum_of_talks_groups(game) -> None:
    """The same sum from `talks groups` on the scenario of the chosen duties (rates to 0.01)."""
    rows = game.group_payoffs()
    ours = sum(r["weight"] * r["payoff"] for r in rows)
    again = group_payoffs([scenario_of(game, "chosen")], elasticities=("central",))
    (theirs,) = (r["weighted_sum"] for r in again.coherence() if r["country"] == "USA")
    assert ours == pytest.approx(theirs, rel=1e-3)
    by_group = {r["group"]: r["payoff"] for r in again.payoffs() if r["option"] == "chosen"}
    for row in rows:
        assert row["payoff"] == pytest.approx(by_group[row["group"]], abs=0.02)
    choice = game.choices[game.central]
    value = payoff(choice.setting, choice.tariff, choice.players[0].country,
                   choice.players[0].weights).value  # fmt: skip
    base = 1e-3 * float(choice.before.welfare[choice.players[0].country])
    assert value == pytest.approx(np.log1p(ours / base), abs=1e-9)


def test_weights_of_households_alone_give_the_plain_answer(game) -> None:
    plain = play("optimal", ("USA",), partners=("CHN",))
    alone = play("optimal", ("USA",), partners=("CHN",), groups=HOUSEHOLDS_ONLY)
    a, b, c = (g.choices[g.central] for g in (plain, alone, game))
    np.testing.assert_allclose(b.tariff, a.tariff, atol=1e-6)
    # another objective: less real income, a greater weighted sum
    assert c.gain[0] < a.gain[0]
    totals = [
        sum(payoffs_by_group(x.before, x.after, game.table)[g.id] for g in grouping().of("USA"))
        for x in (a, c)
    ]
    assert totals[1] > totals[0]


def test_the_answer_says_what_is_assumed(game) -> None:
    assert "usa.security 1" in game.assumptions()[0] and "assumed" in game.assumptions()[0]
    rows = {r["group"]: r for r in game.group_payoffs()}
    assert rows["usa.agriculture"]["weight_assumed"] and not rows["usa.agriculture"]["given"]
    assert not rows["usa.consumers"]["weight_assumed"]
    assert set(rows) == {g.id for g in grouping().of("USA")}


@pytest.mark.parametrize(
    ("players", "asked", "error", "said"),
    [
        (("USA",), {"groups": {"usa.secrity": 2.0}}, UnknownName, "Did you mean 'usa.security'"),
        (("USA",), {"groups": {"usa.security": -1.0}}, BadNumber, "of zero or more"),
        (
            ("USA",),
            {"groups": {g.id: 0.0 for g in grouping().of("USA")}},
            BadNumber,
            "sum to zero",
        ),
        (("VNM",), {"groups": {}}, BadInput, "no groups in VNM"),
        (
            ("USA",),
            {"groups": {}, "weights": {"USA": {"24": 2.0}}},
            BadInput,
            "by sector and by group",
        ),
    ],
)
def test_bad_weights_are_refused_before_anything_is_solved(players, asked, error, said) -> None:
    with pytest.raises(error, match=said):
        play("optimal", players, partners=("CHN",), **asked)


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "weights.yaml"
    file.write_text("usa.manufacturing_workers: 4.5\n", "utf-8")
    asked = ["talks", "optimal", "USA", "--partners", "CHN", "--groups", str(file)]
    assert main([*asked, "--format", "json"]) == 0
    rows = {r["group"]: r for r in json.loads(capsys.readouterr().out)["groups"]}
    workers = rows["usa.manufacturing_workers"]
    assert workers["weight"] == 4.5 and workers["given"]
    assert main(asked) == 0
    text = capsys.readouterr().out
    assert "4.5 (given)" in text and "1 (assumed; 0.01 to 4.5)" in text
    assert main([*asked[:-1], "usa.workers=2"]) != 0
    assert "unknown group 'usa.workers'" in capsys.readouterr().err
