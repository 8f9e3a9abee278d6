"""Packages on the toy world: against single solves, exhaustive search and game theory."""

from __future__ import annotations

import datetime
import itertools
import math

import nashpy
import numpy as np
import pytest
from scipy.stats import norm
from toy_agenda import TEXT, plain

from tradetalks.data import load_world
from tradetalks.engine import simulate
from tradetalks.errors import BadFile, BadInput, BadNumber, UnknownName
from tradetalks.scenario import Scenario
from tradetalks.talks.packages import Agenda, draw_weights, load_agenda, negotiate, ratify, tables
from tradetalks.talks.packages.bargain import Bargain, freezing, model_only, sensitivities
from tradetalks.talks.packages.exchange import exchange
from tradetalks.talks.packages.payoffs import all_weights, summed, weight_tables
from tradetalks.talks.packages.trades import (
    concessions,
    default_levels,
    ring_fenced,
    shapley,
    temptation,
)


@pytest.fixture(scope="module")
def bargain() -> Bargain:
    return negotiate(Agenda.from_yaml(TEXT))


def agenda(**changed) -> Agenda:
    return Agenda.model_validate(plain() | changed)


def frozen(bargain: Bargain, **freeze) -> Bargain:
    """The same worlds with issues frozen: solved once for all tests."""
    from dataclasses import replace

    from tradetalks.talks.packages import points
    from tradetalks.talks.packages.bargain import _points
    from tradetalks.talks.packages.payoffs import frozen_mask

    allowed = frozen_mask(bargain.agenda, freeze)
    gain = np.where(allowed[:, None], bargain.payoffs.flat, np.nan)
    return replace(
        bargain,
        freeze=freeze,
        allowed=allowed,
        zone=points.zone(gain),
        efficient=points.pareto(gain),
        points=_points(bargain.agenda, bargain.payoffs, gain, None),
    )


def test_worlds_that_are_the_same_are_solved_once(bargain) -> None:
    assert bargain.agenda.count == 36 and len(bargain.worlds.levels) == 18
    closed, opened = (bargain.payoffs.income[:, :, v] for v in (0, 1))
    assert np.array_equal(closed, opened)


def test_payoffs_are_those_of_simulate_plus_weights(bargain) -> None:
    """One package by the public engine: a path of its own, with another reference."""
    law = Scenario.model_validate(
        {
            "name": "law",
            "question": "q",
            "world": "toy",
            "sources": ["invented"],
            "changes": [
                {"kind": "tariff", "importer": "HOM", "exporter": "FOR", "set": "40%"},
                {"kind": "tariff", "importer": "FOR", "exporter": "HOM", "set": "40%"},
            ],
        }
    )
    signed = law.replace(
        name="signed",
        changes=[
            {"kind": "tariff", "importer": "FOR", "exporter": "HOM", "set": "0%"},
            {
                "kind": "purchase_floor", "importer": "FOR", "exporter": "HOM",
                "sectors": "GOODS", "at_least": "110%",
            },
        ],
    )  # fmt: skip
    runs = [simulate(s) for s in (law, signed)]
    change = runs[1].at_central("equivalent_variation") - runs[0].at_central("equivalent_variation")
    package = (1, 2, 1, 1)
    income = bargain.payoffs.income[package] / bargain.payoffs.scale
    assert income == pytest.approx(change.sel(country=["HOM", "FOR"]).values, abs=1e-9)
    usd = bargain.payoffs.weights[package] / bargain.payoffs.scale
    assert usd == pytest.approx([-0.001, 0.004])


def test_the_law_is_the_disagreement_and_gives_nothing(bargain) -> None:
    assert bargain.gain(bargain.points["law"].number) == pytest.approx([0, 0])
    assert bargain.levels(bargain.points["today"].number) == (1, 1, 0, 0)
    assert (bargain.gain(bargain.points["today"].number) > 0).all()  # ten against forty, both ways


def test_points_by_exhaustive_search(bargain) -> None:
    total = bargain.payoffs.total
    packages = list(itertools.product(*map(range, bargain.agenda.shape)))
    inside = [p for p in packages if (total[p] >= -1e-6).all()]
    assert len(inside) == bargain.zone.sum()
    best = max(inside, key=lambda p: total[p].prod())
    assert bargain.levels(bargain.points["nash"].number) == best
    ideal = [max(total[p][s] for p in inside) for s in (0, 1)]
    fair = max(inside, key=lambda p: min(total[p] / ideal))
    assert bargain.levels(bargain.points["kalai_smorodinsky"].number) == fair
    equal = max(inside, key=lambda p: total[p].min())
    assert bargain.levels(bargain.points["egalitarian"].number) == equal


def test_dollars_or_percent_the_nash_package_is_the_same(bargain) -> None:
    dollars = negotiate(agenda(unit="usd_bn"), ranges=False)
    assert dollars.points["nash"].number == bargain.points["nash"].number
    ratio = bargain.payoffs.flat[1:] / dollars.payoffs.flat[1:]
    assert ratio == pytest.approx(np.broadcast_to(bargain.payoffs.scale, ratio.shape))


def test_shares_of_issues_add_up_and_are_shapleys(bargain) -> None:
    total, start = bargain.payoffs.total, default_levels(bargain.payoffs)
    end = (1, 2, 1, 1)
    found = shapley(total, start, end)
    assert found.sum(0) == pytest.approx(total[end] - total[start])
    orders = list(itertools.permutations(range(4)))
    by_hand = np.zeros((4, 2))
    for order in orders:
        at = list(start)
        for k in order:
            before = total[tuple(at)]
            at[k] = end[k]
            by_hand[k] += (total[tuple(at)] - before) / len(orders)
    assert found == pytest.approx(by_hand)
    assert shapley(total, start, start).tolist() == np.zeros((4, 2)).tolist()


def test_freezing_never_gives_more(bargain) -> None:
    total = bargain.payoffs.flat
    for issue in bargain.agenda.issues:
        for level in issue.levels:
            less = frozen(bargain, **{issue.id: level.id})
            assert set(np.flatnonzero(less.zone)) <= set(np.flatnonzero(bargain.zone))
            for s in (0, 1):
                top = [np.where(b.zone, total[:, s], 0).max() for b in (less, bargain)]
                assert top[0] <= top[1] + 1e-12
    before, after, best = freezing(bargain, {"foreign_tariff": "forty"})
    assert before == pytest.approx(bargain.share) and after < before
    assert best is None or total[best].prod() <= total[bargain.points["nash"].number].prod()


def test_no_agreement_zone_is_an_answer(bargain) -> None:
    none = frozen(bargain, home_tariff="none", foreign_tariff="forty", purchases="none")
    assert not none.agreement and set(none.points) == {"law", "today"}
    body = tables.body(none, {})
    assert body["zone"] == 0 and body["by_issue"] == [] and body["freeze"]["zone_after"] == 0


def test_issues_apart_leave_every_table_without_a_loser(bargain) -> None:
    total, start = bargain.payoffs.total, default_levels(bargain.payoffs)
    apart = ring_fenced(bargain.payoffs)
    for k, level in enumerate(apart):
        alone = total[(*start[:k], level, *start[k + 1 :])]
        assert (alone >= -1e-6).all()
    # each of the toy's tariffs is a gift: only together can they be signed
    assert apart == start and tables.linkage_row(bargain)["HOM"] > 0


def test_concessions_are_moves_from_the_law_cheapest_first(bargain) -> None:
    total, start = bargain.payoffs.total, default_levels(bargain.payoffs)
    found = concessions(bargain.payoffs)
    assert {(c.issue, c.side) for c in found} >= {(0, 0), (1, 1), (2, 0)}
    for c in found:
        alone = total[(*start[: c.issue], c.level, *start[c.issue + 1 :])]
        assert alone[c.side] == pytest.approx(-c.cost) and alone[1 - c.side] == c.worth > 0
    for side in (0, 1):
        prices = [c.price for c in found if c.side == side]
        assert prices == sorted(prices)


def test_the_one_shot_game_of_keeping_the_package_is_a_dilemma(bargain) -> None:
    """nashpy finds the breach of both as the only equilibrium, and delta is the grim trigger's."""
    total = bargain.payoffs.total
    package = bargain.levels(bargain.points["nash"].number)
    moves = [temptation(bargain.payoffs, package, s) for s in (0, 1)]
    assert all(m.gain > 0 for m in moves)

    def played(first: int, second: int) -> np.ndarray:
        own = [moves[0].levels if first else package, moves[1].levels if second else package]
        by = [0 if issue.by == "HOM" else 1 for issue in bargain.agenda.issues]
        return total[tuple(own[s][k] for k, s in enumerate(by))]

    table = np.array([[played(a, b) for b in (0, 1)] for a in (0, 1)])
    found = list(nashpy.Game(table[:, :, 0], table[:, :, 1]).support_enumeration())
    assert len(found) == 1
    assert [x.tolist() for x in found[0]] == [[0, 1], [0, 1]]
    for s, move in enumerate(moves):
        kept, breach = total[package][s], total[move.levels][s]
        for step, better in ((0.01, True), (-0.01, False)):
            delta = move.discount + step
            assert (kept / (1 - delta) > breach + 0.0 * delta / (1 - delta)) == better


def test_a_package_no_better_than_the_law_is_never_kept(bargain) -> None:
    loser = (2, 0, 0, 0)  # HOM gives its tariff away for nothing
    found = temptation(bargain.payoffs, loser, 0)
    assert bargain.payoffs.total[loser][0] < 0 and found.discount == math.inf
    assert temptation(bargain.payoffs, loser, 1).gain == 0


def test_assumed_weights_are_varied_and_left_out(bargain) -> None:
    ends = sensitivities(bargain)
    assert {(s.side, s.value) for s in ends} == {
        ("HOM", -0.005), ("HOM", 0.0), ("FOR", 0.0), ("FOR", 0.01)
    }  # fmt: skip
    flat = bargain.payoffs.income.reshape(-1, 2)
    assert model_only(bargain).share == pytest.approx((flat >= -1e-6).all(1).mean())
    row = tables.package_row(bargain, bargain.number((1, 2, 1, 0)))
    assert 0 < row["HOM"]["assumed_weights_share"] == row["HOM"]["assumed_share"] < 1
    assert row["FOR"]["assumed_weights_share"] == 0  # its weight has a source
    with_floor = tables.package_row(bargain, bargain.number((1, 2, 1, 1)))
    assert with_floor["FOR"]["assumed_share"] > 0  # the size of the purchases is assumed


def test_a_percent_weight_is_a_part_of_income(bargain) -> None:
    level = np.array([2.0, 1.0])
    data = plain()
    data["issues"][2]["levels"][1]["weights"] = [
        {"side": "HOM", "value": 1.5, "unit": "percent", "source": "invented"}
    ]
    for unit, wanted in (("percent", 1.5), ("usd_bn", 0.03)):
        found = Agenda.model_validate(data | {"unit": unit})
        total = summed(found, weight_tables(found, level))
        assert total[0, 0, 1, 0].tolist() == pytest.approx([wanted, 0.0])


def test_swaps_bound_the_rate_at_which_both_gain(bargain) -> None:
    swaps, weighed = exchange(bargain, ("foreign_tariff", "none"), ("home_tariff", "none"))
    first = swaps[0]
    assert first.elasticities == bargain.worlds.central and first.giver == 1
    assert first.given[0] > 0 > first.given[1] and first.taken[1] > 0 > first.taken[0]
    for part, gains in ((first.low, 1), (first.high, 0)):
        sums = [g + part * t for g, t in zip(first.given, first.taken, strict=True)]
        assert sums[gains] == pytest.approx(0, abs=1e-12)
    assert weighed.given == pytest.approx(first.given)
    with pytest.raises(BadInput, match="gift, no swap"):
        exchange(bargain, ("home_tariff", "none"), ("visas", "open"))
    with pytest.raises(BadInput, match="nobody moves"):
        exchange(bargain, ("home_tariff", "forty"), ("purchases", "promised"))
    with pytest.raises(UnknownName, match="Did you mean 'visas'"):
        exchange(bargain, ("visa", "open"), ("purchases", "promised"))


def test_approval_is_the_product_of_normal_probabilities(bargain) -> None:
    found = ratify(bargain)
    assert [r.id for r in found.approvers] == ["house", "council", "head"]
    package = (1, 2, 1, 1)
    n = bargain.number(package)
    income = bargain.payoffs.income[package]
    weights = bargain.payoffs.weights[package]
    wanted = [
        norm.cdf((income[0] + 3 * weights[0]) / 0.2),
        norm.cdf((income[1] + weights[1] - 0.3) / 0.2),
        norm.cdf((income[0] + weights[0] - 0.1) / 0.3),
    ]
    assert found.probability[:, n] == pytest.approx(wanted)
    assert found.total[n] == pytest.approx(math.prod(wanted))
    chain = found.chain(n)
    assert [c[2] for c in chain] == pytest.approx(np.cumprod(wanted).tolist())
    low, high = found.ends(n)
    assert low <= found.total[n] <= high
    vetoes = found.veto_rows()
    assert all(0 <= v["blocks_alone"] <= v["blocks"] <= 1 for v in vetoes)
    best = found.best_proposal("HOM")
    assert found.total[best] * bargain.payoffs.flat[best, 0] == pytest.approx(
        (found.total * bargain.payoffs.flat[:, 0]).max()
    )


def test_approval_rises_with_what_an_approver_gets(bargain) -> None:
    found = ratify(bargain)
    order = np.argsort(found.payoff[0])
    assert (np.diff(found.probability[0, order]) >= 0).all()


@pytest.mark.parametrize("name", ["london-2025", "january-2027"])
def test_shipped_agendas_read_back_and_name_their_figures(name) -> None:
    found = load_agenda(name)
    assert found.count <= 2**15 and found.approvers and found.sources
    for issue in found.issues:
        for level in issue.levels:
            for weight in level.weights:
                assert weight.assumed == (weight.range is not None)
    assert found.replace(horizon="long").horizon == "long"
    found.check_deadline(datetime.date(2026, 11, 21))


def broken(edit) -> dict:
    data = plain()
    edit(data)
    return data


def drop_weights(data) -> None:
    data["issues"][2]["levels"][1].pop("weights")


def drop_threshold(data) -> None:
    data["approvers"][0].pop("threshold")


def no_default(data) -> None:
    data["issues"][0]["levels"][0].pop("default")


def many(data) -> None:
    for n in range(19):
        issue = {**data["issues"][2], "id": f"more-{n}"}
        data["issues"].append(issue)


def no_range(data) -> None:
    data["issues"][2]["levels"][1]["weights"][0].pop("range")


def wrong_side(data) -> None:
    data["issues"][2]["levels"][1]["weights"][0]["side"] = "HOME"


def wrong_care(data) -> None:
    data["approvers"][1]["cares"] = {"visa": 3}


def wrong_stake(data) -> None:
    data["approvers"][2]["stakes"][0]["level"] = "promise"


def no_noise(data) -> None:
    data["approvers"][0]["noise"]["range"] = [0, 1]


def outside(data) -> None:
    data["issues"][2]["levels"][1]["weights"][0]["value"] = 5


def elasticity(data) -> None:
    data["issues"][0]["levels"][2]["changes"] = [{"kind": "elasticity", "sigma": 4}]


@pytest.mark.parametrize(
    ("edit", "kind", "words"),
    [
        (drop_weights, BadInput, "'visas' maps to nothing"),
        (drop_threshold, BadInput, r"'approvers\[0\].threshold' is missing"),
        (no_default, BadInput, "no level of 'home_tariff' is the default"),
        (many, BadNumber, r"23 issues make .* packages; 1,048,576"),
        (no_range, BadInput, "is assumed, but without a range"),
        (wrong_side, UnknownName, "'HOME' is no side"),
        (wrong_care, UnknownName, "Did you mean 'visas'"),
        (wrong_stake, UnknownName, "Did you mean 'promised'"),
        (no_noise, BadNumber, "the noise of 'head' is not above zero"),
        (outside, BadNumber, "lies outside its range"),
        (elasticity, BadInput, "not for governments to sign"),
    ],
)
def test_a_broken_agenda_says_what_is_wrong(edit, kind, words) -> None:
    with pytest.raises(kind, match=words):
        Agenda.model_validate(broken(edit))


def test_errors_name_the_line() -> None:
    text = TEXT.replace(
        "          - {side: FOR, value: 0.004", "          - {side: FRO, value: 0.004"
    )
    with pytest.raises(UnknownName) as caught:
        Agenda.from_yaml(text, file="mine.yaml")
    assert caught.value.line == 1 + text.splitlines().index(
        next(line for line in text.splitlines() if "FRO" in line)
    )
    with pytest.raises(BadFile, match="empty"):
        Agenda.from_yaml("")


def test_a_change_that_the_world_cannot_have_names_its_level() -> None:
    text = TEXT.replace(
        "importer: FOR, exporter: HOM, set: 0%", "importer: FOR, exporter: USA, set: 0%"
    )
    with pytest.raises(UnknownName, match=r"issues\[1\].levels\[2\] \('foreign_tariff: none'\)"):
        negotiate(Agenda.from_yaml(text, file="mine.yaml"))


def test_a_deadline_in_the_past_is_refused() -> None:
    base = {"law": "enacted", "as_of": "2025-08-12"}
    past = agenda(base=base)
    today = datetime.date(2026, 11, 21)
    with pytest.raises(BadInput, match=r"deadline 2025-08-12 has passed \(today is 2026-11-21\)"):
        past.check_deadline(today)
    agenda(base=base | {"known_on": "2025-06-08"}).check_deadline(today)
    with pytest.raises(BadInput, match="known_on is 2025-08-12"):
        agenda(base=base | {"known_on": "2025-08-12"}).check_deadline(today)


def test_unknown_names_have_suggestions(bargain) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'london-2025'"):
        load_agenda("london-2026")
    with pytest.raises(UnknownName, match="Did you mean 'visas'"):
        freezing(bargain, {"visa": "open"})
    with pytest.raises(UnknownName, match="Did you mean 'open'"):
        freezing(bargain, {"visas": "opened"})
    with pytest.raises(BadInput, match="nobody who must approve"):
        from dataclasses import replace

        ratify(replace(bargain, agenda=agenda(approvers=[])))


def test_a_world_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput):
        negotiate(agenda(world="wrold-2022"))
    assert load_world("toy").countries == ("HOM", "FOR")


def test_both_sides_gain_from_ending_duties_on_the_shipped_world() -> None:
    """The tariff issues of January 2027 alone: signs that trade theory and the law imply."""
    whole = load_agenda("january-2027")
    data = whole.model_dump(mode="json", exclude_unset=True)
    kept = [i for i in data["issues"] if i["id"] in ("cn_retaliation", "lists", "port_fees")]
    for approver in data["approvers"]:
        approver.pop("cares", None)
        approver.pop("stakes", None)
    found = negotiate(
        Agenda.model_validate(data | {"issues": kept, "goods": "none"}),
        ranges=False,
        today=datetime.date(2026, 11, 21),
    )
    income = found.payoffs.income[:, :, 0]  # retaliation, lists; sides USA, CHN
    assert np.array_equal(found.payoffs.income[:, :, 0], found.payoffs.income[:, :, 1])
    assert (income[1, 0] > 0).all() and (income[2, 0] > income[1, 0]).all()
    assert income[0, 1, 1] > 0  # lower US duties are China's gain
    assert 0.01 < income[2, 1, 0] < 0.5 and 0.01 < income[2, 1, 1] < 1.0  # percent of real income
    assert found.agreement and found.share > 0.4
    assert found.levels(found.points["nash"].number)[0] == 2


def test_the_agenda_of_the_page_reads() -> None:
    from pathlib import Path

    page = Path(__file__).parents[2].joinpath("docs", "packages.md").read_text(encoding="utf-8")
    text = page.split("```yaml\n")[1].split("```")[0]
    found = Agenda.from_yaml(text)
    assert found.count == 4 and found.deadline == datetime.date(2027, 1, 10)


def test_draws_of_weights_agree_with_the_answer_at_their_values(bargain) -> None:
    found = draw_weights(bargain, 200, seed=5)
    assert found.weights == sum(w.ends[0] < w.ends[1] for w in all_weights(bargain.agenda).values())
    law = bargain.points["law"].number
    assert found.in_zone[law] == 1.0  # nobody is worse off than at the law
    assert found.chosen.sum() == pytest.approx(found.agreement)
    assert (found.chosen <= found.in_zone).all()
    fewer = draw_weights(bargain, 1, seed=5)
    assert set(np.unique(fewer.in_zone)) <= {0.0, 1.0}
    body = found.body()
    assert {r["point"] for r in body["points"]} == set(bargain.points)
    assert body["nash_stays"] == found.chosen[bargain.points["nash"].number]


def test_packages_that_are_not_allowed_are_in_no_draw(bargain) -> None:
    kept = frozen(bargain, **{bargain.agenda.issues[0].id: bargain.agenda.issues[0].levels[0].id})
    found = draw_weights(kept, 20)
    assert not found.in_zone[~kept.allowed].any()


def test_draws_that_cannot_be_are_refused(bargain) -> None:
    with pytest.raises(BadNumber, match="0 draws"):
        draw_weights(bargain, 0)
