from __future__ import annotations

import numpy as np
import pytest

from tradetalks.codes import sectors
from tradetalks.data import factor_shares


def test_every_sector_of_the_codes_has_a_share_of_its_own():
    from tradetalks.data.factors import _book

    assert set(_book()["by_sector"]) == set(sectors())


def test_ranges_hold_the_centre_and_leave_room_for_labour():
    shares = factor_shares(list(sectors()))
    np.testing.assert_allclose(shares.high - shares.capital, 0.15)
    np.testing.assert_allclose(shares.capital - shares.low, 0.15)
    assert (shares.low > 0).all()
    assert (shares.high < 1).all()
    assert "Assumed" in shares.source
    with pytest.raises(ValueError, match="read-only"):
        shares.capital[0] = 1.0


def test_mines_and_farms_are_heavier_in_capital_than_factories():
    farm, mine, plant = factor_shares(["01T02", "07T08", "28"]).capital
    assert mine > farm > plant
