"""From labelled tables to the arrays of the model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from tradetalks.errors import BadInput
from tradetalks.model import Economy, Elasticities, economy_of_flows

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario
    from tradetalks.scenario.shock import ElasticityOverrides


_CRITICAL = "-critical-"
"""In the names of sets that differ from the central one in the elasticity of critical inputs."""


def economy_of(world: World) -> Economy:
    """Return the model's baseline for a world table (64-bit; call inside `enable_x64`)."""
    return economy_of_flows(
        jnp.asarray(world.trade),
        jnp.asarray(world.tariff),
        jnp.asarray(world.intermediate),
        jnp.asarray(world.final),
        jnp.asarray(world.value_added),
        markup=None if world.markup is None else jnp.asarray(world.markup),
        critical=None if world.critical is None else jnp.asarray(world.critical, dtype=float),
    )


def elasticities_of(
    chosen: ElasticitySet, overrides: ElasticityOverrides | None = None, *, nests: str = "two"
) -> Elasticities:
    """Return the model's elasticities for a shipped set, with a scenario's own values on top.

    With `nests="one"` the domestic good competes with every origin at sigma.
    """
    sigma = np.array(chosen.sigma, dtype=float)
    sigma_domestic = (
        sigma.copy() if nests == "one" else np.array(chosen.sigma_domestic, dtype=float)
    )
    materials, value_added, final = chosen.materials, chosen.value_added, chosen.final
    if overrides is not None:
        sigma = np.where(np.isnan(overrides.sigma), sigma, overrides.sigma)
        if nests == "one":
            sigma_domestic = sigma.copy()
        else:
            own = overrides.sigma_domestic
            sigma_domestic = np.where(np.isnan(own), sigma_domestic, own)
        materials = materials if overrides.materials is None else overrides.materials
        value_added = value_added if overrides.value_added is None else overrides.value_added
        final = final if overrides.final is None else overrides.final
    return Elasticities(
        sigma=jnp.asarray(sigma),
        sigma_domestic=jnp.asarray(sigma_domestic),
        materials=jnp.asarray(materials, dtype=float),
        value_added=jnp.asarray(value_added, dtype=float),
        final=jnp.asarray(final, dtype=float),
        critical=None if chosen.critical is None else jnp.asarray(chosen.critical, dtype=float),
    )


def choose_sets(scenario: Scenario, sets: tuple[ElasticitySet, ...]) -> tuple[ElasticitySet, ...]:
    """Return the elasticity sets a scenario asks for; the central one is always among them.

    So are those that span the elasticity of critical inputs, where the world has such goods.
    """
    wanted = scenario.elasticities
    if wanted == ("all",):
        return sets
    names = {s.name: s for s in sets}
    asked = [s.name for s in sets if s.central] if wanted == ("central",) else list(wanted)
    unknown = [name for name in asked if name not in names]
    if unknown:
        raise BadInput(
            f"elasticity set '{unknown[0]}' does not belong to the {scenario.horizon} horizon.",
            cure="Known: " + ", ".join(names) + ".",
        )
    # the range over critical inputs is part of every answer that depends on them
    ends = tuple(s.name for s in sets if s.central or _CRITICAL in s.name)
    return tuple(s for s in sets if s.name in ends or s.name in asked)


def with_own_critical(
    sets: tuple[ElasticitySet, ...], value: float | None
) -> tuple[ElasticitySet, ...]:
    """Return the sets with a scenario's own elasticity of critical inputs.

    The sets that span its range keep their distance from the central one, as a ratio.
    """
    central = next(s.critical for s in sets if s.central)
    if value is None or central is None:
        return sets
    return tuple(
        s if s.critical is None else replace(s, critical=s.critical * value / central) for s in sets
    )
