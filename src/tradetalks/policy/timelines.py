"""`timeline`: the average statutory tariff of each side on the other, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tradetalks.codes.families import FAMILIES
from tradetalks.errors import BadInput
from tradetalks.policy.duties import percent
from tradetalks.policy.intervals import IntervalTable, build_table
from tradetalks.policy.ledger import FOREVER, Law, day_number, iso
from tradetalks.policy.lines import load_lines
from tradetalks.policy.stacking import Stack, stack

DIRECTIONS = {"USA_on_CHN": ("USA", "CHN"), "CHN_on_USA": ("CHN", "USA")}
STEP = 5e-7  # a smaller change of the average (fraction) is not a step
# The press adds this one rate for Section 301: that of Lists 1 to 3.
HEADLINE_LISTS = ("us-301-list-1", "us-301-list-2", "us-301-list-3")


@dataclass(frozen=True, eq=False)
class Step:
    """One step of one direction; `by_family` and `total` are fractions, `labels` what changed."""

    day: int
    direction: str
    total: float
    by_family: dict[str, float]
    headline: float
    labels: tuple[str, ...]


def timeline(
    start: str | date | None = None,
    end: str | date | None = None,
    *,
    law: Law = "enacted",
    as_known_on: str | date | None = None,
    table: IntervalTable | None = None,
) -> list[dict[str, Any]]:
    """Steps between two dates (default 2018-01-01 to the last documented day), both directions.

    `total_percent` is the trade-weighted statutory rate, MFN included, at fixed weights (US
    imports of 2024; US exports of 2017); `headline_sum_percent` is the arithmetic of the press:
    the rates of measures on all goods plus the rate of Section 301 Lists 1-3.
    """
    return as_rows(steps(start, end, law=law, as_known_on=as_known_on, table=table))


def as_rows(found: list[Step]) -> list[dict[str, Any]]:
    """Steps as the rows of the `timeline` answer (percent)."""
    return [
        {
            "date": iso(s.day),
            "direction": s.direction,
            "total_percent": percent(s.total),
            "by_authority": {k: percent(v) for k, v in s.by_family.items()},
            "headline_sum_percent": percent(s.headline),
        }
        for s in found
    ]


def steps(
    start: str | date | None = None,
    end: str | date | None = None,
    *,
    law: Law = "enacted",
    as_known_on: str | date | None = None,
    table: IntervalTable | None = None,
) -> list[Step]:
    """The steps behind `timeline`, as numbers, in order of date."""
    known = FOREVER if as_known_on is None else day_number(as_known_on, name="as_known_on")
    table = table or build_table(law=law, as_known_on=known)
    first = day_number(start or "2018-01-01", name="from")
    last = table.ledger.known_until if end is None else day_number(end, name="to")
    if last < first:
        raise BadInput(f"'to' {iso(last)} is before 'from' {iso(first)}.", cure="Swap them.")
    found = [s for name in DIRECTIONS for s in _direction(table, name, first, last)]
    return sorted(found, key=lambda s: (s.day, s.direction != "USA_on_CHN"))


def _direction(table: IntervalTable, name: str, first: int, last: int) -> list[Step]:
    importer, exporter = DIRECTIONS[name]
    lines = load_lines(importer)
    mine = [r for r in table.rows if r.measure.has_lines and r.measure.hits(exporter, importer)]
    days = {r.start for r in mine} | {r.end for r in mine} | set(lines.list_days())
    # Lines that the law treats alike are worked out once; a rule by code prefix may part them.
    by_prefix = any(r.only or r.but for r in mine)
    index, value = (None, lines.value) if by_prefix else lines.alike()
    whole = float(lines.value.sum()) + lines.value_outside
    out: list[Step] = []
    before: dict[str, float] = {}
    held: dict[str, tuple[float, str]] = {}
    for day in sorted({first} | {d for d in days if first < d <= last}):
        law = stack(
            table, lines, day, exporter=exporter, importer=importer, index=index,
            claim_exclusions="coverage",
        )  # fmt: skip
        share = value / whole
        families = averages(law, share)
        if out and not any(abs(families[f] - before[f]) > STEP for f in families):
            continue
        parts = _by_measure(law, share)
        total = sum(families.values())
        labels = _labels(held, parts)
        out.append(Step(day, name, total, families, _headline(law), labels))
        before, held = families, parts
    return out


def _by_measure(law: Stack, share: np.ndarray) -> dict[str, tuple[float, str]]:
    """Contribution of each measure to the average, with its title and rate in words."""
    out: dict[str, tuple[float, str]] = {}
    for part in law.parts:
        row = part.interval
        rate = "" if row.column or row.floor else f" {percent(row.rate):g}%"
        out[row.measure.title] = (float((part.duty * share).sum()), rate)
    return out


def _labels(
    before: dict[str, tuple[float, str]], now: dict[str, tuple[float, str]]
) -> tuple[str, ...]:
    """What moved the average, the largest first: title, and rate or "ended"."""
    moved: list[tuple[float, str]] = []
    for title in {**before, **now}:
        old, new = before.get(title, (0.0, "")), now.get(title, (0.0, " ended"))
        if abs(new[0] - old[0]) > STEP:
            moved.append((-abs(new[0] - old[0]), title + new[1]))
    return tuple(text for _, text in sorted(moved))


def averages(law: Stack, share: np.ndarray) -> dict[str, float]:
    """Average statutory rate by family, fractions; `share` [line] of all trade behind each line."""
    found = {k: float((v * share).sum()) for k, v in law.by_family().items()}
    return {f: found.get(f, 0.0) for f in FAMILIES}


def _headline(law: Stack) -> float:
    everywhere = [
        p.interval.rate
        for p in law.parts
        if "all" in p.interval.measure.products and p.interval.measure.authority != "mfn"
        and p.interval.column is None
    ]  # fmt: skip
    lists = [p.interval.rate for p in law.parts if p.interval.measure.id in HEADLINE_LISTS]
    return float(np.sum(everywhere) + max(lists, default=0.0))
