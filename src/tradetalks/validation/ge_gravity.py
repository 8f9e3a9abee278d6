"""`ge_gravity` (Stata): the enlargement of the EU in a one-sector world without inputs."""

from __future__ import annotations

import numpy as np

from tradetalks.validation.cells import Computed

_THETA = 4.0


def compute() -> Computed:
    """Compute welfare and trade. Raises `DataMissing` without source `gegravity`."""
    from tradetalks.data.readers.replication import read_ge_gravity
    from tradetalks.validation.economies import economy, equilibrium, one_nest

    data = read_ge_gravity()
    N = len(data.countries)
    trade, free = data.trade[:, :, None], np.zeros((N, N, 1))
    base = economy(trade, free, np.zeros((N, 1, 1)), trade.sum(0), trade.sum(1))
    # a partial effect b on log trade is a trade cost of exp(-b / theta)
    cost = np.exp(-data.effect / _THETA)[:, :, None]
    e = equilibrium(base, one_nest(np.full(1, 1.0 + _THETA)), free, iceberg=cost)
    welfare, after = np.asarray(e.welfare) / data.trade.sum(0), np.asarray(e.trade)[:, :, 0]
    numbers: dict[tuple[str, str, str], float] = {}
    published: dict[tuple[str, str, str], float] = {}
    for i, exporter in enumerate(data.countries):
        numbers["w_eu", exporter, "welfare"] = welfare[i]
        published["w_eu", exporter, "welfare"] = data.welfare[i]
        for n, importer in enumerate(data.countries):
            if data.trade[i, n] > 0:
                key = ("X_eu", exporter, importer)
                numbers[key] = after[i, n] / data.trade[i, n]
                published[key] = data.trade_after[i, n] / data.trade[i, n]
    return Computed(numbers, published)
