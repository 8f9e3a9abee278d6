"""`tradetalks run`: a scenario, solved, shown and kept in a folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.options import HORIZON, REGIONS, SEED
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.report import Extra
    from tradetalks.results import RunResult
    from tradetalks.scenario import Scenario

_COLUMNS = {
    "real_income": "Real income, %",
    "equivalent_variation": "Same, USD bn",
    "exports": "Exports, USD bn",
    "tariff_revenue": "Revenue, USD bn",
}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("run")(run)


def run(
    scenario: str = typer.Argument(help="A shipped scenario (see `scenarios`) or a YAML file."),
    against: str | None = typer.Option(None, help="What the answer is measured against."),
    world: str | None = typer.Option(None, help="The world table, such as world-2022."),
    regions: str | None = REGIONS,
    goods: str | None = typer.Option(
        None, help="Critical goods as sectors of their own: none, default or all."
    ),
    horizon: str | None = HORIZON,
    out: Path | None = typer.Option(
        None, help="Folder to write; default: a new one among your runs."
    ),
    elasticities: str | None = typer.Option(None, help="all, or central for a quick look."),
    draws: int = typer.Option(
        0, min=0, help="Ranges over this many draws of what is not known, not over the sets."
    ),
    seed: int = SEED,
    workers: int | None = typer.Option(
        None, help="Processes for the draws; left out: one for each core."
    ),
    fresh: bool = typer.Option(False, "--fresh", help="Compute it again, even if it is stored."),
    format: Format = FORMAT,
) -> None:
    """What does a scenario change? Prints the headline and writes a report with all the data."""
    from tradetalks.cli.home import collector_paused

    given = {
        "against": against,
        "world": world,
        "regions": regions,
        "goods": goods,
        "horizon": horizon,
        "elasticities": elasticities.split(",") if elasticities else None,
    }
    with collector_paused():
        _answer(scenario, given, out, fresh, format, Drawing(draws, seed, workers))


@dataclass(frozen=True)
class Drawing:
    """How many draws the ranges are over (0: the elasticity sets), which, and by how many."""

    draws: int = 0
    seed: int = 1
    workers: int | None = None


def _answer(
    scenario: str,
    given: dict[str, Any],
    out: Path | None,
    fresh: bool,
    format: Format,
    drawing: Drawing,
) -> None:
    """Answer from the store, or solve, save and print; `given` are settings, None if left out."""
    from tradetalks.results import check_writable, headline, run_answer
    from tradetalks.scenario import load_scenario

    if out is not None:
        check_writable(out)
    asked = load_scenario(scenario)
    asked = asked.replace(**{key: value for key, value in given.items() if value is not None})
    found = None if fresh or out is not None else stored(asked, drawing)
    stored_on = None
    if found is None:
        result, place = _solve_and_save(asked, out, fresh, drawing)
    else:
        result, place = found
        stored_on = result.created
    answer = run_answer(result, place, stored=stored_on)
    emit(answer, format, headline(result), lambda: text(result, place, stored_on))


def stored(asked: Scenario, drawing: Drawing = Drawing()) -> tuple[RunResult, Path] | None:
    """Return the stored answer to the same question, None where there is none that is whole."""
    from tradetalks.cli.home import runs_folder
    from tradetalks.errors import BadFile
    from tradetalks.store import Store

    if not runs_folder().is_dir():
        return None
    found = Store(runs_folder()).find(asked.name, _identity(asked, drawing))
    if found is None:
        return None
    try:
        return found.load(), found.folder
    except BadFile as error:
        sys.stderr.write(f"The stored run cannot be used, so it is computed again: {error}\n")
        return None


def _solve_and_save(
    asked: Scenario, out: Path | None, fresh: bool, drawing: Drawing
) -> tuple[RunResult, Path | None]:
    """Solve and save; where the store cannot be written there is an answer but no folder."""
    from tradetalks import report
    from tradetalks.cli.home import runs_folder, use_compilation_cache
    from tradetalks.errors import CannotWrite
    from tradetalks.store import Store

    use_compilation_cache()
    with report.Painter() as painter:  # starts while we load and solve
        result, extra = solve(asked), report.Extra()
        if drawing.draws:
            result, extra = _with_draws(asked, result, drawing)
        if out is not None:
            return result, report.save(result, out, painter, extra=extra)
        try:
            kept = Store(runs_folder()).keep(
                asked.name,
                _identity(asked, drawing),
                lambda place, record, settle: report.save(
                    result, place, painter, extra=extra, record=record, settle=settle
                ),
                fresh=fresh,
            )
        except CannotWrite as error:
            sys.stderr.write(f"The answer is not stored: {error}\n")
            return result, None
    return result, kept.folder


def solve(asked: Scenario) -> RunResult:
    """Solve a scenario, with a progress bar; the date of the computation is today."""
    from tradetalks.engine import simulate

    with progress("Solving") as step:
        return simulate(asked, progress=step)


def _identity(asked: Scenario, drawing: Drawing) -> dict[str, str]:
    """Return what decides the answer; with draws it is another question than without."""
    from tradetalks.scenario import identity

    found = identity(asked)
    if not drawing.draws:
        return found
    from tradetalks.ensemble import ensemble_identity

    drawn = ensemble_identity(asked, drawing.seed)
    return {**found, "draws": f"{drawing.draws} {drawn}"}


def _with_draws(asked: Scenario, result: RunResult, drawing: Drawing) -> tuple[RunResult, Extra]:
    """Return the run with ranges over draws, and the summary of the draws for its folder."""
    from tradetalks.cli.ensemble_summary import charts_of, drivers_of, rows_of, tables_of
    from tradetalks.cli.home import home
    from tradetalks.ensemble import ensemble, with_draws
    from tradetalks.report import Extra

    with progress("Drawing", remaining=True) as step:
        found = ensemble(
            asked,
            draws=drawing.draws,
            seed=drawing.seed,
            workers=drawing.workers,
            folder=home() / "ensembles",
            progress=step,
        )
    rows, drivers = rows_of(found), drivers_of(found)
    extra = Extra(tuple(charts_of(found, rows, drivers)), tables_of(rows, drivers))
    return with_draws(result, found), extra


def text(result: RunResult, place: Path | None, stored_on: str | None) -> str:
    """Return the answer as the command prints it."""
    from tradetalks.results import movers, range_note, sentence
    from tradetalks.results.labels import country_name, ranged
    from tradetalks.results.variables import variables

    units = {name: variables()[name].unit for name in _COLUMNS}
    rows = [
        (
            country_name(code),
            *(ranged(result.spread(name, country=code), units[name]) for name in _COLUMNS),
        )
        for code in movers(result)
    ]
    question = result.scenario.get("question") or result.name
    reference = f"Changes from '{result.against}', {result.horizon} horizon. {range_note(result)}"
    parts = [
        paragraph(str(question)),
        table_text(("Country", *_COLUMNS.values()), rows),
        paragraph(reference),
        *(paragraph(words) for words in result.law.get("words", ())),
        *(paragraph(f"Note: {text}") for text in result.warnings),
        "\n",
        paragraph(sentence(result)),
        "\n",
    ]
    if stored_on is not None:
        parts.append(f"Stored on {stored_on}; `--fresh` computes it again.\n")
    if place is not None:
        parts += [f"Report: {place / 'report.html'}\n", f"Data:   {place}\n"]
        if result.draws:
            parts.append(f"Draws:  quantiles.csv and drivers.csv in {place}\n")
    return "".join(parts)
