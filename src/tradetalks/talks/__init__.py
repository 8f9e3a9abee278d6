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
}

if TYPE_CHECKING:
    from tradetalks.talks.game import TariffGame, play
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
    "TariffChoice",
    "TariffGame",
    "condition_gaps",
    "largest_deviation_gain",
    "nash_tariffs",
    "optimal_tariffs",
    "play",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"tradetalks.talks.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'tradetalks.talks' has no attribute {name!r}")
