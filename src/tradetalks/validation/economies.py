"""From the NumPy arrays of a paper to the model's economies and back."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tradetalks.model import (
    Closure,
    Economy,
    Elasticities,
    Equilibrium,
    economy_of_flows,
    shock_of,
)
from tradetalks.solve import rebase, solve

Array = NDArray[np.float64]
BALANCED = Closure(deficit="balanced")


def economy(
    trade: Array,
    tariff: Array,
    intermediate: Array,
    final: Array,
    value_added: Array,
    **parts: Array | None,
) -> Economy:
    """Return `economy_of_flows` of NumPy arrays (same order; `parts`: markup, critical, local)."""
    with jax.enable_x64(True):
        flows = map(jnp.asarray, (trade, tariff, intermediate, final, value_added))
        given = {name: jnp.asarray(x) for name, x in parts.items() if x is not None}
        return economy_of_flows(*flows, **given)


def one_nest(sigma: Array, *, inner: float = 1.0) -> Elasticities:
    """Return one nest of origins at `sigma` `[j]`; all other elasticities are `inner`."""
    with jax.enable_x64(True):
        origins, other = jnp.asarray(sigma, dtype=float), jnp.asarray(inner, dtype=float)
        return Elasticities(origins, origins, other, other, other, critical=other)


def equilibrium(
    base: Economy,
    elasticities: Elasticities,
    tariff: Array,
    rule: Closure | None = None,
    **changes: Array,
) -> Equilibrium:
    """Return the equilibrium at `tariff` `[i, n, j]` (`changes` as in `shock_of`).

    Raises `NotConverged`.
    """
    with jax.enable_x64(True):
        given: dict[str, Any] = {name: jnp.asarray(x) for name, x in changes.items()}
        shock = shock_of(jnp.asarray(tariff), **given)
    return solve(base, elasticities, shock, rule).require()


def without_deficits(base: Economy, elasticities: Elasticities, tariff: Array) -> Economy:
    """Return the baseline that balanced trade gives at unchanged tariffs `[i, n, j]`."""
    with jax.enable_x64(True):
        factual = shock_of(jnp.asarray(tariff))
    return rebase(
        base, elasticities, factual, solve(base, elasticities, factual, BALANCED), BALANCED
    )
