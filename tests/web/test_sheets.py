"""Envelopes made readable, and what stands beside them."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tradetalks.results import Answer
from tradetalks.web import sheets
from tradetalks.web.jobs import Job, Jobs
from web.asking import Client


def test_codes_units_and_ranges_are_in_words() -> None:
    rows = [
        {"good": "REE", "buyer": "CHN", "loss_percent": {"central": -0.25, "low": -1.5, "high": 0},
         "cost_usd_bn": 3.0, "cost_usd_bn_low": 1, "since": "2027-01-10", "url": "https://a.b/c"},
        {"good": "REE", "buyer": "VNM", "loss_percent": None, "cost_usd_bn": 1200.5},
    ]  # fmt: skip
    (table,) = sheets.tables({"rows": rows, "sources": [{"url": "x"}]})
    assert table["columns"][:4] == [("Good", ""), ("Buyer", ""), ("Loss", "%"), ("Cost", "USD bn")]
    first, second = table["rows"]
    assert [c[0] for c in first[:2]] == ["Rare-earth compounds and metals", "China"]
    assert first[2][:2] == ("\u22120.25", "\u22121.50 to 0.00")
    assert (first[3][0], second[3][0]) == ("3", "1,200") and second[2][0] == ""
    assert ("10 January 2027", "", "") in first and ("source", "", "https://a.b/c") in first
    assert table["words"][:4] == [True, True, False, False] and table["name"] == "The answer"


def test_ends_of_a_range_are_no_columns_and_chances_are_percent() -> None:
    row = {"probability": 0.75, "low": 0.235, "high": 0.96, "gap": 0.1, "gap_low": 0.05,
           "gap_high": 0.2, "USA": {"total": 0.5, "weights": 0.1}}  # fmt: skip
    (table,) = sheets.tables({"outcomes": [row]}, None, {"gap": "How far"})
    assert table["columns"] == [("Probability", "%"), ("How far", ""), ("United States", "")]
    assert table["rows"][0][0][:2] == ("75", "24 to 96")
    assert table["rows"][0][1] == ("0.100", "0.050 to 0.200", "")


def test_wanted_tables_come_first_and_a_column_can_be_left_out() -> None:
    answer = {"a": [{"x": 1, "y": 2}], "inner": {"b": [{"x": 1}]}}
    found = sheets.tables(answer, {"inner.b": "First"}, {"y": ""})
    assert [(t["name"], t["beside"]) for t in found] == [("First", False), ("A", True)]
    assert found[1]["columns"] == [("X", "")]


def test_the_headline_is_the_first_paragraph_that_says_something() -> None:
    long = "What is it worth?\nNote: known to May.\nIt is worth -0.3% to both, " + "and more " * 9
    assert sheets.headline(long + "\n\n A   B\n").startswith("It is worth \u22120.3%")
    assert sheets.headline(" A   B\n\u2500\u2500\u2500\n") == ""


def test_a_command_tells_the_page_its_text_and_chart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tradetalks.cli.output import Format, aside, emit

    answer = Answer("x", "2026-01-01", {"rows": []})
    emit(answer, Format.json, [], lambda: "text")
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("TRADETALKS_PROGRESS", "lines")
    aside("chart", {"mark": "bar"})
    emit(answer, Format.json, [], lambda: "both gain\n")
    said = capsys.readouterr()
    assert json.loads(said.out)["command"] == "x"

    told = SimpleNamespace(stderr=[line.encode() for line in said.err.splitlines()])
    job = Job("id", "x", ())
    assert Jobs()._listen(job, told) == []  # type: ignore[arg-type]
    assert job.asides == {"chart": {"mark": "bar"}, "text": "both gain\n"}


def test_the_duty_of_a_product_with_its_acts(client: Client) -> None:
    page = client.get("/duty", params={"code": "8505.11.00", "on": "2025-05-20"}).text
    found = client.get("/api/duty", params={"code": "8505.11.00", "on": "2025-05-20"}).json()
    assert f"<b>{found['total_percent']:g}%</b>" in page
    for part in found["contributions"]:
        assert part["title"].split(":")[0] in page
    wrong = client.get("/duty", params={"code": "85"}, headers={"accept": "text/html"})
    assert wrong.status_code == 422 and "has 2 digits" in wrong.text
    assert client.get("/duty").status_code == 200
