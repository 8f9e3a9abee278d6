"""Matrix-free Newton-GMRES for `map(x) = x`: the fallback where acceleration fails.

The Jacobian is never formed: GMRES needs only its product with a vector, which forward
differentiation of the map gives at the cost of about two evaluations. Steps are halved
until the residual falls (Dennis & Schnabel 1983, ch. 6).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.sparse.linalg import gmres
from jaxtyping import Array, Float, Int

from tradetalks.solve.anderson import FixedPoint, Map

_HALVINGS = 12


class _Carry(NamedTuple):
    point: Float[Array, " m"]
    gap: Float[Array, " m"]
    extra: Float[Array, ""]
    residual: Float[Array, ""]
    shrink: Float[Array, ""]
    iterations: Int[Array, ""]


def newton_gmres(
    fixed_point_map: Map,
    start: Float[Array, " m"],
    *,
    tolerance: float,
    max_iterations: int = 40,
    krylov: int = 60,
) -> FixedPoint:
    """Solve `map(x) = x` by Newton steps with a backtracking line search."""

    def gap_at(x: Float[Array, " m"]) -> tuple[Float[Array, " m"], Float[Array, ""]]:
        image, extra = fixed_point_map(x)
        return image - x, extra

    def body(carry: _Carry) -> _Carry:
        def product(v: Float[Array, " m"]) -> Float[Array, " m"]:
            return jax.jvp(lambda x: gap_at(x)[0], (carry.point,), (v,))[1]

        step, _ = gmres(product, -carry.gap, tol=1e-4, restart=krylov, maxiter=2)

        def worse(trial: tuple[Array, Array, Array, Array]) -> Array:
            length, gap, _, tries = trial
            fallen = jnp.max(jnp.abs(gap)) <= (1.0 - 1e-4 * length) * carry.residual
            return ~fallen & (tries < _HALVINGS)

        def halve(trial: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
            length, _, _, tries = trial
            gap, extra = gap_at(carry.point + 0.5 * length * step)
            return 0.5 * length, gap, extra, tries + 1

        one = jnp.ones((), start.dtype)
        first = (one, *gap_at(carry.point + step), jnp.zeros((), int))
        length, gap, extra, _ = jax.lax.while_loop(worse, halve, first)
        return _Carry(
            point=carry.point + length * step,
            gap=gap,
            extra=extra,
            residual=jnp.max(jnp.abs(gap)),
            shrink=length,
            iterations=carry.iterations + 1,
        )

    def unfinished(carry: _Carry) -> Array:
        stuck = carry.shrink < 0.75 * 0.5 ** (_HALVINGS - 1)
        running = (carry.iterations < max_iterations) & ~stuck & jnp.isfinite(carry.residual)
        return running & (carry.residual >= tolerance)

    gap, extra = gap_at(start)
    first = _Carry(
        start, gap, extra, jnp.max(jnp.abs(gap)), jnp.ones((), start.dtype), jnp.zeros((), int)
    )
    last = jax.lax.while_loop(unfinished, body, first)
    return FixedPoint(last.point, last.residual, last.extra, last.iterations)
