"""`status`: the law on a date: in force, suspended, scheduled, threatened, next deadlines."""

from __future__ import annotations

from datetime import date
from typing import Any

from tradetalks.policy.duties import edge_of_knowledge, percent
from tradetalks.policy.intervals import Interval, IntervalTable, build_table, counts
from tradetalks.policy.ledger import FOREVER, Event, Law, Ledger, Measure, day_number, iso

THREAT_LIVES = 365  # days a threat without a date stays on the list
DUTIES = ("import_duty", "exclusion")


def status(
    on: str | date | int | None = None,
    law: Law = "enacted",
    as_known_on: str | date | int | None = None,
) -> dict[str, Any]:
    """The law of `on` (default today) as it looked that day, as the `status` answer of the docs.

    `as_known_on` defaults to `on`: what was announced later is not in it. Each entry has measure,
    title, authority, since, until, rate_percent (None where the rate is by line or there is none),
    source and evidence; `differs` lists what announced law changes against enacted law.
    """
    day = day_number(date.today() if on is None else on)
    known = day if as_known_on is None else day_number(as_known_on, name="as_known_on")
    table = build_table(law=law, as_known_on=known)
    active = [r for r in table.active(day) if not _empty(r)]
    return {
        "command": "status",
        "as_of": iso(table.ledger.known_until),
        "on": iso(day),
        "law": law,
        "in_force": [_entry(r, table) for r in _ordered(active) if not r.asleep or r.rate],
        "suspended": [_entry(r, table) for r in _ordered(active) if r.asleep],
        "scheduled": scheduled(table, day),
        "threatened": threatened(table.ledger, day, known),
        "deadlines": deadlines(table, day),
        "differs": differences(table, day),
        "warnings": edge_of_knowledge(table, day),
        "assumptions": [],
        "sources": sorted({r.event.source for r in active if r.event.source}),
        "status": "answered",
    }


def _empty(row: Interval) -> bool:
    """Law on the books that does nothing (zero rates); controls have no rate to begin with."""
    if row.measure.kind != "import_duty" or row.measure.channel != "customs":
        return False
    return not (row.rate or row.column or row.floor or row.sleeping or row.sleeping_column)


def _ordered(rows: list[Interval]) -> list[Interval]:
    rank = {"USA": 0, "CHN": 1}
    return sorted(
        rows,
        key=lambda r: (
            r.measure.kind not in DUTIES,
            rank.get(r.measure.imposers[0], 2),
            r.measure.family,
            r.measure.id,
        ),
    )


def _entry(row: Interval, table: IntervalTable) -> dict[str, Any]:
    measure, event = row.measure, row.event
    entry: dict[str, Any] = {
        "measure": measure.id,
        "title": measure.title,
        "imposer": "+".join(measure.imposers),
        "kind": measure.kind,
        "authority": measure.authority,
        "family": measure.family,
        "since": iso(_since(row, table)),
        "until": None if row.end >= FOREVER else iso(row.end),
        "rate_percent": percent(row.rate) if _has_rate(row) else None,
        "citation": event.citation,
        "source": event.source or None,
        "evidence": event.evidence,
    }
    if row.floor is not None:
        entry["rate_percent"], entry["floor_to_percent"] = None, percent(row.floor)
    if row.sleeping:
        entry["suspended_percent"] = percent(row.sleeping)
    if entry["rate_percent"] is None and event.text:
        entry["text"] = event.text
    if measure.conditional:
        entry["conditional"] = measure.conditional
    if row.state == "void":
        entry["note"] = "void: still collected, may be refunded"
    if row.by_default:
        entry["note"] = "back in force because its suspension ended"
    if row.start >= table.ledger.outcome_unknown_from:
        entry["outcome"] = "scheduled, outcome unknown"
    return entry


def _has_rate(row: Interval) -> bool:
    measure = row.measure
    return measure.kind == "import_duty" and measure.channel == "customs" and not row.column


def _since(row: Interval, table: IntervalTable) -> int:
    """First day of the unbroken stretch with this rate and state."""
    start = row.start
    for earlier in reversed(table.of(row.measure.id)):
        same = (earlier.rate, earlier.column, earlier.state) == (row.rate, row.column, row.state)
        if earlier.end == start and same:
            start = earlier.start
    return start


def rate_words(row: Interval | None) -> str:
    """The rate of an interval in words."""
    if row is None:
        return "nothing"
    if row.column:
        return "rates by line"
    if row.floor is not None:
        return f"up to {percent(row.floor):g}% in total"
    if row.measure.kind not in DUTIES or row.measure.channel != "customs":
        return "suspended" if row.asleep else "in force"
    return f"{percent(row.rate):g}%"


def scheduled(table: IntervalTable, day: int) -> list[dict[str, Any]]:
    """Steps after `day` that the law already holds, by date."""
    rows = []
    for row in table.rows:
        if row.start <= day or _empty(row):
            continue
        before = next((r for r in table.of(row.measure.id) if r.end == row.start), None)
        if before and (before.rate, before.column, before.state) == (
            row.rate,
            row.column,
            row.state,
        ):
            continue
        entry = _entry(row, table) | {"effective": iso(row.start)}
        change = f"{rate_words(before)} becomes {rate_words(row)}"
        entry["change"] = change if before else f"{rate_words(row)} begins"
        rows.append(entry)
    return sorted(rows, key=lambda r: (r["effective"], r["measure"]))


def threatened(ledger: Ledger, day: int, known: int) -> list[dict[str, Any]]:
    """Threats announced by `day` and neither cancelled, carried out nor grown old."""
    out = []
    for measure in ledger.measures:
        events = [e for e in measure.events if e.announced <= min(day, known)]
        for number, event in enumerate(events):
            if event.kind != "threat" or _settled(events[number + 1 :], event):
                continue
            dated = event.effective > event.announced
            if day > (event.effective if dated else event.announced + THREAT_LIVES):
                continue
            out.append(
                {
                    "measure": measure.id,
                    "title": measure.title,
                    "imposer": "+".join(measure.imposers),
                    "authority": measure.authority,
                    "announced": iso(event.announced),
                    "effective": iso(event.effective) if dated else None,
                    "text": event.text,
                    "source": event.source or None,
                    "evidence": event.evidence,
                }
            )
    return sorted(out, key=lambda r: r["announced"], reverse=True)


def _settled(later: list[Event], threat: Event) -> bool:
    return any(
        e.kind == "cancel" or (e.kind in ("impose", "modify") and e.effective >= threat.effective)
        for e in later
    )


def deadlines(table: IntervalTable, day: int) -> list[dict[str, Any]]:
    """Dates on which something changes by itself, with what happens by default."""
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for row in table.rows:
        measure = row.measure
        if row.end <= day or (_empty(row) and not row.asleep):
            continue
        if row.start <= day and row.end < FOREVER:
            after = next((r for r in table.of(measure.id) if r.start == row.end), None)
            if after and _same(row, after):
                continue  # it goes on: the date that counts is a later one
            rows.setdefault((row.end, measure.id), _deadline(row.end, measure, row, after, table))
        elif row.start > day and not row.by_default:
            before = next((r for r in table.of(measure.id) if r.end == row.start), None)
            if before is None or not (before.asleep or _same(before, row)):
                rows.setdefault(
                    (row.start, measure.id), _deadline(row.start, measure, before, row, table)
                )
        if row.asleep and row.start > day and row.end < FOREVER:
            after = next((r for r in table.of(measure.id) if r.start == row.end), None)
            rows.setdefault((row.end, measure.id), _deadline(row.end, measure, row, after, table))
    return [rows[key] for key in sorted(rows)]


def _deadline(
    when: int,
    measure: Measure,
    before: Interval | None,
    after: Interval | None,
    table: IntervalTable,
) -> dict[str, Any]:
    event = (after or before).event  # type: ignore[union-attr]
    if before and before.asleep and after:
        if before.sleeping:
            words = (
                f"the suspended {percent(before.sleeping):g} points come back: "
                f"{rate_words(before)} becomes {rate_words(after)}"
            )
        elif before.sleeping_column:
            words = "the suspended rates come back"
        else:
            words = "the suspension ends and the measure applies again"
    elif after is None:
        words = "the exclusions end" if measure.kind == "exclusion" else "it ends"
    elif before is None:
        words = f"{rate_words(after)} begins"
    else:
        words = f"{rate_words(before)} becomes {rate_words(after)}"
    out = {
        "date": iso(when),
        "measure": measure.id,
        "title": measure.title,
        "imposer": "+".join(measure.imposers),
        "by_default": words,
        "source": event.source or None,
        "evidence": event.evidence,
    }
    if when >= table.ledger.outcome_unknown_from:
        out["outcome"] = "scheduled, outcome unknown"
    said = _statement_on(measure, when, table.as_known_on) if table.law == "enacted" else None
    if said:
        until = "" if said.until >= FOREVER else f" to {iso(said.until)}"
        out["announced"] = (
            f"extension{until} announced {iso(said.announced)}, no legal act documented"
        )
        out["announced_source"], out["announced_evidence"] = said.source or None, said.evidence
    return out


def _statement_on(measure: Measure, when: int, known: int) -> Event | None:
    return next(
        (
            e
            for e in measure.events
            if e.effective == when
            and e.kind in ("extend", "suspend")
            and counts(e, "announced", known)
            and not e.enacted
        ),
        None,
    )


def differences(table: IntervalTable, day: int) -> list[dict[str, Any]]:
    """Measures whose enacted and announced readings differ on `day` or later."""
    other = build_table(table.ledger, "announced", table.as_known_on)
    enacted = build_table(table.ledger, "enacted", table.as_known_on)
    out = []
    for measure in table.ledger.measures:
        spoken = [
            e for e in measure.events
            if not e.enacted and e.kind not in ("announce", "threat", "cancel")
            and counts(e, "announced", table.as_known_on)
        ]  # fmt: skip
        for event in spoken:
            if min(event.until, FOREVER) <= day:
                continue
            when = max(event.effective, day)
            by_law = next((r for r in enacted.active(when) if r.measure is measure), None)
            by_word = next((r for r in other.active(when) if r.measure is measure), None)
            if _same(by_law, by_word):
                continue
            out.append(
                {
                    "measure": measure.id,
                    "title": measure.title,
                    "from": iso(event.effective),
                    "until": None if event.until >= FOREVER else iso(event.until),
                    "enacted": rate_words(by_law),
                    "announced": rate_words(by_word),
                    "legal_act": "not documented",
                    "source": event.source or None,
                    "evidence": event.evidence,
                }
            )
    return out


def _same(a: Interval | None, b: Interval | None) -> bool:
    if a is None or b is None:
        return a is b
    return (a.rate, a.column, a.state, a.floor) == (b.rate, b.column, b.state, b.floor)
