"""Talks with equal proportional gains: G^_1 = ... = G^_N from any starting point (Ossa 2014, II.C).

Every government's payoff rises by the same proportion, as far as duties can raise it. With
positive shadow shares that is a point of the Pareto frontier: nobody gains unless somebody loses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.errors import BadInput
from tradetalks.model import Closure, Economy, Elasticities
from tradetalks.talks.ascent import Player
from tradetalks.talks.choices import checked_bounds, players_of, prepared
from tradetalks.talks.joint import Instruments, JointTable, payoffs
from tradetalks.talks.payoff import Numbers, read
from tradetalks.talks.talking import Agreement, agree
from tradetalks.talks.tariffs import GameStatus, TariffChoice

Rule = Literal["bilateral", "mfn"]
RULES = ("bilateral", "mfn")


@dataclass(frozen=True, eq=False)
class TariffTalks(TariffChoice):
    """Tariffs that were agreed, and where talks began (`before`, `origin`).

    `rule` and `cuts_only` as asked. `common_gain` is the players' gain in percent of their
    payoff, `unequal` the largest distance of a player's from it in log points. `share` `[p]`
    are the multipliers of the players' gains, sum one: what a marginal unit of joint gain is
    worth if it goes to that player; a negative one means that equality holds this player back.
    """

    rule: Rule
    cuts_only: bool
    instruments: Instruments
    common_gain: float
    unequal: float
    share: Numbers

    @property
    def on_frontier(self) -> bool:
        """Whether no agreement within the rule and bounds serves everybody better, locally."""
        return bool((self.share > 0).all())


def cooperative_tariffs(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure | None,
    players: Sequence[int],
    *,
    rule: Rule = "bilateral",
    against: str = "players",
    tariff: Numbers | None = None,
    sectors: ArrayLike | None = None,
    weights: Sequence[ArrayLike | None] | None = None,
    bounds: tuple[float, float] = (0.0, 10.0),
    cuts_only: bool = False,
) -> TariffTalks:
    """Return the tariffs of talks that begin at `tariff` `[i, n, j]` (by default the table's).

    `rule="bilateral"`: a duty for each exporter, on the other players (`against="players"`) or on
    everybody (`"all"`); `"mfn"`: one duty per player and sector, the same for all exporters, third
    countries included. `cuts_only` forbids a duty above its starting value (with MFN, above the
    import-weighted mean of the starting values). Other duties stay. `weights`, `sectors`, `bounds`
    and errors as in `nash_tariffs`.
    """
    if rule not in RULES:
        raise BadInput(f"rule='{rule}' means nothing.", cure="Write 'bilateral' or 'mfn'.")
    limits = checked_bounds(bounds)
    setting, origin = prepared(economy, elasticities, closure, tariff)
    game = players_of(
        setting, players, "all" if rule == "mfn" else against, weights=weights, sectors=sectors
    )
    variable = _variables(game, origin.shape, rule)
    start = np.log1p(_starting(np.asarray(economy.trade).transpose(2, 1, 0), variable, origin))
    low, high = np.log1p(limits.low), np.log1p(limits.high)
    top = np.clip(start, low, high) if cuts_only else np.full(start.size, high)
    instruments = Instruments(variable, np.full(start.size, low), top)
    if not (top > low).any():
        raise BadInput(
            "no duty is left to cut: all are at the lower bound where talks begin.",
            cure="Begin elsewhere, such as at Nash tariffs, or allow rises.",
        )
    favour = np.array([p.weights for p in game])
    table = JointTable(setting, origin, instruments, [p.country for p in game], favour)
    reference, _, before = payoffs(setting, origin, table.countries, favour)
    found = agree(table, start, reference)
    agreed = instruments.put(origin, found.x)
    agreed.setflags(write=False)
    return TariffTalks(
        setting=setting,
        players=game,
        bounds=limits,
        tariff=agreed,
        origin=origin,
        before=read(before),
        after=read(table.at(found.x).equilibrium),
        status=_status(found, instruments, table.evaluations),
        rule=rule,
        cuts_only=cuts_only,
        instruments=instruments,
        common_gain=100.0 * float(np.expm1(found.gain)),
        unequal=found.unequal,
        share=found.share,
    )


def best_joint_deviation(talks: TariffTalks, *, draws: int = 100, seed: int = 0) -> float:
    """Return the largest gain, in log points, that random deviations give to every player at once.

    Deviations move one rate or all rates by random steps from 0.0001 to 0.3 log points, within
    the bounds; the gain of one is that of the player who gains least. On the frontier none is
    above zero by more than rounding.
    """
    draw = np.random.default_rng(seed)
    rules = talks.instruments
    table = JointTable(
        talks.setting,
        talks.origin,
        rules,
        [p.country for p in talks.players],
        np.array([p.weights for p in talks.players]),
    )
    chosen = np.log1p(_starting(np.ones(talks.tariff.shape), rules.variable, talks.tariff))
    value = table.at(chosen).value
    gains: list[float] = []
    for number in range(draws):
        step = draw.normal(size=chosen.size) * 10.0 ** draw.uniform(-4.0, -0.5)
        if number % 2:
            step *= np.arange(chosen.size) == draw.integers(chosen.size)
        gains.append(float((table.at(rules.clip(chosen + step)).value - value).min()))
    return max(gains)


def _variables(game: Sequence[Player], shape: tuple[int, ...], rule: Rule) -> NDArray[np.intp]:
    variable = np.full(shape, -1, dtype=np.intp)
    size = 0
    for player in game:
        own = variable[:, player.country]
        if rule == "mfn":
            taxed = player.chooses.any(0)
            number = size + np.cumsum(taxed) - 1
            own[player.chooses] = np.broadcast_to(number, own.shape)[player.chooses]
            size += int(taxed.sum())
        else:
            count = int(player.chooses.sum())
            own[player.chooses] = np.arange(size, size + count)
            size += count
    return variable


def _starting(trade: Numbers, variable: NDArray[np.intp], tariff: Numbers) -> Numbers:
    """Return each variable's duty `[m]`: the mean over its flows, weighted by `trade`."""
    chosen = variable >= 0
    number, weight = variable[chosen], trade[chosen]
    return np.bincount(number, weight * tariff[chosen]) / np.bincount(number, weight)


def _status(found: Agreement, rules: Instruments, evaluations: int) -> GameStatus:
    x = found.x
    at_bounds = int(((x - rules.low < 1e-9) | (rules.high - x < 1e-9)).sum())
    message = (
        f"Karush-Kuhn-Tucker conditions hold to {found.foc:.0e} log points of one plus the duty, "
        f"gains are equal to {found.unequal:.0e} ({evaluations} evaluations)."
        if found.settled
        else f"No agreement was found: a duty is still {found.foc:.1e} log points from its "
        f"condition, or gains differ by {found.unequal:.1e}. Perhaps no tariffs within the bounds "
        "give equal gains; widen them, allow rises, or start elsewhere."
    )
    return GameStatus(found.settled, message, found.foc, at_bounds, 1, evaluations)
