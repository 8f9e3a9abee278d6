"""`tradetalks ensemble`: the range of an answer over what is not known, and what drives it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tradetalks.ensemble import Ensemble
    from tradetalks.results import Answer

_SHOWN, _DRIVERS = 7, 6


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("ensemble")(ensemble)


def ensemble(
    scenario: str = typer.Argument(help="A shipped scenario (see `scenarios`) or a YAML file."),
    draws: int = typer.Option(1000, help="How many draws."),
    seed: int = typer.Option(1, help="The same seed gives the same draws."),
    workers: int | None = typer.Option(None, help="Processes; left out: one for each core."),
    fix: str | None = typer.Option(
        None, help="Parameters kept at their central value, such as deficit,sigma; or `world`."
    ),
    horizon: str | None = typer.Option(None, help="short, medium or long."),
    sobol: int = typer.Option(
        0, help="Also Sobol' indices, from this many base points (a power of two)."
    ),
    out: Path | None = typer.Option(None, help="Folder for tables and charts."),
    format: Format = FORMAT,
) -> None:
    """How sure is the answer? Many draws of elasticities, closures, licences and the data."""
    from tradetalks.cli.ensemble_summary import drivers_of, parties_of, rows_of
    from tradetalks.cli.home import home, use_compilation_cache

    use_compilation_cache()
    from tradetalks.ensemble import ensemble as draw
    from tradetalks.ensemble import sobol_indices
    from tradetalks.results import check_writable
    from tradetalks.scenario import load_scenario

    if out is not None:
        check_writable(out, "ensemble.json")
    asked = load_scenario(scenario)
    if horizon is not None:
        asked = asked.replace(horizon=horizon)
    fixed = tuple(name.strip() for name in fix.split(",")) if fix else ()
    settings: dict[str, Any] = {
        "seed": seed, "workers": workers, "fixed": fixed, "folder": home() / "ensembles",
    }  # fmt: skip
    with progress("Drawing", remaining=True) as step:
        found = draw(asked, draws=draws, progress=step, **settings)
        indices: list[dict[str, Any]] = []
        if sobol:
            outcomes = [f"real_income|{c}" for c in parties_of(found)]
            indices = sobol_indices(asked, outcomes, size=sobol, progress=step, **settings)
    rows, drivers = rows_of(found), drivers_of(found)
    answer = _envelope(found, rows, drivers, indices)
    if out is not None:
        _save(found, answer, rows, drivers, out)
    emit(answer, format, rows, lambda: _text(found, rows, drivers, indices, answer, out))


def _envelope(
    found: Ensemble,
    rows: Sequence[Mapping[str, Any]],
    drivers: Mapping[str, Sequence[Mapping[str, Any]]],
    indices: Sequence[Mapping[str, Any]],
) -> Answer:
    from tradetalks.ensemble.evaluate import TOLERANCE
    from tradetalks.results import Answer

    case = found.case
    scenario = case.scenario
    body: dict[str, Any] = {
        "scenario": scenario.name,
        "question": scenario.question,
        "against": scenario.against,
        "world": case.table.name,
        "horizon": scenario.horizon,
        "draws": found.draws,
        "seed": found.seed,
        "rows": rows,
        "drivers": drivers,
        "sobol": indices,
        "parameters": [p.as_row() for p in case.space],
        "folder": found.folder,
    }
    assumed = [
        f"{p.label}: {_drawn(p)} (assumed: {', '.join(p.assumed)})" for p in case.space if p.assumed
    ]
    done = found.draws - found.failed
    status = {
        "converged": done,
        "failed": found.failed,
        "reasons": dict(found.messages),
        "tolerance": TOLERANCE,
        "message": f"{done:,} of {found.draws:,} draws have an equilibrium.",
    }
    warnings = [
        f"{count} of {found.draws} draws have no equilibrium and are left out: {reason}"
        for reason, count in found.messages.items()
    ]
    sources = [
        *(s.model_dump(exclude_none=True) for s in scenario.sources),
        *dict.fromkeys(p.source for p in case.space if p.source != "assumed"),
    ]
    return Answer("ensemble", found.created, body, sources, assumed, warnings, status)


def _drawn(parameter: Any) -> str:
    if parameter.options:
        return " or ".join(parameter.options)
    if parameter.low == parameter.high:
        return f"{parameter.median:g}"
    return f"{parameter.median:g}, 90% of draws in {parameter.low:g} to {parameter.high:g}"


def _text(
    found: Ensemble,
    rows: Sequence[Mapping[str, Any]],
    drivers: Mapping[str, Sequence[Mapping[str, Any]]],
    indices: Sequence[Mapping[str, Any]],
    answer: Answer,
    out: Path | None,
) -> str:
    from tradetalks.cli.ensemble_summary import parties_of
    from tradetalks.results.labels import country_name

    income = [r for r in rows if r["variable"] == "real_income"]
    chosen = [r for r in income if r["country"] in parties_of(found)]
    others = sorted((r for r in income if r not in chosen), key=lambda r: -abs(r["p50"]))
    table = [
        (
            country_name(r["country"]),
            *(f"{r[p]:+.2f}" for p in ("p05", "p25", "p50", "p75", "p95")),
            f"{r['falls_in']:.0%}",
        )
        for r in [*chosen, *others[: _SHOWN - len(chosen)]]
    ]
    scenario = found.case.scenario
    parts = [
        paragraph(scenario.question),
        table_text(("Real income, %", "5%", "25%", "median", "75%", "95%", "falls in"), table),
        paragraph(
            f"{found.draws:,} draws (seed {found.seed}) against '{scenario.against}', "
            f"{scenario.horizon} horizon. The distributions are partly assumed: a chance is one "
            "over these draws, not a forecast."
        ),
    ]
    for country, found_drivers in drivers.items():
        shown = [
            (
                row["label"],
                "" if row["low"] is None else f"{row['low']:+.2f}",
                "" if row["high"] is None else f"{row['high']:+.2f}",
                f"{row['variance_share']:.0%}",
            )
            for row in found_drivers[:_DRIVERS]
        ]
        parts.append(
            table_text(
                (f"What drives {country}", "lowest tenth", "highest tenth", "of variance"), shown
            )
        )
    if indices:
        shown = [
            (
                r["outcome"].split("|")[1],
                r["parameter"],
                f"{r['first_order']:.2f}",
                f"{r['total']:.2f}",
            )
            for r in indices
        ]
        parts.append(
            table_text(("Sobol' indices", "parameter", "alone", "with others"), shown, left=2)
        )
    parts.extend(paragraph(f"Note: {text}") for text in answer.warnings)
    parts.append(paragraph(answer.status["message"]))
    parts.append(
        paragraph("Every distribution with its source, and what is assumed: --format json.")
    )
    parts.append(f"Draws:  {found.folder}\n")
    if out is not None:
        parts.append(f"Charts: {out}\n")
    return "".join(parts)


def _save(
    found: Ensemble,
    answer: Answer,
    rows: Sequence[Mapping[str, Any]],
    drivers: Mapping[str, Sequence[Mapping[str, Any]]],
    out: Path,
) -> None:
    """Write ensemble.json, quantiles.csv, drivers.csv and the charts into `out`."""
    from tradetalks.cli.ensemble_summary import charts_of, tables_of
    from tradetalks.report.drawing import save_folder
    from tradetalks.results import to_json

    texts = {"ensemble.json": to_json(answer) + "\n", **tables_of(rows, drivers)}
    save_folder(out, texts, charts_of(found, rows, drivers))
