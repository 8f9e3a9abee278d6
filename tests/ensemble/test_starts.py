"""What draws start from, how near their answers are, and draws that have no equilibrium."""

from __future__ import annotations

import numpy as np
import pytest

from tradetalks.ensemble import evaluate
from tradetalks.ensemble.design import BATCH, Design
from tradetalks.ensemble.evaluate import Batch, Evaluator, case_of
from tradetalks.ensemble.forecast import forecast_weights
from tradetalks.results.draws import points


def test_a_forecast_is_exact_where_nothing_varies_and_near_where_it_is_smooth() -> None:
    from scipy.special import ndtri

    known, drawn = points(3, 0, 0, 32), points(3, 7, 0, 8)
    weights = forecast_weights(known, drawn)
    assert weights.shape == (8, 40)
    assert np.all(np.triu(weights[:, 32:]) == 0.0)  # a draw knows only those before it
    np.testing.assert_allclose(weights.sum(1), 1.0, atol=0.01)
    z = ndtri(np.clip(np.concatenate([known, drawn]), 0.001, 0.999))
    smooth = 5.0 + z @ [0.3, -0.2, 0.1] + 0.05 * z[:, 0] * z[:, 1]
    foretold = weights @ smooth
    assert np.abs(foretold - smooth[32:]).max() < 0.05 * np.ptp(smooth)


def _batch(name: str, tolerance: float, monkeypatch: pytest.MonkeyPatch) -> Batch:
    monkeypatch.setattr(evaluate, "TOLERANCE", tolerance)
    case = case_of(name)
    design = Design(len(case.parameters("draw")), len(case.parameters("world")), 1)
    u, worlds = design.block(0)
    return Evaluator(case).batch(u[:BATCH], worlds[0], design.noise(0))


@pytest.mark.parametrize("name", ["toy-tariff-war", "truce-lapses-by-law"])
def test_answers_are_right_to_a_hundred_thousandth_of_a_point(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, exact = (_batch(name, tolerance, monkeypatch) for tolerance in (1e-6, 1e-9))
    assert quick.converged.all()
    income = len(case_of(name).table.countries)
    assert np.abs(quick.outcomes - exact.outcomes)[:, :income].max() < 1e-5


def _one(draw: int, case_name: str = "toy-tariff-war") -> tuple[Batch, int]:
    case = case_of(case_name)
    design = Design(len(case.parameters("draw")), len(case.parameters("world")), 1)
    block, own = divmod(draw, 512)
    u, worlds = design.block(block)
    k = own // BATCH
    found = Evaluator(case).batch(
        u[k * BATCH : (k + 1) * BATCH], worlds[k], design.noise(block * 512 // BATCH + k)
    )
    return found, own % BATCH


def test_a_draw_past_the_end_of_its_equilibria_says_where_they_end() -> None:
    """Its equilibria, followed from the reference, turn back at 87% of the shock."""
    found, at = _one(1304)
    assert not found.converged[at]
    assert found.converged.sum() == BATCH - 1
    assert "has an equilibrium up to" in found.messages[at]
    assert found.parameters["sigma_domestic"][at] < 0.4
