"""Closed forms of cut-offs and quotas, from the model in economies of one or three countries."""

from __future__ import annotations

import numpy as np

from tradetalks.validation.cells import Computed

CASES = (
    (0.01, 0.30, 0.10),
    (0.04, 0.10, 0.04),
    (0.002, 0.75, 0.05),
    (0.002, 0.75, 0.10),
    (0.002, 0.75, 0.20),
    (0.002, 0.75, 0.50),
)
"""Cost share a of the critical good, share k of its quantity that is lost, elasticity s."""

PREMIA = ((0.50, 2.0), (0.47, 1.5), (0.25, 1.1))
"""Share of a flow that a quota withholds, elasticity among origins."""
ACCESS = (0.50, 0.90, 0.95, 0.99)
"""Share of a market whose suppliers are cut off."""
_SMALL = 1e-7
"""A flow of this size moves no other price."""


def compute() -> Computed:
    """Compute the loss for each case, in final demand and as a critical input."""
    numbers: dict[tuple[str, str, str], float] = {}
    for a, k, s in CASES:
        row = f"a = {a:g}, k = {k:.2f}, s = {s:.2f}"
        for column, used in (("bought by households", False), ("used by industry", True)):
            numbers["closed form", row, column] = 100.0 * loss(a, k, s, used_by_industry=used)
    for lost, sigma in PREMIA:
        row = f"lost share {lost:.2f}, elasticity {sigma:.1f}"
        numbers["premium", row, "premium"] = 100.0 * premium(lost, sigma)
    for share in ACCESS:
        row = f"share {share:.2f}, elasticity 3"
        numbers["access", row, "loss"] = 100.0 * lost_access(share, 3.0)
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


def premium(lost: float, sigma: float) -> float:
    """Return the model's premium on a small flow of which a quota withholds the share `lost`.

    The closed form is (1 - lost)^(-1/sigma) - 1.
    """
    import jax
    import jax.numpy as jnp

    from tradetalks.model import Quotas, shock_of
    from tradetalks.solve import solve
    from tradetalks.validation.economies import economy, one_nest

    trade = np.array([[1.0, _SMALL, 0.2], [_SMALL, 1.0, 0.2], [0.2, 0.2, 1.0]])[:, :, None]
    none = np.zeros((3, 3, 1))
    base = economy(trade, none, np.zeros((3, 1, 1)), trade.sum(0), trade.sum(1))
    one = jnp.array([0])
    with jax.enable_x64(True):
        quotas = Quotas(
            good=one, importer=one + 1, exporter=one, group=one,
            limit=jnp.array([(1.0 - lost) * _SMALL]), floor=jnp.zeros(1), burnt=jnp.zeros(1),
            to_exporter=jnp.zeros(1), to_importer=jnp.ones(1), to_controller=jnp.zeros((1, 3)),
        )  # fmt: skip
        shock = shock_of(jnp.asarray(none), quotas=quotas)
        found = solve(base, one_nest(np.full(1, sigma)), shock).require()
    return float(np.asarray(found.premium)[0])


def lost_access(share: float, sigma: float) -> float:
    """Return the loss of a country cut off from the suppliers of `share` of its market.

    Two countries alike, each buying `share` from the other. The closed form is
    1 - (1 - share)^(1/(sigma - 1)).
    """
    import jax
    import jax.numpy as jnp

    from tradetalks.model import shock_of
    from tradetalks.solve import solve
    from tradetalks.validation.economies import economy, one_nest

    trade = np.array([[1.0 - share, share], [share, 1.0 - share]])[:, :, None]
    none = np.zeros((2, 2, 1))
    base = economy(trade, none, np.zeros((2, 1, 1)), trade.sum(0), trade.sum(1))
    with jax.enable_x64(True):
        apart = jnp.where(jnp.eye(2, dtype=bool), 1.0, jnp.inf)[:, :, None]
        shock = shock_of(jnp.asarray(none), apart)
        found = solve(base, one_nest(np.full(1, sigma)), shock).require()
    return 1.0 - float(found.welfare[0])
