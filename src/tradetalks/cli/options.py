"""Options that several commands have alike."""

from __future__ import annotations

from typing import Any

import typer

ELASTICITIES: Any = typer.Option("all", help="all, or central for a quick look.")
HORIZON: Any = typer.Option(None, help="short, medium or long.")
ON: Any = typer.Option(None, "--on", help="Date, YYYY-MM-DD (default: today).")
REGIONS: Any = typer.Option(None, help="Region set: default, all, eu27 or blocs.")
SEED: Any = typer.Option(1, help="The same seed gives the same draws.")
