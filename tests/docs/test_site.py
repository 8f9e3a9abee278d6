"""The site: every question has a command, every page a place in the menu, every quote a command."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from pathlib import Path

import pytest
from typer._click.exceptions import ClickException

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def module(path: Path):
    """Import a file that is in no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = found
    spec.loader.exec_module(found)
    return found


QUESTIONS = module(ROOT / "scripts" / "write_questions.py").questions()


def parse(command: str) -> None:
    """Parse a command line as the program does, and run nothing."""
    import typer.main

    from tradetalks.cli.app import build

    words = shlex.split(command)
    current = typer.main.get_command(build())
    context = current.make_context("tradetalks", [], resilient_parsing=True)
    while hasattr(current, "commands"):
        name = words.pop(0)
        assert name in current.commands, f"no command {name!r} in: {command}"
        current = current.commands[name]
    with current.make_context(current.name, words, parent=context):
        return


def test_there_are_twenty_questions_and_the_page_has_them() -> None:
    assert len(QUESTIONS) == 20
    page = (DOCS / "questions.md").read_text("utf-8")
    for at, one in enumerate(QUESTIONS, 1):
        section = page.split(f'<a id="question-{at}"></a>')[1].split("<a id=")[0]
        assert one["question"] in section
        assert f"tradetalks {one['command']}\n" in section
        output = re.search(r"```text\n(.*?)```", section, re.S)
        assert output and len(output[1].splitlines()) > 3


@pytest.mark.parametrize("one", QUESTIONS, ids=lambda q: q["command"])
def test_the_command_of_a_question_parses(one) -> None:
    parse(one["command"])


def test_a_command_that_is_not_there_is_found() -> None:
    with pytest.raises(AssertionError, match="no command 'forcast'"):
        parse("forcast")
    with pytest.raises(Exception, match="No such option"):
        parse("forecast --back-test")


def test_commands_on_all_pages_parse() -> None:
    """Lines that begin with `tradetalks` in code blocks, and inline, of pages and README."""
    pages = [*DOCS.glob("*.md"), *DOCS.glob("examples/*.md"), ROOT / "README.md"]
    seen, wrong = 0, []
    for page in pages:
        text = page.read_text("utf-8")
        lines = re.findall(r"^ *(?:\.venv/bin/)?tradetalks ([^\n# ][^\n#]*)", text, re.M)
        lines += re.findall(r"`tradetalks ([^`\n]+)`", text)
        for line in lines:
            if re.search(r"\b[A-Z_]{3,}\b(?<!USA)(?<!CHN)|\.\.\.|\||\[", line):
                continue  # placeholders such as FILE, and prose
            try:
                parse(line.strip())
            except (AssertionError, ClickException) as error:
                if "Missing parameter" not in str(error):  # a command named without its arguments
                    wrong.append(f"{page.name}: tradetalks {line}: {error}")
            seen += 1
    assert not wrong, "\n".join(wrong)
    assert seen > 60


def test_every_page_has_its_place_in_the_menu(monkeypatch) -> None:
    conf = module(DOCS / "conf.py")
    listed = {p for pages in conf.MENU.values() for p in pages}
    there = {
        p.relative_to(DOCS).with_suffix("").as_posix()
        for p in DOCS.rglob("*.md")
        if p.parent.name != "decisions"
    }
    assert there - {"index"} <= listed
    for name in conf.PUBLIC:
        importlib.import_module(name)
