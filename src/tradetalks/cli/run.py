"""`tradetalks run`: a scenario, solved, shown and kept in a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.report import Extra
    from tradetalks.results import Answer, RunResult
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
    regions: str | None = typer.Option(None, help="Region set: default, all, eu27 or blocs."),
    goods: str | None = typer.Option(
        None, help="Critical goods as sectors of their own: none, default or all."
    ),
    horizon: str | None = typer.Option(None, help="short, medium or long."),
    out: Path | None = typer.Option(
        None, help="Folder to write; default: a new one among your runs."
    ),
    elasticities: str | None = typer.Option(None, help="all, or central for a quick look."),
    draws: int = typer.Option(
        0, min=0, help="Ranges over this many draws of what is not known, not over the sets."
    ),
    seed: int = typer.Option(1, help="The same seed gives the same draws."),
    workers: int | None = typer.Option(
        None, help="Processes for the draws; left out: one for each core."
    ),
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
        _answer(scenario, given, out, format, (draws, seed, workers))


def _answer(
    scenario: str,
    given: dict[str, Any],
    out: Path | None,
    format: Format,
    drawing: tuple[int, int, int | None],
) -> None:
    """Solve, save and print; `given` are the settings of the command line, None where left out."""
    from tradetalks import report
    from tradetalks.cli.home import runs_folder, use_compilation_cache
    from tradetalks.results import check_writable, headline

    check_writable(out if out is not None else runs_folder() / "run")
    use_compilation_cache()
    with report.Painter() as painter:  # starts while we load and solve
        from tradetalks.scenario import load_scenario

        asked = load_scenario(scenario)
        asked = asked.replace(**{key: value for key, value in given.items() if value is not None})
        result, extra = solve(asked), report.Extra()
        if drawing[0]:
            result, extra = _with_draws(asked, result, *drawing)
        place = out if out is not None else runs_folder() / run_id(asked, result)
        place = report.save(result, place, painter, extra)
    answer = answer_of(result, place)
    emit(answer, format, headline(result), lambda: _text(result, place))


def solve(asked: Scenario) -> RunResult:
    """Solve a scenario, with a progress bar; the date of the computation is today."""
    from tradetalks.engine import simulate

    with progress("Solving") as step:
        return simulate(asked, progress=step)


def _with_draws(
    asked: Scenario, result: RunResult, draws: int, seed: int, workers: int | None
) -> tuple[RunResult, Extra]:
    """Return the run with ranges over draws, and the summary of the draws for its folder."""
    from tradetalks.cli.ensemble_summary import charts_of, drivers_of, rows_of, tables_of
    from tradetalks.cli.home import home
    from tradetalks.ensemble import ensemble, with_draws
    from tradetalks.report import Extra

    with progress("Drawing", remaining=True) as step:
        found = ensemble(
            asked,
            draws=draws,
            seed=seed,
            workers=workers,
            folder=home() / "ensembles",
            progress=step,
        )
    rows, drivers = rows_of(found), drivers_of(found)
    extra = Extra(tuple(charts_of(found, rows, drivers)), tables_of(rows, drivers))
    return with_draws(result, found), extra


def run_id(asked: Scenario, result: RunResult) -> str:
    """Return the name of a run's folder: the same question on the same data has the same name.

    With draws it is another question, for each number of draws, seed and set of distributions.
    """
    content = [asked.content_hash(), result.world["hash"], result.versions["tradetalks"]]
    if result.draws:
        content += [result.draws["identity"], result.draws["draws"]]
    return f"{asked.name}-{hashlib.sha256('/'.join(map(str, content)).encode()).hexdigest()[:8]}"


def answer_of(result: RunResult, place: Path | None) -> Answer:
    """Return the envelope of a run."""
    from tradetalks.results import Answer, headline, sentence

    body: dict[str, Any] = {
        "scenario": result.name,
        "title": result.scenario.get("title"),
        "question": result.scenario.get("question"),
        "against": result.against,
        "world": result.world["name"],
        "regions": result.world.get("regions"),
        "horizon": result.horizon,
        "sentence": sentence(result),
        "headline": headline(result),
        "out": place,
        "versions": result.versions,
    }
    if result.draws:
        body["draws"] = {k: v for k, v in result.draws.items() if k != "ranges"}
    if result.law:
        body["law"] = {key: value for key, value in result.law.items() if key != "sources"}
    holders = (result.scenario, result.law, result.world)
    sources = [source for holder in holders for source in holder.get("sources") or ()]
    return Answer(
        "run", result.created, body, sources, result.assumptions, result.warnings, result.status
    )


def _text(result: RunResult, place: Path) -> str:
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
        f"Report: {place / 'report.html'}\n",
        f"Data:   {place}\n",
        *_draws_files(result, place),
    ]
    return "".join(parts)


def _draws_files(result: RunResult, place: Path) -> list[str]:
    if not result.draws:
        return []
    return [f"Draws:  quantiles.csv and drivers.csv in {place}\n"]
