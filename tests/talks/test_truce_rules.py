"""Closed forms of the truce against long sums and brute force over strategies."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from tradetalks.errors import BadNumber
from tradetalks.talks.truce_rules import (
    Monitoring,
    check_discount,
    critical_discount,
    enforcement_gap,
    longest_safe,
    review,
    threat,
)


@given(st.floats(0.05, 0.97), st.floats(0.01, 3), st.floats(0.01, 3), st.integers(1, 24))
def test_buzards_condition_is_the_sum_of_two_streams(d, gain, loss, T) -> None:
    keep = np.zeros(T + 1)
    cheat = np.array([gain, *[-loss] * T])
    value = d ** np.arange(T + 1)
    assert enforcement_gap(0, gain, -loss, d, T) == pytest.approx((keep - cheat) @ value, abs=1e-9)


def test_critical_discount_is_where_the_condition_binds() -> None:
    assert critical_discount(0.0, 1.0, -3.0) == pytest.approx(1 / 4)
    for T in (2, 6, 30):
        d = critical_discount(0.0, 1.0, -3.0, T)
        assert d is not None and enforcement_gap(0.0, 1.0, -3.0, d, T) == pytest.approx(0, abs=1e-9)
    assert critical_discount(0.0, 1.0, -3.0, 200) == pytest.approx(0.25, abs=1e-9)
    assert critical_discount(0.0, 0.0, -3.0) == 0.0
    assert critical_discount(0.0, 1.0, 0.5) is None
    assert critical_discount(0.0, 3.0, -1.0, 2) is None


def simulate(D: float, N: float, d: float, m: int, watch: Monitoring, cheat: bool) -> float:
    """Value of a strategy by the distribution over (months to review | months of war), C = 0."""
    value, truce, war = 0.0, np.zeros(m), np.zeros(watch.punishment)
    truce[0] = 1.0
    for t in range(int(np.log(1e-14) / np.log(d)) + m):
        value += d**t * (D * cheat * truce.sum() + N * war.sum())
        caught = watch.detection(m) if cheat else watch.false_alarm
        reviewed, freed = truce[-1], war[-1]
        truce, war = np.roll(truce, 1), np.roll(war, 1)
        truce[0] = reviewed * (1 - caught) + freed
        war[0] = reviewed * caught
    return value


@pytest.mark.parametrize("m", [1, 4, 9])
def test_keeping_is_worth_what_the_chain_says(m: int) -> None:
    watch = Monitoring(1.3, 0.05, 6)
    found = review(0.0, 0.06, -0.5, 0.97, m, watch)
    assert found["keep"] == pytest.approx(simulate(0.06, -0.5, 0.97, m, watch, False), abs=1e-9)
    # one deviation is unprofitable if and only if deviating for ever is
    for_ever = simulate(0.06, -0.5, 0.97, m, watch, True)
    assert bool(found["safe"]) == (found["keep"] >= for_ever - 1e-9)


def test_two_state_repeated_game_against_every_stationary_strategy() -> None:
    """Keep or cheat in the good state, nothing to choose in the punishment: enumerate both."""
    for D, N, d in product((0.02, 0.3, 1.0), (-0.1, -1.0), (0.3, 0.9)):
        watch = Monitoring(8.0, 1e-12, 3)  # as good as perfect monitoring
        values = [simulate(D, N, d, 1, watch, cheat) for cheat in (False, True)]
        best = int(np.argmax(values))
        assert bool(review(0.0, D, N, d, 1, watch)["safe"]) == (best == 0)
        critical = critical_discount(0.0, D, N, 3)
        assert (critical is not None and d >= critical) == (best == 0)


def test_reviews_limits() -> None:
    sharp, blunt = Monitoring(5.0, 0.01, 6), Monitoring(0.05, 0.01, 6)
    assert sharp.detection(1) > 0.99 and blunt.detection(1) < 0.02
    assert sharp.detection(4) == pytest.approx(norm.cdf(10 - norm.ppf(0.99)))
    assert longest_safe(0.0, 0.1, -1.0, 0.99, blunt)[0] is None
    longest, safe = longest_safe(0.0, 0.1, -0.1, 0.99, sharp)
    assert longest is not None and safe == tuple(range(1, longest + 1))
    longer, _ = longest_safe(0.0, 0.1, -0.2, 0.99, sharp)
    assert longer is not None and longer > longest


def test_a_threat_works_in_an_interval_that_may_be_empty() -> None:
    found = threat(yield_cost=1.0, target_loss=10.0, gain=2.0, own_loss=5.0)
    assert (found["least"], found["most"], found["usable"]) == (0.1, 0.4, True)
    assert not threat(yield_cost=5.0, target_loss=10.0, gain=2.0, own_loss=5.0)["usable"]
    assert threat(yield_cost=5.0, target_loss=4.0, gain=2.0, own_loss=5.0)["least"] is None
    assert threat(yield_cost=1.0, target_loss=-1.0, gain=2.0, own_loss=5.0)["usable"] is False
    assert threat(yield_cost=1.0, target_loss=10.0, gain=2.0, own_loss=-1.0)["most"] == 1.0


@pytest.mark.parametrize("d", [0.0, 1.0, 1.2, -0.1])
def test_discount_outside_zero_and_one_is_refused(d: float) -> None:
    with pytest.raises(BadNumber, match="between 0 and 1"):
        check_discount(d)
