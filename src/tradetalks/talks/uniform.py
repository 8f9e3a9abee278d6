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


def nash_by_formula(
    trade: Numbers, tariff: Numbers, theta: Numbers, *, as_printed: bool = False
) -> FormulaWar:
    """Return uniform Nash duties by the closed form of Lashkaripour (2021), equation 13.

    t_i = 1 / sum_j [sum_k chi_ijk theta_k (1 - lam_ijk) + chi_ij sum_k d_jk theta_k lam_ijk], chi
    the shares of i's exports at world prices, d_jk = t_j e_jk lam_jjk / (1 + t_j lam_jj), all at
    the war's own prices: duties and wages are solved as one system, with none of the model's
    code. A government looks through the wages of third countries (his equation 8): exact for two.
    That is his appendix A up to equation 33; `as_printed` has chi_ijk with the last term too, as
    equation 13 has (the same with one sector). The economy has no inputs, one factor,
    Cobb-Douglas demand over sectors and balanced trade. `trade` `[i, n, k]` is before duty,
    `tariff` `[i, n, k]` of the baseline, `theta` `[k]` trade elasticities (sigma - 1).
    Raises `BadNumber` where trade is not balanced or an elasticity not above zero, `NotConverged`.
    """
    economy = _Ricardian.of(trade, tariff, theta)

    def gap(wage: Numbers, duty: Numbers) -> Numbers:
        lam, flow, _ = economy.at(wage, duty)
        chi = economy.export_shares(flow)
        foreign = (chi * theta * (1.0 - lam)).sum((1, 2))
        income = economy.revenue_weight(lam, duty) * theta * lam
        back = chi * income if as_printed else chi.sum(2, keepdims=True) * income
        return duty - 1.0 / (foreign + back.sum((1, 2)))

    return economy.war(gap)


def nash_by_exact_formula(trade: Numbers, tariff: Numbers, theta: Numbers) -> FormulaWar:
    """Return uniform Nash duties by a formula in which the wages of all countries move.

    The same economy and errors as `nash_by_formula`. With balanced trade and the own wage as
    numeraire a government's first-order condition is t_i (dln E_i - dln q_i) = dln q_i, E_i its
    exports and q_i the price of its imports before duty, so t_i = 1 / (dln E_i / dln q_i - 1)
    along the wages v_m = dln w_m / dln q_i that its duty moves:

        dln E_i / dln q_i = sum_jk chi_ijk [theta_k sum_m lam_mjk v_m + sum_m Y_jm v_m]
        Y_jm = 1{j = m} (1 + sum_k d_jk theta_k) - sum_k d_jk theta_k lam_mjk

    v clears the labour markets abroad: one linear system in the same shares per country. Where
    all v abroad are one this is equation 13.
    """
    economy = _Ricardian.of(trade, tariff, theta)
    everyone = range(economy.income.size)

    def gap(wage: Numbers, duty: Numbers) -> Numbers:
        lam, flow, _ = economy.at(wage, duty)
        chi, spent = economy.export_shares(flow), economy.spending_response(lam, duty)
        clearing = economy.clearing_response(lam, flow, spent)
        best = np.empty_like(duty)
        for n in everyone:
            moved = economy.wages_moved(n, lam, flow, duty, clearing)
            price = np.einsum("mjk,m->jk", lam, moved)
            growth = (chi[n] * theta * price).sum() + chi[n].sum(1) @ spent @ moved
            best[n] = 1.0 / (growth - 1.0)
        return duty - best

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

    def export_shares(self, flow: Numbers) -> Numbers:
        """Return the shares `[i, j, k]` of i's exports that go to j in sector k."""
        exports = flow * self.abroad[:, :, None]
        return exports / exports.sum((1, 2), keepdims=True)

    def revenue_weight(self, lam: Numbers, duty: Numbers) -> Numbers:
        """Return d `[j, k]`: what j's home share in k adds to its duties' part of income."""
        home = self.weight * np.einsum("jjk->jk", lam)
        return duty[:, None] * home / (1.0 + duty * home.sum(1))[:, None]

    def spending_response(self, lam: Numbers, duty: Numbers) -> Numbers:
        """Return d ln spending_j / d ln w_m `[j, m]` at given duties."""
        pull = self.revenue_weight(lam, duty) * self.theta
        return np.diag(1.0 + pull.sum(1)) - np.einsum("jk,mjk->jm", pull, lam)

    def clearing_response(self, lam: Numbers, flow: Numbers, spent: Numbers) -> Numbers:
        """Return d (sales_i - income_i) / d ln w_m `[i, m]` at given duties."""
        sold = flow * self.theta
        own = sold.sum((1, 2)) + flow.sum((1, 2))
        substitution = np.einsum("ijk,mjk->im", sold, lam)
        return substitution + flow.sum(2) @ spent - np.diag(own)

    def wages_moved(
        self, n: int, lam: Numbers, flow: Numbers, duty: Numbers, clearing: Numbers
    ) -> Numbers:
        """Return d ln w_m / d ln q_n `[m]` as n's duty moves wages (zero for its own wage)."""
        foreign, share = self.abroad[n], lam[:, n] * self.abroad[n][:, None]
        home, dearer = self.weight[n] * lam[n, n], share.sum(0)
        lost = (1.0 + duty[n]) * home.sum() + duty[n] * (home * self.theta * dearer).sum()
        spending = 1.0 - lost / (1.0 + duty[n] * home.sum())
        pull = self.theta * (dearer - foreign[:, None]) + spending - foreign[:, None]
        sales = (flow[:, n] * pull).sum(1)
        moved = np.zeros_like(duty)
        moved[foreign] = np.linalg.solve(clearing[np.ix_(foreign, foreign)], -sales[foreign])
        bought = flow[:, n].sum(1) * foreign
        return moved * bought.sum() / (bought @ moved)

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
