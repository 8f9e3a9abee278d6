"""Building solver arguments from tables, in 64-bit."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from tables import SECTORS, Table
from tradetalks.model import Economy, Elasticities, Shock, economy_of_flows, shock_of


def economy(table: Table) -> Economy:
    with jax.enable_x64(True):
        return economy_of_flows(
            table.trade, table.tariff, table.intermediate, table.final, table.value_added
        )


def elasticities(
    sigma: float = 4.0,
    domestic: float | None = None,
    materials: float = 0.2,
    value_added: float = 0.5,
    final: float = 0.9,
    sectors: int = SECTORS,
) -> Elasticities:
    own = sigma if domestic is None else domestic
    return Elasticities(
        np.full(sectors, sigma),
        np.full(sectors, own),
        np.asarray(materials),
        np.asarray(value_added),
        np.asarray(final),
    )


def shock(table: Table, tariff: Any = None, iceberg: Any = None) -> Shock:
    with jax.enable_x64(True):
        new = table.tariff if tariff is None else tariff
        cost = np.ones_like(table.tariff) if iceberg is None else iceberg
        return shock_of(new, cost)


def raised(table: Table, points: float, importer: int = 0, exporter: int = 1) -> np.ndarray:
    """Return the table's duties with `points` added on one pair."""
    new = table.tariff.copy()
    new[exporter, importer] += points
    return new
