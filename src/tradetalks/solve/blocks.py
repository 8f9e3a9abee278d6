"""From a gap to a step by the exact response of each country on its own.

`correction` inverts a country's markets approximately, at the cost of a few small products.
Where many like problems follow one another it pays to invert the derivative itself, once: the
block of it that links the unknowns of one country, the rest of the world held. Steps need about
half as many iterations again.
"""

from __future__ import annotations

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from tradetalks.model import (
    Closure,
    Economy,
    Elasticities,
    Shock,
    State,
    advance,
    step_sizes,
    trade_kernel,
)


def _by_country(state: State) -> Float[Array, "n d"]:
    """Return the unknowns of each country in a row; premia belong to none."""
    own = [x for x in jax.tree.leaves(_without_premium(state)) if x is not None]
    return jnp.concatenate([x.reshape(state.wage.shape[0], -1) for x in own], axis=1)


def _from_rows(rows: Float[Array, "n d"], like: State) -> State:
    """Return the state of these rows, with the premia of `like`."""
    leaves, tree = jax.tree.flatten(_without_premium(like))
    ends = np.cumsum([x.size // x.shape[0] for x in leaves])[:-1]
    parts = jnp.split(rows, ends, axis=1)
    state = jax.tree.unflatten(
        tree, [part.reshape(x.shape) for part, x in zip(parts, leaves, strict=True)]
    )
    return eqx.tree_at(lambda s: s.premium, state, like.premium, is_leaf=lambda x: x is None)


def _without_premium(state: State) -> State:
    return eqx.tree_at(lambda s: s.premium, state, None, is_leaf=lambda x: x is None)


@jax.jit
def country_blocks(
    economy: Economy, elasticities: Elasticities, closure: Closure, shock: Shock, state: State
) -> Float[Array, "n d d"]:
    """Return for each country the inverse of (1 - derivative of its image in its unknowns).

    Single precision: they shape the way to an equilibrium, not where it is. A country whose
    block cannot be inverted has the identity.
    """
    kernel = trade_kernel(economy, elasticities, shock, closure.selection)
    rows = _by_country(state)
    one = jnp.eye(rows.shape[1])

    def block(n: Array) -> Float[Array, "d d"]:
        def image(own: Float[Array, " d"]) -> Float[Array, " d"]:
            moved = _from_rows(rows.at[n].set(own), state)
            new, _ = advance(economy, elasticities, closure, shock, kernel, moved)
            return _by_country(new)[n]

        slope = jax.vmap(lambda v: jax.jvp(image, (rows[n],), (v,))[1])(one).T
        inverse = jnp.linalg.inv(one - slope)
        return jnp.where(jnp.isfinite(inverse).all(), inverse, one).astype(jnp.float32)

    return jax.lax.map(block, jnp.arange(rows.shape[0]))


def block_correction(
    blocks: Float[Array, "n d d"],
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    shock: Shock,
) -> Callable[[State], State]:
    """Return the linear map from the gap of a state to a step, by `country_blocks`."""
    size = step_sizes(economy, elasticities, closure, shock).premium

    def correct(gap: State) -> State:
        rows = _by_country(gap).astype(blocks.dtype)
        step = _from_rows(jnp.einsum("nab,nb->na", blocks, rows).astype(gap.wage.dtype), gap)
        if gap.premium is None or size is None:
            return step
        return eqx.tree_at(lambda s: s.premium, step, size * gap.premium)

    return correct
