"""Worlds and what they are built from: registry of sources, readers, balancing, shipped tables.

Names are loaded on first use; importing this room reads no file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_PUBLIC = {
    "Check": "checks",
    "ElasticitySet": "elasticities",
    "FactorShares": "factors",
    "Good": "goods.good",
    "HORIZONS": "elasticities",
    "World": "world",
    "build": "recipe",
    "build_world": "recipe",
    "carve_out": "goods.carve",
    "check_world": "shipped",
    "critical_elasticity": "goods.good",
    "data_folder": "registry",
    "describe_world": "describe",
    "elasticity_sets": "elasticities",
    "factor_shares": "factors",
    "fetch": "registry",
    "find": "registry",
    "list_sources": "registry",
    "load_world": "shipped",
    "read_good": "goods.good",
    "read_oecd_icio": "published",
    "read_wiod_2013": "published",
    "sets_for": "elasticities",
    "source": "registry",
    "world_names": "shipped",
    "world_report": "shipped",
}

if TYPE_CHECKING:
    from tradetalks.data.checks import Check
    from tradetalks.data.describe import describe_world
    from tradetalks.data.elasticities import HORIZONS, ElasticitySet, elasticity_sets, sets_for
    from tradetalks.data.factors import FactorShares, factor_shares
    from tradetalks.data.goods.carve import carve_out
    from tradetalks.data.goods.good import Good, critical_elasticity, read_good
    from tradetalks.data.published import read_oecd_icio, read_wiod_2013
    from tradetalks.data.recipe import build, build_world
    from tradetalks.data.registry import data_folder, fetch, find, list_sources, source
    from tradetalks.data.shipped import check_world, load_world, world_names, world_report
    from tradetalks.data.world import World

__all__ = [
    "HORIZONS",
    "Check",
    "ElasticitySet",
    "FactorShares",
    "Good",
    "World",
    "build",
    "build_world",
    "carve_out",
    "check_world",
    "critical_elasticity",
    "data_folder",
    "describe_world",
    "elasticity_sets",
    "factor_shares",
    "fetch",
    "find",
    "list_sources",
    "load_world",
    "read_good",
    "read_oecd_icio",
    "read_wiod_2013",
    "sets_for",
    "source",
    "world_names",
    "world_report",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        value = getattr(import_module(f"tradetalks.data.{_PUBLIC[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'tradetalks.data' has no attribute {name!r}")
