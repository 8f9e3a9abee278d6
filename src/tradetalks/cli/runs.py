"""`tradetalks runs`: the answers that are kept on this machine."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, table_text

if TYPE_CHECKING:
    from tradetalks.store import Store

RUN: Any = typer.Argument(help="A run's id, or the beginning of one.")


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    group = typer.Typer(help="The runs that are stored on this machine.", no_args_is_help=True)
    group.command("list")(list_runs)
    group.command("show")(show)
    group.command("delete")(delete)
    app.add_typer(group, name="runs")


def list_runs(format: Format = FORMAT) -> None:
    """Which answers are stored?"""
    from tradetalks.results import Answer

    store = _store()
    rows = store.rows()
    cells = [
        (row["id"], row["against"], row["horizon"], row["created"], f"{row['bytes'] / 1e6:.1f}")
        for row in rows
    ]
    columns = ("Run", "Against", "Horizon", "Computed", "MB")
    found = table_text(columns, cells, left=3) if rows else "No run is stored yet.\n"
    answer = Answer("runs", date.today().isoformat(), {"folder": store.folder, "rows": rows})
    emit(answer, format, rows, lambda: f"{found}Folder: {store.folder}\n")


def show(run: str = RUN, format: Format = FORMAT) -> None:
    """Show a stored run as it was answered."""
    from tradetalks.cli.run import text
    from tradetalks.results import headline, run_answer

    found = _store().named(run)
    result = found.load()
    answer = run_answer(result, found.folder, stored=result.created)
    emit(answer, format, headline(result), lambda: text(result, found.folder, result.created))


def delete(run: str = RUN, yes: bool = typer.Option(False, "--yes", help="Do not ask.")) -> None:
    """Delete a stored run and its folder."""
    store = _store()
    found = store.named(run)
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Delete {found.folder}?", abort=True, err=True)
    sys.stdout.write(paragraph(f"Deleted {store.delete(found.id)}."))


def _store() -> Store:
    from tradetalks.cli.home import runs_folder
    from tradetalks.store import Store

    return Store(runs_folder())
