"""A user's own numbers as arrays: every form, every rule, every refusal."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.data import World, load_world, sets_for
from tradetalks.data.shipped import read_world, write_world
from tradetalks.data.toy import toy_world
from tradetalks.engine.economy import economy_of, elasticities_of
from tradetalks.errors import BadInput, BadNumber, BadTable, UnknownName
from tradetalks.model import Closure, economy_of_flows, no_shock
from tradetalks.solve import solve

NAMES = {"countries": ("HOM", "FOR"), "sectors": ("GOODS", "SERV"), "goods": (True, False)}
FLOWS = ("trade", "tariff", "intermediate", "final", "value_added")


def toy(**changes) -> dict:
    """The toy world's numbers as a user would give them."""
    world = toy_world()
    return NAMES | {k: np.array(getattr(world, k)) for k in FLOWS} | changes


def build(**changes) -> World:
    return World.from_arrays(**toy(**changes))


def changed(name: str, at, value) -> np.ndarray:
    array = np.array(toy()[name], dtype=float)
    array[at] = value
    return array


def same(world: World, other: World, *, but=()) -> None:
    for name in FLOWS:
        if name not in but:
            np.testing.assert_allclose(
                getattr(world, name), getattr(other, name), rtol=1e-9, atol=1e-9, err_msg=name
            )


def unshocked(world: World):
    with jax.enable_x64(True):
        economy = economy_of(world)
        chosen = elasticities_of(sets_for(world, "medium")[0])
        return solve(economy, chosen, no_shock(economy), Closure()).require()


# ---- forms -------------------------------------------------------------------------------


def bilateral(seed: int = 3, n: int = 3, s: int = 2) -> dict:
    draw = np.random.default_rng(seed)
    return {
        "countries": [f"C{i}" for i in range(n)],
        "sectors": [f"S{j}" for j in range(s)],
        "goods": [True] * s,
        "tariff": draw.uniform(0, 0.3, (n, n, s)) * (1 - np.eye(n))[:, :, None],
        "intermediate": draw.uniform(0.1, 1, (n, n, s, s)),
        "final": draw.uniform(3, 4, (n, n, s)),
    }


def test_bilateral_tables_add_up_to_national_use():
    given_ = bilateral()
    w = World.from_arrays(**given_)
    z, f, t = given_["intermediate"], given_["final"], given_["tariff"]
    np.testing.assert_allclose(w.trade, z.sum(3) + f, rtol=1e-14)
    np.testing.assert_allclose(w.intermediate[1, 0, 1], (z[:, 1, 0, 1] * (1 + t[:, 1, 0])).sum())
    np.testing.assert_allclose(w.final[2], (f[:, 2] * (1 + t[:, 2])).sum(0))
    with_trade = World.from_arrays(**{**given_, "final": None, "trade": w.trade})
    same(w, with_trade)


def test_the_loss_of_one_origin_mix_is_computed():
    """Two users of one good: one buys all at home, one all abroad; half of each moves."""
    z = np.zeros((2, 2, 1, 1))
    z[0, 0] = z[1, 1] = 10.0
    f = np.zeros((2, 2, 1))
    f[1, 0] = f[0, 1] = 10.0
    w = World.from_arrays(countries="AB", sectors=["X"], goods=[True], intermediate=z, final=f)
    assert "gives 50% of the value of inputs another origin" in w.notes[0]
    assert "an origin share is 50% ([A, A, X, X]" in w.notes[0]
    proportional = np.full((2, 2, 1, 1), 5.0)
    exact = World.from_arrays(
        countries="AB",
        sectors=["X"],
        goods=[True],
        intermediate=proportional,
        final=np.full((2, 2, 1), 7.0),
    )
    assert "gives 0% of the value of inputs" in exact.notes[0]


def test_one_sector_and_one_country_are_in_equilibrium():
    one = World.from_arrays(
        countries=["ALP", "BET"],
        sectors=["all"],
        trade=[[[90], [12]], [[20], [70]]],
        intermediate=[[[30]], [[20]]],
        theta=5,
    )
    alone = World.from_arrays(
        countries=["ALP"],
        sectors=["26", "SERV"],
        trade=[[[90, 200]]],
        intermediate=[[[20, 30], [10, 60]]],
    )
    assert "Counted as goods, since nothing else was said: all." in one.notes
    assert alone.goods.tolist() == [True, False] and alone.notes == ()
    for world in (one, alone):
        found = unshocked(world)
        np.testing.assert_allclose(found.wage, 1, rtol=1e-9)
        np.testing.assert_allclose(found.trade, world.trade, rtol=1e-9)


def test_elasticities_are_named_and_travel():
    w = build(theta={"SERV": 3, "GOODS": 4.5}, sigma_domestic=[2, 1])
    assert w.sigma.tolist() == [5.5, 4] and w.sigma_domestic.tolist() == [2, 1]
    assert w.notes[-1] == "Elasticities of substitution: the table's own, two nests."
    merged = w.aggregate({"HOM": "ALL", "FOR": "ALL"})
    assert merged.sigma.tolist() == [5.5, 4] and merged.notes == w.notes
    one_nest = build(sigma=4)
    assert one_nest.sigma_domestic.tolist() == [4, 4] and "one nest" in one_nest.notes[-1]
    assert build().sigma is None
    assert w.content_hash() != build().content_hash() != build(markup=1.1 * np.ones((2, 2)))
    (own,) = sets_for(w, "medium")
    assert own.name == "own" and own.central and own.sigma.tolist() == [5.5, 4]
    assert "sigma_domestic" not in own.assumed
    assert len(sets_for(build(), "medium")) > 1


def test_markups_travel_and_profits_add(tmp_path):
    markup = [[1.25, 1.0], [1.6, 1.1]]
    w = build(markup=markup, theta=4)
    merged = w.aggregate({"HOM": "ALL", "FOR": "ALL"})
    profit = (w.output * (1 - 1 / w.markup)).sum(0)
    np.testing.assert_allclose(merged.output[0] * (1 - 1 / merged.markup[0]), profit)
    path, _ = write_world(w.replace(name="mine"), tmp_path, real=False, report={})
    again, _ = read_world(path)
    np.testing.assert_array_equal(again.markup, w.markup)
    np.testing.assert_array_equal(again.sigma, w.sigma)
    assert again.notes == w.notes


def test_markups_are_in_the_baseline_of_the_model():
    w = build(markup=[[1.25, 1.0], [1.6, 1.1]], theta=4)
    with jax.enable_x64(True):
        economy = economy_of_flows(
            w.trade, w.tariff, w.intermediate, w.final, w.value_added, markup=w.markup
        )
        chosen = elasticities_of(sets_for(w, "medium")[0])
        found = solve(economy, chosen, no_shock(economy), Closure()).require()
    np.testing.assert_allclose(found.wage, 1, rtol=1e-9)
    np.testing.assert_allclose(found.trade, w.trade, rtol=1e-9)


def test_domestic_sales_from_output():
    home = np.eye(2, dtype=bool)[:, :, None]
    for missing in (np.nan, 0.0):
        trade = np.where(home, missing, toy()["trade"])
        same(build(trade=trade, output=toy_world().output), toy_world())
        w = build(trade=trade)  # value added and inputs say what output is
        same(w, toy_world())
        assert "Domestic sales of 4 sectors in HOM, FOR were not in the table" in w.notes[-1]
    one = changed("trade", (1, 1, 0), np.nan)
    same(build(trade=one, output=toy_world().output), toy_world())


def test_sectors_that_do_not_trade_or_produce_are_reported():
    trade = np.zeros((2, 2, 3))
    trade[:, :, 0] = [[80, 20], [15, 60]]
    trade[:, :, 1] = [[100, 0], [0, 90]]
    trade[:, :, 2] = [[0, 0], [30, 40]]
    w = World.from_arrays(
        countries=["A", "B"],
        sectors=["26", "SERV", "05T06"],
        trade=trade,
        intermediate=np.full((2, 3, 3), 4.0) * (trade.sum(1) > 0)[:, None, :],
    )
    assert w.notes == (
        "1 sector without output (counted by country): they stay without, whatever the scenario.",
        "No trade between countries in SERV: not traded, so deficits are those of the other "
        "sectors.",
    )
    np.testing.assert_allclose(unshocked(w).trade, w.trade, rtol=1e-9, atol=1e-9)


# ---- rules of balance ----------------------------------------------------------------------


def test_residual_puts_given_totals_aside():
    w = build(value_added=changed("value_added", (0, 1), 1000), balance="residual")
    same(w, toy_world())
    assert (
        "50 mUSD (1.18% of the total) differ, most for [HOM, SERV] (1,000 given, 1,050"
        in (w.notes[-1])
    )
    w = build(final=changed("final", (1, 0), -5), balance="residual")
    same(w, toy_world())
    assert w.notes[-1].endswith("Negative in 1 given cell.")


@pytest.mark.parametrize("balance", ["residual", "ras"])
def test_a_share_above_one_leaves_a_positive_value_added(balance):
    inter = np.array(toy()["intermediate"])
    inter[0, :, 0] *= 2.5  # inputs of 1,125 against an output of 950
    given_ = {"intermediate": inter, "value_added": None, "final": None}
    with pytest.raises(
        BadTable, match=r"inputs bought by \[HOM, GOODS\] are 118% of output: 1,125 "
    ):
        build(**given_)
    w = build(**given_, balance=balance)
    assert (w.value_added > 0).all() and (w.final >= 0).all()
    np.testing.assert_allclose(w.trade, toy_world().trade)
    if balance == "residual":
        assert w.notes[0] == (
            "Inputs bought by 1 sector exceeded output (up to 118%, [HOM, GOODS]): scaled down so "
            "that value added is 1% of output (assumed)."
        )
        assert w.value_added[0, 0] == pytest.approx(9.5)
    else:
        assert "negative in 1 cell: RAS started" in " ".join(w.notes)
    np.testing.assert_allclose(unshocked(w).wage, 1, rtol=1e-9)


def test_intermediate_use_above_absorption():
    inter = changed("intermediate", (0, 0, 1), 800)  # goods: 300 + 800 of 1,020
    given_ = {"intermediate": inter, "value_added": None, "final": None}
    with pytest.raises(BadTable, match=r"intermediate use of \[HOM, GOODS\] are 108% of abs"):
        build(**given_)
    w = build(**given_, balance="residual")
    assert w.final[0, 0] == pytest.approx(0, abs=1e-9)
    assert "exceeded absorption (up to 108%, [HOM, GOODS])" in w.notes[0]


def test_rounding_is_shaved_off_and_said():
    inter = np.array(toy()["intermediate"])
    inter[0, 0, 0] += 500 * (1 + 4e-7)  # output of 950 is exceeded by 0.0002
    final = np.array(toy()["final"])
    final[0, 0] = 100
    w = build(intermediate=inter, value_added=None, final=None)
    assert "Negative rests below 0.0001% of output in 1 cell" in w.notes[0]
    assert w.value_added[0, 0] == pytest.approx(0, abs=1e-9)


def test_rounding_in_one_place_excuses_nothing_elsewhere():
    inter = np.array(toy()["intermediate"])
    inter[0, 0, 0] += 500 * (1 + 4e-7)
    given_ = {"intermediate": inter, "final": None}
    near = changed("value_added", (0, 0), 0)
    assert build(value_added=near, **given_).value_added[0, 0] == pytest.approx(0, abs=1e-9)
    near[1, 1] += 5
    with pytest.raises(BadTable, match=r"value added fails for \[FOR, SERV\]: 930 against 935"):
        build(value_added=near, **given_)


def test_tables_in_shares_are_held_to_the_same_standard():
    small = {k: toy()[k] / 1e4 for k in ("trade", "intermediate", "final", "value_added")}
    build(**small)
    small["value_added"][0, 0] *= 1 + 1e-6
    with pytest.raises(BadTable, match=r"value added fails for \[HOM, GOODS\]"):
        build(**small)


@given(seed=st.integers(0, 10_000), noise=st.floats(0, 0.8))
def test_ras_keeps_totals_and_stays_near(seed, noise):
    draw = np.random.default_rng(seed)
    shaken = toy()["intermediate"] * draw.uniform(1 - noise, 1 + noise, (2, 2, 2))
    w = build(intermediate=shaken, balance="ras")
    np.testing.assert_allclose(w.trade, toy_world().trade)
    np.testing.assert_allclose(w.value_added.sum(1), toy_world().value_added.sum(1), rtol=1e-9)
    assert all(c.passed for c in w.checks())
    if noise == 0:
        same(w, toy_world())


@given(seed=st.integers(0, 10_000), factor=st.sampled_from([1e-6, 3.0, 1e6]))
def test_money_units_change_no_share(seed, factor):
    draw = np.random.default_rng(seed)
    shaken = toy()["intermediate"] * draw.uniform(0.5, 2.0, (2, 2, 2))
    for balance in ("residual", "ras"):
        one = build(intermediate=shaken, balance=balance)
        other = World.from_arrays(
            **NAMES,
            tariff=toy()["tariff"],
            balance=balance,
            intermediate=shaken * factor,
            **{k: toy()[k] * factor for k in ("trade", "final", "value_added")},
        )
        np.testing.assert_allclose(other.intermediate, one.intermediate * factor, rtol=1e-8)


def test_stocks_run_down_count_as_output():
    given_ = bilateral()
    given_["final"][0, 1, 0] = -2.0
    with pytest.raises(BadTable, match=r"final \[C0, C1, S0\] is -2: a stock that was run down"):
        World.from_arrays(**given_)
    w = World.from_arrays(**given_, balance="residual")
    assert w.notes[0].startswith("Final demand was negative in 1 flow (-2 mUSD, ")
    assert w.trade[0, 1, 0] == pytest.approx(given_["intermediate"][0, 1, 0].sum())


def test_re_exports():
    home = np.eye(2, dtype=bool)[:, :, None]
    trade = np.where(home, 0.0, toy()["trade"])
    output = np.array(toy_world().output)
    output[0, 0] = 100.0
    given_ = {"trade": trade, "output": output, "value_added": None, "final": None,
              "intermediate": np.full((2, 2, 2), 10.0)}  # fmt: skip
    with pytest.raises(BadTable, match=r"\[HOM, GOODS\] exports 150 but makes 100"):
        build(**given_)
    w = build(**given_, balance="residual")
    assert w.output[0, 0] == 150 and w.trade[0, 0, 0] == 0
    assert "Exports exceeded output in 1 sector (most in [HOM, GOODS])" in w.notes[0]


# ---- refusals ------------------------------------------------------------------------------

REFUSED = [
    ({"balance": "rass"}, UnknownName, "unknown balance 'rass'. Did you mean 'ras'"),
    ({"theta": 4, "sigma": 5}, BadInput, "both `theta` and `sigma` are given"),
    ({"theta": 4, "theta_domestic": 1, "sigma_domestic": 2}, BadInput, "both `theta_domestic`"),
    ({"sigma_domestic": 2}, BadInput, "a domestic elasticity is given, but none among origins"),
    ({"theta": -4}, BadNumber, "`theta` of sector GOODS is -4. theta, the trade elasticity"),
    ({"theta": 0}, BadNumber, "`theta` of sector GOODS is 0"),
    ({"sigma": [2, 0]}, BadNumber, "`sigma` of sector SERV is 0. sigma must be above 0"),
    ({"sigma": [2, np.nan]}, BadNumber, "`sigma` of sector SERV is nan"),
    ({"sigma": [2, 3, 4]}, BadInput, r"`sigma` has shape \(3,\). Give one number, 2"),
    ({"sigma": "high"}, BadInput, "`sigma` is not a number or a list of numbers"),
    ({"theta": {"GOODS": 4}}, BadInput, "`theta` of sector SERV is missing"),
    ({"theta": {"GOOD": 4}}, UnknownName, "unknown sector 'GOOD'. Did you mean 'GOODS'"),
    ({"markup": [[0.9, 1], [1, 1]]}, BadTable, r"markup \[HOM, GOODS\] is 0.9, but must be at"),
    ({"markup": [[3, 1], [1, 1]]}, BadTable,
     r"markup \[HOM, GOODS\] is 3: profits would take 66.7% of output, but value added is 52.6%"),
    ({"markup": [1, 1]}, BadTable, r"`markup` has shape \(2,\)"),
    ({"deficit": [100, -100]}, BadTable,
     r"deficit \[HOM\] is given as 100, but trade says 30 .imports 230, exports 200."),
    ({"output": [[950, 1550], [800, 999]]}, BadTable,
     r"output \[FOR, SERV\] is given as 999, but sales add up to 930"),
    ({"value_added": [[500, 1050], [400, -600]]}, BadTable, r"value_added \[FOR, SERV\] is -600"),
    ({"final": [[600, -1], [400, 585]]}, BadTable, r"final \[HOM, SERV\] is -1, but must be at"),
    ({"tariff": np.full((2, 2, 2), -1.0)}, BadTable, r"tariff \[HOM, HOM, GOODS\] is -1, but"),
    ({"trade": None}, BadTable, "`trade` is missing"),
    ({"final": np.ones((2, 2, 2))}, BadTable, "`trade` and a `final` demand by exporter are both"),
    ({"trade": np.full((2, 2, 2), np.inf)}, BadTable, r"`trade` is inf at position \(0, 0, 0\)"),
    ({"intermediate": np.ones((2, 2))}, BadTable,
     r"has shape \(2, 2\), but the labels need \(2, 2, 2\) or \(2, 2, 2, 2\)"),
    ({"countries": (), "trade": np.ones((0, 0, 2))}, BadTable, "There is no country"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "kind", "message"), REFUSED, ids=[r[2][:40] for r in REFUSED])
def test_refused_with_cause_and_cure(changes, kind, message):
    with pytest.raises(kind, match=message) as error:
        build(**changes)
    assert error.value.cure
    assert error.value.exit_status == 2


def test_nothing_that_does_not_balance_is_taken_silently():
    with pytest.raises(BadTable, match="balance='residual'"):
        build(value_added=changed("value_added", (0, 1), 1000))


def test_missing_domestic_sales_without_output():
    home = np.eye(2, dtype=bool)[:, :, None]
    given_ = {"trade": np.where(home, 0, toy()["trade"]), "value_added": None}
    with pytest.raises(BadTable, match="HOM has no domestic sales of GOODS in `trade`"):
        build(**given_)
    with pytest.raises(BadTable, match="`trade` is nan at position"):
        build(trade=changed("trade", (0, 1, 0), np.nan))


@pytest.mark.parametrize("balance", ["residual", "ras"])
def test_signs_are_refused_whatever_the_rule(balance):
    for name, at, message in (
        ("trade", (0, 1, 1), r"trade \[HOM, FOR, SERV\] is -5"),
        ("intermediate", (0, 0, 1), r"intermediate \[HOM, GOODS, SERV\] is -5"),
    ):
        with pytest.raises(BadTable, match=message):
            build(**{name: changed(name, at, -5)}, balance=balance)
    given_ = bilateral()
    given_["intermediate"][0, 1, 0, 1] = -1
    with pytest.raises(BadTable, match=r"intermediate \[C0, C1, S0, S1\] is -1"):
        World.from_arrays(**given_, balance=balance)


def test_a_country_without_anything_is_refused():
    none = np.zeros((2, 2, 2))
    given_ = {"tariff": None, "intermediate": none, "value_added": None, "final": None}
    trade = none.copy()
    trade[0, 0] = 10.0
    with pytest.raises(BadTable, match="FOR has no domestic sales"):
        build(trade=trade, **given_)
    with pytest.raises(BadTable, match=r"FOR makes nothing. Leave the country out"):
        build(trade=trade, output=[[10, 10], [0, 0]], **given_)
    trade[1, 0] = 5.0
    with pytest.raises(BadTable, match="FOR buys nothing"):
        build(trade=trade, output=[[10, 10], [5, 5]], **given_)
    used = none.copy()
    used[0, 0, 1] = 1.0
    trade[1, 1, 0], trade[0, 0, 0] = 5.0, 0.0
    trade[1, 0, 0] = 0.0
    with pytest.raises(
        BadTable, match=r"\[HOM, GOODS\] are positive, but absorption is zero: 1 ag"
    ):
        build(trade=trade, **given_ | {"intermediate": used})


def test_ras_out_of_reach_names_the_country():
    given_ = {"value_added": None, "final": None, "balance": "ras"}
    inter = np.array(toy()["intermediate"]) * 5
    with pytest.raises(BadTable, match="The value added of HOM would be"):
        build(intermediate=inter, **given_)
    with pytest.raises(BadTable, match="The final demand of FOR would be"):
        build(value_added=[[500, 1050], [1, 1]], final=None, balance="ras",
              intermediate=inter)  # fmt: skip


def test_describe_prints_totals_checks_and_rules():
    text = build(value_added=changed("value_added", (0, 1), 1000), balance="residual").describe()
    assert "| HOM | 1,550 | 1,600 | 200 | 230 | 30 | 20 |" in text
    assert "value_added is what is left of the totals" in text
    assert "| output = inputs + value added | 0 |" in text


def test_shipped_notes_stay_as_they_are():
    world = load_world()
    assert world.notes == load_world(regions="all").notes
    assert not any("without output" in note for note in world.notes)
