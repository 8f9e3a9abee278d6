"""Charts, tables and the report of a run: draws results and computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradetalks.report.figures import charts
from tradetalks.report.html import report_html
from tradetalks.report.render import Painter
from tradetalks.report.theme import Chart
from tradetalks.report.worker import png, svg
from tradetalks.results import RunResult, save_run

__all__ = ["Chart", "Extra", "Painter", "charts", "draw", "png", "report_html", "save", "svg"]


@dataclass(frozen=True)
class Extra:
    """What a run folder has besides: more charts (also in the report), and files by name."""

    charts: tuple[Chart, ...] = ()
    files: Mapping[str, str] = field(default_factory=lambda: {})


def save(
    result: RunResult,
    folder: Path | str,
    painter: Painter | None = None,
    extra: Extra = Extra(),
    *,
    record: Mapping[str, Any] | None = None,
    settle: Callable[[Path, Path], None] | None = None,
) -> Path:
    """Write the whole run folder: what `results.save_run` writes, charts/ and report.html.

    A `painter` that was started earlier, while the run was solved, saves half a second; `record`
    and `settle` are those of `results.save_run`.

    Raises CannotWrite, NotConverged (see `results.save_run`), NoAnswer (no chart drawn).
    """
    if painter is None:
        with Painter() as own:
            return save(result, folder, own, extra, record=record, settle=settle)
    return save_run(
        result,
        folder,
        draw=lambda making: draw(result, making, painter, extra),
        record=record,
        settle=settle,
    )


def draw(
    result: RunResult,
    folder: Path,
    painter: Painter,
    extra: Extra = Extra(),
) -> None:
    """Write charts/*.svg, charts/*.png, report.html and extra files into an existing folder."""
    place = folder / "charts"
    place.mkdir()
    for name, text in extra.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    figures = (*charts(result), *extra.charts)
    drawings = [place / f"{f.name}.svg" for f in figures]
    jobs: list[dict[str, Any]] = [
        {"spec": f.spec, "svg": str(p)} for f, p in zip(figures, drawings, strict=True)
    ]
    jobs += [{"of": str(p), "png": str(p.with_suffix(".png"))} for p in drawings]
    done = painter.paint(jobs)
    drawn = []
    for figure, drawing in zip(figures, drawings, strict=True):
        next(done)
        drawn.append((figure, drawing.read_text(encoding="utf-8")))
    (folder / "report.html").write_text(report_html(result, drawn), encoding="utf-8")
    for _ in done:  # the PNGs were drawn while the page was written
        continue
