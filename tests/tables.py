"""Small balanced tables drawn from numbers: one shape, so that one compilation serves all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[np.float64]
COUNTRIES, SECTORS = 4, 3


@dataclass(frozen=True)
class Table:
    """A balanced table of flows, `[i, n, j]` and `[n, j, k]` as in docs/notation.md."""

    trade: Array
    tariff: Array
    intermediate: Array
    final: Array
    value_added: Array

    def scaled(self, factor: float) -> Table:
        """Return the same table in another currency unit."""
        return replace(
            self,
            trade=factor * self.trade,
            intermediate=factor * self.intermediate,
            final=factor * self.final,
            value_added=factor * self.value_added,
        )

    def relabelled(self, order: list[int]) -> Table:
        """Return the table with countries in another order."""
        return Table(
            self.trade[np.ix_(order, order)],
            self.tariff[np.ix_(order, order)],
            self.intermediate[order],
            self.final[order],
            self.value_added[order],
        )


def balanced(seed: int, *, n: int = COUNTRIES, s: int = SECTORS, openness: float = 0.3) -> Table:
    """Return a random balanced table; deficits, sizes and openness differ by country."""
    draw = np.random.default_rng(seed)
    size = draw.lognormal(0.0, 1.0, n) * 1e3
    trade = draw.lognormal(0.0, 1.0, (n, n, s)) * np.sqrt(size[:, None] * size)[:, :, None]
    # near balance: a country that sells twice what it buys has no equilibrium once trade falls
    trade = 0.5 * (trade + trade.transpose(1, 0, 2)) * draw.uniform(0.8, 1.2, trade.shape)
    trade *= openness / n
    diagonal = np.arange(n)
    trade[diagonal, diagonal] = size[:, None] * draw.uniform(0.8, 2.0, (n, s))
    tariff = draw.uniform(0.0, 0.3, (n, n, s))
    tariff[diagonal, diagonal] = 0.0
    output = trade.sum(1)
    absorption = (trade * (1.0 + tariff)).sum(0)
    # inputs use a share of every good's supply, so that final demand stays positive
    shares = draw.uniform(0.5, 1.5, (n, s, s))
    shares /= shares.sum(1, keepdims=True)
    use = draw.uniform(0.2, 0.5, (n, 1, s)) * shares * output[:, None, :]
    fit = np.minimum(1.0, 0.7 * absorption / use.sum(2))
    intermediate = use * fit[:, :, None]
    return Table(
        trade,
        tariff,
        intermediate,
        absorption - intermediate.sum(2),
        output - intermediate.sum(1),
    )


seeds = st.integers(0, 10_000)
