from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.data import rates
from tradetalks.data.rates import Line, price_number, revenue_number, sector_rates


@given(
    st.lists(st.floats(0, 1.5), min_size=3, max_size=3),
    st.lists(st.floats(0.1, 10), min_size=3, max_size=3),
    st.sampled_from([1.0, 1.5, 2.53, 5.0]),
)
def test_exact_numbers_lie_between_zero_and_the_mean(t, w, sigma):
    price, revenue = price_number(t, w, sigma), revenue_number(t, w, sigma)
    mean = np.average(t, weights=w)
    assert -1e-12 <= price <= mean + 1e-9
    assert revenue <= price + 1e-9  # buyers leave taxed lines, so duty falls first


def test_numbers_solve_the_ces_problem():
    """Against the definition: two lines, unit prices, quantities from the CES demand."""
    t, w, sigma = np.array([0.0, 0.5]), np.array([0.6, 0.4]), 3.0
    index = (w * (1 + t) ** (1 - sigma)).sum() ** (1 / (1 - sigma))
    quantity = w * ((1 + t) / index) ** -sigma
    duty, before = (t * quantity).sum(), quantity.sum()
    assert price_number(t, w, sigma) == pytest.approx(index - 1)
    assert revenue_number(t, w, sigma) == pytest.approx(duty / before)


def test_undoing_the_war_recovers_the_weights():
    """Values observed under the rates give the numbers of the war-free weights."""
    t, w, sigma = np.array([0.05, 0.30]), np.array([3.0, 1.0]), 2.53
    seen = w * (1 + t) ** -sigma
    lines = [
        Line(code, 0.05, x - 0.05, v)
        for code, x, v in zip(("841410", "841420"), t, seen, strict=True)
    ]
    found = sector_rates(lines, observed_at="total", sigma=sigma)["28"]
    assert found.price == pytest.approx(price_number(t, w, sigma) - 0.05)
    assert found.revenue == pytest.approx(np.average(t, weights=seen) - 0.05)
    assert found.simple == pytest.approx(0.125)
    assert found.mfn == pytest.approx(0.05)


def test_leftover_lines_and_empty_sectors():
    found = sector_rates(
        [Line("999995", 0, 0.5, 9.0), Line("880240", 0, 0.1, 0.0)], observed_at="mfn"
    )
    assert list(found) == ["30"]
    assert found["30"].price == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("hs6", "rate"),
    [("720610", 0.25), ("721650", 0.25), ("721661", 0), ("721699", 0.25), ("730110", 0.25),
     ("730120", 0), ("730210", 0.25), ("730230", 0), ("730240", 0.25), ("730300", 0),
     ("730410", 0.25), ("730690", 0.25), ("730711", 0), ("760110", 0.1), ("760200", 0),
     ("760429", 0.1), ("760900", 0.1), ("761090", 0), ("720110", 0)],
)  # fmt: skip
def test_section_232_scope(hs6, rate):
    assert rates.section_232(hs6) == rate


US_SCHEDULE = {
    "2018-01-01": {"841410": 0.02, "841420": 0.02, "841430": 0.01},
    "2018-07-06": {"841410": 0.27, "841420": 0.02, "841430": 0.01},
    "2020-02-14": {"841410": 0.52, "841420": 0.02, "841430": 0.085},
}


def test_us_lines():
    imports = {"8414100000": 5.0, "8414200000": 4.0, "8414300000": 3.0, "7208510000": 2.0,
               "8414590000": 1.0, "8414301000": 6.0}  # fmt: skip
    lists = {
        "84141000": frozenset({"biden_25"}),
        "84143010": frozenset({"4B", "biden_jan26"}),
        "84142000": frozenset({"4B"}),
        "84143000": frozenset({"4A", "4B"}),
        "72085100": frozenset({"3", "4A"}),
    }
    found, origin = rates.us_lines_2022(imports, {"84141000": 0.02}, lists, US_SCHEDULE)
    added = {x.code: x.added for x in found}
    assert added == {
        "8414100000": 0.25,  # the schedule doubles this line: capped
        "8414200000": 0.0,  # list 4B never took effect
        "8414300000": 0.075,
        "7208510000": 0.5,  # list 3 and Section 232
        "8414590000": 0.0,
        "8414301000": pytest.approx(0.075),  # 4B and review: as in 2022
    }
    assert origin == {"list": 5.0, "schedule": 11.0, "none": 5.0, "no_mfn_rate": 16.0}


def test_schedule_check_counts_what_it_covers():
    imports = {"8414100000": 5.0, "8414590000": 5.0, "9999950000": 7.0}
    found = rates.schedule_check(imports, US_SCHEDULE)
    assert found == {"28": {"rate": 0.125, "covered": 0.5}}


def test_china_lines():
    """MFN cut 2018-07-01, list 25 points, then 10 points in September 2019, halved in 2020."""
    steps = {
        "2018-01-01": 0.10, "2018-04-02": 0.10, "2018-05-01": 0.10, "2018-07-01": 0.06,
        "2018-07-06": 0.31, "2018-11-01": 0.31, "2019-06-01": 0.31, "2019-09-01": 0.41,
        "2019-12-26": 0.41,
    }  # fmt: skip
    schedule = {d: {"120190": t, "120110": t} for d, t in steps.items()}
    schedule["2018-01-01"].pop("120110")
    found = rates.china_lines_2022(schedule, {"12": 100.0}, {"120190": 3.0, "120110": 1.0})
    beans = {x.code: x for x in found}["120190"]
    assert beans.mfn == pytest.approx(0.06)
    assert beans.added == pytest.approx(0.30)
    assert beans.value == pytest.approx(75.0)


def test_collected_rates_leave_out_leftovers():
    imports = {"8414100000": 6.0, "8414590000": 4.0, "9999950000": 7.0}
    duty = {"8414100000": 1.5, "8414590000": 0.0, "9999950000": 0.0}
    assert rates.collected_rates(imports, duty) == {"28": 0.15}
