"""Ossa (2014), section IV.B: political weights from non-cooperative tariffs.

As his program has it: one duty per industry on all partners, best by weights with mean one that
count duties with the industries. Weights follow from how tariffs differ between industries, not
from how high they are: the mean is the model's, that at which first-order conditions can hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.validation.cells import Beside

if TYPE_CHECKING:
    from tradetalks.data.readers.replication import Ossa
    from tradetalks.model import Economy, Elasticities, Equilibrium

Array = NDArray[np.float64]
INDUSTRIES = {
    "rice": 0,
    "wheat": 1,
    "dairy": 10,
    "clothing": 19,
    "vehicles": 28,
    "electronics": 30,
    "animals": 9,
}
"""Positions among his 33 industries (`animals`: animal products but cattle and dairy)."""
_PROHIBITIVE = 2.25
_LEVELS = (0.2, 2.0)
_DRAWS = 20
_BOUNDED = "EU"


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights `[k]` of a region, the duties `[k]` that they make best, and distances from it."""

    weights: Array
    duty: Array
    gap: Array


def political_weights(
    base: Economy, elasticities: Elasticities, data: Ossa, region: int, target: Array
) -> Weights:
    """Return the weights under which `target` `[k]`, its mean moved, is best for a region.

    Prohibitive duties (above 225%) are kept, as he keeps them.
    """
    from scipy.optimize import minimize_scalar

    from tradetalks.talks import calibrated_weights
    from tradetalks.validation.economies import BALANCED

    moves = target <= _PROHIBITIVE

    def at(level: float) -> Weights:
        shifted = np.maximum(target - target[moves].mean() + level, 0.0)
        duty = np.where(moves, shifted, target)
        found = calibrated_weights(
            base,
            elasticities,
            BALANCED,
            region,
            tariff=_imposed(data.tariff, region, duty),
            revenue_to_sectors=True,
        )
        return Weights(found.weights, duty, found.gap)

    best: Any = minimize_scalar(
        lambda level: float((at(float(level)).gap ** 2).sum()),
        bounds=_LEVELS,
        method="bounded",
        options={"xatol": 1e-7},
    )
    return at(float(best.x))


def targets(base: Economy, data: Ossa) -> Array:
    """Return what each region's tariffs are taken to be without cooperation `[n, k]`.

    The non-cooperative tariffs of China, the EU, Japan and the US; for the others the factual
    ones, averaged over partners by trade.
    """
    trade = np.asarray(base.trade).transpose(2, 1, 0).copy()
    at_home = np.arange(trade.shape[0])
    trade[at_home, at_home] = 0.0
    factual = (trade * data.tariff).sum(0) / trade.sum(0)
    return np.where(np.isnan(data.noncooperative), factual, data.noncooperative)


def political(
    base: Economy, elasticities: Elasticities, data: Ossa
) -> tuple[dict[tuple[str, str, str], float], tuple[Beside, ...]]:
    """Return the weights of all regions by industry, and how well conditions hold at them."""
    from tradetalks.data.readers.replication import OSSA_REGIONS

    numbers: dict[tuple[str, str, str], float] = {}
    gaps: dict[str, float] = {}
    gains: list[float] = []
    means: list[float] = []
    for n, (region, target) in enumerate(zip(OSSA_REGIONS, targets(base, data), strict=True)):
        found = political_weights(base, elasticities, data, n, target)
        table = "political weights" + (", Japan" if region == "JPN" else "")
        for industry, k in INDUSTRIES.items():
            numbers[table, region, industry] = float(found.weights[k])
        numbers["mean tariffs", region, "mean tariff"] = 100.0 * float(found.duty.mean())
        inside = found.weights > 1e-9
        gaps[region] = float(np.abs(found.gap[inside]).max())
        gains.append(_largest_gain(base, elasticities, data, n, found))
        means.append(float(found.weights.mean()))
    bounded = gaps.pop(_BOUNDED)
    return numbers, (
        Beside(
            "Largest distance of a duty from its first-order condition at calibrated weights, "
            "all regions but the EU",
            100.0 * max(gaps.values()),
        ),
        Beside("The same for the EU, whose weight of wool is at its bound, zero", 100.0 * bounded),
        Beside("Largest distance of mean weights from one", max(abs(m - 1.0) for m in means), ""),
        Beside(
            f"Largest gain in {7 * _DRAWS} random deviations from these duties at these weights",
            100.0 * max(0.0, *gains),
        ),
    )


def _imposed(tariff: Array, region: int, duty: Array) -> Array:
    out = tariff.copy()
    others = np.arange(tariff.shape[0]) != region
    out[others, region] = duty
    return out


def _largest_gain(
    base: Economy, elasticities: Elasticities, data: Ossa, region: int, found: Weights
) -> float:
    """Return the largest relative gain of the objective, from plain solves at other duties."""
    from tradetalks.validation.economies import BALANCED, equilibrium

    draw = np.random.default_rng(region)

    def value(duty: Array) -> float:
        tariff = _imposed(data.tariff, region, duty)
        at = equilibrium(base, elasticities, tariff, BALANCED)
        return _objective(at, data.sigma, region, found.weights)

    best = value(found.duty)
    gains: list[float] = []
    for number in range(_DRAWS):
        step = draw.normal(size=found.duty.size) * 10.0 ** draw.uniform(-3.0, -1.0)
        if number % 2:
            step *= np.arange(step.size) == draw.integers(step.size)
        duty = np.maximum((1.0 + found.duty) * np.exp(step) - 1.0, 0.0)
        gains.append(value(np.where(found.weights > 1e-9, duty, found.duty)) / best - 1.0)
    return max(gains)


def _objective(at: Equilibrium, sigma: Array, region: int, weights: Array) -> float:
    """Return his government's welfare: weighted sales and shares of revenue over prices."""
    sales = np.asarray(at.sales)[region]
    wages = sales * (sigma - 1.0) / sigma
    revenue = wages / wages.sum() * float(at.revenue[region])
    return float((weights * (sales + revenue)).sum() / at.consumer_price[region])
