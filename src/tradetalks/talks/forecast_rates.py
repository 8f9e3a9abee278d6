"""Rates of outcomes by class and the hazard of a break, with intervals for small, chained samples.

Jeffreys' priors throughout. Extensions of one instrument are no independent draws, so an interval
is the envelope of two: every decision counted once, and every chain counted once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.talks.forecast_data import OUTCOMES, Deadline, Spell

Numbers = NDArray[np.float64]
LEVEL = 0.90
_PRIOR = 0.5
_DRAWS = 20_000


@dataclass(frozen=True)
class Rates:
    """Probabilities of `OUTCOMES` `[m]` with a 90% interval; `n` decisions in `chains` chains.

    `counts` `[m]` are decisions by outcome, `once` `[m]` the same with one vote per chain.
    """

    counts: Numbers
    once: Numbers
    n: int
    chains: int

    @property
    def probability(self) -> Numbers:
        """Posterior mean (n_c + 1/2) / (n + m/2)."""
        return dirichlet_mean(self.counts)

    def interval(self, outcomes: Sequence[str]) -> tuple[float, float]:
        """Return the 90% interval of the probability that the outcome is one of `outcomes`."""
        from scipy.stats import beta

        inside = np.isin(OUTCOMES, outcomes)
        ends: list[float] = []
        for votes in (self.counts, self.once):
            weight = votes + _PRIOR
            ends += [
                float(beta.ppf(q, weight[inside].sum(), weight[~inside].sum()))
                for q in ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
            ]
        return min(ends), max(ends)

    def of(self, *outcomes: str) -> dict[str, float]:
        """Return `probability`, `low` and `high` of one of `outcomes`."""
        low, high = self.interval(outcomes)
        middle = float(self.probability[np.isin(OUTCOMES, outcomes)].sum())
        return {"probability": middle, "low": low, "high": high}

    def draws(self, rng: np.random.Generator) -> Numbers:
        """Return draws `[draw, m]`, half from each way of counting."""
        half = _DRAWS // 2
        return np.concatenate([rng.dirichlet(v + _PRIOR, half) for v in (self.counts, self.once)])


def dirichlet_mean(counts: Numbers) -> Numbers:
    """Return (n_c + 1/2) / (n + m/2) along the last axis (Jeffreys).

    >>> dirichlet_mean(np.array([4.0, 0, 0, 0])).round(3).tolist()
    [0.75, 0.083, 0.083, 0.083]
    """
    weight = counts + _PRIOR
    return weight / weight.sum(-1, keepdims=True)


def rates_of(rows: Iterable[Deadline]) -> Rates:
    """Return the rates of decided `rows` of one class (undecided ones are an error of ours)."""
    rows = list(rows)
    size = Counter(r.chain for r in rows)
    counts, once = np.zeros(len(OUTCOMES)), np.zeros(len(OUTCOMES))
    for row in rows:
        at = OUTCOMES.index(row.outcome)
        counts[at] += 1.0
        once[at] += 1.0 / size[row.chain]
    return Rates(counts, once, len(rows), len(size))


@dataclass(frozen=True)
class Hazard:
    """`breaks` of truces in `days` days under a truce: a constant hazard per day."""

    breaks: int
    days: int

    @property
    def per_day(self) -> float:
        """Breaks per day, the maximum-likelihood estimate."""
        return self.breaks / self.days

    def unbroken(self, days: int) -> dict[str, float]:
        """Return the chance of no break in `days` days, exp(-h days), with its 90% interval."""
        from scipy.stats import gamma

        low, high = gamma.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2], self.breaks + _PRIOR)
        return {
            "probability": float(np.exp(-self.per_day * days)),
            "low": float(np.exp(-high / self.days * days)),
            "high": float(np.exp(-low / self.days * days)),
        }

    def draws(self, rng: np.random.Generator, days: int) -> Numbers:
        """Return draws `[draw]` of the chance of no break in `days` days."""
        return np.exp(-rng.gamma(self.breaks + _PRIOR, size=_DRAWS) * days / self.days)

    def row(self, name: str) -> dict[str, Any]:
        """Return the hazard as a row of the answer."""
        return {"record": name, "breaks": self.breaks, "days": self.days, "per_day": self.per_day}


def hazard_by(spells: Iterable[Spell], on: date, *, phase_one: bool) -> Hazard:
    """Return breaks and truce days up to `on`, with or without the years of Phase One."""
    known = [s for s in spells if s.start < on and (phase_one or not s.phase_one)]
    days = sum((min(s.end, on) - s.start).days for s in known)
    return Hazard(sum(s.ended == "break" and s.end <= on for s in known), days)


def pooled_interval(
    ways: Sequence[Rates], outcomes: Sequence[str], hazard: Hazard | None = None, days: int = 0
) -> tuple[float, float]:
    """Return the 90% interval of the chance of `outcomes`, draws pooled over `ways` of counting.

    With a `hazard`, of that chance times the one of no break in `days` days.
    """
    rng = np.random.default_rng(20_270_110)
    inside = np.isin(OUTCOMES, outcomes)
    drawn: list[Numbers] = []
    for rates in ways:
        kept = rates.draws(rng)[:, inside].sum(1)
        drawn.append(kept if hazard is None else kept * hazard.draws(rng, days))
    low, high = np.quantile(np.concatenate(drawn), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
