"""Duties set together: several governments' payoffs and all their derivatives at one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from numpy.typing import NDArray

from tradetalks.model import Closure, Economy, Elasticities, Equilibrium, Shock
from tradetalks.solve.gradient import equilibrium_of
from tradetalks.talks.interests import Interests
from tradetalks.talks.payoff import Numbers, Setting, arguments, objective, refuse_unsolved

_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Instruments:
    """What a table decides on: `variable` `[i, n, j]` numbers each flow's duty, -1 where none.

    Flows with one number pay one rate (most-favoured-nation duties) on a value that is `valuation`
    `[i, n, j]` times the table's. `low` and `high` `[m]` bound the log of one plus each rate.
    """

    variable: NDArray[np.intp]
    valuation: Numbers
    low: Numbers
    high: Numbers

    @property
    def size(self) -> int:
        """How many rates are decided."""
        return self.low.size

    @cached_property
    def _flows(self) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
        chosen = self.variable >= 0
        return chosen, self.variable[chosen]

    def put(self, tariff: Numbers, x: Numbers) -> Numbers:
        """Return the tariffs with every decided rate at `expm1(x)`."""
        chosen, number = self._flows
        out = np.array(tariff)
        out[chosen] = np.expm1(x)[number] * self.valuation[chosen]
        return out

    def read(self, tariff: Numbers, weight: Numbers) -> Numbers:
        """Return the rates `[m]` of a table, means over their flows weighted by `weight`."""
        return self.total(weight * tariff / self.valuation) / self.total(weight)

    def total(self, by_flow: Numbers) -> Numbers:
        """Return sums over the flows of each variable `[m]` of `[i, n, j]`."""
        chosen, number = self._flows
        summed = np.bincount(number, weights=by_flow[chosen], minlength=self.size)
        return summed.astype(np.float64)

    def clip(self, x: Numbers) -> Numbers:
        """Return `x` within the bounds."""
        return np.clip(x, self.low, self.high)


@dataclass(frozen=True, eq=False)
class Joint:
    """Payoffs `[p]` (logs), slopes `[p, m]` in the variables, where they lead."""

    value: Numbers
    slope: Numbers
    equilibrium: Equilibrium


class JointTable:
    """Tariffs on the table of several governments; counts evaluations."""

    def __init__(
        self,
        setting: Setting,
        tariff: Numbers,
        instruments: Instruments,
        countries: Sequence[int] | NDArray[np.intp],
        weights: Numbers,
    ) -> None:
        self.setting, self.instruments = setting, instruments
        self.tariff = np.array(tariff, dtype=float)
        self.countries = np.asarray(countries, dtype=np.intp)
        self.weights = weights
        self.evaluations = 0

    def of(self, players: NDArray[np.bool_]) -> JointTable:
        """Return the same table for some of the players `[p]`, its evaluations at zero."""
        return JointTable(
            self.setting,
            self.tariff,
            self.instruments,
            self.countries[players],
            self.weights[players],
        )

    def at(self, x: Numbers) -> Joint:
        """Return payoffs and slopes at `x` `[m]`. Raises `NotConverged`."""
        self.evaluations += 1
        tariff = self.instruments.put(self.tariff, x)
        value, slope, found = payoffs(self.setting, tariff, self.countries, self.weights)
        by_flow = slope * (self.instruments.valuation + tariff)
        return Joint(value, np.array([self.instruments.total(s) for s in by_flow]), found)

    def curvature(self, at: Joint, share: Numbers) -> Numbers:
        """Return about how fast the joint slope falls in each variable `[m]`.

        That is imports x sigma / spending, each importer counted by its `share` `[p]` in the
        joint objective, and a little if it has none.
        """
        trade = np.asarray(at.equilibrium.trade)
        spending = np.asarray(at.equilibrium.expenditure)
        least = 0.05 / share.size
        counted = np.full(spending.size, least)
        counted[self.countries] = np.maximum(share, least)
        flow = trade * np.asarray(self.setting.elasticities.sigma) * (counted / spending)[:, None]
        return np.maximum(self.instruments.total(flow), _TINY)


def payoffs(
    setting: Setting, tariff: Numbers, countries: NDArray[np.intp], weights: Numbers
) -> tuple[Numbers, Numbers, Equilibrium]:
    """Return objectives `[p]` of `countries` at `tariff` `[i, n, j]` and their derivatives.

    Derivatives `[p, i, n, j]` are in every duty, in its own units. `weights` `[p, k]` as in
    `payoff`. Raises `NotConverged`.
    """
    with jax.enable_x64(True):
        slope, (value, residual, at) = _evaluate(*arguments(setting, tariff, countries, weights))
        refuse_unsolved(residual, value)
        return np.asarray(value), np.asarray(slope).transpose(0, 3, 2, 1), at


@jax.jit
def _evaluate(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    tariff: Float[Array, "j n i"],
    countries: Int[Array, " p"],
    weights: Float[Array, "p k"],
    interests: Interests | None,
) -> Any:
    def outcome(duty: Float[Array, "j n i"]) -> tuple[Array, tuple[Array, Array, Equilibrium]]:
        shock = Shock(duty, jnp.zeros_like(duty))
        at, residual = equilibrium_of(economy, elasticities, closure, shock)
        value = jax.vmap(lambda n, w: objective(economy, at, n, w, interests))(countries, weights)
        return value, (value, residual, at)

    return jax.jacrev(outcome, has_aux=True)(tariff)
