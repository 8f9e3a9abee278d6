"""`run --draws`: ranges of an ensemble in a run, its folder, and beside a run without draws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tradetalks as tt
from tradetalks.cli import main
from tradetalks.ensemble import Ensemble, InProcess, ensemble, with_draws
from tradetalks.errors import BadInput
from tradetalks.results import RunResult, load_run
from tradetalks.scenario import load_scenario


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    folder = tmp_path_factory.mktemp("ensembles")
    return ensemble("toy-tariff-war", draws=64, folder=folder, executor=InProcess())


@pytest.fixture(scope="module")
def run() -> RunResult:
    return tt.simulate("toy-tariff-war")


def test_ranges_are_quantiles_of_the_draws(run: RunResult, drawn: Ensemble) -> None:
    found = with_draws(run, drawn)
    for variable in ("real_income", "exports", "tariff_revenue"):
        for country in found.countries:
            q = drawn.quantiles(f"{variable}|{country}").values
            spread = found.spread(variable, country=country)
            assert (spread.low, spread.high) == (q[0], q[-1])
            assert spread.central == run.spread(variable, country=country).central


def test_draws_of_another_question_are_refused(drawn: Ensemble) -> None:
    other = tt.simulate(load_scenario("toy-tariff-war").replace(name="another-war"))
    with pytest.raises(BadInput, match="another-war"):
        with_draws(other, drawn)


def test_the_command_keeps_both_runs_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path))
    asked = ["run", "toy-tariff-war", "--format", "json"]
    places = []
    for more in ([], ["--draws", "40", "--workers", "1"], ["--draws", "33", "--workers", "1"]):
        assert main([*asked, *more]) == 0
        answer = json.loads(capsys.readouterr().out)
        places.append(Path(answer["out"]))
        words = {row.get("range") for row in answer["headline"]}
        count = more[1] if more else None
        assert words == {f"5th to 95th percentile of {count} draws" if count else None}
    assert len(set(places)) == 3
    assert not (places[0] / "quantiles.csv").exists()
    for name in ("quantiles.csv", "drivers.csv", "charts/spread.svg"):
        assert (places[1] / name).is_file()
    assert load_run(places[1]).draws["draws"] == 40
