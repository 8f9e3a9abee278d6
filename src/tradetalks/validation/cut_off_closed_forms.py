"""The closed form of a cut-off, from the model: one country, two sectors, a specific factor."""

from __future__ import annotations

import numpy as np

from tradetalks.validation.cells import Computed

CASES = ((0.01, 0.30, 0.10), (0.04, 0.10, 0.04))
"""Cost share a of the critical good, share k of its quantity that is lost, elasticity s."""


def compute() -> Computed:
    """Compute the loss for each case, in final demand and as a critical input."""
    numbers: dict[tuple[str, str, str], float] = {}
    for a, k, s in CASES:
        row = f"a = {a:.2f}, k = {k:.2f}, s = {s:.2f}"
        for column, used in (("bought by households", False), ("used by industry", True)):
            numbers["closed form", row, column] = 100.0 * loss(a, k, s, used_by_industry=used)
    return Computed(numbers)


def exact(share: float, lost: float, elasticity: float) -> float:
    """Return the closed form's loss of real income, a fraction.

    >>> round(100 * exact(0.01, 0.30, 0.10), 2)
    2.34
    """
    r = (elasticity - 1.0) / elasticity
    rest = 1.0 - share
    inside = share ** (1 / elasticity) * (share * (1.0 - lost)) ** r
    return 1.0 - (inside + rest ** (1 / elasticity) * rest**r) ** (1.0 / r)


def loss(share: float, lost: float, elasticity: float, *, used_by_industry: bool) -> float:
    """Return the model's loss of real income, a fraction.

    The critical good (sector 0) is made of a specific factor whose endowment falls by `lost`.
    Households buy it beside the other good, or sector 1 needs it as a critical input.
    """
    import jax
    import jax.numpy as jnp

    from tradetalks.model import Closure, factors_of
    from tradetalks.validation.economies import economy, equilibrium, one_nest

    rest = 1.0 - share
    use = np.zeros((1, 2, 2))
    final = np.array([[share, rest]])
    if used_by_industry:
        use[0, 0, 1] = share
        final = np.array([[0.0, 1.0]])
    none = np.zeros((1, 1, 2))
    base = economy(
        (final + use.sum(2))[None],
        none,
        use,
        final,
        np.array([[share, rest]]),
        critical=np.array([1.0, 0.0]) if used_by_industry else None,
    )
    with jax.enable_x64(True):
        rule = Closure(factors=factors_of(jnp.array([[1.0, 0.0]])))
    left = np.array([[1.0 - lost, 1.0]])
    # no trade: the elasticity among origins can be any
    after = equilibrium(
        base, one_nest(np.full(2, 2.0), inner=elasticity), none, rule, endowment=left
    )
    return 1.0 - float(after.welfare[0])
