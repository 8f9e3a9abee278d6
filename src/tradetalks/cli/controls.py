"""`tradetalks controls`: export controls and who has power over whom."""

from __future__ import annotations

import typer

from tradetalks.cli import controls_supply


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(
        help="Export controls: licences, power over others, second sources.",
        no_args_is_help=True,
    )
    controls_supply.register(group)
    app.add_typer(group, name="controls")
