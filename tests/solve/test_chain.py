"""Draws in a chain: where a search starts and how it steps does not move what it finds."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from solving import economy, elasticities, raised, shock
from tables import SECTORS, balanced
from tradetalks.model import (
    Closure,
    Elasticities,
    Equilibrium,
    State,
    advance,
    factors_of,
    start,
    trade_kernel,
)
from tradetalks.solve import Known, country_blocks, solve, solve_chain

DRAWS, KNOWN = 5, 3


def _welfare(e: Equilibrium, _detail: object) -> object:
    return e.welfare


@pytest.mark.parametrize("astray", [0.0, 0.05])
@pytest.mark.parametrize("specific", [False, True])
def test_a_chain_finds_what_single_solves_find(astray: float, specific: bool) -> None:
    table = balanced(3)
    world = economy(table)
    random = np.random.default_rng(1)
    rules = Closure()
    if specific:
        with jax.enable_x64(True):
            rules = Closure(factors=factors_of(np.full(table.final.shape, 0.3)))
    draws = [elasticities(sigma, sigma / 2) for sigma in random.uniform(2.0, 5.0, DRAWS)]
    ends = [shock(table), shock(table, raised(table, 0.3))]
    with jax.enable_x64(True):
        begin = start(world, rules, ends[0])
        blocks = country_blocks(world, draws[0], rules, ends[0], begin)
    size = sum(x.size for x in jax.tree.leaves(begin))
    known = Known(astray * random.standard_normal((2, KNOWN, size)), 1.5)
    weights = np.tril(np.full((DRAWS, KNOWN + DRAWS), 0.2), KNOWN - 1)
    found = solve_chain(
        world,
        jax.tree.map(lambda *x: np.stack(x), *draws),
        jax.tree.map(lambda *x: np.stack(x), *ends),
        rules,
        known=known,
        weights=weights,
        blocks=blocks,
        tolerance=1e-8,
        summary=_welfare,
    )
    for b, own in enumerate(draws):
        assert [s.method for s in found.statuses[b]] == ["anderson", "anderson"]
        for e in (0, 1):
            alone = solve(world, own, ends[e], rules)
            np.testing.assert_allclose(found.kept[b, e], alone.require().welfare, rtol=1e-8)


def test_a_block_inverts_the_response_of_a_country_on_its_own() -> None:
    """Against differences of the map: two points for each unknown of the country."""
    table, n, step = balanced(5), 2, 1e-5
    world, own, calm = economy(table), elasticities(3.0, 1.5), shock(table)
    with jax.enable_x64(True):
        begin = start(world, Closure(), calm)
        block = np.asarray(country_blocks(world, own, Closure(), calm, begin))[n]
        kernel = trade_kernel(world, own, calm)

        def image(wage: float, price: np.ndarray, spending: np.ndarray) -> np.ndarray:
            state = State(
                begin.wage.at[n].set(wage),
                begin.price.at[n].set(price),
                begin.spending.at[n].set(spending),
            )
            new, _ = advance(world, own, Closure(), calm, kernel, state)
            return np.concatenate([[new.wage[n]], new.price[n], new.spending[n]])

        def at(x: np.ndarray) -> np.ndarray:
            return image(x[0], x[1 : 1 + SECTORS], x[1 + SECTORS :])

        columns = [(at(step * e) - at(-step * e)) / (2 * step) for e in np.eye(1 + 2 * SECTORS)]
    unknowns = np.eye(1 + 2 * SECTORS)
    np.testing.assert_allclose(block @ (unknowns - np.stack(columns, 1)), unknowns, atol=1e-4)


def test_a_draw_that_cannot_be_solved_says_so_and_spoils_no_other() -> None:
    table = balanced(3)
    world = economy(table)
    cut = np.ones_like(table.trade)
    cut[~np.eye(4, dtype=bool)] = np.inf
    ends = [shock(table), shock(table, iceberg=cut)]
    draws: list[Elasticities] = [elasticities(s, 2.0) for s in (3.0, 0.8, 3.0)]
    with jax.enable_x64(True):
        begin = start(world, Closure(), ends[0])
        blocks = country_blocks(world, draws[0], Closure(), ends[0], begin)
    size = sum(x.size for x in jax.tree.leaves(begin))
    weights = np.zeros((3, 4))
    weights[2, 2] = 1.0
    found = solve_chain(
        world,
        jax.tree.map(lambda *x: np.stack(x), *draws),
        jax.tree.map(lambda *x: np.stack(x), *ends),
        Closure(deficit="balanced"),
        known=Known(np.zeros((2, 1, size)), 1.0),
        weights=weights,
        blocks=blocks,
        tolerance=1e-8,
        summary=_welfare,
    )
    assert [both[1].converged for both in found.statuses] == [True, False, True]
    np.testing.assert_allclose(found.kept[0], found.kept[2], rtol=1e-7)
