"""Front-loading: the swing is a share of the possible rise of the duty, nothing more."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.errors import BadNumber
from tradetalks.talks.frontload import SWING, around, swing


@given(st.floats(0, 1), st.floats(0, 1))
def test_swing_is_62_percent_of_the_log_change(now: float, rise: float) -> None:
    expected = SWING * (np.log1p(now + rise) - np.log1p(now))
    assert np.log1p(swing(now, now + rise) / 100) == pytest.approx(expected, abs=1e-12)
    assert swing(now + rise, now) == 0.0


def test_the_lapse_by_law_is_lopsided() -> None:
    rows = {r["importer"]: r for r in around(date(2027, 1, 10))}
    assert rows["CHN"]["tariff_if_lapsed"] - rows["CHN"]["tariff"] == pytest.approx(24, abs=0.5)
    assert rows["CHN"]["swing"] > 8 and rows["USA"]["swing"] < 0.5


def test_what_is_no_duty_or_share_is_refused() -> None:
    with pytest.raises(BadNumber, match="duty of -100%"):
        swing(-1.0, 0.1)
    with pytest.raises(BadNumber, match="share from 0 to 2"):
        swing(0.0, 0.1, share=-0.1)
