"""Export controls: licences, bans and exemptions become quotas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.errors import BadInput, BadNumber
from tradetalks.scenario import ExportControl, Quota, Scenario, compile_shock

TERMS = {"exporter": "CHN", "destinations": "USA", "sectors": "26"}


def ask(*changes) -> Scenario:
    return Scenario(name="x", question="q", changes=changes, sources="assumed")


@pytest.mark.parametrize(
    ("terms", "cap"),
    [
        ({"ban": True, "leakage": "10%"}, 0.1),
        ({"approval": "55%"}, 0.55),
        ({"approval": "55%", "leakage": "10%"}, 0.595),
        ({"military_share": "5%"}, 0.95),
        ({"military_share": "20%", "military_approval": "25%"}, 0.85),
        ({"military_share": "20%", "leakage": "50%"}, 0.9),
        ({"approval": 1}, 1.0),
    ],
)
def test_the_cap_of_a_control(world, terms, cap):
    change = ExportControl(**TERMS, **terms)
    assert change.cap == pytest.approx(cap, abs=1e-15)
    control = compile_shock(ask(change), world).limits
    quota = compile_shock(ask(Quota(**TERMS, cap=change.cap)), world).limits
    assert [x.limit for x in control] == [x.limit for x in quota]
    assert [x.name for x in control] == [x.name for x in quota]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1))
def test_a_cap_is_between_leakage_and_all(share, passes, leakage):
    change = ExportControl(**TERMS, military_share=share, military_approval=passes, leakage=leakage)
    assert leakage - 1e-12 <= change.cap <= 1 + 1e-12
    assert ExportControl(**TERMS, ban=True, leakage=leakage).cap == leakage


def test_exempt_partners_have_no_limit(world):
    change = ExportControl(exporter="CHN", exempt=["MEX"], sectors="26", approval="50%")
    (limit,) = compile_shock(ask(change), world).limits
    buyers = {world.countries[n] for n in limit.importer}
    assert buyers == {"USA", "ROW"}
    flow = world.trade[1, [0, 3], world.sectors.index("26")].sum()
    assert limit.limit == pytest.approx(0.5 * flow)


def test_the_rent_may_be_a_third_countrys(world):
    change = ExportControl(**TERMS, approval="50%", rent={"controller": "MEX"})
    (limit,) = compile_shock(ask(change), world).limits
    assert limit.rent == "MEX"


def test_yaml_and_python_agree():
    asked = ask(ExportControl(**TERMS, exempt="EU", approval="55%", leakage="10%"))
    assert Scenario.from_yaml(asked.to_yaml()) == asked
    assert "approval: 55%" in asked.to_yaml()


@pytest.mark.parametrize(
    ("terms", "error", "message"),
    [
        ({}, BadInput, "Give exactly one of ban, approval, military_share or listed_share"),
        ({"ban": True, "approval": "5%"}, BadInput, "gives ban and approval together"),
        ({"ban": True}, BadNumber, "nothing would arrive.*Give a `leakage` above 0%"),
        ({"approval": 0}, BadNumber, "nothing would arrive"),
        ({"approval": "120%"}, BadNumber, "approval: 120% is no part of a whole"),
        ({"approval": "-5%"}, BadNumber, "approval: -5% is no part of a whole"),
        ({"ban": True, "leakage": "101%"}, BadNumber, "leakage: 101% is no part of a whole"),
        ({"ban": True, "leakage": "5%", "military_approval": "5%"}, BadInput, "only with `mili"),
        ({"ban": False}, BadInput, "only true has a meaning"),
    ],
)
def test_bad_terms_are_refused(terms, error, message):
    with pytest.raises(error, match=message):
        ExportControl(**TERMS, **terms)


def test_a_control_on_no_flow_is_refused(world):
    nobody = ExportControl(exporter="CHN", destinations="MEX", exempt="MEX", sectors="26",
                           approval="50%")  # fmt: skip
    with pytest.raises(BadInput, match="there is no trade in the flows it names"):
        compile_shock(ask(nobody), world)
    twice = ExportControl(**TERMS, approval="50%")
    with pytest.raises(BadInput, match="has a limit already"):
        compile_shock(ask(twice, twice), world)


def test_each_destination_has_a_limit_of_its_own(world):
    change = ExportControl.model_validate(TERMS | {"destinations": "all", "approval": "50%"})
    (whole,) = compile_shock(ask(change), world).limits
    each = compile_shock(ask(change.model_copy(update={"each": True})), world).limits
    assert len(each) == whole.sector.size > 1 and all(x.sector.size == 1 for x in each)
    assert sum(x.limit for x in each) == pytest.approx(whole.limit)
    assert "each" not in ask(change).to_plain()["changes"][0]
