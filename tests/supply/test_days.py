"""Licence queue, stocks and production by day: arithmetic, limits, conservation, bad numbers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.errors import BadNumber, UnknownName
from tradetalks.supply import (
    Licensing,
    arrivals,
    licensed_share,
    monthly,
    output_left,
    regime,
    regimes,
    run_stocks,
)
from tradetalks.supply.queue import working_day_after
from tradetalks.validation.cut_off_closed_forms import exact

FRIDAY = date(2025, 4, 4)
OBSERVED = np.repeat([0.50, 0.25, 0.60, 1.05], 30)
"""What arrived in successive months, as a share of normal use."""


@pytest.mark.parametrize(
    ("cover", "stop", "lost"),
    [(20, 36, 29.5), (30, 50, 19.5), (45, 78, 4.5), (60, -1, 0.0), (90, -1, 0.0)],
)
def test_the_arithmetic_of_2025(cover: float, stop: int, lost: float) -> None:
    path = run_stocks(OBSERVED, cover)
    assert path.first_stop == stop
    assert path.lost == pytest.approx(lost, abs=1e-9)
    assert path.over_by == (90 if lost else 0)


def test_users_with_one_stock_share_one_fate() -> None:
    path = run_stocks(OBSERVED, np.full(3, 20.0), weight=[0.6, 0.3, 0.1])
    assert path.first_stop.tolist() == [36, 36, 36]
    assert path.lost == pytest.approx([29.5] * 3)


@given(
    st.lists(st.floats(0.0, 2.0), min_size=40, max_size=40),
    st.lists(st.floats(0.0, 100.0), min_size=3, max_size=3),
    st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3),
)
def test_nothing_appears_and_nothing_is_lost(supply, cover, weight) -> None:
    path = run_stocks(supply, cover, weight=weight)
    part = np.array(weight) / sum(weight)
    balance = path.cover + path.delivered.sum(-1) - path.made.sum(-1) - path.stock[..., -1]
    assert np.abs(balance).max() < 1e-9
    assert (path.stock >= -1e-12).all()
    assert ((path.made >= 0.0) & (path.made <= 1.0 + 1e-12)).all()
    assert (part @ path.delivered <= np.array(supply) + 1e-9).all()


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 80.0), st.floats(0.0, 80.0))
def test_more_never_hurts(low, high, few, many) -> None:
    """Higher approval, and more in stock, never stop a line earlier or lose more."""
    (low, high), (few, many) = sorted((low, high)), sorted((few, many))
    terms = Licensing(approval=np.array([low, high]), leakage=0.1, renewal=0.8)
    supply = arrivals(terms, 200, FRIDAY)
    paths = [run_stocks(supply, np.full(2, cover)) for cover in (few, many)]
    lost = np.stack([p.lost for p in paths])  # [stock, approval]
    assert (np.diff(lost, axis=0) <= 1e-9).all() and (np.diff(lost, axis=1) <= 1e-9).all()
    for first in (p.first_stop for p in paths):
        later = np.where(first < 0, 10**6, first)
        assert later[0] <= later[1]


def test_longer_processing_loses_more() -> None:
    waits = Licensing(approval=0.6, processing=np.array([5.0, 20.0, 45.0, 90.0]))
    lost = run_stocks(arrivals(waits, 300, FRIDAY), np.full(4, 10.0)).lost
    assert (np.diff(lost) > 0.0).all()


def test_everything_or_nothing_is_approved() -> None:
    days = 365
    none = arrivals(Licensing(approval=0.0), days, FRIDAY)
    assert (none == 0.0).all()
    at_once = arrivals(Licensing(approval=1.0, processing=0), days, FRIDAY)
    assert at_once == pytest.approx(np.ones(days))
    later = arrivals(Licensing(approval=1.0, processing=45), days, FRIDAY)
    assert later[:63].max() == 0.0 and later[63:] == pytest.approx(np.ones(days - 63))


def test_45_working_days_from_a_friday_are_nine_weeks() -> None:
    done = working_day_after(100, FRIDAY)
    assert done[45] == 63 and done[1] == 3
    weekdays = [date.fromordinal(FRIDAY.toordinal() + d).weekday() for d in done[1:]]
    assert max(weekdays) < 5


def test_a_review_takes_away_what_it_does_not_renew() -> None:
    terms = Licensing(approval=0.5, processing=10, validity=100, renewal=0.6)
    share = licensed_share(terms, 300, FRIDAY)
    assert share[50] == pytest.approx(0.5)
    # granted on day 14; reviewed 100 days later; the rest applies again and half of it passes
    assert share[114] == pytest.approx(0.5 * 0.6)
    assert share[140] == pytest.approx(0.5 * (0.6 + 0.4 * 0.5))
    forever = licensed_share(terms.replace(renewal=1.0), 300, FRIDAY)
    assert forever[299] == pytest.approx(0.5)


def test_spread_and_filing_only_spread() -> None:
    sharp = Licensing(approval=0.5, processing=40)
    wide = sharp.replace(spread=0.5, filing=20)
    a, b = (licensed_share(t, 200, FRIDAY) for t in (sharp, wide))
    assert b[-1] == pytest.approx(a[-1]) == pytest.approx(0.5)
    assert b[45] > a[45] == 0.0
    assert (np.diff(b) >= -1e-12).all()


def test_other_suppliers_leakage_and_general_licences() -> None:
    terms = Licensing(approval=0.0, leakage=0.1, general=1.0, general_from=50.0)
    path = arrivals(terms, 100, FRIDAY, share=0.8)
    assert path[:50] == pytest.approx(np.full(50, 1.0 - 0.8 * 0.9))
    assert path[50:] == pytest.approx(np.ones(50))
    slow = arrivals(Licensing(substitution=0.4, substitution_days=100.0), 2000, FRIDAY)
    assert slow[0] == 0.0 and slow[-1] == pytest.approx(0.4, abs=1e-6)
    assert slow[100] == pytest.approx(0.4 * (1 - np.exp(-1)))
    military = arrivals(Licensing(covered=0.05), 10, FRIDAY)
    assert military == pytest.approx(np.full(10, 0.95))


def test_months_are_means() -> None:
    assert monthly(OBSERVED) == pytest.approx([0.50, 0.25, 0.60, 1.05])


def test_output_follows_the_closed_form() -> None:
    for a, k, s in ((0.01, 0.30, 0.10), (0.04, 0.10, 0.04), (0.002, 0.75, 0.05)):
        assert 1.0 - output_left(a, 1.0 - k, s) == pytest.approx(exact(a, k, s), rel=1e-12)
    assert output_left(0.01, 1.0, 0.1) == pytest.approx(1.0)
    assert output_left(0.01, 0.0, 0.1) == 0.0
    assert output_left(0.3, 0.5, 1.0) == pytest.approx(0.5**0.3)
    assert output_left(0.0, 0.0, 0.1) == 1.0
    tiny = output_left(1e-6, 1e-12, 0.02)
    assert np.isfinite(tiny) and 0.0 <= tiny < 1e-6


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"approval": 1.2}, "the approval rate 1.2 is no share"),
        ({"approval": -0.1}, "the approval rate -0.1"),
        ({"approval": float("nan")}, "the approval rate nan"),
        ({"leakage": np.array([0.1, 1.5])}, "the leakage 1.5"),
        ({"processing": -1}, "the processing time -1"),
        ({"validity": 0}, "the validity 0 must be 1 days or more"),
        ({"renewal": 2}, "the renewal rate 2"),
    ],
)
def test_bad_terms(terms, said: str) -> None:
    with pytest.raises(BadNumber, match=said):
        Licensing(**terms)


def test_bad_stocks() -> None:
    with pytest.raises(BadNumber, match="a stock cover of -3 days means nothing"):
        run_stocks(OBSERVED, -3.0)
    with pytest.raises(BadNumber, match="a supply of nan days"):
        run_stocks([np.nan], 3.0)
    with pytest.raises(BadNumber, match="weights of users"):
        run_stocks(OBSERVED, [1.0, 2.0], weight=[0.0, 0.0])
    with pytest.raises(BadNumber, match="a cost share lies between 0 and 1"):
        output_left(1.5, 0.5, 0.1)


def test_shipped_regimes_are_whole() -> None:
    for name, found in regimes().items():
        harsh, central, mild = (
            run_stocks(arrivals(found.terms(end), 365, found.start), 30.0).lost
            for end in ("harsh", "central", "mild")
        )
        assert harsh >= central >= mild, name
        assert found.assumed, f"{name}: nothing is marked assumed"
        for figure in found.figures.values():
            assert figure.assumed or (figure.evidence and len(figure.source) > 20)
    with pytest.raises(UnknownName, match="Did you mean 'green-channel'"):
        regime("green-chanel")
