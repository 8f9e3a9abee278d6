"""Closed forms of the truce: self-enforcement, review periods, threats.

Payoffs a month, in any unit: C when both keep the truce, D for the one that cheats, N for each
while the cheating is punished. Discount factors are a month's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tradetalks.errors import BadNumber

LONGEST = 24
"""Review periods up to this many months are looked at."""


def check_discount(discount: float, name: str = "discount") -> float:
    """Return the factor; `BadNumber` unless it lies strictly between 0 and 1."""
    if not 0.0 < discount < 1.0:
        raise BadNumber(
            f"{name} is {discount:g}: a discount factor lies between 0 and 1, both excluded.",
            cure="Write 0.9 for a tenth a year.",
        )
    return float(discount)


def enforcement_gap(C: float, D: float, N: float, discount: float, months: float) -> float:
    """Return the loss from `months` of punishment less the gain of cheating once.

    Buzard (2017): D - C <= (d - d^(T+1)) / (1 - d) (C - N); zero or more means self-enforcing.
    `months` may be infinite.
    """
    weight = (discount - discount ** (months + 1)) / (1 - discount)
    return weight * (C - N) - (D - C)


def critical_discount(C: float, D: float, N: float, months: float = np.inf) -> float | None:
    """Return the least discount factor that makes the truce self-enforcing; None if none does.

    For punishment without end it is (D - C) / (D - N). Zero if cheating gains nothing.
    """
    if D <= C:
        return 0.0
    if N >= C:
        return None
    if np.isinf(months):
        return (D - C) / (D - N)
    if months * (C - N) <= (D - C):
        return None
    from scipy.optimize import brentq

    def gap(d: float) -> float:
        return enforcement_gap(C, D, N, d, months)

    return float(brentq(gap, 1e-12, 1 - 1e-9, xtol=1e-12))  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True)
class Monitoring:
    """A review of the other side's approval rate after some months.

    `signal` is the distance between full and slow approval in standard deviations of a month's
    signal (above zero), `false_alarm` the chance that a review accuses a side that complied,
    `punishment` the months of war after an accusation.
    """

    signal: float
    false_alarm: float
    punishment: int

    def detection(self, months: int) -> float:
        """Return the chance that a review after `months` finds slow compliance, if it was slow."""
        from scipy.stats import norm

        return float(norm.cdf(self.signal * np.sqrt(months) - norm.ppf(1 - self.false_alarm)))


def review(
    C: float, D: float, N: float, discount: float, months: int, watch: Monitoring
) -> dict[str, float | bool]:
    """Say whether a licence that is reviewed every `months` is kept, reviews being noisy.

    Values of a review period: keeping yields C a month, cheating D; an accusation (chance
    `false_alarm` or `detection`) brings N for the punishment, then the truce again (Green and
    Porter 1984). Safe if cheating in one period does not pay. Keys: `detection`, `keep`, `cheat`
    (present values), `safe`.
    """
    d, T = discount, watch.punishment
    term, war = (1 - d**months) / (1 - d), (1 - d**T) / (1 - d)
    alarm, caught = watch.false_alarm, watch.detection(months)
    # keep = term C + d^m [(1 - a) keep + a punished],  punished = war N + d^T keep
    keep = (term * C + d**months * alarm * war * N) / (1 - d**months * (1 - alarm + alarm * d**T))
    punished = war * N + d**T * keep
    cheat = term * D + d**months * ((1 - caught) * keep + caught * punished)
    return {"detection": caught, "keep": keep, "cheat": cheat, "safe": bool(keep >= cheat)}


def longest_safe(
    C: float, D: float, N: float, discount: float, watch: Monitoring
) -> tuple[int | None, tuple[int, ...]]:
    """Return the longest safe review period up to 24 months, or None, and all safe ones."""
    safe = tuple(m for m in range(1, LONGEST + 1) if review(C, D, N, discount, m, watch)["safe"])
    return (safe[-1] if safe else None), safe


def threat(
    *, yield_cost: float, target_loss: float, gain: float, own_loss: float
) -> dict[str, Any]:
    """Return the chances of disaster with which a threat works and is credible.

    Brinkmanship: a threat to let war happen with chance p works if p `target_loss` exceeds what
    yielding costs the target, and is credible if p `own_loss` is below what its maker gains. Keys:
    `least` (works above), `most` (credible below), `usable`. `None` where no chance does it.
    """
    least = None if target_loss <= 0 else yield_cost / target_loss
    if least is not None and least > 1:
        least = None
    most = 1.0 if own_loss <= 0 else min(gain / own_loss, 1.0)
    return {
        "least": least,
        "most": max(most, 0.0),
        "usable": least is not None and least < most,
    }
