"""Critical goods in the equilibrium: nothing moves without a shock; the elasticity decides."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from tradetalks.data import carve_out, load_world, sets_for
from tradetalks.data.goods.good import ByHorizon, goods
from tradetalks.engine import simulate
from tradetalks.engine.closures import closure_of, fixed_cost
from tradetalks.engine.economy import economy_of, elasticities_of
from tradetalks.errors import BadInput, UnknownName
from tradetalks.model import no_shock
from tradetalks.scenario import Quota, Scenario, Tariff, compile_shock, load_scenario
from tradetalks.solve import solve


def ask(*changes, **keys) -> Scenario:
    keys = {"horizon": "short", "goods": "default", "regions": "blocs"} | keys
    return Scenario(name="x", question="q", changes=changes, sources="assumed", **keys)


STOP = Quota(exporter="CHN", destinations="USA", sectors=["MAGNETS", "REE"], cap="10%")


@pytest.fixture(scope="module")
def blocs():
    return load_world(regions="blocs", goods="default")


@pytest.fixture(scope="module")
def stopped(blocs):
    return simulate(ask(STOP, elasticities="central"), blocs)


@pytest.mark.parametrize("horizon", ["short", "medium", "long"])
def test_the_split_world_is_an_equilibrium(horizon):
    world = load_world(regions="blocs", goods="all")
    scenario = ask(horizon=horizon, goods="all")
    with jax.enable_x64(True):
        economy, closure = economy_of(world), closure_of(scenario, world)
        for chosen in sets_for(world, horizon):
            solution = solve(economy, elasticities_of(chosen), no_shock(economy), closure)
            found = solution.require()
            assert solution.status.residual < 1e-9
            assert np.abs(np.asarray(found.price) - 1).max() < 1e-9
            assert np.abs(np.asarray(found.sales) - world.output).max() < 1e-6 * world.output.max()
            real = np.asarray(found.welfare) / world.final.sum(1)
            assert np.abs(real - 1).max() < 1e-9


def test_the_lower_the_elasticity_the_larger_the_loss(stopped):
    usa = stopped.data.real_income.sel(country="USA")
    low, central, high = (
        float(usa.sel(set=f"short-central{end}")) for end in ("-critical-low", "", "-critical-high")
    )
    assert low < central < high < 0
    cars = stopped.data.output_percent.sel(country="USA", sector="29", set="short-central")
    assert float(cars) < 0


def test_the_volume_is_the_cap(stopped, blocs):
    i, n = blocs.index("CHN"), blocs.index("USA")
    for code in ("MAGNETS", "REE"):
        flow = blocs.trade[i, n, blocs.sector_index(code)]
        groups = [str(g) for g in stopped.data.group.values if code in str(g)]
        volume = stopped.data.quota_volume.sel(group=groups[0]).values
        reference = stopped.data.quota_volume_reference.sel(group=groups[0]).values
        assert reference * 1e3 == pytest.approx(np.full(3, flow), rel=1e-6)
        assert volume * 1e3 == pytest.approx(np.full(3, 0.1 * flow), rel=1e-6)


def test_the_answer_shows_the_range_and_names_the_horizon(stopped):
    assert list(stopped.data.set.values) == [
        "short-central", "short-central-critical-low", "short-central-critical-high",
    ]  # fmt: skip
    said = " ".join(stopped.warnings)
    assert "at 0.05 / 0.1 / 0.2 (short horizon" in said
    assert "USA -" in said
    assumed = " ".join(stopped.assumptions)
    assert "REE, MAGNETS" in assumed
    assert "at the short horizon users replace them with elasticity 0.1 (assumed" in assumed
    titles = [s["title"] for s in stopped.world["sources"]]
    assert any("Mineral Commodity Summaries" in t for t in titles)


def test_a_second_source_that_expands_more_easily_softens_the_stop():
    world = load_world(regions="all")
    losses = []
    for supply in (0.5, 5.0):
        (good,) = goods(["MAGNETS"])
        changed = replace(good, supply_elasticity=ByHorizon(0.5, supply, supply))
        table = carve_out(world, [changed]).aggregate("blocs")
        stop = Quota(exporter="CHN", destinations="USA", sectors="MAGNETS", cap="10%")
        run = simulate(ask(stop, horizon="medium", elasticities="central"), table)
        losses.append(float(run.data.real_income.sel(country="USA", set="medium-central")))
    assert losses[0] < losses[1] < 0


def test_fixed_capacity_is_one_over_one_plus_the_supply_elasticity(blocs):
    share = fixed_cost(blocs, "short")
    at = blocs.sector_index("MAGNETS")
    assert share[at] == pytest.approx(1 / 1.5)
    assert (share[:23] == 0).all()


def test_the_stiffest_horizon_fits_into_the_value_added():
    (good,) = goods(["MAGNETS"])
    stiff = replace(good, inputs={}, supply_elasticity=ByHorizon(5.0, 0.2, 5.0))
    table = carve_out(load_world(regions="all"), [stiff]).aggregate("blocs")
    at = table.sector_index("MAGNETS")
    share = table.value_added[:, at] / table.output[:, at]
    assert (share > fixed_cost(table, "medium")[at]).all()
    run = simulate(ask(horizon="medium", elasticities="central"), table)
    assert run.status["residual"] < 1e-9


def test_a_sector_named_is_all_of_it(blocs):
    change = Tariff(importer="USA", exporter="CHN", sectors="25", add="10%")
    shock = compile_shock(ask(change), blocs)
    flow = shock.tariff[blocs.index("CHN"), blocs.index("USA")] - blocs.tariff[
        blocs.index("CHN"), blocs.index("USA")
    ]  # fmt: skip
    assert {blocs.sectors[j] for j in np.flatnonzero(flow)} == {"25", "MAGNETS"}
    group = Tariff(importer="USA", exporter="CHN", sectors="manufacturing", add="10%")
    whole = compile_shock(ask(group), blocs).tariff - blocs.tariff
    changed = {blocs.sectors[j] for j in np.flatnonzero(whole.any((0, 1)))}
    assert {"MAGNETS", "AICHIP", "26"} < changed
    assert "CHIPSOFT" not in changed


def test_carving_out_hardly_moves_a_tariff_war():
    plain = simulate(load_scenario("truce-holds").replace(elasticities="central", regions="blocs"))
    carved = simulate(
        load_scenario("truce-holds").replace(
            elasticities="central", regions="blocs", goods="default"
        )
    )
    name = "medium-central"
    for country in ("USA", "CHN"):
        a, b = (float(r.data.real_income.sel(country=country, set=name)) for r in (plain, carved))
        assert b == pytest.approx(a, abs=0.01)


def test_a_table_without_critical_goods_is_no_answer_to_a_question_about_them():
    with pytest.raises(BadInput, match=r"asks for critical goods .*carve_out"):
        simulate(load_scenario("rare-earth-ban"), load_world(regions="blocs"))


def test_a_critical_good_needs_its_overlay():
    text = load_scenario("rare-earth-ban").to_yaml()
    with pytest.raises(UnknownName, match=r"inside sector '25'\. Add `goods: default`"):
        Scenario.from_yaml(text.replace("goods: default", "goods: none").replace("- REE\n", ""))
    with pytest.raises(UnknownName, match="Add `goods: all`"):
        Scenario.from_yaml(text.replace("MAGNETS", "GALLIUM"))
    with pytest.raises(UnknownName, match="Did you mean 'MAGNETS'"):
        Scenario.from_yaml(text.replace("MAGNETS", "MAGNET"))
    with pytest.raises(UnknownName, match="Add `goods: default`"):
        compile_shock(ask(STOP, goods="none"), load_world(regions="blocs"))


def test_a_law_reaches_the_goods_carved_out_of_its_sectors():
    from tradetalks.data import load_world
    from tradetalks.scenario import compile_shock, load_scenario

    world = load_world(goods="all")
    shock = compile_shock(load_scenario("current-law").replace(goods="all"), world)
    i, n = world.index("CHN"), world.index("USA")
    added = shock.tariff[i, n] - world.tariff[i, n]
    for child, parent in (("MAGNETS", "25"), ("BATTERY", "27")):
        at, above = world.sector_index(child), world.sector_index(parent)
        assert added[at] == pytest.approx(added[above])
        assert added[at] > 0.05
