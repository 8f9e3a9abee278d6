"""What a closure may ask of a table, checked before anything is solved."""

from __future__ import annotations

import numpy as np

from tradetalks.errors import BadNumber
from tradetalks.model.economy import Closure, Economy


def check_closure(economy: Economy, closure: Closure | None) -> None:
    """Raise `BadNumber` if a fixed factor would earn more than its sector's value added."""
    if closure is None or closure.factors is None:
        return
    fixed, cost = np.asarray(closure.factors.fixed_cost), np.asarray(economy.cost)
    added = np.asarray(economy.value_added)
    over = fixed * cost > added * (1.0 + 1e-9)
    if over.any():
        n, k = (int(x) for x in np.argwhere(over)[0])
        share = added[n, k] / cost[n, k]
        raise BadNumber(
            f"a factor in fixed supply with cost share {fixed[n, k]:.3g} does not fit into the "
            f"value added of sector {k} in country {n}, which is {share:.3g} of its cost.",
            cure=f"Use a supply elasticity of at least {1.0 / share - 1.0:.3g} there "
            "(the cost share is 1 / (1 + elasticity)).",
        )
