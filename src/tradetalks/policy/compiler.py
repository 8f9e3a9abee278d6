"""From the measure files to the one compact table a query reads (`compiled/ledger.json`).

Build-time only: it needs pydantic and ruamel.yaml, which a query never imports.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tradetalks.errors import BadFile
from tradetalks.policy.schema import Event, Exempt, Measure, Yield, read_measure, read_yaml

HERE = Path(__file__).parent
MEASURES = HERE / "measures"
COMPILED = HERE / "compiled" / "ledger.json"
PARTNERS = HERE / "compiled" / "partners.json"
OUTCOME_UNKNOWN_FROM = "2026-11-09"


def read_measures(folder: Path = MEASURES) -> list[Measure]:
    """Every measure file of `folder`, sorted by id; a second file with one id is an error."""
    measures: dict[str, Measure] = {}
    for path in sorted(folder.glob("*.yaml")):
        measure = read_measure(path)
        measures[measure.id] = measure
    if not measures:
        raise BadFile(f"no measure files in '{folder.name}'.", cure="Check the folder's name.")
    return list(measures.values())


def compile_ledger(measures: list[Measure]) -> dict[str, Any]:
    """The ledger as plain JSON data: authorities, lists and measures with their events."""
    return {
        "known_until": max(m.known_until for m in measures).isoformat(),
        "outcome_unknown_from": OUTCOME_UNKNOWN_FROM,
        "authorities": {a["id"]: [a["family"], a["label"]] for a in read_authorities()},
        "lists": {
            item["name"]: [item["title"], item["citation"], item["source"], item["evidence"],
                           bool(item.get("read_from_text", False))]
            for item in read_lists()
        },
        "measures": [_measure(m) for m in measures],
    }  # fmt: skip


def read_authorities() -> list[dict[str, str]]:
    """Rows of `authorities.yaml`."""
    return [dict(a) for a in read_yaml(HERE / "authorities.yaml")]


def read_lists() -> list[dict[str, Any]]:
    """Rows of `lists.yaml`."""
    return [dict(item) for item in read_yaml(HERE / "lists.yaml")]


def dumps(ledger: dict[str, Any]) -> str:
    """One measure per line: compact, and a change shows as the line of its measure."""
    head = {k: v for k, v in ledger.items() if k != "measures"}
    lines = ",\n".join(
        json.dumps(m, ensure_ascii=False, separators=(",", ":")) for m in ledger["measures"]
    )
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "measures": [\n{lines}\n]}}\n'


def dumps_partners() -> str:
    """`partners.yaml` as JSON, days as ISO text."""
    data = read_yaml(HERE / "partners.yaml")
    return json.dumps(data, ensure_ascii=False, default=lambda day: day.isoformat(), indent=1)


def write_ledger(path: Path = COMPILED, partners: Path = PARTNERS) -> None:
    """Compile the package's measures and move the tables into place when they are whole."""
    for text, out in ((dumps(compile_ledger(read_measures())), path), (dumps_partners(), partners)):
        temporary = out.with_suffix(".tmp")
        temporary.write_text(text, "utf-8")
        temporary.replace(out)


def _strings(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _rate(text: str | None) -> float | None:
    return None if text is None else round(float(text.removesuffix("%")) / 100, 8)


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v not in (None, [], "", False)}


def _iso(value: Any) -> str | None:
    return None if value is None else value.isoformat()


def _measure(m: Measure) -> dict[str, Any]:
    return _kept({
        "id": m.id, "title": m.title, "imposers": _strings(m.imposer), "targets": m.targets,
        "authority": m.authority, "kind": m.kind, "legal_basis": m.legal_basis,
        "heading": m.hts_heading, "products": _strings(m.scope.products),
        "scope_text": m.scope.text, "exempt": [_exempt(x) for x in m.scope.exempt],
        "metal": m.metal, "group": m.group, "yields_to": [_yield(y) for y in m.yields_to],
        "exempts": m.exempts, "coverage": m.coverage, "conditional": m.conditional,
        "use": m.depends_on_use,
        "channel": None if m.channel == "customs" else m.channel, "notes": m.notes,
        "events": [_event(e) for e in m.events],
    })  # fmt: skip


def _exempt(x: Exempt) -> dict[str, Any]:
    return _kept({
        "list": x.list, "reason": x.reason, "start": _iso(x.start), "until": _iso(x.until),
        "citation": x.citation, "source": x.source, "evidence": x.evidence,
    })  # fmt: skip


def _yield(y: Yield) -> dict[str, Any]:
    return _kept({
        "authorities": _strings(y.authority), "whole": y.on == "full", "start": _iso(y.start),
        "until": _iso(y.until), "citation": y.citation,
    })  # fmt: skip


def _event(e: Event) -> dict[str, Any]:
    return _kept({
        "kind": e.kind, "announced": _iso(e.announced), "effective": _iso(e.effective),
        "until": _iso(e.until), "timezone": e.timezone, "time": e.time,
        "rate": _rate(e.rate), "column": e.rate_by_line, "floor": _rate(e.floor_to),
        "sleeping": _rate(e.suspended_rate), "sleeping_column": e.suspended_by_line,
        "collection_ended": _iso(e.collection_ended), "statement": e.act == "statement",
        "citation": e.citation, "source": e.source, "evidence": e.evidence, "text": e.text,
        "in_transit": e.in_transit, "note": e.note,
    })  # fmt: skip
