"""Published numbers: duties on named lines, effective rates by authority, the PIIE steps."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tradetalks import policy
from tradetalks.policy.ledger import day_number
from tradetalks.policy.overlays import set_rate
from tradetalks.policy.stacking import stack
from tradetalks.policy.timelines import steps

# Duty on goods of China over MFN, percent (Budget Lab tests; arithmetic of the measures).
GOLDEN = [
    ("4407.11.00", "2026-04-01", 35.0),
    ("7208.10.15", "2026-04-01", 75.0),
    ("6109.10.00", "2026-04-01", 17.5),
    ("6109.10.00", "2025-02-05", 17.5),
    ("6109.10.00", "2025-03-05", 27.5),
    ("6109.10.00", "2025-04-06", 37.5),
    ("6109.10.00", "2025-04-10", 152.5),
    ("6109.10.00", "2025-05-14", 37.5),
    ("6109.10.00", "2026-02-24", 17.5),
    ("6109.10.00", "2026-07-24", 20.0),
]
# More cases, worked out from the orders (no published figure): see each comment.
BY_THE_ORDERS = [
    ("8517.13.00", "2025-04-20", 20.0),  # phones: fentanyl only, exempt from the reciprocal tariff
    ("7208.10.15", "2025-04-20", 70.0),  # steel 25 + list 25 + fentanyl 20, no reciprocal
    ("7208.10.15", "2025-06-05", 95.0),  # steel doubled
    ("7208.10.15", "2026-08-01", 75.0),  # annex I-A 50 + 25; the forced-labour 301 is displaced
    ("8541.10.00", "2024-12-31", 25.0),  # chips on List 1 until the review
    ("8541.10.00", "2025-01-01", 50.0),
    ("8507.60.00.20", "2024-12-01", 7.5),  # batteries: List 4A
    ("8507.60.00.20", "2026-01-01", 60.0),  # review 25 + auto part 25 + fentanyl 10
    ("4901.99.00", "2025-05-14", 7.5),  # books: informational materials, List 4A only
    ("7411.10.10", "2025-09-01", 95.0),  # copper tubes: 50 on the whole + 25 + 20
    ("9503.00.00", "2025-05-14", 30.0),  # toys: never on a 301 list in force
    ("4011.10.10", "2025-04-20", 45.0),  # tyres: auto parts outside the reciprocal tariff
]
# Fixed 2024 import weights, fractions (Budget Lab at Yale).
EFFECTIVE = {
    "2025-01-01": (0.021619, 0.000675, 0.096178, 0.0, 0.0, 0.0, 0.000194, 0.118666),
    "2025-02-04": (0.021633, 0.000675, 0.096182, 0.0, 0.099143, 0.0, 0.000194, 0.217828),
    "2025-04-05": (0.021633, 0.010715, 0.096182, 0.228359, 0.198287, 0.0, 0.000194, 0.55537),
    "2025-05-14": (0.021633, 0.029811, 0.096182, 0.059885, 0.198287, 0.0, 0.000194, 0.405992),
    "2025-08-18": (0.021585, 0.070663, 0.095384, 0.058583, 0.197675, 0.0, 0.000194, 0.444084),
    "2026-01-01": (0.021585, 0.072182, 0.107641, 0.05789, 0.098838, 0.0, 0.000194, 0.35833),
    "2026-02-24": (0.020896, 0.057848, 0.098813, 0.0, 0.0, 0.049173, 0.00019, 0.226921),
}
COLUMNS = ("mfn", "s232", "s301", "ieepa_reciprocal", "ieepa_fentanyl", "s122", "s201")
# Where we part from the published row, with the cause; each is pinned by a test of its own below.
KNOWN_MISSES = {
    ("2025-04-05", "ieepa_reciprocal"),  # 34% was printed in the schedule and never applied
    ("2025-04-05", "total"),
    ("2026-02-24", "s301"),  # nothing of Section 301 ended that day: codes lost in a revision
}
# PIIE, percent; 2018-07-06 (US) is marked "ordering only", 2025-01-20 has no legal step behind it.
PIIE_US = [
    ("2018-01-01", 3.1), ("2018-09-24", 12.0), ("2019-09-01", 21.0), ("2020-02-14", 19.3),
    ("2025-01-01", 20.7), ("2025-03-04", 42.1), ("2025-04-10", 124.1), ("2025-05-03", 126.5),
    ("2025-05-14", 51.1), ("2025-08-18", 57.6), ("2025-11-10", 47.5),
]  # fmt: skip
PIIE_CN = [
    ("2018-01-01", 7.993), ("2018-04-02", 8.37), ("2018-05-01", 8.346), ("2018-07-01", 7.23),
    ("2018-07-06", 10.117), ("2018-08-23", 14.363), ("2018-09-24", 18.329),
    ("2018-11-01", 18.159), ("2019-01-01", 16.497), ("2019-06-01", 20.724),
    ("2019-09-01", 21.1), ("2025-04-12", 147.6), ("2025-05-14", 32.6), ("2025-11-10", 31.9),
]  # fmt: skip


def additional(line: str, on: str) -> float | dict[str, float]:
    answer = policy.duty(line, on)
    mfn = sum(c["rate_percent"] for c in answer["contributions"] if c["authority"] == "mfn")
    total = answer["total_percent"]
    assert not isinstance(total, dict), f"{line} has lines that differ: {total}"
    return total - mfn


@pytest.mark.parametrize(("line", "on", "expected"), GOLDEN)
def test_golden_duties(line: str, on: str, expected: float) -> None:
    assert additional(line, on) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(("line", "on", "expected"), BY_THE_ORDERS)
def test_duties_worked_out_from_the_orders(line: str, on: str, expected: float) -> None:
    assert additional(line, on) == pytest.approx(expected, abs=0.05)


def average(on: str) -> dict[str, float]:
    step = next(s for s in steps(on, on) if s.direction == "USA_on_CHN")
    return {**step.by_family, "total": step.total}


@pytest.mark.parametrize("on", EFFECTIVE)
def test_effective_rates_by_authority(on: str) -> None:
    ours = average(on)
    for name, published in zip((*COLUMNS, "total"), EFFECTIVE[on], strict=True):
        tolerance = 0.02 if name in ("total", "s232") else 0.005
        if (on, name) not in KNOWN_MISSES:
            assert ours[name] == pytest.approx(published, abs=tolerance), name


def test_april_2025_row_is_the_34_percent_that_never_applied() -> None:
    # The published row took 34% from the printed schedule; the law was 10% on that day. With 34%
    # in its place our coverage gives the published figure but for auto parts, which customs left
    # out of the reciprocal tariff from its first day (7.5% of imports at 34%).
    table = set_rate("ieepa_reciprocal", 0.34, "2025-04-05")(policy.build_table())
    found = policy.timeline("2025-04-05", "2025-04-05", table=table)[0]
    ours = found["by_authority"]["ieepa_reciprocal"]
    assert ours == pytest.approx(22.84 - 0.34 * 7.5, abs=1.0)
    assert average("2025-04-05")["ieepa_reciprocal"] == pytest.approx(0.0576, abs=0.002)


def test_nothing_of_section_301_ended_in_february_2026() -> None:
    before, after = average("2026-02-23"), average("2026-02-24")
    assert before["s301"] == after["s301"]


@pytest.mark.parametrize(
    ("direction", "published"), [("USA_on_CHN", PIIE_US), ("CHN_on_USA", PIIE_CN)]
)
def test_order_and_direction_of_the_piie_steps(
    direction: str, published: list[tuple[str, float]]
) -> None:
    found = [s for s in steps() if s.direction == direction]

    def on(day: str) -> float:
        return [s.total for s in found if s.day <= day_number(day)][-1]

    ours = [on(d) for d, _ in published]
    theirs = [v for _, v in published]
    for i in range(1, len(theirs)):
        assert (ours[i] > ours[i - 1]) == (theirs[i] > theirs[i - 1]), published[i]


def test_china_dates_of_the_matter() -> None:
    rows = {r["date"]: r for r in policy.timeline() if r["direction"] == "USA_on_CHN"}
    for day in ("2025-02-04", "2025-03-04", "2025-04-05", "2025-04-09", "2025-04-10",
                "2025-05-14", "2025-11-10", "2026-02-24", "2026-07-24"):  # fmt: skip
        assert day in rows, day
    assert "2025-05-12" not in rows
    assert rows["2025-05-14"]["headline_sum_percent"] == pytest.approx(55.0)  # 20 + 10 + 25


@pytest.mark.raw_data
def test_the_golden_files_themselves(raw_data: Path) -> None:
    folder = raw_data.parent / "validation"
    if not folder.is_dir():
        pytest.skip("needs validation/ beside the raw data")
    with (folder / "tariff_line_golden.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            assert row["basis"] == "additional"
            found = additional(row["line"], row["date"])
            assert found == pytest.approx(float(row["expected_pct"]), abs=0.05), row["id"]


@pytest.mark.raw_data
def test_section_301_agrees_with_an_independent_schedule(raw_data: Path) -> None:
    """M. Waugh's HS6 increments to 2020-02-14 lie within our lines of the same HS6."""
    import pandas as pd

    path = raw_data / "us_tariff_lines/waugh_us_s301_tariffs_2018_2020_hs6.csv"
    wide = pd.read_csv(path, dtype={"hs6": str}).pivot_table(
        index="hs6", columns="time_of_tariff", values="tariff", aggfunc="first"
    )
    theirs = wide["2020-02-14"] - wide["2018-01-01"]
    theirs = theirs.where(theirs < 26, theirs / 2)  # they add overlapping headings of a list
    lines = policy.load_lines("USA")
    day = day_number("2020-02-15")
    law = stack(policy.build_table(), lines, day, exporter="CHN", importer="USA")
    rate = 100 * law.by_family()["s301"]  # as the lists have it: no exclusion claimed
    ours = pd.DataFrame({"hs6": [c[:6].decode() for c in lines.code], "rate": rate})
    both = ours.groupby("hs6").rate.agg(["min", "max"]).join(theirs.rename("t"), how="inner")
    out = (both.t < both["min"] - 1) | (both.t > both["max"] + 1)
    assert len(both) > 4800
    assert out.sum() <= 10
