"""Weights from files, and weights under which observed duties are the best."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from solving import economy, elasticities
from tables import balanced
from tradetalks.data import load_world
from tradetalks.errors import BadFile, BadInput, BadNumber, UnknownName
from tradetalks.talks import (
    SectorWeights,
    calibrated_weights,
    optimal_tariffs,
    play,
    read_weights,
    revealed_weights,
)
from tradetalks.validation.economies import equilibrium


@pytest.fixture(scope="module")
def world():
    table = balanced(5)
    return table, economy(table), elasticities(3.0, 1.4)


@pytest.mark.parametrize("weights", [[1.3, 0.9, 0.8], [0.7, 1.1, 1.2], [1.0, 1.0, 1.0]])
def test_weights_come_back_from_the_tariffs_that_they_give(world, weights) -> None:
    _, base, el = world
    best = optimal_tariffs(base, el, None, 0, against=[1], weights=weights).require()
    found = calibrated_weights(base, el, None, 0, tariff=best.tariff, against=[1])
    np.testing.assert_allclose(found.weights, weights, atol=2e-5)
    assert np.abs(found.gap).max() < 1e-5
    again = optimal_tariffs(base, el, None, 0, against=[1], weights=found.weights).require()
    np.testing.assert_allclose(again.tariff, best.tariff, atol=1e-4)


def test_revenue_with_sectors_changes_weights_and_not_conditions(world) -> None:
    """Ossa's objective: his G by plain solves is flat at the weights found with his revenue."""
    _, base, el = world
    best = optimal_tariffs(base, el, None, 0, against=[1], weights=[1.2, 1.0, 0.8]).require()
    plain = calibrated_weights(base, el, None, 0, tariff=best.tariff, against=[1])
    shared = calibrated_weights(
        base, el, None, 0, tariff=best.tariff, against=[1], revenue_to_sectors=True
    )
    np.testing.assert_allclose(shared.gap_equal, plain.gap_equal, atol=1e-12)
    assert np.abs(shared.weights - plain.weights).max() > 1e-4

    def welfare(move: float, sector: int) -> float:
        tariff = best.tariff.copy()
        tariff[1, 0, sector] = (1.0 + tariff[1, 0, sector]) * np.exp(move) - 1.0
        at = equilibrium(base, el, tariff)
        earned = np.asarray(at.value_added)[0]
        income = float(at.welfare[0] * at.consumer_price[0])
        lobby = earned + earned / earned.sum() * (income - earned.sum())
        return float((shared.weights * lobby).sum() / at.consumer_price[0])

    step = 1e-4
    slopes = [(welfare(step, k) - welfare(-step, k)) / (2 * step * welfare(0.0, k)) for k in (0, 1)]
    trade = np.asarray(best.before.trade)[1, 0] / float(best.before.expenditure[0])
    np.testing.assert_allclose(slopes, 3.0 * trade[:2] * shared.gap[:2], atol=3e-4)


def test_flat_duties_identify_nothing(world) -> None:
    table, base, el = world
    flat = table.tariff.copy()
    flat[1, 0] = 0.4
    found = calibrated_weights(base, el, None, 0, tariff=flat, against=[1])
    assert found.flat_share == pytest.approx(1.0) and not found.identified
    uneven = flat.copy()
    uneven[1, 0] = [0.9, 0.1, 0.3]
    told = calibrated_weights(base, el, None, 0, tariff=uneven, against=[1])
    assert told.weights[0] > told.weights[1] and told.weights.mean() == pytest.approx(1.0)
    assert told.flat_share < found.flat_share


def test_what_no_weights_explain_is_left(world) -> None:
    table, base, el = world
    absurd = table.tariff.copy()
    absurd[1, 0] = 9.0
    found = calibrated_weights(base, el, None, 0, tariff=absurd, against=[1])
    assert (found.weights >= 0).all() and np.abs(found.gap).max() > 0.05


WEIGHTS = "weights:\n  USA: {24: 1.5, agriculture: 0.5, 26: 0}\nsources: [assumed]\n"


def written(folder: Path, text: str) -> Path:
    file = folder / "w.yaml"
    file.write_text(text, "utf-8")
    return file


def test_a_file_of_weights(tmp_path: Path) -> None:
    table = load_world("world-2022")
    found = read_weights(written(tmp_path, WEIGHTS))
    vector = found.vector("USA", table)
    assert vector is not None and found.vector("CHN", table) is None
    at = dict(zip(table.sectors, vector, strict=True))
    assert (at["24"], at["01T02"], at["03"], at["26"], at["SERV"]) == (1.5, 0.5, 0.5, 0.0, 1.0)
    assert found.sources == ("assumed",)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("sources: [assumed]\n", BadFile, "the file has no weights"),
        ("weights: {USA: {24: 1}}\n", BadInput, "have no source"),
        ("weights: {USA: {}}\nsources: [a]\n", BadFile, "USA has no sectors"),
        ("weights:\n  USA:\n    24: -1\nsources: [a]\n", BadNumber, r"w.yaml:3: the weight of 24"),
        ("weights: {USA: {24: much}}\nsources: [a]\n", BadNumber, "'much'"),
        ("weight: {USA: {24: 1}}\n", UnknownName, "Did you mean 'weights'"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, text: str, error, said: str) -> None:
    with pytest.raises(error, match=said):
        read_weights(written(tmp_path, text))


@pytest.mark.parametrize(
    ("weights", "error", "said"),
    [
        ({"VNM": {"24": 2.0}}, BadInput, "'VNM', which sets no tariffs here"),
        ({"USA": {"24x": 2.0}}, UnknownName, "unknown sector '24x'"),
        ({"USA": {"all": 0.0}}, BadNumber, "of USA sum to zero"),
    ],
)
def test_bad_weights_are_refused_before_anything_is_solved(weights, error, said: str) -> None:
    with pytest.raises(error, match=said):
        play("optimal", ("USA",), partners=("CHN",), weights=weights)


def test_weights_of_china_are_told_by_its_duties_those_of_the_us_are_not() -> None:
    china = revealed_weights("CHN", partners=("USA",))
    assert china.identified and "Identified" in china.verdict()
    usa = revealed_weights("USA", partners=("CHN",))
    assert not usa.identified and "NOT identified" in usa.verdict()
    assert "not identified" in usa.warnings()[0]
    rows = {r["sector"]: r for r in china.rows()}
    assert rows["SERV"]["tariff"] is None and len(rows) == 23
    assert np.mean([r["weight"] for r in rows.values()]) == pytest.approx(1.0)


def test_saved_weights_give_the_duties_back(tmp_path: Path) -> None:
    found = revealed_weights("CHN", partners=("USA",))
    weights = read_weights(written(tmp_path, found.to_yaml()))
    assert isinstance(weights, SectorWeights)
    game = play("optimal", ("CHN",), partners=("USA",), weights=weights)
    (average,) = game.averages()
    assert average["tariff"] == pytest.approx(average["tariff_reference"], abs=0.3)
    assert "favour" in game.assumptions()[0]
