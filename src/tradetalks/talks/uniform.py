"""Wars with one duty per country on all imports: by search, and by a closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadNumber, NotConverged
from tradetalks.model import Closure, Economy, Elasticities
from tradetalks.talks.ascent import accelerated
from tradetalks.talks.choices import prepared
from tradetalks.talks.joint import Instruments, JointTable
from tradetalks.talks.payoff import Numbers

_GAP, _STEPS, _MEMORY = 1e-8, 200, 8
_HIGH = 10.0

Mask = NDArray[np.bool_]


def uniform_nash(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure | None = None,
    *,
    sectors: Mask | None = None,
    start: float = 0.3,
) -> Numbers:
    """Return Nash duties `[n]` (fractions) where each country has one for all flows to it.

    `sectors` `[j]` masks what is taxed. Every country's first-order condition, in its own rate,
    holds to 1e-8 log points. Raises `NotConverged`.
    """
    setting, law = prepared(economy, elasticities, closure, None)
    size = economy.n_countries
    variable = np.full(law.shape, -1, dtype=np.intp)
    taxed = np.ones(economy.n_sectors, dtype=bool) if sectors is None else sectors
    for n in range(size):
        variable[:, n, taxed] = n
        variable[n, n] = -1
    ends = np.full(size, np.log1p(_HIGH))
    rules = Instruments(variable, np.ones(law.shape), -ends, ends)
    weights = np.ones((size, economy.n_sectors))
    table = JointTable(setting, law, rules, range(size), weights)
    x = np.full(size, np.log1p(start))
    points: list[Numbers] = []
    gaps: list[Numbers] = []
    for _ in range(_STEPS):
        at = table.at(x)
        gap = np.diag(at.slope) / table.curvature(at, np.full(size, 1.0))
        if float(np.abs(gap).max()) < _GAP:
            return np.expm1(x)
        points, gaps = [*points[1 - _MEMORY :], x], [*gaps[1 - _MEMORY :], gap]
        x = rules.clip(accelerated(points, gaps))
    raise NotConverged("No Nash equilibrium in uniform duties was found.")


@dataclass(frozen=True, eq=False)
class FormulaWar:
    """A war by formula: duties `[n]`, wages `[n]` (ratios) and welfare `[n]` (ratios)."""

    duty: Numbers
    wage: Numbers
    welfare: Numbers


def nash_by_formula(trade: Numbers, tariff: Numbers, theta: Numbers) -> FormulaWar:
    """Return uniform Nash duties by the closed form of Lashkaripour (2021), equation 13.

    t_i = 1 / sum_j [sum_k chi_ijk theta_k (1 - lam_ijk) + chi_ij sum_k d_jk theta_k lam_ijk], chi
    the shares of i's exports at world prices, d_jk = t_j e_jk lam_jjk / (1 + t_j lam_jj), all at
    the war's own prices: duties and wages are solved as one system, with none of the model's
    code. It holds wages of third countries fixed: exact for two. (The paper has chi_ijk with the
    last term too, the same with one sector.) The economy has no inputs,
    one factor, Cobb-Douglas demand over sectors and balanced trade. `trade` `[i, n, k]` before
    duty, `tariff` `[i, n, k]` of the baseline, `theta` `[k]` trade elasticities (sigma - 1). Raises
    `BadNumber` where trade is not balanced or an elasticity not above zero, `NotConverged`.
    """
    from scipy.optimize import root

    if not (theta > 0).all():
        raise BadNumber("a trade elasticity is zero or less.", cure="Give sigma - 1, above zero.")
    size = trade.shape[0]
    income = trade.sum((1, 2))
    if np.abs(trade.sum((0, 2)) - income).max() > 1e-6 * income.max():
        raise BadNumber("trade is not balanced.", cure="Purge deficits first (Ossa 2014).")
    spent = trade * (1.0 + tariff)
    by_sector = spent.sum(0)
    share, weight = spent / by_sector, by_sector / by_sector.sum(1, keepdims=True)
    abroad = ~np.eye(size, dtype=bool)

    def state(x: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
        wage = np.exp(np.concatenate([[0.0], x[: size - 1]]))
        duty = np.expm1(x[size - 1 :])
        price = wage[:, None, None] * np.where(abroad, 1.0 + duty, 1.0)[:, :, None] / (1.0 + tariff)
        pull = share * price**-theta
        index = pull.sum(0)
        lam = pull / index
        net = np.where(abroad, 1.0 / (1.0 + duty), 1.0)[:, :, None] * lam * weight
        spending = wage * income / net.sum((0, 2))
        flow = net * spending[:, None]
        real = spending / np.prod(index ** (-weight / theta), axis=1) / by_sector.sum(1)
        return wage, duty, lam, flow, real

    def gap(x: Numbers) -> Numbers:
        wage, duty, lam, flow, _ = state(x)
        home = np.einsum("jjk->jk", lam)
        d = duty[:, None] * weight * home / (1.0 + duty * (weight * home).sum(1))[:, None]
        exports = flow * abroad[:, :, None]
        chi = exports / exports.sum((1, 2), keepdims=True)
        foreign = (chi * theta * (1.0 - lam)).sum((1, 2))
        best = 1.0 / (foreign + (chi.sum(2) * (d * theta * lam).sum(2)).sum(1))
        balance = flow.sum((1, 2)) / (wage * income) - 1.0
        return np.concatenate([balance[1:], duty - best])

    x = np.concatenate([np.zeros(size - 1), np.full(size, np.log1p(1.0 / theta.mean()))])
    found = root(gap, x, method="hybr", tol=1e-12)
    if np.abs(gap(found.x)).max() > 1e-8:
        raise NotConverged("The closed form's system was not solved.")
    wage, duty, _, _, real = state(found.x)
    return FormulaWar(duty, wage, real)
