"""Limits, export taxes, subsidies and productivity from a scenario; the exact decomposition."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_worlds import ask, central, random_world, world_of

import tradetalks as tt
from tables import seeds
from tradetalks.engine import simulate
from tradetalks.errors import BadInput
from tradetalks.results import load_run, save_run, tidy

few = settings(max_examples=3, deadline=None)
PARTS = (
    "terms_of_trade",
    "volume_of_trade",
    "trade_costs",
    "export_taxes_and_rents",
    "production_wedges",
    "productivity",
    "employment_effect",
)


def quota(**keys):
    return {"kind": "quota", "exporter": "BBB", "destinations": "AAA", "cap": 0.6, **keys}


def tariff(**keys):
    return {"kind": "tariff", "importer": "AAA", "exporter": "BBB", **keys}


MIX = (
    tariff(add=0.3),
    {"kind": "export_tax", "exporter": "BBB", "set": 0.1},
    {"kind": "subsidy", "country": "CCC", "sectors": "FARM", "rate": 0.2},
    {"kind": "productivity", "country": "CCC", "sectors": "all", "factor": 1.1},
    {"kind": "trade_cost", "importer": "AAA", "exporter": "BBB", "factor": 1.2},
)


@few
@given(
    seeds,
    st.sampled_from(["exporter", "importer", "burnt", {"controller": "DDD"}]),
    st.floats(0.3, 0.8),
    st.sampled_from(["fixed", "elastic"]),
)
def test_the_parts_sum_to_real_income_and_leave_nothing(seed, rent, cap, employment):
    """With fixed nominal deficits there are no transfers: the remainder is the error."""
    limit = {"kind": "quota", "exporter": "CCC", "destinations": "AAA", "rent": rent, "cap": cap}
    floor = {"kind": "purchase_floor", "importer": "DDD", "exporter": "AAA", "at_least": "120%"}
    scenario = ask(*MIX, limit, floor, closures={"employment": employment})
    run = simulate(scenario, random_world(seed))
    change = central(run, "real_income")
    total = sum(central(run, part) for part in PARTS if part in run.data)
    np.testing.assert_allclose(total, change, atol=1e-4 * np.abs(change).max())
    assert "export_taxes_and_rents" in run.data
    assert ("employment_effect" in run.data) == (employment != "fixed")


@few
@given(seeds, st.floats(0.05, 0.6))
def test_each_part_is_zero_for_those_it_does_not_concern(seed, rate):
    run = simulate(ask({"kind": "export_tax", "exporter": "BBB", "set": rate}), random_world(seed))
    part = central(run, "export_taxes_and_rents")
    assert part[1] < 0.0  # less is exported than would pay
    assert np.abs(np.delete(part, 1)).max() < 1e-9
    assert central(run, "terms_of_trade")[1] > 0.0
    assert central(run, "export_tax")[1] > 0.0
    subsidy = simulate(
        ask({"kind": "subsidy", "country": "CCC", "sectors": "FARM", "rate": rate}),
        random_world(seed),
    )
    part = central(subsidy, "production_wedges")
    assert part[2] < 0.0
    assert np.abs(np.delete(part, 2)).max() < 1e-9
    assert central(subsidy, "subsidy")[2] > 0.0


@few
@given(seeds, st.floats(0.3, 0.9))
def test_the_importers_quota_is_a_tariff_at_its_premium(seed, cap):
    """Rent to the importer, all its flows in one group: the same world as under the duty."""
    world = random_world(seed)
    limited = simulate(ask(quota(cap=cap, pooled=True, sectors="all", rent="importer")), world)
    z = float(limited.at_central("quota_premium").values[0]) / 100.0
    assert z > 0.0
    volume = float(limited.at_central("quota_volume").values[0])
    assert volume == pytest.approx(cap * world.trade[1, 0].sum() / 1e3, rel=1e-8)
    duties = [
        tariff(sectors=sector, set=float((1 + world.tariff[1, 0, j]) * (1 + z) - 1))
        for j, sector in enumerate(world.sectors)
    ]
    if max(d["set"] for d in duties) > 1.0:
        duties = [{**d, "set": f"{100 * d['set']:.12f}%"} for d in duties]
    taxed = simulate(ask(*duties, valuation="table"), world)
    for name in ("real_income", "terms_of_trade", "volume_of_trade", "exports", "imports"):
        np.testing.assert_allclose(
            central(limited, name), central(taxed, name), rtol=1e-5, atol=1e-6, err_msg=name
        )
    # what is duty in one is duty and rent in the other
    np.testing.assert_allclose(
        central(limited, "rents") + central(limited, "tariff_revenue"),
        central(taxed, "tariff_revenue"), rtol=1e-6, atol=1e-9,
    )  # fmt: skip


def test_an_idle_quota_changes_nothing_and_a_floor_is_kept():
    world = random_world(7)
    idle = simulate(ask(quota(cap="150%", pooled=True, sectors="all")), world)
    assert np.abs(central(idle, "real_income")).max() < 1e-7
    assert (central(idle, "quota_premium") == 0).all()
    floor = {"kind": "purchase_floor", "importer": "AAA", "exporter": "BBB", "sectors": "all"}
    kept = simulate(ask({**floor, "at_least": "130%"}), world)
    volume, before = (central(kept, f"quota_volume{x}")[0] for x in ("", "_reference"))
    assert volume == pytest.approx(1.3 * before, rel=1e-7)
    assert central(kept, "quota_premium")[0] < 0.0
    assert central(kept, "rents")[0] < 0.0


def test_a_quota_that_both_have_moves_nothing_and_one_that_is_lifted_undoes_itself(tmp_path):
    world = random_world(3)
    limited = ask(quota(rent="burnt"))
    (tmp_path / "limited.yaml").write_text(limited.to_yaml(), "utf-8")
    against = str(tmp_path / "limited.yaml")
    same = simulate(ask(quota(rent="burnt"), against=against), world)
    assert np.abs(central(same, "real_income")).max() < 1e-6
    there, back = simulate(limited, world), simulate(ask(against=against), world)
    np.testing.assert_allclose(
        (1 + central(there, "real_income") / 100) * (1 + central(back, "real_income") / 100),
        1.0, rtol=1e-8,
    )  # fmt: skip
    assert (central(back, "quota_premium") == 0).all()
    assert (central(back, "quota_premium_reference") > 0).all()
    np.testing.assert_allclose(
        central(back, "quota_premium_reference"), central(there, "quota_premium"), rtol=1e-7
    )
    assert np.abs(central(back, "remainder")).max() < 1e-5
    with pytest.raises(BadInput, match="in different groups"):
        simulate(ask(quota(pooled=True), against=against), world)


def test_limits_stand_in_the_run_folder(tmp_path):
    run = simulate(ask(quota()), random_world(3))
    table = tidy(run)["limits"]
    assert list(table["group"]) == ["BBB FARM to AAA", "BBB MILL to AAA"]
    assert {"quota_premium", "quota_volume", "quota_volume_reference"} <= set(table.columns)
    place = save_run(run, tmp_path / "run")
    assert (place / "tables" / "limits.csv").is_file()
    record = json.loads((place / "run.json").read_text("utf-8"))
    assert [row["group"] for row in record["limits"]] == ["BBB FARM to AAA", "BBB MILL to AAA"]
    again = load_run(place)
    np.testing.assert_array_equal(again.data["quota_premium"], run.data["quota_premium"])
    assert "limits" not in tidy(simulate(ask(tariff(add=0.1)), random_world(3)))


def test_a_table_of_ones_own_needs_no_customs_values():
    world = random_world(5)
    run = simulate(ask(tariff(add=0.2)), world)
    assert run.world["regions"] == "own"
    assert np.isnan(run.data["bilateral_balance_customs"]).all()
    assert any("no customs values" in text for text in run.assumptions)
    plain = simulate(ask(tariff(add=0.2), valuation="table"), world)
    np.testing.assert_array_equal(central(run, "real_income"), central(plain, "real_income"))


def test_markups_and_elasticities_of_ones_own_table_are_used():
    from tables import balanced

    table = balanced(5)
    markup = np.full(table.value_added.shape, 1.1)
    options = {"markup": markup, "sigma": [4.0, 3.0, 2.0]}
    run = simulate(ask(tariff(add=0.3)), world_of(table, **options))
    assert [str(s) for s in run.data["set"].values] == ["own"]
    total = sum(central(run, part) for part in PARTS if part in run.data)
    change = central(run, "real_income")
    np.testing.assert_allclose(total, change, atol=1e-4 * np.abs(change).max())
    assert np.abs(central(run, "production_wedges")).max() > 1e-3


def test_the_teaching_scenario():
    run = simulate("toy-tariff-war")
    assert run.failed_sets == ()
    change = run.at_central("real_income").to_series()
    # the smaller economy, which lives more on trade, loses more
    assert change["FOR"] < change["HOM"] < 0.0
    alone = tt.load_scenario("toy-tariff-war").replace(
        changes=[{"kind": "tariff", "importer": "HOM", "exporter": "FOR", "set": "40%"}],
        expected=[],
    )
    assert float(simulate(alone).at_central("terms_of_trade").sel(country="HOM")) > 0.0
