"""Sweeps: any field of a scenario in a grid; wrong grids are refused with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tradetalks as tt
from tradetalks.cli import main
from tradetalks.ensemble import InProcess, read_grid, sweep
from tradetalks.errors import BadFile, BadInput, TradeTalksError, UnknownName

GRID = """\
scenario: toy-tariff-war
grid:
  changes[0].set: {from: 0%, to: 40%, steps: 3}
countries: [HOM, FOR]
"""


def _file(folder: Path, text: str) -> Path:
    place = folder / "grid.yaml"
    place.write_text(text, encoding="utf-8")
    return place


def test_a_cell_is_the_run_of_its_scenario(tmp_path: Path) -> None:
    grid = read_grid(_file(tmp_path, GRID))
    found = sweep(grid, folder=tmp_path, executor=InProcess())
    assert found.failed == 0
    run = tt.simulate(grid.cells[1])
    rows = found.table.query("cell == 1 and variable == 'real_income'").set_index("country")
    assert float(rows.loc["HOM", "central"]) == run.spread("real_income", country="HOM").central
    assert float(rows.loc["HOM", "low"]) == run.spread("real_income", country="HOM").low
    stamp = [file.stat().st_mtime_ns for file in found.folder.glob("block-*")]
    again = sweep(grid, folder=tmp_path, executor=InProcess())
    assert [file.stat().st_mtime_ns for file in again.folder.glob("block-*")] == stamp


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("scenario: toy-tariff-war\n", BadInput, "`grid` is missing"),
        ("scenario: toy-tariff-wra\ngrid: {horizon: [long]}\n", UnknownName, "Did you mean"),
        ("scenario: toy-tariff-war\ngird: {}\n", UnknownName, "unknown key 'gird'"),
        ("scenario: toy-tariff-war\ngrid: {horizon: [lunch]}\n", BadInput, "horizon = lunch"),
        (
            "scenario: toy-tariff-war\ngrid:\n  changes[9].add: [10%]\n",
            BadInput,
            "grid.yaml:3: 'changes.9..add' leads nowhere: the list has 1 entries",
        ),
        ("scenario: toy-tariff-war\ngrid: {'a b': [1]}\n", BadInput, "'a b' is no field"),
        ("scenario: toy-tariff-war\ngrid: {horizon: []}\n", BadInput, "has no values"),
        (
            "scenario: toy-tariff-war\ngrid: {horizon: {from: 1, to: 2}}\n",
            BadInput,
            "a range has from, to and steps",
        ),
        (
            "scenario: toy-tariff-war\ngrid: {horizon: {from: 1%, to: 2, steps: 3}}\n",
            BadInput,
            "written differently",
        ),
        (
            "scenario: toy-tariff-war\ngrid: {horizon: {from: 1, to: 2, steps: 6000}}\n",
            BadInput,
            "steps is 6000",
        ),
        ("- 1\n", BadFile, "mapping|pairs"),
    ],
)
def test_wrong_grids(text: str, kind: type[TradeTalksError], words: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=words):
        read_grid(_file(tmp_path, text))


def test_a_country_the_world_does_not_have(tmp_path: Path) -> None:
    text = "scenario: toy-tariff-war\ngrid: {horizon: [long]}\ncountries: [HOME]\n"
    with pytest.raises(UnknownName, match="Did you mean 'HOM'"):
        sweep(_file(tmp_path, text), folder=tmp_path, executor=InProcess())


def test_the_commands_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "scenario: toy-tariff-war\ngrid: {horizon: [medium, long]}\ncountries: [HOM]\n"
    grid, out = _file(tmp_path, text), tmp_path / "out"
    command = ["sweep", str(grid), "--workers", "1", "--out", str(out), "--format", "json"]
    assert main(command) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["axes"] == {"horizon": ["medium", "long"]}
    assert answer["status"]["failed"] == 0
    assert {f.name for f in out.iterdir()} >= {"sweep.csv", "real_income.png", "real_income.svg"}

    command = ["ensemble", "toy-tariff-war", "--draws", "64", "--workers", "1"]
    assert main([*command, "--out", str(out)]) == 2
    assert "has no ensemble.json; it will not be overwritten" in capsys.readouterr().err
    out = tmp_path / "draws"
    assert main([*command, "--sobol", "16", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "64 of 64 draws have an equilibrium" in text
    assert "Sobol' indices" in text
    assert {f.name for f in out.iterdir()} >= {"quantiles.csv", "spread.svg", "drivers-HOM.png"}
    assert main([*command, "--fix", "sigm"]) == 2
    assert "Did you mean 'sigma'" in capsys.readouterr().err
