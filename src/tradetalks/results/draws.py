"""Draws of what is not known: distributions, points, quantiles, and what drives the spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
_BINS = 10


Level = Literal["draw", "world"]
_TAIL = 0.001
"""Probability that is cut off at each end of a distribution."""
_NORMAL_95 = 1.6448536269514722


@dataclass(frozen=True)
class Parameter:
    """One thing that an ensemble draws.

    `median`, `low` and `high` are the 50th, 5th and 95th percentile: of a two-piece log-normal
    distribution, or of a two-piece normal one where `scale` is `linear`. Where it is `range` they
    are the middle and the ends: half of the draws lie evenly on each side of the median, or evenly
    on the whole range where the median is one of its ends. A parameter with
    `options` takes each of them equally often; `median` is then the position of the central one.
    `level` says whether it differs by draw or by world (a batch of draws). `assumed` names the
    figures that no source gives.
    """

    name: str
    label: str
    level: Level
    median: float
    low: float
    high: float
    source: str
    evidence: str
    assumed: tuple[str, ...]
    scale: Literal["log", "linear", "range"] = "log"
    options: tuple[str, ...] = ()

    def at(self, u: ArrayLike) -> Array:
        """Return the quantile function at `u` in [0, 1]: values, or positions of options.

        >>> sigma = Parameter("sigma", "", "draw", 2.5, 1.5, 4.0, "", "S", ())
        >>> [round(float(x), 6) for x in sigma.at([0.05, 0.5, 0.95])]
        [1.5, 2.5, 4.0]
        """
        from scipy.special import ndtri

        p = np.asarray(u, dtype=float)
        if self.options:
            return np.minimum(np.floor(p * len(self.options)), len(self.options) - 1)
        if self.scale == "range":
            inside = self.low < self.median < self.high
            middle = self.median if inside else (self.low + self.high) / 2
            return np.interp(p, [0.0, 0.5, 1.0], [self.low, middle, self.high])
        z = ndtri(np.clip(p, _TAIL, 1.0 - _TAIL)) / _NORMAL_95
        if self.scale == "linear":
            down, up = self.median - self.low, self.high - self.median
            return self.median + z * np.where(z < 0.0, down, up)
        down, up = np.log(self.median / self.low), np.log(self.high / self.median)
        return self.median * np.exp(z * np.where(z < 0.0, down, up))

    def as_row(self) -> dict[str, Any]:
        """Return the parameter as a row of a table for people."""
        return {
            "parameter": self.name,
            "label": self.label,
            "drawn_by": self.level,
            "median": None if self.options else self.median,
            "p05": None if self.options else self.low,
            "p95": None if self.options else self.high,
            "options": list(self.options),
            "assumed": list(self.assumed),
            "source": self.source,
            "evidence": self.evidence,
        }


def points(dimensions: int, seed: int, first: int, count: int) -> Array:
    """Return `count` points of a scrambled Sobol' sequence from number `first` on."""
    from scipy.stats import qmc

    if dimensions == 0:
        return np.empty((count, 0))
    sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng([seed, dimensions]))
    if first:
        sequence.fast_forward(first)
        return sequence.random(count)
    return sequence.random_base2((count - 1).bit_length())[:count]


@dataclass(frozen=True)
class Quantiles:
    """Quantiles of one outcome at `LEVELS`, with its mean and the part of draws below zero."""

    outcome: str
    values: tuple[float, ...]
    mean: float
    negative: float
    draws: int


def quantiles(outcome: str, draws: Array) -> Quantiles:
    """Return the quantiles of the draws that have an answer."""
    kept = draws[np.isfinite(draws)]
    return Quantiles(
        outcome,
        tuple(float(q) for q in np.quantile(kept, LEVELS)),
        float(kept.mean()),
        float((kept < 0.0).mean()),
        int(kept.size),
    )


def drivers(outcome: Array, parameters: Mapping[str, Array]) -> list[dict[str, Any]]:
    """Return what drives one outcome, the strongest first.

    For each parameter: the mean of the outcome in the lowest and the highest tenth of its draws
    (a tornado), and its share of the variance, Var(E[Y | X]) / Var(Y), from the means within ten
    bins less what a parameter that does nothing would have.
    """
    kept = np.isfinite(outcome)
    y = outcome[kept]
    total = float(y.var())
    if total <= 0.0 or y.size < 2 * _BINS:
        return []
    rows: list[dict[str, Any]] = []
    for name, values in parameters.items():
        x = values[kept]
        groups = _bins(x)
        means = np.array([y[groups == g].mean() for g in np.unique(groups)])
        sizes = np.array([(groups == g).sum() for g in np.unique(groups)])
        between = float(np.average((means - y.mean()) ** 2, weights=sizes))
        expected = (len(means) - 1) / y.size  # of a parameter that does nothing
        rows.append(
            {
                "parameter": name,
                "low": float(means[0]),
                "high": float(means[-1]),
                "variance_share": max(0.0, between / total - expected),
            }
        )
    return sorted(rows, key=lambda row: -row["variance_share"])


def between_batches(outcome: Array, batch: int) -> float:
    """Return the share of variance between batches of draws: what the drawn world explains.

    The unbiased estimate of a one-way random-effects model (analysis of variance).
    """
    whole = outcome[: outcome.size // batch * batch].reshape(-1, batch)
    whole = whole[np.isfinite(whole).all(1)]
    if whole.shape[0] < 2:
        return 0.0
    within = float(whole.var(axis=1, ddof=1).mean())
    between = float(whole.mean(axis=1).var(ddof=1)) - within / batch
    total = max(between, 0.0) + within
    return max(between, 0.0) / total if total > 0.0 else 0.0


def sobol(a: Array, b: Array, mixed: Array) -> tuple[Array, Array]:
    """Return first-order and total Sobol' indices `[parameter]` (Saltelli et al. 2010).

    `a` and `b` are outcomes `[n]` at the two base designs, `mixed` `[parameter, n]` those with one
    column exchanged.
    """
    from scipy.stats import sobol_indices

    evaluations = {"f_A": a[None], "f_B": b[None], "f_AB": mixed[:, None, :]}
    found: Any = sobol_indices(func=evaluations, n=a.size)
    return np.ravel(found.first_order), np.ravel(found.total_order)


def _bins(x: Array) -> NDArray[np.int64]:
    values = np.unique(x)
    if values.size <= _BINS:
        return np.searchsorted(values, x)
    edges = np.quantile(x, np.linspace(0.0, 1.0, _BINS + 1)[1:-1])
    return np.searchsorted(edges, x, side="right")
