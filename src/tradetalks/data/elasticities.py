"""Elasticity sets by horizon, from `data/elasticities.yaml`."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import unknown_name

if TYPE_CHECKING:
    from tradetalks.data.world import World

OWN = "own"
"""Name of the set that a user's own table brings."""
HORIZONS = ("short", "medium", "long")


@dataclass(frozen=True, eq=False)
class ElasticitySet:
    """Elasticities of one model run.

    `sigma` [S] among foreign origins and `sigma_domestic` [S] domestic against imports (set it
    to `sigma` for one nest); `materials`, `value_added`, `final` as in `docs/notation.md`.
    `assumed` names those that no source gives; `evidence` is V (read), S (second-hand) or U.
    """

    name: str
    label: str
    horizon: str
    central: bool
    sigma: NDArray[np.float64]
    sigma_domestic: NDArray[np.float64]
    materials: float
    value_added: float
    final: float
    source: str
    evidence: str
    assumed: tuple[str, ...]


def elasticity_sets(horizon: str, sectors: Sequence[str]) -> tuple[ElasticitySet, ...]:
    """Return the sets of a horizon (`short`, `medium`, `long`) for these sectors, central first.

    Sets that differ by sector are offered only where they have a value for every sector.

    >>> [s.name for s in elasticity_sets("medium", ["26", "SERV"])]
    ['medium-central', 'medium-low', 'medium-high', 'medium-cobb-douglas']
    """
    if horizon not in HORIZONS:
        raise unknown_name("horizon", horizon, HORIZONS)
    book = _book()
    sets = [_build(row, horizon, sectors, book["sources"]) for row in book[horizon]]
    return tuple(sorted((s for s in sets if s is not None), key=lambda s: not s.central))


def sets_for(world: World, horizon: str) -> tuple[ElasticitySet, ...]:
    """Return the sets of a world: its own as the only one if it brings any, else the shipped.

    A table's own sigma stands beside the horizon's central values for the other elasticities.
    """
    shipped = elasticity_sets(horizon, world.sectors)
    if world.sigma is None or world.sigma_domestic is None:
        return shipped
    central = shipped[0]
    return (
        replace(
            central,
            name=OWN,
            label=f"the table's own; among materials, factors and final goods as {central.name}",
            sigma=world.sigma,
            sigma_domestic=world.sigma_domestic,
            source=f"sigma: world '{world.name}'; others: {central.source}",
            evidence="U",
            assumed=tuple(x for x in central.assumed if x not in ("sigma", "sigma_domestic")),
        ),
    )


def _build(
    row: Mapping[str, Any], horizon: str, sectors: Sequence[str], sources: Mapping[str, str]
) -> ElasticitySet | None:
    if isinstance(row["sigma"], str):
        table = _sigma_table()[row["sigma"]]
        if any(s not in table for s in sectors):
            return None
        sigma = np.array([table[s] for s in sectors])
    else:
        sigma = np.full(len(sectors), float(row["sigma"]))
    domestic = np.minimum(float(row["sigma_domestic"]), sigma)
    sigma.setflags(write=False)
    domestic.setflags(write=False)
    return ElasticitySet(
        name=row["name"],
        label=row["label"],
        horizon=horizon,
        central=bool(row.get("central", False)),
        sigma=sigma,
        sigma_domestic=domestic,
        materials=float(row["materials"]),
        value_added=float(row["value_added"]),
        final=float(row["final"]),
        source="; ".join(sources.get(s, s) for s in row["sources"]),
        evidence=row["evidence"],
        assumed=tuple(row["assumed"]),
    )


@cache
def _book() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(Path(__file__).with_name("elasticities.yaml").read_text("utf-8"))


@cache
def _sigma_table() -> Mapping[str, Mapping[str, float]]:
    path = Path(__file__).parent / "tables" / "sigma_sets.csv"
    table: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        table.setdefault(row["set"], {})[row["sector"]] = float(row["sigma"])
    return table
