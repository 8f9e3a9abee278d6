"""`tradetalks talks assumptions`: every number that the talks take from outside the model."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, table_text

if TYPE_CHECKING:
    from tradetalks.talks.assumed import Book


def register(group: typer.Typer) -> None:
    """Add the command to `talks`."""
    group.command("assumptions")(assumptions)


def assumptions(
    part: str | None = typer.Argument(
        None, help="One part only, such as groups, or the name of a package file."
    ),
    assumed_only: bool = typer.Option(False, "--assumed-only", help="Leave out sourced figures."),
    format: Format = FORMAT,
) -> None:
    """Which numbers do the talks rest on, from where, and how far could they be off?"""
    from tradetalks.results import Answer
    from tradetalks.talks.assumed import ASSUMED

    books = _books(part)
    rows: list[dict[str, Any]] = [
        {"part": b.name, "command": b.command, **figure.row()}
        for b in books
        for figure in b.figures.values()
        if figure.assumed or not assumed_only
    ]
    body = {
        "parts": [{"part": b.name, "command": b.command, "about": b.about} for b in books],
        "rows": rows,
    }
    assumed = sum(row["evidence"] == ASSUMED for row in rows)
    answer = Answer("talks assumptions", date.today().isoformat(), body)

    def text() -> str:
        out = [
            paragraph(
                f"{len(rows)} numbers of the talks that come from outside the model, {assumed} of "
                "them assumed. Evidence: V or O the source was read, S second-hand, P partial, "
                "U unverified, D derived."
            )
        ]
        for b in books:
            own = [r for r in rows if r["part"] == b.name]
            if own:
                out.append(paragraph(f"\n{b.name}: {b.about} (tradetalks {b.command})"))
                out.append(table_text(("What", "Unit", "Value", "Range", "Evidence"),
                                      [_cells(r) for r in own], left=2))  # fmt: skip
        out.append(paragraph("Sources of each: --format csv or json."))
        return "".join(out)

    emit(answer, format, rows, text)


def _books(part: str | None) -> list[Book]:
    """Return the books of the talks and those of the shipped agendas, or the one called `part`."""
    from tradetalks.errors import unknown_name
    from tradetalks.talks.assumed import book, book_names
    from tradetalks.talks.packages import agenda_names, load_agenda
    from tradetalks.talks.packages.declared import agenda_book

    known = (*book_names(), *agenda_names())
    if part is not None and part not in known:
        raise unknown_name("part of the talks", part, known)
    names = known if part is None else (part,)
    return [
        book(name) if name in book_names() else agenda_book(load_agenda(name)) for name in names
    ]


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    between = "" if row["low"] == row["high"] else f"{row['low']:g} to {row['high']:g}"
    return (row["what"], row["unit"], f"{row['value']:g}", between, row["evidence"])
