"""From a scenario's named closures to the model's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from tradetalks.data import FactorShares, factor_shares
from tradetalks.model import Closure, Factors, factors_of
from tradetalks.scenario.closures import LABOUR_ELASTICITY, SORTING, WAGE_FLOOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradetalks.data import World
    from tradetalks.scenario import Scenario


def closure_of(scenario: Scenario, table: World) -> Closure:
    """Return the model's closure for a scenario on a table (64-bit; call inside `enable_x64`)."""
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
        factors=_factors(scenario, table),
    )


def _factors(scenario: Scenario, table: World) -> Factors | None:
    """Return how factors move; None where all of them do, which is the cheaper model."""
    labour, capital = scenario.closures.factors(scenario.horizon)
    if (labour, capital) == ("mobile", "mobile"):
        return None
    # with mobile capital and labour that sorts, all of value added sorts, as in the source
    share = np.zeros(len(table.sectors))
    if capital == "specific":
        share = chosen_shares(scenario, factor_shares(table.sectors))
    sorting = {
        "mobile": None,
        "specific": 1.0,
        "sorting": scenario.closures.sorting or SORTING,
    }[labour]
    specific = np.broadcast_to(share, (len(table.countries), share.size))
    return factors_of(jnp.asarray(specific), sorting=sorting)


def chosen_shares(scenario: Scenario, shares: FactorShares) -> NDArray[np.float64]:
    """Return the capital shares `[S]` that a scenario asks for."""
    return {"central": shares.capital, "low": shares.low, "high": shares.high}[
        scenario.closures.capital_share
    ]
