"""What a government gets from a world of tariffs, and its derivative in each of its own duties.

One compiled function serves every country and every weighting: both are arrays, not code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from numpy.typing import NDArray

from tradetalks.errors import NotConverged
from tradetalks.model import Closure, Economy, Elasticities, Equilibrium, Shock, by_sector
from tradetalks.solve import TOLERANCE
from tradetalks.solve.gradient import equilibrium_of
from tradetalks.talks.interests import Interests, weighted

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Setting:
    """The economy in which tariffs are chosen, as `solve` takes it, and what governments want.

    Without `interests` that is real income and the players' weights by sector.
    """

    economy: Economy
    elasticities: Elasticities
    closure: Closure
    interests: Interests | None = None


@dataclass(frozen=True, eq=False)
class Payoff:
    """A country's objective at given tariffs.

    `value` is log real income (with weights, the log of the weighted sum), `slope`
    `[i, j]` its derivative in the log of one plus the country's own duties, `equilibrium`
    where they lead (arrays of the compiled function; `np.asarray` reads them).
    """

    value: float
    slope: Numbers
    equilibrium: Equilibrium


def payoff(setting: Setting, tariff: Numbers, country: int, weights: Numbers) -> Payoff:
    """Return the payoff of `country` at `tariff` `[i, n, j]`.

    `weights` `[k]`, mean one, are on the value added (profits included) of the country's
    sectors; other income (duties, transfers) counts one for one. Raises `NotConverged`.
    """
    with jax.enable_x64(True):
        (value, (residual, at)), slope = _evaluate(*arguments(setting, tariff, country, weights))
        refuse_unsolved(residual, value)
        own = np.asarray(slope).T * (1.0 + tariff[:, country, :])
        return Payoff(float(value), own, at)


def arguments(
    setting: Setting, tariff: Numbers, who: int | NDArray[np.intp], weights: Numbers
) -> tuple[Any, ...]:
    """Return the arguments of a compiled function of tariffs `[i, n, j]` for countries `who`."""
    return (
        setting.economy,
        setting.elasticities,
        setting.closure,
        by_sector(jnp.asarray(tariff)),
        jnp.asarray(who),
        jnp.asarray(weights),
        setting.interests,
    )


def refuse_unsolved(residual: Any, value: Any) -> None:
    """Raise `NotConverged` where objectives come from no equilibrium."""
    if not (float(residual) < TOLERANCE and np.isfinite(np.asarray(value)).all()):
        raise NotConverged(
            f"no equilibrium at tariffs that were tried (residual {float(residual):.1e}).",
            cure="Narrow the bounds, or start from lower tariffs.",
        )


def read(equilibrium: Equilibrium) -> Equilibrium:
    """Return the equilibrium with NumPy arrays in place of the compiled function's."""
    return jax.tree.map(np.asarray, equilibrium)


def objective(
    economy: Economy,
    at: Equilibrium,
    country: Int[Array, ""],
    weights: Float[Array, " k"],
    interests: Interests | None,
) -> Float[Array, ""]:
    """Return the log of real income plus what weights (mean one) add to value added.

    Where there are `interests`, theirs instead. Traced: to be called inside a compiled function.
    """
    if interests is not None:
        return weighted(interests, at, country)
    earned = at.value_added
    if economy.profit_share is not None:
        earned = earned + economy.profit_share * at.sales
    favour = ((weights - 1.0) * earned[country]).sum() / at.consumer_price[country]
    return jnp.log(at.welfare[country] + favour)


@jax.jit
def _evaluate(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    tariff: Float[Array, "j n i"],
    country: Int[Array, ""],
    weights: Float[Array, " k"],
    interests: Interests | None,
) -> Any:
    def outcome(own: Float[Array, "j i"]) -> tuple[Array, tuple[Array, Equilibrium]]:
        shock = Shock(tariff.at[:, country, :].set(own), jnp.zeros_like(tariff))
        at, residual = equilibrium_of(economy, elasticities, closure, shock)
        return objective(economy, at, country, weights, interests), (residual, at)

    return jax.value_and_grad(outcome, has_aux=True)(tariff[:, country, :])
