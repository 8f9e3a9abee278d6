"""Taking a solved equilibrium as the new baseline."""

from __future__ import annotations

import jax
import numpy as np

from tradetalks.errors import BadInput
from tradetalks.model import Closure, Economy, Elasticities, Shock, rebased, trade_kernel
from tradetalks.model.production import State
from tradetalks.solve.equilibrium import Solution


@jax.jit
def _rebased(
    economy: Economy, elasticities: Elasticities, closure: Closure, shock: Shock, state: State
) -> Economy:
    kernel = trade_kernel(economy, elasticities, shock, closure.selection)
    return rebased(economy, elasticities, closure, shock, kernel, state)


def rebase(
    economy: Economy,
    elasticities: Elasticities,
    shock: Shock,
    solution: Solution,
    closure: Closure | None = None,
) -> Economy:
    """Return the economy whose baseline is `solution`, e.g. one whose deficits are purged.

    The other arguments are those that `solve` was given. Elasticities stay what they were;
    all ratios start from one again. Raises `NotConverged` if there is no equilibrium, and
    `BadInput` if the shock has export taxes, subsidies or quotas: a baseline knows duties only.
    """
    solution.require()
    for name, part in (
        ("export taxes", shock.export_tax),
        ("subsidies", shock.subsidy),
        ("quotas", shock.quotas),
    ):
        if part is not None:
            raise BadInput(
                f"an equilibrium with {name} cannot become a baseline, which knows duties only.",
                cure="Rebase before they are introduced, and give them with the shock.",
            )
    with jax.enable_x64(True):
        new = _rebased(economy, elasticities, closure or Closure(), shock, solution.state)
        return jax.tree.map(np.asarray, new)
