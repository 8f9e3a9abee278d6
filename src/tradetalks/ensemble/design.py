"""Which points are drawn: the same ones for the same seed, block by block.

Draws are points of a scrambled Sobol' sequence (Owen's scrambling, `scipy.stats.qmc`), so the
first thousand of ten thousand are the thousand that a smaller ensemble has. Parameters of the
world come from a sequence of their own, one point for each batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.results.draws import points

Array = NDArray[np.float64]

BATCH = 32
"""Draws that share one world; part of an ensemble's identity."""
BLOCK = 512
"""Draws in one file of results; part of an ensemble's identity."""


@dataclass(frozen=True)
class Design:
    """Points in the unit cube: `draws` parameters by draw, `worlds` by batch of draws."""

    draws: int
    worlds: int
    seed: int

    def block(self, number: int) -> tuple[Array, Array]:
        """Return the points of one block, `[BLOCK, draws]` and `[BLOCK / BATCH, worlds]`."""
        return (
            points(self.draws, self.seed, number * BLOCK, BLOCK),
            points(self.worlds, self.seed + 1, number * BLOCK // BATCH, BLOCK // BATCH),
        )

    def noise(self, batch: int) -> np.random.Generator:
        """Return the source of the random table of one batch, counted over all blocks."""
        return np.random.default_rng([self.seed, batch])


@dataclass(frozen=True)
class Saltelli:
    """The points of Saltelli et al. (2010) for Sobol' indices: A, B, and A with a column of B.

    `size` base points (a power of two) make `size * (draws + 2)` evaluations. The world is the
    central one throughout.
    """

    draws: int
    size: int
    seed: int

    @property
    def total(self) -> int:
        """Number of evaluations."""
        return self.size * (self.draws + 2)

    def block(self, number: int) -> tuple[Array, None]:
        """Return the points of one block, `[BLOCK or fewer, draws]`."""
        both = points(2 * self.draws, self.seed, 0, self.size)
        a, b = both[:, : self.draws], both[:, self.draws :]
        mixed = [np.where(np.arange(self.draws) == k, b, a) for k in range(self.draws)]
        return np.concatenate([a, b, *mixed])[number * BLOCK : (number + 1) * BLOCK], None
