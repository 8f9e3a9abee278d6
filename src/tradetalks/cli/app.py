"""The application: every command file registers its own commands."""

from __future__ import annotations

import sys

import typer

from tradetalks import __version__
from tradetalks.cli import (
    brief,
    claims,
    compare,
    controls,
    data,
    ensemble,
    explain,
    exposure,
    forecast,
    law,
    replicate,
    run,
    runs,
    scenarios,
    sweep,
    talks,
    web,
)

THREE_THINGS = """Three things to try:
  tradetalks run truce-lapses-by-law           what a lapse of the 2025 truce would have changed
  tradetalks duty 8505.11.00 --on 2025-05-20   what a product pays on a date, and why
  tradetalks scenarios                         the questions that ship with the package

`tradetalks --help` lists every command. This is a model, not a prediction.
"""


def build() -> typer.Typer:
    """Return the application with all commands."""
    app = typer.Typer(
        name="tradetalks",
        help="The US-China trade conflict and its talks, computed with data.",
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(invoke_without_command=True)
    def welcome(
        context: typer.Context,
        version: bool = typer.Option(False, "--version", help="Print the version and leave."),
    ) -> None:
        if version:
            sys.stdout.write(f"tradetalks {__version__}\n")
        elif context.invoked_subcommand is None:
            sys.stdout.write(f"{law.welcome()}\n{THREE_THINGS}")

    for commands in (
        run,
        compare,
        explain,
        brief,
        ensemble,
        sweep,
        scenarios,
        runs,
        law,
        controls,
        exposure,
        talks,
        forecast,
        claims,
        replicate,
        data,
        web,
    ):
        commands.register(app)
    return app
