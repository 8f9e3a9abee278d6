"""A tiny world for teaching: two countries, two sectors, round numbers, balanced by hand."""

from __future__ import annotations

import numpy as np

from tradetalks.data.world import World


def toy_world() -> World:
    """Return the `toy` world: HOM runs a deficit of 30 with FOR; both tax goods at 10%.

    >>> w = toy_world()
    >>> w.deficit.tolist(), w.duties.tolist()
    ([30.0, -30.0], [20.0, 15.0])
    """
    goods = [[800.0, 150.0], [200.0, 600.0]]
    services = [[1500.0, 50.0], [30.0, 900.0]]
    tariff = np.zeros((2, 2, 2))
    tariff[1, 0, 0] = tariff[0, 1, 0] = 0.1
    return World.from_arrays(
        name="toy",
        year=2022,
        countries=("HOM", "FOR"),
        sectors=("GOODS", "SERV"),
        goods=(True, False),
        trade=np.stack([np.array(goods), np.array(services)], axis=2),
        tariff=tariff,
        intermediate=[[[300, 120], [150, 380]], [[280, 85], [120, 245]]],
        final=[[600, 1000], [400, 585]],
        value_added=[[500, 1050], [400, 600]],
        notes=("Invented numbers, for teaching only.",),
        sources=("invented for teaching",),
    )
