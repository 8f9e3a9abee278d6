"""China's magnet exports of 2025, predicted from how licences were issued, against what happened.

The queue of `tradetalks.supply` with the figures of the regime `licences-2025`: approvals and
processing times come from reports on licences, none of them from the exports that are predicted.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.supply import Licensing, arrivals, licence_run, regime
from tradetalks.validation.cells import Beside, Computed

Array = NDArray[np.float64]

REGIME = "licences-2025"
SCORED = ("2025-05", "2025-06", "2025-07")
"""The months whose exports a year before are documented."""
MONTHS = ("2025-04", *SCORED)
REPORTED = ((date(2025, 4, 4), 0.0), (date(2025, 6, 4), 0.25), (date(2025, 6, 30), 0.60))
"""Licences issued as a share of applications, as car parts makers (CLEPA) reported in June."""
_DAYS = 150
_ERROR, _ACTUAL, _RMSE = "error", "actual", "error, points"


@cache
def observed() -> Mapping[str, Mapping[str, str]]:
    """Return the rows of `tables/magnet_exports_2025.csv` by month."""
    name = "tables/magnet_exports_2025.csv"
    text = files("tradetalks.validation").joinpath(name).read_text("utf-8")
    return {row["month"]: row for row in csv.DictReader(text.splitlines())}


def actual() -> Array:
    """Return exports of the scored months as a share of those a year before."""
    rows = [observed()[m]["of_a_year_before_percent"] for m in SCORED]
    return np.array([float(x) for x in rows]) / 100.0


def predictions() -> dict[str, Array]:
    """Return exports by month (`MONTHS`), a share of normal: the queue at central figures and at
    both ends of its ranges, the rivals, and licences as they were reported in June."""
    about = regime(REGIME)
    found = {
        name: by_month(arrivals(_exports(about.terms(end)), _DAYS, about.start), about.start)
        for name, end in (
            ("licence queue", "central"),
            ("queue, worst terms", "harsh"),
            ("queue, best terms", "mild"),
        )
    }
    calm = np.ones(_DAYS)
    found["no change"] = by_month(calm, about.start)
    found["immediate stop"] = by_month(0.0 * calm, about.start)
    leak = float(about.figures["leakage"].central)
    days = [about.start.toordinal() + d for d in range(_DAYS)]
    issued = np.interp(days, [d.toordinal() for d, _ in REPORTED], [x for _, x in REPORTED])
    found["licences as reported in June"] = by_month(issued + (1.0 - issued) * leak, about.start)
    return found


def _exports(terms: Licensing) -> Licensing:
    """Return the terms without second sources: what is counted is what China sells."""
    return terms.replace(substitution=0.0)


def by_month(path: Array, start: date) -> Array:
    """Return means over the calendar `MONTHS` of a path by day; before `start` all is normal."""
    out = np.zeros(len(MONTHS))
    for m, month in enumerate(MONTHS):
        year, number = (int(x) for x in month.split("-"))
        first = date(year, number, 1)
        days = [first + timedelta(d) for d in range(monthrange(year, number)[1])]
        at = [(d - start).days for d in days]
        out[m] = np.mean([1.0 if k < 0 else path[k] for k in at])
    return out


def error(predicted: Array) -> float:
    """Return the root-mean-square error over the scored months, in percentage points."""
    return 100.0 * float(np.sqrt(np.mean((predicted[1:] - actual()) ** 2)))


def chart_rows() -> list[dict[str, Any]]:
    """Return a row per month and line of the figure, in percent of normal."""
    rows = [
        {"month": m, "line": name, "percent": 100.0 * float(x)}
        for name, path in predictions().items()
        for m, x in zip(MONTHS, path, strict=True)
    ]
    return rows + [
        {"month": m, "line": _ACTUAL, "percent": 100.0 * float(x)}
        for m, x in zip(SCORED, actual(), strict=True)
    ]


def compute() -> Computed:
    """Compute the cells."""
    found = predictions()
    numbers: dict[tuple[str, str, str], float] = {}
    queue = error(found["licence queue"])
    for rival in ("no change", "immediate stop"):
        numbers[_ERROR, "licence queue", f"over {rival}"] = queue / error(found[rival])
    shown: dict[tuple[str, str, str], float] = {}
    for name, path in found.items():
        for m, month in enumerate(MONTHS):
            shown["path", name, month] = 100.0 * float(path[m])
        shown["path", name, _RMSE] = error(path)
    for m, month in enumerate(SCORED):
        shown["path", _ACTUAL, month] = 100.0 * float(actual()[m])
    stops = licence_run("MAGNETS", "USA", REGIME, equilibrium=False).cases
    beside = tuple(
        Beside(
            f"Day on which the first US line stops, {case.path.cover:g} days in stock",
            float(case.path.first_stop),
            "day (reports have plants stop six to nine weeks in)",
        )
        for case in stops[:3]
    )
    # what is shown has no published number to be held to: it stands in for one
    return Computed(numbers | shown, published=shown, beside=beside)
