from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.data import World, load_world
from tradetalks.data.toy import toy_world
from tradetalks.errors import BadTable, UnknownName


def parts(world: World) -> dict:
    names = ("countries", "sectors", "goods", "trade", "tariff", "intermediate", "final")
    return {k: getattr(world, k) for k in (*names, "value_added", "customs_ratio")}


def random_world(seed: int, n: int = 4, s: int = 3) -> World:
    """A balanced world: inputs are a share of the smaller of absorption and output."""
    draw = np.random.default_rng(seed)
    trade = draw.uniform(0, 1, (n, n, s)) + 3 * np.eye(n)[:, :, None]
    tariff = draw.uniform(0, 0.3, (n, n, s)) * (1 - np.eye(n)[:, :, None])
    room = np.minimum(trade.sum(1).min(1), (trade * (1 + tariff)).sum(0).min(1))
    inter = draw.uniform(0, 0.9 / s, (n, s, s)) * room[:, None, None]
    return World.from_arrays(
        countries=[f"C{i}" for i in range(n)],
        sectors=["A", "B", "SERV"],
        goods=[True, True, False],
        trade=trade,
        tariff=tariff,
        intermediate=inter,
        customs_ratio=draw.uniform(1, 1.5, (n, n)),
    )


def test_toy_identities_by_hand():
    w = toy_world()
    assert w.output.tolist() == [[950.0, 1550.0], [800.0, 930.0]]
    assert w.absorption.tolist() == [[1020.0, 1530.0], [765.0, 950.0]]
    assert w.deficit.sum() == 0
    assert w.index("FOR") == 1 and w.sector_index("SERV") == 1


def test_arrays_are_read_only_and_copied():
    trade = np.array(toy_world().trade)
    w = World.from_arrays(**{**parts(toy_world()), "trade": trade})
    trade[0, 0, 0] = -1
    assert w.trade[0, 0, 0] == 800
    for name in ("trade", "tariff", "goods", "final", "value_added", "customs_ratio"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(w, name)[0] = 0
    with pytest.raises(AttributeError):
        w.name = "other"


def test_unknown_labels_suggest():
    with pytest.raises(UnknownName, match="Did you mean 'HOM'"):
        toy_world().index("HOMM")
    with pytest.raises(UnknownName, match="Did you mean 'GOODS'"):
        toy_world().sector_index("GOOD")


@pytest.mark.parametrize(
    ("name", "at", "value", "message"),
    [
        ("value_added", (0, 1), 1000.0, r"added fails for \[HOM, SERV\]: 1,550 against 1,500"),
        ("final", (1, 0), 405.0, r"final use fails for \[FOR, GOODS\]: 765 against 770"),
        ("trade", (0, 1, 1), -50.0, r"trade \[HOM, FOR, SERV\] is -50, but must be at least 0"),
        ("intermediate", (0, 0, 1), -1.0, r"intermediate \[HOM, GOODS, SERV\] is -1"),
        ("tariff", (1, 0, 0), -1.5, r"tariff \[FOR, HOM, GOODS\] is -1.5"),
        ("trade", (0, 1, 1), np.nan, r"`trade` is nan at position \(0, 1, 1\)"),
    ],
)  # fmt: skip
def test_broken_tables_say_where(name, at, value, message):
    given_ = parts(toy_world())
    broken = np.array(given_[name])
    broken[at] = value
    with pytest.raises(BadTable, match=message) as error:
        World.from_arrays(**{**given_, name: broken})
    assert error.value.cure
    assert error.value.exit_status == 2


def test_malformed_tables():
    good = parts(toy_world())
    with pytest.raises(BadTable, match=r"`final` has shape \(2, 3\), but the labels need \(2, 2\)"):
        World.from_arrays(**{**good, "final": np.ones((2, 3))})
    with pytest.raises(BadTable, match="The country 'HOM' stands twice"):
        World.from_arrays(**{**good, "countries": ("HOM", "HOM")})
    with pytest.raises(BadTable, match="`trade` is not an array of numbers"):
        World.from_arrays(**{**good, "trade": [["a"]]})
    with pytest.raises(BadTable, match="`goods` has shape"):
        World.from_arrays(**{**good, "goods": (True,)})


def test_residuals_are_computed():
    good = parts(toy_world())
    w = World.from_arrays(**{**good, "final": None, "value_added": None})
    np.testing.assert_allclose(w.final, toy_world().final, rtol=1e-12)
    np.testing.assert_allclose(w.value_added, toy_world().value_added, rtol=1e-12)


@given(seed=st.integers(0, 10_000))
def test_aggregation_keeps_money_and_identities(seed):
    w = random_world(seed)
    mapping = {"C0": "X", "C1": "ROW", "C2": "X", "C3": "Z"}
    a = w.aggregate(mapping)
    assert a.countries == ("X", "Z", "ROW")
    for total in ("trade", "intermediate", "final", "value_added", "duties"):
        assert getattr(a, total).sum() == pytest.approx(getattr(w, total).sum(), rel=1e-12)
    inside = sum(w.trade[i, n] * (1 + w.tariff[i, n]) for i in (0, 2) for n in (0, 2))
    np.testing.assert_allclose(a.trade[0, 0] * (1 + a.tariff[0, 0]), inside, rtol=1e-12)
    assert a.deficit[0] == pytest.approx(w.deficit[0] + w.deficit[2], abs=1e-9)
    goods = w.trade[:, :, w.goods].sum(2)
    customs = (goods * w.customs_ratio)[np.ix_([0, 2], [3])].sum()
    assert a.customs_ratio[0, 1] == pytest.approx(customs / goods[[0, 2], 3].sum())


def test_aggregating_to_itself_changes_nothing():
    w = load_world(regions="all")
    assert w.aggregate("all") is w
    with pytest.raises(BadTable, match="No region is given for FOR"):
        toy_world().aggregate({"HOM": "HOM"})


def test_content_hash_sees_numbers_and_labels_only():
    good = parts(toy_world())
    same = World.from_arrays(**good, name="x", notes=("n",), year=2022)
    assert same.content_hash() == toy_world().content_hash()
    assert World.from_arrays(**good, year=2021).content_hash() != same.content_hash()
    renamed = World.from_arrays(**{**good, "countries": ("HOM", "ABR")}, year=2022)
    assert renamed.content_hash() != same.content_hash()
    moved = World.from_arrays(**{**good, "customs_ratio": np.full((2, 2), 1.1)}, year=2022)
    assert moved.content_hash() != same.content_hash()
