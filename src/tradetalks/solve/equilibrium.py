"""Find the equilibrium of an economy under a shock: one at a time, or a batch at once.

Every entry point switches 64-bit floats on for itself only and hands back NumPy arrays.
The order of methods is fixed: Anderson acceleration, then Newton-GMRES from where it
stopped, then the same along a path that phases the shock in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from tradetalks.errors import NotConverged
from tradetalks.model import (
    Closure,
    Economy,
    Elasticities,
    Equilibrium,
    Kernel,
    Shock,
    State,
    advance,
    equilibrium_at,
    no_shock,
    start,
    trade_kernel,
)
from tradetalks.model.checks import check_closure, check_quotas
from tradetalks.solve.anderson import FixedPoint, accelerate
from tradetalks.solve.correction import correction
from tradetalks.solve.newton import newton_gmres
from tradetalks.solve.status import TOLERANCE, Method, Status, describe, with_branch_end

# Anderson stops a little below the tolerance that is promised
_TARGET = 0.5 * TOLERANCE
_MAX_ITERATIONS = 250
_NEAR = 1e-4
_PHASES = (4, 16)


@dataclass(frozen=True)
class Solution:
    """An equilibrium (NumPy arrays) and how it was found."""

    equilibrium: Equilibrium
    state: State
    status: Status

    def require(self) -> Equilibrium:
        """Return the equilibrium, or raise `NotConverged`: a failed solve has no numbers."""
        if not self.status.converged:
            raise NotConverged(self.status.message)
        return self.equilibrium


class _Problem(NamedTuple):
    economy: Economy
    elasticities: Elasticities
    closure: Closure


def _iterate(
    problem: _Problem,
    shock: Shock,
    kernel: Kernel,
    state: State,
    newton: bool,
) -> FixedPoint:
    point, unravel = ravel_pytree(state)

    def flat(x: Float[Array, " m"]) -> tuple[Float[Array, " m"], Float[Array, ""]]:
        image, walras = advance(*problem, shock, kernel, unravel(x))
        return ravel_pytree(image)[0], walras

    if newton:
        return newton_gmres(flat, point, tolerance=_TARGET)
    correct = correction(*problem, shock)
    return accelerate(
        flat,
        point,
        tolerance=_TARGET,
        max_iterations=_MAX_ITERATIONS,
        correct=lambda gap: ravel_pytree(correct(unravel(gap)))[0],
    )


def _solve_from(
    problem: _Problem, shock: Shock, state: State, newton: bool
) -> tuple[State, Equilibrium, FixedPoint]:
    economy, elasticities, closure = problem
    kernel = trade_kernel(economy, elasticities, shock, closure.selection)
    found = _iterate(problem, shock, kernel, state, newton)
    _, unravel = ravel_pytree(state)
    solved = unravel(found.point)
    return solved, equilibrium_at(economy, elasticities, closure, shock, kernel, solved), found


_solve_single = jax.jit(_solve_from, static_argnums=3)
_start = jax.jit(start)


@partial(jax.jit, static_argnums=2)
def _solve_many(
    problem: _Problem, shocks: Shock, shared: bool
) -> tuple[State, Equilibrium, FixedPoint]:
    def one(elasticities: Elasticities, shock: Shock) -> tuple[State, Equilibrium, FixedPoint]:
        inner = _Problem(problem.economy, elasticities, problem.closure)
        return _solve_from(inner, shock, start(problem.economy, problem.closure, shock), False)

    return jax.vmap(one, in_axes=(None if shared else 0, 0))(problem.elasticities, shocks)


@jax.jit
def _phase(problem: _Problem, shock: Shock, state: State, share: Array) -> FixedPoint:
    economy, elasticities, closure = problem
    calm = no_shock(economy)
    if shock.export_tax is not None:
        calm = eqx.tree_at(
            lambda s: s.export_tax,
            calm,
            jnp.zeros_like(shock.export_tax),
            is_leaf=lambda x: x is None,
        )
    before = trade_kernel(economy, elasticities, calm, closure.selection)
    after = trade_kernel(economy, elasticities, shock, closure.selection)
    mixed = jax.tree.map(lambda a, b: (1.0 - share) * a + share * b, before, after)
    return _iterate(problem, shock, mixed, state, True)


def _to_numpy(tree: Any) -> Any:
    return jax.tree.map(np.asarray, tree)


def _status(found: FixedPoint, method: Method) -> Status:
    return describe(float(found.residual), float(found.extra), int(found.iterations), method)


def _continuation(problem: _Problem, shock: Shock) -> tuple[State | None, float]:
    """Phase the shock in; return the state short of all of it, or None, and how far it got."""
    first = start(problem.economy, problem.closure, shock)
    _, unravel = ravel_pytree(first)
    reached = 0.0
    for phases in _PHASES:
        state = first
        for share in np.linspace(0.0, 1.0, phases + 1)[1:-1]:
            found = _phase(problem, shock, state, jnp.asarray(share))
            if not float(found.residual) < TOLERANCE:
                break
            state = unravel(found.point)
            reached = max(reached, float(share))
        else:
            return state, reached
    return None, reached


def solve(
    economy: Economy,
    elasticities: Elasticities,
    shock: Shock,
    closure: Closure | None = None,
    *,
    from_state: State | None = None,
) -> Solution:
    """Solve for the equilibrium under one shock.

    Returns a `Solution` whatever happens; call `.require()` to have numbers or an error.
    Raises `BadNumber` where the closure or a quota contradicts the table (`model.checks`).
    """
    with jax.enable_x64(True):
        check_closure(economy, closure)
        check_quotas(economy, shock.quotas)
        problem = _Problem(economy, elasticities, closure or Closure())
        begin = _start(economy, problem.closure, shock) if from_state is None else from_state
        state, equilibrium, found = _solve_single(problem, shock, begin, False)
        status = _status(found, "anderson")
        finite = bool(jnp.isfinite(found.residual))
        if not status.converged and float(found.residual) < _NEAR:
            # stalled close by: with an empty memory it often goes on, and nothing is compiled
            state, equilibrium, found = _solve_single(problem, shock, state, False)
            status, finite = _status(found, "anderson"), bool(jnp.isfinite(found.residual))
        if not status.converged:
            state, equilibrium, found = _solve_single(
                problem, shock, state if finite else begin, True
            )
            status = _status(found, "newton")
        if not status.converged:
            phased, reached = _continuation(problem, shock)
            if phased is not None:
                state, equilibrium, found = _solve_single(problem, shock, phased, True)
                status = _status(found, "continuation")
            if not status.converged and reached > 0.0:
                status = with_branch_end(status, reached)
        return Solution(_to_numpy(equilibrium), _to_numpy(state), status)


def solve_batch(
    economy: Economy,
    elasticities: Elasticities,
    shocks: Shock,
    closure: Closure | None = None,
) -> list[Solution]:
    """Solve many cases of one economy at once; the leading axis of `shocks` is the case.

    `elasticities` have that axis too, or none where all cases share them. Members that
    acceleration leaves unsolved are solved again one by one with the fallbacks, so a batch
    finds whatever single solves find. Raises `BadNumber` where the closure contradicts the table.
    """
    with jax.enable_x64(True):
        check_closure(economy, closure)
        shared = np.ndim(elasticities.materials) == 0
        problem = _Problem(economy, elasticities, closure or Closure())
        states, equilibria, found = _to_numpy(_solve_many(problem, shocks, shared))

        out: list[Solution] = []
        for b in range(found.residual.shape[0]):
            status = _status(_member(found, b), "anderson")
            if status.converged:
                out.append(Solution(_member(equilibria, b), _member(states, b), status))
            else:
                own = elasticities if shared else _member(elasticities, b)
                out.append(solve(economy, own, _member(shocks, b), closure))
        return out


def _member(tree: Any, b: int) -> Any:
    return jax.tree.map(lambda x: x[b], tree)
