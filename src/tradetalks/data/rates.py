"""From tariff lines to a sector's rate: exact numbers under CES, and the law of mid-2022.

A sector's rate is not a weighted mean when lines differ by tens of points: buyers leave the
taxed lines. With elasticity sigma among lines and weights `w` at zero duty (`docs/assumptions`):

    price number    1 + T   = [ sum w (1+t)^(1-sigma) / sum w ]^(1/(1-sigma))
    revenue number  1 + T_R =   sum w (1+t)^(1-sigma) / sum w (1+t)^(-sigma)

Values observed under rates `t` (before duty) are `w (1+t)^(-sigma)`, so `w` can be undone; the
revenue number is then the plain mean at observed values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.codes import hs6_table, sectors

Array = NDArray[np.float64]

SIGMA_LINES = 2.53
"""Elasticity among lines of a sector (Fajgelbaum et al. 2020, across origins); assumed here."""

LIST_RATES = {"1": 0.25, "2": 0.25, "3": 0.25, "3_addl": 0.25, "4A": 0.075}
"""Section 301 in mid-2022: lists 1-3 at 25%, 4A at 7.5% since 2020-02-14."""
_HIGHEST_LIST = max(LIST_RATES.values())
NEVER_IN_FORCE = frozenset({"4B"})

STEEL_232 = 0.25
ALUMINIUM_232 = 0.10


@dataclass(frozen=True)
class Line:
    """A tariff line: code, MFN and additional rate (fractions), value at these rates (USD)."""

    code: str
    mfn: float
    added: float
    value: float


@dataclass(frozen=True)
class SectorRate:
    """Additional duty of a sector over MFN (fractions), in four numbers; `price` is shipped.

    `price` and `revenue`: exact under CES; `weighted`: mean at the lines' values; `simple`:
    mean of lines; `mfn`: price number of the lines' MFN rates; `lines`, `value_usd`: weights.
    """

    price: float
    revenue: float
    weighted: float
    simple: float
    mfn: float
    lines: int
    value_usd: float

    def row(self) -> dict[str, dict[str, float] | float | int]:
        """Return the numbers for the report, rates rounded to 1e-6."""
        names = ("price", "revenue", "weighted", "simple")
        return {
            "added": {k: round(getattr(self, k), 6) for k in names},
            "mfn_of_lines": round(self.mfn, 6),
            "lines": self.lines,
            "weights_usd": round(self.value_usd),
        }


def price_number(rates: ArrayLike, weights: ArrayLike, sigma: float) -> float:
    """Return the uniform rate with the same price index; weights at zero duty.

    >>> price_number([0.25, 0.25], [1, 3], 2.53)
    0.25
    """
    t, w = np.asarray(rates, float), np.asarray(weights, float)
    if sigma == 1:
        return float(np.exp((w * np.log1p(t)).sum() / w.sum()) - 1)
    mean = (w * (1 + t) ** (1 - sigma)).sum() / w.sum()
    return float(mean ** (1 / (1 - sigma)) - 1)


def revenue_number(rates: ArrayLike, weights: ArrayLike, sigma: float) -> float:
    """Return the uniform rate with the same duty per value before duty; weights at zero duty."""
    t, w = np.asarray(rates, float), np.asarray(weights, float)
    return float((w * (1 + t) ** (1 - sigma)).sum() / (w * (1 + t) ** -sigma).sum() - 1)


def sector_rates(
    lines: Sequence[Line], *, observed_at: str, sigma: float = SIGMA_LINES
) -> dict[str, SectorRate]:
    """Return the additional rate of each sector that has lines.

    `observed_at` is `total` if the values were observed under MFN and additional duty, `mfn`
    if before the war. A sector whose lines have no value is weighted by lines; lines that no
    industry makes (chapters 98 and 99) are left out.
    """
    groups: dict[str, list[Line]] = {code: [] for code in sectors()}
    for line in lines:
        place = hs6_table()[line.code[:6]]
        if place.method != "leftover":
            groups[place.sector].append(line)
    found = {}
    for code, members in groups.items():
        if not members:
            continue
        mfn, added = (np.array([getattr(x, k) for x in members]) for k in ("mfn", "added"))
        total = mfn + added
        value = np.array([x.value for x in members])
        seen = value if value.sum() > 0 else np.ones_like(value)
        free = seen * (1 + (total if observed_at == "total" else mfn)) ** sigma
        base = price_number(mfn, free, sigma)
        found[code] = SectorRate(
            price=price_number(total, free, sigma) - base,
            revenue=revenue_number(total, free, sigma) - revenue_number(mfn, free, sigma),
            weighted=float((seen * added).sum() / seen.sum()),
            simple=float(added.mean()),
            mfn=base,
            lines=len(members),
            value_usd=float(value.sum()),
        )
    return found


def section_232(hs6: str) -> float:
    """Return the Section 232 rate on China by HS6 (Proclamations 9704 and 9705; derivatives
    of Proclamation 9980 are left out: they are ten-digit lines of small value).

    >>> section_232("720851"), section_232("760611"), section_232("731815")
    (0.25, 0.1, 0.0)
    """
    steel = (
        "720610" <= hs6 <= "721650"
        or "721699" <= hs6 <= "730110"
        or hs6 == "730210"
        or "730240" <= hs6 <= "730290"
        or "730410" <= hs6 <= "730690"
    )
    if steel:
        return STEEL_232
    return ALUMINIUM_232 if hs6[:4] in ("7601", *map(str, range(7604, 7610))) else 0.0


def us_lines_2022(
    imports: Mapping[str, float],
    mfn: Mapping[str, float],
    lists: Mapping[str, frozenset[str]],
    schedule: Mapping[str, Mapping[str, float]],
) -> tuple[list[Line], dict[str, float]]:
    """Return US lines on China in mid-2022 (HTS10), and USD by where the rate came from.

    `imports` USD by HTS10; `mfn` by HTS8; `lists` Section 301 lists by HTS8; `schedule` date ->
    HS6 -> total rate. A line's rate is the highest of its lists in force. The list file is of
    2025: a line that the review of 2024 moved has lost its list of 2022 there (lithium-ion
    batteries stand on 4B and the review, and paid 4A), so it takes the HS6 schedule's additional
    rate, at most 25% (the schedule doubles some lines). A line on no other list has none.
    """
    steps = list(schedule.values())
    lines, origin = [], {"list": 0.0, "schedule": 0.0, "none": 0.0, "no_mfn_rate": 0.0}
    for code, value in imports.items():
        hs6, on = code[:6], lists.get(code[:8], frozenset())
        known = [LIST_RATES[x] for x in on if x in LIST_RATES]
        if known:
            added, where = max(known), "list"
        elif on - NEVER_IN_FORCE and hs6 in steps[-1]:
            added, where = _added_by(steps, hs6), "schedule"
        else:
            added, where = 0.0, "none"
        origin[where] += value
        if code[:8] not in mfn:
            origin["no_mfn_rate"] += value
        lines.append(Line(code, mfn.get(code[:8], 0.0), added + section_232(hs6), value))
    return lines, origin


def _added_by(steps: Sequence[Mapping[str, float]], hs6: str) -> float:
    """Return what a schedule's last step has over its first (or second); some lines are twice."""
    before = steps[0].get(hs6, steps[1].get(hs6, 0.0))
    return min(max(steps[-1][hs6] - before, 0.0), _HIGHEST_LIST)


def schedule_check(
    imports: Mapping[str, float], schedule: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Return by sector the mean additional rate of the HS6 schedule and the share it covers.

    Weighted by import value; the same duty found on another way, as a check of the lists. The
    schedule takes the highest line of each HS6 and some lines twice (capped at 25% here).
    """
    steps = list(schedule.values())
    sums: dict[str, list[float]] = {}
    for code, value in imports.items():
        place = hs6_table()[code[:6]]
        if place.method == "leftover":
            continue
        total = sums.setdefault(place.sector, [0.0, 0.0, 0.0])
        total[0] += value
        if code[:6] in steps[-1]:
            total[1] += value
            total[2] += value * _added_by(steps, code[:6])
    return {
        code: {"rate": round(duty / value, 6), "covered": round(covered / value, 4)}
        for code, (value, covered, duty) in sorted(sums.items())
        if value > 0
    }


def collected_rates(imports: Mapping[str, float], duty: Mapping[str, float]) -> dict[str, float]:
    """Return calculated duty over import value by sector: what customs took, all measures."""
    sums: dict[str, list[float]] = {}
    for code, value in imports.items():
        place = hs6_table()[code[:6]]
        if place.method != "leftover":
            total = sums.setdefault(place.sector, [0.0, 0.0])
            total[0] += value
            total[1] += duty[code]
    return {code: round(d / v, 6) for code, (v, d) in sorted(sums.items()) if v > 0}


MFN_STEPS = ("2018-05-01", "2018-07-01", "2018-11-01")
HALVED_STEP = "2019-09-01"


def china_lines_2022(
    schedule: Mapping[str, Mapping[str, float]],
    exports_by_chapter: Mapping[str, float],
    exports_by_line: Mapping[str, float],
) -> list[Line]:
    """Return Chinese HS6 lines on the United States in mid-2022.

    MFN is the rate of 2018-01-01 and the cuts of `MFN_STEPS`; the rest of the last rate is
    additional duty, with the step of 2019-09-01 halved (Tariff Commission announcement [2020]
    1; the schedule ends before it). Retaliation to Section 232 is in it. Lines weigh
    as US exports of 2017 by chapter, spread within a chapter by `exports_by_line` where the
    chapter has any, else evenly (assumed).
    """
    dates = list(schedule)
    last = schedule[dates[-1]]

    def change(hs6: str, date: str) -> float:
        before = schedule[dates[dates.index(date) - 1]].get(hs6)
        after = schedule[date].get(hs6)
        return 0.0 if before is None or after is None else after - before

    members: dict[str, list[str]] = {}
    for hs6 in last:
        members.setdefault(hs6[:2], []).append(hs6)
    lines = []
    for chapter, codes in members.items():
        split = np.array([exports_by_line.get(c, 0.0) for c in codes])
        split = split if split.sum() > 0 else np.ones(len(codes))
        values = exports_by_chapter.get(chapter, 0.0) * split / split.sum()
        for hs6, value in zip(codes, values, strict=True):
            cuts = sum(change(hs6, date) for date in MFN_STEPS)
            total = last[hs6] - max(change(hs6, HALVED_STEP), 0.0) / 2
            mfn = min(max(schedule[dates[0]].get(hs6, 0.0) + cuts, 0.0), total)
            lines.append(Line(hs6, mfn, total - mfn, float(value)))
    return lines
