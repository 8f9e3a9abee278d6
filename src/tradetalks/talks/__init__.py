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
    "TariffTalks": "cooperative",
    "best_joint_deviation": "cooperative",
    "cooperative_tariffs": "cooperative",
    "SectorWeights": "favour",
    "read_weights": "favour",
    "TariffGame": "game",
    "Forecast": "forecast",
    "TruceAnswer": "truce",
    "play_truce": "truce",
    "play": "question",
    "scenario_of": "as_scenario",
    "BestTariffs": "best",
    "best_tariffs": "best",
    "RevealedWeights": "revealed",
    "revealed_weights": "revealed",
    "Calibration": "calibrate",
    "calibrated_weights": "calibrate",
    "nash_at_held_wages": "uniform",
    "nash_by_exact_formula": "uniform",
    "nash_by_formula": "uniform",
    "uniform_nash": "uniform",
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
    from tradetalks.talks.as_scenario import scenario_of
    from tradetalks.talks.best import BestTariffs, best_tariffs
    from tradetalks.talks.calibrate import Calibration, calibrated_weights
    from tradetalks.talks.cooperative import (
        TariffTalks,
        best_joint_deviation,
        cooperative_tariffs,
    )
    from tradetalks.talks.favour import SectorWeights, read_weights
    from tradetalks.talks.forecast import Forecast
    from tradetalks.talks.game import TariffGame
    from tradetalks.talks.gap import Gap, close_gap
    from tradetalks.talks.groups import GroupPayoffs, group_payoffs
    from tradetalks.talks.jobs import Jobs, count_jobs
    from tradetalks.talks.partners import PartnerEffects, partner_effects
    from tradetalks.talks.question import play
    from tradetalks.talks.revealed import RevealedWeights, revealed_weights
    from tradetalks.talks.tariffs import (
        GameStatus,
        TariffChoice,
        condition_gaps,
        largest_deviation_gain,
        nash_tariffs,
        optimal_tariffs,
    )
    from tradetalks.talks.truce import TruceAnswer, play_truce
    from tradetalks.talks.uniform import (
        nash_at_held_wages,
        nash_by_exact_formula,
        nash_by_formula,
        uniform_nash,
    )

__all__ = [
    "BestTariffs",
    "Calibration",
    "Forecast",
    "GameStatus",
    "Gap",
    "GroupPayoffs",
    "Jobs",
    "PartnerEffects",
    "RevealedWeights",
    "SectorWeights",
    "TariffChoice",
    "TariffGame",
    "TariffTalks",
    "TruceAnswer",
    "best_joint_deviation",
    "best_tariffs",
    "calibrated_weights",
    "close_gap",
    "condition_gaps",
    "cooperative_tariffs",
    "count_jobs",
    "group_payoffs",
    "largest_deviation_gain",
    "nash_at_held_wages",
    "nash_by_exact_formula",
    "nash_by_formula",
    "nash_tariffs",
    "optimal_tariffs",
    "partner_effects",
    "play",
    "play_truce",
    "read_weights",
    "revealed_weights",
    "scenario_of",
    "uniform_nash",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"tradetalks.talks.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'tradetalks.talks' has no attribute {name!r}")
