from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic_run import renamed, synthetic_run
from tradetalks.results import Spread, sentence
from tradetalks.results.labels import country_in_sentence, country_name, number
from tradetalks.results.sentence import movement


def test_the_sentence_has_direction_range_reference_date_and_source() -> None:
    text = sentence(synthetic_run())
    assert text.startswith(
        "If the truce lapses on 12 August 2025 as the orders read (US +54, China +34 points), "
        "real income would be 0.05% lower (range 0.03% to 0.08%) in the United States and "
        "0.21% lower (range 0.13% to 0.34%) in China, compared with the scenario truce-holds; "
        "among other economies it would change most in "
    )
    assert text.endswith(
        "Source: tradetalks 0.1.0, world-2022 (OECD ICIO 2022), medium horizon, computed "
        "2025-11-21; range over 8 elasticity sets, not a confidence interval. "
        "A model, not a prediction."
    )


def test_a_failed_set_is_said() -> None:
    assert "range incomplete (7 of 8 elasticity sets converged)" in sentence(
        synthetic_run(failed=("ossa",))
    )


def test_one_set_gives_no_range() -> None:
    text = sentence(synthetic_run(sets=("central",)))
    assert "central elasticities only, no range" in text and "(range" not in text


def test_without_a_what_if_the_title_names_the_scenario() -> None:
    run = renamed(synthetic_run(), question="Is it good?", title="Free trade.")
    assert sentence(run).startswith("In the scenario 'Free trade', real income would be")
    baseline = replace(synthetic_run(), against="baseline")
    assert "compared with the law of 2022" in sentence(baseline)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((-0.05, -0.09, -0.03), "0.05% lower (range 0.03% to 0.09%)"),
        ((0.004, -0.2, 0.004), "unchanged to within 0.01% (range less than 0.01% to 0.20% lower)"),
        ((0.0, 0.0, 0.0), "unchanged to within 0.01% (range likewise)"),
        ((-0.004, -0.02, 0.03), "unchanged to within 0.01% (range -0.02% to +0.03%: the "
                                "direction depends on the elasticities)"),
        ((-12.345, -2000.0, -1.0), "12.35% lower (range 1.00% to 2,000.00%)"),
    ],
)  # fmt: skip
def test_movement_words(change: tuple[float, float, float], words: str) -> None:
    assert movement(Spread(*change)) == words


percentages = st.floats(-50, 50, allow_nan=False)


@given(st.lists(percentages, min_size=3, max_size=3))
def test_the_direction_is_never_wrong(values: list[float]) -> None:
    low, central, high = sorted(values)
    text = movement(Spread(central, low, high))
    head = text.split(" (range")[0]
    assert ("higher" in head) == (round(central, 2) > 0)
    assert ("lower" in head) == (round(central, 2) < 0)
    assert ("depends on" in text) == (round(low, 2) < 0 < round(high, 2))
    assert "-0.00" not in text and "+0.00" not in text


def test_labels_for_people() -> None:
    assert country_name("VNM") == "Viet Nam"
    assert country_in_sentence("GBR") == "the United Kingdom"
    assert country_in_sentence("ROW") == "the rest of the world"
    assert country_in_sentence("NORTH") == "NORTH"
    assert number(-0.001, "percent") == "0.00"
    assert number(-1234.56, "usd_bn") == "-1,234.6"
    assert number(None, "usd_bn") == ""
