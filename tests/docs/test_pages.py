"""The worked examples run: files as they tell the reader to save, commands, Python, in order.

What a page quotes is compared loosely with what comes out: the words in their order, numbers
within a tenth. Dates, paths and names of folders are not compared.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from tradetalks.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted((DOCS / "examples").glob("*.md"))
FENCE = re.compile(r"^```(python|sh|text|yaml|csv)\n(.*?)^```", re.M | re.S)
SAVED = re.compile(r"[Ss]ave (?:it )?as `([\w.-]+)`[^`]*:\s*$")
NUMBER = re.compile(r"[+-]?\d+(?:,\d{3})*(?:\.\d+)?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z][a-z]+ \d{4}")


def words(text: str) -> tuple[list[str], list[float]]:
    """Return the words with `#` for every number, and the numbers."""
    text = DATE.sub("DATE", re.sub(r"[─│]+", " ", text))
    numbers = [float(n.replace(",", "")) for n in NUMBER.findall(text)]
    return NUMBER.sub("#", text).split(), numbers


def close(quoted: float, found: float) -> bool:
    return abs(quoted - found) <= max(0.1 * abs(found), 0.021)


def quoted_in(quote: str, out: str) -> str | None:
    """Return what of `quote` is not in `out`, or None; `...` stands for what is left out."""
    said, said_numbers = words(out)
    before = [sum(w.count("#") for w in said[:at]) for at in range(len(said) + 1)]
    start = 0
    for part in re.split(r"^\s*\.\.\.\s*$", quote, flags=re.M):
        wanted, numbers = words(part)
        for at in range(start, len(said) - len(wanted) + 1):
            if said[at : at + len(wanted)] != wanted:
                continue
            there = said_numbers[before[at] : before[at + len(wanted)]]
            if all(map(close, numbers, there)):
                start = at + len(wanted)
                break
        else:
            return part
    return None


def run_page(page: Path, section: str = "") -> None:
    """Run a page, or a section of it, from its first block to its last, in the current folder."""
    text = page.read_text("utf-8")
    if section:
        text = text[text.index(f"## {section}") :]
        text = text[: text.find("\n## ", 3)]
    names: dict[str, object] = {}
    out = ""
    for block in FENCE.finditer(text):
        kind, body = block[1], block[2]
        line = text[: block.start(2)].count("\n")
        where = f"{page.name}:{line + 1}"
        if kind in ("yaml", "csv"):
            named = SAVED.search(text[: block.start()].rstrip() + "\n")
            assert named, f"{where}: the page does not say under which name to save this"
            Path(named[1]).write_text(body, "utf-8")
        elif kind == "text":
            missing = quoted_in(body, out)
            assert missing is None, f"{where}: not in what came out:\n{missing}\n---\n{out}"
        else:
            with contextlib.redirect_stdout(io.StringIO()) as caught:
                if kind == "python":
                    exec(compile("\n" * line + body, str(page), "exec"), names)
                else:
                    for command in body.replace("\\\n", " ").splitlines():
                        program, *arguments = shlex.split(command, comments=True)
                        assert program == "tradetalks", where
                        assert main(arguments) == 0, f"{where}: {command}"
            out = caught.getvalue()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_example_runs_and_says_what_it_quotes(page, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    run_page(page)


def test_the_good_of_how_to_add_runs(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(DOCS / "how-to-add.md", "A critical good")


def test_a_quote_that_is_wrong_is_found() -> None:
    out = "gain +0.50% of 12 Mar 2026\nloss -1.20%\n"
    assert quoted_in("gain +0.51%", out) is None
    assert quoted_in("gain +0.5%\n...\nloss -1.25%", out) is None
    for wrong in ("gain +0.60%", "gain -0.50%", "loss -1.2%\n...\ngain +0.5%", "profit +0.5%"):
        assert quoted_in(wrong, out) is not None
