"""A bill of materials: what each row pays on a date or at every step between two dates."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from tradetalks.errors import BadFile, BadInput, BadNumber, TradeTalksError, did_you_mean
from tradetalks.policy.duties import (
    check_pair,
    contributions,
    edge_of_knowledge,
    percent,
    warnings,
    weighted,
)  # fmt: skip
from tradetalks.policy.intervals import IntervalTable, build_table
from tradetalks.policy.ledger import FOREVER, Law, day_number, iso
from tradetalks.policy.lines import load_lines
from tradetalks.policy.stacking import stack

COLUMNS = ("code", "origin", "value")
OTHER_NAMES = {
    "hts": "code", "hs": "code", "hs_code": "code", "hts_code": "code", "line": "code",
    "country": "origin", "exporter": "origin", "amount": "value", "usd": "value",
}  # fmt: skip


def bill(
    path: str | Path,
    on: str | date | None = None,
    start: str | date | None = None,
    end: str | date | None = None,
    *,
    importer: str = "USA",
    law: Law = "enacted",
    as_known_on: str | date | None = None,
) -> dict[str, Any]:
    """Duty by row of a CSV (code, origin, value in USD) on a date or from `start` to `end`.

    `rows` holds one entry per good row and date; `errors` one per bad row, with its line number.
    Raises `BadFile` when the file as a whole cannot be read or no row is good.
    """
    known = FOREVER if as_known_on is None else day_number(as_known_on, name="as_known_on")
    table = build_table(law=law, as_known_on=known)
    if start is not None or end is not None:
        if on is not None:
            raise BadInput("give a date or a period, not both.", cure="Use --on, or --from --to.")
        first = day_number(start or "2018-01-01", name="from")
        last = day_number(end, name="to") if end else date.today().toordinal()
        if last < first:
            raise BadInput(f"'to' {iso(last)} is before 'from' {iso(first)}.", cure="Swap them.")
    else:
        first = last = day_number(on or date.today())
    good, errors = _read(Path(path), importer)
    rows = [r for item in good for r in _row(item, table, first, last, importer)]
    says = [w for r in rows for w in r.pop("_warnings")]
    return {
        "command": "duty",
        "as_of": iso(table.ledger.known_until),
        "file": Path(path).name,
        "importer": importer,
        "rows": rows,
        "totals": _totals(rows),
        "errors": errors,
        "sources": sorted({s for r in rows for s in r.pop("_sources")}),
        "assumptions": ["A code with several lines pays their value-weighted mean."],
        "warnings": list(dict.fromkeys([*edge_of_knowledge(table, last), *says])),
        "status": f"{len(good)} rows answered, {len(errors)} rejected",
    }


def _read(path: Path, importer: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise BadFile("no such file.", cure="Check the path.", file=path) from None
    except (UnicodeDecodeError, IsADirectoryError, PermissionError) as error:
        raise BadFile(
            f"cannot be read as text ({type(error).__name__}).", cure="Save it as CSV, UTF-8.",
            file=path.name,
        ) from None  # fmt: skip
    delimiter = (
        ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    )
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter)
    names = {}
    for name in reader.fieldnames or []:
        plain = (name or "").strip().casefold()
        names[OTHER_NAMES.get(plain, plain)] = name
    missing = [c for c in COLUMNS if c not in names]
    if missing:
        hint = did_you_mean(missing[0], [n for n in names if n not in COLUMNS])
        raise BadFile(
            f"column '{missing[0]}' is missing.",
            cure=f"{hint} The file needs the columns code, origin, value.".strip(),
            file=path.name,
            line=1,
        )
    good: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for row in reader:
        try:
            good.append(_check(row, names, reader.line_num, importer))
        except TradeTalksError as error:
            errors.append({"row": reader.line_num, "error": str(error)})
    if not good:
        first = f" Row {errors[0]['row']}: {errors[0]['error']}" if errors else ""
        raise BadFile(f"no row can be answered.{first}", file=path.name)
    return good, errors


def _check(
    row: dict[str, Any], names: dict[str, str], number: int, importer: str
) -> dict[str, Any]:
    code, origin, value = ((row.get(names[c]) or "").strip() for c in COLUMNS)
    if not code:
        raise BadInput("the code is empty.", cure="Give 4 to 10 digits.")
    exporter, _ = check_pair(origin, importer)
    load_lines(importer).find(code)
    try:
        usd = float(value.replace("_", "").replace("$", "").replace(" ", ""))
    except ValueError:
        raise BadNumber(
            f"value '{value}' is not a number.", cure="Write 125000 or 125000.50."
        ) from None
    if not 0 <= usd < 1e15:
        raise BadNumber(f"value {value} is outside 0 to 1e15 USD.")
    return {"row": number, "code": code, "origin": exporter, "value_usd": usd}


def _row(
    item: dict[str, Any], table: IntervalTable, first: int, last: int, importer: str
) -> Iterable[dict[str, Any]]:
    lines = load_lines(importer)
    index = lines.find(item["code"])
    days = {first} | {d for d in {*table.days(), *lines.list_days()} if first < d <= last}
    before = None
    for day in sorted(days):
        now = stack(table, lines, day, index=index, exporter=item["origin"], importer=importer)
        rate = weighted(now.total, lines, index)
        if before is not None and abs(rate - before) < 1e-9:
            continue
        before = rate
        parts = contributions(now, lines)
        yield {
            "row": item["row"],
            "code": item["code"],
            "origin": item["origin"],
            "value_usd": item["value_usd"],
            "date": iso(day),
            "duty_percent": percent(rate),
            "duty_usd": round(rate * item["value_usd"], 2),
            "min_percent": percent(now.total.min()),
            "max_percent": percent(now.total.max()),
            "by_authority": _by_authority(parts),
            "_sources": [r["source"] for r in parts if r["source"]],
            "_warnings": [
                f"Row {item['row']} ({item['code']}): {w}"
                for w in warnings(table, lines, now, item["origin"], importer, first == last)
                if w not in edge_of_knowledge(table, day)
            ],
        }


def _by_authority(parts: list[dict[str, Any]]) -> dict[str, float]:
    out: dict[str, float] = {}
    for part in parts:
        out[part["authority"]] = round(out.get(part["authority"], 0.0) + part["rate_percent"], 4)
    return out


def _totals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Duty of the whole bill on every date on which some row changes."""
    out = []
    for day in sorted({r["date"] for r in rows}):
        latest = {r["row"]: r for r in rows if r["date"] <= day}
        value = sum(r["value_usd"] for r in latest.values())
        due = sum(r["duty_usd"] for r in latest.values())
        share = round(100 * due / value, 4) if value else 0.0
        out.append({"date": day, "value_usd": round(value, 2), "duty_usd": round(due, 2),
                    "duty_percent": share})  # fmt: skip
    return out
