"""One issue for another: at what rate is a swap fair, and over what band?"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput, unknown_name
from tradetalks.talks.packages.bargain import Bargain
from tradetalks.talks.packages.payoffs import weight_tables
from tradetalks.talks.packages.worlds import incomes

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Swap:
    """What a full move of each of two issues does alone, in USD billions a year, at one set.

    `given[s]` is the move of the first issue, carried out by side `giver`; `taken[s]` that of the
    second, carried out by the other; `both[s]` the two together. `low` and `high` bound the part
    of the second move that pays for the first: below, the giver loses; above, the other does.
    Empty (`low > high`) where no part would do; `high` is infinite where the second move costs
    its side nothing. `break_even` is a further yearly cost to the other side at which the whole
    swap is worth nothing to it: what security would have to be worth.
    """

    elasticities: str
    giver: int
    given: tuple[float, float]
    taken: tuple[float, float]
    both: tuple[float, float]

    @property
    def low(self) -> float:
        """Least part of the second move that compensates the giver of the first."""
        cost, worth = -self.given[self.giver], self.taken[self.giver]
        if cost <= 0.0:
            return 0.0
        return cost / worth if worth > 0.0 else inf

    @property
    def high(self) -> float:
        """Greatest part of the second move that the other side would give for the first."""
        worth, cost = self.given[1 - self.giver], -self.taken[1 - self.giver]
        if cost <= 0.0:
            return inf
        return max(worth, 0.0) / cost

    @property
    def rate(self) -> float:
        """Worth of the first move to its receiver per unit of worth of the second to the giver."""
        worth = self.taken[self.giver]
        return self.given[1 - self.giver] / worth if worth > 0.0 else inf

    @property
    def break_even(self) -> float:
        """Further yearly cost at which the other side would gain nothing from the whole swap."""
        return self.both[1 - self.giver]


def exchange(
    bargain: Bargain, first: tuple[str, str], second: tuple[str, str]
) -> tuple[list[Swap], Swap]:
    """Return the swap of two issues' moves from the law, by elasticity set, and with weights.

    `first` and `second` are (issue, level). The list is real income alone, by set, the central
    one first; the last is the central one with all declared weights. Raises `UnknownName`, and
    `BadInput` where one side carries out both or a level is the law's own.
    """
    agenda, worlds = bargain.agenda, bargain.worlds
    names = [issue.id for issue in agenda.issues]
    start = tuple(issue.default for issue in agenda.issues)
    places: list[tuple[int, int]] = []
    for issue, level in (first, second):
        if issue not in names:
            raise unknown_name("issue", issue, names)
        k = names.index(issue)
        places.append((k, agenda.issues[k].position(level)))
        if places[-1][1] == start[k]:
            raise BadInput(
                f"'{issue}: {level}' is what the law brings: nobody moves.",
                cure="Name the level to which the issue would move.",
            )
    (k, m), (q, r) = places
    giver = agenda.sides.index(agenda.issues[k].by)
    if agenda.issues[k].by == agenda.issues[q].by:
        raise BadInput(
            f"{agenda.issues[k].by} carries out both '{first[0]}' and '{second[0]}': that is a "
            "gift, no swap.",
            cure="Name one issue of each side.",
        )
    packages = [_moved(start, (k, m)), _moved(start, (q, r)), _moved(start, (k, m), (q, r))]
    asked = [worlds.number(p) for p in packages]
    order = sorted(worlds.sets, key=lambda s: not s.central)
    swaps: list[Swap] = []
    for chosen in order:
        if chosen.name == worlds.central:
            gain = bargain.central.gain[asked]
        else:
            gain = incomes(worlds, asked, chosen.name).gain
        if np.isfinite(gain).all():
            swaps.append(_swap(chosen.name, giver, gain))
    tables = weight_tables(agenda, bargain.central.level)
    scale = bargain.payoffs.scale
    extra = np.array([tables[k][m], tables[q][r], tables[k][m] + tables[q][r]]) / scale
    weighed = _swap("with weights", giver, bargain.central.gain[asked] + extra)
    return swaps, weighed


def _moved(start: tuple[int, ...], *moves: tuple[int, int]) -> tuple[int, ...]:
    changed = dict(moves)
    return tuple(changed.get(k, level) for k, level in enumerate(start))


def _swap(name: str, giver: int, gain: Numbers) -> Swap:
    given, taken, both = ((float(row[0]), float(row[1])) for row in gain)
    return Swap(name, giver, given, taken, both)
