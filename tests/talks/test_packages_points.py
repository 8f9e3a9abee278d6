"""Bargaining solutions on arrays, against exhaustive search that shares no code."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.errors import BadNumber
from tradetalks.talks.packages import points

GAINS = st.lists(
    st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=1, max_size=40
).map(lambda rows: np.array([(0.0, 0.0), *rows], dtype=float))


def dominated(gain, p) -> bool:
    return any(
        all(gain[q, s] >= gain[p, s] for s in (0, 1))
        and any(gain[q, s] > gain[p, s] for s in (0, 1))
        for q in range(len(gain))
    )


@given(GAINS)
def test_pareto_packages_are_exactly_those_that_nothing_dominates(gain) -> None:
    found = points.pareto(gain)
    assert found.tolist() == [not dominated(gain, p) for p in range(len(gain))]


@given(GAINS)
def test_nash_maximises_the_product_in_the_zone(gain) -> None:
    inside = [p for p in range(len(gain)) if (gain[p] >= 0).all()]
    assert points.zone(gain).tolist() == [p in inside for p in range(len(gain))]
    chosen = points.nash(gain)
    assert chosen in inside
    best = max(gain[p, 0] * gain[p, 1] for p in inside)
    assert gain[chosen].prod() == pytest.approx(best)
    assert not any((gain[p] > gain[chosen]).all() for p in inside)


@given(GAINS, st.floats(0.01, 100), st.floats(0.01, 100))
def test_nash_and_kalai_smorodinsky_do_not_depend_on_units(gain, a, b) -> None:
    scaled = gain * np.array([a, b])
    product = gain[points.nash(gain)].prod()
    assert gain[points.nash(scaled)].prod() == pytest.approx(product)
    ideal = np.where(points.zone(gain)[:, None], gain, 0).max(0)

    def least(p: int) -> float:
        return min(gain[p, s] / ideal[s] for s in (0, 1) if ideal[s] > 0) if ideal.any() else 0.0

    first, second = points.kalai_smorodinsky(gain), points.kalai_smorodinsky(scaled)
    assert least(first) == pytest.approx(least(second))
    inside = np.flatnonzero(points.zone(gain))
    assert least(first) == pytest.approx(max(least(int(p)) for p in inside))


@given(GAINS)
def test_egalitarian_maximises_the_least_gain(gain) -> None:
    inside = [p for p in range(len(gain)) if (gain[p] >= 0).all()]
    chosen = points.egalitarian(gain)
    assert gain[chosen].min() == max(gain[p].min() for p in inside)


def test_a_side_that_cannot_gain_does_not_stop_the_other() -> None:
    gain = np.array([(0.0, 0.0), (0.0, 3.0), (0.0, 5.0), (4.0, -1.0)])
    assert points.nash(gain) == points.kalai_smorodinsky(gain) == 2


def test_packages_without_an_equilibrium_are_nowhere() -> None:
    gain = np.array([(0.0, 0.0), (np.nan, 9.0), (1.0, 1.0)])
    assert points.zone(gain).tolist() == [True, False, True]
    assert points.pareto(gain).tolist() == [False, False, True]
    assert points.nash(gain) == 2


def test_no_package_in_the_zone_is_no_point() -> None:
    gain = np.array([(-1.0, 2.0), (3.0, -1.0)])
    assert points.nash(gain) is points.kalai_smorodinsky(gain) is points.egalitarian(gain) is None
    assert not points.improving(gain).any()


def test_ties_go_to_the_package_that_moves_least() -> None:
    gain = np.array([(0.0, 0.0), (2.0, 2.0), (2.0, 2.0 + 1e-9)])
    assert points.nash(gain) == points.egalitarian(gain) == 1


def test_rubinstein_weights_are_the_limit_of_alternating_offers() -> None:
    first, second = points.rubinstein_power((0.9, 0.8))
    assert first + second == pytest.approx(1) and first > second
    # splitting a pie, the period short: the proposer's share (1 - d2) / (1 - d1 d2) tends to it
    d1, d2 = (d ** (1 / 4096) for d in (0.9, 0.8))
    assert (1 - d2) / (1 - d1 * d2) == pytest.approx(first, abs=1e-4)
    assert first == pytest.approx(math.log(0.8) / (math.log(0.9) + math.log(0.8)))


@pytest.mark.parametrize("discount", [(1.0, 0.9), (0.0, 0.5), (0.9, 1.2)])
def test_discount_factors_lie_between_zero_and_one(discount) -> None:
    with pytest.raises(BadNumber, match="not both between 0 and 1"):
        points.rubinstein_power(discount)


def test_weights_of_nash_pull_towards_the_patient_side() -> None:
    line = np.array([(x, 10.0 - x) for x in np.linspace(0, 10, 101)])
    assert line[points.nash(line, (0.7, 0.3)), 0] == pytest.approx(7.0)


def test_a_million_packages_fit() -> None:
    rng = np.random.default_rng(1)
    gain = rng.normal(size=(2**20, 2))
    chosen = points.nash(gain)
    inside = (gain >= 0).all(1)
    assert gain[chosen].prod() == gain[inside].prod(1).max()
    front = np.flatnonzero(points.pareto(gain))
    for p, q in itertools.pairwise(front[np.argsort(gain[front, 0])]):
        assert gain[p, 0] < gain[q, 0] and gain[p, 1] > gain[q, 1]
