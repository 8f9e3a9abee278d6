from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.errors import BadNumber
from tradetalks.scenario import Scenario, Tariff, TradeCost
from tradetalks.scenario.rates import format_rate, parse_rate


@given(st.floats(-1, 100))
def test_a_rate_written_as_percent_reads_back_exactly(rate):
    assert parse_rate(format_rate(rate)) == rate


@pytest.mark.parametrize(
    ("written", "rate"),
    [("24%", 0.24), ("145%", 1.45), (" +7.5 % ", 0.075), ("-30%", -0.3), (0.25, 0.25), (1, 1.0),
     ("10000%", 100.0), (".5%", 0.005), ("-100%", -1.0)],
)  # fmt: skip
def test_ways_to_write_a_rate(written, rate):
    assert Tariff(importer="USA", exporter="CHN", add=written).add == rate


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (25, "25 could mean 25% or 2500%. Write '25%' or 0.25 or '2500%' if that is meant."),
        (1.5, "1.5 could mean 1.5% or 150%. Write '1.5%' or 0.015 or '150%' if that is meant."),
        (-25, "-25 could mean -25% or -2500%. Write '-25%' or -0.25."),
        (250, "250 could mean 250% or 25000%. Write '250%'."),
        ("25", "the text '25' has no percent sign. Write '25%'"),
        ("-101%", "-101% is outside -100% to 10,000%"),
        ("10001%", "10001% is outside -100% to 10,000%"),
        ("a lot", "'a lot' is not a rate"),
        ("1,000%", "is not a rate"),
        ("nan%", "is not a rate"),
        (float("nan"), "nan is not a rate"),
        (float("inf"), "inf is not a rate"),
        (True, "found true where a rate belongs"),
        ([0.1], "found a list where a rate belongs"),
    ],
)
def test_what_is_no_rate(written, says):
    with pytest.raises(BadNumber) as caught:
        Tariff(importer="USA", exporter="CHN", add=written)
    assert says in str(caught.value)
    assert str(caught.value).startswith("add: ")


@given(st.floats(1.01, 100) | st.floats(-100, -1.01))
def test_each_cure_that_is_offered_is_accepted(number):
    with pytest.raises(BadNumber) as caught:
        Tariff(importer="USA", exporter="CHN", add=number)
    quoted = re.findall(r"'([^']+)'", caught.value.cure)
    assert quoted
    for text in quoted:
        parse_rate(text)


@pytest.mark.parametrize("factor", [0, -1, 1001, float("nan"), "10%", True])
def test_factors_are_positive_numbers(factor):
    with pytest.raises(BadNumber, match="factor"):
        TradeCost(importer="USA", exporter="CHN", factor=factor)


@pytest.mark.parametrize("multiple", [-0.1, 1001, "50%", False])
def test_multiples_are_not_negative(multiple):
    with pytest.raises(BadNumber, match="multiple"):
        Tariff(importer="USA", exporter="CHN", multiply=multiple)


def test_the_key_of_a_bad_rate_is_named_inside_a_scenario():
    with pytest.raises(BadNumber, match=r"changes\[0\]\.add: 25 could mean"):
        Scenario(
            name="a",
            question="b",
            sources="c",
            changes=[{"kind": "tariff", "importer": "USA", "exporter": "CHN", "add": 25}],
        )
