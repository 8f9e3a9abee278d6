"""`tradetalks exposure` and `controls licences|power|derisk` from the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tradetalks.data import World, load_world

Call = Callable[..., tuple[int, str, str]]
GOODS = ("MAGNETS", "GRAPHITE", "API")


@pytest.fixture(scope="module")
def world() -> World:
    return load_world(regions="blocs", goods=GOODS)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """The small world in place of the shipped one."""
    for module in ("cuts", "exposures", "coercion", "derisking"):
        monkeypatch.setattr(f"tradetalks.supply.{module}.world_for", lambda *_: world)


@pytest.fixture
def call(command: Call) -> Call:
    return command


ENVELOPE = {"command", "as_of", "rows", "sources", "assumptions", "warnings", "status"}


def test_licences(call: Call) -> None:
    asked = ("controls", "licences", "rare_earth_magnets", "--buyer", "USA", "--approval", "55%")
    more = ("--days", "45", "--stock", "30", "--start", "2025-04-04")
    status, out, _ = call(*asked, *more)
    assert status == 0
    assert "the first line stops on day" in out and "assumed" in out and "Motor vehicles" in out
    assert max(map(len, out.splitlines())) <= 100
    status, out, _ = call(*asked, *more, "--format", "json")
    answer = json.loads(out)
    assert set(answer) >= ENVELOPE | {"users", "terms"} and answer["command"] == "controls licences"
    assert answer["terms"]["approval"]["source"] == "given"
    assert answer["terms"]["processing"]["central"] == 45.0
    assert answer["stock_days"]["central"] == 30.0
    central = answer["rows"][0]
    assert central["case"] == "central" and central["first_stop"].startswith("2025-05")
    assert answer["sources"] and all(isinstance(s, dict) for s in answer["sources"])
    status, out, _ = call(*asked, *more, "--format", "csv")
    assert [r["case"] for r in csv.DictReader(io.StringIO(out))][:2] == [
        "central",
        "half the stock",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("licences", "galium"), "Did you mean 'gallium'"),
        (("licences", "MAGNETS", "--approval", "120%"), "--approval 120% is no share"),
        (("licences", "MAGNETS", "--approval", "55"), "Do you mean 55% or 0.55?"),
        (("licences", "MAGNETS", "--approval", "half"), "'half' is not a share"),
        (("licences", "MAGNETS", "--stock", "-3"), "a stock cover of -3 days means nothing"),
        (("licences", "MAGNETS", "--days", "-1"), "--days -1 must be 0 or more"),
        (("licences", "MAGNETS", "--validity", "0"), "--validity 0 must be 1 or more"),
        (("licences", "MAGNETS", "--regime", "stopp"), "Did you mean 'stop'"),
        (("licences", "MAGNETS", "--start", "April"), "'April' is not a date"),
        (("licences", "MAGNETS", "--buyer", "USB"), "Did you mean 'USA'"),
        (("power", "CHN", "CHN"), "must be different countries"),
        (("power", "CHN", "USA", "--leakage", "0%"), "leakage 0 must lie between"),
        (("derisk", "USA", "--ceiling", "0%"), "a ceiling of 0% of real income means nothing"),
        (("derisk", "USA", "--elasticity", "lo"), "unknown elasticity 'lo'. Did you mean 'low'"),
    ],
)
def test_bad_input_is_said_and_gives_no_number(call: Call, arguments, said: str) -> None:
    status, out, err = call("controls", *arguments)
    assert (status, out) == (2, "")
    assert said in err


def test_power(call: Call) -> None:
    status, out, _ = call("controls", "power", "CHN", "USA")
    assert status == 0 and "Short run" in out and "Medium run" in out
    assert max(map(len, out.splitlines())) <= 100
    status, out, _ = call("controls", "power", "CHN", "USA", "--format", "json")
    answer = json.loads(out)
    assert set(answer) >= ENVELOPE
    assert {r["horizon"] for r in answer["rows"]} == {"short", "medium"}
    assert any("assumed" in a for a in answer["assumptions"])


def test_derisk(call: Call) -> None:
    status, out, _ = call("controls", "derisk", "USA", "--ceiling", "0.3%")
    assert status == 0
    assert "The two second sources that buy the most safety" in out and "Assumed" in out
    assert max(map(len, out.splitlines())) <= 100
    status, out, _ = call("controls", "derisk", "USA", "--ceiling", "0.3%", "--format", "json")
    answer = json.loads(out)
    assert set(answer) >= ENVELOPE | {"second_sources"}
    assert answer["loss_after_percent"] <= 0.3 < answer["loss_before_percent"]


def test_exposure_of_a_country(call: Call) -> None:
    status, out, _ = call("exposure", "USA")
    assert status == 0 and "Rare-earth magnets (MAGNETS)" in out
    assert max(map(len, out.splitlines())) <= 100
    status, out, _ = call("exposure", "USA", "--format", "json")
    answer = json.loads(out)
    assert set(answer) >= ENVELOPE and {r["good"] for r in answer["rows"]} == set(GOODS)
    status, out, _ = call("exposure", "USA", "--format", "csv")
    assert "loss_short_percent_low" in out.splitlines()[0]
    status, out, err = call("exposure")
    assert (status, out) == (2, "") and "give a country or a file" in err


def test_exposure_of_a_company(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "parts.csv"
    file.write_text("good,supplier,spend,stock_days\n8505.11,CHN,900000,30\ngallium,CHN,5000,\n")
    status, out, _ = call("exposure", "--file", str(file))
    assert status == 0 and "MAGNETS" in out and "CHN 100%" in out
    status, out, _ = call(
        "exposure", "--file", str(file), "--if-lapses", "--on", "2026-10-09", "--format", "json"
    )
    rows = {r["good"]: r for r in json.loads(out)["rows"]}
    assert rows["GALLIUM"]["returns_by_law"] == "2026-11-27"
    assert rows["MAGNETS"]["returns_as_announced"] == "2027-01-10"
    assert rows["MAGNETS"]["stock_days"]["low"] == rows["MAGNETS"]["stock_days"]["high"] == 30.0
    file.write_text("good,supplier,spend\nmagnetz,CHN,5\n")
    status, out, err = call("exposure", "--file", str(file))
    assert (status, out) == (2, "") and "parts.csv:2: unknown critical good 'magnetz'" in err
