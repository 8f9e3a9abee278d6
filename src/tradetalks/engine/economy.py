"""From labelled tables to the arrays of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from tradetalks.errors import BadInput
from tradetalks.model import Economy, Elasticities, economy_of_flows

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario
    from tradetalks.scenario.shock import ElasticityOverrides


def economy_of(world: World) -> Economy:
    """Return the model's baseline for a world table (64-bit; call inside `enable_x64`)."""
    return economy_of_flows(
        jnp.asarray(world.trade),
        jnp.asarray(world.tariff),
        jnp.asarray(world.intermediate),
        jnp.asarray(world.final),
        jnp.asarray(world.value_added),
        markup=None if world.markup is None else jnp.asarray(world.markup),
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
    )


def choose_sets(scenario: Scenario, sets: tuple[ElasticitySet, ...]) -> tuple[ElasticitySet, ...]:
    """Return the elasticity sets a scenario asks for; the central one is always among them."""
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
    return tuple(s for s in sets if s.central or s.name in asked)
