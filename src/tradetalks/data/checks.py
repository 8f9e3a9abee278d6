"""The identities and signs that every world table obeys, and by how much one may miss them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradetalks.data.own.numbers import Array, Labels

if TYPE_CHECKING:
    from tradetalks.data.world import World

TOLERANCE = 1e-9
"""Largest relative gap allowed in an identity."""
DOLLAR = 1e-6
"""One dollar, in millions: gaps below it are rounding."""

AXES = {
    "trade": "ccs",
    "tariff": "ccs",
    "mfn_tariff": "ccs",
    "intermediate": "css",
    "final": "cs",
    "value_added": "cs",
    "customs_ratio": "cc",
}
"""The axes of each array: country and sector."""
_LEAST = {"tariff": -1.0, "mfn_tariff": -1.0}
"""Sign conditions; 0 for the other arrays."""


@dataclass(frozen=True)
class Check:
    """One identity or sign condition: the largest violation, what is allowed, and where it is."""

    name: str
    value: float
    tolerance: float
    where: str
    message: str

    @property
    def passed(self) -> bool:
        """Whether the violation is within the tolerance."""
        return bool(self.value <= self.tolerance)


def checks_of(world: World) -> tuple[Check, ...]:
    """Return every identity and sign condition with its largest violation."""
    labels = Labels(world.countries, world.sectors)
    income = world.final.sum(1) - world.value_added.sum(1) - world.duties
    gap = np.abs(income - world.deficit) / world.final.sum(1)
    at = int(gap.argmax())
    return (
        *(_signs(labels, name, getattr(world, name), _LEAST.get(name, 0.0)) for name in AXES),
        _gap(
            labels,
            "output = inputs + value added",
            world.output,
            world.intermediate.sum(1) + world.value_added,
        ),
        _gap(
            labels,
            "absorption = intermediate + final use",
            world.absorption,
            world.intermediate.sum(2) + world.final,
        ),
        Check(
            "deficit = spending - income",
            float(gap[at]),
            TOLERANCE,
            world.countries[at],
            f"{world.countries[at]} spends {income[at]:,.6g} more than it earns, but imports "
            f"{world.deficit[at]:,.6g} more than it exports",
        ),
    )


def _signs(labels: Labels, name: str, values: Array, least: float) -> Check:
    at = np.unravel_index(int(values.argmin()), values.shape)
    value = float(values[at])
    where = labels.cell(AXES[name], at)[1:-1]
    message = f"{name} [{where}] is {value:,.6g}, but must be at least {least:g}"
    return Check(f"{name} >= {least:g}", max(least - value, 0.0), 0.0, where, message)


def _gap(labels: Labels, name: str, left: Array, right: Array) -> Check:
    size = np.maximum(np.abs(left), np.abs(right))
    scale = np.maximum(size, min(DOLLAR / TOLERANCE, 1e-3 * float(size.max())) or 1.0)
    gap = np.abs(left - right) / scale
    at = np.unravel_index(int(gap.argmax()), gap.shape)
    where = labels.cell("cs", at)[1:-1]
    message = f"{name} fails for [{where}]: {left[at]:,.9g} against {right[at]:,.9g}"
    return Check(name, float(gap[at]), TOLERANCE, where, message)
