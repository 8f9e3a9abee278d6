"""The measure files: schema, linter, and that the compiled table and the line tables are theirs."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from tradetalks import policy
from tradetalks.errors import BadFile
from tradetalks.policy import compiler
from tradetalks.policy.ledger import iso
from tradetalks.policy.lint import lint
from tradetalks.policy.schema import read_measure

ROOT = Path(__file__).resolve().parents[2]
MEASURE = """id: us-test
title: A test
imposer: USA
targets: [CHN]
authority: section_122
kind: import_duty
legal_basis: a law
scope:
  products: all
value_basis: full
events:
  - kind: impose
    announced: 2025-01-01
    effective: 2025-02-01
    rate: 10%
    act: instrument
    citation: a law
    source: https://www.federalregister.gov/
    evidence: V
known_until: 2026-10-05
"""
SCHEMA_MISTAKES = [
    ("rate: 10%", "rat: 10%", "us-test.yaml:15: unknown key 'rat'. Did you mean 'rate'"),
    ("rate: 10%", "rate: 10", "us-test.yaml:15: 'rate': Input should be a valid string."),
    ("rate: 10%", "rate: ten", "us-test.yaml:15: 'ten' is not a rate: write a percentage"),
    ("rate: 10%", "rate: 9999%", "us-test.yaml:15: '9999%' is above 1000%"),
    ("kind: impose", "kind: imposed", "us-test.yaml:12: 'kind' cannot be 'imposed'. Did you mean"),
    ("kind: import_duty", "kind: duty", "us-test.yaml:6: 'kind' cannot be 'duty'."),
    ("    citation: a law\n", "", "us-test.yaml:12: 'citation' is missing."),
    ("    source: https://www.federalregister.gov/\n", "", "us-test.yaml:12: 'source' is missing"),
    ("source: https://www.federalregister.gov/", "source: FR", "'FR' is not the address"),
    ("evidence: V", "evidence: X", "us-test.yaml:19: 'evidence' cannot be 'X'."),
    ("effective: 2025-02-01", "effective: soon", "us-test.yaml:14: 'effective'"),
    ("    effective: 2025-02-01\n", "", "us-test.yaml:12: a 'impose' event needs 'effective'"),
    ("rate: 10%", "rate: 10%\n    until: 2025-01-15", "us-test.yaml:12: dates run backwards"),
    ("kind: impose", "kind: void", "a 'void' event needs 'collection_ended'"),
    ("value_basis: full", "value_basis: metal_content", "'metal' goes with"),
    ("id: us-test", "id: us-tset", "us-test.yaml:1: id 'us-tset' differs from the file name"),
    ("title: A test", "title: [", "us-test.yaml:4: not readable as YAML"),
    ("title: A test", "title: A test\ntitle: B", "us-test.yaml:3: not readable as YAML"),
]
LINT_MISTAKES = [
    ("authority: section_122", "authority: section_12", "us-test.yaml:5: unknown authority"),
    ("products: all", "products: s301_list_9", "us-test.yaml:9: unknown list 's301_list_9'"),
    ("rate: 10%", "rate_by_line: us_mfm", "unknown rate by line 'us_mfm'. Did you mean 'us_mfn'"),
    ("kind: impose", "kind: suspend", "us-test.yaml:12: suspension without an end ('until')"),
    ("kind: impose", "kind: extend", "begins with 'extend': nothing runs yet"),
    ("evidence: V", "evidence: S", "evidence S is second-hand"),
]
SECOND = """  - kind: modify
    announced: {announced}
    effective: {effective}
    rate: 20%
    act: instrument
    citation: a law
    source: https://www.federalregister.gov/
    evidence: V
known_until"""


def write(folder: Path, text: str) -> Path:
    path = folder / "us-test.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_fixture_itself_is_sound(tmp_path: Path) -> None:
    assert read_measure(write(tmp_path, MEASURE)).events[0].rate == "10%"
    assert lint(tmp_path, compiled=False) == []


@pytest.mark.parametrize(("old", "new", "message"), SCHEMA_MISTAKES)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in MEASURE
    path = write(tmp_path, MEASURE.replace(old, new, 1))
    with pytest.raises(BadFile) as caught:
        read_measure(path)
    assert message in str(caught.value)
    assert [str(f) for f in lint(tmp_path, compiled=False)] != []


@pytest.mark.parametrize(("old", "new", "message"), LINT_MISTAKES)
def test_the_linter_finds(tmp_path: Path, old: str, new: str, message: str) -> None:
    write(tmp_path, MEASURE.replace(old, new, 1))
    found = [str(f) for f in lint(tmp_path, compiled=False)]
    assert any(message in f for f in found), found


@pytest.mark.parametrize(
    ("first", "announced", "effective", "message"),
    [
        (
            "rate: 10%\n    until: 2025-03-01",
            "2025-01-01",
            "2025-04-01",
            "gap before this 'modify'",
        ),
        ("rate: 10%", "2024-12-01", "2025-01-15", "us-test.yaml:20: dates run backwards"),
        ("rate: 10%", "2025-01-01", "2025-02-01", "two events of one announcement start on the"),
    ],
)
def test_the_linter_finds_in_two_events(
    tmp_path: Path, first: str, announced: str, effective: str, message: str
) -> None:
    text = MEASURE.replace("rate: 10%", first).replace(
        "known_until", SECOND.format(announced=announced, effective=effective)
    )
    write(tmp_path, text)
    found = [str(f) for f in lint(tmp_path, compiled=False)]
    assert any(message in f for f in found), found


def test_the_ledger_is_green() -> None:
    assert [str(f) for f in lint()] == []


def test_the_compiled_table_is_the_measure_files() -> None:
    text = compiler.dumps(compiler.compile_ledger(compiler.read_measures()))
    assert compiler.COMPILED.read_text("utf-8") == text


def test_every_event_with_an_effect_has_a_source() -> None:
    for measure in policy.load_ledger().measures:
        for event in measure.events:
            assert event.citation
            assert event.source.startswith("http") or event.evidence == "U", measure.id


def test_line_data_stay_small() -> None:
    folder = compiler.COMPILED.parent
    assert sum(p.stat().st_size for p in folder.iterdir()) < 4e6


def test_loading_the_ledger_needs_no_heavy_package() -> None:
    code = (
        "import sys; from tradetalks.policy import load_ledger; load_ledger();"
        "assert not {'pydantic', 'ruamel', 'pandas', 'jax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_working_out_like_lines_once_changes_nothing() -> None:
    for step in policy.steps("2026-03-01", "2026-08-01"):
        whole = policy.schedule(iso(step.day), step.direction).statutory()
        assert whole == pytest.approx(step.total, abs=1e-12)


@pytest.mark.raw_data
def test_every_fact_is_in_some_measure(raw_data: Path) -> None:
    facts = raw_data.parent / "facts"
    if not facts.is_dir():
        pytest.skip("needs facts/ beside the raw data")

    def rows(name: str) -> list[dict[str, str]]:
        with (facts / name).open(encoding="utf-8") as handle:
            return list(csv.DictReader(handle))

    wanted = {f"tariff-{i}" for i in range(1, len(rows("tariff_measures.csv")) + 1)}
    wanted |= {f"control-{r['id'][1:]}" for r in rows("control_measures.csv")}
    wanted |= {f"truce-{r['id']}" for r in rows("truces.csv")}
    found: set[str] = set()
    for measure in compiler.read_measures():
        for event in measure.events:
            fact = event.fact or []
            found |= {fact} if isinstance(fact, str) else set(fact)
    assert found == wanted


@pytest.mark.raw_data
@pytest.mark.parametrize(
    ("script", "name"), [("build_lines.py", "us_lines.npz"), ("build_cn_lines.py", "cn_lines.npz")]
)
def test_the_line_tables_are_rebuilt_to_the_byte(raw_data: Path, script: str, name: str) -> None:
    path = compiler.COMPILED.parent / name
    before = path.read_bytes()
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / script)], check=True, capture_output=True
    )
    assert path.read_bytes() == before
