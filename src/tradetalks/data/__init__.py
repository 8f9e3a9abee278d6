"""Worlds and what they are built from: registry of sources, readers, balancing, shipped tables.

Names are loaded on first use; importing this room reads no file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_PUBLIC = {
    "Check": "tradetalks.data.world",
    "World": "tradetalks.data.world",
    "check_world": "tradetalks.data.shipped",
    "load_world": "tradetalks.data.shipped",
    "world_names": "tradetalks.data.shipped",
    "world_report": "tradetalks.data.shipped",
}

if TYPE_CHECKING:
    from tradetalks.data.shipped import check_world, load_world, world_names, world_report
    from tradetalks.data.world import Check, World

__all__ = ["Check", "World", "check_world", "load_world", "world_names", "world_report"]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'tradetalks.data' has no attribute {name!r}")
