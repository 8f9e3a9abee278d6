"""The report of a run: one HTML file that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tradetalks.report import tables
from tradetalks.report.markup import environment
from tradetalks.report.theme import Chart
from tradetalks.results import (
    RunResult,
    change_text,
    finding,
    range_note,
    reference_words,
    source_line,
    sources_of,
    world_label,
)

if TYPE_CHECKING:
    from jinja2 import Template

DISCLAIMER = "This is a model, not a prediction."


def report_html(result: RunResult, figures: Sequence[tuple[Chart, str]]) -> str:
    """Return the report as one HTML page; `figures` pairs each chart with its SVG."""
    drawn = [
        {
            "name": chart.name,
            "title": chart.title,
            "caption": chart.caption,
            "svg": embedded(svg, chart.name),
        }
        for chart, svg in figures
    ]
    scenario = result.scenario
    return template("report.html").render(
        title=scenario.get("title") or result.name,
        question=scenario.get("question") or scenario.get("title") or result.name,
        finding=finding(result),
        source_line=source_line(result),
        disclaimer=DISCLAIMER,
        range_note=range_note(result),
        headline=tables.headline_table(result),
        balance=tables.balance_table(result),
        figures=drawn,
        reference=reference_words(result),
        assumptions=result.assumptions,
        closures=scenario.get("closures") or {},
        warnings=result.warnings,
        changes=[change_text(c) for c in scenario.get("changes") or ()],
        law_words=result.law.get("words") or (),
        has_law=bool(result.law.get("scenario")),
        law=tables.law_table(result),
        notes=scenario.get("notes") or "",
        rates=tables.rates_table(result),
        sector_rates=tables.sector_rates_table(result),
        sets=tables.sets_table(result),
        sources=sources_of(result),
        world=result.world,
        world_label=world_label(result),
        world_notes=result.world.get("notes") or (),
        command=command(result),
        python=python(result),
        versions=result.versions,
        horizon=result.horizon,
        created=result.created,
        status=result.status,
    )


def command(result: RunResult) -> str:
    """Return the command that makes this run."""
    asked = result.scenario
    parts = [
        f"tradetalks run {asked.get('file') or result.name}",
        f"--against {result.against}",
        f"--world {result.world['name']}",
        f"--regions {result.world.get('regions', 'default')}",
        f"--horizon {result.horizon}",
    ]
    chosen = asked.get("elasticities", "all")
    if isinstance(chosen, str) and chosen != "all":
        parts.append(f"--elasticities {chosen}")
    if result.draws:
        parts.append(f"--draws {result.draws['draws']} --seed {result.draws['seed']}")
    return " ".join(parts)


def python(result: RunResult) -> str:
    """Return the Python lines that make the same run."""
    drawn = (
        "from tradetalks.ensemble import ensemble, with_draws\n"
        f"run = with_draws(run, ensemble(scenario, draws={result.draws['draws']}, "
        f"seed={result.draws['seed']}))\n"
        if result.draws
        else ""
    )
    return (
        "import tradetalks as tt\n"
        f'scenario = tt.load_scenario("{result.scenario.get("file") or result.name}")\n'
        f"run = tt.simulate(scenario)\n{drawn}"
        f'run.data["real_income"].sel(set="{result.central}")'
    )


def embedded(svg: str, name: str) -> str:
    """Make an SVG fit for a page: own ids, a name for screen readers, width left to the page.

    The page must have an element `caption-NAME` that says what is drawn.
    """
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'(xlink:href|href)="#([^"]+)"', rf'\1="#{name}-\2"', svg)
    head, rest = svg.split(">", 1)
    width = re.search(r'\swidth="([\d.]+)"', head)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    limit = f' style="max-width:{float(width[1]):.0f}px"' if width else ""
    return f'{head} role="img" aria-labelledby="caption-{name}"{limit}>{rest}'


def template(name: str) -> Template:
    """Return a template of this room."""
    return environment("tradetalks.report").get_template(name)
