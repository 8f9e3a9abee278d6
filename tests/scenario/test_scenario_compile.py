from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_worlds import EU27, GAMES, make_world

from tradetalks.errors import BadInput, BadNumber, UnknownName
from tradetalks.scenario import (
    Elasticity,
    Expected,
    Scenario,
    Tariff,
    TradeCost,
    compile_shock,
    load_scenario,
    scenario_names,
)
from tradetalks.scenario.rates import format_rate

USA, CHN, MEX, ROW = range(4)
AGRI, FISH, ELEC, SERV = range(4)


def ask(*changes, **keys) -> Scenario:
    return Scenario(name="x", question="q", changes=changes, sources="assumed", **keys)


def test_no_change_is_the_world(world):
    shock = compile_shock(load_scenario("baseline"), world)
    assert np.array_equal(shock.tariff, world.tariff)
    assert (shock.iceberg == 1).all()
    assert shock.elasticities.empty
    assert shock.warnings == ()


def test_add_is_on_the_customs_value(world):
    shock = compile_shock(ask(Tariff(importer="USA", exporter="CHN", add=0.3)), world)
    expected = world.tariff.copy()
    expected[CHN, USA, :SERV] += 0.3 * world.customs_ratio[CHN, USA]
    assert np.allclose(shock.tariff, expected, atol=1e-15, rtol=0)
    # Duty in dollars: 30% of what customs counts, not of what the table counts.
    customs = world.trade[CHN, USA, :SERV] * world.customs_ratio[CHN, USA]
    duty = (shock.tariff - world.tariff)[CHN, USA, :SERV] * world.trade[CHN, USA, :SERV]
    assert np.allclose(duty, 0.3 * customs)


def test_table_valuation_takes_the_rate_as_it_stands(world):
    asked = ask(Tariff(importer="USA", exporter="CHN", set="25%"), valuation="table")
    shock = compile_shock(asked, world)
    assert (shock.tariff[CHN, USA, :SERV] == 0.25).all()


def test_services_have_no_customs_value(world):
    shock = compile_shock(
        ask(Tariff(importer="USA", exporter="CHN", sectors="all", set=0.1)), world
    )
    assert shock.tariff[CHN, USA, SERV] == 0.1
    assert np.allclose(shock.tariff[CHN, USA, :SERV], 0.1 * world.customs_ratio[CHN, USA])


def test_each_way_to_change_a_tariff(world):
    def after(**what):
        return compile_shock(ask(Tariff(importer="USA", exporter="CHN", **what)), world).tariff[
            CHN, USA, ELEC
        ]

    ratio, law = world.customs_ratio[CHN, USA], world.tariff[CHN, USA, ELEC]
    assert after(set="25%") == pytest.approx(0.25 * ratio)
    assert after(multiply=0.5) == pytest.approx(0.5 * law)
    assert after(over_mfn="55%") == pytest.approx(world.mfn_tariff[CHN, USA, ELEC] + 0.55 * ratio)
    assert after(remove=True) == 0.0
    assert after(add="0%") == law


def test_changes_apply_in_their_order(world):
    add = Tariff(importer="USA", exporter="CHN", add="10%")
    double = Tariff(importer="USA", exporter="CHN", multiply=2)
    law, points = world.tariff[CHN, USA, ELEC], 0.1 * world.customs_ratio[CHN, USA]
    first = compile_shock(ask(add, double), world).tariff[CHN, USA, ELEC]
    second = compile_shock(ask(double, add), world).tariff[CHN, USA, ELEC]
    assert first == pytest.approx(2 * (law + points))
    assert second == pytest.approx(2 * law + points)


def test_names_select_flows(world):
    asked = ask(Tariff(importer=["USA", "MEX"], exporter="all", sectors=["03", 26], set="50%"))
    touched = compile_shock(asked, world).tariff != world.tariff
    expected = np.zeros_like(touched)
    for n in (USA, MEX):
        expected[:, n, [FISH, ELEC]] = True
        expected[n, n] = False
    assert np.array_equal(touched, expected)


def test_a_group_of_sectors_is_a_name(world):
    asked = ask(Tariff(importer="USA", exporter="CHN", sectors="agriculture", set="50%"))
    touched = compile_shock(asked, world).tariff != world.tariff
    assert touched[CHN, USA].tolist() == [True, True, False, False]


def test_both_ways_touches_each_flow_once(world):
    one = ask(Tariff(importer="USA", exporter=["CHN", "USA"], both_ways=True, add="10%"))
    two = ask(
        Tariff(importer="USA", exporter="CHN", add="10%"),
        Tariff(importer="CHN", exporter="USA", add="10%"),
    )
    assert np.array_equal(compile_shock(one, world).tariff, compile_shock(two, world).tariff)


names = st.sampled_from(["USA", "CHN", "MEX", "ROW", "all"])


@given(
    buys=names,
    sells=names,
    both=st.booleans(),
    rate=st.floats(0, 5),
    key=st.sampled_from(["add", "set", "over_mfn"]),
)
def test_domestic_sales_are_never_touched(buys, sells, both, rate, key):
    world = make_world(("USA", "CHN", "MEX", "ROW"))
    if buys == sells != "all":
        with pytest.raises(BadInput, match="importer and exporter are the same"):
            compile_shock(ask(Tariff(importer=buys, exporter=sells, add=0.1)), world)
        return
    where = {"importer": buys, "exporter": sells, "sectors": "all", "both_ways": both}
    shock = compile_shock(
        ask(Tariff(**where, **{key: format_rate(rate)}), TradeCost(**where, shut=True)), world
    )
    home = np.arange(4)
    assert np.array_equal(shock.tariff[home, home], world.tariff[home, home])
    assert (shock.iceberg[home, home] == 1).all()
    assert np.isinf(shock.iceberg).any()


def test_trade_costs(world):
    where = {"importer": "USA", "exporter": "CHN"}
    shock = compile_shock(
        ask(TradeCost(**where, factor=1.1), TradeCost(**where, sectors=26, add="10%")), world
    )
    assert shock.iceberg[CHN, USA, ELEC] == pytest.approx(1.21)
    assert shock.iceberg[CHN, USA, AGRI] == 1.1
    assert shock.iceberg[USA, CHN, ELEC] == 1.0
    shut = ask(TradeCost(**where, shut=True), TradeCost(**where, factor=0.5))
    assert np.isinf(compile_shock(shut, world).iceberg[CHN, USA, ELEC])


def test_elasticities_by_sector_and_for_the_economy(world):
    asked = ask(
        Elasticity(sigma=4), Elasticity(sigma=6, sectors="26"), Elasticity(final=0.5, materials=0.1)
    )
    own = compile_shock(asked, world).elasticities
    assert own.sigma.tolist() == [4, 4, 6, 4]
    assert np.isnan(own.sigma_domestic).all()
    assert (own.materials, own.value_added, own.final) == (0.1, None, 0.5)
    assert not own.empty


def test_the_result_is_read_only_and_the_world_is_untouched(world):
    before = world.tariff.copy()
    shock = compile_shock(load_scenario("truce-holds"), world)
    assert np.array_equal(world.tariff, before)
    for array in (shock.tariff, shock.iceberg, shock.elasticities.sigma):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


HEADLINES = {
    "truce-holds": ("add", 0.30, 0.10),
    "truce-lapses-by-law": ("add", 0.54, 0.34),
    "truce-lapses-to-april-peak": ("add", 1.45, 1.25),
    "london-55-10": ("over_mfn", 0.55, 0.10),
    "free-trade": ("set", 0.0, 0.0),
}


REAL = [
    n for n in scenario_names()
    if load_scenario(n).world == "world-2022" and load_scenario(n).base.law == "file"
]  # fmt: skip
PLAIN = {"tariff", "trade_cost"}
TARIFFS = [
    n
    for n in REAL
    if load_scenario(n).goods == "none"
    and {c.kind for c in load_scenario(n).changes} <= PLAIN
    and n not in (*GAMES, "us-allies-against-china-bloc")  # have no headline rate
]


@pytest.mark.parametrize("name", TARIFFS)
def test_shipped_scenarios_give_their_headline(name, world):
    """The product's table of headline rates, recomputed from the duty in dollars."""
    scenario = load_scenario(name)
    shock = compile_shock(scenario, world)
    assert scenario.expected
    assert scenario.sources
    assert shock.warnings == ()
    third = np.ones((4, 4), bool)
    third[USA, CHN] = third[CHN, USA] = False
    if name == "free-trade-world":
        abroad = ~np.eye(4, dtype=bool)
        assert (shock.tariff[abroad] == 0).all()
        return
    assert np.array_equal(shock.tariff[third], world.tariff[third])
    assert (shock.iceberg[third] == 1).all()
    if name == "full-decoupling":
        for i, n in ((USA, CHN), (CHN, USA)):
            assert np.isinf(shock.iceberg[i, n, world.goods]).all()
            assert shock.iceberg[i, n, SERV] == 1
        return
    key, on_china, on_usa = HEADLINES[name]
    start = {"add": world.tariff, "over_mfn": world.mfn_tariff, "set": np.zeros_like(world.tariff)}
    for i, n, rate in ((CHN, USA, on_china), (USA, CHN, on_usa)):
        value = world.trade[i, n, world.goods]
        duty = value * (shock.tariff - start[key])[i, n, world.goods]
        customs = value * world.customs_ratio[i, n]
        assert np.allclose(duty / customs, rate, atol=1e-12)
        stated = [e for e in scenario.expected if (e.importer, e.exporter)
                  == ((world.countries[n],), (world.countries[i],))]  # fmt: skip
        assert [getattr(e, key) for e in stated] == [rate]


def test_a_headline_that_does_not_come_out_is_refused(world):
    text = load_scenario("truce-holds").to_yaml().replace("add: 10%", "add: 11%", 1)
    with pytest.raises(BadInput) as caught:
        compile_shock(Scenario.from_yaml(text, file="s.yaml"), world)
    line = len(text[: text.rindex("- importer: CHN")].splitlines())
    assert str(caught.value).startswith(f"s.yaml:{line}: expected[1]: the changes give 11.0000%")
    assert "where 10% is expected (CHN on USA, sector " in str(caught.value)
    open_flow = ask(
        TradeCost(importer="USA", exporter="CHN", sectors="03", shut=True),
        expected=[Expected(importer="USA", exporter="CHN", shut=True)],
    )
    with pytest.raises(BadInput, match="give an open flow where a shut flow is expected"):
        compile_shock(open_flow, world)


def test_a_duty_below_minus_hundred_percent_is_refused(world):
    asked = ask(Tariff(importer="USA", exporter="CHN", set="-100%"), valuation="table")
    with pytest.raises(BadNumber, match=r"changes\[0\]: a duty would come to -100\.0%"):
        compile_shock(asked, world)
    shock = compile_shock(ask(Tariff(importer="USA", exporter="CHN", set="-10%")), world)
    assert "import subsidies" in shock.warnings[0]


def test_a_change_without_trade_warns(world):
    trade = world.trade.copy()
    trade[CHN, USA, FISH] = 0
    asked = ask(Tariff(importer="USA", exporter="CHN", sectors="03", add="10%"))
    shock = compile_shock(asked, replace(world, trade=trade))
    assert shock.warnings == ("changes[0]: there is no trade in the flows it names.",)


class TestNames:
    def test_unknown_in_the_world(self, world):
        asked = ask(Tariff(importer="USA", exporter="CHM", add=0.1))
        with pytest.raises(UnknownName) as caught:
            compile_shock(asked, world)
        assert "changes[0].exporter: unknown country 'CHM'. Did you mean 'CHN'?" in str(
            caught.value
        )
        with pytest.raises(UnknownName, match=r"unknown sector '27'\. Known: 01T02, 03, 26, SERV"):
            compile_shock(ask(Tariff(importer="USA", exporter="CHN", sectors=27, add=0.1)), world)

    def test_a_country_inside_a_region_with_its_line(self):
        world = make_world(("USA", "CHN", "DEU", "REU"))
        text = (
            "name: x\nquestion: q\nsources: assumed\n"
            "changes:\n  - kind: tariff\n    importer: USA\n    exporter: POL\n    add: 10%\n"
        )
        with pytest.raises(UnknownName) as caught:
            compile_shock(Scenario.from_yaml(text, file="s.yaml"), world)
        assert str(caught.value) == (
            "s.yaml:7: changes[0].exporter: 'POL' does not stand alone with `regions: default`: "
            "it is part of 'REU'. Use `regions: all`, which keeps 'POL' apart, or name 'REU'."
        )

    def test_a_region_of_another_set(self):
        world = make_world(("USA", "CHN", "DEU", "REU"))
        with pytest.raises(UnknownName, match=r"'EUU' is not in this world .*that have it: eu27"):
            compile_shock(ask(Tariff(importer="EUU", exporter="CHN", add=0.1)), world)

    def test_a_real_country_in_an_invented_world(self):
        world = make_world(("HOM", "FOR"))
        with pytest.raises(UnknownName, match=r"'CHN' is not in this world\. It has: HOM, FOR\."):
            compile_shock(load_scenario("truce-holds"), world)

    @pytest.mark.parametrize(
        "eu", [("DEU", "FRA", "ITA", "NLD", "IRL", "REU"), ("EUU",), tuple(sorted(EU27))]
    )
    def test_eu_means_all_its_members_however_they_are_grouped(self, eu):
        world = make_world(("USA", *eu, "ROW"))
        shock = compile_shock(ask(Tariff(importer="USA", exporter="EU", set="50%")), world)
        touched = (shock.tariff != world.tariff).any(2)
        assert touched[1:-1, 0].all()
        assert touched.sum() == len(eu)

    @pytest.mark.parametrize("some", [("DEU",), ("DEU", "FRA", "ITA", "NLD", "IRL"), ()])
    def test_half_an_eu_is_refused(self, some):
        world = make_world(("USA", *some, "ROW"))
        with pytest.raises(UnknownName, match="countries of 'EU' are not all in this world"):
            compile_shock(ask(Tariff(importer="USA", exporter="EU", set="50%")), world)

    def test_a_label_of_the_world_wins(self):
        world = make_world(("USA", "EU"))
        shock = compile_shock(ask(Tariff(importer="USA", exporter="EU", set="50%")), world)
        assert (shock.tariff != world.tariff).any()
