"""Stops solved in the world economy: against `simulate`, in order, in every answer."""

from __future__ import annotations

import numpy as np
import pytest

from tradetalks import supply
from tradetalks.data import World, load_world
from tradetalks.errors import BadInput, BadNumber, NoAnswer, UnknownName
from tradetalks.supply.cuts import Cut, solve_cuts
from tradetalks.supply.derisking import MOVED

GOODS = ("MAGNETS", "GRAPHITE", "API")


@pytest.fixture(scope="module")
def world() -> World:
    """Three goods between blocs: quick to solve."""
    return load_world(regions="blocs", goods=GOODS)


@pytest.fixture(scope="module")
def losses(world: World):
    cuts = [Cut(("CHN",), "USA", (g,), left) for g in GOODS for left in (0.1, 0.5, 1.0)]
    return solve_cuts(world, [*cuts, Cut(("CHN",), "USA", GOODS, 0.1)], "short")


def test_a_cut_is_an_export_control(world: World, losses) -> None:
    """The same stop as a scenario, through the whole engine."""
    from tradetalks.engine import simulate
    from tradetalks.scenario import Scenario

    stop = Scenario.model_validate(
        {
            "name": "stop",
            "question": "?",
            "base": {"law": "file"},
            "goods": "all",
            "horizon": "short",
            "elasticities": "central",
            "sources": ["assumed"],
            "changes": [
                {
                    "kind": "export_control",
                    "exporter": "CHN",
                    "destinations": "USA",
                    "sectors": ["MAGNETS"],
                    "ban": True,
                    "leakage": "10%",
                }
            ],
        }
    )
    run = simulate(stop, world)
    for country in world.countries:
        mine = losses.of(0, country)
        theirs = run.spread("real_income", country=country)
        assert mine["central"] == pytest.approx(theirs.central, abs=1e-6)
        assert mine["low"] == pytest.approx(theirs.low, abs=1e-6)
        assert mine["high"] == pytest.approx(theirs.high, abs=1e-6)


def test_losses_are_in_order(world: World, losses) -> None:
    assert losses.failed == () and losses.status()["converged"]
    n = world.index("USA")
    for g in range(len(GOODS)):
        tight, loose, none = losses.income[3 * g : 3 * g + 3, :, n]
        assert (tight < loose).all() and (loose < 0.0).all()
        assert np.abs(none).max() < 1e-7
        # the lower the elasticity, the larger the loss
        assert (np.diff(tight) > 0.0).all()
    alone = losses.income[0:9:3, :, n].sum(0)
    together = losses.income[-1, :, n]
    assert (together <= losses.income[0:9:3, :, n].min(0)).all()
    assert (together < 0.9 * alone).all()
    assert ((losses.quantity[0:9:3] > 0.1) & (losses.quantity[0:9:3] < 1.0)).all()
    assert np.isnan(losses.quantity[-1]).all()


def test_cuts_that_make_no_sense(world: World) -> None:
    with pytest.raises(BadNumber, match="no interior solution"):
        solve_cuts(world, [Cut(("CHN",), "USA", ("API",), 0.0)])
    with pytest.raises(BadInput, match="there is no trade in API to cut"):
        solve_cuts(world, [Cut(("USA",), "USA", ("API",), 0.1)])
    with pytest.raises(BadInput, match="has no critical goods"):
        solve_cuts(load_world(regions="blocs"), [Cut(("CHN",), "USA", ("API",), 0.1)])
    with pytest.raises(UnknownName):
        solve_cuts(world, [Cut(("CHN",), "USA", ("API",), 0.1)], "soon")


@pytest.fixture(scope="module")
def exposed(world: World):
    return supply.exposure("usa", supplier="CHN", goods=GOODS, horizons=("short",), world=world)


def test_exposure(world: World, exposed, losses) -> None:
    rows = {r["good"]: r for r in exposed.rows()}
    assert next(r["good"] for r in exposed.rows()) == min(
        GOODS, key=lambda g: rows[g]["loss_short_percent"]["central"]
    )
    for g, good in enumerate(GOODS):
        row = rows[good]
        assert row["loss_short_percent"] == pytest.approx(losses.of(3 * g, "USA"), abs=1e-7)
        assert row["home_percent"] + sum(
            r["share_percent"]
            for r in exposed.supplier_rows()
            if r["good"] == good and r["supplier"] != "USA"
        ) == pytest.approx(100.0, abs=0.1)
        assert 0.0 < row["import_hhi"] <= 1.0
        assert row["stock_days"]["source"] == "assumed"
        days = row["output_days_lost"]
        assert days["low"] <= days["central"] <= days["high"]
    with pytest.raises(UnknownName, match="Did you mean 'USA'"):
        supply.exposure("USB", world=world)


def test_power(world: World, losses) -> None:
    found = supply.power("CHN", "USA", horizons=("short",), world=world)
    rows = {r["good"]: r for r in found.rows()}
    assert rows["all of them"]["target_percent"] == pytest.approx(losses.of(9, "USA"), abs=1e-7)
    assert found.rows()[0]["good"] == "all of them"
    for row in rows.values():
        # who keeps the premium loses less
        assert row["target_without_rent_usd_bn"]["central"] > row["target_usd_bn"]["central"]
        assert row["sender_without_rent_usd_bn"]["central"] < row["sender_usd_bn"]["central"]
        if row["ratio"] is not None:
            assert row["ratio"] > 0.0 and row["sender_without_rent_usd_bn"]["central"] < 0.0
    with pytest.raises(BadInput, match="must be different countries"):
        supply.power("CHN", "CHN", world=world)
    with pytest.raises(BadNumber, match="leakage 0 must lie"):
        supply.power("CHN", "USA", left=0.0, world=world)


def test_allies_make_it_worse(world: World, losses) -> None:
    third = next(c for c in world.countries if c not in ("USA", "CHN", "ROW"))
    cuts = [Cut(("CHN", third), "USA", (g,), 0.1) for g in GOODS]
    more = solve_cuts(world, cuts, "short", ends=("central",))
    n = world.index("USA")
    assert (more.income[:, 1, n] < losses.income[0:9:3, 1, n]).all()
    assert np.isnan(more.income[:, 0]).all()


def test_a_plan_keeps_its_ceiling(world: World) -> None:
    free = supply.derisk("USA", 50.0, world=world)
    assert free.before == free.after < 50.0
    assert free.rows() == [] and free.cost.sum() == 0.0 and free.break_even_percent is None
    ceiling = 0.4 * free.before
    plan = supply.derisk("USA", ceiling, world=world)
    assert plan.before == pytest.approx(free.before)
    assert plan.after <= ceiling * (1 + 1e-9)
    assert 0.0 < plan.cost.sum() <= plan.greedy_cost + 1e-9
    assert plan.rows() and plan.break_even_percent is not None
    # moving more to a second source never leaves a larger loss
    assert plan.single.shape == (len(plan.goods), len(MOVED))
    assert (np.diff(plan.single, axis=1) <= 1e-9).all()
    pairs = [t for t in plan.trials if len(t["goods"]) == 2]
    alone = {t["goods"][0]: t["saved_percent"] for t in plan.trials if len(t["goods"]) == 1}
    assert len(pairs) == 3 and pairs[0]["saved_percent"] == max(t["saved_percent"] for t in pairs)
    for t in pairs:
        assert t["saved_percent"] >= max(alone[g] for g in t["goods"])
        assert t["cost_usd_mn_a_year"]["low"] * 4 == pytest.approx(t["cost_usd_mn_a_year"]["high"])
    with pytest.raises(BadNumber, match="means nothing"):
        supply.derisk("USA", 0.0, world=world)
    with pytest.raises(UnknownName, match="elasticity 'lowest'"):
        supply.derisk("USA", 0.5, end="lowest", world=world)
    assert NoAnswer.exit_status == 1


def test_a_licence_run(world: World) -> None:
    own = supply.regime("stop").replace(
        approval=supply.Figure(0.0, 0.0, 0.0, "given"),
        leakage=supply.Figure(0.2, 0.2, 0.2, "given"),
    )
    run = supply.licence_run("magnets", "USA", own, stock=30, world=world)
    share = run.bought.of("CHN")
    short = share * 0.8
    # second sources begin at nothing, so the first stop is a little after the bare arithmetic
    assert 30 / short - 1 <= run.central.path.first_stop <= 30 / short + 6
    rows = {r["case"]: r for r in run.rows()}
    assert rows["half the stock"]["first_stop_day"] < rows["central"]["first_stop_day"]
    assert rows["twice the stock"]["output_days_lost"] < rows["central"]["output_days_lost"]
    opened = rows["general licences for all from day 258"]
    assert opened["over_on_day"] == 258
    assert opened["output_days_lost"] < rows["central"]["output_days_lost"]
    users = run.user_rows()
    assert sum(u["share_of_use_percent"] for u in users) == pytest.approx(100.0, abs=3.0)
    for u in users:
        lost = u["output_lost_usd_bn"]
        assert 0.0 < lost["low"] <= lost["central"] <= lost["high"]
        most = u["at_most_usd_bn"]
        assert lost["central"] <= most["central"] and lost["high"] <= most["high"] * (1 + 1e-9)
        assert most["low"] < most["central"] < most["high"]
        assert u["equilibrium_output_percent"]["low"] < 0.0
    with pytest.raises(BadInput, match="sells no MAGNETS to CHN"):
        supply.licence_run("MAGNETS", "CHN", world=world)
