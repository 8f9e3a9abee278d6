"""`tradetalks compare`: two scenarios or stored runs, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, table_text
from tradetalks.errors import UnknownName, did_you_mean

if TYPE_CHECKING:
    from tradetalks.results import Comparison, RunResult

_MOVERS = 5


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("compare")(compare)


def compare(
    a: str = typer.Argument(help="A scenario, a run id or a run folder."),
    b: str = typer.Argument(help="The same; differences are B minus A."),
    format: Format = FORMAT,
) -> None:
    """How do two answers differ? Headline numbers side by side."""
    from tradetalks.cli.home import use_compilation_cache
    from tradetalks.results import Answer
    from tradetalks.results import compare as compare_runs

    use_compilation_cache()
    left, right = find_run(a), find_run(b)
    found = compare_runs(left, right)
    both = (left, right)
    body: dict[str, Any] = {
        "a": {"scenario": left.name, "against": left.against, "created": left.created},
        "b": {"scenario": right.name, "against": right.against, "created": right.created},
        "rows": found.rows,
    }
    holders = [part for r in both for part in (r.scenario, r.law, r.world)]
    sources = [source for part in holders for source in part.get("sources") or ()]
    answer = Answer(
        "compare",
        max(left.created, right.created),
        body,
        [s for position, s in enumerate(sources) if s not in sources[:position]],
        tuple(dict.fromkeys((*left.assumptions, *right.assumptions))),
        found.warnings,
        {"a": left.status, "b": right.status},
    )
    emit(answer, format, found.rows, lambda: _text(left, right, found))


def find_run(name: str) -> RunResult:
    """Return a stored run (folder, id, or the unique beginning of an id), or solve a scenario.

    Raises UnknownName with a suggestion when it is none of these.
    """
    from tradetalks.cli.home import runs_folder
    from tradetalks.cli.run import solve, stored
    from tradetalks.results import is_run_folder, load_run
    from tradetalks.scenario import Scenario, load_scenario, scenario_names

    def answer(asked: Scenario) -> RunResult:
        found = stored(asked)
        return solve(asked) if found is None else found[0]

    if name in scenario_names() or name == "baseline":
        return answer(load_scenario(name))
    path = Path(name).expanduser()
    if path.is_dir():
        return load_run(path)
    if path.is_file() or path.suffix in (".yaml", ".yml"):
        return answer(load_scenario(path))
    folder = runs_folder()
    ids = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    ids = [s for s in ids if not s.startswith(".") and is_run_folder(folder / s)]
    matching = [s for s in ids if s == name] or [s for s in ids if s.startswith(name)]
    if len(matching) == 1:
        return load_run(folder / matching[0])
    if matching:
        raise UnknownName(
            f"'{name}' is the beginning of several runs.", cure="One of: " + ", ".join(matching)
        )
    hint = did_you_mean(name, [*scenario_names(), *ids])
    raise UnknownName(
        f"'{name}' is no scenario, run id or run folder.",
        cure=f"{hint} See `tradetalks scenarios`.".strip(),
    )


def _text(left: RunResult, right: RunResult, found: Comparison) -> str:
    from tradetalks.results import PARTIES, variables
    from tradetalks.results.labels import country_in_sentence, country_name, number

    moves = {
        r["country"]: abs(r["difference"]) for r in found.rows if r["variable"] == "real_income"
    }
    others = sorted((c for c in moves if c not in PARTIES), key=lambda c: (-moves[c], c))
    shown = [c for c in PARTIES if c in moves] + others[:_MOVERS]
    rows = []
    for country in shown:
        for row in found.rows:
            if row["country"] != country or row.get("partner") not in (None, *PARTIES):
                continue
            if country not in PARTIES and row["variable"] != "real_income":
                continue
            unit = row["unit"]
            label = variables()[row["variable"]].label
            if "partner" in row:
                label = f"Goods balance with {country_in_sentence(row['partner'])}"
            suffix = "%" if unit == "percent" else "USD bn"
            span = ""
            if row["low"] is not None:
                span = f"{number(row['low'], unit)} to {number(row['high'], unit)}"
            rows.append(
                (
                    country_name(country),
                    f"{label}, {suffix}",
                    number(row["a"], unit),
                    number(row["b"], unit),
                    number(row["difference"], unit),
                    span,
                )
            )
    titles = [f"{r.name} (from {r.against})" for r in (left, right)]
    parts = [
        paragraph(f"A: {titles[0]}\nB: {titles[1]}"),
        table_text(("Country", "Change of", "A", "B", "B - A", "range of B - A"), rows, left=2),
        *(paragraph(f"Note: {w}") for w in found.warnings),
        paragraph("Ranges are over the elasticity sets of both runs, not confidence intervals."),
    ]
    return "".join(parts)
