"""Who must approve, and with what probability: veto players with thresholds and noise.

P(x) = prod_r Phi((U_r(x) - threshold_r) / noise_r), answers independent given the payoffs (a
form of Putnam's two-level game). A win-set is {x: P_r(x) >= 1/2}.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput
from tradetalks.talks.packages.approvers import Approver
from tradetalks.talks.packages.bargain import Bargain
from tradetalks.talks.packages.definition import Agenda, Issue
from tradetalks.talks.packages.payoffs import summed, weight_tables

Numbers = NDArray[np.float64]

EVEN = 0.5
"""Approval is likelier than not from here: the edge of a win-set."""


@dataclass(frozen=True, eq=False)
class Ratification:
    """Probabilities of approval of every package.

    `approvers` in the order of the chain; `payoff[r, p]` what package p is worth to approver r
    above the law, in the agenda's unit; `probability[r, p]` that it approves.
    """

    bargain: Bargain
    approvers: tuple[Approver, ...]
    payoff: Numbers
    probability: Numbers

    @property
    def total(self) -> Numbers:
        """Probability `[p]` that all approve."""
        return self.probability.prod(0)

    def chain(self, package: int) -> list[tuple[Approver, float, float]]:
        """Return approvers in order: each one's probability, and that all up to it approve."""
        own = self.probability[:, package]
        return list(zip(self.approvers, own.tolist(), np.cumprod(own).tolist(), strict=True))

    def ends(self, package: int) -> tuple[float, float]:
        """Return the least and greatest probability over the ranges of thresholds and noise.

        All thresholds are high together, or low together; the same for noise.
        """
        found: list[float] = []
        for high, wide in product((0, 1), (0, 1)):
            edge = [r.threshold.ends[high] for r in self.approvers]
            noise = [r.noise.ends[wide] for r in self.approvers]
            found.append(float(_phi((self.payoff[:, package] - edge) / noise).prod()))
        return min(found), max(found)

    def best_proposal(self, side: str) -> int | None:
        """Return the package that maximises probability times gain of a side, None if none gains.

        What a leader would table who is paid only if everybody approves.
        """
        own = self.bargain.payoffs.flat[:, self.bargain.agenda.sides.index(side)]
        gain = np.where(self.bargain.allowed, own, np.nan)
        score = self.total * gain
        if not np.nan_to_num(score, nan=-1.0).max() > 0.0:
            return None
        return int(np.nanargmax(score))

    def veto_rows(self) -> list[dict[str, object]]:
        """Return by approver how much of the agreement zone it blocks, and how much alone."""
        zone = self.bargain.zone
        inside = self.probability[:, zone]
        against = inside < EVEN
        out: list[dict[str, object]] = []
        for n, approver in enumerate(self.approvers):
            others = np.delete(against, n, axis=0).any(0)
            size = max(int(zone.sum()), 1)
            out.append(
                {
                    "approver": approver.id,
                    "role": approver.role,
                    "side": approver.side,
                    "order": approver.order,
                    "blocks": float(against[n].sum() / size),
                    "blocks_alone": float((against[n] & ~others).sum() / size),
                    "win_set": float((self.probability[n, self.bargain.allowed] >= EVEN).mean()),
                    "probability_nash": self._at("nash", n),
                }
            )
        return out

    def win_set(self) -> float:
        """Return the part of the allowed packages that pass with at least one half."""
        return float((self.total[self.bargain.allowed] >= EVEN).mean())

    def _at(self, key: str, approver: int) -> float | None:
        point = self.bargain.points.get(key)
        return None if point is None else float(self.probability[approver, point.number])


def ratify(bargain: Bargain) -> Ratification:
    """Return probabilities of approval by the approvers of the agenda.

    Raises `BadInput` if it names none.
    """
    agenda = bargain.agenda
    if not agenda.approvers:
        raise BadInput(
            f"'{agenda.name}' names nobody who must approve.",
            cure="Add `approvers:` with id, role, side, threshold and noise.",
            file=agenda.origin.file,
        )
    ordered = tuple(sorted(agenda.approvers, key=lambda r: r.order))
    tables = weight_tables(agenda, bargain.central.level)
    income = bargain.payoffs.income.reshape(-1, len(agenda.sides))
    payoff = np.empty((len(ordered), len(income)))
    for n, approver in enumerate(ordered):
        side = agenda.sides.index(approver.side)
        cared = [
            table * approver.cares.get(issue.id, 1.0) + _stakes(agenda, issue, approver)
            for issue, table in zip(agenda.issues, tables, strict=True)
        ]
        weights = summed(agenda, cared).reshape(-1, len(agenda.sides))[:, side]
        payoff[n] = approver.real_income * income[:, side] + weights
    edge = np.array([[r.threshold.value] for r in ordered])
    noise = np.array([[r.noise.value] for r in ordered])
    probability = np.nan_to_num(_phi((payoff - edge) / noise), nan=0.0)
    return Ratification(bargain, ordered, payoff, probability)


def _stakes(agenda: Agenda, issue: Issue, approver: Approver) -> Numbers:
    """Return an approver's own stakes in an issue `[level, side]`, above those of the law."""
    own = np.zeros((len(issue.levels), len(agenda.sides)))
    side = agenda.sides.index(approver.side)
    for stake in approver.stakes:
        if stake.issue == issue.id:
            own[issue.position(stake.level), side] += stake.value
    return own - own[issue.default]


def _phi(z: Numbers) -> Numbers:
    from scipy.special import ndtr

    return np.asarray(ndtr(z))
