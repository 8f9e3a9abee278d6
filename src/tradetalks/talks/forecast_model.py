"""What a forecaster knew on a day: class rates, and a small model of contacts on top of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from tradetalks.talks.forecast_data import AVERTED, OUTCOMES, Deadline, Meeting, Record
from tradetalks.talks.forecast_rates import rates_of

Numbers = NDArray[np.float64]
MODELS: dict[str, str] = {
    "uniform": "a quarter for each outcome",
    "pooled": "rate over all classes",
    "class": "rate of the class",
    "contacts": "class rate, moved by leaders' contact, a round, term, imposer and years",
}
FEATURES = ("leaders", "round", "log_term", "us_alone", "since_2025")
RIDGE = 1.0
"""Penalty on each coefficient, a normal prior of standard deviation one; fixed beforehand."""
_RECENT = timedelta(days=45)
_TERM = 90.0
_SECOND_TERM = date(2025, 1, 20)
_AVERTED = np.isin(OUTCOMES, AVERTED)


def features(row: Deadline, day: date, meetings: Iterable[Meeting]) -> Numbers:
    """Return `FEATURES` `[f]` of a deadline as they stood on `day`; later meetings never count."""
    recent = [m for m in meetings if day - _RECENT <= m.end <= day]
    return np.array(
        [
            any(m.leaders for m in recent),
            any(not m.leaders for m in recent),
            np.log((row.deadline - row.known_from).days / _TERM),
            row.imposer == "US",
            day >= _SECOND_TERM,
        ],
        dtype=float,
    )


def origin_of(row: Deadline, lead: int) -> date:
    """Return the day on which a decided deadline is forecast in the back-test.

    `lead` days before the deadline, not before it was known, and always before the decision.
    """
    assert row.decided_on is not None
    wanted = max(row.known_from, row.deadline - timedelta(days=lead))
    return min(wanted, row.decided_on - timedelta(days=1))


def predict(record: Record, row: Deadline, day: date, lead: int = 14) -> dict[str, Numbers]:
    """Return probabilities of `OUTCOMES` `[m]` by model, from what was decided by `day`."""
    known = [d for d in record.deadlines if d.id != row.id and d.decided_by(day)]
    own = rates_of(d for d in known if d.kind == row.kind)
    return {
        "uniform": np.full(len(OUTCOMES), 1.0 / len(OUTCOMES)),
        "pooled": rates_of(known).probability,
        "class": own.probability,
        "contacts": _contacts(record, known, row, day, lead),
    }


def _contacts(
    record: Record, known: Sequence[Deadline], row: Deadline, day: date, lead: int
) -> Numbers:
    """Return the class rate with the odds of averting moved by a ridge logit on `FEATURES`."""
    shares = {k: rates_of(d for d in known if d.kind == k).probability for k in _kinds(known, row)}
    base = shares[row.kind]
    if not known:
        return base
    X = np.array([features(d, origin_of(d, lead), record.meetings) for d in known])
    averted = np.array([d.outcome in AVERTED for d in known], dtype=float)
    offset = np.array([_logit(shares[d.kind][_AVERTED].sum()) for d in known])
    slope = ridge_logit(X, averted, offset, RIDGE)
    moved = _logit(base[_AVERTED].sum()) + features(row, day, record.meetings) @ slope
    chance = 1.0 / (1.0 + np.exp(-moved))
    out = base.copy()
    out[_AVERTED] *= chance / base[_AVERTED].sum()
    out[~_AVERTED] *= (1.0 - chance) / base[~_AVERTED].sum()
    return out


def ridge_logit(X: Numbers, y: Numbers, offset: Numbers, ridge: float) -> Numbers:
    """Return coefficients `[f]` that maximise the logit likelihood less ridge/2 |b|^2.

    `X` `[row, f]`, `y` `[row]` zero or one, `offset` `[row]` in log odds. Newton's method, which
    the penalty makes safe: the objective is strictly concave.
    """
    slope = np.zeros(X.shape[1])
    for _ in range(100):
        p = 1.0 / (1.0 + np.exp(-(offset + X @ slope)))
        rise = X.T @ (y - p) - ridge * slope
        bend = (X.T * (p * (1 - p))) @ X + ridge * np.eye(slope.size)
        step = np.linalg.solve(bend, rise)
        slope = slope + step
        if np.abs(step).max() < 1e-10:
            break
    return slope


def _kinds(known: Sequence[Deadline], row: Deadline) -> set[str]:
    return {d.kind for d in known} | {row.kind}


def _logit(p: float) -> float:
    return float(np.log(p) - np.log1p(-p))
