"""Ignatenko, Lashkaripour, Macedoni & Simonovska (2025): the tariffs of 2 April 2025.

A one-sector world whose options are all public: `Selection` has the shares of local factors
(nu), the bite of duties (phi) and scale economies (psi), `Closure` labour supply (kappa) and
the use of revenue, `Equilibrium.at_prices` the numeraire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import unknown_name
from tradetalks.validation.cells import Beside, Computed

if TYPE_CHECKING:
    from tradetalks.data.readers.replication import Liberation
    from tradetalks.model import Closure, Economy, Equilibrium

Array = NDArray[np.float64]
Formula = Literal["ignatenko_2025", "ghh"]
FORMULAS = ("ignatenko_2025", "ghh")

_EPS, _KAPPA, _SCALE = 4.0, 0.5, 0.67
# share of a region's sales that pays factors of the destination: the USA, everyone else
_PAID_LOCALLY = (0.26, 0.12)
_LEAST_DUTY, _FLAT = 0.10, 0.19
_TABLES_2 = {
    "welfare": "Table 2",
    "deficit": "Table 2, deficit",
    "employment": "Table 2, employment",
    "prices": "Table 2, prices",
}
# the authors' list, which lacks Czechia and Slovakia
_EU = (
    "AUT", "BEL", "BGR", "CYP", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN",
    "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVN", "SWE",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class World:
    """The baseline without duties, and the authors' parameters."""

    countries: tuple[str, ...]
    economy: Economy
    local: Array
    duty_exponent: Array
    announced: Array

    def at(self, country: str) -> int:
        """Return a country's position."""
        return self.countries.index(country)


def compute() -> Computed:
    """Compute the cells. Raises `DataMissing` without source `liberation2025`."""
    from tradetalks.data.readers.replication import read_liberation

    world = world_of(read_liberation())
    us, china = world.at("USA"), world.at("CHN")
    announced = _duties(world, np.maximum(world.announced, _LEAST_DUTY))
    cut, rebate = closure(world, "income_tax_cut"), closure(world, "lump_sum")
    rule = formula_tariffs(world)
    optimal = _duties(world, np.full(len(world.countries), rule.alone))
    answered = _duties(world, np.full(len(world.countries), rule.answered))
    replies = _on_us(world, rule.retaliation)

    numbers: dict[tuple[str, str, str], float] = {}
    first = _solve(world, announced, cut)
    for row, e, use in (
        ("(1) revenue cuts income tax", first, cut),
        ("(2) lump-sum rebate", _solve(world, announced, rebate), rebate),
        ("(3) optimal tariff", _solve(world, optimal, cut), cut),
    ):
        for column, value in _outcomes(world, e, use).items():
            numbers["Table 1", row, column] = 100.0 * value[us]
    for row, duty in (
        ("reciprocal retaliation", announced + announced.T),
        ("optimal retaliation", announced + replies),
        ("optimal tariff, optimal retaliation", answered + replies),
    ):
        outcomes = _outcomes(world, _solve(world, duty, cut), cut)
        for what, table in _TABLES_2.items():
            for column, value in _averages(world, outcomes[what]).items():
                numbers[table, row, column] = 100.0 * value

    flat = _solve(world, _duties(world, np.full(len(world.countries), _FLAT)), cut)
    beside = (
        Beside(
            "Welfare of the USA in column (1) with consistent GHH preferences",
            100.0 * welfare(world.economy, first, cut, "ghh")[us],
        ),
        Beside(
            "Welfare of the USA under a flat 19% (authors' formula; their optimum prints 1.79)",
            100.0 * welfare(world.economy, flat, cut)[us],
        ),
        Beside("Optimal US tariff by the authors' formula, nobody answers", 100.0 * rule.alone),
        Beside("The same where others retaliate (their other definition)", 100.0 * rule.answered),
        Beside("China's optimal tariff on the US by the formula", 100.0 * rule.retaliation[china]),
        *_searched(world, cut),
        *_on_shipped_world(world),
    )
    return Computed(numbers, beside=beside)


def world_of(data: Liberation) -> World:
    """Return the authors' baseline: GDP and trade give deficits and home sales."""
    from tradetalks.validation.economies import economy

    N = len(data.countries)
    local = local_shares(data)
    theta = _EPS / _SCALE
    phi = (1.0 + theta) / ((1.0 - local) * theta) - 1.0 / theta
    trade = _with_home_sales(data.trade, data.gdp, local)
    income = trade @ (1.0 - local) + local * trade.sum(0)
    base = economy(
        trade[:, :, None],
        np.zeros((N, N, 1)),
        np.zeros((N, 1, 1)),
        trade.sum(0)[:, None],
        income[:, None],
        local=local,
    )
    return World(data.countries, base, local, phi, data.announced)


def local_shares(data: Liberation) -> Array:
    """Return nu `[n]`, two numbers: they make 26% of US sales and 12% of the others' sales pay
    factors of the destination, in the world of two regions (trade among the others kept)."""
    from scipy.optimize import root

    us = data.countries.index("USA")
    side = np.zeros((2, len(data.countries)))
    side[0, us] = 1.0
    side[1] = 1.0 - side[0]
    trade, gdp = side @ data.trade @ side.T, side @ data.gdp

    def gap(nu: Array) -> Array:
        flows = _with_home_sales(trade, gdp, nu)
        return flows @ nu / flows.sum(1) - np.array(_PAID_LOCALLY)

    return root(gap, np.array(_PAID_LOCALLY), tol=1e-12).x @ side


def _with_home_sales(trade: Array, gdp: Array, local: Array) -> Array:
    """Add home sales: GDP and the deficit less imports, none where that is negative."""
    imports = trade.sum(0)
    deficit = (1.0 - local) * (imports - trade @ (1.0 - local))
    return trade + np.diag(np.maximum(gdp + deficit - imports, 0.0))


def closure(world: World, revenue: Literal["lump_sum", "income_tax_cut"]) -> Closure:
    """Return the authors' closure."""
    import jax
    import jax.numpy as jnp

    from tradetalks.model import Closure, Selection

    with jax.enable_x64(True):
        access = Selection(
            jnp.asarray(world.local), jnp.asarray(world.duty_exponent), jnp.asarray(_SCALE / _EPS)
        )
        return Closure(
            labour="elastic",
            labour_elasticity=jnp.asarray(_KAPPA),
            revenue=revenue,
            selection=access,
        )


def welfare(
    economy: Economy, after: Equilibrium, rule: Closure, formula: Formula = "ignatenko_2025"
) -> Array:
    """Return the change of welfare `[n]` as a fraction of its baseline (no duties there).

    `ghh`: real spending less the disutility of labour that the labour supply implies.
    `ignatenko_2025`: as the authors compute it, W = delta E/P + (1 - delta) w L/P in ratios,
    delta = E / (E - kappa/(1+kappa) (1-tau) Y), which leaves the tax cut tau out of the
    disutility. Raises `UnknownName` for another formula.
    """
    if formula not in FORMULAS:
        raise unknown_name("welfare formula", formula, FORMULAS)
    spending, income = np.asarray(economy.expenditure), np.asarray(economy.factor_income)
    weight = _KAPPA / (1.0 + _KAPPA)
    if formula == "ghh":
        return np.asarray(after.welfare) / (spending - weight * income) - 1.0
    prices, earned = np.asarray(after.consumer_price), np.asarray(after.factor_income)
    relief = np.zeros_like(income)
    if rule.revenue == "income_tax_cut":
        relief = np.asarray(after.revenue) / earned
    delta = spending / (spending - weight * (1.0 - relief) * income)
    real = np.asarray(after.expenditure) / spending / prices
    return delta * real + (1.0 - delta) * earned / income / prices - 1.0


def _duties(world: World, rates: Array) -> Array:
    us = world.at("USA")
    duty = np.zeros((len(world.countries),) * 2)
    duty[:, us] = rates
    duty[us, us] = 0.0
    return duty


@dataclass(frozen=True, eq=False)
class FormulaTariffs:
    """Optimal tariffs by the authors' Proposition 2, read on the baseline; fractions.

    `alone`: of the US if nobody answers, `answered`: if others do (their program then divides by
    income instead of spending), `retaliation` `[n]`: of others on the US.
    """

    alone: float
    answered: float
    retaliation: Array


def formula_tariffs(world: World) -> FormulaTariffs:
    """Return t = 1 / ((1 + E) phi - 1), E the elasticity of the demand for own exports.

    E_i = eps sum_n (1 - nu_n) X_in (1 - lambda_in) / ((1 - nu_i) M_i) over destinations n, with
    imports M_i as spending less home sales; for retaliation the others are one region. Where
    others retaliate the authors put income in place of spending: with a trade deficit that is
    less, and so is the tariff (18.5 and not 21.8 percent for the US).
    """
    us = world.at("USA")
    trade = np.asarray(world.economy.trade)[0].T
    spent, earned = np.asarray(world.economy.expenditure), np.asarray(world.economy.factor_income)
    side = np.zeros((2, len(world.countries)))
    side[1, us] = 1.0
    side[0] = 1.0 - side[1]
    nu = np.array([np.delete(world.local, us)[0], world.local[us]])
    abroad = _demand(side @ trade @ side.T, nu, side @ earned)[0]
    phi = world.duty_exponent
    return FormulaTariffs(
        float(1.0 / ((1.0 + _demand(trade, world.local, spent)[us]) * phi[us] - 1.0)),
        float(1.0 / ((1.0 + _demand(trade, world.local, earned)[us]) * phi[us] - 1.0)),
        1.0 / ((1.0 + abroad) * phi - 1.0),
    )


def _demand(trade: Array, nu: Array, total: Array) -> Array:
    share = trade / trade.sum(0)
    net = (1.0 - nu) * trade * (1.0 - share) * ~np.eye(nu.size, dtype=bool)
    return _EPS * net.sum(1) / ((1.0 - nu) * (total - np.diag(trade)))


def _on_shipped_world(world: World) -> tuple[Beside, ...]:
    """Return what the formula says for the US on the trade of the shipped world of 2022.

    Flows of all sectors (or of goods) as one sector: with the authors' parameters, then without
    local factors and scale (phi is one and t is 1/E), then with our elasticity as well.
    """
    from tradetalks.data import load_world, sets_for

    table = load_world("world-2022")
    us, theirs = table.index("USA"), world.at("USA")
    nu = np.full(len(table.countries), np.delete(world.local, theirs)[0])
    nu[us] = world.local[theirs]
    flows = np.asarray(table.trade)
    central = next(s for s in sets_for(table, "medium") if s.central)
    ours = float(np.average(central.sigma, weights=flows[us].sum(0))) - 1.0

    def demand(trade: Array, local: Array) -> float:
        return float(_demand(trade, local, trade.sum(0))[us])

    everything, goods = flows.sum(2), flows[:, :, table.goods].sum(2)
    bare = demand(everything, np.zeros_like(nu))
    found = {
        "with their parameters": 1.0
        / ((1.0 + demand(everything, nu)) * world.duty_exponent[theirs] - 1.0),
        "with their parameters, goods alone": 1.0
        / ((1.0 + demand(goods, nu)) * world.duty_exponent[theirs] - 1.0),
        "without local factors and scale": 1.0 / bare,
        f"so, and at our elasticity (trade elasticity {ours:.2f})": _EPS / ours / bare,
    }
    return tuple(
        Beside(f"Their formula on the shipped world of 2022, {how}", 100.0 * float(value))
        for how, value in found.items()
    )


def _on_us(world: World, rates: Array) -> Array:
    us = world.at("USA")
    duty = np.zeros((len(world.countries),) * 2)
    duty[us] = rates
    duty[us, us] = 0.0
    return duty


def _averages(world: World, values: Array) -> dict[str, float]:
    """Return values of the US, China, the EU and all but the US, averages by spending."""
    us, weight = world.at("USA"), np.asarray(world.economy.expenditure)
    eu = [world.at(c) for c in _EU]
    others = [n for n in range(len(world.countries)) if n != us]
    return {
        "USA": float(values[us]),
        "CHN": float(values[world.at("CHN")]),
        "EU": float(np.average(values[eu], weights=weight[eu])),
        "non-US": float(np.average(values[others], weights=weight[others])),
    }


def _searched(world: World, rule: Closure) -> tuple[Beside, ...]:
    """Return the uniform US tariff that is best by search, under either welfare formula."""
    from scipy.optimize import minimize_scalar

    us, size = world.at("USA"), len(world.countries)
    found: list[Beside] = []
    said = {"ignatenko_2025": "the authors' welfare formula", "ghh": "consistent preferences"}
    for formula in FORMULAS:

        def loss(rate: float, formula: Formula = formula) -> float:
            e = _solve(world, _duties(world, np.full(size, rate)), rule)
            return -100.0 * float(welfare(world.economy, e, rule, formula)[us])

        best: Any = minimize_scalar(
            loss, bounds=(0.05, 0.6), method="bounded", options={"xatol": 1e-3}
        )
        found += [
            Beside(f"Best uniform US tariff by search, {said[formula]}", 100.0 * float(best.x)),
            Beside(f"Its welfare for the USA, {said[formula]}", -float(best.fun)),
        ]
    return tuple(found)


def _solve(world: World, duty: Array, rule: Closure) -> Equilibrium:
    from tradetalks.validation.economies import equilibrium, one_nest

    e = equilibrium(world.economy, one_nest(np.full(1, 1.0 + _EPS)), duty[:, :, None], rule)
    # numeraire: the world's baseline spending costs what it did
    weight = np.asarray(world.economy.expenditure)
    return e.at_prices(float(weight.sum() / (weight * np.asarray(e.consumer_price)).sum()))


def _outcomes(world: World, e: Equilibrium, rule: Closure) -> dict[str, Array]:
    abroad = ~np.eye(len(world.countries), dtype=bool)
    before = np.asarray(world.economy.trade)[0].T * abroad
    after = np.asarray(e.trade)[:, :, 0] * abroad
    growth = np.asarray(e.factor_income) / np.asarray(world.economy.factor_income)
    deficit = after.sum(0) - after.sum(1)
    return {
        "welfare": welfare(world.economy, e, rule),
        "deficit": deficit / (before.sum(0) - before.sum(1)) - 1.0,
        "exports to GDP": after.sum(1) / before.sum(1) / growth - 1.0,
        "imports to GDP": after.sum(0) / before.sum(0) / growth - 1.0,
        "employment": np.asarray(e.employment) - 1.0,
        "prices": np.asarray(e.consumer_price) - 1.0,
    }
