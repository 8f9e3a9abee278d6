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


class Memory(NamedTuple):
    """The last moves of the point and what each did to the gap, `stored` of them so far.

    `gram` holds the products of the changes. Handed from one solve to a like one with the same
    correction, it spares the second the first few iterations.
    """

    moves: Float[Array, "memory m"]
    gap_changes: Float[Array, "memory m"]
    gram: Float[Array, "memory memory"]
    stored: Int[Array, ""]


def no_memory(size: int, point: Float[Array, " m"]) -> Memory:
    """Return the memory of a solve that begins afresh."""
    empty = jnp.zeros((size, point.shape[0]), point.dtype)
    return Memory(empty, empty, jnp.zeros((size, size), point.dtype), jnp.zeros((), int))


class _Carry(NamedTuple):
    point: Float[Array, " m"]
    gap: Float[Array, " m"]
    extra: Float[Array, ""]
    residual: Float[Array, ""]
    memory: Memory
    damping: Float[Array, ""]
    iterations: Int[Array, ""]


def _proposal(carry: _Carry) -> Float[Array, " m"]:
    memory = carry.memory
    filled = jnp.arange(memory.moves.shape[0]) < memory.stored
    gram = jnp.where(filled[:, None] & filled, memory.gram, 0.0)
    ridge = _RIDGE * jnp.trace(gram) + 1e-300
    gram = gram + jnp.diag(jnp.where(filled, ridge, 1.0))
    weights = jnp.linalg.solve(gram, jnp.where(filled, memory.gap_changes @ carry.gap, 0.0))
    plain = carry.point + carry.damping * carry.gap
    return plain - (weights @ memory.moves + carry.damping * (weights @ memory.gap_changes))


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
    return accelerate_from(
        fixed_point_map,
        start,
        no_memory(memory, start),
        tolerance=tolerance,
        max_iterations=max_iterations,
        correct=correct,
    )[0]


def accelerate_from(
    fixed_point_map: Map,
    start: Float[Array, " m"],
    memory: Memory,
    *,
    tolerance: float | Float[Array, ""],
    max_iterations: int,
    correct: Correction,
    one_more: bool = False,
) -> tuple[FixedPoint, Memory]:
    """Do as `accelerate` with the memory of a like solve; return that of this one too.

    With `one_more` the point is where the next iteration would have looked: nearer than the one
    whose `residual` is returned, and free.
    """

    def body(carry: _Carry) -> _Carry:
        point = _proposal(carry)
        image, extra = fixed_point_map(point)
        raw = image - point
        gap, residual = correct(raw), jnp.max(jnp.abs(raw))
        first = carry.iterations == 0
        taken = first | (residual <= _GROWTH * carry.residual)

        def keep(new: Array, old: Array) -> Array:
            return jnp.where(taken, new, old)

        stepped = taken & ~first
        return _Carry(
            point=keep(point, carry.point),
            gap=keep(gap, carry.gap),
            extra=keep(extra, carry.extra),
            residual=keep(residual, carry.residual),
            memory=_remember(carry.memory, point - carry.point, gap - carry.gap, stepped, first),
            damping=jnp.where(taken, jnp.minimum(1.0, 2.0 * carry.damping), 0.5 * carry.damping),
            iterations=carry.iterations + 1,
        )

    def unfinished(carry: _Carry) -> Array:
        running = (carry.iterations < max_iterations) & (carry.damping > _SHORTEST)
        return running & (carry.residual >= tolerance)

    # the loop evaluates the map at the start as well: traced once, it compiles in half the time
    begin = _Carry(
        point=start,
        gap=jnp.zeros_like(start),
        extra=jnp.zeros((), start.dtype),
        residual=jnp.full((), jnp.inf, start.dtype),
        memory=memory,
        damping=jnp.ones((), start.dtype),
        iterations=jnp.zeros((), int),
    )
    last = jax.lax.while_loop(unfinished, body, begin)
    point = _proposal(last) if one_more else last.point
    return FixedPoint(point, last.residual, last.extra, last.iterations), last.memory


def _remember(
    old: Memory, move: Float[Array, " m"], change: Float[Array, " m"], stepped: Array, first: Array
) -> Memory:
    """Return the memory with a step in the oldest's place; empty after one that was not taken."""
    slot = old.stored % old.moves.shape[0]
    moves = old.moves.at[slot].set(jnp.where(stepped, move, old.moves[slot]))
    change = jnp.where(stepped, change, old.gap_changes[slot])
    gap_changes = old.gap_changes.at[slot].set(change)
    products = gap_changes @ change
    return Memory(
        moves=moves,
        gap_changes=gap_changes,
        gram=old.gram.at[slot].set(products).at[:, slot].set(products),
        stored=jnp.where(stepped, old.stored + 1, jnp.where(first, old.stored, 0)),
    )
