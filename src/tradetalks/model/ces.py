"""Constant-elasticity aggregates in ratios, in one form that is exact at elasticity one.

A CES price index of baseline shares s_i and price ratios p_i is

    log P = log( sum_i s_i p_i^a ) / a,      a = 1 - sigma.

With the deviation D(p) = (p^a - 1) / a and g = sum_i s_i D(p_i) it becomes log1p(a g) / a,
which tends to the Cobb-Douglas index sum_i s_i log p_i as a goes to zero without any loss of
digits. Powers come for free: p^a = 1 + a D(p) and P^a = 1 + a g, so value shares cost no
further transcendental function.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

_GUARD = 1e-12
_EMPTY = 1e-14
_EMPTY_LOG = -690.0


def exponent(elasticity: Float[Array, "..."]) -> Float[Array, "..."]:
    """Return a = 1 - elasticity, moved off zero by 1e-12 (relative error of an index: 1e-12)."""
    a = 1.0 - jnp.asarray(elasticity)
    return jnp.where(jnp.abs(a) < _GUARD, _GUARD, a)


def deviation(log_ratio: Float[Array, "..."], a: Float[Array, "..."]) -> Float[Array, "..."]:
    """Return (p^a - 1) / a for p given as a log ratio; the log itself in the limit a = 0."""
    return jnp.expm1(a * log_ratio) / a


def log_index(g: Float[Array, "..."], a: Float[Array, "..."]) -> Float[Array, "..."]:
    """Return log P of a CES index from its share-weighted deviation g.

    A nest whose members are all cut off has 1 + a g = 0. Its price is then finite but
    enormous, so that the nest above gives it nothing.
    """
    growth = a * g
    empty = growth <= -1.0 + _EMPTY
    return jnp.where(empty, _EMPTY_LOG, jnp.log1p(jnp.where(empty, 0.0, growth))) / a


def power(g: Float[Array, "..."], a: Float[Array, "..."]) -> Float[Array, "..."]:
    """Return p^a (or P^a) from a deviation; at least 1e-14, so that it can divide."""
    return jnp.maximum(1.0 + a * g, _EMPTY)
