"""The law by date in words and tables, for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from tradetalks.cli.output import table_text

WIDTH = 100
NAMES = {"USA": "The United States", "CHN": "China"}
FAMILY_NAMES = {
    "mfn": "MFN", "s201": "s.201", "s232": "s.232", "s301": "s.301",
    "ieepa_fentanyl": "fentanyl", "ieepa_reciprocal": "reciprocal", "s122": "s.122",
    "s301_forced_labour": "forced labour", "cn_retaliation": "retaliation",
}  # fmt: skip
MARKS = (
    "Marks: V, O source read; S second-hand; P partly; U background, unverified; D derived. "
    "`--format json` gives the source of each line."
)
DEADLINES_SHOWN, BRIEF_DEADLINES = 12, 4


def day_words(iso: str) -> str:
    """2026-11-10 as 10 November 2026."""
    when = date.fromisoformat(iso)
    return f"{when.day} {when:%B %Y}"


def number(value: Any) -> str:
    """A rate, or the range of one."""
    if isinstance(value, Mapping):
        return (
            f"{value['min']:g} to {value['max']:g} (value-weighted {value['value_weighted']:.2f})"
        )
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _wrapped(text: str, first: str = "  - ", then: str = "    ") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip


def _section(title: str, items: Iterable[str]) -> list[str]:
    lines = [_wrapped(item) for item in items]
    return ["", title, *lines] if lines else []


def duty(answer: Mapping[str, Any]) -> str:
    """One code on one date."""
    total = answer["total_percent"]
    head = [
        f"{answer['line']}  {answer['description']}",
        f"{NAMES[answer['importer']]} on goods of {answer['exporter']}, "
        f"{day_words(answer['on'])} ({answer['law']} law)",
        "",
        f"Duty: {number(total)} percent of the customs value"
        + ("; the lines of this code differ" if isinstance(total, Mapping) else ""),
    ]
    if answer["if_suspensions_lapse_percent"] != total:
        head.append(
            f"If what is suspended came back: {number(answer['if_suspensions_lapse_percent'])}"
        )
    rows = [
        (r["title"], r["citation"], r["since"], r["evidence"], number(r["rate_percent"]))
        for r in answer["contributions"]
    ]
    text = "\n".join(head) + "\n\n"
    text += table_text(("Measure", "Law", "Since", "Mark", "Percent"), rows, left=4)
    if "lines" in answer:
        shown = sorted(answer["lines"], key=lambda r: -r["trade_usd"])[:15]
        cells = [
            (
                r["line"],
                r["description"][:58],
                number(r["total_percent"]),
                f"{r['trade_usd'] / 1e6:,.1f}",
            )
            for r in shown
        ]
        text += table_text(("Line", "Goods", "Percent", "Trade, mUSD"), cells, left=2)
        if len(answer["lines"]) > len(shown):
            text += f"... and {len(answer['lines']) - len(shown)} more lines (`--format json`).\n"
    tail = _section(
        "Not applied",
        (f"{r['measure']}: {r['reason']} [{r['evidence']}]" for r in answer["not_applied"]),
    )
    tail += _section("Mind", answer["warnings"]) + _section("Assumed", answer["assumptions"])
    tail += _section("Sources", (f"{s['source']} [{s['evidence']}]" for s in answer["sources"]))
    return text + "\n".join(tail).lstrip("\n") + "\n"


def duty_over_time(code: str, answer: Mapping[str, Any]) -> str:
    """One code at every step of a period."""
    rows = [
        (r["on"], number(r["total_percent"]), number(r["if_suspensions_lapse_percent"]))
        for r in answer["rows"]
    ]
    text = f"{code}  {answer['description']}\n{NAMES[answer['importer']]} on {answer['exporter']}\n"
    text += table_text(("From", "Percent", "If suspensions lapse"), rows, left=1)
    return text + "\n".join(_section("Mind", answer["warnings"])) + "\n"


def bill(answer: Mapping[str, Any]) -> str:
    """A bill of materials."""
    rows = [
        (str(r["row"]), r["code"], r["origin"], r["date"], f"{r['value_usd']:,.0f}",
         number(r["duty_percent"]), f"{r['duty_usd']:,.2f}")
        for r in answer["rows"]
    ]  # fmt: skip
    columns = ("Row", "Code", "Origin", "Date", "Value, USD", "Percent", "Duty, USD")
    text = table_text(columns, rows, left=4)
    for total in answer["totals"]:
        text += (
            f"{day_words(total['date'])}: {total['duty_usd']:,.2f} USD on "
            f"{total['value_usd']:,.0f} USD, {number(total['duty_percent'])} percent\n"
        )
    rejected = (f"row {e['row']}: {e['error']}" for e in answer["errors"])
    lines = _section("Rejected", rejected) + _section("Mind", answer["warnings"])
    return text + "\n".join(lines) + "\n"


def timeline(rows: Sequence[Mapping[str, Any]], steps: Sequence[Any]) -> str:
    """The average tariffs, one table for each direction."""
    text = ""
    for name, title in (
        ("USA_on_CHN", "The United States on goods of China"),
        ("CHN_on_USA", "China on goods of the United States"),
    ):
        chosen = [(r, s) for r, s in zip(rows, steps, strict=True) if r["direction"] == name]
        if not chosen:
            continue
        cells = [
            (
                r["date"],
                _change(s.labels),
                number(r["total_percent"]),
                number(r["headline_sum_percent"]),
            )
            for r, s in chosen
        ]
        columns = ("From", "What changed", "Average, percent", "Press sum")
        text += table_text(columns, cells, left=2, title=f"{title}: average statutory tariff")
    return text + (
        "Average: trade-weighted statutory rate, MFN included, fixed weights (US imports 2024, US\n"
        "exports 2017). Press sum: measures on all goods plus the rate of Section 301 Lists 1-3.\n"
    )


def _change(labels: Sequence[str]) -> str:
    short = [label.removeprefix("China: ") for label in labels]
    more = f" and {len(short) - 2} more" if len(short) > 2 else ""
    return "; ".join(short[:2]) + more


def status(answer: Mapping[str, Any], *, brief: bool = False) -> str:
    """The law on a date."""
    reading = "legal instruments only" if answer["law"] == "enacted" else "statements included"
    lines = [
        f"The law between the United States and China on {day_words(answer['on'])} ({reading})",
        *(_wrapped(w, "! ", "  ") for w in answer["warnings"]),
        "",
        *_averages(answer["on"], answer["law"]),
    ]
    deadlines = [d for d in answer["deadlines"] if "truce-" not in d["measure"]]
    shown = BRIEF_DEADLINES if brief else DEADLINES_SHOWN
    title = "Next deadlines, and what happens by default"
    lines += _section(title, _deadlines(deadlines)[:shown])
    lines += _section(
        "Announced, but no legal act is documented (enacted law / as announced)",
        _differences(answer["differs"]),
    )
    if brief:
        return "\n".join(lines) + "\n"
    lines += _section("Duties in force, percent", _duties(answer["in_force"]))
    asleep = (
        f"{r['title']}{_points(r)}, {_until(r)} [{r['evidence']}]" for r in answer["suspended"]
    )
    lines += _section("Suspended", asleep)
    threats = (
        f"{r['title']}: {r['text']} ({r['announced']}) [{r['evidence']}]"
        for r in answer["threatened"]
    )
    lines += _section("Threatened or prepared", threats)
    lines += ["", _controls(answer["in_force"]), "", textwrap.fill(MARKS, WIDTH)]
    return "\n".join(lines) + "\n"


def _averages(on: str, law: str) -> list[str]:
    """The average of each side, and what it would be under the other reading of the law."""
    from tradetalks.policy.timelines import steps

    readings = {"enacted": "announced", "announced": "enacted"}
    other = {s.direction: s.total for s in steps(on, on, law=readings[law])}  # type: ignore[arg-type]
    words = {"enacted": "counting announced steps", "announced": "by legal instruments only"}
    out = []
    for step in steps(on, on, law=law):  # type: ignore[arg-type]
        importer, exporter = step.direction.split("_on_")
        parts = [
            f"{FAMILY_NAMES[f]} {100 * v:.1f}" for f, v in step.by_family.items() if v >= 0.0005
        ]
        text = (
            f"{NAMES[importer]} on goods of {NAMES[exporter].replace('The', 'the')}: "
            f"{100 * step.total:.1f} percent on average ({', '.join(parts)})"
        )
        if abs(other[step.direction] - step.total) > 5e-4:
            text += f"; {100 * other[step.direction]:.1f} {words[law]}"
        out.append(_wrapped(text, "", "  "))
    return out


def _deadlines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Deadlines in order; those of one day with one outcome together, duties before controls."""
    groups: dict[tuple[str, bool, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        rate = "%" in row["by_default"]
        groups.setdefault((row["date"], not rate, _outcome(row)), []).append(row)
    out = []
    for (when, _, outcome), members in sorted(groups.items(), key=lambda g: g[0][:2]):
        titles = [m["title"] for m in members]
        names = "; ".join(titles[:3])
        more = f"; and {len(titles) - 3} more" if len(titles) > 3 else ""
        out.append(f"{day_words(when)}: {names}{more}: {outcome}")
    return out


def _outcome(row: Mapping[str, Any]) -> str:
    text = f"{row['by_default']} [{row['evidence']}]"
    if "announced" in row:
        text += f"; {row['announced']} [{row['announced_evidence']}]"
    return text + (f"; {row['outcome']}" if "outcome" in row else "")


def _differences(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """Rows that differ in the same way and over the same days, together."""
    groups: dict[tuple[str, str, str, str, str], list[str]] = {}
    for r in rows:
        until = r["until"] or ""
        if r["measure"].startswith("truce-"):
            continue
        key = (r["from"], until, r["enacted"], r["announced"], r["evidence"])
        groups.setdefault(key, []).append(r["title"])
    for (start, until, enacted, announced, mark), titles in groups.items():
        span = f"{day_words(start)}" + (f" to {day_words(until)}" if until else " on")
        names = "; ".join(titles[:2]) + (f" and {len(titles) - 2} more" if len(titles) > 2 else "")
        yield f"{names}: {enacted} / {announced}, {span} [{mark}]"


def _duties(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    for r in rows:
        if r["kind"] != "import_duty":
            continue
        if r["rate_percent"] is None and "floor_to_percent" not in r:
            rate = r.get("text") or "by line"
        elif "floor_to_percent" in r:
            rate = f"up to {number(r['floor_to_percent'])} in total"
        else:
            rate = number(r["rate_percent"])
        note = "".join(f"; {r[k]}" for k in ("note", "outcome") if k in r)
        some = "; on some goods only" if "conditional" in r else ""
        title = r["title"].removeprefix("China: ")
        yield f"{r['imposer']}: {title}: {rate}, since {r['since']}{some}{note} [{r['evidence']}]"


def _points(row: Mapping[str, Any]) -> str:
    if "suspended_percent" not in row:
        return ""
    return f": {number(row['suspended_percent'])} points asleep, {number(row['rate_percent'])} due"


def _until(row: Mapping[str, Any]) -> str:
    return f"until {day_words(row['until'])}" if row["until"] else "without an end"


def _controls(rows: Sequence[Mapping[str, Any]]) -> str:
    others = [r for r in rows if r["kind"] != "import_duty"]
    count = {c: sum(r["imposer"] == c for r in others) for c in ("USA", "CHN")}
    return (
        f"Besides duties: {count['USA']} US and {count['CHN']} Chinese controls, listings, fees "
        "and deals in force (`--format json` or `csv` lists them)."
    )
