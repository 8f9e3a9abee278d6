"""Tables as people see them."""

from __future__ import annotations

from tradetalks.cli.output import table_text


def test_a_wide_table_keeps_its_row_labels() -> None:
    columns = ("", "welfare", "deficit", "exports to GDP", "imports to GDP", "jobs", "prices")
    rows = [
        ("announced, income tax cut", "1.13 (1.13)", *["-52.70 (-52.7)"] * 5),
        ("announced, lump sum", "-0.01 (-0.01)", *["-52.50 (-52.5)"] * 5),
    ]
    text = table_text(columns, rows)
    assert "announced, income tax cut" in text and "announced, lump sum" in text
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("(-52.7)") == 5 and "exports" in text


def test_a_table_that_fits_is_left_alone() -> None:
    text = table_text(("", "duty"), [("USA", "20.7 (20.7)")])
    assert "20.7 (20.7)" in text
