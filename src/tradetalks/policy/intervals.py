"""Events folded into intervals: what each measure's rate is, and what sleeps, on every day.

An interval table is the law under one reading (enacted or announced, as known on a day). All
that follows (duties, schedules, status, overlays) is a pure function of such a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from tradetalks.errors import unknown_name
from tradetalks.policy.ledger import FOREVER, Event, Law, Ledger, Measure, load_ledger

WITHOUT_EFFECT = frozenset({"announce", "threat", "cancel"})
State = Literal["in_force", "suspended", "void"]


@dataclass(frozen=True, slots=True)
class Interval:
    """One measure from `start` to `end` (exclusive): the rate due and the part that sleeps.

    `rate` and `sleeping` are fractions; `column` names a rate by line in the line table instead.
    `floor` is a total, MFN included, up to which the measure tops the duty up. `only` and `but`
    restrict it to, or leave out, code prefixes (overlays set them). `by_default` marks what
    returns by itself when a suspension ends.
    """

    measure: Measure
    start: int
    end: int
    event: Event
    state: State = "in_force"
    rate: float = 0.0
    column: str | None = None
    floor: float | None = None
    sleeping: float = 0.0
    sleeping_column: str | None = None
    by_default: bool = False
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    @property
    def asleep(self) -> bool:
        """Whether some part of it is suspended."""
        return self.state == "suspended"


@dataclass(frozen=True, eq=False)
class IntervalTable:
    """All intervals of one reading of the law, with the reading beside them."""

    ledger: Ledger
    rows: tuple[Interval, ...]
    law: Law
    as_known_on: int = FOREVER

    def active(self, day: int) -> list[Interval]:
        """Intervals that hold on `day`."""
        return [r for r in self.rows if r.start <= day < r.end]

    def with_rows(self, rows: Iterable[Interval]) -> IntervalTable:
        """The same reading with other intervals (empty ones dropped)."""
        return replace(self, rows=tuple(r for r in rows if r.start < r.end))

    def of(self, measure: str) -> list[Interval]:
        """Intervals of one measure, by start."""
        return sorted((r for r in self.rows if r.measure.id == measure), key=lambda r: r.start)

    def days(self) -> list[int]:
        """Every day on which some interval begins or ends."""
        found = {r.start for r in self.rows} | {r.end for r in self.rows}
        return sorted(d for d in found if 0 < d < FOREVER)


def counts(event: Event, law: Law, as_known_on: int) -> bool:
    """Whether an event is part of this reading of the law."""
    return event.announced <= as_known_on and (law == "announced" or event.enacted)


def fold(measure: Measure, law: Law = "enacted", as_known_on: int = FOREVER) -> list[Interval]:
    """Intervals of one measure: each event overwrites the future from its effective day on."""
    events = [e for e in measure.events if counts(e, law, as_known_on)]
    events = [e for e in events if e.kind not in WITHOUT_EFFECT]
    rows: list[Interval] = []
    for event in sorted(events, key=lambda e: (e.effective, e.announced)):
        # The state on the eve: an extension that starts where a suspension ends continues it.
        now = next((r for r in rows if r.start <= event.effective < r.end), None)
        eve = next((r for r in rows if r.start < event.effective <= r.end), None)
        if now and now.asleep and event.announced < now.event.announced:
            continue  # a step announced before the suspension it falls into sleeps with it
        follow = _follow(measure, event, eve if event.kind == "extend" else now)
        rows = [replace(r, end=min(r.end, event.effective)) for r in rows]
        rows = [r for r in rows if r.start < r.end] + follow
    return rows


def _follow(measure: Measure, event: Event, before: Interval | None) -> list[Interval]:
    """Intervals that an event lays down from its effective day on."""
    start, until = event.effective, event.until
    base = Interval(measure, start, until, event)
    match event.kind:
        case "impose" | "modify" | "exclude" | "resume":
            rate = event.rate
            if event.kind == "resume" and rate is None and before:
                rate = round(before.rate + before.sleeping, 8)
            return [replace(base, rate=rate or 0.0, column=event.column, floor=event.floor)]
        case "suspend":
            held = replace(
                base,
                state="suspended",
                rate=event.rate or 0.0,
                sleeping=event.sleeping,
                sleeping_column=event.sleeping_column,
            )
            return [held, *_returns(held, until)]
        case "extend":
            if before is None:
                return []
            held = replace(before, start=start, end=until, event=event, by_default=False)
            return [held, *(_returns(held, until) if before.asleep else [])]
        case "void":
            if before is None:
                return []
            paid = replace(before, start=start, end=event.collection_ended, event=event)
            return [replace(paid, state="void", sleeping=0.0, sleeping_column=None)]
        case _:
            return []


def _returns(held: Interval, until: int) -> list[Interval]:
    """What comes back by itself on the day a suspension ends."""
    if until >= FOREVER:
        return []
    return [awake(replace(held, start=until, end=FOREVER, by_default=True))]


def awake(row: Interval) -> Interval:
    """The interval with its sleeping part back in force."""
    return replace(
        row,
        state="in_force",
        rate=round(row.rate + row.sleeping, 8),
        column=row.sleeping_column or row.column,
        sleeping=0.0,
        sleeping_column=None,
    )


def build_table(
    ledger: Ledger | None = None, law: Law = "enacted", as_known_on: int = FOREVER
) -> IntervalTable:
    """The law as an interval table under one reading."""
    if law not in ("enacted", "announced"):
        raise unknown_name("law", str(law), ("enacted", "announced"))
    ledger = ledger or load_ledger()
    if ledger is load_ledger():
        return _shipped(law, as_known_on)
    return _built(_Same(ledger), law, as_known_on)


class _Same:
    """A ledger by identity: equal to itself alone, cheap to compare."""

    __slots__ = ("ledger",)

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.ledger is self.ledger

    def __hash__(self) -> int:
        return id(self.ledger)


@lru_cache(maxsize=16)
def _built(of: _Same, law: Law, as_known_on: int) -> IntervalTable:
    return _build(of.ledger, law, as_known_on)


@lru_cache(maxsize=64)
def _shipped(law: Law, as_known_on: int) -> IntervalTable:
    return _build(load_ledger(), law, as_known_on)


def _build(ledger: Ledger, law: Law, as_known_on: int) -> IntervalTable:
    rows = tuple(r for m in ledger.measures for r in fold(m, law, as_known_on))
    return IntervalTable(ledger, rows, law, as_known_on)
