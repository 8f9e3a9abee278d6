"""Write docs/questions.md: the twenty questions, each with its command and its output.

    python scripts/write_questions.py            # all
    python scripts/write_questions.py 2 17       # these; the others stay as the page has them

Texts and commands are in scripts/questions.yaml. Each command runs in a process of its own, as a
reader would run it; some take a minute.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
QUESTIONS = HERE / "questions.yaml"
PAGE = HERE.parent / "docs" / "questions.md"
LINES = 60

HEAD = """# Twenty questions

Questions that people ask about the conflict and the talks. Each has one command, what the command
printed when this page was written, and how to read it. Brackets are the least and greatest answer
over sets of elasticities, not a confidence interval; what is assumed is called assumed. Long
outputs are cut where `[...]` stands; `--format json` gives all of an answer, with every source.

Written by `scripts/write_questions.py` on {date} with tradetalks {version}: do not edit by hand.
"""


def questions() -> list[dict[str, Any]]:
    """Return the questions in order."""
    return YAML(typ="safe").load(QUESTIONS.read_text("utf-8"))


def main(numbers: list[int]) -> None:
    """Run the commands and write the page."""
    from tradetalks import __version__

    asked = questions()
    old = PAGE.read_text("utf-8") if PAGE.exists() else ""
    parts = [HEAD.format(date=date.today().isoformat(), version=__version__)]
    for at, one in enumerate(asked, 1):
        parts.append(f"{at}. [{one['question']}](#question-{at})")
    for at, one in enumerate(asked, 1):
        kept = re.search(rf'<a id="question-{at}"></a>\n.*?^```text\n(.*?)^```$', old, re.M | re.S)
        if kept and numbers and at not in numbers:
            out = kept[1]
        else:
            print(f"{at:2d} tradetalks {one['command']}", flush=True)
            out = shortened(run(one["command"]), one)
        parts.append(section(at, one, out))
    PAGE.write_text("\n".join(parts), "utf-8")


@cache
def run(command: str) -> str:
    """Return what a command prints, 100 characters wide; questions may share a command."""
    done = subprocess.run(
        [sys.executable, "-m", "tradetalks", *shlex.split(command)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"COLUMNS": "100"},
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"tradetalks {command}: {done.stderr}")
    return without_folders(done.stdout)


def without_folders(out: str) -> str:
    """Return an output without the lines that name folders of the machine it ran on."""
    return re.sub(r"^(Report|Data|Draws): .*\n", "", out, flags=re.M)


def shortened(out: str, one: dict[str, Any]) -> str:
    """Return the part of an output that the page shows."""
    lines = [line.rstrip() for line in out.strip("\n").splitlines()]
    start = 0
    if "from" in one:
        start = next((at for at, line in enumerate(lines) if one["from"] in line), -1)
        if start < 0:
            raise SystemExit(f"no line with '{one['from']}' in tradetalks {one['command']}")
    end = start + one.get("lines", LINES)
    shown = lines[start:end]
    if start:
        shown.insert(0, "[...]")
    if end < len(lines):
        shown.append("[...]")
    return "\n".join(shown) + "\n"


def section(at: int, one: dict[str, Any], out: str) -> str:
    """Return one question as Markdown."""
    return (
        f'\n<a id="question-{at}"></a>\n\n## {at}. {one["question"]}\n\n{one["means"]}\n\n'
        f"```\ntradetalks {one['command']}\n```\n\n```text\n{out}```\n\n{one['read'].strip()}\n"
    )


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
