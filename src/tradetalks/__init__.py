"""`tradetalks`: the US-China trade conflict and its talks, computed with data.

Public names are loaded on first use, so importing the package costs nothing and
changes no global state of JAX or NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PUBLIC = {
    "World": "tradetalks.data",
    "load_world": "tradetalks.data",
    "Scenario": "tradetalks.scenario",
    "load_scenario": "tradetalks.scenario",
    "simulate": "tradetalks.engine",
    "RunResult": "tradetalks.results",
    "compare": "tradetalks.results",
    "explain": "tradetalks.results",
    "exposure": "tradetalks.supply",
    "licence_run": "tradetalks.supply",
    "derisk": "tradetalks.supply",
}

if TYPE_CHECKING:
    from tradetalks.data import World, load_world
    from tradetalks.engine import simulate
    from tradetalks.results import RunResult, compare, explain
    from tradetalks.scenario import Scenario, load_scenario
    from tradetalks.supply import derisk, exposure, licence_run

__all__ = [
    "RunResult",
    "Scenario",
    "World",
    "__version__",
    "compare",
    "derisk",
    "explain",
    "exposure",
    "licence_run",
    "load_scenario",
    "load_world",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'tradetalks' has no attribute {name!r}")
