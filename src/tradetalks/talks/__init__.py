"""The talks: who would tax whom, computed on the world economy. Names are loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_PUBLIC = {
    "GameStatus": "tariffs",
    "TariffChoice": "tariffs",
    "condition_gaps": "tariffs",
    "largest_deviation_gain": "tariffs",
    "nash_tariffs": "tariffs",
    "optimal_tariffs": "tariffs",
    "TariffGame": "game",
    "play": "game",
    "Gap": "gap",
    "close_gap": "gap",
    "GroupPayoffs": "groups",
    "group_payoffs": "groups",
    "Jobs": "jobs",
    "count_jobs": "jobs",
    "PartnerEffects": "partners",
    "partner_effects": "partners",
}

if TYPE_CHECKING:
    from tradetalks.talks.game import TariffGame, play
    from tradetalks.talks.gap import Gap, close_gap
    from tradetalks.talks.groups import GroupPayoffs, group_payoffs
    from tradetalks.talks.jobs import Jobs, count_jobs
    from tradetalks.talks.partners import PartnerEffects, partner_effects
    from tradetalks.talks.tariffs import (
        GameStatus,
        TariffChoice,
        condition_gaps,
        largest_deviation_gain,
        nash_tariffs,
        optimal_tariffs,
    )

__all__ = [
    "GameStatus",
    "Gap",
    "GroupPayoffs",
    "Jobs",
    "PartnerEffects",
    "TariffChoice",
    "TariffGame",
    "close_gap",
    "condition_gaps",
    "count_jobs",
    "group_payoffs",
    "largest_deviation_gain",
    "nash_tariffs",
    "optimal_tariffs",
    "partner_effects",
    "play",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"tradetalks.talks.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'tradetalks.talks' has no attribute {name!r}")
