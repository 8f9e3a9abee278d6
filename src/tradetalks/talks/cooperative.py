"""Talks with equal proportional gains: G^_1 = ... = G^_N from any starting point (Ossa 2014, II.C).

Every government's payoff rises by the same proportion, as far as duties can raise it. Where
equality would hold a government back though nobody else gained from that, it may gain more: then
the least gain is the greatest possible, and the talks end on the Pareto frontier either way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.errors import BadInput
from tradetalks.model import Closure, Economy, Elasticities
from tradetalks.talks.ascent import Bounds, Player
from tradetalks.talks.choices import checked_bounds, players_of, prepared
from tradetalks.talks.interests import Interests
from tradetalks.talks.joint import Instruments, JointTable, payoffs
from tradetalks.talks.payoff import Numbers, Setting, read
from tradetalks.talks.talking import Agreement, agree
from tradetalks.talks.tariffs import GameStatus, TariffChoice

Rule = Literal["bilateral", "mfn"]
RULES = ("bilateral", "mfn")
Gains = Literal["at_least_equal", "equal"]
GAINS = ("at_least_equal", "equal")


@dataclass(frozen=True, eq=False)
class TariffTalks(TariffChoice):
    """Tariffs that were agreed, and where talks began (`before`, `origin`).

    `rule`, `gains` and `cuts_only` as asked. `common_gain` is the gain in percent of the payoff
    that every player has at least, `unequal` the largest distance from it, in log points, among
    players who have just that. `share` `[p]` are the multipliers of the players' gains, sum one:
    the weights with which the tariffs maximise the joint gain. Zero: this player gains more than
    the others; negative: equality holds it back.
    """

    rule: Rule
    gains: Gains
    cuts_only: bool
    instruments: Instruments
    common_gain: float
    unequal: float
    share: Numbers

    @property
    def on_frontier(self) -> bool:
        """Whether no agreement within the rule and bounds serves everybody better, locally."""
        return bool((self.share >= 0).all())

    @property
    def player_gain(self) -> Numbers:
        """Return every player's gain in percent of its payoff `[p]` (weights included)."""
        countries = np.array([p.country for p in self.players])
        favour = np.array([p.weights for p in self.players])
        before, after = (
            payoffs(self.setting, t, countries, favour)[0] for t in (self.origin, self.tariff)
        )
        return 100.0 * np.expm1(after - before)


def cooperative_tariffs(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure | None,
    players: Sequence[int],
    *,
    rule: Rule = "bilateral",
    gains: Gains = "at_least_equal",
    against: str = "players",
    tariff: Numbers | None = None,
    sectors: ArrayLike | None = None,
    weights: Sequence[ArrayLike | None] | None = None,
    interests: Interests | None = None,
    bounds: tuple[float, float] = (0.0, 10.0),
    cuts_only: bool = False,
    valuation: Numbers | None = None,
    near: TariffTalks | None = None,
) -> TariffTalks:
    """Return the tariffs of talks that begin at `tariff` `[i, n, j]` (by default the table's).

    `rule="bilateral"`: a duty for each exporter, on the other players (`against="players"`) or on
    everybody (`"all"`); `"mfn"`: one duty per player and sector, the same for all exporters, third
    countries included. `cuts_only` forbids a duty above its starting value (with MFN, above the
    import-weighted mean of the starting values). Other duties stay. The search starts at the
    agreement `near` (of the same question under other elasticities), by default where talks begin.
    `weights`, `sectors`, `interests`, `bounds` and errors as in `nash_tariffs`.
    """
    if rule not in RULES:
        raise BadInput(f"rule='{rule}' means nothing.", cure="Write 'bilateral' or 'mfn'.")
    if gains not in GAINS:
        raise BadInput(f"gains='{gains}' means nothing.", cure="Write 'at_least_equal' or 'equal'.")
    limits = checked_bounds(bounds)
    setting, origin = prepared(economy, elasticities, closure, tariff, interests)
    game = players_of(
        setting, players, "all" if rule == "mfn" else against, weights=weights, sectors=sectors
    )
    table = _table(setting, origin, game, rule, valuation)
    reference, _, before = payoffs(setting, origin, table.countries, table.weights)
    rates = table.instruments.read(origin, np.asarray(before.trade))
    table.instruments = instruments = _bounded(table.instruments, limits, rates, cuts_only)
    start, share = np.log1p(rates), None
    if near is not None and near.share.min() > 0:
        start = np.log1p(instruments.read(near.tariff, np.asarray(before.trade)))
        share = near.share
    found = _agree(table, start, reference, gains, share)
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
        gains=gains,
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
    chosen = np.log1p(rules.read(talks.tariff, np.ones(talks.tariff.shape)))
    value = table.at(chosen).value
    gains: list[float] = []
    for number in range(draws):
        step = draw.normal(size=chosen.size) * 10.0 ** draw.uniform(-4.0, -0.5)
        if number % 2:
            step *= np.arange(chosen.size) == draw.integers(chosen.size)
        gains.append(float((table.at(rules.clip(chosen + step)).value - value).min()))
    return max(gains)


def _agree(
    table: JointTable, start: Numbers, reference: Numbers, gains: Gains, share: Numbers | None
) -> Agreement:
    """Return equal gains; where equality may be left, without those whom it holds back.

    A player leaves whose share is negative, or who gains most where equality is out of reach; it
    must then gain no less than those who stay.
    """
    held, near = np.ones(reference.size, dtype=bool), share
    while True:
        found = agree(table.of(held), start, reference[held], near)
        table.evaluations += found.evaluations
        share = np.zeros(held.size)
        share[held] = found.share
        gain = table.at(found.x).value - reference
        done = found.settled and share.min() >= 0
        if done or gains == "equal" or held.sum() == 1:
            short = max(0.0, float((found.gain - gain[~held]).max(initial=0.0)))
            return dataclasses.replace(found, share=share, unequal=max(found.unequal, short))
        held[np.argmin(share) if found.settled else np.argmax(np.where(held, gain, -np.inf))] = (
            False
        )
        start, near = found.x, None


def _table(
    setting: Setting,
    origin: Numbers,
    game: Sequence[Player],
    rule: Rule,
    valuation: Numbers | None,
) -> JointTable:
    variable = _variables(game, origin.shape, rule)
    size = int(variable.max()) + 1
    ratio = np.ones(origin.shape) if valuation is None else np.asarray(valuation, dtype=float)
    free = Instruments(variable, ratio, np.full(size, -np.inf), np.full(size, np.inf))
    countries = [p.country for p in game]
    return JointTable(setting, origin, free, countries, np.array([p.weights for p in game]))


def _bounded(free: Instruments, limits: Bounds, rates: Numbers, cuts_only: bool) -> Instruments:
    """Return the instruments within the bounds; `BadInput` if none can move."""
    low, high = np.full(free.size, limits.low), np.full(free.size, limits.high)
    top = np.clip(rates, low, high) if cuts_only else high
    if not (top > low).any():
        raise BadInput(
            "no duty is left to cut: all are at the lower bound where talks begin.",
            cure="Begin elsewhere, such as at Nash tariffs, or allow rises.",
        )
    return dataclasses.replace(free, low=np.log1p(low), high=np.log1p(top))


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
