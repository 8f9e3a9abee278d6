"""How fast the truce game is solved."""

from __future__ import annotations

import numpy as np

from tradetalks.talks.truce_game import Grid, Rules, solve_game


def rules() -> Rules:
    month = 0.9 ** (1 / 12)
    return Rules(
        discount=np.full(2, month), sigma=2.5, slow_loss=np.array([0.13, 0.10]),
        slow_gain=np.array([0.05, 0.06]), ban_loss=np.array([2.3, 1.8]),
        ban_gain=np.array([0.7, 0.8]), war=np.array([-3.2, -6.0]), deal=np.array([-0.7, 0.9]),
        idle_decay=np.array([0.013, 0.01]), used_decay=np.array([0.084, 0.09]), slow_use=0.42,
        signal=1.33, memory=0.8, signature=0.97, distrust=0.2, extension=3, to_end=1, months=26,
        tail=12, deal_hazard=0.0165,
    )  # fmt: skip


def test_truce_game_of_every_month(benchmark, measured, one_core) -> None:
    """The shipped size, 24,700 states over 26 months: more than the 10,000 of the target."""
    played = benchmark.pedantic(lambda: solve_game(rules(), Grid()), rounds=3)
    assert played.dated >= 10_000
    measured(f"truce game, {played.dated:,} states", benchmark.stats.stats.min, 2.0, "s")


def test_truce_game_with_ten_thousand_states_a_month(benchmark, measured, one_core) -> None:
    """The same with about 10,000 states in each month, for which no target is set."""
    played = benchmark.pedantic(lambda: solve_game(rules(), Grid(7, 7)), rounds=1)
    what = f"truce game, {played.states:,} states in each of 26 months"
    measured(what, benchmark.stats.stats.min, None, "s")
