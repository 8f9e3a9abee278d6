"""Sources of answers about critical goods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tradetalks.supply.shipped import Regime, sources_of

if TYPE_CHECKING:
    from tradetalks.data import World


def country_sources(world: World, regimes: Iterable[Regime] = ()) -> list[Any]:
    """Return the sources of a world with critical goods, and of licence regimes."""
    from tradetalks.engine.critical import critical_sources
    from tradetalks.engine.report import described

    return [*map(described, world.sources), *critical_sources(world), *sources_of(regimes)]
