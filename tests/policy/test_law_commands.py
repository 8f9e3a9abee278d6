"""The commands as a user runs them: what is printed where, exit statuses, time, the chart."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from tradetalks.cli import law
from tradetalks.errors import TradeTalksError

RUN = """
import sys, typer
from tradetalks.cli import law
from tradetalks.errors import TradeTalksError
app = typer.Typer(pretty_exceptions_enable=False)
law.register(app)
try:
    app()
except TradeTalksError as error:
    print(f"tradetalks: {error}", file=sys.stderr)
    sys.exit(error.exit_status)
"""


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *args], capture_output=True, text=True, encoding="utf-8",
        check=False, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip


def test_duty_as_json_is_the_contract() -> None:
    done = run("duty", "8505.11.00", "--on", "2025-05-20", "--format", "json")
    answer = json.loads(done.stdout)
    assert done.stderr == ""
    for key in ("command", "as_of", "line", "description", "on", "importer", "exporter",
                "total_percent", "contributions", "not_applied", "if_suspensions_lapse_percent",
                "warnings", "sources", "assumptions", "status"):  # fmt: skip
        assert key in answer, key
    assert answer["total_percent"] == pytest.approx(
        sum(c["rate_percent"] for c in answer["contributions"])
    )
    for row in answer["contributions"]:
        assert set(row) >= {
            "measure",
            "authority",
            "rate_percent",
            "citation",
            "source",
            "evidence",
        }
    for row in answer["not_applied"]:
        assert set(row) >= {"measure", "authority", "reason"}


def test_duty_as_text_and_csv() -> None:
    text = run("duty", "8505.11.00", "--on", "2025-05-20").stdout
    assert "Duty: 32.1 percent of the customs value" in text
    assert "https://www.whitehouse.gov/" in text
    rows = list(csv.DictReader(io.StringIO(
        run("duty", "8505.11.00", "--on", "2025-05-20", "--format", "csv").stdout
    )))  # fmt: skip
    assert [r["authority"] for r in rows] == ["mfn", "ieepa_fentanyl", "ieepa_reciprocal"]


def test_duty_over_a_period() -> None:
    done = run("duty", "6109.10.00", "--from", "2025-04-01", "--to", "2025-05-20",
               "--format", "json")  # fmt: skip
    rows = json.loads(done.stdout)["rows"]
    assert [(r["on"], r["total_percent"]) for r in rows] == [
        ("2025-04-01", 44.0), ("2025-04-05", 54.0), ("2025-04-09", 128.0),
        ("2025-04-10", 169.0), ("2025-05-14", 54.0),
    ]  # fmt: skip


def test_a_file_with_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    path.write_text("code,origin,value\n8505.11.00,CHN,100\nnothing,CHN,1\n", "utf-8")
    done = run("duty", "--file", str(path), "--on", "2025-05-20", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["rows"][0]["duty_usd"] == 32.1
    assert "bom.csv:3: 'nothing' is not a tariff code" in done.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("duty", "9999.99.99"), "no tariff line"),
        (("duty",), "give a tariff code or a file"),
        (("duty", "8505.11.00", "--on", "2025-05-20", "--from", "2025-01-01"), "not both"),
        (("duty", "8505.11.00", "--from", "2025-05-20", "--to", "2025-01-01"), "Swap them"),
        (("duty", "8505.11.00", "--law", "spoken"), "unknown law 'spoken'"),
        (("status", "--on", "2017-01-01"), "before the ledger begins"),
        (("timeline", "--chart", "t.gif"), "cannot draw a '.gif' file"),
    ],
)
def test_a_failure_leaves_stdout_empty(args: tuple[str, ...], message: str) -> None:
    done = run(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr


def test_status_reads_for_a_stranger() -> None:
    text = run("status", "--on", "2026-10-05").stdout
    assert "5 October 2026" in text
    assert "percent on average" in text
    assert "Next deadlines, and what happens by default" in text
    assert "10% becomes 34% [V]" in text
    assert "no legal act documented [S]" in text
    answer = json.loads(run("status", "--on", "2026-10-05", "--format", "json").stdout)
    for key in ("on", "in_force", "suspended", "scheduled", "threatened", "deadlines", "warnings"):
        assert key in answer
    for row in answer["deadlines"]:
        assert set(row) >= {"date", "measure", "by_default", "source", "evidence"}


def test_timeline_is_a_list_of_steps() -> None:
    rows = json.loads(run("timeline", "--format", "json").stdout)
    assert isinstance(rows, list)
    families = {"mfn", "s201", "s232", "s301", "ieepa_fentanyl", "ieepa_reciprocal", "s122",
                "s301_forced_labour", "cn_retaliation"}  # fmt: skip
    for row in rows:
        assert set(row) == {"date", "direction", "total_percent", "by_authority",
                            "headline_sum_percent"}  # fmt: skip
        assert set(row["by_authority"]) == families
        assert sum(row["by_authority"].values()) == pytest.approx(row["total_percent"], abs=1e-3)
    assert {r["direction"] for r in rows} == {"USA_on_CHN", "CHN_on_USA"}


def test_the_bare_command_says_the_law_today() -> None:
    text = law.welcome()
    assert text.startswith("The law between the United States and China on ")
    assert len(text.splitlines()) < 40


@pytest.mark.parametrize("suffix", ["svg", "png", "html"])
def test_the_chart(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"timeline.{suffix}"
    law.timeline(start="2025-01-01", end=None, law="enacted", as_known_on=None, chart=path,
                 format=law.Format.csv)  # fmt: skip
    content = path.read_bytes()
    assert len(content) > 10_000
    if suffix == "svg":
        text = content.decode("utf-8")
        assert "Average tariffs between the United States and China" in text
        assert "Percent" in text
        assert "Census" in text
        assert "2025-05-14" in text
    assert list(tmp_path.iterdir()) == [path]


def test_register_names_the_three_commands() -> None:
    app = typer.Typer()
    law.register(app)
    assert {c.name for c in app.registered_commands} == {"duty", "status", "timeline"}
    with pytest.raises(TradeTalksError):
        law.status(on="never", law="enacted", as_known_on=None, format=law.Format.json)
