"""Ossa (2014), Tables 3a and 4a: welfare at the published optimal and Nash tariffs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.validation.cells import Computed

if TYPE_CHECKING:
    from tradetalks.data.readers.replication import Ossa
    from tradetalks.model import Economy, Elasticities, Equilibrium

Array = NDArray[np.float64]


def compute() -> Computed:
    """Compute welfare, wages and profits. Raises `DataMissing` without source `ossa2014`."""
    from tradetalks.data.readers.replication import OSSA_REGIONS, read_ossa
    from tradetalks.validation.economies import BALANCED, equilibrium

    data = read_ossa()
    base, elasticities = baseline(data)
    nash = equilibrium(base, elasticities, data.nash, BALANCED)
    rows = (*OSSA_REGIONS, "mean")
    N = len(OSSA_REGIONS)
    own, others = np.zeros(N), np.zeros(N)
    for n in range(N):
        tariff = data.tariff.copy()
        tariff[:, n] = data.optimal[:, n]
        gain = _welfare(base, equilibrium(base, elasticities, tariff, BALANCED))
        own[n], others[n] = gain[n], np.delete(gain, n).mean()
    wage, profit = wages_and_profits(base, nash)
    columns = {
        ("Table 3a", "own welfare"): own,
        ("Table 3a", "others' welfare"): others,
        ("Table 3a", "median tariff"): medians(data.optimal),
        ("Table 4a", "welfare"): _welfare(base, nash),
        ("Table 4a", "wage"): wage,
        ("Table 4a", "profits"): profit,
        ("Table 4a", "median tariff"): medians(data.nash),
    }
    numbers: dict[tuple[str, str, str], float] = {}
    for (table, column), values in columns.items():
        for row, value in zip(rows, [*values, values.mean()], strict=True):
            numbers[table, row, column] = 100.0 * value
            numbers[f"{table}, as printed", row, column] = 100.0 * value
    return Computed(numbers)


def baseline(data: Ossa) -> tuple[Economy, Elasticities]:
    """Return the baseline at factual tariffs with trade balanced, and its elasticities."""
    from tradetalks.validation.economies import economy, one_nest, without_deficits

    N, _, S = data.trade.shape
    elasticities = one_nest(data.sigma)
    raw = economy(
        data.trade,
        data.tariff,
        np.zeros((N, S, S)),
        (data.trade * (1.0 + data.tariff)).sum(0),
        data.trade.sum(1),
        markup=np.tile(data.sigma / (data.sigma - 1.0), (N, 1)),
    )
    return without_deficits(raw, elasticities, data.tariff), elasticities


def _welfare(base: Economy, after: Equilibrium) -> Array:
    return np.asarray(after.welfare) / np.asarray(base.expenditure) - 1.0


def wages_and_profits(base: Economy, after: Equilibrium) -> tuple[Array, Array]:
    """Return wages less their mean, and profits relative to wages, both as changes `[n]`."""
    wage = np.asarray(after.wage)
    earned = (np.asarray(base.sales) * np.asarray(base.profit_share)).sum(1)
    return wage - wage.mean(), np.asarray(after.profit) / earned / wage - 1.0


def medians(tariff: Array) -> Array:
    """Return the median of each importer's tariffs `[i, n, j]` on others."""
    N = tariff.shape[0]
    return np.array([np.median(np.delete(tariff[:, n], n, axis=0)) for n in range(N)])
