"""What weighted groups add up to: a choice, how far they cancel, what would turn it.

Arrays only: `weights` `[g]`, payoffs `[o, g]` of options, in one unit of money.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.errors import BadNumber

Numbers = NDArray[np.float64]
_TIE = 1e-12


@dataclass(frozen=True, eq=False)
class Flip:
    """The least change of weights that makes another option as good as the chosen one.

    `option` is that other option, `change` `[g]` what is added to each weight, `size` the sum of
    its absolute values; `moved` the groups whose weight changes, largest part first.
    """

    option: int
    change: Numbers
    size: float
    moved: tuple[int, ...]


def checked_weights(weights: ArrayLike, names: tuple[str, ...]) -> Numbers:
    """Return weights `[g]` as an array. Raises `BadNumber` for negative ones or a sum of zero."""
    array = np.array(weights, dtype=float)
    for name, weight in zip(names, array, strict=True):
        if not np.isfinite(weight) or weight < 0.0:
            raise BadNumber(
                f"the weight of {name} is {weight:g}: a weight is a number of zero or more.",
                cure="Write 0 for a group that does not count.",
            )
    if array.sum() == 0.0:
        raise BadNumber(
            "the weights sum to zero: nobody counts, so nothing can be chosen.",
            cure=f"Give at least one of {', '.join(names)} a weight above zero.",
        )
    return array


def incoherence(weights: ArrayLike, payoff: ArrayLike) -> float:
    """Return 1 - |sum w d| / sum w |d|: 0 where all pull one way, 1 where they cancel out.

    0 where nobody gains or loses.

    >>> incoherence([1, 1], [2, -1]), incoherence([1, 1], [1, -1]), incoherence([1], [0])
    (0.6666666666666667, 1.0, 0.0)
    """
    pulls = np.asarray(weights, dtype=float) * np.asarray(payoff, dtype=float)
    size = np.abs(pulls).sum()
    return 0.0 if size == 0.0 else float(1.0 - abs(pulls.sum()) / size)


def choice(weights: ArrayLike, payoffs: ArrayLike) -> int:
    """Return the option with the greatest weighted sum; of equal ones the first."""
    return int((np.asarray(payoffs, dtype=float) @ np.asarray(weights, dtype=float)).argmax())


def stands(low: ArrayLike, high: ArrayLike, payoffs: ArrayLike, option: int) -> bool:
    """Say whether `option` is a best one for all weights between `low` and `high` `[g]`.

    A lead is linear in each weight, so its least value over the box is at a corner, found group
    by group.
    """
    d = np.asarray(payoffs, dtype=float)
    lead = d[option] - d
    ends = np.stack([np.asarray(low) * lead, np.asarray(high) * lead])
    return bool((ends.min(axis=0).sum(axis=1) >= 0.0).all())


def pivot(weights: ArrayLike, payoffs: ArrayLike, movable: ArrayLike) -> Flip | None:
    """Return the least change of weights that turns the choice; None where none does.

    Least in the sum of absolute changes, weights staying at zero or above; only `movable` `[g]`
    weights change, since a common scale means nothing. Against one rival option that is a
    linear program of one constraint, so it is filled in the order of what a unit of change
    brings: lower the weight of those who lose from the rival (down to zero), raise that of those
    who gain (without end).
    """
    w, d = np.asarray(weights, dtype=float), np.asarray(payoffs, dtype=float)
    free = np.asarray(movable, dtype=bool)
    chosen = choice(w, d)
    found = [
        flip
        for option in range(len(d))
        if option != chosen
        for flip in [_against(w, d[option] - d[chosen], free, option)]
        if flip is not None
    ]
    return min(found, key=lambda f: f.size, default=None)


def _against(w: Numbers, lead: Numbers, free: NDArray[np.bool_], option: int) -> Flip | None:
    """Fill the gap -w.lead with changes of weight, best first (`lead` `[g]`: rival less chosen)."""
    missing = -float(w @ lead)
    change = np.zeros_like(w)
    moved: list[int] = []
    scale = float(np.abs(lead).max(initial=0.0))
    for g in np.argsort(-np.abs(lead), kind="stable").tolist():
        if missing <= _TIE * scale:
            break
        if not free[g] or lead[g] == 0.0:
            continue
        step = missing / abs(lead[g])
        if lead[g] < 0.0:
            step = min(step, float(w[g]))
        if step > 0.0:
            change[g] = np.sign(lead[g]) * step
            moved.append(g)
            missing -= step * abs(lead[g])
    nobody = not (w + change > 0.0).any() and not (free & (lead > 0.0)).any()
    if missing > _TIE * max(scale, 1.0) or nobody:  # a tie because nobody counts is no choice
        return None
    order = tuple(sorted(moved, key=lambda g: -abs(change[g])))
    return Flip(option, change, float(np.abs(change).sum()), order)
