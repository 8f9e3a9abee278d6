"""Who gives what for what: shares of issues in a package, concessions, linkage, temptation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.talks.packages import points
from tradetalks.talks.packages.payoffs import Payoffs

Numbers = NDArray[np.float64]
Levels = tuple[int, ...]


def default_levels(payoffs: Payoffs) -> Levels:
    """Return the levels that the law brings."""
    return tuple(issue.default for issue in payoffs.agenda.issues)


def shapley(by_package: Numbers, start: Levels, end: Levels) -> Numbers:
    """Return what each issue's move from `start` to `end` adds `[k, s]`; they sum to the whole.

    The Shapley value: the average over all orders in which the issues could be moved. Every
    package on the way is one of those enumerated, so nothing is solved or approximated.
    """
    moved = [k for k, (a, b) in enumerate(zip(start, end, strict=True)) if a != b]
    out = np.zeros((len(start), by_package.shape[-1]))
    if not moved:
        return out
    corner = [[a, b] if a != b else [b] for a, b in zip(start, end, strict=True)]
    cube = by_package[np.ix_(*corner)].reshape(*[2] * len(moved), -1)
    count = len(moved)
    size = np.indices([2] * (count - 1)).sum(0) if count > 1 else np.zeros((), dtype=int)
    share = np.array(
        [
            math.factorial(n) * math.factorial(count - 1 - n) / math.factorial(count)
            for n in range(count)
        ]
    )[size]
    for axis, k in enumerate(moved):
        step = np.diff(cube, axis=axis).squeeze(axis)
        out[k] = (share[..., None] * step).reshape(-1, step.shape[-1]).sum(0)
    return out


@dataclass(frozen=True)
class Concession:
    """A move of one issue alone away from the law: what it costs `side`, what it is worth.

    `price` is what the conceding side gives up per unit that the other gains (infinite where
    nobody gains); zero or less where both gain.
    """

    issue: int
    level: int
    side: int
    cost: float
    worth: float

    @property
    def price(self) -> float:
        """Own loss per unit of the other side's gain."""
        return self.cost / self.worth


def concessions(payoffs: Payoffs) -> list[Concession]:
    """Return moves of single issues that one side at least gains from, cheapest first by side.

    Each issue once for a conceding side: at the level where its price is lowest. A move from
    which both gain is listed for the side that carries it out.
    """
    start = default_levels(payoffs)
    total, agenda = payoffs.total, payoffs.agenda
    found: dict[tuple[int, int], Concession] = {}
    for k, issue in enumerate(agenda.issues):
        for m in range(len(issue.levels)):
            if m == issue.default:
                continue
            first, second = total[(*start[:k], m, *start[k + 1 :])]
            if not (max(first, second) > points.ZERO):
                continue
            if min(first, second) >= -points.ZERO:
                side = agenda.sides.index(issue.by)
            else:
                side = 0 if first < 0.0 else 1
            own, other = (first, second) if side == 0 else (second, first)
            if not other > 0.0:
                side, own, other = 1 - side, other, own
            move = Concession(k, m, side, -float(own), float(other))
            best = found.get((k, side))
            if best is None or move.price < best.price:
                found[k, side] = move
    return sorted(found.values(), key=lambda c: (c.side, c.price))


def ring_fenced(payoffs: Payoffs) -> Levels:
    """Return the package that comes out if each issue is settled on its own.

    At every table the Nash product is maximised with the other issues at the law; where one
    side would lose, the law stays.
    """
    start = default_levels(payoffs)
    chosen: list[int] = []
    for k, issue in enumerate(payoffs.agenda.issues):
        index = tuple(slice(None) if n == k else level for n, level in enumerate(start))
        best = points.nash(payoffs.total[index])
        chosen.append(issue.default if best is None else best)
    return tuple(chosen)


@dataclass(frozen=True)
class Temptation:
    """What a side could win by breaching a package: its best own levels, the other's unchanged.

    `discount` is the least value of the next period, as a part of this one's, at which keeping
    the package is worth more than one breach and the law ever after: (D - C) / (D - N); infinite
    where the package is worth no more than the law.
    """

    side: int
    levels: Levels
    gain: float
    discount: float


def temptation(payoffs: Payoffs, package: Levels, side: int) -> Temptation:
    """Return the best breach of `side`: it moves the issues that it carries out itself."""
    agenda, total = payoffs.agenda, payoffs.total[..., side]
    name = agenda.sides[side]
    free = [
        range(len(issue.levels)) if issue.by == name else [level]
        for issue, level in zip(agenda.issues, package, strict=True)
    ]
    block = total[np.ix_(*free)]
    block = np.where(np.isnan(block), -np.inf, block)
    at = np.unravel_index(int(block.argmax()), block.shape)
    levels = tuple(int(f[a]) for f, a in zip(free, at, strict=True))
    kept, breach = float(total[package]), float(total[levels])
    if breach <= kept:
        return Temptation(side, package, 0.0, 0.0)
    discount = (breach - kept) / breach if kept > 0.0 else math.inf
    return Temptation(side, levels, breach - kept, discount)
