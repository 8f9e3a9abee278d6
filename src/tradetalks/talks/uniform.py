"""Wars with one duty per country on all imports: by search, and by a closed form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
_COMPLEX = 1e-20

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
    code. A government looks through the wages of third countries (his equation 8): exact for two.
    (The paper has chi_ijk with the last term too, the same with one sector.) The economy has no
    inputs, one factor, Cobb-Douglas demand over sectors and balanced trade. `trade` `[i, n, k]` is
    before duty, `tariff` `[i, n, k]` of the baseline, `theta` `[k]` trade elasticities (sigma - 1).
    Raises `BadNumber` where trade is not balanced or an elasticity not above zero, `NotConverged`.
    """
    economy = _Ricardian.of(trade, tariff, theta)

    def gap(wage: Numbers, duty: Numbers) -> Numbers:
        lam, flow, _ = economy.at(wage, duty)
        weight = economy.weight
        home = np.einsum("jjk->jk", lam)
        d = duty[:, None] * weight * home / (1.0 + duty * (weight * home).sum(1))[:, None]
        exports = flow * economy.abroad[:, :, None]
        chi = exports / exports.sum((1, 2), keepdims=True)
        foreign = (chi * theta * (1.0 - lam)).sum((1, 2))
        return duty - 1.0 / (foreign + (chi.sum(2) * (d * theta * lam).sum(2)).sum(1))

    return economy.war(gap)


def nash_at_held_wages(trade: Numbers, tariff: Numbers, theta: Numbers) -> FormulaWar:
    """Return uniform Nash duties of governments that look through third countries' wages.

    The same economy and errors as `nash_by_formula`, and none of its formula: each duty's
    first-order condition is differentiated (complex steps) with all wages abroad held, the
    government's own wage moving with its trade balance and incomes abroad with their duties'
    revenue. Wages are those of equilibrium.
    """
    economy = _Ricardian.of(trade, tariff, theta)

    def gap(wage: Numbers, duty: Numbers) -> Numbers:
        imports = economy.at(wage, duty)[1].sum((0, 2))
        slopes = [economy.slope(wage, duty, n) for n in range(duty.size)]
        return 0.2 * np.array(slopes) * economy.income / imports

    return economy.war(gap)


@dataclass(frozen=True, eq=False)
class _Ricardian:
    """Shares `[i, n, k]`, weights `[n, k]` of sectors and spending `[n]` of the baseline."""

    tariff: Numbers
    theta: Numbers
    income: Numbers
    spending: Numbers
    share: Numbers
    weight: Numbers
    abroad: Mask

    @classmethod
    def of(cls, trade: Numbers, tariff: Numbers, theta: Numbers) -> _Ricardian:
        if not (theta > 0).all():
            raise BadNumber(
                "a trade elasticity is zero or less.", cure="Give sigma - 1, above zero."
            )
        income = trade.sum((1, 2))
        if np.abs(trade.sum((0, 2)) - income).max() > 1e-6 * income.max():
            raise BadNumber("trade is not balanced.", cure="Purge deficits first (Ossa 2014).")
        spent = trade * (1.0 + tariff)
        by_sector = spent.sum(0)
        total = by_sector.sum(1)
        weight = by_sector / total[:, None]
        abroad = ~np.eye(income.size, dtype=bool)
        return cls(tariff, theta, income, total, spent / by_sector, weight, abroad)

    def at(self, wage: Any, duty: Any) -> tuple[Any, Any, Any]:
        """Return shares `[i, n, k]`, trade `[i, n, k]` before duty and welfare `[n]` (ratios)."""
        gross = np.where(self.abroad, 1.0 + duty, 1.0)[:, :, None]
        pull = self.share * (wage[:, None, None] * gross / (1.0 + self.tariff)) ** -self.theta
        index = pull.sum(0)
        lam = pull / index
        net = lam * self.weight / gross
        spending = wage * self.income / net.sum((0, 2))
        price = np.prod(index ** (-self.weight / self.theta), axis=1)
        return lam, net * spending[:, None], spending / price / self.spending

    def slope(self, wage: Numbers, duty: Numbers, n: int) -> float:
        """Return d ln welfare_n / d ln (1 + t_n) with all wages held but that of n."""

        def step(of_wage: float, of_duty: float) -> tuple[float, float]:
            w, t = wage.astype(complex), duty.astype(complex)
            w[n] *= 1.0 + 1j * of_wage
            t[n] += 1j * of_duty * (1.0 + duty[n])
            _, flow, real = self.at(w, t)
            balance = flow[n].sum() - w[n] * self.income[n]
            return balance.imag / _COMPLEX, real[n].imag / real[n].real / _COMPLEX

        balance_w, real_w = step(_COMPLEX, 0.0)
        balance_t, real_t = step(0.0, _COMPLEX)
        return real_t - real_w * balance_t / balance_w

    def war(self, gap: Callable[[Numbers, Numbers], Numbers]) -> FormulaWar:
        """Solve duties (`gap(wage, duty)` is zero) and wages (labour markets clear) at once."""
        from scipy.optimize import root

        size = self.income.size

        def apart(x: Numbers) -> tuple[Numbers, Numbers]:
            return np.exp(np.concatenate([[0.0], x[: size - 1]])), np.expm1(x[size - 1 :])

        def system(x: Numbers) -> Numbers:
            wage, duty = apart(x)
            flow = self.at(wage, duty)[1]
            balance = flow.sum((1, 2)) / (wage * self.income) - 1.0
            return np.concatenate([balance[1:], gap(wage, duty)])

        first = np.full(size, np.log1p(1.0 / self.theta.mean()))
        found = root(system, np.concatenate([np.zeros(size - 1), first]), method="hybr", tol=1e-12)
        if np.abs(system(found.x)).max() > 1e-8:
            raise NotConverged("The closed form's system was not solved.")
        wage, duty = apart(found.x)
        return FormulaWar(duty, wage, self.at(wage, duty)[2])
