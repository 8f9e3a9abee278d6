from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradetalks.results import Answer, to_json

ANSWER = Answer(
    "run",
    "2025-11-21",
    {"scenario": "x", "headline": [{"central": np.float64(1.5), "low": float("nan")}]},
    ["a source"],
    ("assumed",),
    status={"converged": np.bool_(True)},
)


def test_the_envelope_keeps_its_order_and_named_keys() -> None:
    text = to_json(ANSWER)
    assert list(json.loads(text)) == [
        "command", "as_of", "scenario", "headline",
        "sources", "assumptions", "warnings", "status",
    ]  # fmt: skip
    assert text == to_json(ANSWER)


def test_what_is_not_a_finite_number_becomes_null() -> None:
    loaded = json.loads(to_json(ANSWER))
    assert loaded["headline"] == [{"central": 1.5, "low": None}]
    assert loaded["status"] == {"converged": True}


@given(st.lists(st.floats(), max_size=5))
def test_numbers_survive_to_the_last_bit(values: list[float]) -> None:
    back = json.loads(to_json({"v": values}))["v"]
    assert [v for v in back if v is not None] == [v for v in values if np.isfinite(v)]


def test_dates_paths_arrays_and_sets_have_one_spelling() -> None:
    value = {"d": date(2025, 8, 12), "p": Path("a/b"), "a": np.array([1, 2]), "s": {"b", "a"}}
    assert (
        to_json(value, indent=None)
        == '{"d": "2025-08-12", "p": "a/b", "a": [1, 2], "s": ["a", "b"]}'
    )


def test_what_has_no_spelling_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no JSON spelling"):
        to_json({"x": object()})
