"""What can be taken away from the page: data, the report, the same question elsewhere."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradetalks import __version__
from tradetalks.errors import CannotWrite
from tradetalks.results import plain, range_note, world_label

if TYPE_CHECKING:
    from tradetalks.results import RunResult
    from tradetalks.scenario import Scenario
    from tradetalks.web.desk import Asked
    from tradetalks.web.question import Question


def brief_pdf(run: RunResult) -> bytes:
    """Return the brief of a run as PDF. Raises NoAnswer, NotConverged."""
    from tradetalks.report.brief import brief_of, pdf

    return pdf(brief_of(run))


def csv_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as tidy CSV, columns in order of first appearance."""
    records = [plain(row) for row in rows]
    columns = list(dict.fromkeys(key for record in records for key in record))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def command_of(asked: Question, name: str, yaml: str) -> str:
    """Return the lines of a shell that ask the same question; `yaml` is its scenario file."""
    if asked.shipped:
        return f"tradetalks run {asked.shipped}"
    return f"cat > {name}.yaml <<'END'\n{yaml}END\ntradetalks run {name}.yaml"


def python_of(asked: Question, yaml: str) -> str:
    """Return the lines of Python that ask the same question."""
    if asked.shipped:
        made = f'scenario = tt.load_scenario("{asked.shipped}")'
    else:
        text = yaml.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        made = f'scenario = tt.Scenario.from_yaml("""\n{text}""")'
    return (
        f"import tradetalks as tt\n\n{made}\nrun = tt.simulate(scenario)\n"
        'print(run.at_central("real_income").to_series())\n'
    )


def caption(scenario: Scenario, run: RunResult | None) -> tuple[list[str], list[str]]:
    """Return subtitle and source of a chart of the page."""
    subtitle = [f"Change from '{scenario.against}', percent;", "dot: central elasticities,"]
    subtitle.append("no range yet" if run is None else _lower(range_note(run)))
    world = scenario.world if run is None else world_label(run)
    source = [
        f"Source: tradetalks {__version__}, {world},",
        f"{scenario.horizon} horizon. A model, not a prediction.",
    ]
    return subtitle, source


def report_page(run: RunResult, question: Asked, runs: Path) -> str:
    """Return the report of a run; it is stored where that can be, and drawn anew where not."""
    from tradetalks import report
    from tradetalks.scenario import identity
    from tradetalks.store import Store

    found = identity(question.scenario, question.world)
    store = Store(runs)
    kept = store.find(run.name, found)
    try:
        kept = kept or store.keep(
            run.name,
            found,
            lambda place, record, settle: report.save(run, place, record=record, settle=settle),
        )
        return (kept.folder / "report.html").read_text(encoding="utf-8")
    except (CannotWrite, OSError):
        with tempfile.TemporaryDirectory(prefix="tradetalks-") as folder:
            place = report.save(run, Path(folder) / "run")
            return (place / "report.html").read_text(encoding="utf-8")


def _lower(text: str) -> str:
    text = text.removesuffix(".").split(", not a")[0]
    return text[0].lower() + text[1:]
