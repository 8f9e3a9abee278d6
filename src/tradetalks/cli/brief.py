"""`tradetalks brief`: two to four pages on a run, as a page and as a PDF."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph

if TYPE_CHECKING:
    from tradetalks.report.brief import Brief
    from tradetalks.results import RunResult


class Lang(StrEnum):
    """Languages that briefs are written in."""

    en = "en"


class Kind(StrEnum):
    """One of the two renderings."""

    html = "html"
    pdf = "pdf"


_LANG: Any = typer.Option(Lang.en, "--lang", help="Language; English for now.")
_ONLY: Any = typer.Option(None, "--only", help="Write only the page or only the PDF.")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("brief")(brief)


def brief(
    run: str = typer.Argument(help="A scenario, a run id or a run folder."),
    out: Path | None = typer.Option(None, help="Folder to write; default: one among your briefs."),
    only: Kind | None = _ONLY,
    lang: Lang = _LANG,
    format: Format = FORMAT,
) -> None:
    """What would one hand to a minister? Two to four pages: HTML, PDF and the numbers as JSON."""
    from tradetalks.cli.compare import find_run
    from tradetalks.cli.home import home, use_compilation_cache
    from tradetalks.report.brief import brief_of
    from tradetalks.report.brief.files import check_folder, write_files
    from tradetalks.results import to_json

    briefs = home() / "briefs"
    check_folder(briefs if out is None else out)
    use_compilation_cache()
    result = find_run(run)
    made = brief_of(result)
    data = (to_json(made.to_plain()) + "\n").encode()
    place = briefs / f"{made.name}-{hashlib.sha256(data).hexdigest()[:8]}" if out is None else out
    contents, warnings = _rendered(made, only)
    files = write_files(place, {**contents, "brief.json": data})
    _show(result, made, files, warnings, format)


def _rendered(made: Brief, only: Kind | None) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files by name, and what is to be known about them."""
    from tradetalks.report.brief import html, render

    contents: dict[str, bytes] = {}
    warnings: tuple[str, ...] = ()
    if only is not Kind.pdf:
        contents["brief.html"] = html(made).encode()
    if only is not Kind.html:
        made_pdf = render(made)
        contents["brief.pdf"] = made_pdf.content
        warnings = made_pdf.warnings
    return contents, warnings


def _show(
    result: RunResult,
    made: Brief,
    files: dict[str, Path],
    warnings: tuple[str, ...],
    format: Format,
) -> None:
    from tradetalks.results import Answer, sentence

    rows = [{"file": name, "path": path} for name, path in files.items()]
    body: dict[str, Any] = {
        "scenario": made.name,
        "question": made.question,
        "sentence": sentence(result),
        "files": files,
    }
    holders = (result.scenario, result.law, result.world)
    sources = [source for holder in holders for source in holder.get("sources") or ()]
    answer = Answer(
        *("brief", result.created, body, sources, result.assumptions),
        (*result.warnings, *warnings),
        result.status,
    )
    labels = {"brief.html": "Page:", "brief.pdf": "PDF: ", "brief.json": "Data:"}
    parts = [
        paragraph(made.question),
        "\n",
        paragraph(sentence(result)),
        "\n",
        *(paragraph(f"Note: {text}") for text in warnings),
        *(f"{labels[name]} {path}\n" for name, path in files.items()),
    ]
    emit(answer, format, rows, lambda: "".join(parts))
