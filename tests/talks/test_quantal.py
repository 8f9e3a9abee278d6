"""Logit equilibria against fixed points by brute force, and Nash equilibria as the scale falls."""

from __future__ import annotations

import nashpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from tradetalks.errors import BadNumber
from tradetalks.talks.quantal import logit_equilibrium, softmax


def random_games(n: int, actions: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, actions, actions)), rng.normal(size=(n, actions, actions))


@pytest.mark.parametrize("actions", [2, 3, 4])
@pytest.mark.parametrize("scale", [5.0, 0.5, 0.1])
def test_each_side_answers_the_other(actions: int, scale: float) -> None:
    A, B = random_games(300, actions)
    P, Q = logit_equilibrium(A, B, scale)
    np.testing.assert_allclose(P, softmax(np.einsum("sab,sb->sa", A, Q) / scale), atol=1e-8)
    np.testing.assert_allclose(Q, softmax(np.einsum("sab,sa->sb", B, P) / scale), atol=1e-8)
    np.testing.assert_allclose(P.sum(1), 1.0)


def test_two_by_two_against_a_search_on_the_line() -> None:
    """With a large scale the equilibrium is unique: one root of one equation."""
    A, B = random_games(40, 2)
    P, _ = logit_equilibrium(A, B, 2.0)
    for a, b, p in zip(A, B, P, strict=True):

        def gap(x: float, a: np.ndarray = a, b: np.ndarray = b) -> float:
            q = softmax(np.array([x, 1 - x]) @ b / 2.0)
            return x - softmax(a @ q / 2.0)[0]

        assert p[0] == pytest.approx(brentq(gap, 0.0, 1.0, xtol=1e-14), abs=1e-9)


@pytest.mark.parametrize(("actions", "scale"), [(2, 0.01), (3, 0.03)])
def test_limit_is_a_nash_equilibrium_of_nashpy(actions: int, scale: float) -> None:
    A, B = random_games(40, actions, seed=8)
    gaps: list[float] = []
    P, Q = logit_equilibrium(A, B, scale)
    for a, b, p, q in zip(A, B, P, Q, strict=True):
        regret = max((a @ q).max() - p @ a @ q, (p @ b).max() - p @ b @ q)
        assert regret <= scale * np.log(actions) + 1e-12  # what the entropy of the odds allows
        found = nashpy.Game(a, b).vertex_enumeration()
        gaps.append(min(max(np.abs(p - x).max(), np.abs(q - y).max()) for x, y in found))
    # mixed equilibria of nearly equal payoffs come slowly: at the order of the scale over them
    assert np.median(gaps) < 0.02 and np.mean(np.array(gaps) < 0.15) > 0.9


def test_the_only_equilibrium_of_matching_pennies_and_of_dominance() -> None:
    pennies = np.array([[[1.0, -1.0], [-1.0, 1.0]]])
    P, Q = logit_equilibrium(pennies, -pennies, 0.01)
    np.testing.assert_allclose([P[0, 0], Q[0, 0]], 0.5, atol=1e-9)
    dilemma = np.array([[[3.0, 0.0], [5.0, 1.0]]])
    P, Q = logit_equilibrium(dilemma, dilemma.swapaxes(1, 2), 0.05)
    assert P[0, 1] > 0.999 and Q[0, 1] > 0.999


@given(st.floats(-50, 50), st.floats(0.2, 5))
def test_constants_do_not_matter_and_units_cancel(shift: float, unit: float) -> None:
    A, B = random_games(5, 3)
    P, _ = logit_equilibrium(A, B, 0.7)
    other, _ = logit_equilibrium(unit * A + shift, unit * B - shift, 0.7 * unit)
    np.testing.assert_allclose(P, other, atol=1e-7)


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan])
def test_a_scale_that_is_none_is_refused(scale: float) -> None:
    A, B = random_games(1, 2)
    with pytest.raises(BadNumber, match="logit scale"):
        logit_equilibrium(A, B, scale)
