"""Controls in force that are lifted, cuts for third countries, highest premia, concentration."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from tradetalks.codes import region_set
from tradetalks.data import load_world
from tradetalks.data.goods.good import Control, goods
from tradetalks.engine import simulate
from tradetalks.engine.contradiction import GROUPS, contradiction
from tradetalks.engine.economy import economy_of, elasticities_of
from tradetalks.engine.latent import with_premium
from tradetalks.errors import BadInput, BadNumber
from tradetalks.model import Closure, factors_of, no_shock
from tradetalks.results import concentration, tidy
from tradetalks.scenario import Scenario
from tradetalks.solve import solve_batch

KEPT = ("USA", "CHN", "TWN", "KOR", "JPN", "NLD")
LIFT = {"kind": "lift_control", "destinations": "CHN", "sectors": "AICHIP"}
# one group of three flows with a highest premium everywhere, so that all share one compilation
REFUSE = {
    "kind": "quota",
    "exporter": ["TWN", "KOR", "USA"],
    "destinations": "CHN",
    "pooled": True,
    "sectors": "AICHIP",
    "cap": "100%",
    "rent": "importer",
    "highest_premium": "900%",
}
TAX = {
    "kind": "export_tax",
    "exporter": ["TWN", "KOR", "USA"],
    "importer": "CHN",
    "sectors": "AICHIP",
    "to": "USA",
}
STOP = {"kind": "quota", "exporter": "CHN", "destinations": ["USA", "JPN", "NLD"], "pooled": True,
        "sectors": "REE", "cap": "5%", "highest_premium": "10000%"}  # fmt: skip


def ask(*changes, **keys) -> Scenario:
    keys = {"horizon": "medium", "goods": "all", "elasticities": "central"} | keys
    return Scenario(name="x", question="q", changes=changes, sources="assumed", **keys)


@pytest.fixture(scope="module")
def world():
    whole = load_world(regions="all", goods="all")
    return whole.aggregate({c: c if c in KEPT else "ROW" for c in region_set("all")})


@pytest.fixture(scope="module")
def lifted(world):
    return simulate(ask(LIFT), world)


@pytest.fixture(scope="module")
def refused(world):
    return simulate(ask(LIFT, REFUSE), world)


@pytest.fixture(scope="module")
def stopped(world):
    return simulate(ask(STOP, horizon="short"), world)


def central(run):
    return run.data.sel(set=run.data.attrs["central"])


def chip_premium(end: str = "central") -> float:
    good = goods(["AICHIP"])[0]
    return good.controls[0].premium(good.sigma.medium, end)


def test_the_premium_is_the_closed_form():
    control = Control("TWN", "CHN", "USA", 0.5, 0.25, 0.75, True)
    assert control.premium(2.0) == pytest.approx(np.sqrt(2.0) - 1.0)
    assert control.premium(2.0, "high") == pytest.approx(1.0)
    assert control.premium(2.0, lifted=1.0) == 0.0
    assert control.premium(2.0, lifted=0.5) == pytest.approx(0.75**-0.5 - 1.0)


def test_a_table_with_premia_has_the_same_trade_and_balances(world):
    j = world.sectors.index("AICHIP")
    premium = np.zeros(world.trade.shape)
    premium[world.index("TWN"), world.index("CHN"), j] = 0.5
    table = with_premium(world, premium)
    assert np.array_equal(table.trade, world.trade)
    rent = 0.5 * world.trade[world.index("TWN"), world.index("CHN"), j]
    lost = (world.value_added - table.value_added).sum(1)
    assert (table.duties - world.duties)[world.index("CHN")] == pytest.approx(rent, rel=0.2)
    assert np.flatnonzero(lost > 1e-6).tolist() == [world.index("CHN")]


def test_lifting_brings_trade_and_ends_the_rents(lifted, world):
    d = central(lifted)
    chips = d.trade.sel(importer="CHN", sector="AICHIP")
    assert float(chips.sel(exporter="TWN")) > 0 and float(chips.sel(exporter="KOR")) > 0
    flow = world.trade[:, world.index("CHN"), world.sectors.index("AICHIP")]
    duty = world.tariff[:, world.index("CHN"), world.sectors.index("AICHIP")]
    at = [world.index(c) for c in ("TWN", "KOR", "USA")]
    rent = chip_premium() * (flow * (1 + duty))[at].sum() / 1e3
    assert float(d.rents_reference.sel(country="CHN")) == pytest.approx(rent)
    assert float(d.rents.sel(country="CHN")) == pytest.approx(-rent)
    assert d.trade_reference.values == pytest.approx(world.trade / 1e3, rel=1e-7, abs=1e-9)
    own = world.duties / 1e3
    assert d.tariff_revenue_reference.values == pytest.approx(own)
    assert np.abs(d.remainder).max() < 1e-6
    assert any("AICHIP 47%" in w for w in lifted.warnings)
    assert any("list prices" in a for a in lifted.assumptions)


def test_partial_lifting_is_in_between(lifted, world):
    some = central(simulate(ask(LIFT | {"share": "50%"}), world))
    flow = {"exporter": "TWN", "importer": "CHN", "sector": "AICHIP"}
    assert 0 < float(some.trade.sel(flow)) < float(central(lifted).trade.sel(flow))


def test_a_refusal_leaves_nothing_to_lift(refused):
    d = central(refused)
    chips = d.trade.sel(importer="CHN", sector="AICHIP", exporter=["TWN", "KOR", "USA"])
    assert np.abs(chips).max() < 1e-6
    assert d.quota_premium.values == pytest.approx(100 * chip_premium(), rel=0.02)


@pytest.mark.parametrize("rate", [0.25, 0.6])
def test_a_third_countrys_cut_is_its_rate_and_its_income(world, rate):
    tax = TAX | {"set": rate}
    run = simulate(ask(tax), world)
    d = central(run)
    assert d.quota_premium.values == pytest.approx([100 * rate])
    assert float(d.rents.sel(country="TWN")) == pytest.approx(0.0, abs=1e-9)
    sold = {"exporter": ["TWN", "KOR", "USA"], "importer": "CHN", "sector": "AICHIP"}
    paid = sum(float(x.sel(sold).sum()) for x in (d.trade, d.trade_reference))
    assert float(d.rents.sel(country="USA")) == pytest.approx(paid * rate / (1 + rate))
    assert float(d.real_income.sel(country="USA")) > 0 > float(d.real_income.sel(country="CHN"))
    assert np.abs(d.remainder).max() < 1e-5
    assert not any("highest premium" in w for w in run.warnings)


def test_a_highest_premium_lets_more_in_and_bounds_the_loss(world, stopped):
    hard = stopped
    soft = simulate(ask(STOP | {"highest_premium": "300%"}, horizon="short"), world)
    a, b = central(hard), central(soft)
    assert b.quota_premium.values == pytest.approx([300.0])
    assert (b.quota_volume > a.quota_volume).all()
    assert float(a.real_income.sel(country="USA")) < float(b.real_income.sel(country="USA")) < 0
    assert np.abs(b.remainder).max() < 1e-4
    assert any("At the highest premium" in w and "REE" in w for w in soft.warnings)
    assert float(a.quota_premium.max()) <= 10_000.0 * (1 + 1e-9)


def test_an_elasticity_of_ones_own_moves_the_whole_band(world, stopped):
    own = {"kind": "elasticity", "critical_inputs": 0.6}
    run = simulate(ask(STOP, own, horizon="short"), world)
    usa = stopped.data.real_income.sel(country="USA")
    ours = run.data.real_income.sel(country="USA")
    assert float(ours.sel(set="short-central-critical-low")) < float(ours.sel(set="short-central"))
    assert float(ours.sel(set="short-central")) > float(usa.sel(set="short-central-critical-high"))
    assert any("at 0.3 / 0.6 / 1.2" in w for w in run.warnings)
    with pytest.raises(BadNumber, match="critical_inputs"):
        ask({"kind": "elasticity", "critical_inputs": 0})


def test_lifting_what_is_not_controlled_says_what_is(world):
    with pytest.raises(BadInput, match=r"no control is in force.*AICHIP TWN to CHN"):
        simulate(ask(LIFT | {"destinations": "USA"}), world)
    with pytest.raises(BadInput, match="no control is in force"):
        simulate(ask(LIFT | {"controller": "CHN"}), world)
    with pytest.raises(BadNumber, match="lifts nothing"):
        ask(LIFT | {"share": "0%"})


def test_a_region_that_hides_an_end_is_named(world):
    hidden = world.aggregate({c: "ROW" if c == "KOR" else c for c in world.countries})
    from tradetalks.scenario import compile_shock

    shock = compile_shock(ask(LIFT), hidden)
    assert any("AICHIP KOR to CHN" in w and "region" in w for w in shock.warnings)


def test_concentration_of_suppliers(lifted, world):
    rows = {(r["sector"], r["importer"]): r for r in concentration(lifted)}
    row = rows["AICHIP", "CHN"]
    bought = world.trade[:, world.index("CHN"), world.sectors.index("AICHIP")]
    share = bought / bought.sum()
    assert row["hhi_reference"] == pytest.approx((share**2).sum())
    assert row["top_share_reference"] == pytest.approx(share.max())
    assert row["home_share_reference"] == pytest.approx(share[world.index("CHN")])
    assert all(1 / len(world.countries) - 1e-9 <= r["hhi"] <= 1 for r in rows.values())
    assert set(tidy(lifted)["concentration"]["sector"]) == {g.code for g in world.carved}
    with pytest.raises(BadInput, match="no sector 'TEA'"):
        concentration(lifted, ["TEA"])


def test_the_contradiction_of_the_first_article(world, monkeypatch):
    monkeypatch.setattr("tradetalks.data.load_world", lambda *args, **keys: world)
    found = contradiction(elasticities="central")
    value = {(r["policy"], r["variable"], r["country"]): r for r in found.rows}
    policies = list(found.runs)
    balance = [value[p, "bilateral balance", "USA"] for p in policies]
    assert balance[1]["central"] > 0 > balance[3]["central"]
    assert balance[2]["central"] > 50 * balance[1]["central"]
    sold = [value[p, "goods exports", "USA"]["central"] for p in policies]
    assert sold[0] > 0 and sold[1] > 0 > max(sold[2:])
    assert value[policies[1], "rents", "CHN"]["central"] < 0
    assert value[policies[2], "tariff revenue", "USA"]["central"] > 0
    assert all(r["low"] <= r["central"] <= r["high"] for r in found.rows)
    assert {f"income, {g}" for g in GROUPS} <= {r["variable"] for r in found.rows}


def test_a_batch_refuses_a_factor_that_does_not_fit(world):
    with jax.enable_x64(True):
        economy = economy_of(world)
        shape = economy.value_added.shape
        rule = Closure(factors=replace_fixed(factors_of(np.zeros(shape)), 0.999 * np.ones(shape)))
        from tradetalks.data import sets_for

        own = elasticities_of(sets_for(world, "medium")[0])
        batch = jax.tree.map(lambda x: x[None], no_shock(economy))
        with pytest.raises(BadNumber, match="fixed supply"):
            solve_batch(economy, own, batch, rule)


def replace_fixed(factors, fixed):
    import equinox as eqx

    return eqx.tree_at(lambda f: f.fixed_cost, factors, fixed)


def test_lost_shares_out_of_order_are_refused():
    from tradetalks.data.goods.good import good_file
    from tradetalks.data.goods.schema import check_text

    text = good_file("AICHIP")[1].replace("central: 0.47", "central: 0.1", 1)
    with pytest.raises(BadInput, match=r"aichip.yaml:\d+: controls.*not in their order"):
        check_text(text, file="aichip.yaml")
    assert replace(goods(["AICHIP"])[0], code="X").controls
