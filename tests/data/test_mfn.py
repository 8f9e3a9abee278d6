"""The MFN part of a world's duties: what is left when the US-China measures are taken away."""

import numpy as np

from tradetalks.data import load_world


def test_only_us_china_duties_exceed_mfn():
    world = load_world("world-2022", "all")
    extra = world.tariff - world.mfn_tariff
    us, cn = world.index("USA"), world.index("CHN")
    pairs = {(int(i), int(n)) for i, n, _ in np.argwhere(np.abs(extra) > 1e-9)}
    assert pairs == {(us, cn), (cn, us)}
    value = world.trade[cn, us][world.goods]
    rate = (extra[cn, us][world.goods] * value).sum() / value.sum() / world.customs_ratio[cn, us]
    # Section 301 lists 1 to 4A and Section 232 of mid-2022, per customs dollar
    assert 0.10 < rate < 0.14


def test_aggregation_keeps_the_mfn_duty_in_dollars():
    world = load_world("world-2022", "all")
    blocs = load_world("world-2022", "blocs")
    paid = (world.trade * world.mfn_tariff).sum()
    np.testing.assert_allclose((blocs.trade * blocs.mfn_tariff).sum(), paid, rtol=1e-12)
