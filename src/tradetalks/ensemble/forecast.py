"""Where a draw is expected to end, from draws that are solved: the weights of a Gaussian process.

An equilibrium is a smooth function of what is drawn, and on another world nearly the same
function, moved. Draws of the central world and the earlier ones of a batch so foretell the
next. Only starts of searches depend on it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LEVEL, _SMOOTH = 10.0, 6.0
"""Variance of the common level; range of the common function, in standard deviations of draws."""
_WORLD, _WORLD_SMOOTH = 0.01, 8.0
"""Variance of what is a world's own, beside 1 for what is common, and its range."""
_NUGGET = 1e-7
_TAIL = 0.001


def forecast_weights(known: Array, drawn: Array) -> Array:
    """Return the weights `[b, h + b]` of the known draws and of those before it for each draw.

    `known` `[h, p]` and `drawn` `[b, p]` are points of the unit cube: those of the central world,
    and those of one batch.
    """
    from scipy.linalg import solve_triangular
    from scipy.special import ndtri

    both = np.concatenate([known, drawn])
    z = ndtri(np.clip(both, _TAIL, 1.0 - _TAIL))
    apart = ((z[:, None] - z[None]) ** 2).sum(2)
    own = np.arange(len(both)) >= len(known)
    covariance = _LEVEL + np.exp(-0.5 * apart / _SMOOTH**2)
    covariance += np.outer(own, own) * _WORLD * (1.0 + np.exp(-0.5 * apart / _WORLD_SMOOTH**2))
    covariance += _NUGGET * np.eye(len(both))
    root = np.linalg.cholesky(covariance)
    # rows of the inverse root, scaled to one on the diagonal, take each draw's forecast from it
    inverse = solve_triangular(root, np.eye(len(both)), lower=True)
    return -(np.tril(inverse, -1) * np.diag(root)[:, None])[len(known) :]
