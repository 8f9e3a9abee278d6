"""`tradetalks claims`: what the articles state, and what our data say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.validation.claims import Checked

_ORDER = ("agree", "partly", "not", "cannot tell")
_LIMITS = (
    "Statements are in our own short words; a verdict compares numbers and nothing else.",
    "The model's answer is for the world of 2022 once trade has adjusted; each country's trade "
    "deficit with the world is imposed.",
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("claims")(claims)


def claims(format: Format = FORMAT) -> None:
    """Do the articles' figures hold? What they state, what our data say, agree or not.

    Mechanisms that the articles describe come with the command that shows them, or "not yet".
    """
    from tradetalks.cli.home import use_compilation_cache
    from tradetalks.results import Answer
    from tradetalks.validation.claims import check_claims

    use_compilation_cache()
    with progress("Checking") as step:
        found = check_claims(step)
    rows = [c.as_dict() for c in found]
    verdicts = Counter(c.verdict for c in found if c.verdict)
    states = Counter(c.claim.state for c in found if not c.verdict)
    sources = [s for row in rows for s in row["sources"]]
    answer = Answer(
        "claims",
        date.today().isoformat(),
        {"verdicts": {v: verdicts[v] for v in _ORDER}, "mechanisms": dict(states), "rows": rows},
        [s for position, s in enumerate(sources) if s not in sources[:position]],
        _LIMITS,
    )
    flat = [_flat(row) for row in rows]
    emit(answer, format, flat, lambda: _text(found, verdicts, states))


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of CSV: sources as text, tables beside it left to JSON."""
    sources = [" ".join(filter(None, (s["title"], s.get("url", "")))) for s in row["sources"]]
    marks = sorted({s["evidence"] for s in row["sources"]})
    kept = {k: v for k, v in row.items() if k not in ("readings", "detail", "sources")}
    return kept | {"sources": sources, "evidence": marks}


def _text(found: Sequence[Checked], verdicts: Counter[Any], states: Counter[Any]) -> str:
    numbers = [c for c in found if c.verdict]
    parts = [
        paragraph(
            "What the articles state, and what our data say: "
            + ", ".join(f"{verdicts[v]} {v}" for v in _ORDER if verdicts[v])
            + "."
        ),
        table_text(
            ("Verdict", "The article states", "Ours", "Why"),
            [
                (c.verdict or "", f"{c.claim.says} [{c.claim.id}]", _ours(c), _why(c))
                for c in numbers
            ],
            left=4,
        ),
    ]
    for checked in numbers:
        parts += _detail(checked)
    parts += [
        paragraph(
            "Mechanisms that the articles describe: "
            + ", ".join(f"{n} {state}" for state, n in states.items())
            + "."
        ),
        table_text(
            ("Here", "The article says", "Where"),
            [
                (
                    c.claim.state,
                    c.claim.says,
                    "\n".join(filter(None, (c.claim.note, c.claim.command))),
                )
                for c in found
                if not c.verdict
            ],
            left=3,
        ),
        paragraph(f"{' '.join(_LIMITS)} Sources of each: --format json."),
    ]
    return "".join(parts)


def _why(checked: Checked) -> str:
    return checked.found.why if checked.found else ""


def _ours(checked: Checked) -> str:
    """Return our number in the unit of the claim; of dollars that miss, the span."""
    if checked.shown is None or checked.found is None:
        return "no data"
    value = checked.shown.value
    if checked.claim.unit == "usd_bn" and checked.verdict == "not":
        full = [float(r.value) for r in checked.found.readings if r.worth == "agree"]
        return f"${min(full):,.0f}bn to ${max(full):,.0f}bn"
    if isinstance(value, str):
        return value
    unit = checked.claim.unit
    if unit == "percent":
        return f"{value:.4g}%"
    return f"${value:,.0f}bn" if unit == "usd_bn" else f"{value:g} {unit}"


def _detail(checked: Checked) -> list[str]:
    if checked.found is None or not checked.found.detail:
        return []
    rows = [
        (
            str(r["policy"]),
            f"{r['size']:+.1f}",
            f"{r['cut_usd_bn']:.0f}\n({r['cut_low']:.0f} to {r['cut_high']:.0f})",
            f"{r['usa_real_income_percent']:+.3f}",
            f"{r['chn_real_income_percent']:+.3f}",
            f"{r['us_goods_balance_with_all_usd_bn']:+.0f}",
        )
        for r in checked.found.detail
    ]
    columns = (
        f"What would do it [{checked.claim.id}]",
        "Size",
        "Cut, USD bn",
        "US income, %",
        "China, %",
        "US goods bal., all",
    )
    return [table_text(columns, rows)]
