"""Balancing by RAS: the table nearest to a prior that meets given totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadTable

Array = NDArray[np.float64]


_RUNAWAY = 1e100
"""A scale factor this large chases a total that the bounds do not allow."""


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


def bounded_ras(
    prior: Array,
    rows: Array,
    columns: Array,
    cap: Array,
    *,
    tolerance: float = 1e-12,
    limit: int = 2000,
) -> Array:
    """Return the table nearest to `prior` [R, C] with these totals and no cell above `cap`.

    As `ras`, with the upper bounds of generalised iterative scaling: the solution is
    min(cap, r_i prior_ij s_j), found by solving for the rows' and the columns' factors in turn.
    The columns' totals hold to rounding, the rows' to `tolerance` of the sum. Raises `BadTable`
    if the bounds leave no such table.
    """
    size = rows.sum()
    left, right = np.ones(prior.shape[0]), np.ones(prior.shape[1])
    table, error = np.minimum(prior, cap), np.inf
    for _ in range(limit):
        left = _capped_factors(prior * right, cap, rows)
        if not left.max() < _RUNAWAY:
            break
        right = _capped_factors((prior * left[:, None]).T, cap.T, columns)
        table = np.minimum(left[:, None] * prior * right, cap)
        found = np.abs(table.sum(1) - rows).max() / size
        error = float(max(found, np.abs(table.sum(0) - columns).max() / size))
        if error < tolerance:
            return table
    raise BadTable(f"no table keeps within its bounds (closest: {error:.2g} of the total is off).")


def _capped_factors(scaled: Array, cap: Array, totals: Array) -> Array:
    """Return r [R] with sum_j min(cap_ij, r_i scaled_ij) = total_i, as far as caps allow.

    The sum is concave and piecewise linear in r, so Newton from below ends in finitely many
    steps: each frees no cell that was at its cap.
    """
    factor = np.zeros(scaled.shape[0])
    for _ in range(scaled.shape[1] + 1):
        at_cap = factor[:, None] * scaled >= cap
        free = np.where(at_cap, 0.0, scaled).sum(1)
        missing = totals - np.where(at_cap, cap, 0.0).sum(1)
        new = np.divide(missing, free, out=factor.copy(), where=free > 0)
        new = np.maximum(new, factor)
        if np.array_equal(new, factor):
            break
        factor = new
    return factor
