"""The truce as a finite Markov game, solved by backward induction on logit equilibria.

A month is a move. State: month t, regime (truce, war, deal), months k to the end of the truce, the
leverage q of each side, and the log odds l that each side is slow to grant licences, which is all
that a noisy signal leaves to the other side's approvers. Player 0 is the United States, 1 China.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.talks.quantal import logit_equilibrium

Numbers = NDArray[np.float64]
INSIDE = ("comply", "slow", "deal", "breach")
AT_END = ("extend", "deal", "escalate")
IN_WAR = ("fight", "truce", "deal")
START_BELIEF = -2.0
"""Log odds at which a truce begins: twelve chances in a hundred that the other side is slow."""
_BELIEF_SPAN = 4.0
_EXTEND, _DEAL, _WAR = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Rules:
    """The numbers of the game; pairs `[i]` are (USA, CHN), money is USD billions a month.

    `slow_loss`, `ban_loss` `[i]`: what i loses when the *other* side is slow or stops, at full
    leverage (zero or more); `slow_gain`, `ban_gain` `[i]`: what i gets from doing so itself. `war`,
    `deal` `[i]`: tariffs of war, and a deal with its political cost. `idle_decay`, `used_decay`:
    decay of i's leverage a month, unused and in full use; `slow_use`: part of full use when slow.
    `signal` is the distance of the two approval rates in standard deviations of the signal.
    """

    discount: Numbers
    sigma: float
    slow_loss: Numbers
    slow_gain: Numbers
    ban_loss: Numbers
    ban_gain: Numbers
    war: Numbers
    deal: Numbers
    idle_decay: Numbers
    used_decay: Numbers
    slow_use: float
    signal: float
    memory: float
    signature: float
    distrust: float
    extension: int
    to_end: int
    months: int
    tail: int
    deal_hazard: float
    loss_weight: Numbers = field(default_factory=lambda: np.ones(1))


@dataclass(frozen=True)
class Grid:
    """Points of leverage (each side) and of beliefs (each side)."""

    leverage: int = 5
    belief: int = 3


@dataclass(frozen=True, eq=False)
class Played:
    """The solved game: values now and what each side does.

    `truce` `[i, k, qa, qb, la, lb]`, `war`, `deal` `[i, qa, qb]`: present values in the first
    month. `inside[t]`, `at_end[t]`, `in_war[t]`: pairs of odds by state and action in month t.
    `states` counts those of one month, `dated` those of all months.
    """

    rules: Rules
    truce: Numbers
    war: Numbers
    deal: Numbers
    inside: tuple[tuple[Numbers, Numbers], ...]
    at_end: tuple[tuple[Numbers, Numbers], ...]
    in_war: tuple[tuple[Numbers, Numbers], ...]
    chains: _Chains

    @property
    def states(self) -> int:
        """States of one month."""
        return self.truce[0].size + self.war[0].size + self.deal[0].size

    @property
    def dated(self) -> int:
        """States of all months."""
        return self.states * self.rules.months

    def start(self, values: Numbers) -> Numbers:
        """Return `values` at full leverage and opening beliefs: `[..., qa, qb, la, lb]` reduced."""
        s = self.chains.start
        return values[..., 0, 0, s, s]


@dataclass(frozen=True, eq=False)
class _Chains:
    """Monthly transition matrices, from state to state.

    `leverage[i][use]` `[q, q']` for use 0 (none), 1 (slow), 2 (full); `belief[slow]` `[l, l']`.
    `levels[i]` `[q]` are leverages from one down, `signed` `[la, lb]` the chance of a signature.
    """

    leverage: tuple[tuple[Numbers, ...], ...]
    levels: tuple[Numbers, Numbers]
    belief: tuple[Numbers, Numbers]
    signed: Numbers
    start: int

    def expect(self, V: Numbers, use: tuple[int, int], slow: tuple[int, int]) -> Numbers:
        """Return the expected next value of `V` `[..., qa, qb, la, lb]`, same axes."""
        first = self.moved(V.swapaxes(-4, -2).swapaxes(-3, -1), use)
        back = first.swapaxes(-4, -2).swapaxes(-3, -1)
        return self.belief[slow[0]] @ back @ self.belief[slow[1]].T

    def moved(self, V: Numbers, use: tuple[int, int]) -> Numbers:
        """Return the expected next value of `V` `[..., qa, qb]`: leverage only."""
        return self.leverage[0][use[0]] @ V @ self.leverage[1][use[1]].T


def solve_game(rules: Rules, grid: Grid = Grid()) -> Played:
    """Solve the game by backward induction. Raises `BadNumber`, `NotConverged`."""
    chains = _chains(rules, grid)
    last = _last_values(rules, chains)
    truce, war, deal = last
    inside, at_end, in_war = [], [], []
    for t in range(rules.months - 1, -1, -1):
        month = _Month(rules, chains, _weight(rules, t), truce, war, deal)
        now_deal = month.deal_value()
        now_war, odds_war = month.war_value()
        now_end, odds_end = month.end_value()
        now_inside, odds_inside = month.inside_value()
        truce = np.concatenate([now_end[:, None], now_inside], axis=1)
        war, deal = now_war, now_deal
        inside.append(odds_inside)
        at_end.append(odds_end)
        in_war.append(odds_war)
    return Played(
        rules, truce, war, deal, tuple(inside[::-1]), tuple(at_end[::-1]), tuple(in_war[::-1]),
        chains,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Month:
    """One month of the induction: `truce`, `war`, `deal` are values of the month after."""

    rules: Rules
    chains: _Chains
    weight: Numbers
    truce: Numbers
    war: Numbers
    deal: Numbers

    def deal_value(self) -> Numbers:
        """Return the value of a deal `[i, qa, qb]`: it breaks by chance, nobody chooses."""
        h, r = self.rules.deal_hazard, self.rules
        later = self.chains.moved((1 - h) * self.deal + h * self.war, (0, 0))
        return _weighted(_flow(r, self.chains, "deal"), self.weight) + self._discounted(later)

    def war_value(self) -> tuple[Numbers, tuple[Numbers, Numbers]]:
        """Return the value of war `[i, qa, qb]` and the odds of `IN_WAR` `[qa, qb, a]`."""
        s, r = self.chains.start, self.rules
        fresh = self.truce[:, r.extension - 1, :, :, s, s]
        later = [self.chains.moved(V, (2, 2)) for V in (self.war, fresh, self.deal)]
        payoff = np.empty((*self.war.shape, 3, 3))
        for a in range(3):
            for b in range(3):
                to = 0 if 0 in (a, b) else 2 if a == b == 2 else 1
                payoff[..., a, b] = self._discounted(later[to])
        flow = _weighted(_flow(r, self.chains, "war"), self.weight)
        return _stage(payoff + flow[..., None, None], r.sigma)

    def end_value(self) -> tuple[Numbers, tuple[Numbers, Numbers]]:
        """Return the value on the last month of a truce and the odds of `AT_END`."""
        r, c = self.rules, self.chains
        kept = self._discounted(c.expect(self.truce[:, r.extension - 1], (0, 0), (0, 0)))
        war, deal = (
            np.broadcast_to(self._discounted(c.moved(V, (0, 0)))[..., None, None], kept.shape)
            for V in (self.war, self.deal)
        )
        g = c.signed
        to = (g * kept + (1 - g) * war, g * deal + (1 - g) * war, war)
        payoff = np.empty((*kept.shape, 3, 3))
        for a in range(3):
            for b in range(3):
                which = _WAR if _WAR in (a, b) else _DEAL if a == b == _DEAL else _EXTEND
                payoff[..., a, b] = to[which]
        return _stage(payoff, r.sigma)

    def inside_value(self) -> tuple[Numbers, tuple[Numbers, Numbers]]:
        """Return values with k = 1.. months left `[i, k, ...]` and the odds of `INSIDE`."""
        r, c = self.rules, self.chains
        before = self.truce[:, :-1]
        payoff = np.empty((*before.shape, 4, 4))
        war, deal = (
            self._discounted(c.moved(V, (0, 0)))[:, None, :, :, None, None]
            for V in (self.war, self.deal)
        )
        for slow_a in (0, 1):
            for slow_b in (0, 1):
                slow = (slow_a, slow_b)
                flow = _weighted(_flow(r, c, "truce", slow), self.weight)
                on = self._discounted(c.expect(before, slow, slow))
                on = on + flow[:, None, :, :, None, None]
                for a in _acts(slow_a):
                    for b in _acts(slow_b):
                        payoff[..., a, b] = on
        payoff[..., 2, 2] = np.broadcast_to(deal, before.shape)
        payoff[..., 3, :] = np.broadcast_to(war, before.shape)[..., None]
        payoff[..., :, 3] = payoff[..., 3, 3][..., None]
        return _stage(payoff, r.sigma)

    def _discounted(self, V: Numbers) -> Numbers:
        return self.rules.discount.reshape(2, *[1] * (V.ndim - 1)) * V


def _acts(slow: int) -> tuple[int, ...]:
    """Return the actions of `INSIDE` that leave the truce on: an offer or a breach complies."""
    return (1,) if slow else (0, 2)


def _stage(payoff: Numbers, sigma: float) -> tuple[Numbers, tuple[Numbers, Numbers]]:
    """Return values `[i, ...]` and odds of both sides in the stage games `[i, ..., a, b]`."""
    shape, n = payoff.shape[1:-2], payoff.shape[-1]
    A, B = payoff.reshape(2, -1, n, n)
    P, Q = logit_equilibrium(A, B, sigma)
    value = np.einsum("sa,isab,sb->is", P, np.stack([A, B]), Q)
    return value.reshape(2, *shape), (P.reshape(*shape, n), Q.reshape(*shape, n))


def _flow(rules: Rules, chains: _Chains, regime: str, slow: tuple[int, int] = (0, 0)) -> Numbers:
    """Return a month's payoff `[i, qa, qb]`; in a truce with both complying it is zero."""
    qa, qb = chains.levels[0][:, None], chains.levels[1][None, :]
    ones = np.ones((qa.size, qb.size))
    if regime == "deal":
        return np.stack([rules.deal[0] * ones, rules.deal[1] * ones])
    if regime == "war":
        loss, gain, use, base = rules.ban_loss, rules.ban_gain, (1, 1), rules.war
    else:
        loss, gain, use, base = rules.slow_loss, rules.slow_gain, slow, np.zeros(2)
    return np.stack(
        [
            base[0] * ones - use[1] * qb * loss[0] + use[0] * qa * gain[0],
            base[1] * ones - use[0] * qa * loss[1] + use[1] * qb * gain[1],
        ]
    )


def _weighted(flow: Numbers, weight: Numbers) -> Numbers:
    """Return the flow with losses multiplied by the month's weights `[i]`."""
    return np.where(flow < 0, weight.reshape(2, 1, 1) * flow, flow)


def _weight(rules: Rules, t: int) -> Numbers:
    w = rules.loss_weight
    return np.array([w[min(t, w.size - 1)], 1.0])


def _last_values(rules: Rules, chains: _Chains) -> tuple[Numbers, Numbers, Numbers]:
    """Return values after the last month: its regime goes on for `tail` months, unchanged."""
    d = rules.discount.reshape(2, 1, 1)
    worth = (1 - d**rules.tail) / (1 - d)
    war, deal = (worth * _flow(rules, chains, regime) for regime in ("war", "deal"))
    n = chains.signed.shape[0]
    k = max(rules.to_end, rules.extension - 1) + 2
    return np.zeros((2, k, *war.shape[1:], n, n)), war, deal


def _chains(rules: Rules, grid: Grid) -> _Chains:
    leverage, levels = [], []
    for i in range(2):
        rates = (
            rules.idle_decay[i],
            rules.idle_decay[i] + rules.slow_use * (rules.used_decay[i] - rules.idle_decay[i]),
            rules.used_decay[i],
        )
        step = max(max(rates) * rules.months, 1e-9) / (grid.leverage - 1)
        levels.append(np.exp(-step * np.arange(grid.leverage)))
        leverage.append(tuple(_falling(rate / step, grid.leverage) for rate in rates))
    points = np.linspace(-_BELIEF_SPAN, _BELIEF_SPAN, grid.belief)
    slow = 1 / (1 + np.exp(-points))
    trust = 1 - rules.distrust * slow
    return _Chains(
        tuple(leverage),
        (levels[0], levels[1]),
        (_heard(rules, points, False), _heard(rules, points, True)),
        rules.signature * trust[:, None] * trust[None, :],
        int(np.abs(points - START_BELIEF).argmin()),
    )


def _falling(cells: float, n: int) -> Numbers:
    """Return the chain `[q, q']` that falls by `cells` cells on average, the last one absorbing.

    A whole number of cells and a chance of one more: the mean fall of log leverage is exact.
    """
    whole, part = int(np.floor(cells)), cells - np.floor(cells)
    out = np.zeros((n, n))
    for q in range(n):
        out[q, min(q + whole, n - 1)] += 1 - part
        out[q, min(q + whole + 1, n - 1)] += part
    return out


def _heard(rules: Rules, points: Numbers, slow: bool) -> Numbers:
    """Return the chain `[l, l']` of the log odds of slowness after a month's signal.

    The signal's log likelihood ratio is normal, mean +-d^2/2, standard deviation d, where d is
    `signal`; last month's odds are kept by `memory`. Cells are split halfway between points.
    """
    from scipy.stats import norm

    d = rules.signal
    mean = rules.memory * points + (0.5 if slow else -0.5) * d**2
    edges = (points[1:] + points[:-1]) / 2
    below = norm.cdf((edges[None, :] - mean[:, None]) / d)
    zero, one = np.zeros((len(points), 1)), np.ones((len(points), 1))
    return np.diff(np.hstack([zero, below, one]), axis=1)


def outlook(played: Played) -> Mapping[str, Any]:
    """Return chances up to the end of the truce in force, from its opening state.

    Keys: `extend`, `deal`, `escalate`, `lapse` (agreed, not signed) at the end; `breach_before`,
    `deal_before`; `breach_a_month` (mean hazard before the end); `slow` `[i]` (mean odds).
    """
    r, c = played.rules, played.chains
    mass = np.zeros(played.truce.shape[2:])
    mass[0, 0, c.start, c.start] = 1.0
    out = {"breach_before": 0.0, "deal_before": 0.0}
    slow, alive = np.zeros(2), 0.0
    for t in range(r.to_end):
        k = r.to_end - t
        P, Q = (x[k - 1] for x in played.inside[t])
        breach = 1 - (1 - P[..., 3]) * (1 - Q[..., 3])
        deal = P[..., 2] * Q[..., 2]
        out["breach_before"] += float((mass * breach).sum())
        out["deal_before"] += float((mass * deal).sum())
        alive += float(mass.sum())
        slow += [float((mass * P[..., 1]).sum()), float((mass * Q[..., 1]).sum())]
        mass = next_mass(mass, P, Q, c)
    last, other = played.at_end[r.to_end]
    war = 1 - (1 - last[..., _WAR]) * (1 - other[..., _WAR])
    deal = last[..., _DEAL] * other[..., _DEAL]
    out["escalate"] = float((mass * war).sum())
    out["deal"] = float((mass * deal * c.signed).sum())
    out["extend"] = float((mass * (1 - war - deal) * c.signed).sum())
    out["lapse"] = float((mass * (1 - war) * (1 - c.signed)).sum())
    hazard = out["breach_before"] / alive if alive else 0.0
    return {
        **out,
        "breach_a_month": hazard,
        "slow": slow / alive if alive else slow,
        "months": r.to_end + 1,
    }


def next_mass(mass: Numbers, P: Numbers, Q: Numbers, c: _Chains) -> Numbers:
    """Return the mass `[..., qa, qb, la, lb]` a month later, where the truce goes on."""
    out = np.zeros_like(mass)
    for slow_a in (0, 1):
        for slow_b in (0, 1):
            share = sum(
                P[..., a] * Q[..., b] * ((a, b) != (2, 2))
                for a in _acts(slow_a)
                for b in _acts(slow_b)
            )
            out += np.einsum(
                "...abcd,aA,bB,cC,dD->...ABCD", mass * share, c.leverage[0][slow_a],
                c.leverage[1][slow_b], c.belief[slow_a], c.belief[slow_b], optimize=True,
            )  # fmt: skip
    return out
