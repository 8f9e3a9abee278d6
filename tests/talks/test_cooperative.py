"""Talks against symmetry, SciPy's SLSQP on plain solves, and random deviations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from solving import economy, elasticities, shock
from tables import COUNTRIES, SECTORS, Table, balanced
from tradetalks.errors import BadInput, BadNumber
from tradetalks.model import Closure, Economy, Elasticities
from tradetalks.solve import solve
from tradetalks.talks import (
    TariffTalks,
    best_joint_deviation,
    cooperative_tariffs,
    nash_tariffs,
)
from tradetalks.validation import economies

BALANCED = Closure("balanced")
World = tuple[Table, Economy, Elasticities]


@pytest.fixture(scope="module")
def world() -> World:
    table = balanced(5)
    return table, economy(table), elasticities(3.0, 1.4)


@pytest.fixture(scope="module")
def war(world: World) -> np.ndarray:
    _, base, el = world
    return nash_tariffs(base, el, None, (0, 1)).require().tariff


@pytest.fixture(scope="module")
def talks(world: World, war: np.ndarray) -> TariffTalks:
    _, base, el = world
    found = cooperative_tariffs(base, el, None, (0, 1), tariff=war, gains="equal")
    return found.require()  # type: ignore[return-value]


def test_equal_twins_go_back_to_free_trade() -> None:
    """Lashkaripour (2021), equation 26, without markups: cooperation taxes nothing."""
    flow = np.array([[0.8, 0.2], [0.2, 0.8]])[:, :, None]
    nothing = np.zeros((2, 1, 1))
    twins = Table(flow, np.zeros_like(flow), nothing, flow.sum(0), flow.sum(1))
    base, el = economy(twins), elasticities(3.0, final=1.0, sectors=1)
    war = nash_tariffs(base, el, BALANCED, (0, 1)).require()
    peace = cooperative_tariffs(base, el, BALANCED, (0, 1), tariff=war.tariff).require()
    np.testing.assert_allclose(peace.tariff, 0.0, atol=1e-6)
    np.testing.assert_allclose(peace.share, 0.5, atol=1e-6)
    assert peace.gain[0] == pytest.approx(peace.gain[1], abs=1e-9) and peace.gain[0] > 0
    assert peace.gain[0] == pytest.approx(-100 * war.gain[0] / (100 + war.gain[0]), rel=1e-6)


@pytest.mark.parametrize("markup", [[1.2, 1.5, 1.35], [1.33, 1.2, 1.5]])
def test_twins_with_markups_agree_on_equation_26(markup: list[float]) -> None:
    """Lashkaripour (2021): 1 + t_k = (1 + theta_k lam_k) / (mu_k / mu + theta_k lam_k).

    Exactly so with mu = spending over wages; with output over wages nearly.
    """
    theta, mu = np.array([3.0, 5.0, 2.0]), np.array(markup)
    home, size = np.array([0.8, 0.7, 0.6]), np.array([1.0, 2.0, 1.5])
    flow = size * np.array([[home, 1.0 - home], [1.0 - home, home]])
    base = economies.economy(
        flow, 0.0 * flow, np.zeros((2, 3, 3)), flow.sum(0), flow.sum(1), markup=np.tile(mu, (2, 1))
    )
    el = economies.one_nest(1.0 + theta)
    peace = cooperative_tariffs(base, el, BALANCED, (0, 1), bounds=(-0.8, 3.0)).require()
    spent = peace.after.trade[:, 0] * (1.0 + peace.tariff[:, 0])
    lam, sales = spent[0] / spent.sum(0), np.asarray(peace.after.sales)[0]

    def formula(average: float) -> np.ndarray:
        return (1.0 + theta * lam) / (mu / average + theta * lam) - 1.0

    wages = (sales / mu).sum()
    exact = formula(float(peace.after.expenditure[0]) / wages)
    np.testing.assert_allclose(peace.tariff[1, 0], exact, atol=1e-6)
    np.testing.assert_allclose(peace.tariff[1, 0], formula(sales.sum() / wages), atol=0.01)
    assert (np.argsort(peace.tariff[1, 0]) == np.argsort(-mu)).all(), "cheaper where dearer"
    assert peace.common_gain > 0.0


def test_free_trade_cannot_be_improved_for_all() -> None:
    """Without markups, inputs and other duties it is on the frontier, subsidies allowed."""
    draw = np.random.default_rng(3)
    flow = draw.uniform(0.2, 1.0, (COUNTRIES, COUNTRIES, SECTORS))
    flow = flow + flow.transpose(1, 0, 2)  # balanced, country by country
    flow[range(COUNTRIES), range(COUNTRIES)] *= 5.0
    none = np.zeros((COUNTRIES, SECTORS, SECTORS))
    table = Table(flow, np.zeros_like(flow), none, flow.sum(0), flow.sum(1))
    el = elasticities(3.0, final=1.0)
    everyone = range(COUNTRIES)
    found = cooperative_tariffs(
        economy(table), el, BALANCED, everyone, against="all", bounds=(-0.5, 2.0)
    ).require()
    assert abs(found.common_gain) < 1e-8
    np.testing.assert_allclose(found.tariff, 0.0, atol=1e-5)


def test_gains_are_equal_and_conditions_hold(talks: TariffTalks) -> None:
    players = [p.country for p in talks.players]
    np.testing.assert_allclose(talks.gain[players], talks.common_gain, rtol=1e-8)
    assert talks.status.foc < 1e-6 and talks.unequal < 1e-9 and talks.common_gain > 0
    assert talks.share.sum() == pytest.approx(1.0)


def test_an_independent_optimiser_agrees(world: World, war: np.ndarray, talks) -> None:
    """SLSQP with finite differences of plain solves: none of the search's code."""
    table, base, el = world
    chosen = talks.chosen

    def gains(x: np.ndarray) -> np.ndarray:
        tariff = war.copy()
        tariff[chosen] = x
        after = solve(base, el, shock(table, tariff)).require().welfare
        return 100 * np.log(np.asarray(after)[:2] / start)

    start = np.asarray(solve(base, el, shock(table, war)).require().welfare)[:2]
    found = minimize(
        lambda x: -gains(x).mean(),
        war[chosen],
        method="SLSQP",
        bounds=[(0.0, 10.0)] * int(chosen.sum()),
        constraints={"type": "eq", "fun": lambda x: np.diff(gains(x))},
        options={"ftol": 1e-13, "maxiter": 300, "eps": 1e-6},
    )
    ours = 100 * np.log1p(talks.common_gain / 100)
    assert -found.fun == pytest.approx(ours, abs=2e-7)
    assert -found.fun <= ours + 1e-9, "ours is at least as good"
    np.testing.assert_allclose(found.x, talks.tariff[chosen], atol=2e-3)


def test_no_deviation_serves_all(world: World, war: np.ndarray) -> None:
    _, base, el = world
    found = cooperative_tariffs(base, el, None, (0, 1), tariff=war).require()
    assert found.on_frontier and best_joint_deviation(found, draws=100) <= 1e-9
    assert found.player_gain.min() >= found.common_gain - 1e-7
    table = cooperative_tariffs(base, el, None, (0, 1), tariff=war, bounds=(0.0, 5.0))
    elsewhere = type(table)(**{**vars(table), "tariff": war})
    assert best_joint_deviation(elsewhere, draws=100) > 1e-6, "the check can fail"


def test_other_duties_stay_and_cuts_only_cuts(world: World) -> None:
    table, base, el = world
    found = cooperative_tariffs(base, el, None, (0, 2), cuts_only=True).require()
    assert (found.tariff <= table.tariff + 1e-12).all()
    np.testing.assert_allclose(found.tariff[~found.chosen], table.tariff[~found.chosen])
    free = cooperative_tariffs(base, el, None, (0, 2)).require()
    assert free.common_gain >= found.common_gain - 1e-9


def test_one_duty_for_all_under_mfn(world: World, war: np.ndarray) -> None:
    _, base, el = world
    mfn = cooperative_tariffs(base, el, None, (0, 1), rule="mfn", tariff=war).require()
    for n in (0, 1):
        own = np.delete(mfn.tariff[:, n], n, axis=0)
        np.testing.assert_allclose(own, own[:1].repeat(COUNTRIES - 1, 0), atol=1e-12)
    both = cooperative_tariffs(base, el, None, (0, 1), against="all", tariff=war).require()
    assert both.common_gain >= mfn.common_gain - 1e-9, "a duty for each can do no worse"
    assert best_joint_deviation(mfn, draws=30) <= 1e-9


def test_mfn_on_another_valuation(world: World) -> None:
    """One rate on a value that is half more than the table's for one exporter."""
    _, base, el = world
    value = np.ones((COUNTRIES, COUNTRIES, SECTORS))
    value[1] = 1.5
    found = cooperative_tariffs(
        base, el, None, (0, 2), rule="mfn", valuation=value, cuts_only=True
    ).require()
    np.testing.assert_allclose(found.tariff[1, 0], 1.5 * found.tariff[2, 0], atol=1e-12)


def test_weights_move_what_is_agreed(world: World, war: np.ndarray) -> None:
    _, base, el = world
    plain = cooperative_tariffs(base, el, None, (0, 1), tariff=war).require()
    weights = [np.array([2.0, 0.5, 0.5]), None]
    found = cooperative_tariffs(base, el, None, (0, 1), tariff=war, weights=weights).require()
    assert found.tariff[1, 0, 0] > plain.tariff[1, 0, 0] + 0.01
    assert found.gain[0] < plain.gain[0] and best_joint_deviation(found) <= 1e-9


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"rule": "gatt"}, BadInput, "Write 'bilateral' or 'mfn'"),
        ({"gains": "fair"}, BadInput, "Write 'at_least_equal' or 'equal'"),
        ({"bounds": (1.0, 0.0)}, BadNumber, "bounds cross"),
        ({"weights": [None]}, BadInput, "1 sets of weights for 2 players"),
        ({"weights": [None, np.zeros(SECTORS)]}, BadNumber, "sum to zero"),
        (
            {"tariff": np.zeros((COUNTRIES, COUNTRIES, SECTORS)), "cuts_only": True},
            BadInput,
            "no duty is left to cut",
        ),
    ],
)
def test_bad_talks_are_refused(world: World, options, error, said: str) -> None:
    _, base, el = world
    with pytest.raises(error, match=said):
        cooperative_tariffs(base, el, None, (0, 1), **options)


def test_elasticities_at_or_below_one_are_refused(world: World) -> None:
    _, base, _ = world
    with pytest.raises(BadNumber, match="no best tariff exists in 3 sector"):
        cooperative_tariffs(base, elasticities(1.0), None, (0, 1))
