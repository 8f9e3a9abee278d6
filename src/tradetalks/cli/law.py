"""`tradetalks duty`, `status` and `timeline`: the law by date."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import typer

from tradetalks.cli.options import ON
from tradetalks.cli.output import FORMAT, Format
from tradetalks.errors import BadInput

FROM: Any = typer.Option(None, "--from", help="First date of a period.")
TO: Any = typer.Option(None, "--to", help="Last date of a period.")
LAW: Any = typer.Option(
    "enacted", "--law", help="enacted: legal instruments only; announced: statements too."
)
KNOWN: Any = typer.Option(None, "--as-known-on", help="Forget what was announced later.")


def register(app: typer.Typer) -> None:
    """Add the three commands to the application."""
    app.command("duty")(duty)
    app.command("status")(status)
    app.command("timeline")(timeline)


def duty(
    code: str | None = typer.Argument(None, help="Tariff code of 4 to 10 digits, e.g. 8505.11.00."),
    file: Path | None = typer.Option(
        None, "--file", help="CSV with the columns code, origin, value."
    ),
    on: str | None = ON,
    start: str | None = FROM,
    end: str | None = TO,
    importer: str = typer.Option("USA", help="USA or CHN."),
    exporter: str | None = typer.Option(
        None, help="Country of origin, ISO alpha-3 (default: the other)."
    ),
    law: str = LAW,
    as_known_on: str | None = KNOWN,
    claim_exclusions: bool = typer.Option(False, help="Claim the product exclusions of the code."),
    format: Format = FORMAT,
) -> None:
    """What does a product pay on a date, why, and what if suspensions lapse?"""
    from tradetalks.cli import law_text

    if (code is None) == (file is None):
        raise BadInput(
            "give a tariff code or a file.",
            cure="`tradetalks duty 8505.11.00` or `tradetalks duty --file bom.csv`.",
        )
    if file is not None:
        from tradetalks.policy import bill

        answer = bill(
            file, on, start, end, importer=importer, law=_law(law), as_known_on=as_known_on
        )
        for error in answer["errors"]:
            sys.stderr.write(f"{file.name}:{error['row']}: {error['error']}\n")
        _write(answer, format, answer["rows"], lambda: law_text.bill(answer))
        return
    assert code is not None
    exporter = exporter or ("CHN" if importer.strip().upper() != "CHN" else "USA")
    days = _days(on, start, end)
    answers = _duties(code, days, exporter, importer, as_known_on, law, claim_exclusions)
    if len(answers) == 1:
        only = answers[0]
        _write(only, format, only["contributions"], lambda: law_text.duty(only))
    else:
        rows = [_short(a) for a in answers]
        answer = {**answers[-1], "rows": rows, "from": days[0], "to": days[1]}
        for key in ("on", "total_percent", "contributions", "not_applied", "lines"):
            answer.pop(key, None)
        _write(answer, format, rows, lambda: law_text.duty_over_time(code, answer))


def _days(on: str | None, start: str | None, end: str | None) -> list[str | None]:
    if start is None and end is None:
        return [on]
    if on is not None:
        raise BadInput("give a date or a period, not both.", cure="Use --on, or --from --to.")
    return [start or "2018-01-01", end]


def _duties(
    code: str,
    days: list[str | None],
    exporter: str,
    importer: str,
    as_known_on: str | None,
    law: str,
    claim_exclusions: bool,
) -> list[dict[str, Any]]:
    """One answer for a date; for a period one for each day on which the answer changes."""
    from datetime import date

    from tradetalks import policy
    from tradetalks.policy.ledger import day_number, iso

    def ask(day: str | int | None) -> dict[str, Any]:
        return policy.duty(
            code, day, exporter, importer, as_known_on, _law(law), claim_exclusions=claim_exclusions
        )

    if len(days) == 1:
        return [ask(days[0])]
    first = day_number(days[0] or "", name="from")
    last = day_number(days[1] or date.today(), name="to")
    days[1] = iso(last)
    if last < first:
        raise BadInput(f"'to' {iso(last)} is before 'from' {iso(first)}.", cure="Swap them.")
    table = policy.build_table(law=_law(law))
    changes = {*table.days(), *policy.load_lines(importer.strip().upper()).list_days()}
    out: list[dict[str, Any]] = []
    for day in sorted({first} | {d for d in changes if first < d <= last}):
        answer = ask(day)
        if not out or _short(answer) | {"on": ""} != _short(out[-1]) | {"on": ""}:
            out.append(answer)
    return out if len(out) > 1 else [*out, ask(last)]


def _short(answer: Mapping[str, Any]) -> dict[str, Any]:
    total, lapse = answer["total_percent"], answer["if_suspensions_lapse_percent"]
    parts: dict[str, float] = {}
    for row in answer["contributions"]:
        parts[row["authority"]] = round(parts.get(row["authority"], 0) + row["rate_percent"], 4)
    return {
        "on": answer["on"],
        "total_percent": total,
        "if_suspensions_lapse_percent": lapse,
        **parts,
    }


def status(
    on: str = ON, law: str = LAW, as_known_on: str | None = KNOWN, format: Format = FORMAT
) -> None:
    """The law on a date: in force, suspended, scheduled, threatened, and the next deadlines."""
    from tradetalks import policy
    from tradetalks.cli import law_text

    answer = policy.status(on, _law(law), as_known_on)
    rows = [
        {"state": state, **row}
        for state in ("in_force", "suspended", "scheduled", "threatened")
        for row in answer[state]
    ]
    _write(answer, format, rows, lambda: law_text.status(answer))


def timeline(
    start: str | None = FROM,
    end: str | None = TO,
    law: str = LAW,
    as_known_on: str | None = KNOWN,
    chart: Path | None = typer.Option(
        None, "--chart", help="Also draw it: a .png, .svg or .html file."
    ),
    format: Format = FORMAT,
) -> None:
    """The average tariff of each side on the other, step by step, by authority."""
    from tradetalks.cli import law_text
    from tradetalks.policy.timelines import as_rows, steps

    found = steps(start, end, law=_law(law), as_known_on=as_known_on)
    rows = as_rows(found)
    if chart is not None:
        from tradetalks.report.tariffs import save_timeline

        save_timeline(rows, [s.labels for s in found], chart)
        sys.stderr.write(f"Chart: {chart}\n")
    flat = (
        {**{k: v for k, v in r.items() if k != "by_authority"}, **r["by_authority"]} for r in rows
    )
    _write(rows, format, flat, lambda: law_text.timeline(rows, found))


def welcome() -> str:
    """What a bare `tradetalks` says about the law today."""
    from tradetalks import policy
    from tradetalks.cli import law_text

    return law_text.status(policy.status(), brief=True)


def _law(law: str) -> Any:
    from tradetalks.errors import unknown_name

    if law not in ("enacted", "announced"):
        raise unknown_name("law", law, ("enacted", "announced"))
    return law


def _write(
    answer: Any, how: Format, rows: Iterable[Mapping[str, Any]], table: Callable[[], str]
) -> None:
    """One JSON value, CSV rows or text on stdout, written whole."""
    if how is Format.json:
        text = json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
    elif how is Format.csv:
        from tradetalks.cli.output import csv_text

        text = csv_text(rows)
    else:
        text = table()
    sys.stdout.write(text)
    sys.stdout.flush()
