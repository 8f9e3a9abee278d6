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

    data = read_ossa()
    economy, elasticities = without_deficits(data)
    nash = _solve(economy, elasticities, data.nash)
    rows = (*OSSA_REGIONS, "mean")
    N = len(OSSA_REGIONS)
    own, others = np.zeros(N), np.zeros(N)
    for n in range(N):
        tariff = data.tariff.copy()
        tariff[:, n] = data.optimal[:, n]
        gain = _welfare(economy, _solve(economy, elasticities, tariff))
        own[n], others[n] = gain[n], np.delete(gain, n).mean()
    profit = nash.profit / (np.asarray(economy.sales) * np.asarray(economy.profit_share)).sum(1)
    columns = {
        ("Table 3a", "own welfare"): own,
        ("Table 3a", "others' welfare"): others,
        ("Table 3a", "median tariff"): _medians(data.optimal),
        ("Table 4a", "welfare"): _welfare(economy, nash),
        ("Table 4a", "wage"): nash.wage - nash.wage.mean(),
        ("Table 4a", "profits"): profit / nash.wage - 1.0,
        ("Table 4a", "median tariff"): _medians(data.nash),
    }
    numbers: dict[tuple[str, str, str], float] = {}
    for (table, column), values in columns.items():
        for row, value in zip(rows, [*values, values.mean()], strict=True):
            numbers[table, row, column] = 100.0 * value
            numbers[f"{table}, as printed", row, column] = 100.0 * value
    return Computed(numbers)


def without_deficits(data: Ossa) -> tuple[Economy, Elasticities]:
    """Return the baseline at factual tariffs with trade balanced, and its elasticities."""
    import jax

    from tradetalks.model import Closure, Elasticities, economy_of_flows, shock_of
    from tradetalks.solve import rebase, solve

    N, _, S = data.trade.shape
    one, rule = np.asarray(1.0), Closure(deficit="balanced")
    elasticities = Elasticities(data.sigma, data.sigma, one, one, one)
    with jax.enable_x64(True):
        factual = shock_of(data.tariff)
        economy = economy_of_flows(
            data.trade,
            data.tariff,
            np.zeros((N, S, S)),
            (data.trade * (1.0 + data.tariff)).sum(0),
            data.trade.sum(1),
            markup=np.tile(data.sigma / (data.sigma - 1.0), (N, 1)),
        )
    found = solve(economy, elasticities, factual, rule)
    return rebase(economy, elasticities, factual, found, rule), elasticities


def _solve(economy: Economy, elasticities: Elasticities, tariff: Array) -> Equilibrium:
    import jax

    from tradetalks.model import Closure, shock_of
    from tradetalks.solve import solve

    with jax.enable_x64(True):
        shock = shock_of(tariff)
    return solve(economy, elasticities, shock, Closure(deficit="balanced")).require()


def _welfare(economy: Economy, after: Equilibrium) -> Array:
    return after.welfare / np.asarray(economy.expenditure) - 1.0


def _medians(tariff: Array) -> Array:
    N = tariff.shape[0]
    return np.array([np.median(np.delete(tariff[:, n], n, axis=0)) for n in range(N)])
