"""Incoherence, choice and the least change that turns it, against linear programs and search."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from tradetalks.errors import BadNumber
from tradetalks.talks.coherence import checked_weights, choice, incoherence, pivot, stands

OPTIONS, GROUPS = 3, 4
PAYOFFS = arrays(float, (OPTIONS, GROUPS), elements=st.integers(-50, 50).map(lambda n: n / 10))
WEIGHTS = arrays(float, GROUPS, elements=st.integers(0, 30).map(lambda n: n / 10))


@given(WEIGHTS, arrays(float, GROUPS, elements=st.floats(-1e6, 1e6)))
def test_the_index_lies_between_zero_and_one(w, d) -> None:
    assert 0.0 <= incoherence(w, d) <= 1.0 + 1e-12
    assert incoherence(w, np.abs(d)) == pytest.approx(0.0, abs=1e-12)
    assert incoherence(2.0 * w, d) == pytest.approx(incoherence(w, d), abs=1e-12)


def test_the_index_at_its_ends() -> None:
    assert incoherence([1, 2], [4, -2]) == 1.0
    assert incoherence([1, 1, 1], [0, 0, 0]) == 0.0
    assert incoherence([1, 0], [3, -9]) == 0.0


def least_by_program(w, payoffs, free) -> float | None:
    """min sum(u + v) with (w + u - v).lead >= 0, v <= w: one linear program per rival."""
    chosen = choice(w, payoffs)
    found = []
    for option in range(OPTIONS):
        if option == chosen:
            continue
        lead = payoffs[option] - payoffs[chosen]
        up = [(0, None) if f else (0, 0) for f in free]
        down = [(0, weight) if f else (0, 0) for weight, f in zip(w, free, strict=True)]
        solved = linprog(
            np.ones(2 * GROUPS), A_ub=[np.concatenate([-lead, lead])], b_ub=[w @ lead],
            bounds=up + down,
        )  # fmt: skip
        if solved.status == 0:
            found.append(solved.fun)
    return min(found, default=None)


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, PAYOFFS, st.tuples(*[st.booleans()] * GROUPS))
def test_the_least_change_is_that_of_the_linear_program(w, payoffs, free) -> None:
    flip, expected = pivot(w, payoffs, free), least_by_program(w, payoffs, free)
    if expected is None:
        assert flip is None
        return
    if flip is None:  # the program may reach a tie by taking everybody's weight away
        assert expected == pytest.approx(w.sum())
        return
    assert flip.size == pytest.approx(expected, abs=1e-7)
    new = w + flip.change
    assert (new >= 0).all() and (flip.change[~np.array(free)] == 0).all()
    lead = payoffs[flip.option] - payoffs[choice(w, payoffs)]
    assert new @ lead == pytest.approx(0.0, abs=1e-9) or (w @ lead == 0 and flip.size == 0)
    assert set(flip.moved) == set(np.flatnonzero(flip.change))


@settings(max_examples=20, deadline=None)
@given(WEIGHTS, PAYOFFS, st.integers(0, 2**31))
def test_no_smaller_change_turns_the_choice(w, payoffs, seed: int) -> None:
    flip = pivot(w, payoffs, [True] * GROUPS)
    if flip is None or flip.size == 0.0:
        return
    draw = np.random.default_rng(seed)
    chosen = choice(w, payoffs)
    for _ in range(300):
        step = draw.normal(size=GROUPS) * (draw.random(GROUPS) < 0.5)
        size = np.abs(step).sum()
        if size == 0.0:
            continue
        near = np.maximum(w + step / size * flip.size * 0.999 * draw.random(), 0.0)
        totals = payoffs @ near
        assert totals[chosen] >= totals.max() - 1e-9


@settings(max_examples=40, deadline=None)
@given(WEIGHTS, WEIGHTS, PAYOFFS)
def test_a_choice_stands_if_it_does_at_every_corner(w, more, payoffs) -> None:
    chosen = choice(w, payoffs)
    corners = product(*zip(w, w + more, strict=True))
    best = all((payoffs @ c).max() <= (payoffs @ c)[chosen] + 1e-9 for c in map(np.array, corners))
    slack = np.zeros_like(payoffs)
    slack[chosen] = 1e-8  # rounding may decide a tie either way
    assert stands(w, w + more, payoffs + slack, chosen) >= best
    assert stands(w, w + more, payoffs - slack, chosen) <= best


def test_when_all_prefer_one_option_nothing_turns_it() -> None:
    assert pivot([1, 1], [[0, 0], [1, 2]], [True, True]) is None
    assert pivot([1, 1], [[0, 0], [3, -1]], [False, False]) is None
    flip = pivot([1, 1], [[0, 0], [3, -1]], [True, True])
    # the loser's weight from 1 to 3 costs 2; the winner's from 1 to 1/3 costs 2/3
    assert flip is not None and flip.size == pytest.approx(2 / 3) and flip.moved == (0,)


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([0, 0], "the weights sum to zero"),
        ([1, -2], "the weight of b is -2"),
        ([1, float("nan")], "the weight of b is nan"),
    ],
)
def test_bad_weights_are_refused(weights, said: str) -> None:
    with pytest.raises(BadNumber, match=said):
        checked_weights(weights, ("a", "b"))
