from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from synthetic_run import COUNTRIES, SETS, synthetic_run
from tradetalks.errors import NotConverged, UnknownName
from tradetalks.results import (
    RunResult,
    headline,
    headline_variables,
    movers,
    range_note,
    variables,
)


@pytest.fixture(scope="module")
def run() -> RunResult:
    return synthetic_run()


def test_every_country_has_every_headline_variable(run: RunResult) -> None:
    found = {(r["country"], r["variable"]) for r in headline(run)}
    names = {v.name for v in headline_variables()}
    assert names == {
        "real_income",
        "equivalent_variation",
        "exports",
        "imports",
        "tariff_revenue",
        "bilateral_balance",
        "consumer_prices",
    }
    assert found == {(c, v) for c in COUNTRIES for v in names}


def test_low_and_high_are_the_extremes_over_the_sets_and_hold_the_centre(run: RunResult) -> None:
    for row in headline(run):
        where = {k: row[k] for k in ("country", "partner") if k in row}
        values = run.data[row["variable"]].sel(where).values
        assert row["low"] == values.min() and row["high"] == values.max()
        assert row["low"] <= row["central"] <= row["high"]
        assert row["central"] == values[SETS.index("central")]


def test_levels_stand_beside_dollars_and_percentages_have_none(run: RunResult) -> None:
    for row in headline(run):
        name = row["variable"]
        if name in ("real_income", "consumer_prices", "equivalent_variation"):
            assert row["reference"] is None
        else:
            where = {k: row[k] for k in ("country", "partner") if k in row}
            level = run.data[f"{name}_reference"].sel(where, drop=True).sel(set="central")
            assert row["reference"] == float(level)


def test_balances_are_given_with_both_parties_both_ways(run: RunResult) -> None:
    pairs = {(r["country"], r["partner"]): r["central"] for r in headline(run) if "partner" in r}
    assert pairs["USA", "CHN"] == pytest.approx(-pairs["CHN", "USA"])
    assert ("VNM", "USA") in pairs and ("VNM", "CHN") in pairs
    assert ("USA", "USA") not in pairs


def test_a_failed_set_is_left_out_and_the_range_marked() -> None:
    whole, part = synthetic_run(), synthetic_run(failed=("low", "giri"))
    rows = headline(part)
    assert all(r["range"] == "incomplete" for r in rows)
    assert all(math.isfinite(r["low"]) and math.isfinite(r["high"]) for r in rows)
    assert "range" not in headline(whole)[0]
    assert range_note(part) == (
        "Range incomplete: minimum and maximum over the 6 elasticity sets that "
        "converged; no equilibrium was found for low, giri. Not a confidence interval."
    )


def test_no_number_without_a_central_equilibrium() -> None:
    with pytest.raises(NotConverged, match=r"'truce-lapses-by-law' has no equilibrium"):
        headline(synthetic_run(failed=("central",)))


def test_movers_are_the_parties_then_the_largest_changes(run: RunResult) -> None:
    shown = movers(run, 3)
    assert shown[:2] == ("USA", "CHN") and len(shown) == 5
    size = np.abs(run.at_central("real_income").to_series())
    left_out = size.drop(list(shown))
    assert size[list(shown[2:])].min() >= left_out.max()


def test_cells_are_asked_for_by_name_with_a_suggestion(run: RunResult) -> None:
    assert run.spread("real_income", country="USA").central == pytest.approx(-0.05)
    with pytest.raises(UnknownName, match="Did you mean 'USA'"):
        run.spread("real_income", country="USB")
    with pytest.raises(UnknownName, match="Did you mean 'real_income'"):
        run.spread("real_incom", country="USA")


def test_a_result_is_labelled_and_cannot_be_changed(run: RunResult) -> None:
    assert run.data["exports"].attrs["units"] == "usd_bn"
    with pytest.raises(ValueError, match="read-only"):
        run.data["exports"].values[0, 0] = 1.0
    with pytest.raises(AttributeError):
        run.horizon = "long"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda d: d.drop_vars("exports"), r"lacks the variables \['exports'\]"),
        (lambda d: d.assign(nonsense=d["exports"]), r"unknown ones \['nonsense'\]"),
        (lambda d: d.assign(exports=d["exports"].T), "'exports' has dimensions"),
        (lambda d: d.assign_attrs(central="medium"), "must name one of the elasticity sets"),
    ],
)
def test_a_malformed_dataset_is_refused(run: RunResult, broken: object, message: str) -> None:
    import dataclasses

    data: xr.Dataset = broken(run.data)  # type: ignore[operator]
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(run, data=data)


def test_the_registry_describes_every_variable() -> None:
    assert len(variables()) > 30
    for v in variables().values():
        assert v.label and v.unit in ("percent", "percentage_points", "usd_bn", "fraction")
        assert len(v.description) > 20 and v.description.endswith(".")
        known = {"set", "country", "partner", "exporter", "importer", "sector", "group"}
        assert set(v.dims) <= known
    assert variables()["exports_reference"].kind == "level"
