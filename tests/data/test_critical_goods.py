"""The data files of critical goods and the split of a world that makes them sectors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.codes import critical_goods, parent_sector
from tradetalks.data import carve_out, check_world, critical_elasticity, load_world, sets_for
from tradetalks.data.balance import bounded_ras
from tradetalks.data.goods.carve import LARGEST, kept_totals
from tradetalks.data.goods.describe import describe_goods
from tradetalks.data.goods.good import ByHorizon, good_file, goods, read_good
from tradetalks.data.goods.schema import check_text
from tradetalks.errors import BadFile, BadInput, BadNumber, BadTable, TradeTalksError, UnknownName


@pytest.fixture(scope="module")
def world():
    return load_world(regions="all")


@pytest.fixture(scope="module")
def carved(world):
    return carve_out(world, "all")


def magnets(**changes):
    return replace(goods(["MAGNETS"])[0], inputs={}, **changes)


@pytest.mark.parametrize("code", critical_goods())
def test_data_files_are_right_and_agree_with_the_code_table(code):
    name, text = good_file(code)
    check_text(text, file=name)
    (good,) = goods([code])
    assert (good.code, good.name) == (code, critical_goods()[code].label)
    assert good.parent == critical_goods()[code].parent
    assert good.assumed  # nothing in these files is known from sources alone


def test_parents_and_children_are_the_parents_of_before(world, carved):
    check = kept_totals(world, carved)
    assert check.passed, check.message
    assert check.value < 1e-12
    carved.check()
    assert carved.sectors[:23] == world.sectors
    assert carved.critical is not None
    assert carved.critical.sum() == 14
    assert not carved.critical[:23].any()
    assert carved.parents[23:] == tuple(parent_sector(c) for c in carved.sectors[23:])


def test_a_lost_cell_is_found(world, carved):
    trade = carved.trade.copy()
    china = carved.index("CHN")
    trade[china, china, 23] *= 1.01
    broken = replace(carved, trade=trade)
    assert not kept_totals(world, broken).passed


def test_no_child_takes_more_than_its_part_of_a_cell(world, carved):
    for code in carved.sectors[23:]:
        child, parent = carved.sector_index(code), carved.sector_index(parent_sector(code))
        old = world.trade[:, :, parent]
        assert (carved.trade[:, :, child] <= LARGEST * old * (1 + 1e-9)).all()
        uses = carved.intermediate[:, child, :23]
        assert (uses <= LARGEST * world.intermediate[:, parent, :] * (1 + 1e-9)).all()


def test_the_shares_of_the_file_come_out(carved):
    (good,) = goods(["MAGNETS"])
    flow = carved.trade[:, :, carved.sector_index("MAGNETS")]
    usa, chn, jpn = (carved.index(c) for c in ("USA", "CHN", "JPN"))
    assert flow.sum() == pytest.approx(good.market, rel=1e-9)
    assert flow[chn].sum() / flow.sum() == pytest.approx(0.94, abs=1e-9)
    assert flow[:, usa].sum() / flow.sum() == pytest.approx(good.users["USA"], abs=1e-9)
    imports = flow[:, usa].sum() - flow[usa, usa]
    assert flow[usa, usa] / flow[:, usa].sum() == pytest.approx(0.02, abs=1e-9)
    assert flow[chn, usa] / imports == pytest.approx(0.75, abs=1e-9)
    assert flow[jpn, usa] / imports == pytest.approx(0.12, abs=1e-9)
    paid = carved.intermediate[:, carved.sector_index("MAGNETS"), :].sum(0)
    by_user = dict(zip(carved.sectors, paid / paid.sum(), strict=True))
    for code, share in good.using.items():
        assert by_user[code] == pytest.approx(share, abs=1e-9), code


def test_a_fixed_factor_fits_into_the_value_added(carved):
    for good in carved.carved:
        k = carved.sector_index(good.code)
        made = carved.output[:, k] > 0
        share = carved.value_added[made, k] / carved.output[made, k]
        assert (share > 1 / (1 + good.supply_elasticity.short)).all(), good.code


def test_a_child_that_is_not_carved_out_counts_as_its_parent(world):
    alone = carve_out(world, ["REE"])  # its main user, MAGNETS, is part of 25 here
    paid = alone.intermediate[:, alone.sector_index("REE"), :].sum(0)
    assert paid[alone.sector_index("25")] / paid.sum() == pytest.approx(0.58, abs=1e-9)


def test_regions_are_sums_of_countries(carved):
    blocs = load_world(regions="blocs", goods="all")
    k = carved.sector_index("GALLIUM")
    chn = carved.index("CHN")
    assert blocs.output[blocs.index("CHN"), k] == pytest.approx(carved.output[chn, k], rel=1e-12)
    assert blocs.carved == carved.carved


def test_none_carves_nothing(world):
    assert carve_out(world, "none") is world
    assert world.critical is None
    assert world.parents == world.sectors


def test_the_hash_knows_the_elasticities(world):
    slow = carve_out(world, [magnets()])
    fast = carve_out(world, [magnets(supply_elasticity=ByHorizon(0.5, 1.0, 9.0))])
    assert slow.content_hash() != fast.content_hash() != world.content_hash()


def test_checks_of_the_shipped_world_include_its_critical_goods():
    found = {c.name: c for c in check_world("world-2022")}
    assert found["parent + critical goods = parent before"].passed
    assert found["with critical goods: output = inputs + value added"].passed


def test_sets_span_the_elasticity_of_critical_inputs(carved):
    for horizon in ("short", "medium", "long"):
        eps = critical_elasticity(horizon)
        sets = {s.name: s for s in sets_for(carved, horizon)}
        assert eps.low < eps.central < eps.high
        assert sets[f"{horizon}-central"].critical == eps.central
        assert sets[f"{horizon}-central-critical-low"].critical == eps.low
        assert sets[f"{horizon}-central-critical-high"].critical == eps.high
        assert sum(s.central for s in sets.values()) == 1
        plain = {s.name for s in sets_for(load_world(), horizon)}
        assert plain < set(sets)  # published tables by sector are kept, children as their parents
        at = carved.sector_index("MAGNETS")
        assert {s.sigma[at] for s in sets.values()} == {carved.carved[1].sigma.at(horizon)}


def test_a_carve_out_larger_than_its_parent_is_refused(world):
    with pytest.raises(BadTable, match=r"MAGNETS: CHN makes 9.*e\+06.* sector 25 has room"):
        carve_out(world, [magnets(market=1e7)])


def test_shares_that_contradict_each_other_are_refused(world):
    good = magnets(supply={"CHN": 0.999, "rest": 0.001})
    with pytest.raises(BadTable, match=r"JPN makes .* but the buyers whose sources are known take"):
        carve_out(world, [good])


def test_uses_without_room_are_refused(world):
    good = magnets(using={"03": 1.0})
    with pytest.raises(BadTable, match="its uses do not fit into sector 25"):
        carve_out(world, [good])


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"supply": {"CHN": 0.9}}, BadNumber, "shares of makers add up to 0.9, not to 1"),
        ({"users": {"CHN": 0.9, "USA": 0.2}}, BadNumber, "shares of users add up to 1.1"),
        ({"using": {"27": 0.5}}, BadNumber, "shares of using sectors add up to 0.5"),
        ({"sigma": ByHorizon(0.0, 1.0, 2.0)}, BadNumber, "an elasticity is 0 or less"),
        ({"supply_elasticity": ByHorizon(1.0, 0.0, 2.0)}, BadNumber, "an elasticity is 0 or less"),
        ({"supply": {"XYZ": 1.0}}, BadInput, "has no country 'XYZ'"),
        ({"parent": "99"}, BadInput, "has no sector '99'"),
        ({"using": {"99": 1.0}}, BadInput, "no using sector '99'"),
    ],
)
def test_a_bad_good_is_refused(world, changes, error, message):
    with pytest.raises(error, match=message):
        carve_out(world, [magnets(**changes)])


def test_regions_and_twice_are_refused(world, carved):
    with pytest.raises(BadInput, match=r"no country .* then aggregate"):
        carve_out(world.aggregate("blocs"), "default")
    with pytest.raises(BadInput, match="has critical goods already"):
        carve_out(carved, "default")
    with pytest.raises(UnknownName, match="Did you mean 'GALLIUM'"):
        carve_out(world, ["GALIUM"])
    with pytest.raises(UnknownName, match="overlay of critical goods 'some'"):
        carve_out(world, "some")


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("CHN: 0.94,", "CHN: 0.90,", "CHN: 0.90", "supply.shares: the shares add up to 0.96, not"),
        ("CHN: 0.94,", "CHM: 0.94,", "CHM", "unknown country 'CHM'. Did you mean 'KHM'"),
        ("usd_bn: 12", "usd_bn: 0", "usd_bn", "market.usd_bn: is 0, but must be above 0"),
        ("sigma: {short: 2,", "sigma: {short: 0,", "sigma", "sigma.short: is 0, but must be above"),
        ("usd_bn: 12", "usd_bn: 12\n  colour: red", "colour", "unknown key 'colour'"),
        ("source: iea_comment", "source: iea", None, "the source 'iea' is not among `sources`"),
        ("source: assumed\n  factor: 2", "source: assumed", "market", "needs its range: `factor"),
        ('parent: "25"', 'parent: "52"', None, "unknown parent sector '52'"),
        ("REE: 0.25", "RARE: 0.25", "RARE", "unknown critical good 'RARE'. See"),
        ("REE: 0.25", "REE: 1.25", "REE: 1.25", "Input should be less than 1"),
        ("market:", "market", None, "not valid YAML"),
        ("stock_days:\n  value: 45", "stock_days:", "stock_days", "'value' is missing"),
    ],
)
def test_a_bad_file_names_its_line(tmp_path, old, new, at, message):
    text = good_file("MAGNETS")[1]
    assert old in text
    text = text.replace(old, new, 1)
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(TradeTalksError) as caught:
        read_good(path)
    assert message in str(caught.value)
    assert caught.value.file == str(path)
    if at is not None:
        assert caught.value.line == text[: text.index(at)].count("\n") + 1


def test_a_file_of_your_own_is_carved_out(tmp_path, world):
    path = tmp_path / "helium.yaml"
    text = good_file("GALLIUM")[1].replace("code: GALLIUM", "code: HELIUM")
    path.write_text(text, "utf-8")
    mine = carve_out(world, [read_good(path)])
    assert mine.sectors[-1] == "HELIUM"
    with pytest.raises(BadFile, match="cannot be read"):
        read_good(tmp_path / "none.yaml")


@given(st.integers(0, 10_000))
def test_bounded_ras_keeps_totals_and_bounds(seed):
    rng = np.random.default_rng(seed)
    prior = rng.exponential(size=(5, 7))
    cap = prior * 1.3
    wanted = cap * rng.uniform(0.1, 0.95, cap.shape)  # some table within the bounds
    found = bounded_ras(prior, wanted.sum(1), wanted.sum(0), cap)
    assert (found <= cap * (1 + 1e-12)).all()
    assert (found >= 0).all()
    assert found.sum(0) == pytest.approx(wanted.sum(0), rel=1e-9)
    assert found.sum(1) == pytest.approx(wanted.sum(1), rel=1e-9)


def test_bounded_ras_without_room_says_so():
    with pytest.raises(BadTable, match="no table keeps within its bounds"):
        bounded_ras(np.ones((2, 2)), np.ones(2), np.ones(2), np.full((2, 2), 0.4))


def test_the_page_shows_the_files_as_they_are():
    page = (Path(__file__).parents[2] / "docs" / "critical-goods.md").read_text("utf-8")
    assert describe_goods() in page
    for good in goods():
        assert f"`{good.code}`" in page
