"""`tradetalks data`: where the numbers come from, and how to rebuild them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text
from tradetalks.errors import NoAnswer


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="Where the numbers come from, and how to rebuild them.")
    group.command("list")(list_sources)
    group.command("fetch")(fetch)
    group.command("build")(build)
    group.command("check")(check)
    app.add_typer(group, name="data", no_args_is_help=True)


def list_sources(format: Format = FORMAT) -> None:
    """Which sources of raw data are known, and which are on this machine?"""
    from tradetalks import data
    from tradetalks.results import Answer

    rows = [dict(row) for row in data.list_sources()]
    folder = data.data_folder()
    answer = Answer(
        "data list",
        date.today().isoformat(),
        {"folder": folder, "rows": rows},
        [row["citation"] for row in rows],
    )
    columns = ("Source", "What", "Files", "Here")
    cells = [
        (str(r["name"]), str(r["description"]), str(r["files"]), str(r["on_this_machine"]))
        for r in rows
    ]
    emit(
        answer,
        format,
        rows,
        lambda: (
            table_text(columns, cells, left=2)
            + paragraph(f"Raw files are looked for in {folder} (TRADETALKS_DATA). ")
            + paragraph("The worlds that ship with the package need none of them.")
        ),
    )


def fetch(
    name: str = typer.Argument(help="A source, see `data list`."), format: Format = FORMAT
) -> None:
    """Download the files of a source that are missing here, and check them."""
    from tradetalks import data
    from tradetalks.results import Answer

    with progress(f"Fetching {name}") as step:
        paths = data.fetch(name, progress=step)
    rows = [{"source": name, "file": path} for path in paths]
    answer = Answer("data fetch", date.today().isoformat(), {"rows": rows})
    emit(answer, format, rows, lambda: "".join(f"{path}\n" for path in paths))


def build(
    name: str = typer.Argument("world-2022", help="The world to build from raw data."),
    out: Path = typer.Option(Path(), help="Folder for the two files of the world."),
    format: Format = FORMAT,
) -> None:
    """Rebuild a shipped world from raw data and print its balance report."""
    from tradetalks import data
    from tradetalks.results import Answer

    with progress(f"Building {name}"):
        paths = data.build(name, out)
    report = data.describe_world(str(paths[0]))
    rows = [{"world": name, "file": path} for path in paths]
    answer = Answer("data build", date.today().isoformat(), {"rows": rows, "report": report})
    emit(answer, format, rows, lambda: f"{report}\n" + "".join(f"{path}\n" for path in paths))


def check(
    name: str = typer.Argument("world-2022", help="A shipped world."), format: Format = FORMAT
) -> None:
    """Check hashes, signs, accounting identities and the equilibrium of a shipped world.

    The same with all critical goods carved out of it, whose parents must keep their totals.

    Exit status 1 if one fails.
    """
    from tradetalks import data
    from tradetalks.results import Answer

    checks = [*data.check_world(name)]
    if all(c.passed for c in checks):
        from tradetalks.cli.home import use_compilation_cache
        from tradetalks.engine.critical import equilibrium_checks

        use_compilation_cache()
        with progress("Solving without a shock"):
            checks += equilibrium_checks(name)
    failed = [c for c in checks if not c.passed]
    if failed:
        raise NoAnswer(
            f"world '{name}' fails {len(failed)} of {len(checks)} checks: "
            + "; ".join(f"{c.name} ({c.message})" for c in failed)
            + ".",
            cure="Reinstall the package, or rebuild the world with `tradetalks data build`.",
        )
    rows = [
        {
            "check": c.name,
            "passed": c.passed,
            "value": c.value,
            "tolerance": c.tolerance,
            "where": c.where,
        }
        for c in checks
    ]
    status = {"passed": True, "message": f"All {len(checks)} checks of '{name}' hold."}
    answer = Answer("data check", date.today().isoformat(), {"rows": rows}, status=status)
    cells = [(c.name, "holds", f"{c.value:.1e}", f"{c.tolerance:.0e}") for c in checks]
    emit(
        answer,
        format,
        rows,
        lambda: table_text(("Check", "Result", "Largest gap", "Allowed"), cells, left=2),
    )
