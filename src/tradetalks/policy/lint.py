"""The linter of the ledger: what a person would have to look at. Runs as a test and at build."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tradetalks.errors import TradeTalksError, did_you_mean
from tradetalks.policy.compiler import (
    COMPILED,
    MEASURES,
    compile_ledger,
    dumps,
    read_authorities,
    read_lists,
    read_measures,
)  # fmt: skip
from tradetalks.policy.intervals import WITHOUT_EFFECT, fold
from tradetalks.policy.ledger import FOREVER, Measure, build_ledger
from tradetalks.policy.lines import load_lines
from tradetalks.policy.schema import line_of, read_yaml

# Suspensions that have no end by law, with the reason: anything else without one is a finding.
OPEN_SUSPENSIONS = {"cn-retaliation-301-cars"}


@dataclass(frozen=True, order=True)
class Finding:
    """One problem at a place, in words."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


def lint(folder: Path = MEASURES, *, compiled: bool = True) -> list[Finding]:
    """Every finding in the measure files of `folder` (and that the compiled table is theirs)."""
    try:
        measures = read_measures(folder)
    except TradeTalksError as error:
        return [Finding(error.file or folder.name, error.line or 1, error.cause)]
    ledger_data = compile_ledger(measures)
    ledger_data["authorities"] = {
        **{m.authority: ["other", m.authority] for m in measures},
        **ledger_data["authorities"],
    }
    ledger = build_ledger(ledger_data)
    out: list[Finding] = []
    for measure in ledger.measures:
        data = read_yaml(folder / f"{measure.id}.yaml")
        out += _references(measure, data) + _events(measure, data) + _periods(measure, data)
    out += _lists()
    if compiled and COMPILED.read_text("utf-8") != dumps(compile_ledger(measures)):
        cure = "run scripts/build_ledger.py"
        out.append(Finding(COMPILED.name, 1, f"differs from the measure files: {cure}"))
    return sorted(out)


def _references(measure: Measure, data: object) -> list[Finding]:
    """Authorities, lists and columns that do not exist, and lists that match no line."""
    out = []
    file = f"{measure.id}.yaml"
    families = {a["id"]: a["family"] for a in read_authorities()}
    for y in measure.yields_to:
        for name in y.authorities:
            if name not in families and name not in families.values():
                hint = did_you_mean(name, families)
                where = line_of(data, ("yields_to",))
                out.append(Finding(file, where, f"unknown authority '{name}'. {hint}".strip()))
    if measure.authority not in families:
        hint = did_you_mean(measure.authority, families)
        problem = f"unknown authority '{measure.authority}'. {hint}".strip()
        out.append(Finding(file, line_of(data, ("authority",)), problem))
    if not measure.has_lines:
        return out
    lines = load_lines(measure.imposers[0])
    named = [(n, ("scope", "products")) for n in measure.products if n != "all"]
    named += [(x.list, ("scope", "except")) for x in measure.exempt]
    for name, where in named:
        if name not in lines.list_names:
            hint = did_you_mean(name, lines.list_names)
            out.append(
                Finding(file, line_of(data, where), f"unknown list '{name}'. {hint}".strip())
            )
    for number, event in enumerate(measure.events):
        for column in (event.column, event.sleeping_column):
            if column and column not in lines.columns:
                hint = did_you_mean(column, lines.columns)
                problem = f"unknown rate by line '{column}'. {hint}".strip()
                out.append(Finding(file, line_of(data, ("events", number)), problem))
    return out


def _events(measure: Measure, data: object) -> list[Finding]:
    """Missing sources, suspensions without an end, announcements that run backwards."""
    out = []
    file = f"{measure.id}.yaml"
    for number, event in enumerate(measure.events):
        line = line_of(data, ("events", number))
        if not event.source and event.evidence != "U":
            out.append(Finding(file, line, f"'{event.kind}' has no source"))
        open_end = event.kind == "suspend" and event.until >= FOREVER
        if open_end and measure.id not in OPEN_SUSPENSIONS:
            out.append(Finding(file, line, "suspension without an end ('until')"))
        if event.statement is False and event.evidence == "S" and event.kind not in WITHOUT_EFFECT:
            out.append(Finding(file, line, "evidence S is second-hand: mark it `act: statement`"))
    effects = [e for e in measure.events if e.kind not in WITHOUT_EFFECT]
    for first, second in pairwise(effects):
        if second.effective < first.effective and second.announced < first.announced:
            line = line_of(data, ("events", measure.events.index(second)))
            out.append(
                Finding(file, line, "dates run backwards: later in the file, earlier in both dates")
            )
    if effects and effects[0].kind in ("extend", "resume", "void", "terminate"):
        line = line_of(data, ("events", measure.events.index(effects[0])))
        out.append(Finding(file, line, f"begins with '{effects[0].kind}': nothing runs yet"))
    starts = Counter((e.effective, e.announced, e.enacted) for e in effects)
    for event in effects:
        if starts[event.effective, event.announced, event.enacted] > 1:
            line = line_of(data, ("events", measure.events.index(event)))
            out.append(Finding(file, line, "two events of one announcement start on the same day"))
    return out


def _periods(measure: Measure, data: object) -> list[Finding]:
    """Overlapping or gapped periods of a measure under either reading of the law."""
    out = []
    file = f"{measure.id}.yaml"
    for law in ("enacted", "announced"):
        rows = sorted(fold(measure, law), key=lambda r: r.start)
        for first, second in pairwise(rows):
            number = measure.events.index(second.event)
            line = line_of(data, ("events", number))
            if second.start < first.end:
                out.append(Finding(file, line, f"overlapping periods ({law})"))
            elif second.start > first.end and second.event.kind in ("modify", "extend", "resume"):
                out.append(Finding(file, line, f"gap before this '{second.event.kind}' ({law})"))
    return out


def _lists() -> list[Finding]:
    """Lists described but not in the line tables, lists without a line, lists nobody describes."""
    out = []
    items = read_lists()
    data = read_yaml(Path(__file__).parent / "lists.yaml")
    for number, item in enumerate(items):
        lines = load_lines(item["importer"])
        line = line_of(data, (number,))
        if item["name"] not in lines.list_names:
            problem = f"list '{item['name']}' is not in the line table"
            out.append(Finding("lists.yaml", line, problem))
            continue
        wanted = lines.list_names[item["name"]]
        stops = [0, *lines.member_stop.tolist()]
        count = sum(stops[i + 1] - stops[i] for i, n in enumerate(lines.member_list) if n == wanted)
        if count == 0:
            out.append(Finding("lists.yaml", line, f"list '{item['name']}' matches no line"))
    for importer in ("USA", "CHN"):
        described = {i["name"] for i in items if i["importer"] == importer}
        for name in sorted(set(load_lines(importer).list_names) - described):
            out.append(Finding("lists.yaml", 1, f"list '{name}' of {importer} is not described"))
    return out
