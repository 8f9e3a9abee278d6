"""The two ends of a path, alone and for draws of an ensemble: as the whole run has them."""

from __future__ import annotations

import numpy as np

from tradetalks.engine import simulate
from tradetalks.engine.ends import solve_ends
from tradetalks.ensemble.evaluate import Evaluator, case_of, outcome_names
from tradetalks.scenario import load_scenario

VARIABLES = ("real_income", "exports", "tariff_revenue", "rents", "bilateral_balance")


def test_ends_and_draws_see_lifted_controls_as_the_whole_run_does() -> None:
    asked = load_scenario("chip-controls-lifted").replace(regions="blocs", elasticities="central")
    run = simulate(asked)
    ends = solve_ends(asked, central_only=True)
    found = ends.accounts()
    for name in VARIABLES:
        np.testing.assert_allclose(found[name], run.at_central(name).values, atol=1e-7)
    assert set(found) <= set(run.data)
    chn = ends.table.index("CHN")
    assert abs(found["real_income"][chn]) > 1e-3 and found["rents"][chn] < -1.0
    case = case_of(asked)
    drawn = dict(zip(outcome_names(case.table.countries), Evaluator(case).central(), strict=True))
    for country, income in zip(ends.table.countries, found["real_income"], strict=True):
        np.testing.assert_allclose(drawn[f"real_income|{country}"], income, atol=1e-4)
