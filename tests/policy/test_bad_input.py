"""Bad input never yields a number: each mistake has its message."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradetalks import policy
from tradetalks.errors import BadFile, TradeTalksError

ASKED = [
    (("9999.99.99", "2025-05-20"), {}, "no tariff line 9999.99.99 of USA"),
    (("8505.11.99", "2025-05-20"), {}, "Nearest: 8505.11.00"),
    (("85x5", "2025-05-20"), {}, "'85x5' is not a tariff code. Give 4 to 10 digits"),
    (("85", "2025-05-20"), {}, "has 2 digits"),
    (("85051100701", "2025-05-20"), {}, "has 11 digits"),
    (("8505.11.00", "2017-12-31"), {}, "before the ledger begins. It holds the law from 2018"),
    (("8505.11.00", "2031-01-01"), {}, "after the last day the ledger can answer for"),
    (("8505.11.00", "20 May"), {}, "date '20 May' is not a date. Write it as YYYY-MM-DD"),
    (("8505.11.00", "2025-05-20"), {"exporter": "CN"}, "Did you mean 'CHN'?"),
    (("8505.11.00", "2025-05-20"), {"exporter": "XX1"}, "not an ISO alpha-3 code"),
    (("8505.11.00", "2025-05-20"), {"importer": "FRA"}, "unknown importer 'FRA'"),
    (("8505.11.00", "2025-05-20"), {"exporter": "USA"}, "exporter and importer are both USA"),
    (("8505.11.00", "2025-05-20"), {"law": "spoken"}, "unknown law 'spoken'"),
    (("8505.11.00", "2025-05-20"), {"as_known_on": "then"}, "as_known_on 'then' is not a date"),
]


@pytest.mark.parametrize(("args", "options", "message"), ASKED)
def test_duty_says_what_is_wrong(
    args: tuple[str, str], options: dict[str, str], message: str
) -> None:
    with pytest.raises(TradeTalksError) as caught:
        policy.duty(*args, **options)  # type: ignore[arg-type]
    assert message in str(caught.value)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("code", ["8541", "8507.60", "6307.90.98", "1201.90"])
def test_a_code_whose_lines_differ_gives_range_mean_and_lines(code: str) -> None:
    china = {"importer": "CHN", "exporter": "USA"} if code == "1201.90" else {}
    answer = policy.duty(code, "2025-06-01", **china)  # type: ignore[arg-type]
    total = answer["total_percent"]
    assert isinstance(total, dict)
    assert total["min"] <= total["value_weighted"] <= total["max"]
    each = [row["total_percent"] for row in answer["lines"]]
    assert (min(each), max(each)) == (total["min"], total["max"])
    parts = sum(c["rate_percent"] for c in answer["contributions"])
    assert parts == pytest.approx(total["value_weighted"], abs=1e-3)
    for row in answer["lines"]:
        assert sum(row["contributions"].values()) == pytest.approx(row["total_percent"], abs=1e-3)


def test_a_code_whose_lines_agree_gives_one_number() -> None:
    assert policy.duty("8505.11.00", "2025-05-20")["total_percent"] == 32.1
    assert policy.duty("8505.11.00.70", "2025-05-20")["total_percent"] == 32.1
    assert policy.duty("85051100", "2025-05-20")["total_percent"] == 32.1


def test_timeline_backwards() -> None:
    with pytest.raises(
        TradeTalksError, match=r"'to' 2024-01-01 is before 'from' 2025-01-01\. Swap"
    ):
        policy.timeline("2025-01-01", "2024-01-01")


GOOD = "code,origin,value\n8505.11.00,CHN,125000\n6109.10.00,CHN,80000\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "bom.csv"
    path.write_text(text, "utf-8")
    return path


def test_bill_of_materials(tmp_path: Path) -> None:
    answer = policy.bill(write(tmp_path, GOOD), "2025-05-20")
    assert [r["duty_percent"] for r in answer["rows"]] == [32.1, 54.0]
    assert answer["totals"][0]["duty_usd"] == pytest.approx(125000 * 0.321 + 80000 * 0.54)
    assert not answer["errors"]


def test_bill_over_a_period(tmp_path: Path) -> None:
    answer = policy.bill(write(tmp_path, GOOD), start="2025-04-01", end="2025-05-20")
    shirts = [(r["date"], r["duty_percent"]) for r in answer["rows"] if r["code"] == "6109.10.00"]
    assert shirts == [("2025-04-01", 44.0), ("2025-04-05", 54.0), ("2025-04-09", 128.0),
                      ("2025-04-10", 169.0), ("2025-05-14", 54.0)]  # fmt: skip
    assert [t["date"] for t in answer["totals"]] == [d for d, _ in shirts]


def test_bad_rows_are_reported_and_good_rows_answered(tmp_path: Path) -> None:
    bad = (
        GOOD
        + "9999.99.99,CHN,10\n8505.11.00,China,10\n8505.11.00,CHN,many\n,CHN,5\n8505.11.00,CHN,-4\n"
    )
    answer = policy.bill(write(tmp_path, bad), "2025-05-20")
    assert len(answer["rows"]) == 2
    said = {e["row"]: e["error"] for e in answer["errors"]}
    assert list(said) == [4, 5, 6, 7, 8]
    assert "no tariff line" in said[4]
    assert "Did you mean 'CHN'" in said[5]
    assert "'many' is not a number" in said[6]
    assert "code is empty" in said[7]
    assert "outside 0 to 1e15" in said[8]
    assert answer["status"] == "2 rows answered, 5 rejected"


def test_spreadsheet_habits_are_understood(tmp_path: Path) -> None:
    text = "\ufeffHTS;Country;Amount\n8505110070;chn;$125000\n"
    assert policy.bill(write(tmp_path, text), "2025-05-20")["rows"][0]["duty_usd"] == 40125.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,orign,value\n8505.11.00,CHN,1\n", "bom.csv:1: column 'origin' is missing. Did you"),
        ("code,origin,value\n1,CHN,1\n", "no row can be answered. Row 2: '1' has 1 digits"),
        ("code,origin,value\n", "no row can be answered"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadFile) as caught:
        policy.bill(write(tmp_path, text), "2025-05-20")
    assert message in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such file"):
        policy.bill(tmp_path / "nothing.csv", "2025-05-20")
    (tmp_path / "image.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(BadFile, match="cannot be read as text"):
        policy.bill(tmp_path / "image.csv", "2025-05-20")
