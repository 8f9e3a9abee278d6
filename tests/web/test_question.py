from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.scenario import Scenario
from tradetalks.web.question import (
    GROUPS,
    LARGEST_FILE,
    SLIDERS,
    STARTS,
    FieldError,
    Question,
    pack,
    unpack,
    uploaded,
)

ADDRESS = st.fixed_dictionaries(
    {},
    optional={
        **{s.name: st.integers(s.low, s.high).map(str) for s in SLIDERS.values()},
        "lapse": st.sampled_from(["0", "1"]),
        "horizon": st.sampled_from(["short", "medium", "long"]),
        "buyers": st.sampled_from(["USA", "all"]),
        "start": st.sampled_from(sorted(STARTS)),
    },
)


@given(ADDRESS)
def test_an_address_says_what_was_asked(address: dict[str, str]) -> None:
    asked = Question.read(address)
    assert Question.read(asked.address()) == asked
    assert len(asked.address()) <= len(address)
    scenario = asked.scenario()
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario
    assert len(scenario.changes) == len(asked.moved) + asked.lapse
    assert scenario.question.startswith("What if ") and scenario.question.endswith("?")


def test_the_truce_and_rare_earths_become_a_scenario() -> None:
    scenario = Question.read({"lapse": "1", "magnets": "0", "horizon": "short"}).scenario()
    lapse, control = scenario.to_plain()["changes"]
    assert lapse == {
        "kind": "law", "lapse": ["cn-retaliation-reciprocal", "us-301-cranes-chassis"],
    } or set(lapse["lapse"]) == {"cn-retaliation-reciprocal", "us-301-cranes-chassis"}  # fmt: skip
    assert control["ban"] is True and control["leakage"] == "10%"
    assert (scenario.goods, scenario.horizon) == ("default", "short")
    assert scenario.question == (
        "What if the truce lapsed and China stopped rare earths and magnets to the United States?"
    )


def test_every_buyer_can_be_compared_with_the_law() -> None:
    from tradetalks.data import load_world
    from tradetalks.engine.limits import groups_of
    from tradetalks.scenario import compile_shock

    scenario = Question.read({"magnets": "50", "buyers": "all"}).scenario()
    world = load_world(scenario.world, goods=scenario.goods)
    shocks = compile_shock(scenario.reference(), world), compile_shock(scenario, world)
    groups = groups_of(shocks, world.trade)
    assert groups is not None and set(groups.names) >= {"CHN REE to USA", "CHN REE to DEU"}


def test_the_groups_cover_every_good_once() -> None:
    from tradetalks.codes import sectors

    named = [code for _, codes in GROUPS.values() for code in codes]
    assert len(named) == len(set(named))
    goods = {code for code, sector in sectors().items() if sector.goods}
    assert goods - set(named) == {"09"}  # support services of mining: hardly traded


@pytest.mark.parametrize(
    ("address", "field", "words"),
    [
        ({"s301": "301"}, "s301", "301 is out of range. Give 0 to 300."),
        ({"s301": "a lot"}, "s301", "'a lot' is no whole number. Give 0 to 300."),
        ({"s301": "\u0663"}, "s301", "is no whole number"),
        ({"s31": "100"}, "s31", "unknown field 's31'. Did you mean 's301'"),
        ({"horizon": "mediun"}, "horizon", "Did you mean 'medium'?"),
        ({"lapse": "yes"}, "lapse", "unknown lapse 'yes'"),
        ({"scenario": "truce-hold"}, "scenario", "Did you mean 'truce-holds'"),
        ({"scenario": "../../etc/passwd"}, "scenario", "unknown scenario"),
        ({"scenario": "truce-holds", "s301": "5"}, "s301", "has no meaning beside 'scenario'"),
        ({"yaml": "x"}, "yaml", "cut short or damaged"),
        ({"yaml": pack("name: mine\nquestion: What if?\nhorizont: long\n")}, "file", ":3:"),
    ],
)
def test_bad_fields_are_named(address: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(FieldError) as caught:
        Question.read(address).scenario()
    assert caught.value.name == field and words in str(caught.value.error)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("against: ./other.yaml", "unknown against './other.yaml'"),
        ("against: /etc/passwd.yaml", "unknown against"),
        ("world: /etc/passwd", "unknown world"),
        ("world: ../world-2022.npz", "unknown world"),
        ("regions: ../x", "unknown region set"),
        ("notes: !!python/object/apply:os.system [ls]", "scenario.yaml:3"),
        ("? [a, b]\n: c", "scenario.yaml"),
    ],
)
def test_an_uploaded_file_opens_and_runs_nothing(line: str, words: str) -> None:
    with pytest.raises(FieldError) as caught:
        uploaded(f"name: mine\nquestion: What if?\n{line}\n")
    assert caught.value.name == "file" and words in str(caught.value.error)


def test_a_file_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(FieldError, match="too large"):
        uploaded("# " + "x" * LARGEST_FILE)
    with pytest.raises(FieldError, match="damaged"):
        unpack(pack("a" * (LARGEST_FILE + 1)))  # a small address that unpacks to a large text


@pytest.mark.parametrize(
    "text", ["[" * 5000, "{a: " * 5000, "- " * 5000, "? " * 5000, "a:\n" + " [" * 60]
)
def test_a_file_that_nests_without_end_is_refused_at_once(text: str) -> None:
    with pytest.raises(FieldError, match="nested too deeply"):
        uploaded(text)


@given(st.text(max_size=300))
def test_packing_keeps_the_text(text: str) -> None:
    assert unpack(pack(text)) == text
