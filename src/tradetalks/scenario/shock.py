"""`Shock`: what a scenario means on one world, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class WorldTable(Protocol):
    """What compiling needs of a world (`tradetalks.data.World` has it); see docs/notation.md."""

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

    @property
    def empty(self) -> bool:
        """Whether nothing is overridden."""
        return (
            bool(np.isnan(self.sigma).all() and np.isnan(self.sigma_domestic).all())
            and self.materials is None
            and self.value_added is None
            and self.final is None
        )


@dataclass(frozen=True, eq=False)
class Shock:
    """A scenario on one world. Arrays are read-only, in the world's order of labels.

    `tariff` [i,n,j]: the new duty as a fraction of the table's value before duty (not a change
    of it). `iceberg` [i,n,j]: trade cost as a ratio to the world's; infinity shuts the flow.
    The diagonals (domestic sales) are the world's own. `warnings` are sentences for the user.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    tariff: Array
    iceberg: Array
    elasticities: ElasticityOverrides
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for holder in (self, self.elasticities):
            for item in fields(holder):
                value = getattr(holder, item.name)
                if isinstance(value, np.ndarray):
                    value.setflags(write=False)
