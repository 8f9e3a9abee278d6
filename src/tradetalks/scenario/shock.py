"""`Shock`: what a scenario means on one world, as arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Positions = NDArray[np.int64]


class WorldTable(Protocol):
    """What compiling needs of a world (`tradetalks.data.World` has it); see docs/notation.md."""

    @property
    def year(self) -> int: ...  # noqa: D102
    @property
    def countries(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def sectors(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def goods(self) -> NDArray[np.bool_]: ...  # noqa: D102
    @property
    def trade(self) -> Array: ...  # noqa: D102
    @property
    def tariff(self) -> Array: ...  # noqa: D102
    @property
    def mfn_tariff(self) -> Array: ...  # noqa: D102
    @property
    def customs_ratio(self) -> Array: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class ElasticityOverrides:
    """Elasticities that a scenario sets itself, in place of those of each elasticity set.

    `sigma` and `sigma_domestic` are [S], NaN where the set's own value stays; the others are
    one number, or None where the set's own value stays.
    """

    sigma: Array
    sigma_domestic: Array
    materials: float | None = None
    value_added: float | None = None
    final: float | None = None
    critical: float | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is overridden."""
        return (
            bool(np.isnan(self.sigma).all() and np.isnan(self.sigma_domestic).all())
            and self.materials is None
            and self.value_added is None
            and self.final is None
            and self.critical is None
        )


@dataclass(frozen=True, eq=False)
class FlowLimit:
    """A cap on the total volume of some flows, or (`floor`) a floor under it.

    Member m is the flow from `exporter[m]` to `importer[m]` of sector `sector[m]`, positions in
    the world's labels; every member has trade. `limit` is a volume: millions at the prices of the
    world's year. `rent` is `exporter`, `importer`, `burnt` or the code of a country; the subsidy
    of a floor is the importer's. `ceiling` is the highest premium of a cap, a fraction of the
    price: there more comes than the limit says.
    """

    name: str
    exporter: Positions
    importer: Positions
    sector: Positions
    limit: float
    rent: str
    floor: bool = False
    ceiling: float = math.inf


@dataclass(frozen=True, eq=False)
class LawShock:
    """The law ledger's part in a shock.

    `reading`: which law was read, and its averages, as plain data. `gap` [i,n,j]: points of the
    tariff by which the rate that gives the sector's revenue lies below the one that gives its
    price, under this law; `gap_year` the same under the law of the world's own year.
    """

    reading: Mapping[str, Any]
    gap: Array
    gap_year: Array


@dataclass(frozen=True, eq=False)
class Shock:
    """A scenario on one world. Arrays are read-only, in the world's order of labels.

    `tariff` [i,n,j]: the new duty as a fraction of the table's value before duty (not a change
    of it). `iceberg` [i,n,j]: trade cost as a ratio to the world's; infinity shuts the flow.
    The diagonals (domestic sales) are the world's own. `warnings` are sentences for the user.

    None, or empty, where nothing of the kind is asked: `export_tax` [i,n,j] a fraction of the
    exporter's price; `subsidy` [n,k] the fraction of the producer's price that the budget pays;
    `productivity` [n,k] a ratio to the world's; `limits` on volumes, no flow in two of them;
    `law` what came from the law ledger; `premium` [i,n,j] the premium in the world's own year of
    the controls that are lifted, a fraction of the price with its duty, and `premium_left` what
    remains of it.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    tariff: Array
    iceberg: Array
    elasticities: ElasticityOverrides
    warnings: tuple[str, ...] = ()
    export_tax: Array | None = None
    subsidy: Array | None = None
    productivity: Array | None = None
    limits: tuple[FlowLimit, ...] = ()
    law: LawShock | None = None
    premium: Array | None = None
    premium_left: Array | None = None

    def __post_init__(self) -> None:
        for holder in (self, self.elasticities, *self.limits, *([self.law] if self.law else [])):
            for item in fields(holder):
                value = getattr(holder, item.name)
                if isinstance(value, np.ndarray):
                    value.setflags(write=False)
