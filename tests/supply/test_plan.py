"""The cheapest plan: the mixed-integer programme against trying everything."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.errors import BadInput, NoAnswer
from tradetalks.supply.plan import greedy, least

GOODS, OPTIONS = 4, 3
SLACK = 1e-12  # rounding of a sum
numbers = st.lists(st.floats(0.01, 1.0), min_size=GOODS * OPTIONS, max_size=GOODS * OPTIONS)


def options(cost: list[float], loss: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return costs that rise and losses that fall from option to option."""
    c = np.array(cost).reshape(GOODS, OPTIONS).cumsum(1)
    x = np.array(loss).reshape(GOODS, OPTIONS).cumsum(1)[:, ::-1]
    return c - c[:, :1], x


def total(table: np.ndarray, choice: tuple[int, ...]) -> float:
    return float(table[np.arange(GOODS), list(choice)].sum())


def by_trying_all(cost: np.ndarray, loss: np.ndarray, ceiling: float) -> tuple[int, ...]:
    rows = np.arange(GOODS)
    plans = product(range(OPTIONS), repeat=GOODS)
    within = (p for p in plans if loss[rows, p].sum() <= ceiling + SLACK)
    return min(within, key=lambda p: cost[rows, p].sum())


@given(numbers, numbers, st.floats(0.0, 1.0))
def test_the_programme_finds_what_trying_all_finds(cost, loss, where) -> None:
    c, x = options(cost, loss)
    ceiling = x.min(1).sum() + where * (x.max(1).sum() - x.min(1).sum())
    best, tried, quick = (f(c, x, ceiling) for f in (least, by_trying_all, greedy))
    assert total(c, best) == pytest.approx(total(c, tried), abs=1e-7)
    assert total(x, best) <= ceiling + 1e-9 and total(x, quick) <= ceiling + 1e-9
    assert total(c, quick) >= total(c, best) - 1e-7


def test_a_lower_ceiling_never_costs_less() -> None:
    rng = np.random.default_rng(1)
    c, x = options(rng.random(GOODS * OPTIONS).tolist(), rng.random(GOODS * OPTIONS).tolist())
    ceilings = np.linspace(x.min(1).sum(), x.max(1).sum(), 15)
    costs = [total(c, least(c, x, ceiling)) for ceiling in ceilings]
    assert (np.diff(costs) <= 1e-9).all() and costs[-1] == 0.0


def test_what_cannot_be_reached_is_said() -> None:
    c, x = np.array([[0.0, 1.0]]), np.array([[2.0, 0.5]])
    with pytest.raises(NoAnswer, match=r"no plan brings the loss under 0.4%.* 0.5% is left"):
        least(c, x, 0.4)
    with pytest.raises(BadInput, match="same shape"):
        least(c, x[0], 0.4)
    with pytest.raises(BadInput, match="not negative"):
        greedy(-c, x, 1.0)
