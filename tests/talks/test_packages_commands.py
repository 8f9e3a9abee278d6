"""`talks packages` and `talks approval` on the toy world, from the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from toy_agenda import TEXT

from tradetalks.errors import BadNumber
from tradetalks.talks.packages import load_agenda, negotiate
from tradetalks.talks.packages.expectation import front_loading

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def mine(tmp_path: Path) -> str:
    place = tmp_path / "mine.yaml"
    place.write_text(TEXT, encoding="utf-8")
    return str(place)


@pytest.fixture
def call(command: Call) -> Call:
    return lambda *arguments: command("talks", *arguments)


def test_packages_as_a_page(call: Call, mine: str, tmp_path: Path) -> None:
    out = tmp_path / "answer"
    status, text, error = call(
        "packages", mine, "--approval", "--front-loading", "0.5", "--out", str(out),
        "--swap", "foreign_tariff=none:home_tariff=none",
    )  # fmt: skip
    assert (status, error) == (0, "")
    for words in (
        "Of 36 packages", "18 different worlds", "Nash", "Kalai-Smorodinsky", "Egalitarian",
        "First concessions", "Who gets what", "Linkage:", "Breach: HOM", "Assumed weights:",
        "Swap, in USD", "Front-loading: buyers give a lapse 50%", "Veto chart", "assumed",
        "Approvers decide independently", "A model, not a prediction.",
    ):  # fmt: skip
        assert words in text, words
    assert max(map(len, text.splitlines())) <= 100
    names = {p.name for p in out.iterdir()}
    assert names == {
        "answer.json", "agreement_zone.svg", "agreement_zone.png", "points.csv", "pareto.csv"
    }  # fmt: skip
    stored = json.loads((out / "answer.json").read_text(encoding="utf-8"))
    assert stored["command"] == "talks packages" and stored["zone"] == 5
    assert "What both sides could sign" in (out / "agreement_zone.svg").read_text(encoding="utf-8")


def test_packages_as_json_and_csv(call: Call, mine: str) -> None:
    status, text, _ = call("packages", mine, "--format", "json", "--freeze", "visas=closed")
    answer = json.loads(text)
    assert status == 0 and answer["status"]["converged"]
    assert answer["packages"] == 18 and answer["freeze"]["packages_before"] == 36
    assert answer["freeze"]["zone_after"] <= answer["freeze"]["zone_before"]
    assert answer["weights"][0]["assumed"] and answer["weights"][1]["evidence"] == "S"
    assert any("assumed" in text for text in answer["assumptions"]) and answer["sources"]
    status, text, _ = call("packages", mine, "--format", "csv", "--discount", "0.9,0.8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {"Rubinstein", "Law at the deadline"} <= {r["title"] for r in rows}
    assert {"home_tariff", "HOM_total", "FOR_assumed_share"} <= set(rows[0])


def test_approval(call: Call, mine: str) -> None:
    status, text, error = call("approval", mine)
    assert (status, error) == (0, "")
    assert "Chain (Nash)" in text and "council of FOR" in text and "Veto chart" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("packages", "london-2026"), "Did you mean 'london-2025'"),
        (("packages", "MINE", "--freeze", "visas"), "names no level"),
        (("packages", "MINE", "--freeze", "visa=open"), "Did you mean 'visas'"),
        (("packages", "MINE", "--discount", "2,0.5"), "not both between 0 and 1"),
        (("packages", "MINE", "--discount", "high"), "not two numbers"),
        (("packages", "MINE", "--swap", "visas=open"), "does not name two moves"),
        (("packages", "MINE", "--front-loading", "3"), "a probability of 3"),
    ],
)
def test_bad_input_names_cause_and_cure(call: Call, mine: str, arguments, words) -> None:
    status, out, error = call(*(mine if a == "MINE" else a for a in arguments))
    assert status == 2 and out == "" and words in error


def test_a_folder_of_something_else_is_not_overwritten(call: Call, mine: str, tmp_path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear", encoding="utf-8")
    status, out, error = call("packages", mine, "--out", str(tmp_path / "full"))
    assert status == 2 and out == "" and "will not be overwritten" in error
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_front_loading_rises_with_the_fear_of_a_lapse(mine: str) -> None:
    bargain = negotiate(load_agenda(mine), ranges=False)
    calm, likely = (front_loading(bargain, p, 0.02) for p in (0.05, 0.9))
    # 10% against 40%: at 5% the saving of 1.2 points is below the cost of holding
    assert [r.before for r in calm] == pytest.approx([0.0] * len(calm), abs=1e-6)
    assert all(r.before > 1 and r.after < 0 and r.ahead > 0 for r in likely)
    free = front_loading(bargain, 0.9, 0.0)
    assert all(a.before > b.before for a, b in zip(free, likely, strict=True))
    with pytest.raises(BadNumber, match="holding cost"):
        front_loading(bargain, 0.5, 0.9)
