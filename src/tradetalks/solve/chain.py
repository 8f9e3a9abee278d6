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
from tradetalks.solve.equilibrium import solve
from tradetalks.solve.status import Status, describe

_MAX_ITERATIONS = 100
_MEMORY = 8
_SHORT = 0.2
"""By how much residuals are below the tolerance: answers are then right to a tenth of it."""

Summary = Callable[[Equilibrium, Any], Any]
"""What is kept of an equilibrium, and what it needs for that; one function object across calls."""


class Known(NamedTuple):
    """States `[end, h, m]` (as one vector) from which draws may start.

    `share` is by how much the second end is off when the first is.
    """

    states: Float[Array | np.ndarray, "2 h m"]
    share: float


@dataclass(frozen=True)
class Chain:
    """The draws solved: what `summary` kept `[b, end, ...]` and the states of both ends.

    `statuses` is by draw, of both ends.
    """

    kept: Any
    states: Float[np.ndarray, "2 b m"]
    statuses: tuple[tuple[Status, Status], ...]


class _Draw(NamedTuple):
    economy: Economy
    elasticities: Elasticities
    closure: Closure


def _end(
    draw: _Draw, shock: Shock, blocks: Array, point: Array, memory: Memory, target: Array
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


@partial(jax.jit, static_argnums=8)
def _run(
    economy: Economy,
    closure: Closure,
    draws: tuple[Elasticities, Shock | None],
    shared: Shock | None,
    known: Known,
    weights: Float[Array, "b h+b"],
    blocks: tuple[Array, Any],
    tolerance: Float[Array, ""],
    summary: Summary,
) -> tuple[Any, FixedPoint]:
    """Solve draws one by one, and in each its ends; shocks `[end]` or `[draw, end]`."""
    count, (old, size) = len(weights), known.states.shape[1:]

    def one(before: Float[Array, "2 h+b m"], case: Any) -> tuple[Array, Any]:
        b, weight, (elasticities, own) = case
        draw = _Draw(economy, elasticities, closure)
        foretold = jnp.einsum("h,ehm->em", weight, before)

        def end(off: tuple[Array, Memory], there: Any) -> tuple[tuple[Array, Memory], Any]:
            shock, expected, share = there
            begin = expected + share * off[0]
            e, found, memory = _end(draw, shock, blocks[0], begin, off[1], _SHORT * tolerance)
            return (found.point - begin, memory), (summary(e, blocks[1]), found)

        fresh = (jnp.zeros(size), no_memory(_MEMORY, foretold[0]))
        shares = jnp.stack([jnp.zeros(()), known.share])
        ends = (shared if own is None else own, foretold, shares)
        _, (kept, found) = jax.lax.scan(end, fresh, ends)
        # a draw that failed teaches nothing: what was foretold stands in for it
        good = jnp.isfinite(found.point).all() & (found.residual < tolerance).all()
        return before.at[:, old + b].set(jnp.where(good, found.point, foretold)), (kept, found)

    room = jnp.concatenate([known.states, jnp.zeros((2, count, size))], axis=1)
    return jax.lax.scan(one, room, (jnp.arange(count), weights, draws))[1]


def solve_chain(
    economy: Economy,
    elasticities: Elasticities,
    shocks: Shock,
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

    `shocks` are `[end]`, or `[draw, end]` where draws differ. Draw b starts from the sum of
    the known states and of the draws before it that row b of `weights` says; `blocks`
    (`country_blocks`) turn gaps into steps. `summary(equilibrium, detail)` is kept of each end.
    A draw's answer depends on the draws before it by less than the tolerance. What acceleration
    leaves unsolved is solved again by `solve`, to its full tolerance.
    """
    with jax.enable_x64(True):
        own = np.ndim(shocks.tariff) == 5
        check_closure(economy, closure)
        each = [_member(shocks, b) for b in range(len(weights))] if own else [shocks]
        for pair in each:
            for e in (0, 1):
                check_quotas(economy, _member(pair.quotas, e))
        kept, found = jax.tree.map(
            np.asarray,
            _run(
                economy, closure, (elasticities, shocks if own else None),
                None if own else shocks, known, weights, (blocks, detail),
                jnp.asarray(tolerance), summary,
            ),
        )  # fmt: skip
        states = found.point.swapaxes(0, 1)
        statuses = [
            [
                describe(*_numbers(_member(_member(found, b), e)), "anderson", tolerance)
                for e in (0, 1)
            ]
            for b in range(len(weights))
        ]
        for b, both in enumerate(statuses):
            for e in (0, 1):
                if not both[e].converged:
                    shock = _member(each[b] if own else shocks, e)
                    again = solve(economy, _member(elasticities, b), shock, closure)
                    kept = _put(kept, summary(again.equilibrium, detail), (b, e))
                    states = _put(states, ravel_pytree(again.state)[0], (e, b))
                    both[e] = again.status
        return Chain(kept, states, tuple((both[0], both[1]) for both in statuses))


def _numbers(found: FixedPoint) -> tuple[float, float, int]:
    return float(found.residual), float(found.extra), int(found.iterations)


def _put(tree: Any, part: Any, at: tuple[int, int]) -> Any:
    """Return NumPy arrays with another member in one place."""

    def put(old: np.ndarray, new: Any) -> np.ndarray:
        whole = np.array(old)
        whole[at] = new
        return whole

    return jax.tree.map(put, tree, part)


def _member(tree: Any, b: int) -> Any:
    return jax.tree.map(lambda x: x[b], tree)
