"""Optimal and Nash tariffs by sector (Ossa 2014, sections II.A and II.B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tradetalks.errors import NotConverged
from tradetalks.model import Closure, Economy, Elasticities, Equilibrium
from tradetalks.talks.ascent import FOC_TOLERANCE, Bounds, Player, Table, settle
from tradetalks.talks.choices import (
    Partners,
    checked_bounds,
    checked_start,
    player_of,
    players_of,
    prepared,
)
from tradetalks.talks.interests import Interests
from tradetalks.talks.payoff import Numbers, Setting, payoff, read

_ROUNDS = 20
_NO_GAIN = 1e-9
"""A gain below this, in log points, is rounding."""


@dataclass(frozen=True)
class GameStatus:
    """How a search for tariffs ended.

    `foc` is the largest distance of a chosen duty from its first-order condition, in log points
    of one plus the duty (bounds respected); `at_bounds` how many duties are at one; `rounds` of
    best responses, `evaluations` of an equilibrium with its gradient.
    """

    converged: bool
    message: str
    foc: float
    at_bounds: int
    rounds: int
    evaluations: int


@dataclass(frozen=True, eq=False)
class TariffChoice:
    """Tariffs that were chosen and where they lead, beside the tariffs from which it started.

    `tariff` and `origin` `[i, n, j]`, fractions of the value before duty, are the choice and where
    it started; `chosen` `[i, n, j]` marks what the players set; `before` and `after` are the
    equilibria (currency of the table).
    """

    setting: Setting
    players: tuple[Player, ...]
    bounds: Bounds
    tariff: Numbers
    origin: Numbers
    before: Equilibrium
    after: Equilibrium
    status: GameStatus

    @property
    def chosen(self) -> Numbers:
        """Return which duties were chosen, `[i, n, j]`."""
        mask = np.zeros(self.tariff.shape, dtype=bool)
        for player in self.players:
            mask[:, player.country] = player.chooses
        return mask

    @property
    def gain(self) -> Numbers:
        """Return the change of real income `[n]` in percent."""
        return 100.0 * (np.asarray(self.after.welfare) / np.asarray(self.before.welfare) - 1.0)

    def require(self) -> TariffChoice:
        """Return itself, or raise `NotConverged`."""
        if not self.status.converged:
            raise NotConverged(self.status.message)
        return self


def optimal_tariffs(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure | None,
    country: int,
    *,
    against: Partners = "all",
    tariff: Numbers | None = None,
    sectors: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    interests: Interests | None = None,
    bounds: tuple[float, float] = (0.0, 10.0),
    start: float | Sequence[float] = 0.5,
) -> TariffChoice:
    """Return the tariffs of one country that serve it best while all others keep theirs.

    `against` names the exporters (or `"all"`), `sectors` `[j]` masks the goods that may be
    taxed. `tariff` `[i, n, j]` is the law from which it starts and against which gains are
    measured, by default the table's. `weights` `[k]` on the country's value added by sector are
    scaled to mean one; without them the objective is log real income. `interests` replace it by
    the weighted payoffs of groups. `bounds` are on each duty.
    The search starts at the duty `start`; of several starts the best end is kept. Flows that do
    not exist keep their duty. Raises `BadNumber` (bounds that cross, elasticities at or below
    one, weights that sum to zero), `UnknownName`, `BadInput`, `NotConverged`.
    """
    limits = checked_bounds(bounds)
    starts = [checked_start(s, limits) for s in np.atleast_1d(np.asarray(start, dtype=float))]
    setting, law = prepared(economy, elasticities, closure, tariff, interests)
    player = player_of(setting, country, against, weights, sectors)
    best: tuple[float, Table, float] | None = None
    evaluations = 0
    for duty in starts:
        table = Table(setting, law, limits)
        table.put(player, np.full(int(player.chooses.sum()), np.log1p(duty)))
        value, gap = _best_response(table, player)
        evaluations += table.evaluations
        if best is None or value > best[0]:
            best = value, table, gap
    assert best is not None
    _, table, gap = best
    return _choice(setting, law, table, (player,), gap < FOC_TOLERANCE, gap, 1, evaluations)


def nash_tariffs(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure | None,
    players: Sequence[int],
    *,
    against: str = "players",
    tariff: Numbers | None = None,
    sectors: ArrayLike | None = None,
    weights: Sequence[ArrayLike | None] | None = None,
    interests: Interests | None = None,
    bounds: tuple[float, float] = (0.0, 10.0),
    start: float = 0.5,
) -> TariffChoice:
    """Return tariffs of several countries, each best for it given those of the others.

    `against="players"`: players tax one another and every other duty stays as in `tariff` (with
    two players, the bilateral war); `"all"`: they tax everybody (with all countries as players,
    the global war). `weights` are one entry per player. Rounds of best responses, then all
    first-order conditions at once; it is an equilibrium if they hold and no player climbs from
    there. Other arguments and errors as in `optimal_tariffs`.
    """
    limits = checked_bounds(bounds)
    duty = checked_start(start, limits)
    setting, law = prepared(economy, elasticities, closure, tariff, interests)
    game = players_of(setting, players, against, weights=weights, sectors=sectors)
    table = Table(setting, law, limits)
    for player in game:
        table.put(player, np.full(int(player.chooses.sum()), np.log1p(duty)))
    gap, settled, rounds = np.inf, False, 0
    for rounds in range(1, _ROUNDS + 1):  # noqa: B007
        for player in game:
            table.climb(player)
        gap = settle(table, game)
        settled = gap < FOC_TOLERANCE and not any(_climbs(table, player) for player in game)
        if settled:
            break
    return _choice(setting, law, table, game, settled, gap, rounds, table.evaluations)


def largest_deviation_gain(
    choice: TariffChoice, country: int, *, draws: int = 100, seed: int = 0
) -> float:
    """Return the largest gain, in log points of its objective, of random deviations of a player.

    Deviations move one duty or all of the player's duties by random steps from 0.0001 to 0.3 log
    points, within the bounds. At an optimum none is above zero by more than rounding.
    """
    (player,) = (p for p in choice.players if p.country == country)
    draw = np.random.default_rng(seed)
    table = Table(choice.setting, choice.tariff, choice.bounds)
    chosen, value = table.log_duty(player), table.payoff(player).value
    gains: list[float] = []
    for number in range(draws):
        step = draw.normal(size=chosen.size) * 10.0 ** draw.uniform(-4.0, -0.5)
        if number % 2:
            step *= np.arange(chosen.size) == draw.integers(chosen.size)
        table.put(player, choice.bounds.clip(chosen + step))
        gains.append(table.payoff(player).value - value)
    return max(gains)


def condition_gaps(choice: TariffChoice, *, tariff: Numbers | None = None) -> Numbers:
    """Return how far each player's duties are from their first-order conditions, at most `[p]`.

    In log points of one plus the duty, at the chosen tariffs or at others, `tariff` `[i, n, j]`.
    """
    table = Table(choice.setting, choice.tariff if tariff is None else tariff, choice.bounds)
    return np.array([np.abs(table.gap(p)).max() for p in choice.players])


def _best_response(table: Table, player: Player) -> tuple[float, float]:
    """Climb, then solve the conditions; keep the climb's end where they lead downhill."""
    reached = table.climb(player)
    climbed = table.log_duty(player)
    gap = settle(table, (player,))
    value = table.payoff(player).value
    if value < reached - _NO_GAIN:
        table.put(player, climbed)
        return reached, float(np.abs(table.gap(player)).max())
    return value, gap


def _climbs(table: Table, player: Player) -> bool:
    """Say whether a player can climb from here; if not, leave its tariffs as they are."""
    here, value = table.log_duty(player), table.payoff(player).value
    if table.climb(player) > value + _NO_GAIN:
        return True
    table.put(player, here)
    return False


def _choice(
    setting: Setting,
    law: Numbers,
    table: Table,
    players: tuple[Player, ...],
    settled: bool,
    gap: float,
    rounds: int,
    evaluations: int,
) -> TariffChoice:
    before = payoff(setting, law, players[0].country, players[0].weights).equilibrium
    after = table.payoff(players[0]).equilibrium
    duties = np.concatenate([table.tariff[:, p.country][p.chooses] for p in players])
    ends = [table.bounds.low, table.bounds.high]
    at_bounds = int(np.isclose(duties[:, None], ends, rtol=0.0, atol=1e-9).sum())
    message = (
        f"First-order conditions hold to {gap:.0e} log points of one plus the duty "
        f"({evaluations} evaluations, {rounds} rounds)."
        if settled
        else f"No solution was found: after {rounds} rounds of best responses a duty is still "
        f"{gap:.1e} log points from its first-order condition, or a player still gains. Try "
        "another start or narrower bounds."
    )
    status = GameStatus(settled, message, gap, at_bounds, rounds, evaluations)
    tariff = table.tariff.copy()
    tariff.setflags(write=False)
    return TariffChoice(
        setting, players, table.bounds, tariff, law, read(before), read(after), status
    )
