"""Chosen tariffs against closed forms, an independent program, and random deviations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from solving import economy, elasticities, shock
from tables import COUNTRIES, SECTORS, Table, balanced
from tradetalks.errors import BadInput, BadNumber, UnknownName
from tradetalks.model import Closure, Economy, Elasticities
from tradetalks.solve import solve
from tradetalks.talks import (
    condition_gaps,
    largest_deviation_gain,
    nash_tariffs,
    optimal_tariffs,
)

BALANCED = Closure("balanced")


def armington(home: tuple[float, float], size: tuple[float, float], sigma: float):
    """Two countries, one good, no inputs, free and balanced trade; `size` is income."""
    flow = (1.0 - home[0]) * size[0]
    trade = np.array([[size[0] - flow, flow], [flow, size[1] - flow]])[:, :, None]
    nothing = np.zeros((2, 1, 1))
    table = Table(trade, np.zeros_like(trade), nothing, trade.sum(0), trade.sum(1))
    return table, economy(table), elasticities(sigma, final=1.0, sectors=1)


@pytest.mark.parametrize("sigma", [2.5, 4.0, 7.0])
def test_a_small_open_economy_taxes_at_one_over_sigma_minus_one(sigma: float) -> None:
    _, small, el = armington((0.7, 0.0), (1.0, 1e6), sigma)
    found = optimal_tariffs(small, el, BALANCED, 0).require()
    assert found.tariff[1, 0, 0] == pytest.approx(1.0 / (sigma - 1.0), rel=1e-5)


@pytest.mark.parametrize("size", [0.5, 1.0, 3.0])
def test_a_large_economy_taxes_by_the_foreign_export_elasticity(size: float) -> None:
    """Gros (1987): 1 / ((sigma - 1) x the foreign share of its own goods), at the optimum."""
    sigma = 3.5
    _, large, el = armington((0.75, 0.0), (size, 1.0), sigma)
    found = optimal_tariffs(large, el, BALANCED, 0).require()
    abroad = np.asarray(found.after.trade)[:, 1, 0]
    own_share = abroad[1] / abroad.sum()
    assert found.tariff[1, 0, 0] == pytest.approx(1.0 / ((sigma - 1.0) * own_share), rel=1e-6)
    assert found.gain[0] > 0 > found.gain[1]


def _textbook_war(share: np.ndarray, size: np.ndarray, sigma: float) -> np.ndarray:
    """Iterate best responses of two countries with none of the model's code."""

    def welfare(duty: np.ndarray) -> np.ndarray:
        """Real incomes; `duty[n]` is what n takes on the other's good."""

        def parts(log_wage: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            wage = np.array([np.exp(log_wage), 1.0])
            cost = np.array([[wage[i] * (1 + duty[n] * (i != n)) for n in (0, 1)] for i in (0, 1)])
            index = (share * cost ** (1 - sigma)).sum(0)
            spent = share * cost ** (1 - sigma) / index
            foreign = spent[[1, 0], [0, 1]]
            income = wage * size / (1 - foreign * duty / (1 + duty))
            return income, index ** (1 / (1 - sigma)), foreign * income / (1 + duty)

        def gap(log_wage: float) -> float:
            imports = parts(log_wage)[2]
            return imports[0] - imports[1]

        income, price, _ = parts(brentq(gap, -3.0, 3.0, xtol=1e-14))
        return income / price

    duty = np.zeros(2)
    for _ in range(60):
        before = duty.copy()
        for n in (0, 1):

            def loss(own: float, n: int = n) -> float:
                return -welfare(np.where(np.arange(2) == n, own, duty))[n]

            found = minimize_scalar(
                loss, bounds=(0.0, 3.0), method="bounded", options={"xatol": 1e-10}
            )
            duty[n] = found.x
        if np.abs(duty - before).max() < 1e-9:
            break
    return duty


@pytest.mark.parametrize("other", [1.0, 2.5])
def test_two_countries_at_war_as_an_independent_program_has_it(other: float) -> None:
    sigma = 3.0
    table, pair, el = armington((0.8, 0.0), (1.0, other), sigma)
    found = nash_tariffs(pair, el, BALANCED, (0, 1)).require()
    trade = table.trade[:, :, 0]
    expected = _textbook_war(trade / trade.sum(0), trade.sum(1), sigma)
    got = found.tariff[[1, 0], [0, 1], 0]
    # a search on values finds a flat top to the root of their precision
    np.testing.assert_allclose(got, expected, atol=2e-6)
    if other == 1.0:
        assert got[0] == pytest.approx(got[1], abs=2e-6)
        assert found.gain[0] == pytest.approx(found.gain[1], abs=1e-5) and found.gain[0] < 0
    else:
        assert got[1] > got[0], "the larger country taxes more"


@pytest.fixture(scope="module")
def world() -> tuple[Table, Economy, Elasticities]:
    table = balanced(5)
    return table, economy(table), elasticities(3.0, 1.4)


def test_conditions_hold_and_no_deviation_gains(world) -> None:
    _, base, el = world
    war = nash_tariffs(base, el, None, range(COUNTRIES), against="all").require()
    assert war.status.foc < 1e-6 and condition_gaps(war).max() < 1e-6
    for n in range(COUNTRIES):
        assert largest_deviation_gain(war, n, draws=100, seed=n) <= 1e-9


def test_deviations_from_what_is_no_equilibrium_gain(world) -> None:
    """The check can fail: under the law as it is, somebody gains by deviating."""
    table, base, el = world
    alone = optimal_tariffs(base, el, None, 0).require()
    elsewhere = type(alone)(
        alone.setting, alone.players, alone.bounds, table.tariff, table.tariff, alone.before,
        alone.before, alone.status,
    )  # fmt: skip
    assert largest_deviation_gain(elsewhere, 0) > 1e-5
    assert condition_gaps(elsewhere).max() > 1e-2


def test_finite_differences_of_solves_agree(world) -> None:
    """First-order conditions without the adjoint: real income falls on both sides."""
    table, base, el = world
    found = optimal_tariffs(base, el, None, 1, against=[0, 2]).require()

    def welfare(tariff: np.ndarray) -> float:
        return float(solve(base, el, shock(table, tariff)).require().welfare[1])

    top = welfare(found.tariff)
    for i, n, j in np.argwhere(found.chosen):
        for step in (-0.02, 0.02):
            moved = found.tariff.copy()
            moved[i, n, j] += step
            assert welfare(moved) < top
    assert found.gain[1] == pytest.approx(100 * (top / welfare(table.tariff) - 1), abs=1e-6)


def test_other_duties_stay(world) -> None:
    table, base, el = world
    pair = nash_tariffs(base, el, None, (0, 1), sectors=[True, True, False]).require()
    assert pair.chosen.sum() == 4
    assert pair.chosen[0, 1, :2].all() and pair.chosen[1, 0, :2].all()
    np.testing.assert_allclose(pair.tariff[~pair.chosen], table.tariff[~pair.chosen], atol=1e-12)
    assert not np.allclose(pair.tariff[pair.chosen], table.tariff[pair.chosen], atol=1e-3)
    assert not pair.tariff.flags.writeable


def test_a_flow_that_does_not_exist_keeps_its_duty() -> None:
    table = balanced(2)
    trade, final = table.trade.copy(), table.final.copy()
    moved = trade[1, 0, 0]
    trade[1, 0, 0], trade[1, 1, 0] = 0.0, trade[1, 1, 0] + moved
    final[0, 0] -= moved * (1 + table.tariff[1, 0, 0])
    final[1, 0] += moved
    assert (final > 0).all()
    gap = Table(trade, table.tariff, table.intermediate, final, table.value_added)
    found = optimal_tariffs(economy(gap), elasticities(3.0, 1.4), None, 0, against=[1]).require()
    assert not found.chosen[1, 0, 0] and found.chosen[1, 0, 1]
    assert found.tariff[1, 0, 0] == pytest.approx(table.tariff[1, 0, 0], abs=1e-12)


def test_from_anywhere_to_the_same_place(world) -> None:
    _, base, el = world
    low, high = (optimal_tariffs(base, el, None, 2, start=s).require() for s in (0.05, 2.0))
    np.testing.assert_allclose(low.tariff, high.tariff, atol=1e-5)
    both = optimal_tariffs(base, el, None, 2, start=(0.05, 2.0)).require()
    assert both.status.evaluations == low.status.evaluations + high.status.evaluations


def test_bounds_bind(world) -> None:
    _, base, el = world
    capped = optimal_tariffs(base, el, None, 0, bounds=(0.0, 0.05), start=0.02).require()
    assert capped.status.at_bounds == capped.chosen.sum()
    np.testing.assert_allclose(capped.tariff[capped.chosen], 0.05)
    free = optimal_tariffs(base, el, None, 0).require()
    assert free.gain[0] > max(capped.gain[0], 0.0)
    assert largest_deviation_gain(capped, 0) <= 1e-9


def test_a_favoured_sector_is_protected(world) -> None:
    _, base, el = world
    plain = optimal_tariffs(base, el, None, 0).require()
    weights = np.array([1.6, 0.7, 0.7])
    partial = optimal_tariffs(base, el, None, 0, weights=weights).require()
    doubled = optimal_tariffs(base, el, None, 0, weights=2 * weights).require()
    np.testing.assert_allclose(doubled.tariff, partial.tariff, atol=1e-7)
    own = plain.chosen[:, 0, 0]
    assert (partial.tariff[own, 0, 0] > plain.tariff[own, 0, 0] + 0.01).all()
    assert partial.gain[0] < plain.gain[0]
    assert largest_deviation_gain(partial, 0) <= 1e-9
    equal = optimal_tariffs(base, el, None, 0, weights=np.full(SECTORS, 3.0)).require()
    np.testing.assert_allclose(equal.tariff, plain.tariff, atol=1e-7)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"bounds": (0.5, 0.1)}, BadNumber, "the bounds cross: the least duty, 50%"),
        ({"bounds": (-1.0, 1.0)}, BadNumber, "are no duties"),
        ({"bounds": (0.0, float("inf"))}, BadNumber, "are no duties"),
        ({"start": 20.0}, BadNumber, "cannot start at a duty of 20"),
        ({"weights": np.zeros(SECTORS)}, BadNumber, "the sector weights sum to zero"),
        ({"weights": [1.0, -1.0, 1.0]}, BadNumber, "negative or no number"),
        ({"weights": [1.0, float("nan"), 1.0]}, BadNumber, "negative or no number"),
        ({"weights": [1.0]}, BadInput, r"shape \(1,\)"),
        ({"sectors": [True]}, BadInput, "mask of sectors has shape"),
        ({"sectors": [False] * SECTORS}, BadInput, "buys nothing from these partners"),
        ({"against": [0]}, BadInput, "cannot set a tariff on itself"),
        ({"against": [9]}, UnknownName, "unknown country number 9"),
    ],
)
def test_bad_questions_are_refused(world, options, error, said: str) -> None:
    _, base, el = world
    with pytest.raises(error, match=said):
        optimal_tariffs(base, el, None, 0, **options)


@pytest.mark.parametrize("sigma", [1.0, 0.76, float("nan")])
def test_elasticities_at_or_below_one_are_refused(world, sigma: float) -> None:
    _, base, _ = world
    with pytest.raises(BadNumber, match="no best tariff exists in 3 sector"):
        optimal_tariffs(base, elasticities(sigma), None, 0)
    mixed = elasticities(3.0)
    mixed.sigma[2] = sigma
    with pytest.raises(BadNumber, match="the first being number 2"):
        nash_tariffs(base, mixed, None, (0, 1))
    kept = nash_tariffs(base, elasticities(3.0), None, (0, 1), sectors=[True, True, False])
    assert kept.status.converged


@pytest.mark.parametrize(
    ("players", "options", "error", "said"),
    [
        ((0,), {}, BadInput, "two or more different players"),
        ((0, 0), {}, BadInput, "two or more different players"),
        ((0, 7), {}, UnknownName, "unknown country number 7"),
        ((0, 1), {"against": "enemies"}, BadInput, "Write 'players' or 'all'"),
        ((0, 1), {"weights": [None]}, BadInput, "1 sets of weights for 2 players"),
        ((0, 1), {"weights": [None, np.zeros(SECTORS)]}, BadNumber, "sum to zero"),
        ((0, 1), {"bounds": (1.0, 0.0)}, BadNumber, "bounds cross"),
    ],
)
def test_bad_games_are_refused(world, players, options, error, said: str) -> None:
    _, base, el = world
    with pytest.raises(error, match=said):
        nash_tariffs(base, el, None, players, **options)
