"""Packages: what two sides could sign, who gets what, who must approve. Loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_PUBLIC = {
    "Agenda": "definition",
    "load_agenda": "library",
    "agenda_names": "library",
    "negotiate": "bargain",
    "Bargain": "bargain",
    "ratify": "approval",
    "Ratification": "approval",
    "WeightDraws": "draws",
    "draw_weights": "draws",
}

if TYPE_CHECKING:
    from tradetalks.talks.packages.approval import Ratification, ratify
    from tradetalks.talks.packages.bargain import Bargain, negotiate
    from tradetalks.talks.packages.definition import Agenda
    from tradetalks.talks.packages.draws import WeightDraws, draw_weights
    from tradetalks.talks.packages.library import agenda_names, load_agenda

__all__ = [
    "Agenda",
    "Bargain",
    "Ratification",
    "WeightDraws",
    "agenda_names",
    "draw_weights",
    "load_agenda",
    "negotiate",
    "ratify",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute {name!r}")
