"""Monthly payoffs of the truce from the shipped world: signs and orders, not digits."""

from __future__ import annotations

import pytest

from tradetalks.errors import UnknownName
from tradetalks.talks.truce_flows import HORIZONS, PLAYERS, TARIFFS, Flows, solve_flows


@pytest.fixture(scope="module")
def flows() -> Flows:
    return solve_flows(0.55)


def test_war_costs_both_and_a_deal_pays_both(flows: Flows) -> None:
    for horizon in HORIZONS:
        for player in PLAYERS:
            assert flows.tariffs["mirrored"][horizon][player] < 0
            assert flows.tariffs["deal"][horizon][player] > 0
        lapse, mirrored = (flows.tariffs[k][horizon] for k in ("lapse", "mirrored"))
        assert lapse["USA"] < lapse["CHN"]  # by law only China's points return
        assert mirrored["CHN"] < lapse["CHN"]  # an answer in kind hurts China


def test_controls_hurt_most_when_full_and_fresh(flows: Flows) -> None:
    for holder, target in (PLAYERS, PLAYERS[::-1]):
        used = flows.controls[holder]
        for horizon in HORIZONS:
            assert used["ban"][horizon][target] < used["slow"][horizon][target] < 0
        assert used["ban"]["short"][target] < 5 * used["ban"]["medium"][target]
    assert flows.sources and any("assumed" in text for text in flows.assumptions)


def test_an_unknown_scenario_is_refused_before_anything_is_solved() -> None:
    with pytest.raises(UnknownName, match="unknown scenario 'no-such-deal'"):
        solve_flows(0.55, tariffs={**TARIFFS, "deal": "no-such-deal"})
