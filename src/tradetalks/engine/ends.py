"""A scenario and its reference, solved: the two equilibria by elasticity set, nothing between.

`simulate` also solves the path between them, for its decomposition; who only asks what the
two ends are like saves four fifths of the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.path import Path, cannot_be_shut, ends_only, shut_without_substitute
from tradetalks.engine.setting import (
    Setting,
    Shocks,
    account_ends,
    at_ends,
    elasticities_in,
    open_question,
    worst,
)
from tradetalks.errors import NoAnswer, NotConverged
from tradetalks.model import Equilibrium
from tradetalks.solve import Status, solve_batch

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SetEnds:
    """Both ends under one elasticity set, as the accounts see them, and how well they solve.

    Trade is what crosses the border: without a premium that importers keep.
    """

    setting: Setting
    path: Path
    before: Equilibrium
    after: Equilibrium
    status: Status

    def accounts(self) -> dict[str, Array]:
        """Return the accounts of `simulate` but for contributions, by variable."""
        return account_ends(self.setting, self.path, (self.before, self.after), {})


@dataclass(frozen=True, eq=False)
class Ends:
    """The reference (`before`) and the scenario (`after`) by name of the elasticity set.

    Equilibria in millions of dollars, as the table; `failed` gives the reasons of the sets that
    have no answer (never the central one).
    """

    setting: Setting
    sets: tuple[ElasticitySet, ...]
    by_set: Mapping[str, SetEnds]
    failed: Mapping[str, str]

    @property
    def scenario(self) -> Scenario:
        """The question."""
        return self.setting.scenario

    @property
    def table(self) -> World:
        """The world."""
        return self.setting.table

    @property
    def shocks(self) -> Shocks:
        """Those of the reference and of the scenario."""
        return self.setting.shocks

    @property
    def central(self) -> str:
        """Name of the central elasticity set."""
        return next(s.name for s in self.sets if s.central)

    @property
    def before(self) -> dict[str, Equilibrium]:
        """The reference by set."""
        return {name: found.before for name, found in self.by_set.items()}

    @property
    def after(self) -> dict[str, Equilibrium]:
        """The scenario by set."""
        return {name: found.after for name, found in self.by_set.items()}

    def accounts(self) -> dict[str, Array]:
        """Return the accounts of the central set by variable, without contributions."""
        return self.by_set[self.central].accounts()

    def assumptions(self) -> tuple[str, ...]:
        """Return what the economy takes for granted, one sentence each."""
        from tradetalks.engine.latent import latent_note, latent_premium
        from tradetalks.engine.report import assumptions_of

        return (
            *assumptions_of(self.scenario, self.sets, self.table),
            *latent_note(self.table, latent_premium(self.shocks)),
        )

    def sources(self) -> list[Any]:
        """Return the sources of the scenario, of its reference and of the table."""
        from tradetalks.engine.critical import critical_sources
        from tradetalks.engine.report import described, shares_source

        stated = [
            *(self.scenario.to_plain().get("sources") or ()),
            *(self.scenario.reference().to_plain().get("sources") or ()),
        ]
        return [
            *stated,
            *map(described, self.table.sources),
            *shares_source(self.scenario, self.table),
            *critical_sources(self.table),
        ]

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader must know before quoting a number."""
        from tradetalks.engine.report import warnings_of

        message = "; ".join(f"{name}: {why}" for name, why in self.failed.items())
        status = {"failed_sets": list(self.failed), "message": f"Incomplete range. {message}"}
        return warnings_of(self.scenario, self.shocks, status)


def solve_ends(
    scenario: Scenario,
    world: World | None = None,
    *,
    central_only: bool = False,
) -> Ends:
    """Solve a scenario and its reference over the elasticity sets that the scenario asks for.

    `world` is a table to use as it is; with `central_only` the central set alone is solved, not
    even those that span the elasticity of critical inputs. The numbers are those of `simulate`, to
    the tolerance of the solver. Raises `NotConverged` when the central set has no equilibrium,
    `BadInput` for what the world does not have.
    """
    setting, sets = open_question(scenario, world)
    if central_only:
        sets = tuple(s for s in sets if s.central)
    found: dict[str, SetEnds] = {}
    failed: dict[str, str] = {}
    for chosen in sets:
        try:
            found[chosen.name] = solve_set(setting, chosen)
        except NoAnswer as error:
            if chosen.central:
                raise NotConverged(
                    f"scenario '{scenario.name}', central elasticity set '{chosen.name}': {error}"
                ) from None
            failed[chosen.name] = str(error)
    return Ends(setting, sets, found, failed)


def solve_set(setting: Setting, chosen: ElasticitySet) -> SetEnds:
    """Solve both ends under one elasticity set. Raises `NotConverged` and `NoAnswer`."""
    with jax.enable_x64(True):
        own = elasticities_in(setting, chosen)
        if shut_without_substitute(setting.wedged, np.asarray(own.sigma)):
            raise cannot_be_shut()
        path = ends_only(*setting.wedged)
        solutions = solve_batch(setting.economy, own, path.ends(setting.groups), setting.closure)
        first, last = (s.require() for s in solutions)
        before, after = at_ends(setting.shocks, setting.wedged, setting.groups, (first, last))
    return SetEnds(setting, path, before, after, worst(solutions))


def spread(by_set: Mapping[str, float], central: str, name: str = "value") -> dict[str, float]:
    """Return {name, name_low, name_high}: the central value, the least and the greatest.

    >>> spread({"a": 1.0, "b": 3.0}, "a")
    {'value': 1.0, 'value_low': 1.0, 'value_high': 3.0}
    """
    values = list(by_set.values())
    return {name: by_set[central], f"{name}_low": min(values), f"{name}_high": max(values)}
