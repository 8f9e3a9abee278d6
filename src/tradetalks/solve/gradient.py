"""Exact gradients of equilibrium outcomes by one adjoint solve.

At a fixed point x = G(x, theta) the derivative of an outcome f(x, theta) is
f_theta + lambda' G_theta with lambda = f_x + G_x' lambda. The adjoint equation is itself a
fixed point, of a linear map, and is solved by the same acceleration.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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
    start,
    trade_kernel,
)
from tradetalks.solve.anderson import accelerate
from tradetalks.solve.status import TOLERANCE

Objective = Callable[[Equilibrium], Float[Array, ""]]
_ADJOINT_TOLERANCE = 1e-10


def _image(
    economy: Economy, elasticities: Elasticities, closure: Closure, kernel: Kernel, state: State
) -> State:
    return advance(economy, elasticities, closure, kernel, state)[0]


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def fixed_state(
    closure: Closure, economy: Economy, elasticities: Elasticities, kernel: Kernel
) -> tuple[State, Float[Array, ""]]:
    """Return the equilibrium state and its residual, differentiable in all but the closure."""
    first = start(economy)
    point, unravel = ravel_pytree(first)

    def flat(x: Float[Array, " m"]) -> tuple[Float[Array, " m"], Float[Array, ""]]:
        image, walras = advance(economy, elasticities, closure, kernel, unravel(x))
        return ravel_pytree(image)[0], walras

    found = accelerate(flat, point, tolerance=0.1 * TOLERANCE, max_iterations=250)
    return unravel(found.point), found.residual


def _forward(
    closure: Closure, economy: Economy, elasticities: Elasticities, kernel: Kernel
) -> tuple[tuple[State, Array], tuple[Economy, Elasticities, Kernel, State]]:
    state, residual = fixed_state(closure, economy, elasticities, kernel)
    return (state, residual), (economy, elasticities, kernel, state)


def _backward(
    closure: Closure,
    saved: tuple[Economy, Elasticities, Kernel, State],
    cotangent: tuple[State, Array],
) -> tuple[Economy, Elasticities, Kernel]:
    economy, elasticities, kernel, state = saved
    seed, unravel = ravel_pytree(cotangent[0])
    _, pull_state = jax.vjp(lambda s: _image(economy, elasticities, closure, kernel, s), state)

    def adjoint(row: Float[Array, " m"]) -> tuple[Float[Array, " m"], Float[Array, ""]]:
        return seed + ravel_pytree(pull_state(unravel(row))[0])[0], jnp.zeros(())

    size = jnp.maximum(jnp.max(jnp.abs(seed)), 1e-300)
    scaled = accelerate(
        lambda row: (adjoint(row * size)[0] / size, jnp.zeros(())),
        seed / size,
        tolerance=_ADJOINT_TOLERANCE,
        max_iterations=400,
        memory=16,
    )
    row = unravel(scaled.point * size)
    _, pull = jax.vjp(
        lambda ec, el, k: _image(ec, el, closure, k, state), economy, elasticities, kernel
    )
    return pull(row)


fixed_state.defvjp(_forward, _backward)


@partial(jax.jit, static_argnums=0)
def _value_and_gradient(
    objective: Objective,
    closure: Closure,
    economy: Economy,
    elasticities: Elasticities,
    shock: Shock,
) -> tuple[tuple[Array, Array], Shock]:
    def outcome(s: Shock) -> tuple[Array, Array]:
        kernel = trade_kernel(economy, elasticities, s)
        state, residual = fixed_state(closure, economy, elasticities, kernel)
        at = equilibrium_at(economy, elasticities, closure, s, kernel, state)
        return objective(at), residual

    return jax.value_and_grad(outcome, has_aux=True)(shock)


def value_and_gradient(
    objective: Objective,
    economy: Economy,
    elasticities: Elasticities,
    shock: Shock,
    closure: Closure | None = None,
) -> tuple[float, Shock]:
    """Return an outcome of the equilibrium and its derivatives in every duty and trade cost.

    `objective` maps an `Equilibrium` to a number and must be one function object across
    calls (it is compiled once). The gradient is a `Shock` of derivatives, stored
    `[sector, importer, exporter]`. Raises `NotConverged`.
    """
    with jax.enable_x64(True):
        (value, residual), slope = _value_and_gradient(
            objective, closure or Closure(), economy, elasticities, shock
        )
        if not float(residual) < TOLERANCE:
            raise NotConverged(f"No equilibrium to differentiate: residual {float(residual):.1e}.")
        return float(value), jax.tree.map(np.asarray, slope)
