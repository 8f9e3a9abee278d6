"""The README's examples run, and what it prints is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

from tradetalks.cli import main

README = Path(__file__).parents[1] / "README.md"


def block(language: str) -> str:
    """Return the first fenced block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found, language
    return found[1]


def test_the_headline_is_the_one_that_make_run_prints(capsys, tmp_path) -> None:
    assert main(["run", "truce-lapses-by-law", "--out", str(tmp_path / "run")]) == 0
    printed = capsys.readouterr().out.split("\nReport:")[0].strip()
    dated = r"computed\s+\d{4}-\d{2}-\d{2}"
    assert _words(re.sub(dated, "", block("text"))) == _words(re.sub(dated, "", printed))


def _words(text: str) -> list[str]:
    return text.split()


def test_the_scenario_runs(capsys, tmp_path) -> None:
    file = tmp_path / "my-question.yaml"
    file.write_text(block("yaml"), "utf-8")
    assert main(["run", str(file), "--out", str(tmp_path / "answer"), "--format", "json"]) == 0
    assert '"scenario": "my-question"' in capsys.readouterr().out


def test_the_python_example_runs() -> None:
    names: dict[str, object] = {}
    exec(block("python"), names)
    assert -1.0 < float(names["run"].data["real_income"].sel(country="USA")[0]) < 0.0  # type: ignore[attr-defined]
