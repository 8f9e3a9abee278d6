"""Anderson acceleration of a fixed-point map, usable inside `jit` and `vmap`.

Type II of Walker & Ni (2011, SIAM J. Numer. Anal. 49(4)): the next point combines the last
`memory` images so that the combined residual is least. The small least-squares problem is
solved by regularised normal equations. A step that makes the residual much worse, or not
finite, is not taken: the memory is emptied and the next step is a shorter plain one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

_RIDGE = 1e-14
_GROWTH = 10.0
_SHORTEST = 1e-3

Map = Callable[[Float[Array, " m"]], tuple[Float[Array, " m"], Float[Array, ""]]]

Correction = Callable[[Float[Array, " m"]], Float[Array, " m"]]


class FixedPoint(NamedTuple):
    """Where the iteration ended.

    `point[m]`, the largest absolute `residual` of `map(x) - x` there, the map's scalar
    `extra` and the number of `iterations` (evaluations of the map).
    """

    point: Float[Array, " m"]
    residual: Float[Array, ""]
    extra: Float[Array, ""]
    iterations: Int[Array, ""]


class _Carry(NamedTuple):
    point: Float[Array, " m"]
    gap: Float[Array, " m"]
    extra: Float[Array, ""]
    residual: Float[Array, ""]
    moves: Float[Array, "memory m"]
    gap_changes: Float[Array, "memory m"]
    gram: Float[Array, "memory memory"]
    stored: Int[Array, ""]
    damping: Float[Array, ""]
    iterations: Int[Array, ""]


def _proposal(carry: _Carry) -> Float[Array, " m"]:
    filled = jnp.arange(carry.moves.shape[0]) < carry.stored
    gram = jnp.where(filled[:, None] & filled, carry.gram, 0.0)
    ridge = _RIDGE * jnp.trace(gram) + 1e-300
    gram = gram + jnp.diag(jnp.where(filled, ridge, 1.0))
    weights = jnp.linalg.solve(gram, jnp.where(filled, carry.gap_changes @ carry.gap, 0.0))
    plain = carry.point + carry.damping * carry.gap
    return plain - (weights @ carry.moves + carry.damping * (weights @ carry.gap_changes))


def accelerate(
    fixed_point_map: Map,
    start: Float[Array, " m"],
    *,
    tolerance: float,
    max_iterations: int,
    memory: int = 6,
    correct: Correction,
) -> FixedPoint:
    """Iterate `x -> fixed_point_map(x)[0]` until `max |map(x) - x| < tolerance`.

    `correct` is the linear map from a gap `map(x) - x` to a plain step; the nearer it is to
    the inverse of minus the gap's derivative, the fewer iterations. The map
    returns its image and one scalar, handed back for the final point. Whether the tolerance was
    reached is for the caller to read off `residual`.
    """

    def body(carry: _Carry) -> _Carry:
        point = _proposal(carry)
        image, extra = fixed_point_map(point)
        raw = image - point
        gap, residual = correct(raw), jnp.max(jnp.abs(raw))
        first = carry.iterations == 0
        taken = first | (residual <= _GROWTH * carry.residual)
        slot = carry.stored % memory

        def keep(new: Array, old: Array) -> Array:
            return jnp.where(taken, new, old)

        change = jnp.where(taken, gap - carry.gap, 0.0)
        moves = carry.moves.at[slot].set(jnp.where(taken, point - carry.point, 0.0))
        gap_changes = carry.gap_changes.at[slot].set(change)
        products = gap_changes @ change
        return _Carry(
            point=keep(point, carry.point),
            gap=keep(gap, carry.gap),
            extra=keep(extra, carry.extra),
            residual=keep(residual, carry.residual),
            moves=moves,
            gap_changes=gap_changes,
            gram=carry.gram.at[slot].set(products).at[:, slot].set(products),
            stored=jnp.where(taken & ~first, carry.stored + 1, 0),
            damping=jnp.where(taken, jnp.minimum(1.0, 2.0 * carry.damping), 0.5 * carry.damping),
            iterations=carry.iterations + 1,
        )

    def unfinished(carry: _Carry) -> Array:
        running = (carry.iterations < max_iterations) & (carry.damping > _SHORTEST)
        return running & (carry.residual >= tolerance)

    # the loop evaluates the map at the start as well: traced once, it compiles in half the time
    empty = jnp.zeros((memory, start.shape[0]), start.dtype)
    begin = _Carry(
        point=start,
        gap=jnp.zeros_like(start),
        extra=jnp.zeros((), start.dtype),
        residual=jnp.full((), jnp.inf, start.dtype),
        moves=empty,
        gap_changes=empty,
        gram=jnp.zeros((memory, memory), start.dtype),
        stored=jnp.zeros((), int),
        damping=jnp.ones((), start.dtype),
        iterations=jnp.zeros((), int),
    )
    last = jax.lax.while_loop(unfinished, body, begin)
    return FixedPoint(last.point, last.residual, last.extra, last.iterations)
