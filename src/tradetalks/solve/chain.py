"""Draws that follow one another, each from where the earlier ones say that it will end.

A draw has two equilibria, reference and scenario. The start of the first is a weighted sum of
equilibria known by then; the second starts from its own sum, moved in proportion to what the
first turned out to be off by (what moves one moves the other), and with the memory of the
first's acceleration. Where a search starts moves where it ends by no more than the tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from tradetalks.model import (
    Closure,
    Economy,
    Elasticities,
    Equilibrium,
    Shock,
    advance,
    equilibrium_at,
    start,
    trade_kernel,
)
from tradetalks.model.checks import check_closure, check_quotas
from tradetalks.solve.anderson import FixedPoint, Memory, accelerate_from, no_memory
from tradetalks.solve.blocks import block_correction
from tradetalks.solve.equilibrium import Solution, solve
from tradetalks.solve.status import Status, describe

_MAX_ITERATIONS = 100
_MEMORY = 8

Summary = Callable[[Equilibrium, Any], Any]
"""What is kept of an equilibrium, and what it needs for that; one function object across calls."""


class Known(NamedTuple):
    """States `[h, m]` (as one vector) of both ends from which draws may start.

    `share` is by how much the second end is off when the first is.
    """

    first: Float[Array, "h m"]
    last: Float[Array, "h m"]
    share: Float[Array, ""]


@dataclass(frozen=True)
class Chain:
    """The draws solved: for each end what `summary` kept and the states, draws on the first axis.

    `statuses` is by draw, of both ends.
    """

    kept: tuple[Any, Any]
    states: tuple[Float[np.ndarray, "b m"], Float[np.ndarray, "b m"]]
    statuses: tuple[tuple[Status, Status], ...]


class _Draw(NamedTuple):
    economy: Economy
    elasticities: Elasticities
    closure: Closure


def _end(
    draw: _Draw, shock: Shock, blocks: Array, point: Array, memory: Memory, target: float
) -> tuple[Equilibrium, FixedPoint, Memory]:
    _, unravel = ravel_pytree(start(draw.economy, draw.closure, shock))
    kernel = trade_kernel(draw.economy, draw.elasticities, shock, draw.closure.selection)
    correct = block_correction(blocks, *draw, shock)

    def flat(x: Float[Array, " m"]) -> tuple[Float[Array, " m"], Float[Array, ""]]:
        image, walras = advance(*draw, shock, kernel, unravel(x))
        return ravel_pytree(image)[0], walras

    found, memory = accelerate_from(
        flat,
        point,
        memory,
        tolerance=target,
        max_iterations=_MAX_ITERATIONS,
        correct=lambda gap: ravel_pytree(correct(unravel(gap)))[0],
        one_more=True,
    )
    return equilibrium_at(*draw, shock, kernel, unravel(found.point)), found, memory


@partial(jax.jit, static_argnums=(7, 8, 9))
def _run(
    economy: Economy,
    closure: Closure,
    draws: tuple[Elasticities, tuple[Shock, Shock] | None],
    shared: tuple[Shock, Shock] | None,
    known: Known,
    weights: Float[Array, "b h+b"],
    blocks: tuple[Array, Any],
    tolerance: float,
    summary: Summary,
    count: int,
) -> tuple[Any, Any]:
    def room(x: Float[Array, "h m"]) -> Array:
        return jnp.concatenate([x, jnp.zeros((count, x.shape[1]), x.dtype)])

    def one(carry: tuple[Array, Array], case: Any) -> tuple[tuple[Array, Array], Any]:
        b, weight, (elasticities, own) = case
        pair = shared if own is None else own
        draw = _Draw(economy, elasticities, closure)
        begin = weight @ carry[0]
        fresh = no_memory(_MEMORY, begin)
        first, at, memory = _end(draw, pair[0], blocks[0], begin, fresh, tolerance)
        there = weight @ carry[1] + known.share * (at.point - begin)
        last, end, _ = _end(draw, pair[1], blocks[0], there, memory, tolerance)
        # a draw that failed teaches nothing: what was foretold stands in for it
        good = jnp.isfinite(at.point).all() & jnp.isfinite(end.point).all()
        carry = (
            carry[0].at[known.first.shape[0] + b].set(jnp.where(good, at.point, begin)),
            carry[1].at[known.last.shape[0] + b].set(jnp.where(good, end.point, weight @ carry[1])),
        )
        return carry, ((summary(first, blocks[1]), at), (summary(last, blocks[1]), end))

    begin = (room(known.first), room(known.last))
    return jax.lax.scan(one, begin, (jnp.arange(count), weights, draws))[1]


def solve_chain(
    economy: Economy,
    elasticities: Elasticities,
    shocks: tuple[Shock, Shock],
    closure: Closure,
    *,
    known: Known,
    weights: Float[np.ndarray, "b h+b"],
    blocks: Float[Array, "n d d"],
    tolerance: float,
    summary: Summary,
    detail: Any = None,
) -> Chain:
    """Solve many draws of the elasticities (leading axis) for the two ends of a path.

    `shocks` have that axis too, or none where the draws share them. Draw b starts from the sum of
    the known states and of the draws before it that row b of `weights` says; `blocks`
    (`country_blocks`) turn gaps into steps. `summary(equilibrium, detail)` is kept of each end.
    A draw's answer depends on the draws before it by less than the tolerance. What acceleration
    leaves unsolved is solved again by `solve`, to its full tolerance.
    """
    with jax.enable_x64(True):
        check_closure(economy, closure)
        own = np.ndim(shocks[0].tariff) == 4
        count = len(elasticities.materials)
        for shock in shocks:
            members = [_member(shock.quotas, b) for b in range(count)] if own else [shock.quotas]
            for quotas in members:
                check_quotas(economy, quotas)
        found = _run(
            economy, closure, (elasticities, shocks if own else None), None if own else shocks,
            known, weights, (blocks, detail), tolerance, summary, count,
        )  # fmt: skip
        ends = [_End(*jax.tree.map(np.asarray, end), tolerance) for end in found]
        for b in range(count):
            for end, shock in zip(ends, shocks, strict=True):
                if not end.statuses[b].converged:
                    alone = _member(shock, b) if own else shock
                    again = solve(economy, _member(elasticities, b), alone, closure)
                    end.replace(b, again, summary(again.equilibrium, detail))
        first, last = ends
        return Chain(
            (first.kept, last.kept),
            (first.states, last.states),
            tuple(zip(first.statuses, last.statuses, strict=True)),
        )


class _End:
    """One end of all draws while it is put together."""

    def __init__(self, kept: Any, found: FixedPoint, tolerance: float) -> None:
        self.kept, self.states = kept, found.point
        rows = zip(found.residual, found.extra, found.iterations, strict=True)
        self.statuses = [
            describe(float(r), float(w), int(i), "anderson", tolerance) for r, w, i in rows
        ]

    def replace(self, b: int, found: Solution, kept: Any) -> None:
        """Put another solution in the place of draw `b`."""

        def put(old: np.ndarray, new: Any) -> np.ndarray:
            whole = np.array(old)
            whole[b] = new
            return whole

        self.kept = jax.tree.map(put, self.kept, kept)
        self.states = put(self.states, ravel_pytree(found.state)[0])
        self.statuses[b] = found.status


def _member(tree: Any, b: int) -> Any:
    return jax.tree.map(lambda x: x[b], tree)
