"""Quotas, purchase floors, export taxes, subsidies, productivity, closures: grammar and arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tradetalks.errors import BadInput, BadNumber, TradeTalksError, UnknownName
from tradetalks.scenario import (
    Closures,
    ExportTax,
    Productivity,
    PurchaseFloor,
    Quota,
    Scenario,
    Subsidy,
    TradeCost,
    compile_shock,
)

USA, CHN, MEX, ROW = range(4)
AGRI, FISH, ELEC, SERV = range(4)

GOOD = """\
name: x
question: q
closures: {labour: sorting, sorting: 1.5, capital: specific, employment: elastic,
           labour_elasticity: 0.5, revenue: income_tax_cut, capital_share: low}
changes:
  - {kind: quota, exporter: CHN, destinations: [USA, MEX], sectors: [26], cap: 25%,
     rent: {controller: JPN}}
  - {kind: quota, exporter: CHN, destinations: USA, sectors: 03, cap: 0.5, rent: burnt,
     pooled: true}
  - {kind: purchase_floor, importer: CHN, exporter: USA, sectors: 01T02, usd_bn: 40}
  - {kind: export_tax, exporter: CHN, sectors: 26, add: 10%}
  - {kind: subsidy, country: USA, sectors: 26, rate: 25%}
  - {kind: productivity, country: [CHN, MEX], sectors: all, factor: 1.02}
sources: [assumed]
"""


def ask(*changes, **keys) -> Scenario:
    return Scenario(name="x", question="q", changes=changes, sources="assumed", **keys)


def test_yaml_and_python_spell_the_same_and_survive_the_round_trip():
    python = ask(
        Quota(exporter="CHN", destinations=["USA", "MEX"], sectors=26, cap=0.25,
              rent={"controller": "JPN"}),
        Quota(exporter="CHN", destinations="USA", sectors="03", cap="50%", rent="burnt",
              pooled=True),
        PurchaseFloor(importer="CHN", exporter="USA", sectors="01T02", usd_bn=40),
        ExportTax(exporter="CHN", sectors="26", add=0.1),
        Subsidy(country="USA", sectors="26", rate=0.25),
        Productivity(country=["CHN", "MEX"], sectors="all", factor=1.02),
        closures=Closures(labour="sorting", sorting=1.5, capital="specific",
                          employment="elastic", labour_elasticity=0.5,
                          revenue="income_tax_cut", capital_share="low"),
    )  # fmt: skip
    yaml = Scenario.from_yaml(GOOD)
    assert yaml == python
    text = yaml.to_yaml()
    assert Scenario.from_yaml(text) == yaml
    assert "cap: 25%" in text
    assert "controller: JPN" in text
    assert yaml.content_hash() == python.content_hash()


def test_nothing_asked_is_nothing_compiled(world):
    shock = compile_shock(ask(), world)
    assert shock.export_tax is shock.subsidy is shock.productivity is None
    assert shock.limits == ()


def test_a_quota_is_one_limit_for_each_exporter_and_sector(world):
    change = Quota(exporter=["CHN", "MEX"], destinations=["USA", "ROW"], sectors=["03", 26],
                   cap="25%", rent="importer")  # fmt: skip
    limits = compile_shock(ask(change), world).limits
    assert [x.name for x in limits] == [
        "CHN 03 to USA, ROW",
        "CHN 26 to USA, ROW",
        "MEX 03 to USA, ROW",
        "MEX 26 to USA, ROW",
    ]
    for limit, (i, j) in zip(
        limits, ((i, j) for i in (CHN, MEX) for j in (FISH, ELEC)), strict=True
    ):
        assert limit.exporter.tolist() == [i, i]
        assert limit.importer.tolist() == [USA, ROW]
        assert limit.sector.tolist() == [j, j]
        assert limit.limit == pytest.approx(0.25 * world.trade[i, [USA, ROW], j].sum())
        assert (limit.rent, limit.floor) == ("importer", False)
    (pooled,) = compile_shock(ask(change.model_copy(update={"pooled": True})), world).limits
    assert pooled.name == "CHN, MEX 03, 26 to USA, ROW"
    assert pooled.limit == pytest.approx(sum(x.limit for x in limits))


def test_a_floor_in_dollars_is_in_the_valuation_of_the_scenario(world):
    change = PurchaseFloor(importer="CHN", exporter="USA", usd_bn=0.1)
    (customs,) = compile_shock(ask(change), world).limits
    (table,) = compile_shock(ask(change, valuation="table"), world).limits
    assert table.limit == pytest.approx(100.0)  # the table is in millions
    assert customs.limit * world.customs_ratio[USA, CHN] == pytest.approx(100.0)
    assert (customs.floor, customs.rent) == (True, "importer")
    share = PurchaseFloor(importer="CHN", exporter="USA", at_least="120%")
    (relative,) = compile_shock(ask(share), world).limits
    assert relative.limit == pytest.approx(1.2 * world.trade[USA, CHN, :SERV].sum())


def test_export_taxes_add_up_and_leave_home_sales_alone(world):
    shock = compile_shock(
        ask(
            ExportTax(exporter="CHN", sectors="26", add="10%"),
            ExportTax(exporter="CHN", importer="USA", sectors="26", add="5%"),
        ),
        world,
    )
    assert shock.export_tax is not None
    assert shock.export_tax[CHN, :, ELEC] == pytest.approx([0.15, 0.0, 0.10, 0.10])
    assert shock.export_tax.sum() == pytest.approx(0.35)
    with pytest.raises(BadNumber, match=r"changes\[1\]: an export tax would come to -150"):
        compile_shock(
            ask(
                ExportTax(exporter="CHN", add="-75%"),
                ExportTax(exporter="CHN", add="-75%"),
            ),
            world,
        )


def test_production_changes(world):
    shock = compile_shock(
        ask(
            Subsidy(country="all", sectors="26", rate="10%"),
            Subsidy(country="USA", sectors="26", rate="25%"),
            Productivity(country="CHN", sectors="all", factor=1.1),
            Productivity(country="CHN", sectors="26", factor=1.1),
        ),
        world,
    )
    assert shock.subsidy is not None
    assert shock.productivity is not None
    assert shock.subsidy[:, ELEC] == pytest.approx([0.25, 0.1, 0.1, 0.1])
    assert (shock.subsidy[:, [AGRI, FISH, SERV]] == 0).all()
    assert shock.productivity[CHN] == pytest.approx([1.1, 1.1, 1.21, 1.1])
    assert not shock.subsidy.flags.writeable


def test_flows_that_are_shut_leave_the_group(world):
    quota = Quota(exporter="CHN", destinations=["USA", "MEX"], sectors="26", cap=0.5)
    shut = TradeCost(importer="USA", exporter="CHN", sectors="26", shut=True)
    (limit,) = compile_shock(ask(quota, shut), world).limits
    assert limit.importer.tolist() == [MEX]
    both = TradeCost(importer=["USA", "MEX"], exporter="CHN", sectors="26", shut=True)
    with pytest.raises(BadInput, match=r"changes\[0\]: another change shuts all the flows"):
        compile_shock(ask(quota, both), world)


def test_limits_need_trade_and_may_not_overlap(world):
    trade = world.trade.copy()
    trade[CHN, USA, ELEC] = 0.0
    empty = replace(world, trade=trade)
    with pytest.raises(BadInput, match=r"changes\[0\]: there is no trade in the flows"):
        compile_shock(ask(Quota(exporter="CHN", destinations="USA", sectors="26", cap=0.5)), empty)
    with pytest.raises(BadInput, match=r"changes\[0\]: there is no trade in the flows"):
        compile_shock(
            ask(PurchaseFloor(importer="USA", exporter="CHN", sectors="26", at_least="120%")), empty
        )
    one = Quota(exporter="CHN", destinations="all", sectors="26", cap=0.5)
    two = Quota(exporter="CHN", destinations="USA", cap=0.9)
    with pytest.raises(
        BadInput, match=r"changes\[1\]: the flow CHN to USA, sector 26, has a limit already"
    ):
        compile_shock(ask(one, two), world)


HEAD = "name: x\nquestion: q\nsources: [assumed]\n"
CAP = HEAD + "changes:\n  - kind: quota\n    exporter: CHN\n    cap: "
FLOOR = HEAD + "changes:\n  - kind: purchase_floor\n    importer: CHN\n    exporter: USA\n"
AID = HEAD + "changes:\n  - kind: subsidy\n    country: USA\n    sectors: 26\n    rate: "


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (CAP + "0%\n", BadNumber, "s.yaml:7: changes[0].cap: a cap of 0% leaves no trade"),
        (CAP + "-5%\n", BadNumber, "s.yaml:7: changes[0].cap: a limit of -5% of the volume is"),
        (CAP + "2000%\n", BadNumber, "above 0%, at most 1000%"),
        (CAP + "25\n", BadNumber, "s.yaml:7: changes[0].cap: 25 could mean 25%"),
        (
            CAP + "25%\n    rent: chn\n",
            BadInput,
            "s.yaml:8: changes[0].rent: found the text 'chn'; a quota's rent goes to someone.",
        ),
        (
            CAP + "25%\n    rent: {controller: TWM}\n",
            UnknownName,
            "s.yaml:8: changes[0].rent: unknown country 'TWM'.",
        ),
        (
            CAP + "25%\n    importer: USA\n",
            UnknownName,
            "changes[0]: unknown key 'importer'.",
        ),
        (FLOOR, BadInput, "s.yaml:5: changes[0]: says nothing to do. Give exactly one of at_least"),
        (FLOOR + "    at_least: 0%\n", BadNumber, "s.yaml:8: changes[0].at_least: a promise to"),
        (FLOOR + "    usd_bn: -3\n", BadNumber, "s.yaml:8: changes[0].usd_bn: an amount of -3"),
        (AID + "100%\n", BadNumber, "s.yaml:8: changes[0].rate: a subsidy of 100% would leave"),
        (AID + "120%\n", BadNumber, "write less than 100%"),
        (
            HEAD + "closures: {sorting: 1.5}\n",
            BadInput,
            "s.yaml:4: closures.sorting: has a meaning only with `labour: sorting`.",
        ),
        (
            HEAD + "closures: {labour: sorting, sorting: 0.9}\n",
            BadNumber,
            "s.yaml:4: closures.sorting: workers who sort with an elasticity of 0.9 do not move",
        ),
        (
            HEAD + "closures:\n  revenue: income_tax_cut\n",
            BadInput,
            "s.yaml:5: closures.revenue: a tax cut changes nothing where people work as much",
        ),
        (
            HEAD + "closures: {employment: rigid, wage_floor: 1.2}\n",
            BadNumber,
            "s.yaml:4: closures.wage_floor: a wage floor of 1.2 is outside its range",
        ),
        (
            HEAD + "closures: {employment: rigid, labour_elasticity: 0.5}\n",
            BadInput,
            "has a meaning only with `employment: elastic`.",
        ),
        (
            HEAD + "horizon: long\nclosures:\n  labour: specific\n",
            BadInput,
            "s.yaml:6: closures.labour: labour that cannot leave its sector beside capital that",
        ),
    ],
)
def test_what_cannot_be_meant(text, error, message):
    with pytest.raises(TradeTalksError) as caught:
        Scenario.from_yaml(text, file="s.yaml")
    assert isinstance(caught.value, error), caught.value
    assert message in str(caught.value)


def test_horizons_name_what_moves():
    by_horizon = Closures()
    assert by_horizon.factors("short") == ("specific", "specific")
    assert by_horizon.factors("medium") == ("mobile", "specific")
    assert by_horizon.factors("long") == ("mobile", "mobile")
    assert Closures(labour="sorting").factors("long") == ("sorting", "mobile")
    assert np.isclose(Closures(labour="sorting", sorting=2).sorting or 0, 2.0)
