"""`tradetalks replicate`: published tables, recomputed by the model on the authors' data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.validation import Replication

_ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("replicate")(replicate)


def replicate(
    name: str = typer.Argument(_ALL, help="A replication, or `all`."), format: Format = FORMAT
) -> None:
    """Does the model give the numbers of published papers, on their own data?

    Exit status 1 if a published number is not reproduced, 3 if raw data are not on this machine.
    A back-test has targets of our own instead: asked for by name it exits with 1 where one is
    missed, among `all` it says so and does not decide.
    """
    from tradetalks import validation
    from tradetalks.cli.home import use_compilation_cache
    from tradetalks.results import Answer

    use_compilation_cache()
    names = validation.replications() if name == _ALL else (name,)
    validation.require_data(*names)
    found: list[Replication] = []
    with progress("Replicating") as step:
        for position, each in enumerate(names):
            step(each, position, len(names))
            found.append(validation.replicate(each))
    rows = [{"name": r.paper.name, **cell.as_dict()} for r in found for cell in r.cells]
    judged = found if name != _ALL else [r for r in found if not r.paper.targets]
    passed = all(r.passed for r in judged)
    body: dict[str, Any] = found[0].as_dict()
    if name == _ALL:
        body = {"name": _ALL, "passed": passed, "replications": [r.as_dict() for r in found]}
    answer = Answer(
        "replicate",
        date.today().isoformat(),
        body,
        [{"citation": r.paper.citation, "url": r.paper.url} for r in found],
        [r.paper.model for r in found],
        [limit for r in found for limit in r.paper.limits],
        {"passed": passed},
    )
    emit(answer, format, rows, lambda: _summary(found) if name == _ALL else _detail(found[0]))
    _say_what_missed(found)
    if not passed:
        raise typer.Exit(1)


def _say_what_missed(found: Sequence[Replication]) -> None:
    from tradetalks.validation.describe import outcome

    for r in found:
        if not r.passed:
            said = outcome(r) if r.paper.targets else "not reproduced"
            print(f"tradetalks: {said}: {r.paper.name}.", file=sys.stderr)  # noqa: T201


def _summary(found: Sequence[Replication]) -> str:
    from tradetalks.validation.describe import verdict

    rows = [
        (
            r.paper.name,
            verdict(r.paper.targets, r.passed).replace("not ", "NOT ") + _shown_only(r),
            str(len(r.cells)),
            f"{r.max_abs_deviation:.1g}",
            f"{r.tolerance:g}",
        )
        for r in found
    ]
    columns = ("Replication", "Result", "Numbers", "Largest deviation", "Tolerance")
    return table_text(columns, rows, left=2) + paragraph(
        "Each number is held to its own tolerance; half a unit of the last printed digit means "
        "equal after rounding. See the tables of one with `tradetalks replicate NAME`."
    )


def _shown_only(r: Replication) -> str:
    """Count what is printed beside a verdict and does not come out: it does not decide."""
    missed = sum(not cell.passed for cell in r.also)
    return f"; {missed} shown beside miss" if missed else ""


def _detail(r: Replication) -> str:
    from tradetalks.validation.describe import outcome, tables

    parts = [
        paragraph(f"{r.paper.title}\n{outcome(r)}.\n\nModel: {r.paper.model}"),
        *(
            paragraph(f"{caption}:") + table_text(header, rows)
            for caption, header, rows in tables(r)
        ),
    ]
    if r.beside:
        rows = [(b.what, f"{b.value:.3g}", b.unit) for b in r.beside]
        parts.append(table_text(("Beside it", "ours", "unit"), rows))
    parts += [paragraph(f"Note: {limit}") for limit in r.paper.limits]
    parts.append(paragraph(f"Source: {r.paper.citation}. {r.paper.url}"))
    return "".join(parts)
