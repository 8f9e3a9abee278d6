"""One spreadsheet of a run, for people who work in spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradetalks.results.headline import range_note
from tradetalks.results.labels import country_name, sector_name
from tradetalks.results.sentence import sentence
from tradetalks.results.sources import sources_of

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from tradetalks.results.run import RunResult

_NAMED = {
    "country": country_name,
    "partner": country_name,
    "sector": sector_name,
}


def write_workbook(result: RunResult, tables: dict[str, pd.DataFrame], file: Path) -> None:
    """Write sheets headline, countries, sectors, bilateral, limits (where there are any),
    assumptions, variables, sources.

    `headline` has every elasticity set in its range; the other tables are at the central set.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name in ("headline", "countries", "sectors", "bilateral", "limits"):
        if name not in tables:
            continue
        table = tables[name]
        if "set" in table:
            table = table.loc[table["set"] == result.central].drop(columns="set")
        _table_sheet(book, name, table)
    notes = [("finding", sentence(result)), ("range", range_note(result))]
    notes += [("assumption", text) for text in result.assumptions]
    notes += [("warning", text) for text in result.warnings]
    _sheet(book, "assumptions", ("kind", "text"), notes, widths=(14, 120))
    _table_sheet(book, "variables", tables["variables"])
    rows = [(s.of, s.text, s.url, s.evidence) for s in sources_of(result)]
    _sheet(book, "sources", ("for", "source", "url", "evidence"), rows, widths=(12, 90, 60, 18))
    book.save(file)


def _table_sheet(book: Workbook, name: str, table: pd.DataFrame) -> None:
    """Write a table, the name of each country and sector beside its code."""
    columns: list[str] = []
    values: list[Sequence[Any]] = []
    for column in table.columns:
        cells = table[column].tolist()
        columns.append(str(column))
        values.append(cells)
        if column in _NAMED:
            columns.append(f"{column}_name")
            names = {
                code: _NAMED[column](code) for code in {c for c in cells if isinstance(c, str)}
            }
            values.append([names.get(c) for c in cells])
    widths = [max(12, min(40, 1 + len(c))) for c in columns]
    _sheet(book, name, columns, zip(*values, strict=True), widths=widths)


def _sheet(
    book: Workbook,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    widths: Sequence[float],
) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for position, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    header = [WriteOnlyCell(sheet, value=c) for c in columns]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: WriteOnlyWorksheet, value: Any) -> Any:
    """Return what a cell holds: nothing for NaN; text that looks like a formula stays text."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str) and value.startswith("="):
        cell = WriteOnlyCell(sheet, value=value)
        cell.data_type = "s"
        return cell
    return None if value is None or value != value else value
