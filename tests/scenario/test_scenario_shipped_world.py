"""The shipped scenarios and the real code tables on the shipped world."""

from __future__ import annotations

import numpy as np
import pytest

from tradetalks.errors import UnknownName
from tradetalks.scenario import (
    Scenario,
    Tariff,
    compile_shock,
    load_scenario,
    names,
    scenario_names,
)

shipped = pytest.importorskip("tradetalks.data.shipped", reason="the data room is not here yet")

_REAL_TABLES = names.tables


@pytest.fixture(autouse=True)
def real_tables(tables, monkeypatch):
    """Undo the small table of this folder."""
    monkeypatch.setattr(names, "tables", _REAL_TABLES)


@pytest.fixture(scope="module")
def worlds():
    sets = ("all", "default", "eu27", "blocs")
    return {name: shipped.load_world("world-2022", regions=name) for name in sets}


REAL = [n for n in scenario_names() if load_scenario(n).world == "world-2022"]


def test_the_teaching_scenario_compiles_on_its_own_world():
    scenario = load_scenario("toy-tariff-war")
    shock = compile_shock(scenario, shipped.load_world(scenario.world))
    assert shock.tariff[0, 1].tolist() == shock.tariff[1, 0].tolist() == [0.4, 0.0]
    assert set(scenario_names()) - set(REAL) == {"toy-tariff-war"}


@pytest.mark.parametrize("regions", ["all", "default", "eu27", "blocs"])
@pytest.mark.parametrize("name", REAL)
def test_every_shipped_scenario_on_every_region_set(name, regions, worlds):
    """Compiling checks the expected headlines; here the duty in dollars is recomputed too."""
    scenario = load_scenario(name).replace(regions=regions)
    world = worlds[regions]
    if scenario.goods != "none":
        world = shipped.load_world("world-2022", regions=regions, goods=scenario.goods)
    shock = compile_shock(scenario, world)
    assert (shock.tariff > -1).all()
    assert (shock.iceberg > 0).all()
    flat = {"truce-holds": 0.30, "truce-lapses-by-law": 0.54, "truce-lapses-to-april-peak": 1.45}
    if name in flat:
        usa, chn = world.countries.index("USA"), world.countries.index("CHN")
        value = world.trade[chn, usa, world.goods]
        more = (value * (shock.tariff - world.tariff)[chn, usa, world.goods]).sum()
        assert more == pytest.approx(flat[name] * world.customs_ratio[chn, usa] * value.sum())


def ask(**where):
    change = Tariff(**where, set="50%")
    return Scenario(name="x", question="q", changes=[change], sources="assumed")


def test_eu_covers_the_same_trade_however_it_is_grouped(worlds):
    def touched(regions):
        world = worlds[regions]
        asked = ask(importer="USA", exporter="EU").replace(regions=regions)
        changed = compile_shock(asked, world).tariff != world.tariff
        return (world.trade * changed).sum()

    assert touched("default") == pytest.approx(touched("all"))
    assert touched("eu27") == pytest.approx(touched("all"))
    assert touched("blocs") == pytest.approx(touched("all"))


def test_a_country_inside_a_region(worlds):
    with pytest.raises(UnknownName, match=r"part of 'REU'\. Use `regions: all`"):
        compile_shock(ask(importer="POL", exporter="CHN"), worlds["default"])
    with pytest.raises(UnknownName, match=r"'REU' is not in this world .* have it: default"):
        compile_shock(ask(importer="REU", exporter="CHN").replace(regions="all"), worlds["all"])


def test_groups_of_sectors(worlds):
    world = worlds["default"]
    shock = compile_shock(ask(importer="USA", exporter="CHN", sectors="mining"), world)
    touched = (shock.tariff != world.tariff).any((0, 1))
    assert [s for s, t in zip(world.sectors, touched, strict=True) if t] == ["05T06", "07T08", "09"]
    assert np.array_equal(shock.iceberg, np.ones_like(world.trade))
