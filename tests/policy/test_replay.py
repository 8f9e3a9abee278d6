"""Replay: old law plus what followed is the law of today; overlays as an algebra."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradetalks import policy
from tradetalks.policy import IntervalTable, Ledger, overlays
from tradetalks.policy.intervals import build_table
from tradetalks.policy.ledger import FOREVER, day_number, iso, load_ledger

LEDGER = load_ledger()
ANNOUNCED = sorted({e.announced for m in LEDGER.measures for e in m.events})
ON = st.integers(day_number("2018-03-01"), day_number("2027-06-30"))
WHO = st.sampled_from(
    ["us-ieepa-reciprocal", "cn-retaliation-reciprocal", "section_122", "s301_forced_labour"]
)


def cut(known: int) -> Ledger:
    """The ledger as it would have been written on a day: later events are not in it at all."""
    return replace(
        LEDGER,
        measures=tuple(
            replace(m, events=tuple(e for e in m.events if e.announced <= known))
            for m in LEDGER.measures
        ),
    )


def law(table: IntervalTable, day: int | None = None) -> list[tuple[object, ...]]:
    """Rates and states by measure, on a day or over all time; stretches alike are joined."""
    rows = table.rows if day is None else table.active(day)
    found: list[list[object]] = []
    for r in sorted(rows, key=lambda r: (r.measure.id, str(r.only), str(r.but), r.start)):
        what = [r.measure.id, r.state, r.rate, r.column, r.floor, r.sleeping, r.only, r.but]
        if found and found[-1][:-2] == what and found[-1][-1] == r.start:
            found[-1][-1] = r.end
        else:
            found.append([*what, r.start, r.end])
    return [tuple(row[:-2] if day is not None else row) for row in found]


@given(st.sampled_from(ANNOUNCED))
@settings(deadline=None, max_examples=25)
def test_an_old_ledger_is_the_new_one_as_known_then(known):
    for reading in ("enacted", "announced"):
        old = build_table(cut(known), reading)
        assert law(old) == law(build_table(law=reading, as_known_on=known))


@pytest.mark.parametrize("direction", ["USA_on_CHN", "CHN_on_USA"])
@pytest.mark.parametrize("on", ["2019-12-31", "2025-04-20", "2026-10-05"])
def test_old_law_and_all_events_since_are_the_last_schedule(on, direction):
    """Start from the ledger of 2018-12-31, add what each day announced, read the last schedule."""
    day = day_number(on)
    last = policy.schedule(day, direction)
    ledger = cut(day_number("2018-12-31"))
    for known in [d for d in ANNOUNCED if d > day_number("2018-12-31")]:
        new = {m.id: tuple(e for e in m.events if e.announced == known) for m in LEDGER.measures}
        ledger = replace(
            ledger,
            measures=tuple(replace(m, events=m.events + new[m.id]) for m in ledger.measures),
        )
    assert np.array_equal(
        policy.schedule(day, direction, table=build_table(ledger)).rate, last.rate
    )
    known = policy.schedule(day, direction, as_known_on=iso(ANNOUNCED[-1]))
    assert np.array_equal(known.rate, last.rate)
    overlaid = policy.schedule(
        day, direction, as_known_on="2018-12-31", overlays=[overlays.replay(iso(ANNOUNCED[-1]))]
    )
    assert np.array_equal(overlaid.rate, last.rate)


def test_forgetting_matters():
    """Otherwise the tests above could not fail."""
    assert law(build_table(as_known_on=day_number("2025-07-01"))) != law(build_table())


@given(day=ON, who=WHO)
def test_lapse_and_extend(day, who):
    """The last word counts: extended then lapsed is lapsed, lapsed then extended sleeps on."""
    table, end = build_table(as_known_on=day_number("2026-10-05")), "2028-01-01"
    longer = overlays.extend(who, end)
    lapsed = overlays.lapse(who, iso(day))
    both = lapsed(longer(table))
    assert not any(r.asleep for r in both.active(day) if r in chosen(both, who))
    assert law(overlays.lapse(who, iso(day))(both)) == law(both)  # a second time does nothing
    assert law(longer(longer(table))) == law(longer(table))
    again = longer(lapsed(table))
    void = any(r.state == "void" for r in chosen(table, who))
    if not void and any(r.asleep for r in chosen(table, who) if r.start < day < r.end):
        assert any(r.asleep for r in again.active(day) if r in chosen(again, who))


def test_what_is_void_cannot_be_extended():
    table = overlays.extend("us-ieepa-reciprocal", "2028-01-01")(build_table())
    assert law(table) == law(build_table())
    assert not [r for r in chosen(table, "us-ieepa-reciprocal") if r.end > day_number("2026-02-24")]


def chosen(table: IntervalTable, who: str):
    return [r for r in table.rows if who in (r.measure.id, r.measure.authority, r.measure.family)]


@given(day=ON, later=st.integers(0, 400), who=WHO)
def test_what_is_struck_down_stays_down(day, later, who):
    struck = overlays.strike(who, iso(day))(build_table())
    assert not any(r.end > day for r in chosen(struck, who))
    for overlay in (
        overlays.lapse(who, iso(day + later)),
        overlays.scale(who, 2.0, iso(day + later)),
        overlays.set_rate(who, 0.5, iso(day + later)),
        overlays.strike(who, iso(day + later)),
    ):
        if chosen(struck, who):
            assert law(overlay(struck)) == law(struck)


@given(day=ON, who=WHO, one=st.floats(0, 4), two=st.floats(0, 4))
def test_scale_and_set(day, who, one, two):
    table, on = build_table(), iso(day)

    def rates(*made: overlays.Overlay) -> list[float]:
        return [r.rate for r in chosen(overlays.apply_all(table, made), who) if r.start >= day]

    both = rates(overlays.scale(who, one, on), overlays.scale(who, two, on))
    assert both == pytest.approx(rates(overlays.scale(who, one * two, on)))
    assert law(overlays.scale(who, 1.0, on)(table), day) == law(table, day)
    half = rates(overlays.set_rate(who, 0.25, on), overlays.scale(who, 2.0, on))
    assert half == rates(overlays.set_rate(who, 0.5, on))
    assert set(rates(overlays.set_rate(who, 0.1, on), overlays.set_rate(who, 0.5, on))) <= {0.5}


@given(day=ON, when=ON)
def test_changes_of_different_measures_commute(day, when):
    one = overlays.strike("s301_forced_labour", iso(day))
    two = overlays.scale("cn-retaliation-reciprocal", 0.5, iso(when))
    table = build_table()
    assert law(one(two(table))) == law(two(one(table)))


def test_replay_forgets_the_overlays_before_it():
    struck = overlays.strike("mfn", "2020-01-01")
    table = overlays.apply_all(build_table(), [struck, overlays.replay("2026-10-05")])
    assert law(table) == law(build_table(as_known_on=day_number("2026-10-05")))
    added = overlays.add(
        0.1, "2026-01-01", importer="USA", exporter="CHN", authority="section_122", name="a"
    )
    gone = overlays.apply_all(build_table(), [added, overlays.strike("section_122", "2025-01-01")])
    assert law(gone) == law(overlays.strike("section_122", "2025-01-01")(build_table()))
    assert FOREVER in {r.end for r in added(build_table()).rows}
