"""The ledger's control measures as caps on critical goods; blocs and sets of goods."""

from __future__ import annotations

import numpy as np
import pytest

from tradetalks.data import load_world
from tradetalks.engine.limits import groups_of
from tradetalks.errors import BadInput, BadNumber, UnknownName
from tradetalks.policy import build_table
from tradetalks.scenario import ExportControl, ExportTax, Scenario, compile_shock, names
from tradetalks.scenario.ledger_controls import _book


@pytest.fixture(autouse=True)
def tables(monkeypatch):
    """The real code tables, not the small ones of this folder."""
    monkeypatch.setattr(names, "tables", REAL)


REAL = names.tables


@pytest.fixture(scope="module")
def world():
    return load_world(goods="all")


def law(day: str, *changes, **keys) -> Scenario:
    base = {"law": "enacted", "as_of": day}
    return Scenario(
        name="x", question="q", goods="all", base=base, changes=changes, sources="assumed", **keys
    )


def caps(shock, world) -> dict[str, float]:
    return {
        x.name: x.limit / world.trade[x.exporter, x.importer, x.sector].sum() for x in shock.limits
    }


def test_every_measure_is_in_the_ledger_and_every_size_has_a_source():
    known = {m.id for m in build_table().ledger.measures}
    found, silent = _book()
    assert set(found) | silent <= known
    assert not set(found) & silent
    for about in found.values():
        assert set(about.instead_of) <= set(found)
        assert about.source and ("assumed" not in about.source or about.range)


def test_before_the_controls_there_are_none(world):
    shock = compile_shock(law("2022-07-01"), world)
    assert shock.limits == () and shock.premium is None


def test_the_controls_of_june_2025(world):
    found = caps(compile_shock(law("2025-06-15"), world), world)
    assert found["CHN REE to USA"] == pytest.approx(0.63)
    assert found["CHN GALLIUM to USA"] == pytest.approx(0.30)  # the ban is tighter than licences
    assert found["CHN GALLIUM to JPN"] == pytest.approx(0.73)
    assert found["USA ENGINES to CHN"] == pytest.approx(0.20)


def test_general_licences_stand_in_place_of_those_of_april(world):
    shock = compile_shock(law("2026-10-05"), world)
    found = caps(shock, world)
    assert found["CHN MAGNETS to USA"] == pytest.approx(0.95)
    assert found["CHN MAGNETS to JPN"] == pytest.approx(0.55)
    assert "USA ENGINES to CHN" not in found
    assert any("superhard" in w or "no number here" in w for w in shock.warnings)


def test_a_lapse_wakes_a_control_and_two_laws_can_be_compared(world):
    before = compile_shock(law("2026-10-05"), world)
    after = compile_shock(law("2026-10-05", {"kind": "law", "lapse": "us-affiliates-rule"}), world)
    more = caps(after, world).keys() - caps(before, world).keys()
    assert more == {f"USA {x} to CHN" for x in ("CHIPTOOL", "CHIPSOFT", "ENGINES")}
    groups = groups_of((before, after), world.trade)
    assert groups is not None and groups.kept[1].sum() == len(after.limits)


def test_a_control_that_is_struck_down_is_lifted(world):
    rules = ["us-advanced-computing-rule-2022", "us-advanced-computing-rule-2023",
             "us-hbm-and-chip-tools-2024"]  # fmt: skip
    shock = compile_shock(law("2026-10-05", {"kind": "law", "strike": rules}), world)
    at = (world.index("USA"), world.index("CHN"), world.sectors.index("CHIPTOOL"))
    assert shock.premium is not None and shock.premium_left is not None
    assert shock.premium[at] > 0.0 == shock.premium_left[at]


def test_a_change_of_the_scenario_comes_before_the_law(world):
    own = ExportControl(exporter="CHN", destinations="USA", sectors="REE", approval="80%")
    found = caps(compile_shock(law("2025-06-15", own), world), world)
    assert found["CHN REE to USA"] == pytest.approx(0.8)
    assert found["CHN REE to JPN"] == pytest.approx(0.63)


def test_goods_that_are_not_carved_out_are_named():
    small = load_world(goods="default")
    shock = compile_shock(law("2025-06-15").replace(goods="default"), small)
    assert any("cn-antimony-licences" in w and "goods: all" in w for w in shock.warnings)
    assert compile_shock(law("2025-06-15").replace(goods="none"), load_world()).limits == ()


def plain(*changes, **keys) -> Scenario:
    return Scenario(name="x", question="q", changes=changes, sources="assumed", **keys)


def test_blocs_and_sets_of_goods_are_names(world):
    cost = {"kind": "trade_cost", "importer": "us_allies", "exporter": "china_bloc",
            "sectors": "chips", "factor": 2}  # fmt: skip
    shock = compile_shock(plain(cost, goods="all"), world)
    i, n, j = np.nonzero(shock.iceberg > 1.0)
    assert {world.sectors[x] for x in j} == {"AICHIP", "CHIPSOFT", "CHIPTOOL"}
    assert {world.countries[x] for x in i} == {"CHN", "RUS"}
    buyers = {world.countries[x] for x in n}
    assert {"USA", "REU", "JPN"} <= buyers and not buyers & {"ROW", "IND", "CHN"}


def test_every_region_is_in_one_bloc(world):
    shock = None
    seen: list[str] = []
    for bloc in REAL().blocs:
        tax = {"kind": "tariff", "importer": bloc, "exporter": "all", "set": "50%"}
        shock = compile_shock(plain(tax), world)
        seen += [world.countries[n] for n in range(len(world.countries))
                 if (shock.tariff[:, n, 0] == 0.5).any()]  # fmt: skip
    assert sorted(seen) == sorted(world.countries)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("sectors: chipz, set: 1%", UnknownName, "Did you mean 'chips'"),
        ("sectors: minor_metals, set: 1%", UnknownName, "Add `goods: all`"),
        ("importer: us_alies, sectors: '26', set: 1%", UnknownName, "Did you mean 'us_allies'"),
    ],
)
def test_unknown_names_have_suggestions(text, error, message):
    who = "" if "importer" in text else "importer: CHN, "
    body = (
        "name: x\nquestion: q\ngoods: default\nsources: [assumed]\nchanges:\n"
        f"  - {{kind: tariff, {who}exporter: USA, {text}}}\n"
    )
    with pytest.raises(error, match=message):
        Scenario.from_yaml(body, file="mine.yaml")


@pytest.mark.parametrize(
    ("terms", "error", "message"),
    [
        ({"listed_share": "110%"}, BadNumber, "no part of a whole"),
        ({"approval": "50%", "listed_approval": "5%"}, BadInput, "only with `listed_share`"),
        ({"approval": "50%", "renewal": "101%"}, BadNumber, "renewal: 101% is no part"),
        ({"approval": "50%", "highest_premium": "0%"}, BadNumber, "leaves no room"),
        ({"approval": "50%", "renewal": "0%"}, BadNumber, "nothing would arrive"),
    ],
)
def test_bad_terms_are_refused(terms, error, message):
    with pytest.raises(error, match=message):
        ExportControl(exporter="CHN", sectors="REE", **terms)


def test_terms_of_a_control():
    terms = {"exporter": "USA", "destinations": "CHN", "sectors": "26"}
    assert ExportControl(**terms, listed_share="10%").cap == pytest.approx(0.9)
    listed = ExportControl(**terms, listed_share="10%", listed_approval="40%")
    assert listed.cap == pytest.approx(0.94)
    renewed = ExportControl(**terms, approval="60%", renewal="50%", leakage="10%")
    assert renewed.cap == pytest.approx(0.1 + 0.9 * 0.3)
    with pytest.raises(BadNumber, match="must be above zero"):
        ExportTax(exporter="TWN", sectors="26", set="0%", to="USA")


def test_a_third_countrys_tax_and_a_quota_cannot_share_a_flow(world):
    tax = ExportTax(exporter="TWN", importer="CHN", sectors="AICHIP", set="25%", to="USA")
    cap = {"kind": "quota", "exporter": "TWN", "destinations": "CHN", "sectors": "AICHIP",
           "cap": "90%"}  # fmt: skip
    with pytest.raises(BadInput, match="has a limit already"):
        compile_shock(plain(tax, cap, goods="all"), world)
    asked = plain(tax, goods="all")
    assert Scenario.from_yaml(asked.to_yaml()) == asked
    known, _ = _book()
    assert known["us-15-revenue-share-h20-mi308-licences"].changes[0].to == "USA"
