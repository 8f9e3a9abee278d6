"""Licences day by day: applications, decisions after working days, validity, renewal.

Everything is a share of the flow that the controlled supplier sold before. Pure functions of
NumPy arrays: leading axes are users, goods or draws, the last axis is the day since the control
began (day 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.errors import BadNumber

Array = NDArray[np.float64]

MONTH = 30
"""Days in a month of the daily simulation."""
YEAR = 365
_WEEKEND = 5


@dataclass(frozen=True)
class Licensing:
    """The terms on which a supplier lets a controlled good go; numbers or arrays of numbers.

    Of the flow, `covered` needs a licence. An application takes `processing` working days (within
    `spread` of them either way, evenly), and `approval` of what is applied for is granted, for
    `validity` days. Then it is reviewed: `renewal` of it goes on, the rest applies again.
    Applications come in evenly over the first `filing` days. From day `general_from` on `general`
    of the flow is under general licences, which need no application. Of what is refused or waits,
    `leakage` arrives all the same (third countries, goods declared as others). Second sources and
    thrift replace a part of what is missing that grows to `substitution`, with the time constant
    `substitution_days`.
    """

    approval: ArrayLike = 0.0
    processing: ArrayLike = 45.0
    spread: float = 0.0
    validity: int = 182
    renewal: ArrayLike = 1.0
    covered: ArrayLike = 1.0
    leakage: ArrayLike = 0.0
    general: ArrayLike = 0.0
    general_from: ArrayLike = 0.0
    filing: int = 1
    substitution: ArrayLike = 0.0
    substitution_days: ArrayLike = 365.0

    def __post_init__(self) -> None:
        for name in ("approval", "renewal", "covered", "leakage", "general", "substitution"):
            _share(name, getattr(self, name))
        _share("spread", self.spread)
        for name in ("processing", "general_from"):
            _least(name, getattr(self, name), 0.0)
        for name in ("validity", "filing", "substitution_days"):
            _least(name, getattr(self, name), 1.0)

    def replace(self, **changes: Any) -> Licensing:
        """Return these terms with some of them changed."""
        return Licensing(**(vars(self) | changes))

    def as_dict(self) -> Mapping[str, Any]:
        """Return the terms by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _share(name: str, value: ArrayLike) -> None:
    given = np.asarray(value, dtype=float)
    if not ((given >= 0.0) & (given <= 1.0)).all():
        raise BadNumber(
            f"{_words(name)} {_worst(given, 1.0):g} is no share: it must lie between 0 and 1.",
            cure="Write 55% or 0.55.",
        )


def _least(name: str, value: ArrayLike, least: float) -> None:
    given = np.asarray(value, dtype=float)
    if not ((given >= least) & (given < np.inf)).all():
        raise BadNumber(
            f"{_words(name)} {_worst(given, np.inf):g} must be {least:g} days or more.",
        )


def _worst(given: Array, most: float) -> float:
    bad = ~((given >= 0.0) & (given <= most))
    return float(given[bad].flat[0] if bad.any() else given.min())


def _words(name: str) -> str:
    words = {
        "approval": "the approval rate",
        "renewal": "the renewal rate",
        "covered": "the share that needs a licence",
        "general": "the share under general licences",
        "general_from": "the day of general licences",
        "processing": "the processing time",
        "filing": "the filing period",
        "substitution_days": "the time constant of substitution",
    }
    return words.get(name, f"the {name}")


def working_day_after(days: int, start: date) -> NDArray[np.int64]:
    """Return `[w]`, the day on which the w-th working day has passed, for as long as `days`.

    `w` counts Mondays to Fridays from the day after `start` on; public holidays count as
    working days (they differ by country and year).

    >>> working_day_after(9, date(2025, 4, 4)).tolist()  # a Friday; Monday is day 3
    [0, 3, 4, 5, 6, 7]
    """
    weekday = (start + timedelta(days=1)).weekday()
    day = np.arange(1, days)
    return np.concatenate([[0], day[(weekday + day - 1) % 7 < _WEEKEND]])


def licensed_share(terms: Licensing, days: int, start: date) -> Array:
    """Return the share `[..., d]` of what needs a licence that has one, for each day.

    A queue in which everybody waits for the same number of working days: what is applied for on
    day d is decided on the day that many working days later.
    """
    approval, renewal = _together(terms.approval, terms.renewal, terms.processing)[:2]
    shape = approval.shape
    approval, renewal = approval.ravel(), renewal.ravel()
    waits = _waits(terms, shape)
    done, rank = working_day_after(days + 1, start), _rank(days, start)
    granted = np.zeros((approval.size, days + 1))
    held = np.zeros((approval.size, days))
    row, valid = np.arange(approval.size), 0.0
    filing = min(terms.filing, days)
    for d in range(days):
        ended = granted[:, d - terms.validity] if d >= terms.validity else 0.0
        granted[:, d] += renewal * ended
        applied = (1.0 - renewal) * ended + (1.0 / terms.filing if d < filing else 0.0)
        for wait in waits:
            position = rank[d] + wait
            when = done[np.minimum(position, done.size - 1)]
            when = np.where(position < done.size, when, days)
            granted[row, np.maximum(when, d)] += approval * applied / len(waits)
        valid = valid + granted[:, d] - ended
        held[:, d] = valid
    return np.clip(held, 0.0, 1.0).reshape(*shape, days)


_SPREAD_POINTS = 9


def _waits(terms: Licensing, shape: tuple[int, ...]) -> list[NDArray[np.int64]]:
    """Return working days of waiting, in groups of equal weight."""
    middle = np.broadcast_to(np.asarray(terms.processing, dtype=float), shape).ravel()
    steps = np.linspace(-1.0, 1.0, _SPREAD_POINTS) if terms.spread else np.zeros(1)
    return [np.rint(middle * (1.0 + terms.spread * s)).astype(np.int64) for s in steps]


def _rank(days: int, start: date) -> NDArray[np.int64]:
    """Return how many working days have passed by each day."""
    done = working_day_after(days, start)
    return np.searchsorted(done, np.arange(days), side="right") - 1


def arrivals(terms: Licensing, days: int, start: date, share: ArrayLike = 1.0) -> Array:
    """Return what arrives each day `[..., d]`, as a share of what the user bought before.

    `share` is the controlled supplier's part of the user's purchases; the others go on as
    before, and replace what is missing as far as `substitution` has grown.
    """
    day = np.arange(days)
    general = np.where(day >= _column(terms.general_from), _column(terms.general), 0.0)
    licensed = general + (1.0 - general) * licensed_share(terms, days, start)
    covered, leakage = _column(terms.covered), _column(terms.leakage)
    missing = covered * (1.0 - licensed) * (1.0 - leakage) * _column(share)
    grown = -np.expm1(-day / _column(terms.substitution_days))
    return 1.0 - missing * (1.0 - _column(terms.substitution) * grown)


def year_mean(terms: Licensing, days: int, start: date) -> float:
    """Return the part of a controlled flow that arrives on average, second sources left out.

    At least a thousandth: a total stop has no equilibrium where users cannot do without.
    """
    bare = terms.replace(substitution=0.0)
    return max(float(arrivals(bare, days, start).mean()), 1e-3)


def monthly(path: Array) -> Array:
    """Return means `[..., m]` over months of 30 days of a path `[..., d]`, the last one cut off."""
    months = path.shape[-1] // MONTH
    whole = path[..., : months * MONTH]
    return whole.reshape(*path.shape[:-1], months, MONTH).mean(-1)


def _together(*values: ArrayLike) -> list[Array]:
    return [np.array(x) for x in np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in values))]


def _column(value: ArrayLike) -> Array:
    return np.asarray(value, dtype=float)[..., None]
