"""Packages over draws of the declared weights: how often each is in the zone, and which is Nash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput, BadNumber
from tradetalks.results.draws import Parameter
from tradetalks.results.draws import points as design
from tradetalks.talks.packages import points
from tradetalks.talks.packages.bargain import Bargain
from tradetalks.talks.packages.payoffs import all_weights, summed, weight_tables

_MOST = 100_000
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class WeightDraws:
    """Draws of `weights` declared weights with a range; payoffs from the model stay as they are.

    `in_zone` `[p]` and `chosen` `[p]` are the shares of draws in which a package leaves nobody
    worse off, and in which it is the Nash package; `agreement` that in which somebody can gain.
    """

    bargain: Bargain
    draws: int
    seed: int
    weights: int
    in_zone: NDArray[np.float64]
    chosen: NDArray[np.float64]
    agreement: float

    def body(self) -> dict[str, Any]:
        """Return the draws as plain data: the named packages, and the likeliest Nash packages."""
        named = self.bargain.points.values()
        best = np.argsort(-self.chosen, kind="stable")[:5]
        nash = self.bargain.points.get("nash")
        return {
            "draws": self.draws,
            "seed": self.seed,
            "weights": self.weights,
            "agreement": self.agreement,
            "nash_stays": None if nash is None else float(self.chosen[nash.number]),
            "points": [{"point": p.key, "title": p.title, **self._row(p.number)} for p in named],
            "nash": [self._row(int(n)) for n in best if self.chosen[n] > 0],
        }

    def _row(self, number: int) -> dict[str, Any]:
        levels = self.bargain.levels(number)
        issues = self.bargain.agenda.issues
        return {
            "package": number,
            "levels": {i.id: i.levels[at].id for i, at in zip(issues, levels, strict=True)},
            "in_zone": float(self.in_zone[number]),
            "nash": float(self.chosen[number]),
        }


def draw_weights(
    bargain: Bargain, draws: int = 1000, seed: int = 1, *, progress: Progress | None = None
) -> WeightDraws:
    """Draw the declared weights within their ranges, evenly on each side of the value.

    Weights are independent, points of a scrambled Sobol' sequence. With a discount factor the
    Rubinstein powers hold. Raises `BadNumber`, and `BadInput` where no weight has a range.
    """
    if not 1 <= draws <= _MOST:
        raise BadNumber(f"{draws} draws are asked for.", cure=f"Give 1 to {_MOST:,}.")
    if not 0 <= seed < 2**32:
        raise BadNumber(f"the seed is {seed}.", cure="Give a whole number from 0 to 4294967295.")
    agenda, level = bargain.agenda, bargain.central.level
    ranged = {p: w for p, w in all_weights(agenda).items() if w.ends[0] < w.ends[1]}
    if not ranged:
        raise BadInput("no weight has a range to draw from.", cure="Leave --draws out.")
    u = design(len(ranged), seed, 0, draws)
    values = {
        place: _distribution(w.value, w.ends).at(u[:, k])
        for k, (place, w) in enumerate(ranged.items())
    }
    power = None if bargain.discount is None else points.rubinstein_power(bargain.discount)
    count = bargain.allowed.size
    inside, chosen, agreed = np.zeros(count), np.zeros(count), 0
    for k in range(draws):
        tables = weight_tables(agenda, level, {p: float(v[k]) for p, v in values.items()})
        payoffs = bargain.payoffs.replace_weights(summed(agenda, tables))
        gain = np.where(bargain.allowed[:, None], payoffs.flat, np.nan)
        inside += points.zone(gain)
        if points.improving(gain).any():
            agreed += 1
            best = points.nash(gain) if power is None else points.nash(gain, power)
            if best is not None:
                chosen[best] += 1
        if progress is not None:
            progress("weights", k + 1, draws)
    return WeightDraws(
        bargain, draws, seed, len(ranged), inside / draws, chosen / draws, agreed / draws
    )


def _distribution(value: float, ends: tuple[float, float]) -> Parameter:
    return Parameter(
        "weight", "", "draw", value, *ends, "the agenda", "U", ("low", "high"), "range"
    )
