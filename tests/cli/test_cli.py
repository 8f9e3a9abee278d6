from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from synthetic_run import renamed, synthetic_run
from tradetalks.errors import NotConverged
from tradetalks.results import RunResult, load_run

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def home(own_home: Path) -> Path:
    return own_home


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a made-up result stand for the solver's."""

    def solve(asked: object) -> RunResult:
        scale = 2.0 if asked.name == "full-decoupling" else 1.0  # type: ignore[attr-defined]
        return renamed(synthetic_run(scale=scale), name=asked.name)  # type: ignore[attr-defined]

    monkeypatch.setattr("tradetalks.cli.run.solve", solve)


def test_bare_command_welcomes_and_names_three_things(command: Call) -> None:
    status, out, err = command()
    assert (status, err) == (0, "")
    assert "The law between the United States and China on" in out
    assert out.count("\n  tradetalks ") == 3 and "not a prediction" in out
    assert command("--version")[1].startswith("tradetalks 0.")


def test_help_lists_the_commands(command: Call) -> None:
    status, out, _ = command("--help")
    assert status == 0
    for name in ("run", "compare", "scenarios", "data"):
        assert name in out


def test_help_law_and_usage_errors_load_nothing_heavy() -> None:
    script = (
        "import sys; from tradetalks.cli import main; status = main(sys.argv[1:]);"
        "heavy = {'jax', 'numpy', 'pandas', 'xarray', 'scipy', 'altair'};"
        "print(status, sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    for arguments, expected in ((["--help"], "0 []"), ([], "0 ['numpy']"), (["rum"], "2 []")):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
        )
        assert done.stderr.splitlines()[-1] == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rum"], "No such command 'rum'"),
        (["run"], "Missing argument"),
        (["run", "truce-holds", "--format", "xml"], "'xml' is not one of"),
        (["run", "truce-hold"], "unknown scenario 'truce-hold'. Did you mean 'truce-holds'"),
        (["run", "truce-holds", "--horizon", "mediun"], "Did you mean 'medium'?"),
        (["run", "./no-such-file.yaml"], "no-such-file.yaml"),
        (["compare", "truce-holds", "free-trad"], "Did you mean 'free-trade'"),
        (["data", "check", "world-2023"], "Did you mean 'world-2022'?"),
    ],
)
@pytest.mark.usefixtures("solved")
def test_bad_input_is_status_2_with_a_cure_and_no_output(
    command: Call, arguments: list[str], message: str, home: Path
) -> None:
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert message in " ".join(err.replace("│", " ").split())
    assert not (home / "runs").exists() or not any((home / "runs").iterdir())


def test_a_broken_scenario_names_file_and_line(command: Call, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\nquestion: What if?\nhorizont: long\n")
    status, out, err = command("run", str(file))
    assert (status, out) == (2, "")
    assert "mine.yaml:3:" in err and "Did you mean 'horizon'?" in err


@pytest.mark.usefixtures("solved")
def test_run_answers_in_json_and_keeps_the_run(command: Call, home: Path) -> None:
    status, out, err = command("run", "truce-lapses-by-law", "--format", "json")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert answer["command"] == "run" and answer["as_of"] == "2025-11-21"
    for key in ("scenario", "against", "world", "horizon", "out", "sources", "assumptions"):
        assert answer[key]
    assert {"converged", "message", "residual", "walras"} <= set(answer["status"])
    place = Path(answer["out"])
    assert place.parent == home / "runs" and place.name.startswith("truce-lapses-by-law-")
    assert len(place.name.rsplit("-", 1)[1]) == 8
    assert (place / "report.html").is_file()
    stored = json.loads((place / "run.json").read_text("utf-8"))
    assert stored["headline"] == answer["headline"] and stored["sentence"] == answer["sentence"]
    assert [p.name for p in (home / "runs").iterdir() if p.is_dir()] == [place.name]


def test_the_same_question_is_answered_from_the_store(
    command: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def solve(question: object) -> RunResult:
        asked.append(question.horizon)  # type: ignore[attr-defined]
        return renamed(synthetic_run(), name="truce-holds")

    monkeypatch.setattr("tradetalks.cli.run.solve", solve)
    first, again, fresh = (
        json.loads(command("run", "truce-holds", "--format", "json", *more)[1])
        for more in ((), (), ("--fresh",))
    )
    assert (first["stored"], again["stored"], fresh["stored"]) == (None, first["as_of"], None)
    assert again["headline"] == first["headline"] and again["out"] == first["out"]
    assert asked == ["medium"] * 2
    assert "Stored on 2025-11-21; `--fresh`" in command("run", "truce-holds")[1]
    command("compare", "truce-holds", "truce-holds")
    assert asked == ["medium"] * 2
    command("run", "truce-holds", "--horizon", "long")
    assert asked == ["medium"] * 2 + ["long"]
    rows = json.loads(command("runs", "list", "--format", "json")[1])["rows"]
    assert len(rows) == 2 and {row["scenario"] for row in rows} == {"truce-holds"}
    shown = json.loads(command("runs", "show", rows[0]["id"], "--format", "json")[1])
    assert shown["headline"] == first["headline"]
    place = home / "runs" / rows[1]["id"] / "results.nc"
    place.write_bytes(b"cut short")
    assert command("runs", "show", rows[1]["id"])[0] == 2
    horizon = rows[1]["horizon"]
    status, out, err = command("run", "truce-holds", "--horizon", horizon)
    assert status == 0 and "computed again" in err and "real income" in out
    assert command("runs", "delete", rows[0]["id"])[:2] == (0, f"Deleted {rows[0]['id']}.\n")
    assert len(json.loads(command("runs", "list", "--format", "json")[1])["rows"]) == 1
    status, _, err = command("runs", "show", "truce-hold-x")
    assert status == 2 and "runs list" in err


@pytest.mark.usefixtures("solved")
def test_run_as_a_table_shows_headline_sentence_and_report(command: Call, tmp_path: Path) -> None:
    status, out, _ = command("run", "truce-lapses-by-law", "--out", str(tmp_path / "here"))
    assert status == 0
    assert "United States" in out and "(-0.08 to -0.03)" in out
    assert "real income would be 0.05% lower" in " ".join(out.split())
    assert f"Report: {tmp_path / 'here' / 'report.html'}" in out
    assert max(len(line) for line in out.splitlines() if "here" not in line) <= 100
    assert load_run(tmp_path / "here").name == "truce-lapses-by-law"


@pytest.mark.usefixtures("solved")
def test_run_as_csv_is_the_headline(command: Call) -> None:
    rows = list(csv.DictReader(io.StringIO(command("run", "truce-holds", "--format", "csv")[1])))
    assert list(rows[0]) == [
        "country", "variable", "unit", "central", "low", "high", "reference", "partner",
    ]  # fmt: skip
    usa = next(r for r in rows if (r["country"], r["variable"]) == ("USA", "real_income"))
    assert float(usa["central"]) == pytest.approx(-0.05) and usa["reference"] == ""


def test_an_unwritable_folder_is_found_before_anything_is_solved(
    command: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradetalks.cli.run.solve", lambda _: pytest.fail("was solved"))
    (tmp_path / "file").write_text("")
    status, out, err = command("run", "truce-holds", "--out", str(tmp_path / "file" / "x"))
    assert (status, out) == (2, "") and "cannot be written" in err and "--out" in err


@pytest.mark.usefixtures("solved")
def test_without_a_place_to_store_the_answer_is_still_given(
    command: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("JAX_")]:
        monkeypatch.delenv(name)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path / "file"))
    status, out, err = command("run", "truce-holds", "--format", "json")
    assert status == 0 and "not stored" in err and "TRADETALKS_HOME" in err
    assert json.loads(out)["out"] is None and json.loads(out)["headline"]


@pytest.mark.parametrize(
    ("failure", "status", "message"),
    [
        (NotConverged("no equilibrium.", cure="Try less."), 1, "no equilibrium. Try less."),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_failures_have_their_status_and_leave_nothing(
    command: Call,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: BaseException,
    status: int,
    message: str,
) -> None:
    def solve(_: object) -> RunResult:
        raise failure

    monkeypatch.setattr("tradetalks.cli.run.solve", solve)
    found, out, err = command("run", "truce-holds")
    assert (found, out) == (status, "") and message in err
    assert list((home / "runs").glob("*")) == [] and list((home / "runs").glob(".*")) == []


def test_missing_data_is_status_3(
    command: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADETALKS_DATA", str(tmp_path))
    status, out, err = command("data", "fetch", "icio")
    assert (status, out) == (3, "") and "icio" in err


@pytest.mark.usefixtures("solved")
def test_compare_takes_scenarios_ids_and_folders(command: Call, tmp_path: Path) -> None:
    place = Path(json.loads(command("run", "full-decoupling", "--format", "json")[1])["out"])
    answers = [
        command("compare", "truce-lapses-by-law", b, "--format", "json")
        for b in ("full-decoupling", place.name, place.name[:-3], str(place))
    ]
    assert {status for status, _, _ in answers} == {0}
    assert len({json.dumps(json.loads(out)["rows"]) for _, out, _ in answers}) == 1
    row = json.loads(answers[0][1])["rows"][0]
    assert (row["country"], row["variable"]) == ("USA", "real_income")
    assert row["difference"] == pytest.approx(-0.05)
    status, out, _ = command("compare", "truce-lapses-by-law", place.name)
    assert status == 0 and "B: full-decoupling (from truce-holds)" in out
    assert "Real income, %" in out and "not confidence intervals" in out
    status, _, err = command("compare", "truce-holds", str(tmp_path))
    assert status == 2 and "this is not a run folder" in err


def test_scenarios_list_what_ships(command: Call) -> None:
    from tradetalks.scenario import scenario_names

    answer = json.loads(command("scenarios", "--format", "json")[1])
    assert [row["name"] for row in answer["rows"]] == list(scenario_names())
    assert answer["rows"][0]["changes"] and answer["sources"]
    table = command("scenarios")[1]
    assert all(name in table for name in scenario_names())
    rows = list(csv.DictReader(io.StringIO(command("scenarios", "--format", "csv")[1])))
    assert len(rows) == len(scenario_names())


def test_data_lists_and_checks(command: Call) -> None:
    status, out, _ = command("data", "list")
    assert status == 0 and "icio" in out
    answer = json.loads(command("data", "check", "--format", "json")[1])
    assert answer["status"]["passed"] and all(row["passed"] for row in answer["rows"])


def test_a_closed_pipe_is_no_failure() -> None:
    command = f"{sys.executable} -m tradetalks scenarios --format json | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")


def test_the_compilation_cache_is_set_only_where_it_can_be_written(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tradetalks.cli.home import use_compilation_cache

    for name in [name for name in os.environ if name.startswith("JAX_")]:
        monkeypatch.delenv(name)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path / "file"))
    use_compilation_cache()
    assert "JAX_COMPILATION_CACHE_DIR" not in os.environ
    monkeypatch.setenv("TRADETALKS_HOME", str(home))
    use_compilation_cache()
    assert os.environ.pop("JAX_COMPILATION_CACHE_DIR") == str(home / "cache" / "jax")
    assert os.environ.pop("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES") == "-1"
    assert os.environ.pop("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS") == "0"


def test_the_whole_way_with_the_real_solver(command: Call, tmp_path: Path) -> None:
    out_folder = tmp_path / "real"
    status, out, err = command(
        "run", "truce-lapses-by-law", "--regions", "blocs", "--out", str(out_folder),
        "--format", "json",
    )  # fmt: skip
    assert status == 0, err
    answer = json.loads(out)
    assert answer["status"]["residual"] < 1e-8 and abs(answer["status"]["walras"]) < 1e-8
    rows = {(r["country"], r["variable"]): r for r in answer["headline"] if "partner" not in r}
    assert rows["USA", "real_income"]["central"] < 0 and rows["CHN", "real_income"]["central"] < 0
    back = load_run(out_folder)
    assert (
        back.spread("real_income", country="USA").central == rows["USA", "real_income"]["central"]
    )
