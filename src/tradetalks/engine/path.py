"""The path from the reference to the scenario: every wedge phased in along one line.

Duties, export taxes and subsidies move linearly, trade costs and productivity in logs, a flow
that is shut with its share (so that it falls to zero and every integrand stays finite), and
limits on volumes geometrically (`tradetalks.engine.limits`). Inner points are the nodes of
Gauss-Legendre quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.limits import Groups, quotas_at
from tradetalks.errors import NoAnswer
from tradetalks.model import Shock as ModelShock
from tradetalks.scenario.shock import Shock

Array = NDArray[np.float64]

NODES = 8
"""Points inside the path at which the economy is solved, besides its two ends."""


@dataclass(frozen=True)
class Path:
    """Shocks along the way; the first index is the point, ends included.

    `tariff`, `iceberg`, `export_tax` `[p, i, n, j]`, `subsidy`, `productivity` `[p, n, k]`; None
    where neither end has any. `weights` and `cost_slope` (the derivative of the log trade cost)
    are at the inner points.
    """

    points: Array
    weights: Array
    tariff: Array
    iceberg: Array
    cost_slope: Array
    export_tax: Array | None = None
    subsidy: Array | None = None
    productivity: Array | None = None

    @property
    def aid(self) -> tuple[Array | float, Array | float]:
        """Subsidies [n,k] at the two ends."""
        return (0.0, 0.0) if self.subsidy is None else (self.subsidy[0], self.subsidy[-1])

    def ends(self, groups: Groups | None) -> ModelShock:
        """Return the model's shocks at the two ends, as a batch."""
        rows = slice(None, None, self.points.size - 1)
        return self.shocks(rows, groups, None if groups is None else groups.limit)

    def shocks(self, rows: slice, groups: Groups | None, limit: Array | None) -> ModelShock:
        """Return the model's shocks at some points, as a batch; `limit` is `[p, g]`."""
        quotas = None
        if groups is not None and limit is not None:
            quotas = quotas_at(groups, limit, self.points[rows])
        return ModelShock(
            tariff=_by_sector(self.tariff[rows]),
            log_iceberg=_by_sector(_log(self.iceberg[rows])),
            export_tax=None if self.export_tax is None else _by_sector(self.export_tax[rows]),
            subsidy=None if self.subsidy is None else jnp.asarray(self.subsidy[rows]),
            productivity=None
            if self.productivity is None
            else jnp.asarray(self.productivity[rows]),
            quotas=quotas,
        )


def ends_only(before: Shock, after: Shock) -> Path:
    """Return the path that consists of its two ends (see `shut_without_substitute`)."""
    points = np.array([0.0, 1.0])
    gains = _linear(_logs(before.productivity), _logs(after.productivity), points)
    return Path(
        points=points,
        weights=np.empty(0),
        tariff=np.stack([before.tariff, after.tariff]),
        iceberg=np.stack([before.iceberg, after.iceberg]),
        cost_slope=np.empty(0),
        export_tax=_linear(before.export_tax, after.export_tax, points),
        subsidy=_linear(before.subsidy, after.subsidy, points),
        productivity=None if gains is None else np.exp(gains),
    )


def each_of(shocks: ModelShock) -> list[ModelShock]:
    """Return the members of a batch of shocks, to be solved one after the other.

    On a processor that takes half the time of the batch, and no point waits for the slowest.
    """
    leaves, shape = jax.tree.flatten(jax.tree.map(np.asarray, shocks))
    return [jax.tree.unflatten(shape, members) for members in zip(*leaves, strict=True)]


def path_between(before: Shock, after: Shock, sigma: Array) -> Path:
    """Return the path from the first to the second of two shocks.

    `sigma` [j] is the elasticity among origins. Raises `NoAnswer` where a flow is shut that its
    users cannot do without (sigma <= 1).
    """
    x, w = np.polynomial.legendre.leggauss(NODES)
    points = np.concatenate([[0.0], 0.5 * (x + 1.0), [1.0]])
    costs, slope = _trade_costs(before.iceberg, after.iceberg, sigma, points)
    gains = _linear(_logs(before.productivity), _logs(after.productivity), points)
    return Path(
        points=points,
        weights=0.5 * w,
        tariff=_mixed(before.tariff, after.tariff, points),
        iceberg=costs,
        cost_slope=slope,
        export_tax=_linear(before.export_tax, after.export_tax, points),
        subsidy=_linear(before.subsidy, after.subsidy, points),
        productivity=None if gains is None else np.exp(gains),
    )


def shut_without_substitute(shocks: tuple[Shock, Shock], sigma: Array) -> bool:
    """Say whether a flow is shut that its users cannot do without; `sigma` [j] as above."""
    return any(np.any(np.isinf(shock.iceberg) & (sigma <= 1.0)) for shock in shocks)


def cannot_be_shut() -> NoAnswer:
    """Return the reason why such shocks have no equilibrium."""
    return NoAnswer(
        "a flow cannot be shut where the elasticity among origins is one or less: "
        "no finite price makes its users do without it.",
        cure="Choose a longer horizon or an elasticity above one.",
    )


def _trade_costs(before: Array, after: Array, sigma: Array, points: Array) -> tuple[Array, Array]:
    """Return trade costs along the way and the derivative of their logs inside it."""
    if np.array_equal(before, after):
        whole = np.broadcast_to(before, (points.size, *before.shape))
        return whole, np.zeros((points.size - 2, *before.shape))
    shut = ~(np.isfinite(before) & np.isfinite(after))
    if np.any(shut & (sigma <= 1.0)):
        raise cannot_be_shut()
    a = np.broadcast_to(1.0 - sigma, before.shape)
    power = np.where(shut, a, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # shut flows: linear in the share factor d^(1-sigma); others: linear in log d
        start = np.where(shut, before**power, np.log(before))
        end = np.where(shut, after**power, np.log(after))
        level = _mixed(start, end, points)
        costs = np.where(shut, level ** (1.0 / power), np.exp(np.where(shut, 0.0, level)))
        inner = level[1:-1]
        slope = np.where(shut, (end - start) / (power * inner), end - start)
    return costs, slope


def _mixed(start: Array, end: Array, points: Array) -> Array:
    s = points.reshape(-1, *[1] * start.ndim)
    return (1.0 - s) * start + s * end


def _linear(start: Array | None, end: Array | None, points: Array) -> Array | None:
    """Return the line between two wedges, one of which may be absent (zero)."""
    if start is None and end is None:
        return None
    some = start if start is not None else end
    assert some is not None
    zero = np.zeros_like(some)
    return _mixed(zero if start is None else start, zero if end is None else end, points)


def _logs(x: Array | None) -> Array | None:
    return None if x is None else np.log(x)


def _log(x: Array) -> Array:
    return np.zeros(x.shape) if np.all(x == 1.0) else np.log(x)


def _by_sector(flows: Array) -> jnp.ndarray:
    return jnp.asarray(np.ascontiguousarray(flows.transpose(0, 3, 2, 1)))
