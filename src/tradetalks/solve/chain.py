"""Draws that follow one another, each from where the earlier ones say it will end.

A draw has two equilibria, reference and scenario. The start of the first is a weighted sum of
equilibria known by then; the second starts from its own sum, moved by what the first turned out
to be off by (both shocks are alike, so what moves one moves the other), and with the memory of
the first's acceleration. Where a search starts does not move where it ends by more than the
tolerance.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from tradetalks.model import (
    Closure,
    Economy,
    Elasticities,
    Equilibrium,
    Shock,
    State,
    advance,
    equilibrium_at,
    trade_kernel,
)
from tradetalks.solve.anderson import FixedPoint, Memory, accelerate_from, no_memory
from tradetalks.solve.blocks import block_correction

_MAX_ITERATIONS = 100
_MEMORY = 6


class Known(NamedTuple):
    """Equilibria `[h, m]` (flat states) of both ends that draws may start from.

    `share` is by how much the second end moves when the first does.
    """

    first: Float[Array, "h m"]
    last: Float[Array, "h m"]
    share: Float[Array, ""]


Found = tuple[State, Equilibrium, FixedPoint]


def _end(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    shock: Shock,
    blocks: Array,
    like: State,
    point: Float[Array, " m"],
    memory: Memory,
    target: float,
) -> tuple[Found, Memory]:
    _, unravel = ravel_pytree(like)
    kernel = trade_kernel(economy, elasticities, shock, closure.selection)
    correct = block_correction(blocks, economy, elasticities, closure, shock)

    def flat(x: Float[Array, " m"]) -> tuple[Float[Array, " m"], Float[Array, ""]]:
        image, walras = advance(economy, elasticities, closure, shock, kernel, unravel(x))
        return ravel_pytree(image)[0], walras

    found, memory = accelerate_from(
        flat,
        point,
        memory,
        tolerance=target,
        max_iterations=_MAX_ITERATIONS,
        correct=lambda gap: ravel_pytree(correct(unravel(gap)))[0],
    )
    state = unravel(found.point)
    at = equilibrium_at(economy, elasticities, closure, shock, kernel, state)
    return (state, at, found), memory


@partial(jax.jit, static_argnums=(8, 9))
def solve_chain(
    economy: Economy,
    closure: Closure,
    elasticities: Elasticities,
    shocks: tuple[Shock, Shock],
    like: tuple[State, State],
    known: Known,
    weights: Float[Array, "b h+b"],
    blocks: Float[Array, "n d d"],
    own: bool,
    tolerance: float,
) -> tuple[Found, Found]:
    h, count = known.first.shape[0], weights.shape[0]

    def room(x: Float[Array, "h m"]) -> Array:
        return jnp.concatenate([x, jnp.zeros((count, x.shape[1]), x.dtype)])

    def one(carry: tuple[Array, Array], draw: Any) -> tuple[tuple[Array, Array], Any]:
        before, after = carry
        b, weight, el, pair = draw
        pair = pair if own else shocks
        start = (weight @ before)
        found, memory = _end(
            economy, el, closure, pair[0], blocks, like[0], start,
            no_memory(_MEMORY, start), 0.5 * tolerance,
        )
        point = found[2].point
        begin = weight @ after + known.share * (point - start)
        second, _ = _end(
            economy, el, closure, pair[1], blocks, like[1], begin, memory, 0.5 * tolerance
        )
        good = jnp.isfinite(point).all() & jnp.isfinite(second[2].point).all()
        before = before.at[h + b].set(jnp.where(good, point, start))
        after = after.at[h + b].set(jnp.where(good, second[2].point, weight @ after))
        return (before, after), (found, second)

    draws = (jnp.arange(count), weights, elasticities, shocks if own else None)
    return jax.lax.scan(one, (room(known.first), room(known.last)), draws)[1]
