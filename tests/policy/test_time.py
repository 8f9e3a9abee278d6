"""Time: intervals from events, what was known when, enacted and announced, overlays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks import policy
from tradetalks.errors import BadInput, BadNumber, UnknownName
from tradetalks.policy import overlays
from tradetalks.policy.intervals import Interval, build_table, fold
from tradetalks.policy.ledger import FIRST_DAY, FOREVER, Event, Measure, day_number, iso
from tradetalks.policy.stacking import stack


def event(kind: str, effective: str, announced: str | None = None, **more: object) -> Event:
    start = day_number(effective)
    told = day_number(announced) if announced else start
    if "until" in more:
        more["until"] = day_number(str(more["until"]))
    return Event(kind, told, start, citation="a law", evidence="V",
                 **({"until": FOREVER} | more))  # type: ignore[arg-type]  # fmt: skip


def measure(*events: Event) -> Measure:
    return Measure(
        id="m", title="M", imposers=("USA",), targets=("CHN",), authority="section_122",
        family="s122", kind="import_duty", legal_basis="a law", products=("all",), events=events,
    )  # fmt: skip


def shape(rows: list[Interval]) -> list[tuple[str, str, float, float, str]]:
    return [
        (iso(r.start), "" if r.end >= FOREVER else iso(r.end), r.rate, r.sleeping, r.state)
        for r in sorted(rows, key=lambda r: r.start)
    ]


TRUCE = measure(
    event("impose", "2025-04-05", rate=1.25),
    event("suspend", "2025-05-14", until="2025-08-12", rate=0.10, sleeping=0.24),
    event("extend", "2025-08-12", "2025-08-11", until="2025-11-10"),
)


def test_a_suspension_comes_back_by_itself() -> None:
    assert shape(fold(TRUCE, as_known_on=day_number("2025-07-01"))) == [
        ("2025-04-05", "2025-05-14", 1.25, 0.0, "in_force"),
        ("2025-05-14", "2025-08-12", 0.10, 0.24, "suspended"),
        ("2025-08-12", "", 0.34, 0.0, "in_force"),
    ]


def test_an_extension_moves_the_day() -> None:
    assert shape(fold(TRUCE))[1:] == [
        ("2025-05-14", "2025-08-12", 0.10, 0.24, "suspended"),
        ("2025-08-12", "2025-11-10", 0.10, 0.24, "suspended"),
        ("2025-11-10", "", 0.34, 0.0, "in_force"),
    ]


def test_until_is_exclusive() -> None:
    rows = fold(measure(event("impose", "2026-02-24", rate=0.1, until="2026-07-24")))
    table = replace(build_table(), rows=tuple(rows))
    assert table.active(day_number("2026-07-23"))
    assert not table.active(day_number("2026-07-24"))


def test_void_keeps_the_duty_until_collection_ends_and_wakes_nothing() -> None:
    held_void = event("void", "2025-06-01", collection_ended=day_number("2025-06-05"))
    rows = fold(measure(*TRUCE.events[:2], held_void))
    assert shape(rows)[1:] == [
        ("2025-05-14", "2025-06-01", 0.10, 0.24, "suspended"),
        ("2025-06-01", "2025-06-05", 0.10, 0.0, "void"),
    ]


def test_a_step_announced_before_the_suspension_it_falls_into_sleeps_with_it() -> None:
    rows = fold(measure(
        event("impose", "2025-11-08", "2025-10-09"),
        event("suspend", "2025-11-07", until="2026-11-10"),
    ))  # fmt: skip
    assert [s[:2] + s[4:] for s in shape(rows)] == [
        ("2025-11-07", "2026-11-10", "suspended"),
        ("2026-11-10", "", "in_force"),
    ]


def test_second_hand_evidence_never_counts_as_enacted() -> None:
    spoken = replace(TRUCE.events[2], evidence="S")
    told = replace(TRUCE.events[2], statement=True)
    for last in (spoken, told):
        m = measure(*TRUCE.events[:2], last)
        assert shape(fold(m, "enacted"))[-1][2] == 0.34
        assert shape(fold(m, "enacted"))[-1][0] == "2025-08-12"
        assert shape(fold(m, "announced"))[-1][0] == "2025-11-10"


def test_as_known_on_forgets_retroactive_exemptions() -> None:
    line, day = "8471.30.01", "2025-04-07"
    assert policy.duty(line, day)["total_percent"] == 20.0
    assert policy.duty(line, day, as_known_on="2025-04-10")["total_percent"] == 30.0


def test_the_announced_extension_is_not_law() -> None:
    line = {"line": "8802.40", "on": "2026-12-01", "exporter": "USA", "importer": "CHN"}
    enacted, announced = (policy.duty(**line, law=law) for law in ("enacted", "announced"))  # type: ignore[arg-type]
    rates = [
        next(c["rate_percent"] for c in a["contributions"]
             if c["measure"] == "cn-retaliation-reciprocal")
        for a in (enacted, announced)
    ]  # fmt: skip
    assert rates == [34.0, 10.0]
    assert any("announced without a documented legal act" in w for w in enacted["warnings"])
    assert any("scheduled" in w and "outcome unknown" in w for w in enacted["warnings"])


def test_the_edge_of_knowledge_is_said() -> None:
    assert not [w for w in policy.duty("6109.10.00", "2026-10-05")["warnings"] if "known to" in w]
    late = policy.duty("6109.10.00", "2026-11-21")["warnings"]
    assert late[0].startswith("Law known to 2026-10-05")
    assert "outcome unknown" in late[1]


@given(day=st.integers(FIRST_DAY, day_number("2028-12-31")))
def test_at_most_one_interval_of_a_measure_holds_on_a_day(day: int) -> None:
    for law in ("enacted", "announced"):
        ids = [r.measure.id for r in build_table(law=law).active(day)]  # type: ignore[arg-type]
        assert len(ids) == len(set(ids))


@given(day=st.integers(FIRST_DAY, day_number("2026-10-05")))
def test_what_was_known_on_a_day_about_that_day_agrees_unless_retroactive(day: int) -> None:
    later = build_table()
    then = build_table(as_known_on=day)
    mine = {r.measure.id: r for r in then.active(day)}
    for row in later.active(day):
        if row.event.announced <= day:
            assert mine[row.measure.id].rate == row.rate


@given(day=st.integers(FIRST_DAY, day_number("2028-12-31")), at=st.integers(0, 19_000))
def test_one_line_and_all_lines_agree(day: int, at: int) -> None:
    lines = policy.load_lines("USA")
    pair = {"exporter": "CHN", "importer": "USA"}
    whole = stack(build_table(), lines, day, **pair)
    one = stack(build_table(), lines, day, index=np.array([at]), **pair)
    assert one.total[0] == pytest.approx(whole.total[at], abs=1e-12)
    assert sum(v[0] for v in one.by_family().values()) == pytest.approx(one.total[0], abs=1e-12)
    assert (whole.total >= 0).all()
    assert all(((p.base >= 0) & (p.base <= 1)).all() for p in whole.parts)


def test_overlays() -> None:
    table = build_table()
    day = "2025-06-01"

    def recip(t: policy.IntervalTable, on: str = day) -> float:
        rows = policy.duty("6109.10.00", on, table=t)["contributions"]
        return sum(r["rate_percent"] for r in rows if r["authority"] == "ieepa_reciprocal")

    assert recip(table) == 10
    assert recip(overlays.lapse("us-ieepa-reciprocal", on="2025-05-20")(table)) == 34
    assert recip(overlays.lapse("us-ieepa-reciprocal", on="2025-07-01")(table)) == 10
    assert recip(overlays.strike("ieepa_reciprocal", on="2025-05-20")(table)) == 0
    assert recip(overlays.scale("ieepa_reciprocal", 2.0, on=day)(table)) == 20
    assert recip(overlays.set_rate("ieepa_reciprocal", 0.5, on=day, products=["61"])(table)) == 50
    assert recip(overlays.set_rate("ieepa_reciprocal", 0.5, on=day, products=["62"])(table)) == 10
    known = overlays.replay("2025-07-01")(table)
    assert recip(known, "2025-09-01") == 34
    assert recip(overlays.extend("us-ieepa-reciprocal", "2025-10-01")(known), "2025-09-01") == 10
    assert recip(overlays.extend("us-ieepa-reciprocal", "2025-10-01")(known), "2025-10-01") == 34
    assert recip(table) == 10  # overlays change nothing in place


def test_overlay_add_and_order() -> None:
    extra = overlays.add(0.07, "2026-08-01", importer="USA", exporter="CHN",
                         authority="section_301_excess_capacity", products=["6109"])  # fmt: skip
    table = overlays.apply_all(build_table(), [extra])
    assert policy.duty("6109.10.00", "2026-08-02", table=table)["total_percent"] == 43.5
    plain = policy.duty("6110.20.20", "2026-08-02", table=build_table())
    assert policy.duty("6110.20.20", "2026-08-02", table=table) == plain
    s = policy.schedule("2026-08-02", overlays=[extra])
    assert s.statutory() > policy.schedule("2026-08-02").statutory()


def test_overlay_mistakes_are_named() -> None:
    table = build_table()
    with pytest.raises(UnknownName, match="unknown measure or authority 'ieepa_recip'"):
        overlays.strike("ieepa_recip", "2025-05-01")(table)
    with pytest.raises(BadNumber, match=r"Write 25% as 0\.25"):
        overlays.set_rate("section_122", 25, "2026-03-01")
    with pytest.raises(BadInput, match="rate by line and cannot be scaled"):
        overlays.scale("us-mfn", 2, "2025-01-01")(table)
    with pytest.raises(BadNumber, match="negative"):
        overlays.scale("section_122", -1, "2026-03-01")


def test_schedule_by_sector_is_exact_under_ces() -> None:
    s = policy.schedule("2025-04-20")
    found = s.by_sector(2.5)["26"]
    # Electronics in April 2025 (design page): mean 54%, right number 38 (sigma 2.5), 31 (sigma 5).
    assert found.statutory == pytest.approx(0.54, abs=0.01)
    assert found.price == pytest.approx(0.38, abs=0.01)
    assert s.by_sector(5.0)["26"].price == pytest.approx(0.31, abs=0.01)
    assert found.sales < found.price < found.statutory
    flat = policy.schedules.sector_rate(  # type: ignore[attr-defined]
        s.lines.value[:5] + 1, s.rate[:5] * 0 + 0.2, s.rate[:5] * 0, 2.5
    )
    assert (flat.price, flat.sales) == (pytest.approx(0.2), pytest.approx(0.2))


def test_every_line_has_a_sector() -> None:
    from tradetalks.codes import sectors

    for importer in ("USA", "CHN"):
        lines = policy.load_lines(importer)
        named = policy.schedules.line_sectors(lines)  # type: ignore[attr-defined]
        assert len(named) == len(lines)
        assert set(named) <= set(sectors())


def test_status_of_july_2025_is_what_was_known_then() -> None:
    s = policy.status("2025-07-01")
    mine = next(d for d in s["deadlines"] if d["measure"] == "us-ieepa-reciprocal")
    assert mine["date"] == "2025-08-12"
    assert mine["by_default"] == "the suspended 24 points come back: 10% becomes 34%"
    assert "us-ieepa-reciprocal" in {r["measure"] for r in s["suspended"]}
    assert not s["warnings"]


def test_status_says_where_enacted_and_announced_differ() -> None:
    s = policy.status("2026-10-05")
    row = next(r for r in s["differs"] if r["measure"] == "cn-retaliation-reciprocal")
    assert (row["enacted"], row["announced"], row["evidence"]) == ("34%", "10%", "S")
    due = next(d for d in s["deadlines"] if d["measure"] == "cn-retaliation-reciprocal")
    assert due["date"] == "2026-11-10"
    assert "no legal act documented" in due["announced"]
    assert due["outcome"] == "scheduled, outcome unknown"
    said = policy.status("2026-11-21", law="announced")
    assert "cn-retaliation-reciprocal" in {r["measure"] for r in said["suspended"]}


def test_status_of_a_threat_that_passed() -> None:
    assert "us-ieepa-reciprocal" in {
        t["measure"] for t in policy.status("2025-10-15")["threatened"]
    }
    assert "us-ieepa-reciprocal" not in {
        t["measure"] for t in policy.status("2025-10-31")["threatened"]
    }


@pytest.mark.parametrize("on", ["2018-01-01", "2020-02-14", "2024-12-31", date.today().isoformat()])
def test_status_answers_any_day(on: str) -> None:
    s = policy.status(on)
    assert s["in_force"]
    for part in ("in_force", "suspended", "scheduled"):
        assert all(r["evidence"] for r in s[part])


def test_every_contribution_has_source_and_evidence() -> None:
    for line, on in (("8505.11.00", "2025-05-20"), ("8703.80", "2025-12-01")):
        for c in policy.duty(line, on)["contributions"]:
            assert c["source"].startswith("http")
            assert c["evidence"] in "VOSPUD"
            assert c["citation"]
