"""One way to build and solve the small economies of these tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import numpy as np

from tables import COUNTRIES, SECTORS, Table
from tradetalks.model import (
    Closure,
    Economy,
    Elasticities,
    Equilibrium,
    Factors,
    Quotas,
    Shock,
    economy_of_flows,
    factors_of,
    shock_of,
)
from tradetalks.solve import solve


def number(value: float) -> np.ndarray:
    return np.asarray(value)


def elasticities(
    sigma: float = 4.0,
    domestic: float = 1.4,
    materials: float = 0.2,
    value_added: float = 0.5,
    final: float = 0.9,
    critical: float | None = None,
) -> Elasticities:
    return Elasticities(
        np.full(SECTORS, sigma),
        np.full(SECTORS, domestic),
        number(materials),
        number(value_added),
        number(final),
        None if critical is None else number(critical),
    )


def economy(table: Table, **parts: Any) -> Economy:
    with jax.enable_x64(True):
        return economy_of_flows(
            table.trade, table.tariff, table.intermediate, table.final, table.value_added, **parts
        )


def shock(table: Table, tariff: Any = None, iceberg: Any = None, **parts: Any) -> Shock:
    with jax.enable_x64(True):
        return shock_of(table.tariff if tariff is None else tariff, iceberg, **parts)


def factors(specific: Any, **parts: Any) -> Factors:
    with jax.enable_x64(True):
        return factors_of(np.broadcast_to(specific, (COUNTRIES, SECTORS)), **parts)


def equilibrium(
    table: Table,
    el: Elasticities,
    closure: Closure | None = None,
    parts: dict[str, Any] | None = None,
    **changes: Any,
) -> Equilibrium:
    solution = solve(economy(table, **(parts or {})), el, shock(table, **changes), closure)
    assert abs(solution.status.walras) < 1e-9
    return solution.require()


def quota(
    limit: float,
    *,
    flows: Any = ((0, 0, 1),),
    floor: bool = False,
    burnt: float = 0.0,
    exporter: float = 0.0,
    importer: float = 0.0,
    controller: Any = None,
) -> Quotas:
    """One group of flows (good, importer, exporter); where its rent goes in shares."""
    good, to, by = (np.array(x) for x in zip(*flows, strict=True))
    named = np.zeros((1, COUNTRIES)) if controller is None else np.asarray(controller)[None]
    return Quotas(
        good=good,
        importer=to,
        exporter=by,
        group=np.zeros(len(good), int),
        limit=np.array([limit]),
        floor=np.array([float(floor)]),
        burnt=np.array([burnt]),
        to_exporter=np.array([exporter]),
        to_importer=np.array([importer]),
        to_controller=named,
    )


def without_materials(table: Table) -> Table:
    """Return the table with all that was used as input sold to final users."""
    none = np.zeros_like(table.intermediate)
    used = table.intermediate
    return replace(
        table,
        intermediate=none,
        final=table.final + used.sum(2),
        value_added=table.value_added + used.sum(1),
    )


def raised(table: Table, points: float, importer: int = 0, exporter: int = 1) -> np.ndarray:
    new = table.tariff.copy()
    new[exporter, importer] += points
    return new
