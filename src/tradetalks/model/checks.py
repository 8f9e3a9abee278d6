"""What a closure and quotas may ask of a table, checked before anything is solved."""

from __future__ import annotations

import numpy as np

from tradetalks.errors import BadNumber
from tradetalks.model.economy import Closure, Economy, Quotas


def check_closure(economy: Economy, closure: Closure | None) -> None:
    """Raise `BadNumber` if a fixed factor would earn more than its sector's value added."""
    if closure is None or closure.factors is None or closure.factors.fixed_cost is None:
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


def check_quotas(economy: Economy, quotas: Quotas | None) -> None:
    """Raise `BadNumber` for a limit that no premium can meet, or a rent that is nobody's."""
    if quotas is None:
        return
    limit, group = np.asarray(quotas.limit), np.asarray(quotas.group)
    at = (np.asarray(quotas.good), np.asarray(quotas.importer), np.asarray(quotas.exporter))
    flow = np.asarray(economy.trade)[at] * (at[1] != at[2])
    total = np.bincount(group, flow, minlength=limit.size)
    floor, burnt = np.asarray(quotas.floor) > 0, np.asarray(quotas.burnt)
    owners = (
        np.asarray(quotas.to_exporter)
        + np.asarray(quotas.to_importer)
        + np.asarray(quotas.to_controller).sum(1)
    )
    for g in range(limit.size):
        if not total[g] > 0:
            raise BadNumber(
                f"quota group {g} limits flows between countries that do not exist.",
                cure="Only a flow above zero in the baseline can be limited.",
            )
        if not (np.isfinite(limit[g]) and limit[g] > 0):
            raise BadNumber(
                f"quota group {g} has the limit {limit[g]:g}.",
                cure="Give a positive volume; shut a flow with an infinite trade cost instead.",
            )
        if quotas.ceiling is not None and not np.asarray(quotas.ceiling)[g] > 0.0:
            raise BadNumber(
                f"quota group {g} has the highest premium {np.asarray(quotas.ceiling)[g]:g}.",
                cure="Give a number above zero, or infinity for none.",
            )
        if not 0.0 <= burnt[g] <= 1.0 or (floor[g] and burnt[g] > 0):
            raise BadNumber(
                f"quota group {g} burns the share {burnt[g]:g} of its rent.",
                cure="Use 0 for a purchase floor, otherwise 0 to 1.",
            )
        if burnt[g] < 1.0 and abs(owners[g] - 1.0) > 1e-9:
            raise BadNumber(
                f"the rent of quota group {g} is given away {owners[g]:g} times.",
                cure="The shares of exporter, importer and controllers must add up to one.",
            )
