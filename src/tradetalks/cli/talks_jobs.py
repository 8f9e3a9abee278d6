"""`tradetalks talks jobs`: jobs in American manufacturing, and what each costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.options import ELASTICITIES
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks.jobs import Jobs


def register(group: typer.Typer) -> None:
    """Add the command to `talks`."""
    group.command("jobs")(jobs)


def jobs(
    scenario: str = typer.Argument("manufacturing-revival", help="What is taken apart."),
    elasticities: str = ELASTICITIES,
    format: Format = FORMAT,
) -> None:
    """How many US manufacturing jobs do tariffs, subsidies and training make, at what cost?"""
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks.talks.jobs import count_jobs

    with progress("Solving") as step:
        found = count_jobs(scenario, elasticities=elasticities.split(","), progress=step)
    emit(_envelope(found), format, found.rows(), lambda: _text(found))


_ASSUMED = (
    "Total employment is fixed: a job in manufacturing is one less elsewhere; nobody retaliates "
    "unless the scenario says so.",
    "Workers follow pay: an industry's share of them is its share of labour income.",
    "Training is an easier change of industry (elasticity of sorting 3, range 1.5 to 6, instead "
    "of 1.5); what it costs is not in the model.",
    "Jobs by industry are rounded figures of 2022 (background, within 10%); capital's shares of "
    "value added are assumed.",
)


def _envelope(found: Jobs) -> Answer:
    from tradetalks.results import Answer
    from tradetalks.talks.assumed import book

    (ends, *_) = found.ends.values()
    figures = [f.row() for f in book("jobs").figures.values()]
    published = [f for f in figures if f["id"].startswith("jobs.published.")]
    body: dict[str, Any] = {
        "scenario": found.scenario.name,
        "against": found.scenario.against,
        "world": found.table.name,
        "horizon": found.scenario.horizon,
        "units": {"jobs": "thousand", "costs": "billion US dollars a year",
                  "per_job": "thousand US dollars a year"},
        "rows": found.rows(),
        "training": found.training(),
        "sectors": found.sectors(),
        "scale": found.scale(),
        "published": published,
    }  # fmt: skip
    warnings = list(ends.warnings())
    warnings += [w for w in found.stop.warnings() if w not in warnings]
    return Answer(
        "talks jobs",
        found.created,
        body,
        [*ends.sources(), *({"title": f["source"], "url": f["url"], "evidence": f["evidence"]}
                            for f in published)],
        (*_ASSUMED, *ends.assumptions()),
        warnings,
        {"converged": not any(e.failed for e in (*found.ends.values(), found.stop))},
    )  # fmt: skip


def _text(found: Jobs) -> str:
    (ends, *_) = found.ends.values()
    parts = [
        paragraph(found.scenario.question),
        _table(found),
        _mobility(found),
        _published(),
        paragraph(_scale(found)),
        paragraph(
            f"Changes from '{found.scenario.against}', {found.scenario.horizon} horizon. "
            "Consumers: the rise of consumer prices at unchanged wages times spending; budget: "
            "subsidies paid less duties collected; net: the loss of real income, which counts "
            "both. Below zero is a gain. "
            f"Brackets: minimum and maximum over {len(ends.before)} elasticity sets, not a "
            "confidence interval."
        ),
        *(paragraph(f"Note: {text}") for text in ends.warnings()),
        paragraph("Assumed: " + " ".join(_ASSUMED)),
        paragraph("Jobs by industry and all sources: --format json; figures: `talks assumptions`."),
    ]
    return "".join(parts)


def _range(row: dict[str, Any], name: str, digits: int = 0) -> str:
    from tradetalks.results.labels import banded

    centre, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if centre is None:
        return "no job"
    if low is None:
        return f"{centre:,.{digits}f}"
    return banded(*(f"{x:,.{digits}f}" for x in (centre, low, high)))


def _table(found: Jobs) -> str:
    rows = [r for r in found.rows() if r["workers"] == "as today"]
    money = ("consumers", "budget", "net")
    totals = [(r["instrument"], _range(r, "jobs"), *(_range(r, m) for m in money)) for r in rows]
    each = [(r["instrument"], *(_range(r, f"{m}_per_job") for m in money)) for r in rows]
    columns = ("Consumers", "Budget", "Net")
    text = table_text(
        ("", "Jobs, thousand", *columns),
        totals,
        title="Manufacturing jobs and costs, USD bn a year, workers moving as today",
    ) + table_text(("", *columns), each, title="Cost per job, thousand dollars a year")
    for r in rows:
        if r["jobs"] <= 0.0:
            best = r["consumers_per_job_at_most_jobs"]
            more = (
                f"; at the most favourable set {r['jobs_high']:,.0f} thousand, at "
                f"{best:,.0f} thousand dollars each to consumers"
                if best is not None
                else ""
            )
            text += paragraph(f"{r['instrument'].capitalize()} make no job at the centre{more}.")
    return text


def _mobility(found: Jobs) -> str:
    at = {(r["instrument"], r["workers"]): r for r in found.rows()}
    rules = tuple(dict.fromkeys(rule for _, rule in at))
    rows = [
        (
            i,
            *(_range(at[i, rule], "jobs") for rule in rules),
            *(_range(at[i, rule], "output_percent", 2) for rule in (rules[0], rules[-1])),
        )
        for i in found.instruments
    ]
    header = (
        "",
        *(f"Jobs,\n{rule}" for rule in rules),
        f"Output, %,\n{rules[0]}",
        f"\n{rules[-1]}",
    )
    return table_text(
        header,
        rows,
        title="Jobs (thousand) and volume made, if workers change industry more easily",
    ) + paragraph(
        "Training shows in the volume more than in the head count: where few can change industry, "
        "those drawn in are less suited, so more of them stand for the same output."
    )


def _published() -> str:
    from tradetalks.talks.assumed import book

    figures = book("jobs")
    rows = [
        (f.what, f"{f.value:,.0f}", f.evidence)
        for name in ("washing_machines", "steel")
        for f in (figures[f"jobs.published.{name}"],)
    ]
    title = "Published, for comparison (thousand dollars a year per job; S: second-hand)"
    return table_text(("", "Per job", "Evidence"), rows, title=title)


def _scale(found: Jobs) -> str:
    from tradetalks.talks.assumed import book

    scale, shock = found.scale(), book("jobs")["jobs.published.china_shock"]
    lost = scale["decline_since_2000"]
    low, high = scale["full_stop_low"], scale["full_stop_high"]
    return (
        f"Is the decline home-made? Manufacturing has lost some {lost:,.0f} thousand jobs since "
        "2000 (S). A full stop of goods trade with China would move "
        f"{scale['full_stop']:,.0f} thousand into it ({low:,.0f} to {high:,.0f}), "
        f"{100 * scale['share_of_decline']:.0f}% of that (at most {100 * high / lost:.0f}%). "
        f"Rising imports from China cost {shock.low:,.0f} to {shock.high:,.0f} thousand jobs in "
        "all industries from 1999 to 2011 (Acemoglu and others 2016, V). The rest has other "
        "causes, which this model does not tell apart."
    )
