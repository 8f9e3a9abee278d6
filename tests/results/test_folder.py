from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xarray as xr

from synthetic_run import COUNTRIES, SECTORS, SETS, renamed, synthetic_run
from tradetalks.errors import BadFile, CannotWrite, NotConverged
from tradetalks.results import (
    RunResult,
    headline,
    is_run_folder,
    load_run,
    save_run,
    tidy,
    to_json,
    variables,
)


@pytest.fixture(scope="module")
def run() -> RunResult:
    return synthetic_run()


@pytest.fixture(scope="module")
def saved(run: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_run(run, tmp_path_factory.mktemp("runs") / "one")


def leftovers(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_run_comes_back_as_it_was_stored(run: RunResult, saved: Path) -> None:
    back = load_run(saved)
    xr.testing.assert_identical(back.data.drop_attrs(), run.data.drop_attrs())
    assert back.data["exports"].attrs["units"] == "usd_bn"
    assert to_json(headline(back)) == to_json(headline(run))
    for name in ("scenario", "against", "world", "horizon", "status", "assumptions", "created"):
        assert getattr(back, name) == getattr(run, name)


def test_the_files_are_there_and_nothing_else(saved: Path) -> None:
    files = sorted(str(p.relative_to(saved)) for p in saved.rglob("*") if p.is_file())
    tables = ("bilateral", "countries", "headline", "sectors", "trade", "variables")
    assert files == ["results.nc", "results.xlsx", "run.json", *(f"tables/{t}.csv" for t in tables)]
    assert leftovers(saved.parent) == ["one"]


def test_run_json_says_how_the_run_was_made(run: RunResult, saved: Path) -> None:
    record = json.loads((saved / "run.json").read_text("utf-8"))
    assert record["world"]["hash"] == run.world["hash"]
    assert record["versions"]["tradetalks"] == "0.1.0"
    assert record["status"]["residual"] == run.status["residual"]
    assert record["sentence"].startswith("If the truce lapses")
    assert len(record["headline"]) == len(headline(run))


def test_tables_hold_one_observation_per_row(saved: Path, run: RunResult) -> None:
    keys = {
        "countries": ["set", "country"],
        "sectors": ["set", "country", "sector"],
        "bilateral": ["set", "country", "partner"],
        "trade": ["exporter", "importer", "sector"],
    }
    for name, index in keys.items():
        table = pd.read_csv(saved / "tables" / f"{name}.csv", dtype={"sector": str})
        assert not table.duplicated(index).any()
        assert set(table.columns) - set(index) <= set(variables())
    sectors = pd.read_csv(saved / "tables" / "sectors.csv", dtype={"sector": str})
    assert len(sectors) == len(SETS) * len(COUNTRIES) * len(SECTORS)
    row = sectors[
        (sectors["set"] == "low") & (sectors["country"] == "CHN") & (sectors["sector"] == "03")
    ]
    cell = run.data["output"].sel(set="low", country="CHN", sector="03")
    assert row["output"].item() == pytest.approx(float(cell), rel=1e-14)


def test_failed_sets_are_in_no_table() -> None:
    for name, table in tidy(synthetic_run(failed=("shapiro",))).items():
        if "set" in table:
            assert "shapiro" not in set(table["set"]), name


def test_the_workbook_opens_and_keeps_text_as_text(tmp_path: Path) -> None:
    run = renamed(synthetic_run(), sources=["=HYPERLINK(1)", "plain"])
    book = openpyxl.load_workbook(save_run(run, tmp_path / "x") / "results.xlsx")
    assert book.sheetnames == [
        "headline", "countries", "sectors", "bilateral", "assumptions", "variables", "sources",
    ]  # fmt: skip
    cell = book["sources"]["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    headers = [c.value for c in book["headline"][1]]
    assert headers[:3] == ["country", "country_name", "variable"]
    assert book["headline"].max_row == len(headline(run)) + 1
    book.close()


def test_saving_again_replaces_the_run(tmp_path: Path) -> None:
    save_run(synthetic_run(), tmp_path / "x")
    save_run(synthetic_run(scale=2.0), tmp_path / "x")
    assert load_run(tmp_path / "x").spread("real_income", country="USA").central == -0.1
    assert leftovers(tmp_path) == ["x"]


def test_an_interrupted_save_leaves_nothing(run: RunResult, tmp_path: Path) -> None:
    def interrupted(folder: Path) -> None:
        (folder / "half").write_text("written")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_run(run, tmp_path / "x", draw=interrupted)
    assert leftovers(tmp_path) == []


def test_an_interrupted_save_keeps_the_older_run(run: RunResult, tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("no")

    save_run(run, tmp_path / "x")
    with pytest.raises(RuntimeError):
        save_run(synthetic_run(scale=2.0), tmp_path / "x", draw=broken)
    assert load_run(tmp_path / "x").spread("real_income", country="USA").central == -0.05
    assert leftovers(tmp_path) == ["x"]


def test_drawing_goes_on_while_tables_are_written(run: RunResult, tmp_path: Path) -> None:
    here: list[str] = []

    def slow(folder: Path) -> None:
        for _ in range(200):
            if (folder / "results.nc").exists():
                break
            time.sleep(0.01)
        here.append(threading.current_thread().name)
        assert (folder / "results.nc").exists()

    save_run(run, tmp_path / "x", draw=slow)
    assert here and here[0] != threading.current_thread().name


def test_a_run_without_an_answer_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(NotConverged):
        save_run(synthetic_run(failed=("central",)), tmp_path / "x")
    assert leftovers(tmp_path) == []


def test_unwritable_places_are_named(run: RunResult, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("precious")
    with pytest.raises(CannotWrite, match=r"file/run: cannot be written: .*/file\)"):
        save_run(run, tmp_path / "file" / "run")
    with pytest.raises(CannotWrite, match="a file of that name exists"):
        save_run(run, tmp_path / "file")
    with pytest.raises(CannotWrite, match=r"has no run\.json; it will not be overwritten"):
        save_run(run, tmp_path / "mine")
    assert leftovers(tmp_path) == ["file", "mine"]
    assert leftovers(tmp_path / "mine") == ["thesis.docx"]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="this is not a run folder"):
        load_run(tmp_path)
    assert not is_run_folder(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(BadFile, match=r"run\.json: cannot be read"):
        load_run(tmp_path)
    (tmp_path / "run.json").write_text("[1]")
    with pytest.raises(BadFile, match="is not a run record that this version reads"):
        load_run(tmp_path)
    (tmp_path / "run.json").write_text('{"format": 1}')
    with pytest.raises(BadFile, match="lacks the key 'scenario'"):
        load_run(tmp_path)
    (tmp_path / "run.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match=r"run\.json: cannot be read"):
        load_run(tmp_path)


def test_changed_arrays_are_noticed(run: RunResult, tmp_path: Path) -> None:
    folder = save_run(run, tmp_path / "x")
    content = bytearray((folder / "results.nc").read_bytes())
    content[-10] ^= 1
    (folder / "results.nc").write_bytes(bytes(content))
    with pytest.raises(BadFile, match="changed or cut short"):
        load_run(folder)
    (folder / "results.nc").unlink()
    with pytest.raises(BadFile, match=r"results\.nc: cannot be read"):
        load_run(folder)
