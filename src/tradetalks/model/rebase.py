"""An equilibrium as the baseline of a new economy (deficits purged, a new law taken as given)."""

from __future__ import annotations

import jax.numpy as jnp

from tradetalks.model.economy import (
    Closure,
    Economy,
    Elasticities,
    Shock,
    by_sector,
    economy_of_flows,
)
from tradetalks.model.equations import flows
from tradetalks.model.equilibrium import equilibrium_at
from tradetalks.model.production import State, materials_use
from tradetalks.model.trade import Kernel


def rebased(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure,
    shock: Shock,
    kernel: Kernel,
    state: State,
) -> Economy:
    """Return the economy whose baseline is the equilibrium that `state` stands for.

    What the shock changed for good (trade costs, productivity, endowments, duties) is in the
    new shares. An `Economy` knows duties only, so export taxes, subsidies and premia cannot
    be carried over; `tradetalks.solve.rebase` refuses them.
    """
    out = flows(economy, elasticities, closure, shock, kernel, state)
    at = equilibrium_at(economy, elasticities, closure, shock, kernel, state)
    intermediate = materials_use(economy, closure, out.made, out.cost_bill)
    profit = jnp.zeros_like(out.cost_bill)
    if economy.profit_share is not None:
        profit = economy.profit_share * out.trade.sales
    critical = None
    if economy.critical_share is not None:
        critical = (economy.critical_share.sum((0, 2)) > 0).astype(float)
    return economy_of_flows(
        at.trade,
        by_sector(shock.tariff),
        intermediate,
        out.final_share * at.expenditure[:, None],
        out.value_added + profit,
        markup=None if economy.profit_share is None else 1.0 / (1.0 - economy.profit_share),
        critical=critical,
        local=None if closure.selection is None else closure.selection.local,
    )
