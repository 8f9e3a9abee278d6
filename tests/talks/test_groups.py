"""Payoffs of interest groups: against `run`, by their own arithmetic, and from the command line."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tradetalks import simulate
from tradetalks.cli import main
from tradetalks.data import load_world
from tradetalks.errors import BadInput, BadNumber, UnknownName
from tradetalks.scenario import Scenario
from tradetalks.talks.coherence import choice
from tradetalks.talks.grouping import UNIT_GROUPS, parse_weight, read_weights, weights_of
from tradetalks.talks.groups import NO_CHANGE, GroupPayoffs, group_payoffs
from tradetalks.talks.measures import MEASURES, Change, mask_of, partner_mask, sector_mask

SCENARIOS = ("truce-lapses-by-law", "free-trade")


@pytest.fixture(scope="module")
def world():
    return load_world("world-2022")


@pytest.fixture(scope="module")
def found(world) -> GroupPayoffs:
    return group_payoffs(SCENARIOS, against="truce-holds", world=world)


@pytest.fixture(scope="module")
def run(world):
    return simulate("truce-lapses-by-law", world)


def measured(found: GroupPayoffs, name: str, names, country: str = "USA", partners=()) -> float:
    ends, s = found.ends[0], found.central
    table = ends.table
    mask = mask_of(name, table.index(country), sector_mask(names, table),
                   partner_mask(partners, table))  # fmt: skip
    return 1e-3 * float((MEASURES[name](Change(ends.before[s], ends.after[s])) * mask).sum())


def test_households_payoff_is_the_equivalent_variation_of_run(found, run) -> None:
    rows = {(r["group"], r["option"]): r for r in found.payoffs()}
    for group, country in (("usa.consumers", "USA"), ("chn.stability", "CHN")):
        row, spread = rows[group, SCENARIOS[0]], run.spread("equivalent_variation", country=country)
        assert row["payoff"] == pytest.approx(spread.central, abs=1e-5)
        assert row["payoff_low"] == pytest.approx(spread.low, abs=1e-5)
        assert row["payoff_high"] == pytest.approx(spread.high, abs=1e-5)
        assert row["assumed_share"] == 0.0


def test_balances_are_those_of_run(found, run) -> None:
    row = next(r for r in found.balances() if r["option"] == SCENARIOS[0])
    spread = run.spread("bilateral_balance_customs", country="USA", partner="CHN")
    assert row["balance_with_china"] == pytest.approx(spread.central, abs=1e-5)
    assert row["balance_with_china_low"] == pytest.approx(spread.low, abs=1e-5)
    revenue = run.spread("tariff_revenue", country="USA").central
    assert row["tariff_revenue"] == pytest.approx(revenue, abs=1e-5)
    # the closure imposes the balance of goods and services
    assert row["balance_all_low"] == pytest.approx(0.0, abs=1e-4)
    assert row["balance_all_high"] == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("name", [m for m in MEASURES if m != "real_income"])
def test_measures_add_up_over_sectors(found, name: str) -> None:
    apart = [measured(found, name, [s], partners=["CHN"]) for s in ("26", "01T02", "SERV")]
    whole = measured(found, name, ["26", "01T02", "SERV"], partners=["CHN"])
    assert whole == pytest.approx(sum(apart), abs=1e-9)
    assert any(abs(a) > 1e-3 for a in apart)


def test_shares_of_all_suppliers_do_not_move(found) -> None:
    everybody = found.ends[0].table.countries
    assert measured(found, "share_from", ["all"], partners=everybody) == pytest.approx(
        0.0, abs=1e-9
    )


def test_real_spending_is_real_income(found) -> None:
    ends, s = found.ends[0], found.central
    change = Change(ends.before[s], ends.after[s])
    # both at the reference's prices, but for the price level of the reference itself
    level = change.before.consumer_price
    spent = change.real(lambda e: e.expenditure) / level
    np.testing.assert_allclose(spent, MEASURES["real_income"](change), rtol=1e-8, atol=1e-3)


def test_payoffs_are_linear_in_their_figures(found) -> None:
    group = next(g for g in found.grouping.groups if g.id == "usa.security")
    figure = group.terms[0].figure
    assert figure is not None
    twice = replace(figure, value=2.0 * figure.value)
    other = replace(group, terms=(replace(group.terms[0], figure=twice), *group.terms[1:]))
    first = group.terms[0].coefficient * found.readings[1]
    assert found.payoff(other) == pytest.approx(found.payoff(group) + first)
    rows = [r for r in found.payoffs() if r["option"] != NO_CHANGE]
    assert all(
        r["wide_low"] <= r["payoff_low"] <= r["payoff"] <= r["payoff_high"] <= r["wide_high"]
        for r in rows
    )
    assert all(0.0 <= r["assumed_share"] <= 1.0 for r in rows)


def test_no_change_is_worth_nothing_and_choices_are_the_best_sum(found) -> None:
    for row in found.payoffs():
        if row["option"] == NO_CHANGE:
            assert row["payoff"] == row["wide_low"] == row["wide_high"] == 0.0
    for row in found.choices():
        w, payoffs = found.weight_vector(row["country"]), found.matrix(row["country"])
        assert row["choice"] == found.options[max(range(3), key=lambda o, p=payoffs, v=w: p[o] @ v)]
    for row in found.coherence():
        assert 0.0 <= row["incoherence_low"] <= row["incoherence_high"] <= 1.0
        assert 0.0 < row["assumed_share"] < 1.0


def test_the_weights_that_turn_a_choice_turn_it(found) -> None:
    row = next(r for r in found.choices() if r["country"] == "USA")
    groups, payoffs = found.grouping.of("USA"), found.matrix("USA")
    w = found.weight_vector("USA")
    turned = next(m for m in row["alone"] if m["needed"] is not None)
    at = [g.id for g in groups].index(turned["group"])
    for factor, same in ((0.999, True), (1.001, False)):
        new = w.copy()
        new[at] = w[at] + factor * (turned["needed"] - w[at])
        assert (found.options[choice(new, payoffs)] == row["choice"]) is same
    assert not {m["group"] for m in row["flip"]} & set(UNIT_GROUPS)


def test_a_scenario_that_changes_nothing_moves_nobody(world) -> None:
    nothing = Scenario(name="nothing", question="What if nothing changed?")
    calm = group_payoffs([nothing], elasticities=("central",), world=world)
    assert max(abs(r["payoff"]) for r in calm.payoffs()) < 1e-4
    still = np.zeros((2, 6))
    assert choice(calm.weight_vector("USA"), still) == 0


def test_tariffs_please_security_and_hurt_farmers(found) -> None:
    rows = {(r["group"], r["option"]): r for r in found.payoffs()}
    lapse = {g: rows[g, SCENARIOS[0]] for g, o in rows if o == SCENARIOS[0]}
    assert lapse["usa.security"]["payoff_low"] > 0
    for group in ("usa.agriculture", "usa.tech_exporters", "chn.export_manufacturing"):
        assert lapse[group]["payoff_high"] < 0, group
        assert rows[group, "free-trade"]["payoff_low"] > 0, group
    assert lapse["usa.security"]["preferred"] == SCENARIOS[0]


def test_rare_earth_producers_need_rare_earths(found) -> None:
    assert "Rare-earth producers: nothing to look at" in found.warnings()[-1]
    licences = group_payoffs(["rare-earth-licences"], elasticities=("central",))
    rows = {r["group"]: r for r in licences.payoffs() if r["option"] != NO_CHANGE}
    # a licence that binds is a rent to who holds it, and a shortage to who needs the goods
    assert rows["chn.rare_earths"]["payoff"] > 0 > rows["usa.security"]["payoff"]
    assert not any("Rare-earth" in w for w in licences.warnings())


def test_weights_come_from_a_file_an_option_or_the_scenario(tmp_path: Path, world) -> None:
    assert weights_of({})["usa.agriculture"].high == 4.5
    given = weights_of({"USA.Agriculture": 3.0})["usa.agriculture"]
    assert (given.value, given.low, given.given) == (3.0, 3.0, True)
    file = tmp_path / "weights.yaml"
    file.write_text("usa.security: 2\nusa.agriculture: 0\n", encoding="utf-8")
    assert read_weights(file) == {"usa.security": 2.0, "usa.agriculture": 0.0}
    asked = Scenario.from_yaml(
        "name: mine\nquestion: What if?\nweights: {usa.security: 25, usa.agriculture: 2}\n"
        "changes: [{kind: tariff, importer: USA, exporter: CHN, remove: true}]\n"
        "sources: [assumed]\n"
    )
    assert Scenario.from_yaml(asked.to_yaml()) == asked
    assert asked.content_hash() == asked.replace(weights=None).content_hash()
    options = {"elasticities": ("central",), "world": world}
    theirs = group_payoffs([asked], **options)
    assert theirs.weights["usa.security"].value == 25.0
    ours = group_payoffs([asked], weights={"usa.security": 1.0}, **options)
    assert ours.weights["usa.security"].value == 1.0
    assert ours.weights["usa.agriculture"].value == 2.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("usa.securty: 2\n", r"w.yaml:1: unknown group 'usa.securty'. Did you mean 'usa.security'"),
        ("usa.security: much\n", "w.yaml:1: the weight of 'usa.security' is no number"),
        ("- 1\n", "found a list where a table of weights belongs"),
        ("", "the file is empty"),
    ],
)
def test_a_bad_file_of_weights_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "w.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        read_weights(file)


def test_weights_that_leave_nobody_are_refused() -> None:
    all_zero = {g: 0.0 for g in weights_of({}) if g.startswith("usa.")}
    with pytest.raises(BadNumber, match="the weights sum to zero: nobody counts"):
        weights_of(all_zero)
    with pytest.raises(BadNumber, match=r"the weight of usa.security is -1"):
        weights_of({"usa.security": -1.0})
    with pytest.raises(UnknownName, match=r"Did you mean 'chn.stability'"):
        weights_of({"chn.stabilty": 1.0})
    with pytest.raises(BadInput, match="Write group=number"):
        parse_weight("usa.security")
    with pytest.raises(BadInput, match=r"the weight of usa.security is -1: a weight is zero"):
        Scenario(name="a", question="b", weights={"usa.security": -1})


def test_options_in_different_settings_are_refused(world) -> None:
    with pytest.raises(BadInput, match=r"different settings of `against`.*--against truce-holds"):
        group_payoffs(["truce-lapses-by-law", "free-trade"], world=world)
    with pytest.raises(BadInput, match=r"different settings of `horizon`.*--horizon medium"):
        group_payoffs(["rare-earth-ban", "free-trade"])
    with pytest.raises(BadInput, match="named twice"):
        group_payoffs(["free-trade", "free-trade"], world=world)
    with pytest.raises(BadInput, match="measured against itself"):
        group_payoffs(["truce-holds"], against="truce-holds", world=world)
    with pytest.raises(BadInput, match="has no USA and no CHN: the groups are theirs"):
        group_payoffs(["toy-tariff-war"])


def test_the_command(monkeypatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path))
    asked = ["talks", "groups", *SCENARIOS, "--against", "truce-holds", "--elasticities", "central"]
    assert main(asked) == 0
    out = capsys.readouterr().out
    assert "Options: 0 no change; A truce-lapses-by-law; B free-trade." in out
    assert "imposed by the closure" in out and "Weights of groups are assumed" in out
    assert main([*asked, "--weight", "usa.security=50", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer)[:2] == ["command", "as_of"]
    assert list(answer)[-4:] == ["sources", "assumptions", "warnings", "status"]
    choices = {c["country"]: c for c in answer["choices"]}
    assert choices["USA"]["choice"] == "truce-lapses-by-law"  # security alone decides
    assert "usa.security" in answer["assumptions"][0] and answer["grouping"]
    assert main([*asked, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 30 and rows[0]["group"] == "usa.tech_exporters"
    assert main([*asked, "--weight", "usa.farms=2"]) == 2
    caught = capsys.readouterr()
    assert caught.out == "" and "unknown group 'usa.farms'" in caught.err
