"""From a scenario's named closures to the model's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from tradetalks.data import FactorShares, factor_shares
from tradetalks.data.goods.good import at_horizon
from tradetalks.model import Closure, Factors, factors_of
from tradetalks.scenario.closures import LABOUR_ELASTICITY, SORTING, WAGE_FLOOR

_LEAST = 0.02
"""The least share of value added that capital, or labour, can have."""

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradetalks.data import World
    from tradetalks.scenario import Scenario


def closure_of(scenario: Scenario, table: World, capital_shift: float = 0.0) -> Closure:
    """Return the model's closure for a scenario on a table (64-bit; call inside `enable_x64`).

    `capital_shift` moves the assumed capital shares towards the low (-1) or high (1) end of
    their range, or beyond it in proportion.
    """
    asked = scenario.closures
    elasticity = floor = None
    if asked.employment == "elastic":
        elasticity = jnp.asarray(asked.labour_elasticity or LABOUR_ELASTICITY, dtype=float)
    if asked.employment == "rigid":
        floor = jnp.asarray(asked.wage_floor or WAGE_FLOOR, dtype=float)
    return Closure(
        deficit=asked.deficit,
        labour=asked.employment,
        revenue=asked.revenue,
        labour_elasticity=elasticity,
        wage_floor=floor,
        factors=_factors(scenario, table, capital_shift),
    )


def _factors(scenario: Scenario, table: World, capital_shift: float) -> Factors | None:
    """Return how factors move; None where all of them do, which is the cheaper model."""
    labour, capital = scenario.closures.factors(scenario.horizon)
    if (labour, capital) == ("mobile", "mobile") and not table.carved:
        return None
    # with mobile capital and labour that sorts, all of value added sorts, as in the source
    share = np.zeros(len(table.sectors))
    if capital == "specific":
        shares = factor_shares(table.parents)
        end = shares.low if capital_shift < 0.0 else shares.high
        share = chosen_shares(scenario, shares) + abs(capital_shift) * (end - shares.capital)
        share = np.clip(share, _LEAST, 1.0 - _LEAST)
    sorting = {
        "mobile": None,
        "specific": 1.0,
        "sorting": scenario.closures.sorting or SORTING,
    }[labour]
    specific = np.broadcast_to(share, (len(table.countries), share.size))
    by_sector = fixed_cost(table, scenario.horizon)
    fixed = jnp.asarray(np.broadcast_to(by_sector, specific.shape)) if by_sector.any() else None
    return factors_of(jnp.asarray(specific), sorting=sorting, fixed_cost=fixed)


def fixed_cost(table: World, horizon: str) -> NDArray[np.float64]:
    """Return the cost share `[S]` of capacity in fixed supply: 1/(1 + e) for critical goods."""
    _, supply = at_horizon(table.carved, table.sectors, horizon)
    return np.where(np.isnan(supply), 0.0, 1.0 / (1.0 + supply))


def chosen_shares(scenario: Scenario, shares: FactorShares) -> NDArray[np.float64]:
    """Return the capital shares `[S]` that a scenario asks for."""
    return {"central": shares.capital, "low": shares.low, "high": shares.high}[
        scenario.closures.capital_share
    ]
