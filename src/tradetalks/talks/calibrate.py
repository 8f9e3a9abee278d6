"""Political weights under which observed tariffs are the best: Ossa's calibration, solved directly.

At observed duties the first-order conditions of a government, one per sector, are linear in its
weights. They are solved by least squares with weights from zero on and mean one. The distance
that is left says which duties no weights explain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.model import Closure, Economy, Elasticities
from tradetalks.talks.choices import Partners, player_of, prepared
from tradetalks.talks.joint import Instruments, JointTable, payoffs
from tradetalks.talks.payoff import Numbers

FLAT_LIMIT = 0.5
"""Weights are called identified if flat rates of the same mean explain less than this share of
their variance (a convention of ours)."""
_MEAN = 1e4


@dataclass(frozen=True, eq=False)
class Calibration:
    """Weights `[k]` (mean one) and how well they fit.

    `sectors` `[j]` marks those with a condition; `gap_equal` and `gap` `[j]` are the distances of
    the observed duties from the best ones, in log points of one plus the duty, with equal weights
    and with these (first order; zero elsewhere). `flat_share` is the share of the weights'
    variance that the same calibration gives on flat duties of the same mean: what the model, not
    the observed differences between sectors, says.
    """

    weights: Numbers
    sectors: NDArray[np.bool_]
    gap_equal: Numbers
    gap: Numbers
    flat_share: float

    @property
    def identified(self) -> bool:
        """Whether differences of the observed duties between sectors decide the weights."""
        return self.flat_share < FLAT_LIMIT

    @property
    def explained(self) -> float:
        """Return the share of the squared distances that the weights take away."""
        return 1.0 - float((self.gap**2).sum() / max((self.gap_equal**2).sum(), 1e-300))


def calibrated_weights(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure | None,
    country: int,
    *,
    tariff: Numbers,
    against: Partners = "all",
    sectors: ArrayLike | None = None,
    revenue_to_sectors: bool = False,
) -> Calibration:
    """Return the weights under which `country`'s duties in `tariff` `[i, n, j]` serve it best.

    `against` and `sectors` say which duties were chosen; they are moved by sector, all partners
    together. With `revenue_to_sectors` income beside value added (duties) is weighted too, each
    sector having its share of the wage bill (Ossa 2014). Errors as in `optimal_tariffs`.
    """
    setting, observed = prepared(economy, elasticities, closure, tariff)
    player = player_of(setting, country, against, None, sectors)
    taxed = np.asarray(player.chooses.any(0))
    variable = np.full(observed.shape, -1, dtype=np.intp)
    number = np.cumsum(taxed) - 1
    own = variable[:, country]
    own[player.chooses] = np.broadcast_to(number, own.shape)[player.chooses]
    free = np.full(int(taxed.sum()), np.inf)
    rules = Instruments(variable, np.ones(observed.shape), -free, free)
    count = economy.n_sectors
    tastes = np.vstack([np.ones(count), np.ones((count, count)) + np.eye(count)])
    table = JointTable(setting, observed, rules, [country] * (count + 1), tastes)
    base, effect, trade = _conditions(table, observed, revenue_to_sectors)
    weights = _solved(base, effect)
    duties = np.where(player.chooses, observed[:, country], 0.0)
    mean = float((duties * trade[:, country]).sum() / (trade[:, country] * player.chooses).sum())
    flat = np.array(observed)
    flat[:, country][player.chooses] = mean
    alike = _solved(*_conditions(table, flat, revenue_to_sectors)[:2])

    def spread(gap: Numbers) -> Numbers:
        out = np.zeros(count)
        out[taxed] = gap
        return out

    both = float(np.corrcoef(weights, alike)[0, 1] ** 2) if np.ptp(weights) > 0 else 1.0
    left = base + effect @ (weights - 1.0)
    return Calibration(weights, taxed, spread(base), spread(left), both)


def _conditions(
    table: JointTable, tariff: Numbers, revenue_to_sectors: bool
) -> tuple[Numbers, Numbers, Numbers]:
    """Return conditions `[m]` at equal weights, the effect `[m, k]` of each weight, trade.

    A step moves one plus every duty of a sector in proportion.
    """
    value, slope, at = payoffs(table.setting, tariff, table.countries, table.weights)
    moves = np.array([table.instruments.total(s * (1.0 + tariff)) for s in slope])
    level = np.exp(value)
    rise = level[:, None] * moves
    country = int(table.countries[0])
    trade = np.asarray(at.trade)
    sigma = np.asarray(table.setting.elasticities.sigma)
    spent = float(np.asarray(at.expenditure)[country])
    curvature = table.instruments.total(trade * sigma) / spent
    scale = level[0] * np.maximum(curvature, 1e-300)
    favoured = rise[1:] - rise[0]
    if revenue_to_sectors:
        paid = 1.0 - _profit_in_income(table.setting.economy, country)
        favoured += _of_revenue(level[1:] - level[0], favoured, level[0], rise[0], paid)
    return rise[0] / scale, (favoured / scale).T, trade


def _profit_in_income(economy: Economy, country: int) -> Numbers:
    """Return the share `[k]` of profits in a country's value added (fixed without inputs)."""
    factors = np.asarray(economy.value_added)[country]
    if economy.profit_share is None:
        return np.zeros_like(factors)
    profit = np.asarray(economy.profit_share * economy.sales)[country]
    return profit / np.maximum(factors + profit, 1e-300)


def _of_revenue(
    earned: Numbers, moved: Numbers, income: float, rise: Numbers, paid: Numbers
) -> Numbers:
    """Return how revenue that follows wages moves, by sector `[k, m]`.

    `earned` `[k]` is real value added and `moved` `[k, m]` its derivatives, `income` real income
    with derivatives `rise` `[m]`, `paid` `[k]` wages' part of value added (taken as fixed).
    """
    wages, slope = paid * earned, paid[:, None] * moved
    share = wages / wages.sum()
    drift = (slope - share[:, None] * slope.sum(0)) / wages.sum()
    return share[:, None] * (rise - moved.sum(0)) + drift * (income - earned.sum())


def _solved(base: Numbers, effect: Numbers) -> Numbers:
    from scipy.optimize import lsq_linear

    count = effect.shape[1]
    rows = np.vstack([effect, np.full(count, _MEAN)])
    target = np.concatenate([effect @ np.ones(count) - base, [_MEAN * count]])
    found = lsq_linear(rows, target, bounds=(0.0, np.inf), tol=1e-12)
    return np.asarray(found.x) / np.mean(found.x)
