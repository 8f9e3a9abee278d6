from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.data.balance import ras
from tradetalks.data.priors import (
    GOODS,
    WIOD_BLOCKS,
    Prior,
    geometric_mean,
    region_prior,
    wiod_prior,
)
from tradetalks.data.readers.cubes import Coefficients, Wiod
from tradetalks.errors import BadTable


@given(seed=st.integers(0, 10_000))
def test_ras_meets_totals_and_is_the_nearest_table(seed):
    draw = np.random.default_rng(seed)
    prior = draw.uniform(0, 1, (2, 4, 5)) * (draw.uniform(0, 1, (2, 4, 5)) > 0.2) + 1e-3
    target = prior * draw.uniform(0.5, 2, prior.shape)
    done = ras(prior, target.sum(2), target.sum(1))
    np.testing.assert_allclose(done.table.sum(2), target.sum(2), rtol=1e-9)
    np.testing.assert_allclose(done.table.sum(1), target.sum(1), rtol=1e-9)
    assert (done.table >= 0).all()

    def divergence(x):
        return (x * np.log(x / prior) - x + prior).sum()

    assert divergence(done.table) <= divergence(target) + 1e-9
    # Biproportional: log ratios are a row effect plus a column effect.
    ratio = np.log(done.table / prior)
    rest = ratio - ratio[:, :1, :] - ratio[:, :, :1] + ratio[:, :1, :1]
    assert np.abs(rest).max() < 1e-9


def test_ras_of_a_balanced_table_changes_nothing():
    prior = np.array([[[1.0, 2.0], [0.0, 4.0]]])
    done = ras(prior, prior.sum(2), prior.sum(1))
    assert done.iterations == 1
    np.testing.assert_allclose(done.table, prior, rtol=1e-15)


def test_ras_refuses_what_cannot_be():
    ones = np.ones((1, 2, 2))
    with pytest.raises(BadTable, match=r"totals differ by 0\.5"):
        ras(ones, np.array([[1.0, 1.0]]), np.array([[2.0, 1.0]]))
    hollow = np.array([[[1.0, 1.0], [0.0, 0.0]]])
    with pytest.raises(BadTable, match=r"total at \(0, 1\) is positive"):
        ras(hollow, np.array([[1.0, 1.0]]), np.array([[1.0, 1.0]]))
    corner = np.array([[[1.0, 0.0], [1.0, 1.0]]])
    with pytest.raises(BadTable, match="did not settle"):
        ras(corner, np.array([[3.0, 1.0]]), np.array([[2.0, 2.0]]), limit=50)


def coefficients(seed: int = 0) -> Coefficients:
    draw = np.random.default_rng(seed)
    inputs = draw.uniform(0.1, 1, (1, 44, 44))
    added = draw.uniform(0.2, 0.8, (1, 44))
    inputs *= ((1 - added) / inputs.sum(1))[:, None, :]
    final = draw.uniform(0, 1, (1, 44))
    return Coefficients(("ROW",), inputs, added, final / final.sum(), draw.uniform(1, 9, (1, 44)))


def check(prior: Prior) -> None:
    np.testing.assert_allclose(prior.inputs.sum(0) + prior.value_added, 1)
    assert prior.final.sum() == pytest.approx(1)
    assert prior.inputs.min() >= 0


def test_services_merge_with_output_weights():
    tables = coefficients()
    prior = region_prior(tables, "ROW")
    check(prior)
    weight = tables.output[0, GOODS:]
    expected = (tables.value_added[0, GOODS:] * weight).sum() / weight.sum()
    assert prior.value_added[GOODS] == pytest.approx(expected)
    np.testing.assert_allclose(prior.inputs[:GOODS, :GOODS], tables.inputs[0, :GOODS, :GOODS])


def test_wiod_blocks_cover_every_sector_and_industry_once():
    ours = [j for block in WIOD_BLOCKS.values() for j in block]
    theirs = [c for names in WIOD_BLOCKS for c in names]
    assert sorted(ours) == list(range(GOODS + 1))
    assert sorted(theirs) == sorted(f"c{i}" for i in range(1, 36))


def wiod(seed: int = 1) -> Wiod:
    draw = np.random.default_rng(seed)
    inter = draw.uniform(0, 1, (1, 35, 1, 35))
    output = inter.sum((0, 1)) / draw.uniform(0.3, 0.7, (1, 35))
    return Wiod(("AUS",), tuple(f"c{i}" for i in range(1, 36)), inter,
                draw.uniform(0, 1, (1, 35, 1)), output)  # fmt: skip


def test_wiod_prior_reproduces_the_block_coefficients():
    table, detail = wiod(), region_prior(coefficients(), "ROW")
    output = np.random.default_rng(2).uniform(1, 5, GOODS + 1)
    prior = wiod_prior(table, "AUS", detail, output)
    check(prior)
    for k, (names, block) in enumerate(WIOD_BLOCKS.items()):
        using = [int(c[1:]) - 1 for c in names]
        made = table.output[0, using].sum()
        earned = table.value_added[0, using].sum() / made
        weight = output[list(block)]
        ours = (prior.value_added[list(block)] * weight).sum() / weight.sum()
        # Columns are scaled to 1 within a block of several sectors, which moves it a little.
        assert ours == pytest.approx(earned, rel=1e-9 if len(block) == 1 else 0.2), k


def test_an_industry_without_output_keeps_the_detail():
    table = wiod()
    table.inter[:, :, :, 2] = 0
    table.output[0, 2] = 0
    detail = region_prior(coefficients(), "ROW")
    prior = wiod_prior(table, "AUS", detail, np.ones(GOODS + 1))
    np.testing.assert_allclose(prior.inputs[:, 5], detail.inputs[:, 5])


def test_geometric_mean_of_equals_is_the_same():
    prior = region_prior(coefficients(), "ROW")
    same = geometric_mean(prior, prior)
    np.testing.assert_allclose(same.inputs, prior.inputs)
    check(geometric_mean(prior, region_prior(coefficients(3), "ROW")))
