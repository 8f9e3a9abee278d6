"""Balancing by RAS: the table nearest to a prior that meets given totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadTable

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Balanced:
    """Result of `ras`: the table, sweeps needed, largest relative error of a row total."""

    table: Array
    iterations: int
    error: float


def ras(
    prior: Array, rows: Array, columns: Array, *, tolerance: float = 1e-11, limit: int = 5000
) -> Balanced:
    """Scale rows and columns of `prior` [.., R, C] in turn until they add up to the totals.

    `rows` [.., R] and `columns` [.., C] must have equal sums. The limit is the table of least
    Kullback-Leibler divergence from the prior (minimum discrimination information; Bacharach
    1970, *Biproportional Matrices*): non-negative, unique, zeros stay zeros. Raises `BadTable`
    where a positive total meets only zeros, or the sweeps do not settle.
    """
    gap = np.abs(rows.sum(-1) - columns.sum(-1)) / rows.sum(-1)
    if gap.max() > 1e-12:
        raise BadTable(f"Row and column totals differ by {gap.max():.2g} of their sum.")
    table = np.array(prior, dtype=np.float64)
    error = np.inf
    for sweep in range(1, limit + 1):
        table *= _factors(rows, table.sum(-1))[..., :, None]
        table *= _factors(columns, table.sum(-2))[..., None, :]
        floor = 1e-9 * rows.sum(-1, keepdims=True)
        error = float((np.abs(table.sum(-1) - rows) / np.maximum(rows, floor)).max())
        if error < tolerance:
            return Balanced(table, sweep, error)
    raise BadTable(
        f"Balancing did not settle in {limit} sweeps (error {error:.2g}).",
        cure="A total may be out of reach of the prior's zeros.",
    )


def _factors(wanted: Array, found: Array) -> Array:
    if ((found <= 0) & (wanted > 0)).any():
        at = tuple(int(i) for i in np.argwhere((found <= 0) & (wanted > 0))[0])
        raise BadTable(f"The total at {at} is positive, but the prior has only zeros there.")
    return np.divide(wanted, found, out=np.zeros_like(found), where=found > 0)
