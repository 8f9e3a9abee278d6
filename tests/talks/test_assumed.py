"""Numbers from outside the model: every one has a source or a range, and is listed."""

from __future__ import annotations

import csv
import io

import pytest

from tradetalks.cli import main
from tradetalks.errors import BadInput, UnknownName
from tradetalks.talks.assumed import ASSUMED, book, book_names, parse_book
from tradetalks.talks.grouping import grouping
from tradetalks.talks.packages import agenda_names, load_agenda
from tradetalks.talks.packages.declared import agenda_book

GOOD = """about: A test.
command: talks test
entries:
  - id: test.a
    what: A number
    value: 2
    range: [1, 3]
    unit: points
    source: assumed
    evidence: assumed
"""


def test_every_book_loads_and_every_assumed_number_has_a_range() -> None:
    assert {"groups", "jobs", "partners"} <= set(book_names())
    for name in book_names():
        for figure in book(name).figures.values():
            assert figure.low <= figure.value <= figure.high
            assert figure.low < figure.high or figure.evidence != ASSUMED, figure.id
            assert figure.source and figure.unit and figure.place.startswith(f"{name}.yaml:")


def test_every_group_has_a_weight_and_no_figure_is_idle() -> None:
    known = grouping()
    used = {t.figure.id for g in known.groups for t in g.terms if t.figure is not None}
    weights = {f"groups.weight.{g.id}" for g in known.groups}
    assert set(known.book.figures) == used | weights
    assert known.countries == ("USA", "CHN") and len(known.of("USA")) == 6


def test_a_book_says_what_it_holds() -> None:
    found = parse_book("test", GOOD + "extra: [1]\n")
    assert found["test.a"].value == 2.0 and found["test.a"].assumed
    assert found.value("test.a") == 2.0 and found.rest == {"extra": [1]}
    with pytest.raises(UnknownName, match=r"unknown figure 'test.b'. Did you mean 'test.a'"):
        found["test.b"]
    with pytest.raises(UnknownName, match="Did you mean 'groups'"):
        book("group")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    range: [1, 3]\n", "", "test.yaml:4: 'test.a' is assumed and has no range"),
        ("range: [1, 3]", "range: [3, 4]", r"2 is no number within \[3, 4\]"),
        ("value: 2", "value: two", "two is no number within"),
        ("unit: points", "units: points", r"lacks \['unit'\] or has unknown keys \['units'\]"),
        ("evidence: assumed", "evidence: X", "unknown evidence 'X'"),
        ("id: test.a", "id: other.a", "'other.a' is of another book"),
        ("command: talks test\n", "", "a book lacks command"),
    ],
)
def test_a_bad_book_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_book("test", GOOD.replace(old, new))


def test_an_id_stands_once() -> None:
    entry = GOOD[GOOD.index("  - id") :]
    with pytest.raises(BadInput, match=r"two entries are called 'test.a'"):
        parse_book("test", GOOD + entry)


def test_the_command_lists_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["talks", "assumptions", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    agendas = [agenda_book(load_agenda(name)) for name in agenda_names()]
    books = [*(book(name) for name in book_names()), *agendas]
    assert {r["id"] for r in rows} == {i for b in books for i in b.figures}
    assert main(["talks", "assumptions", "groups", "--assumed-only"]) == 0
    out = capsys.readouterr().out
    assert "Weight of US agriculture" in out and "0.01 to 4.5" in out
    assert "normalisation" not in out and "washing" not in out
    assert main(["talks", "assumptions", "london-2025"]) == 0
    out = capsys.readouterr().out
    assert "to USA" in out and "Least gain for" in out
    assert main(["talks", "assumptions", "grups"]) == 2
    assert "Did you mean 'groups'" in capsys.readouterr().err


def test_every_weight_and_threshold_of_an_agenda_is_listed() -> None:
    for name in agenda_names():
        agenda = load_agenda(name)
        declared = sum(len(level.weights) for issue in agenda.issues for level in issue.levels)
        declared += sum(2 + len(approver.stakes) for approver in agenda.approvers)
        assert len(agenda_book(agenda).figures) == declared > 0
