"""Ensembles: the range of an answer, and what drives it. Names are loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_PUBLIC = {
    "Ensemble": "run",
    "ensemble": "run",
    "ensemble_identity": "run",
    "sobol_indices": "run",
    "with_draws": "ranges",
    "Executor": "executors",
    "InProcess": "executors",
    "Processes": "executors",
    "Grid": "grid",
    "Sweep": "cells",
    "read_grid": "grid",
    "sweep": "cells",
}

if TYPE_CHECKING:
    from tradetalks.ensemble.cells import Sweep, sweep
    from tradetalks.ensemble.executors import Executor, InProcess, Processes
    from tradetalks.ensemble.grid import Grid, read_grid
    from tradetalks.ensemble.ranges import with_draws
    from tradetalks.ensemble.run import Ensemble, ensemble, ensemble_identity, sobol_indices

__all__ = [
    "Ensemble",
    "Executor",
    "Grid",
    "InProcess",
    "Processes",
    "Sweep",
    "ensemble",
    "ensemble_identity",
    "read_grid",
    "sobol_indices",
    "sweep",
    "with_draws",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"tradetalks.ensemble.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'tradetalks.ensemble' has no attribute {name!r}")
