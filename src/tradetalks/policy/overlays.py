"""Overlays: what-ifs as pure functions from one interval table to another.

A scenario is an overlay on a date's law, never a copy of it. `who` is a measure id, an authority
id or a family (`timeline`'s names); days are ISO dates; rates are fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tradetalks.errors import BadInput, BadNumber, unknown_name
from tradetalks.policy.intervals import Interval, IntervalTable, awake, build_table
from tradetalks.policy.ledger import FOREVER, Event, Measure, day_number
from tradetalks.policy.lines import clean_code

_WITH = ("HKG", "MAC")
"""Customs territories that some orders name together with China."""

Overlay = Callable[[IntervalTable], IntervalTable]


def lapse(who: str | None = None, on: str | None = None) -> Overlay:
    """Suspensions end on `on` (default: have never been): the sleeping part comes back."""

    def apply(table: IntervalTable) -> IntervalTable:
        chosen = _choose(table, who)
        day = day_number(on) if on else 0
        rows: list[Interval] = []
        for row in table.rows:
            if row.measure.id in chosen and row.asleep and row.end > day:
                rows.append(replace(row, end=max(row.start, day)))
                rows.append(awake(replace(row, start=max(row.start, day), by_default=True)))
            else:
                rows.append(row)
        return table.with_rows(rows)

    return apply


def extend(who: str, until: str) -> Overlay:
    """What runs (a suspension, or a measure with an end) goes on to `until` (exclusive).

    What is held void goes on to that day at most.
    """

    def apply(table: IntervalTable) -> IntervalTable:
        chosen, end = _choose(table, who), day_number(until, name="until")
        rows = list(table.rows)
        # a measure and its variants for other partners share an id, not their events
        for measure in dict.fromkeys(r.measure for r in table.rows if r.measure.id in chosen):
            all_own = [r for r in table.of(measure.id) if r.measure is measure]
            void = [r for r in all_own if r.state == "void"]
            own = [r for r in all_own if r.state != "void"]
            stop = min([end, *(r.start for r in void)])
            bounded = [r for r in own if r.end < FOREVER and (r.asleep or r is own[-1])]
            if not bounded or bounded[-1].end >= stop:
                continue
            last = bounded[-1]
            rows = [r for r in rows if r.measure is not measure]
            rows += [*void, *(r for r in own if r.end <= last.start), replace(last, end=stop)]
            rows += [replace(r, start=max(r.start, stop)) for r in own if r.start >= last.end]
        return table.with_rows(rows)

    return apply


def strike(who: str, on: str, exporter: str | None = None) -> Overlay:
    """An authority struck down: nothing of it is due from `on`, nothing suspended returns.

    With an `exporter` only the duty on that country ends; see `scale`.
    """

    def apply(table: IntervalTable) -> IntervalTable:
        hit, day = _hit(table, who, exporter), day_number(on)
        return table.with_rows(replace(r, end=min(r.end, day)) if hit(r) else r for r in table.rows)

    return apply


def scale(
    who: str, factor: float, on: str, products: Iterable[str] = (), exporter: str | None = None
) -> Overlay:
    """Multiply the scalar rates of `who` by `factor` from `on`, on all its lines or `products`.

    A measure and its variants for other partners share an id: without `exporter` all change, with
    it only the one on that country. Raises `BadInput` where that country has no rate of its own.
    """
    if not factor >= 0:
        raise BadNumber(f"factor {factor} is negative.", cure="Use 0 to remove, 2 to double.")

    def change(row: Interval) -> Interval:
        if row.column is not None:
            raise BadInput(
                f"'{row.measure.id}' has a rate by line and cannot be scaled.",
                cure="Use `set` or `strike` on it.",
            )
        return replace(row, rate=row.rate * factor, sleeping=row.sleeping * factor)

    return _changed(who, on, products, change, exporter)


def set_rate(
    who: str, rate: float, on: str, products: Iterable[str] = (), exporter: str | None = None
) -> Overlay:
    """Set the rate of `who` to `rate` from `on`, on all its lines or `products`; see `scale`."""
    _check_rate(rate)

    def change(row: Interval) -> Interval:
        return replace(
            row, rate=rate, column=None, floor=None, sleeping=0.0, sleeping_column=None,
            state="in_force",
        )  # fmt: skip

    return _changed(who, on, products, change, exporter)


def add(
    rate: float,
    on: str,
    *,
    importer: str,
    exporter: str,
    authority: str,
    until: str | None = None,
    products: Iterable[str] = (),
    name: str = "added",
) -> Overlay:
    """A new additive duty of `importer` on `exporter`, on all lines or prefixes `products`."""
    _check_rate(rate)
    prefixes = tuple(clean_code(p, shortest=2) for p in products)

    def apply(table: IntervalTable) -> IntervalTable:
        if authority not in table.ledger.authorities:
            raise unknown_name("authority", authority, table.ledger.authorities)
        start = day_number(on)
        end = day_number(until, name="until") if until else FOREVER
        event = Event("impose", start, start, end, citation="scenario", evidence="D", rate=rate)
        measure = Measure(
            id=f"scenario-{name}",
            title=f"Scenario: {name}",
            imposers=(importer,),
            targets=(exporter,),
            authority=authority,
            family=table.ledger.authorities[authority][0],
            kind="import_duty",
            legal_basis="scenario",
            products=("all",),
            events=(event,),
        )
        row = Interval(measure, start, end, event, rate=rate, only=prefixes)
        return table.with_rows([*table.rows, row])

    return apply


def replay(as_known_on: str) -> Overlay:
    """The law as it was known on a day: later announcements are forgotten."""

    def apply(table: IntervalTable) -> IntervalTable:
        return build_table(table.ledger, table.law, day_number(as_known_on, name="as_known_on"))

    return apply


def apply_all(table: IntervalTable, overlays: Iterable[Overlay]) -> IntervalTable:
    """Apply overlays from left to right; `replay` forgets those before it, so it comes first."""
    for overlay in overlays:
        table = overlay(table)
    return table


def _changed(
    who: str,
    on: str,
    products: Iterable[str],
    change: Callable[[Interval], Interval],
    exporter: str | None,
) -> Overlay:
    prefixes = tuple(clean_code(p, shortest=2) for p in products)

    def apply(table: IntervalTable) -> IntervalTable:
        hit, day = _hit(table, who, exporter), day_number(on)
        rows: list[Interval] = []
        for row in table.rows:
            if not hit(row) or row.end <= day:
                rows.append(row)
                continue
            rows.append(replace(row, end=max(row.start, day)))
            after = replace(row, start=max(row.start, day))
            if prefixes:
                rows.append(replace(after, but=after.but + prefixes))
                after = replace(after, only=prefixes)
            rows.append(change(after))
        return table.with_rows(rows)

    return apply


def _hit(table: IntervalTable, who: str, exporter: str | None) -> Callable[[Interval], bool]:
    """Return whether a row is one of `who`, and on `exporter` alone if that is given."""
    chosen = _choose(table, who)
    if exporter is None:
        return lambda row: row.measure.id in chosen

    def alone(row: Interval) -> bool:
        targets = row.measure.targets
        return targets is not None and exporter in targets and {*targets} <= {exporter, *_WITH}

    own = {r.measure.id for r in table.rows if alone(r)}
    if shared := sorted(chosen - own):
        raise BadInput(
            f"'{shared[0]}' has no rate for {exporter} alone.",
            cure="Leave out `exporter`, so that it changes for everybody; or name measures that "
            f"fall on {exporter} only.",
        )
    return lambda row: row.measure.id in chosen and alone(row)


def _choose(table: IntervalTable, who: str | None) -> set[str]:
    duties = [m for m in {r.measure.id: r.measure for r in table.rows}.values() if m.family]
    if who is None:
        return {m.id for m in duties}
    chosen = {m.id for m in duties if who in (m.id, m.authority, m.family)}
    if not chosen:
        names = {n for m in duties for n in (m.id, m.authority, m.family)}
        raise unknown_name(
            "measure or authority", who, sorted(names), see="See `tradetalks status`."
        )
    return chosen


def _check_rate(rate: float) -> None:
    if not 0 <= rate <= 10:
        raise BadNumber(
            f"rate {rate} is not a fraction between 0 and 10.", cure="Write 25% as 0.25."
        )
