from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from synthetic_run import COUNTRIES, renamed, synthetic_run
from tradetalks.errors import BadInput
from tradetalks.results import compare, headline


def test_a_run_does_not_differ_from_itself() -> None:
    run = synthetic_run()
    found = compare(run, run)
    assert len(found.rows) == len(headline(run)) and found.warnings == ()
    assert all(r["difference"] == r["low"] == r["high"] == 0 for r in found.rows)


def test_the_range_of_a_difference_is_taken_set_by_set() -> None:
    a, b = synthetic_run(), synthetic_run(scale=2.0)
    row = next(
        r for r in compare(a, b).rows if (r["country"], r["variable"]) == ("CHN", "real_income")
    )
    gaps = (b.data["real_income"] - a.data["real_income"]).sel(country="CHN").values
    assert row["difference"] == pytest.approx(-0.21)
    assert (row["low"], row["high"]) == (gaps.min(), gaps.max())
    assert row["low"] <= row["difference"] <= row["high"]


def test_swapping_turns_the_sign() -> None:
    a, b = synthetic_run(), synthetic_run(scale=1.5, failed=("low",))
    forth, back = compare(a, b).rows, compare(b, a).rows
    assert np.allclose([r["difference"] for r in forth], [-r["difference"] for r in back])
    assert np.allclose([r["low"] for r in forth], [-r["high"] for r in back])


def test_what_else_differs_is_said() -> None:
    a = synthetic_run()
    b = replace(
        synthetic_run(countries=tuple(COUNTRIES[:6]), failed=("giri",)),
        against="baseline",
        horizon="long",
        warnings=("look out",),
    )
    b = renamed(b, name="other")
    warnings = " ".join(compare(a, b).warnings)
    for part in (
        "different references (against): 'truce-holds' and 'baseline'",
        "different horizons: 'medium' and 'long'",
        "left out: AUS, BRA",
        "other: look out",
        "other: no equilibrium for giri",
    ):
        assert part in warnings
    assert {r["country"] for r in compare(a, b).rows} == set(COUNTRIES[:6])


def test_one_shared_set_has_no_range() -> None:
    rows = compare(synthetic_run(sets=("central",)), synthetic_run()).rows
    assert all(r["low"] is None and r["high"] is None for r in rows)


def test_runs_without_a_common_country_cannot_be_compared() -> None:
    a = synthetic_run()
    other = {d: [f"X{i}" for i in range(len(COUNTRIES))] for d in ("country", "partner")}
    b = replace(a, data=a.data.assign_coords(other))
    with pytest.raises(BadInput, match="have no country in common"):
        compare(a, b)
