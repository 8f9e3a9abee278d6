"""One answer, three spellings: a table for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tradetalks.results import Answer

_PIPE_WIDTH = 100
_LABELS = 24
"""How much room text asks for before numbers are stacked."""


class Format(StrEnum):
    """How an answer is written."""

    table = "table"
    json = "json"
    csv = "csv"


FORMAT: Any = typer.Option(Format.table, "--format", help="How to write the answer.")


def emit(
    answer: Answer, how: Format, rows: Iterable[Mapping[str, Any]], table: Callable[[], str]
) -> None:
    """Write the answer on stdout, whole: JSON envelope, CSV of `rows`, or the text of `table`."""
    if how is Format.json:
        from tradetalks.results import to_json

        text = to_json(answer) + "\n"
        if watched():
            aside("text", table())
    elif how is Format.csv:
        text = csv_text(rows)
    else:
        text = table()
    sys.stdout.write(text)
    sys.stdout.flush()


def csv_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV, columns in order of first appearance, nothing for what is missing.

    >>> csv_text([{"a": 1, "b": None}, {"a": 2.5, "c": "x"}])
    'a,b,c\\n1,,\\n2.5,,x\\n'
    """
    from tradetalks.results import plain

    records = [plain(row) for row in rows]
    columns = list(dict.fromkeys(key for record in records for key in record))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({k: _cell(v) for k, v in record.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    return "; ".join(str(v) for v in value) if isinstance(value, list) else value


def table_text(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1, title: str = ""
) -> str:
    """Return an aligned table; the first `left` columns are text, the others numbers.

    Where the table is too wide, headings of numbers and what stands in brackets go on lines of
    their own, so that the text keeps its room.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    columns, rows = _narrowed(columns, [tuple(row) for row in rows], left)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), title_justify="left")
    if title:
        table.title = Text(title)
    for position, column in enumerate(columns):
        number = position >= left
        table.add_column(
            Text(column), justify="right" if number else "left", no_wrap=number, overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return _printed(table)


def _narrowed(
    columns: Sequence[str], rows: Sequence[Sequence[str]], left: int
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Return a table that is too wide with headings of numbers, then brackets, on lines below."""
    cells = [_widest(row[n] for row in rows) for n in range(len(columns))]
    natural = [max(_widest([c]), width) for c, width in zip(columns, cells, strict=True)]
    if sum(natural) + 2 * len(columns) <= _width():
        return columns, rows
    labels = min(sum(natural[:left]), _LABELS)
    if labels + sum(cells[left:]) + 2 * len(columns) > _width():
        rows = [
            [c if n < left else c.replace(" (", "\n(") for n, c in enumerate(row)] for row in rows
        ]
        cells = [_widest(row[n] for row in rows) for n in range(len(columns))]
    headings = [
        column if n < left else textwrap.fill(column, max(width, 1), break_long_words=False)
        for n, (column, width) in enumerate(zip(columns, cells, strict=True))
    ]
    return headings, rows


def _widest(cells: Iterable[str]) -> int:
    return max((len(line) for cell in cells for line in cell.splitlines()), default=0)


def paragraph(text: str) -> str:
    """Return `text` wrapped to the width of the terminal."""
    from rich.text import Text

    return _printed(Text(text))


def _width() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE_WIDTH


def _printed(what: Any) -> str:
    from rich.console import Console

    console = Console(file=io.StringIO(), width=_width(), highlight=False, no_color=True)
    console.print(what)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def watched() -> bool:
    """Whether a program such as the page watches (`TRADETALKS_PROGRESS=lines`)."""
    return os.environ.get("TRADETALKS_PROGRESS") == "lines"


def aside(name: str, value: Any) -> None:
    """Tell the program that watches what stands beside the envelope: text, a chart's spec."""
    from tradetalks.results import to_json

    sys.stderr.write(to_json({"aside": name, "value": value}, indent=None) + "\n")
    sys.stderr.flush()


def _write_step(what: str, done: int, total: int) -> None:
    sys.stderr.write(json.dumps({"what": what, "done": done, "total": total}) + "\n")
    sys.stderr.flush()


def write_file(file: Path, text: str) -> None:
    """Write a text, whole or not at all. Raises `CannotWrite`."""
    from tradetalks.errors import CannotWrite

    part = file.with_name(file.name + ".part")
    try:
        part.write_text(text, "utf-8")
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotWrite(
            f"cannot write {file}: {error.strerror}.", cure="Name a file in a folder that exists."
        ) from None


@contextmanager
def progress(task: str, *, remaining: bool = False) -> Generator[Callable[[str, int, int], None]]:
    """Give a callback (what, done, total) that draws a bar on stderr where a person watches.

    With `remaining` the bar also says how much time is left. With `TRADETALKS_PROGRESS=lines`
    it writes one JSON object per line instead: for a program that watches, such as the page.
    """
    if watched():
        yield _write_step
        return
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress, TimeRemainingColumn

    columns = [*Progress.get_default_columns()]
    if not remaining:
        columns = [c for c in columns if not isinstance(c, TimeRemainingColumn)]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task(task, total=None)

        def step(what: str, done: int, total: int) -> None:
            bar.update(row, completed=done, total=total or None, description=f"{task}: {what}")

        yield step
