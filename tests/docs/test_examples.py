"""The code of the documents runs, in the order in which it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
EXECUTED = ("own-table.md", "supply.md")


def run_blocks(document: Path) -> dict:
    """Execute the Python blocks of a document in one namespace; failures show its line."""
    text = document.read_text(encoding="utf-8")
    names: dict = {}
    for block in BLOCK.finditer(text):
        line = text[: block.start(1)].count("\n")
        exec(compile("\n" * line + block[1], str(document), "exec"), names)
    return names


@pytest.fixture(params=EXECUTED)
def document(request, tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return DOCS / request.param


def test_code_runs(document, capsys):
    names = run_blocks(document)
    assert names
    assert capsys.readouterr().out


def test_own_table_says_what_the_page_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = run_blocks(DOCS / "own-table.md")
    out = capsys.readouterr().out
    world, answer = names["world"], names["answer"]
    assert world.countries == ("ALP", "BET", "ROW")
    assert world.sigma.tolist() == [5, 5]
    assert world.deficit.tolist() == [400, -900, 500]
    assert answer["real_income"].sel(country="BET") < 0
    assert answer["tariff_revenue"].sel(country="ALP") > 0
    assert answer["exports"].sel(country="BET") < 0
    assert "output = inputs + value added fails for [ALP, goods]: 12,000 against 12,200" in out
    assert "Balanced by RAS" in out
    assert "of the value of inputs another origin" in out
    assert names["gravity"].sigma.tolist() == [6]
