"""Each part of the economy against what theory says of it, on drawn tables."""

import numpy as np
import pytest
from economies import (
    economy,
    elasticities,
    equilibrium,
    factors,
    number,
    quota,
    raised,
    shock,
    without_materials,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import COUNTRIES, SECTORS, balanced, seeds
from tradetalks.errors import BadInput, BadNumber
from tradetalks.model import Closure, Selection
from tradetalks.solve import rebase, solve

few = settings(max_examples=6)
points = st.floats(0.05, 0.6)
HOME = np.eye(COUNTRIES, dtype=bool)


def value_added_share(table):
    return table.value_added / table.trade.sum(1)


def closures(table):
    """Every closure of the model on this table."""
    fixed = 0.3 * value_added_share(table)
    return {
        "specific": Closure(factors=factors(0.35)),
        "stuck": Closure(factors=factors(0.35, sorting=1.0)),
        "roy": Closure(factors=factors(0.35, sorting=1.5)),
        "inelastic": Closure(factors=factors(0.2, fixed_cost=fixed)),
        "elastic": Closure(labour="elastic", labour_elasticity=number(0.5)),
        "tax cut": Closure(
            labour="elastic", labour_elasticity=number(0.5), revenue="income_tax_cut"
        ),
        "elastic roy": Closure(
            labour="elastic", labour_elasticity=number(0.5), factors=factors(0.2, sorting=1.5)
        ),
        "rigid": Closure(labour="rigid", wage_floor=number(1.0)),
    }


@pytest.mark.parametrize("name", list(closures(balanced(0))))
def test_no_shock_no_change_under_every_closure(name):
    table = balanced(11)
    e = equilibrium(table, elasticities(), closures(table)[name])
    np.testing.assert_allclose(e.trade, table.trade, rtol=1e-8)
    np.testing.assert_allclose(e.employment, 1.0, rtol=1e-9)
    np.testing.assert_allclose(e.expenditure, table.final.sum(1), rtol=1e-9)


@pytest.mark.parametrize("name", list(closures(balanced(0))))
def test_world_income_is_world_spending_under_every_closure(name):
    table = balanced(12)
    e = equilibrium(table, elasticities(), closures(table)[name], tariff=raised(table, 0.4))
    assert e.expenditure.sum() == pytest.approx((e.factor_income + e.revenue).sum(), rel=1e-8)
    np.testing.assert_allclose(e.trade.sum(1), e.sales, rtol=1e-7)


@few
@given(seeds, st.floats(0.3, 0.95))
def test_a_tariff_equal_to_a_quotas_premium_reproduces_its_trade(seed, cap):
    table, el = balanced(seed), elasticities()
    flows = ((0, 0, 1), (1, 0, 1))
    limit = cap * (table.trade[1, 0, 0] + table.trade[1, 0, 1])
    limited = equilibrium(table, el, quotas=quota(limit, flows=flows, importer=1.0))
    assert limited.volumes[0] == pytest.approx(limit, rel=1e-8)
    premium = limited.premium[0]
    assert premium > 0
    new = table.tariff.copy()
    for j, n, i in flows:
        new[i, n, j] = (1.0 + new[i, n, j]) * (1.0 + premium) - 1.0
    taxed = equilibrium(table, el, tariff=new)
    np.testing.assert_allclose(limited.welfare, taxed.welfare, rtol=1e-7)
    np.testing.assert_allclose(limited.sales, taxed.sales, rtol=1e-6)
    assert limited.trade[1, 0, 0] == pytest.approx(taxed.trade[1, 0, 0] * (1 + premium), rel=1e-6)


@few
@given(seeds, st.floats(0.3, 0.95))
def test_a_quota_whose_exporter_keeps_the_rent_is_an_export_tax(seed, cap):
    table, el = balanced(seed), elasticities()
    limited = equilibrium(table, el, quotas=quota(cap * table.trade[1, 0, 0], exporter=1.0))
    tax = np.zeros_like(table.tariff)
    tax[1, 0, 0] = limited.premium[0]
    taxed = equilibrium(table, el, export_tax=tax)
    np.testing.assert_allclose(limited.welfare, taxed.welfare, rtol=1e-7)
    np.testing.assert_allclose(limited.rents, taxed.export_tax, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            quota(10.0, flows=((0, 1, 1),), exporter=1.0),
            "flows between countries that do not exist",
        ),
        (quota(0.0, exporter=1.0), r"has the limit 0\. Give a positive volume"),
        (quota(10.0, exporter=0.5), r"given away 0\.5 times\. The shares .* add up to one"),
        (quota(10.0, burnt=1.5, exporter=1.0), r"burns the share 1\.5"),
        (quota(10.0, floor=True, burnt=0.1, importer=1.0), "Use 0 for a purchase floor"),
    ],
)
def test_quotas_that_make_no_sense_are_refused(wrong, message):
    with pytest.raises(BadNumber, match=message):
        equilibrium(balanced(4), elasticities(), quotas=wrong)


def test_an_idle_quota_has_no_premium():
    table = balanced(4)
    idle = quota(1.5 * table.trade[1, 0, 0], exporter=1.0)
    e = equilibrium(table, elasticities(), quotas=idle)
    assert e.premium[0] == 0.0
    np.testing.assert_allclose(e.trade, table.trade, rtol=1e-8)


@few
@given(seeds, st.tuples(*[st.floats(0.1, 1.0)] * 3), st.floats(0.0, 0.6))
def test_rents_go_to_whom_they_belong_and_the_world_closes(seed, parts, burnt):
    table, el = balanced(seed), elasticities()
    exporter, importer, named = np.array(parts) / sum(parts)
    limit = 0.6 * table.trade[1, 0, 0]
    e = equilibrium(
        table,
        el,
        quotas=quota(
            limit,
            burnt=burnt,
            exporter=exporter,
            importer=importer,
            controller=named * np.eye(COUNTRIES)[2],
        ),
    )
    z = e.premium[0]
    rent = e.trade[1, 0, 0] * z / (1.0 + z)
    kept = (1.0 - burnt) * rent
    np.testing.assert_allclose(
        e.rents, kept * np.array([importer, exporter, named, 0.0]), rtol=1e-7, atol=1e-6
    )
    income = (e.factor_income + e.revenue + e.rents).sum()
    assert e.expenditure.sum() == pytest.approx(income, rel=1e-8)
    # what is burnt is paid for resources of the exporter, so his sales contain it
    sold = e.trade.sum(1)
    sold[1, 0] -= kept
    np.testing.assert_allclose(e.sales, sold, rtol=1e-7)


@few
@given(seeds, st.floats(1.1, 2.0))
def test_a_purchase_floor_is_met_by_a_subsidy_that_the_importer_pays(seed, rise):
    table, el = balanced(seed), elasticities()
    floor = rise * table.trade[1, 0, 0]
    e = equilibrium(table, el, quotas=quota(floor, floor=True, importer=1.0))
    assert e.volumes[0] == pytest.approx(floor, rel=1e-8)
    assert -1.0 < e.premium[0] < 0.0
    paid = -e.trade[1, 0, 0] * e.premium[0] / (1.0 + e.premium[0])
    np.testing.assert_allclose(e.rents, [-paid, 0.0, 0.0, 0.0], rtol=1e-7, atol=1e-6)
    subsidised = table.tariff.copy()
    subsidised[1, 0, 0] = (1.0 + subsidised[1, 0, 0]) * (1.0 + e.premium[0]) - 1.0
    direct = equilibrium(table, el, tariff=subsidised)
    np.testing.assert_allclose(e.welfare, direct.welfare, rtol=1e-7)


@few
@given(seeds, points)
def test_lerner_an_export_tax_is_an_import_tariff(seed, rate):
    table, el, rule = balanced(seed), elasticities(), Closure(deficit="balanced")
    away = ~HOME[0]
    tax = np.zeros_like(table.tariff)
    tax[0, away] = rate
    duty = table.tariff.copy()
    duty[away, 0] = (1.0 + duty[away, 0]) * (1.0 + rate) - 1.0
    exports = equilibrium(table, el, rule, export_tax=tax)
    imports = equilibrium(table, el, rule, tariff=duty)
    np.testing.assert_allclose(exports.welfare, imports.welfare, rtol=1e-8)
    income = (exports.factor_income + exports.revenue + exports.export_tax).sum()
    assert exports.expenditure.sum() == pytest.approx(income, rel=1e-8)


def test_an_export_tax_on_home_sales_is_none():
    table = balanced(8)
    tax = np.zeros_like(table.tariff)
    tax[HOME] = 0.5
    e = equilibrium(table, elasticities(), export_tax=tax)
    np.testing.assert_allclose(e.trade, table.trade, rtol=1e-8)


@few
@given(seeds, st.floats(0.02, 0.4))
def test_an_equal_subsidy_to_all_sectors_changes_nothing_real(seed, rate):
    """Without materials, labour is all there is to subsidise: wages rise by as much."""
    table = without_materials(balanced(seed))
    aid = np.zeros((COUNTRIES, SECTORS))
    aid[0] = rate
    rule = Closure(deficit="balanced")
    before = equilibrium(table, elasticities(), rule)
    e = equilibrium(table, elasticities(), rule, subsidy=aid)
    np.testing.assert_allclose(e.welfare, before.welfare, rtol=1e-8)
    assert e.subsidy[0] == pytest.approx(rate / (1 - rate) * e.sales[0].sum(), rel=1e-8)


@few
@given(seeds, points)
def test_markups_profits_and_budgets(seed, rate):
    table = balanced(seed)
    draw = np.random.default_rng(seed)
    room = value_added_share(table)
    markup = 1.0 / (1.0 - draw.uniform(0.1, 0.6, room.shape) * room)
    e = equilibrium(table, elasticities(), None, {"markup": markup}, tariff=raised(table, rate))
    profit = e.sales * (1.0 - 1.0 / markup)
    np.testing.assert_allclose(e.profit, profit.sum(1), rtol=1e-9)
    income = (e.factor_income + e.profit + e.revenue).sum()
    assert e.expenditure.sum() == pytest.approx(income, rel=1e-9)
    # no profit but the markup: what a country sells is what it pays and earns
    bought = (e.trade * (1.0 + raised(table, rate))).sum((0, 2)) - e.expenditure
    np.testing.assert_allclose(e.sales.sum(1), bought + e.factor_income + e.profit, rtol=1e-7)


@few
@given(seeds, points)
def test_markups_of_equal_size_without_materials_change_no_ratio(seed, rate):
    table = without_materials(balanced(seed))
    new, rule = raised(table, rate), Closure(deficit="balanced")
    even = {"markup": np.full((COUNTRIES, SECTORS), 1.25)}
    plain = equilibrium(table, elasticities(), rule, tariff=new)
    marked = equilibrium(table, elasticities(), rule, even, tariff=new)
    np.testing.assert_allclose(marked.welfare, plain.welfare, rtol=1e-8)


@few
@given(seeds, points, st.floats(0.98, 1.0))
def test_rigid_wages(seed, rate, floor):
    table, el = balanced(seed), elasticities()
    rule = Closure(labour="rigid", wage_floor=number(floor))
    new = raised(table, rate)
    e = equilibrium(table, el, rule, tariff=new)
    nominal = e.income / (table.value_added.sum(1) + (table.trade * table.tariff).sum((0, 2)))
    own_wage = e.wage / nominal
    assert (own_wage >= floor * (1.0 - 1e-8)).all()
    assert (e.employment <= 1.0 + 1e-12).all()
    # complementarity: whoever is out of work stands at the floor
    slack = (own_wage / floor - 1.0) * (1.0 - e.employment)
    np.testing.assert_allclose(slack, 0.0, atol=1e-9)
    np.testing.assert_allclose(
        e.wage * e.employment, e.factor_income / table.value_added.sum(1), rtol=1e-8
    )
    double = table.scaled(2.0)
    twice = equilibrium(double, el, rule, tariff=new)
    np.testing.assert_allclose(twice.employment, e.employment, rtol=1e-8)
    np.testing.assert_allclose(twice.welfare, 2.0 * e.welfare, rtol=1e-8)


def test_rigid_wages_make_unemployment_where_duties_replace_wages():
    table = balanced(3)
    rule = Closure(labour="rigid", wage_floor=number(1.0))
    e = equilibrium(table, elasticities(), rule, tariff=raised(table, 0.5))
    free = equilibrium(table, elasticities(), tariff=raised(table, 0.5))
    assert e.employment[0] < 1.0
    assert e.welfare[0] < free.welfare[0]


@few
@given(seeds, points, st.floats(0.1, 2.0))
def test_elastic_labour_follows_the_real_wage(seed, rate, kappa):
    table, el = balanced(seed), elasticities()
    rule = Closure(labour="elastic", labour_elasticity=number(kappa))
    e = equilibrium(table, el, rule, tariff=raised(table, rate))
    np.testing.assert_allclose(e.employment, (e.wage / e.consumer_price) ** kappa, rtol=1e-8)
    # GHH: at the best choice the disutility of work is kappa / (1 + kappa) of what it earns
    earned = e.factor_income / e.consumer_price
    np.testing.assert_allclose(e.leisure_cost, kappa / (1 + kappa) * earned, rtol=1e-8)
    cut = Closure(labour="elastic", labour_elasticity=number(kappa), revenue="income_tax_cut")
    new = raised(table, rate)
    f = equilibrium(table, el, cut, tariff=new)
    before = 1.0 - (table.trade * table.tariff).sum((0, 2)) / table.value_added.sum(1)
    after = 1.0 - f.revenue / f.factor_income
    np.testing.assert_allclose(
        f.employment, (f.wage / f.consumer_price * before / after) ** kappa, rtol=1e-8
    )
    kept = f.factor_income / f.consumer_price / after
    np.testing.assert_allclose(f.leisure_cost, kappa / (1 + kappa) * kept, rtol=1e-8)


@few
@given(seeds, points)
def test_sorting_runs_from_free_to_stuck(seed, rate):
    table, el, new = balanced(seed), elasticities(), raised(balanced(seed), rate)

    def sectors(**how):
        return equilibrium(table, el, Closure(factors=factors(**how)), tariff=new).welfare

    mobile = equilibrium(table, el, tariff=new).welfare
    np.testing.assert_allclose(sectors(specific=0.0, sorting=1e9), mobile, rtol=1e-7)
    np.testing.assert_allclose(sectors(specific=0.0), mobile, rtol=1e-8)
    np.testing.assert_allclose(sectors(specific=0.0, sorting=1.0), sectors(specific=1.0), rtol=1e-8)


@pytest.mark.parametrize(
    "labour",
    [{}, {"labour": "elastic", "labour_elasticity": number(0.7)}],
    ids=["fixed", "elastic"],
)
@few
@given(seeds, points, st.floats(1.2, 5.0))
def test_workers_sort_as_galle_rodriguez_clare_and_yi_have_it(labour, seed, rate, kappa):
    """Without materials unit cost is the sector wage: share = (sector wage / mean wage)^kappa."""
    table = without_materials(balanced(seed))
    rule = Closure(factors=factors(0.0, sorting=kappa), **labour)
    e = equilibrium(table, elasticities(), rule, tariff=raised(table, rate))
    old = table.value_added / table.value_added.sum(1, keepdims=True)
    new = e.value_added / e.value_added.sum(1, keepdims=True)
    np.testing.assert_allclose(new / old, (e.cost / e.wage[:, None]) ** kappa, rtol=1e-7)
    mean = (old * e.cost**kappa).sum(1) ** (1.0 / kappa)
    np.testing.assert_allclose(mean, e.wage, rtol=1e-8)


@few
@given(seeds, points, st.floats(0.1, 0.9))
def test_a_specific_factor_earns_a_fixed_share(seed, rate, share):
    """Without materials: cost = w^(1-a) r^a, r = value added over endowment."""
    table = without_materials(balanced(seed))
    rule = Closure(factors=factors(share))
    owned = np.random.default_rng(seed).uniform(0.6, 1.4, (COUNTRIES, SECTORS))
    e = equilibrium(table, elasticities(), rule, tariff=raised(table, rate), endowment=owned)
    rental = e.value_added / table.value_added / owned
    np.testing.assert_allclose(e.cost, e.wage[:, None] ** (1 - share) * rental**share, rtol=1e-7)


@few
@given(seeds, points, st.floats(0.5, 5.0))
def test_a_fixed_factor_gives_the_stated_supply_elasticity(seed, rate, supply):
    table = without_materials(balanced(seed))
    fixed = np.zeros((COUNTRIES, SECTORS))
    fixed[1, 0] = 1.0 / (1.0 + supply)
    e = equilibrium(
        table, elasticities(), Closure(factors=factors(0.0, fixed_cost=fixed)),
        tariff=raised(table, rate),
    )  # fmt: skip
    quantity = e.sales[1, 0] / table.trade[1].sum(0)[0] / e.cost[1, 0]
    assert e.cost[1, 0] / e.wage[1] == pytest.approx(quantity ** (1.0 / supply), rel=1e-7)


@few
@given(seeds, points, st.floats(0.1, 0.6))
def test_a_fixed_factor_beside_materials(seed, rate, part):
    """Cobb-Douglas: the fixed factor's share f is taken out of value added, not of materials."""
    table = balanced(seed)
    output = table.trade.sum(1)
    fixed = part * value_added_share(table)
    el = elasticities(materials=1.0, value_added=1.0)
    e = equilibrium(
        table, el, Closure(factors=factors(0.0, fixed_cost=fixed)), tariff=raised(table, rate)
    )
    labour = value_added_share(table) - fixed
    inputs = np.einsum("njk,nj->nk", table.intermediate, np.log(e.price)) / output
    bill = np.log(e.sales / output)
    expected = labour * np.log(e.wage)[:, None] + inputs + fixed * bill
    np.testing.assert_allclose(np.log(e.cost), expected, atol=1e-7)


def test_a_fixed_factor_that_earns_too_much_is_refused():
    table = balanced(2)
    fixed = np.full((COUNTRIES, SECTORS), 0.95)
    with pytest.raises(BadNumber, match=r"cost share 0\.95 does not fit .* supply elasticity"):
        equilibrium(table, elasticities(), Closure(factors=factors(0.0, fixed_cost=fixed)))


@few
@given(seeds, points, st.floats(0.3, 1.4))
def test_a_critical_input_with_the_elasticity_of_all_others_is_ordinary(seed, rate, eps):
    table, new = balanced(seed), raised(balanced(seed), rate)
    same = {"materials": eps, "value_added": eps}
    plain = equilibrium(table, elasticities(**same), tariff=new)
    top = {"critical": np.array([1.0, 0.0, 0.0])}
    critical = equilibrium(table, elasticities(**same, critical=eps), None, top, tariff=new)
    np.testing.assert_allclose(critical.welfare, plain.welfare, rtol=1e-8)
    np.testing.assert_allclose(critical.trade, plain.trade, rtol=1e-6)


@few
@given(seeds, st.floats(1.5, 4.0))
def test_a_critical_input_hurts_more_the_less_it_can_be_replaced(seed, cost):
    table = balanced(seed)
    iceberg = np.ones_like(table.tariff)
    iceberg[1, 0, 0] = cost
    top = {"critical": np.array([1.0, 0.0, 0.0])}
    welfare = [
        equilibrium(table, elasticities(critical=eps), None, top, iceberg=iceberg).welfare[0]
        for eps in (0.05, 0.5, 1.0)
    ]
    assert welfare[0] < welfare[1] < welfare[2] < table.final[0].sum()


def test_selection_with_neutral_numbers_is_the_plain_economy():
    table = balanced(6)
    neutral = Selection(np.zeros(COUNTRIES), np.ones(COUNTRIES), number(0.0))
    labour = {"labour": "elastic", "labour_elasticity": number(0.5)}
    new = raised(table, 0.3)
    plain = equilibrium(table, elasticities(), Closure(**labour), tariff=new)
    chosen = equilibrium(
        table, elasticities(), Closure(**labour, selection=neutral),
        {"local": np.zeros(COUNTRIES)}, tariff=new,
    )  # fmt: skip
    np.testing.assert_allclose(chosen.welfare, plain.welfare, rtol=1e-8)


REBASED = {
    "plain": (Closure(deficit="balanced"), {}),
    "specific, critical, markup": (
        Closure(deficit="balanced", factors=factors(0.3, sorting=2.0)),
        {
            "critical": np.array([0.0, 1.0, 0.0]),
            "markup": np.full((COUNTRIES, SECTORS), 1.1),
        },
    ),
    "elastic": (
        Closure(deficit="balanced", labour="elastic", labour_elasticity=number(0.5)), {}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(REBASED))
def test_two_steps_through_a_new_baseline_are_one(name):
    closure, parts = REBASED[name]
    table, el = balanced(21), elasticities(critical=0.3)
    first, second = raised(table, 0.3), raised(table, 0.6, importer=2, exporter=0)
    ec = economy(table, **parts)
    halfway = solve(ec, el, shock(table, first), closure)
    moved = rebase(ec, el, shock(table, first), halfway, closure)
    there = solve(moved, el, shock(table, second), closure).require()
    direct = solve(ec, el, shock(table, second), closure).require()
    ratio = halfway.require().consumer_price * there.consumer_price
    np.testing.assert_allclose(ratio, direct.consumer_price, rtol=1e-7)
    np.testing.assert_allclose(there.trade, direct.trade, rtol=1e-6)
    np.testing.assert_allclose(there.expenditure, direct.expenditure, rtol=1e-7)
    still = solve(moved, el, shock(table, first), closure).require()
    np.testing.assert_allclose(still.trade, halfway.require().trade, rtol=1e-7)


def test_a_purged_baseline_has_no_deficits():
    table, el, rule = balanced(22), elasticities(), Closure(deficit="balanced")
    ec = economy(table)
    assert np.abs(ec.deficit).max() > 1.0
    purged = rebase(ec, el, shock(table), solve(ec, el, shock(table), rule), rule)
    np.testing.assert_allclose(purged.deficit, 0.0, atol=1e-6)


def test_a_quota_cannot_become_a_baseline():
    table, el = balanced(5), elasticities()
    limited = shock(table, quotas=quota(0.5 * table.trade[1, 0, 0], exporter=1.0))
    ec = economy(table)
    with pytest.raises(BadInput, match="quotas cannot become a baseline"):
        rebase(ec, el, limited, solve(ec, el, limited))
