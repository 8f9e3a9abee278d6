"""Exact gradients of equilibrium outcomes by one adjoint solve.

At a fixed point x = G(x, theta) the derivative of an outcome f(x, theta) is
f_theta + lambda' G_theta with lambda = f_x + G_x' lambda. The adjoint equation is itself a
fixed point, of a linear map, and is solved by the same acceleration.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

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
from tradetalks.solve.anderson import Correction, accelerate
from tradetalks.solve.correction import correction
from tradetalks.solve.status import TOLERANCE

Objective = Callable[[Equilibrium], Float[Array, ""]]
_ADJOINT_TOLERANCE = 1e-10


class Inputs(NamedTuple):
    """Everything on which an equilibrium state depends."""

    economy: Economy
    elasticities: Elasticities
    closure: Closure
    shock: Shock
    kernel: Kernel


def _image(inputs: Inputs, state: State) -> State:
    return advance(*inputs, state)[0]


def _correct(inputs: Inputs, unravel: Callable[[Array], State]) -> Correction:
    step = correction(inputs.economy, inputs.elasticities, inputs.closure, inputs.shock)
    return lambda gap: ravel_pytree(step(unravel(gap)))[0]


@jax.custom_vjp
def fixed_state(inputs: Inputs) -> tuple[State, Float[Array, ""]]:
    """Return the equilibrium state and its residual, differentiable in every array input."""
    first = start(inputs.economy, inputs.closure, inputs.shock)
    point, unravel = ravel_pytree(first)

    def flat(x: Float[Array, " m"]) -> tuple[Float[Array, " m"], Float[Array, ""]]:
        image, walras = advance(*inputs, unravel(x))
        return ravel_pytree(image)[0], walras

    found = accelerate(
        flat,
        point,
        tolerance=0.1 * TOLERANCE,
        max_iterations=250,
        correct=_correct(inputs, unravel),
    )
    return unravel(found.point), found.residual


def _forward(inputs: Inputs) -> tuple[tuple[State, Array], tuple[Inputs, State]]:
    state, residual = fixed_state(inputs)
    return (state, residual), (inputs, state)


def _backward(saved: tuple[Inputs, State], cotangent: tuple[State, Array]) -> tuple[Inputs]:
    inputs, state = saved
    seed, unravel = ravel_pytree(cotangent[0])
    _, pull_state = jax.vjp(lambda s: _image(inputs, s), state)
    size = jnp.maximum(jnp.max(jnp.abs(seed)), 1e-300)

    transposed = jax.linear_transpose(_correct(inputs, unravel), seed)

    def adjoint(row: Float[Array, " m"]) -> tuple[Float[Array, " m"], Float[Array, ""]]:
        return seed / size + ravel_pytree(pull_state(unravel(row))[0])[0], jnp.zeros(())

    found = accelerate(
        adjoint,
        seed / size,
        tolerance=_ADJOINT_TOLERANCE,
        max_iterations=400,
        memory=12,
        correct=lambda gap: transposed(gap)[0],
    )
    _, pull = jax.vjp(lambda x: _image(x, state), inputs)
    return pull(unravel(found.point * size))


fixed_state.defvjp(_forward, _backward)


def equilibrium_of(
    economy: Economy, elasticities: Elasticities, closure: Closure, shock: Shock
) -> tuple[Equilibrium, Float[Array, ""]]:
    """Return the equilibrium, differentiable in all inputs, and its residual.

    Traced: to be called inside a compiled function, which leaves the residual to check.
    """
    kernel = trade_kernel(economy, elasticities, shock, closure.selection)
    state, residual = fixed_state(Inputs(economy, elasticities, closure, shock, kernel))
    return equilibrium_at(economy, elasticities, closure, shock, kernel, state), residual


@partial(jax.jit, static_argnums=0)
def _value_and_gradient(
    objective: Objective,
    closure: Closure,
    economy: Economy,
    elasticities: Elasticities,
    shock: Shock,
) -> tuple[tuple[Array, Array], Shock]:
    def outcome(s: Shock) -> tuple[Array, Array]:
        at, residual = equilibrium_of(economy, elasticities, closure, s)
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
