"""Names of goods, a company's file, the law's own dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tradetalks import supply
from tradetalks.codes import critical_goods
from tradetalks.errors import BadFile, UnknownName
from tradetalks.policy import load_ledger
from tradetalks.supply.goods import stock_figures
from tradetalks.supply.lapse import lapse_rows, lapses


@pytest.fixture
def parts(tmp_path: Path):
    def write(text: str) -> Path:
        file = tmp_path / "parts.csv"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("MAGNETS", "MAGNETS"),
        ("rare_earth_magnets", "MAGNETS"),
        ("Rare-earth magnets", "MAGNETS"),
        ("8505.11", "MAGNETS"),
        ("28460000", "REE"),
        ("2941.90", "API"),
        ("2901.10", "ETHANE"),
        ("chip-design software", "CHIPSOFT"),
    ],
)
def test_a_good_goes_by_many_names(name: str, code: str) -> None:
    assert supply.find_good(name) == code


def test_every_good_goes_by_its_code_and_label() -> None:
    for code, good in critical_goods().items():
        assert supply.find_good(code.lower()) == supply.find_good(good.label) == code


def test_an_unknown_good_is_suggested() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'tungsten'"):
        supply.find_good("tungstn")
    with pytest.raises(UnknownName, match="customs code '8703' belongs to none"):
        supply.find_good("8703")


def test_a_bill_of_parts(parts) -> None:
    file = parts(
        "HS code;Country;Annual spend;stock days\n8505.11.00;CHN;900 000;20\n"
        "magnets;jpn;$100000;40\ngallium;CHN;5000;\n"
    )
    found = supply.company(file)
    rows = {r["good"]: r for r in found.rows()}
    magnets = rows["MAGNETS"]
    assert magnets["spend_usd"] == 1e6 and magnets["supplier"] == "CHN"
    assert magnets["suppliers"] == {"CHN": pytest.approx(90.0), "JPN": pytest.approx(10.0)}
    assert magnets["hhi"] == pytest.approx(0.82)
    assert magnets["stock_days"]["central"] == pytest.approx(22.0)
    # 22 days against a shortage of 0.9 x 0.9 a day: 27 full days, second sources add a little
    assert magnets["first_stop_day"]["central"] == pytest.approx(27, abs=1)
    assert (
        rows["GALLIUM"]["stock_days"]["central"] == stock_figures(("GALLIUM",))["GALLIUM"].central
    )
    assert rows["GALLIUM"]["first_stop_day"]["low"] < rows["GALLIUM"]["first_stop_day"]["high"]
    other = supply.company(file, supplier="JPN").rows()
    assert {r["good"]: r["supplier"] for r in other} == {"MAGNETS": "JPN", "GALLIUM": None}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "parts.csv: the file is empty"),
        ("good,supplier,spend\n", "parts.csv: the file has no lines of parts"),
        (
            "good,suplier,spend\nMAGNETS,CHN,1\n",
            r"parts.csv:1: column 'supplier' is missing.*'suplier'",
        ),
        ("good,supplier,spend\nmagnetz,CHN,5\n", r"parts.csv:2: unknown critical good 'magnetz'"),
        ("good,supplier,spend\nREE,CHN,5\nREE,CHX,5\n", r"parts.csv:3: unknown country 'CHX'"),
        ("good,supplier,spend\nREE,CHN,much\n", "parts.csv:2: spend 'much' is not a number"),
        ("good,supplier,spend\nREE,CHN,-5\n", "parts.csv:2: spend -5 is outside"),
        ("good,supplier,spend\nREE,CHN,0\n", "parts.csv:2: spend is 0"),
        ("good,supplier,spend,stock_days\nREE,CHN,5,-1\n", "parts.csv:2: stock_days -1 is outside"),
        (
            "good,supplier,spend\n,CHN,5\nREE,CHN,x\n",
            "parts.csv:2: the good is empty.*Line 3: spend 'x'",
        ),
    ],
)
def test_a_bad_file_names_its_lines(parts, text: str, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        supply.read_parts(parts(text))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such file"):
        supply.read_parts(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00good")
    with pytest.raises(BadFile, match="UTF-8"):
        supply.read_parts(tmp_path / "b.csv")


def test_suspended_controls_return_on_the_laws_dates() -> None:
    found = {x.measure: x for x in lapses("USA", date(2026, 10, 9))}
    batteries = found["cn-no-58-batteries-graphite-anodes"]
    assert batteries.by_law == date(2026, 11, 10) and batteries.announced == date(2027, 1, 10)
    assert batteries.state == "suspended"
    ban = found["cn-gallium-germanium-antimony-us-ban"]
    assert ban.by_law == ban.announced == date(2026, 11, 27) and ban.regime.name == "stop"
    assert (
        "no legal act is documented"
        in {x.measure: x for x in lapses("USA", date(2026, 11, 21))}[
            "cn-no-58-batteries-graphite-anodes"
        ].state
    )
    assert "cn-gallium-germanium-antimony-us-ban" not in {x.measure for x in lapses("DEU")}
    assert [x.measure for x in lapses("CHN")] == ["us-affiliates-rule"]
    ledger = load_ledger()
    assert all(ledger.measure(m) is not None for m in found)
    assert all(ledger.measure(m) is not None for r in supply.regimes().values() for m in r.law)


def test_the_first_stop_has_a_date() -> None:
    found = lapses("USA", date(2026, 10, 9))
    goods = tuple({g for x in found for g in x.goods})
    shares = {("GALLIUM", "CHN"): 1.0, ("MAGNETS", "CHN"): 0.5}
    rows = {r["good"]: r for r in lapse_rows(found, shares, stock_figures(goods))}
    assert set(rows) == {"GALLIUM", "MAGNETS"}
    gallium = rows["GALLIUM"]
    day = gallium["first_stop_day"]["central"]
    assert (
        gallium["first_stop_by_law"]["central"]
        == date.fromordinal(date(2026, 11, 27).toordinal() + day).isoformat()
    )
    assert gallium["first_stop_by_law"]["low"] < gallium["first_stop_by_law"]["high"]
