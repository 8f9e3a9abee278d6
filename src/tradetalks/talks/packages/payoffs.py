"""Payoffs of all packages: real income from the worlds, plus the weights that are declared.

Arrays have one axis per issue, in the order of the agenda, and last the side. Everything is
measured from the law at the deadline, so the disagreement point is zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import unknown_name
from tradetalks.talks.packages.definition import Agenda, Weight
from tradetalks.talks.packages.worlds import Incomes, Worlds

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Place = tuple[int, int, int]
"""Where a weight stands: issue, level, and its number there."""


@dataclass(frozen=True, eq=False)
class Payoffs:
    """What every package brings the sides above the law at the deadline.

    `income` `[..., s]` is real income, `weights` `[..., s]` the sum of declared weights, both in
    the unit of the agenda; `scale[s]` turns USD billions into that unit.
    """

    agenda: Agenda
    income: Numbers
    weights: Numbers
    scale: Numbers

    @property
    def total(self) -> Numbers:
        """Real income and weights together."""
        return self.income + self.weights

    @property
    def flat(self) -> Numbers:
        """Totals as `[p, s]`, packages in the order of `np.unravel_index`."""
        return self.total.reshape(-1, self.scale.size)

    def replace_weights(self, weights: Numbers) -> Payoffs:
        """Return the payoffs with other weights."""
        return Payoffs(self.agenda, self.income, weights, self.scale)


def payoffs_of(worlds: Worlds, found: Incomes) -> Payoffs:
    """Return payoffs by package; `found` are the incomes of all worlds at one set."""
    agenda = worlds.agenda
    scale = unit_scale(agenda, found.level)
    income = worlds.spread(found.gain) * scale
    return Payoffs(agenda, income, summed(agenda, weight_tables(agenda, found.level)), scale)


def unit_scale(agenda: Agenda, level: Numbers) -> Numbers:
    """Return what a billion dollars is `[s]` in the unit of the agenda."""
    return 100.0 / level if agenda.unit == "percent" else np.ones_like(level)


def weight_tables(
    agenda: Agenda, level: Numbers, changed: Mapping[Place, float] | None = None
) -> list[Numbers]:
    """Return weights `[level, side]` by issue, above those of the default, in the agenda's unit.

    `changed` gives other values to some weights, in their own units.
    """
    other = changed or {}
    scale = unit_scale(agenda, level)
    out: list[Numbers] = []
    for k, issue in enumerate(agenda.issues):
        table = np.zeros((len(issue.levels), len(agenda.sides)))
        for m, one in enumerate(issue.levels):
            for n, weight in enumerate(one.weights):
                s = agenda.sides.index(weight.side)
                value = other.get((k, m, n), weight.value)
                table[m, s] += value * dollars_per(weight, level[s]) * scale[s]
        out.append(table - table[issue.default])
    return out


def assumed_size(agenda: Agenda, levels: tuple[int, ...], level: Numbers) -> Numbers:
    """Return the size `[s]` of the assumed weights of a package: the sum of absolute values."""
    total = np.zeros(len(agenda.sides))
    sourced = {place: 0.0 for place, w in all_weights(agenda).items() if not w.assumed}
    for table, at in zip(weight_tables(agenda, level, sourced), levels, strict=True):
        total += np.abs(table[at])
    return total


def dollars_per(weight: Weight, level: float) -> float:
    """Return how many USD billions one unit of a weight is; `level` the side's real income."""
    return level / 100.0 if weight.unit == "percent" else 1.0


def summed(agenda: Agenda, tables: list[Numbers]) -> Numbers:
    """Return the sum of weights by package from those by issue."""
    count = len(tables)
    total = np.zeros((*agenda.shape, len(agenda.sides)))
    for k, table in enumerate(tables):
        shape = [1] * count + [table.shape[1]]
        shape[k] = table.shape[0]
        total = total + table.reshape(shape)
    return total


def all_weights(agenda: Agenda) -> dict[Place, Weight]:
    """Return every weight by its place."""
    return {
        (k, m, n): weight
        for k, issue in enumerate(agenda.issues)
        for m, level in enumerate(issue.levels)
        for n, weight in enumerate(level.weights)
    }


def frozen_mask(agenda: Agenda, freeze: Mapping[str, str]) -> Mask:
    """Return which packages `[p]` have the levels of `freeze` (issue: level).

    Raises `UnknownName` for an issue or level that is not there.
    """
    mask = np.ones(agenda.shape, dtype=bool)
    names = [issue.id for issue in agenda.issues]
    for name, level in freeze.items():
        if name not in names:
            raise unknown_name("issue", name, names)
        k = names.index(name)
        keep = np.zeros(agenda.shape[k], dtype=bool)
        keep[agenda.issues[k].position(level)] = True
        shape = [1] * len(names)
        shape[k] = -1
        mask &= keep.reshape(shape)
    return mask.reshape(-1)
