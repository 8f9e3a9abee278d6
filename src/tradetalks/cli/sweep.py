"""`tradetalks sweep`: a question over a grid of its own fields."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.ensemble import Sweep
    from tradetalks.results import Answer

_LINES = 24


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("sweep")(sweep)


def sweep(
    grid: Path = typer.Argument(help="A YAML file with `scenario` and `grid` (docs/ensembles.md)."),
    workers: int | None = typer.Option(None, help="Processes; left out: one for each core."),
    out: Path | None = typer.Option(None, help="Folder for the table and the charts."),
    format: Format = FORMAT,
) -> None:
    """How does the answer change with a tariff, a date, a horizon? Any field, in a grid."""
    from tradetalks.cli.home import home, use_compilation_cache

    use_compilation_cache()
    from tradetalks.ensemble import sweep as solve
    from tradetalks.results import check_writable, plain

    if out is not None:
        check_writable(out, "sweep.json")
    with progress("Solving", remaining=True) as step:
        found = solve(grid, workers=workers, folder=home() / "ensembles", progress=step)
    rows: list[dict[str, Any]] = [plain(row) for row in found.table.to_dict("records")]
    answer = _envelope(found, rows)
    if out is not None:
        _save(found, answer, rows, out)
    emit(answer, format, rows, lambda: _text(found, rows, answer, out))


def _envelope(found: Sweep, rows: list[dict[str, Any]]) -> Answer:
    import datetime

    from tradetalks.results import Answer

    scenario = found.grid.scenario
    body = {
        "scenario": scenario.name,
        "against": scenario.against,
        "axes": {axis.path: list(axis.values) for axis in found.grid.axes},
        "rows": rows,
        "folder": found.folder,
    }
    cells = len(found.grid.cells)
    status = {
        "converged": cells - found.failed,
        "failed": found.failed,
        "message": f"{cells - found.failed} of {cells} cells have an equilibrium.",
    }
    reasons = dict.fromkeys(row["message"] for row in rows if row["message"])
    sources = [s.model_dump(exclude_none=True) for s in scenario.sources]
    assumed = ["Ranges are the smallest and largest over the elasticity sets, as in a run."]
    today = datetime.date.today().isoformat()
    return Answer("sweep", today, body, sources, assumed, tuple(reasons), status)


def _text(found: Sweep, rows: list[dict[str, Any]], answer: Answer, out: Path | None) -> str:
    from tradetalks.results.labels import country_name

    axes = [axis.path for axis in found.grid.axes]
    income = [row for row in rows if row["variable"] == "real_income"]
    lines: list[tuple[str, ...]] = []
    for cell in dict.fromkeys(row["cell"] for row in income):
        own = [row for row in income if row["cell"] == cell]
        cells = [
            "no answer"
            if row["central"] is None
            else f"{row['central']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})"
            for row in own
        ]
        lines.append((*(str(own[0][axis]) for axis in axes), *cells))
    heads = [*axes, *(f"{country_name(c)}, %" for c in found.grid.countries)]
    parts = [
        paragraph(f"Real income, against '{found.grid.scenario.against}'"),
        table_text(heads, lines[:_LINES], left=len(axes)),
    ]
    if len(lines) > _LINES:
        parts.append(paragraph(f"{len(lines) - _LINES} more cells: --format csv, or --out FOLDER."))
    parts.extend(paragraph(f"Note: {text}") for text in answer.warnings)
    parts.append(paragraph(answer.status["message"]))
    if out is not None:
        parts.append(f"Charts: {out}\n")
    return "".join(parts)


def _save(found: Sweep, answer: Answer, rows: list[dict[str, Any]], out: Path) -> None:
    """Write sweep.json, sweep.csv and the charts into `out`."""
    from tradetalks.cli.output import csv_text
    from tradetalks.report.drawing import save_folder
    from tradetalks.report.sweep import sweep_chart
    from tradetalks.results import to_json
    from tradetalks.results.variables import UNIT_TEXT, variables

    scenario = found.grid.scenario
    axes = [axis.path for axis in found.grid.axes]
    source = (
        f"Source: tradetalks, {scenario.world}, scenario {scenario.name} against "
        f"{scenario.against}.",
        "A model, not a prediction.",
    )
    charts = [
        sweep_chart(
            rows, axes, variable=name, label=about.label, unit=UNIT_TEXT[about.unit], source=source
        )
        for name, about in variables().items()
        if name in ("real_income", "tariff_revenue")
    ]
    texts = {"sweep.json": to_json(answer) + "\n", "sweep.csv": csv_text(rows)}
    save_folder(out, texts, charts)
