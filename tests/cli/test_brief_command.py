from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from synthetic_run import synthetic_run
from tradetalks.report.brief import brief_of, html
from tradetalks.results import save_run

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return save_run(synthetic_run(), tmp_path / "home" / "runs" / "lapse-0123abcd")


def test_a_stored_run_by_the_beginning_of_its_name(
    command: Call, stored: Path, tmp_path: Path
) -> None:
    status, out, err = command("brief", "lapse", "--out", str(tmp_path / "here"))
    assert (status, err) == (0, "")
    files = ["brief.html", "brief.json", "brief.pdf"]
    assert sorted(p.name for p in (tmp_path / "here").iterdir()) == files
    page = (tmp_path / "here" / "brief.html").read_text("utf-8")
    assert page == html(brief_of(synthetic_run()))
    assert "range 0.03%" in " ".join(out.split()) and f"{tmp_path / 'here' / 'brief.pdf'}" in out
    data = json.loads((tmp_path / "here" / "brief.json").read_text("utf-8"))
    assert data["countries"]["rows"][0]["cells"][0]["value"] == pytest.approx(-0.05)


def test_a_run_folder_as_json(command: Call, stored: Path, tmp_path: Path) -> None:
    status, out, _ = command("brief", str(stored), "--only", "html", "--format", "json")
    answer = json.loads(out)
    assert (status, answer["command"], answer["as_of"]) == (0, "brief", "2025-11-21")
    assert sorted(answer["files"]) == ["brief.html", "brief.json"]
    place = Path(answer["files"]["brief.html"])
    assert place.is_file() and place.parent.parent == tmp_path / "home" / "briefs"
    assert answer["sources"] and answer["assumptions"] and answer["status"]["converged"]


def test_a_scenario_is_run_first(command: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradetalks.cli.run.solve", lambda asked: synthetic_run())
    status, out, _ = command("brief", "truce-lapses-by-law", "--format", "csv")
    assert status == 0 and out.startswith("file,path\nbrief.html,")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("laps",), 0, ""),
        (("lapze-0123abcd",), 2, "Did you mean 'lapse-0123abcd'?"),
        (("truce-holdz",), 2, "Did you mean 'truce-holds'?"),
        (("lapse", "--lang", "zh"), 2, "'zh' is not"),
        (("lapse", "--out", "{file}/inside"), 2, "Not a directory. Give another --out"),
        (("lapse", "--out", "{file}"), 2, "a file of that name exists. Give another --out."),
    ],
)
def test_errors_have_a_cure(
    command: Call, stored: Path, tmp_path: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    (tmp_path / "taken").write_text("mine")
    given = [a.replace("{file}", str(tmp_path / "taken")) for a in arguments]
    found, out, err = command("brief", *given)
    assert found == status
    assert words in " ".join(err.split())
    assert (out == "") is (status != 0)


def test_a_run_that_did_not_converge(command: Call, tmp_path: Path, stored: Path) -> None:
    record = json.loads((stored / "run.json").read_text("utf-8"))
    record["status"] = {**record["status"], "converged": False, "failed_sets": ["central"]}
    (stored / "run.json").write_text(json.dumps(record))
    status, out, err = command("brief", "lapse", "--out", str(tmp_path / "here"))
    assert (status, out) == (1, "") and "has no equilibrium that may be shown" in err
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(command: Call, stored: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    status, out, err = command("brief", "lapse", "--out", str(tmp_path / "locked"))
    assert (status, out) == (2, "") and "Permission denied" in err


def test_other_commands_do_not_load_what_the_brief_needs() -> None:
    code = (
        "import sys; from tradetalks.cli import app; app.build(); "
        "print([m for m in ('typst', 'jinja2', 'vl_convert', 'jax') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
