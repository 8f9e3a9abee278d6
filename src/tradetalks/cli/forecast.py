"""`tradetalks forecast`: how likely each outcome is at a deadline of the talks."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, aside, emit, paragraph, table_text, watched

if TYPE_CHECKING:
    from datetime import date

    from tradetalks.results import Answer
    from tradetalks.talks.forecast import Forecast

_WORDS = {"extend": "extended", "deal": "a deal", "escalate": "escalation", "lapse": "lapse"}
_TITLE = 48


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("forecast")(forecast)


def forecast(
    on: str | None = typer.Option(None, "--on", help="Forecast as of this day (default: today)."),
    deadline: str | None = typer.Option(
        None, help="Id or day of a deadline (default: the next end of a truce)."
    ),
    backtest: bool = typer.Option(False, "--backtest", help="Show how past forecasts would do."),
    out: Path | None = typer.Option(None, help="Also draw it: a .png, .svg or .html file."),
    format: Format = FORMAT,
) -> None:
    """Will the truce be extended? Base rates, breaks and intervals from the record of deadlines."""
    from tradetalks.results.labels import day_words
    from tradetalks.talks.forecast import forecast as ask

    if out is not None:
        from tradetalks.report.drawing import check_drawable

        check_drawable(out)
    found = ask(read_day(on), deadline)
    answer = _envelope(found, backtest)
    if out is not None or watched():
        from tradetalks.report.drawing import save_spec
        from tradetalks.report.forecasts import forecast_spec

        calibration = found.test.calibration() if found.test is not None else []
        title = f"{found.deadline.title}: {day_words(found.deadline.deadline)}"
        spec = forecast_spec(title, found.on.isoformat(), found.outcomes(), calibration)
        if out is not None:
            save_spec(spec, out)
            sys.stderr.write(f"Chart: {out}\n")
        if watched():
            aside("chart", spec)
    emit(answer, format, found.outcomes(), lambda: _text(found, backtest))


def read_day(text: str | None, option: str = "--on") -> date | None:
    """Read a date of the command line. Raises `BadInput`."""
    from datetime import date

    from tradetalks.errors import BadInput

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} '{text}' is no date.", cure="Write YYYY-MM-DD.") from None


def _envelope(found: Forecast, scored: bool) -> Answer:
    from tradetalks.results import Answer

    d = found.deadline
    body: dict[str, Any] = {
        "deadline": {
            "id": d.id,
            "title": d.title,
            "kind": d.kind,
            "day": d.deadline.isoformat(),
            "default": d.default,
            "evidence": d.evidence,
        },
        "model": "contacts" if found.uses_richer else "class",
        "outcomes": found.outcomes(),
        "alive": found.alive(),
        "readings": found.readings(),
        "over_readings": found.over_readings(),
        "classes": found.classes(),
        "evidence": found.evidence(),
        "open_deadlines": found.open_deadlines(),
    }
    if scored and found.test is not None:
        body["backtest"] = {
            "lead_days": found.test.lead,
            "forecasts": len(found.test.rows),
            "scores": found.test.scores(),
            "calibration": found.test.calibration(),
            "rows": found.test.table(),
        }
    status = {"converged": True, "message": "Counted from the record; nothing is solved."}
    return Answer(
        "forecast",
        found.on.isoformat(),
        body,
        found.sources(),
        found.assumptions(),
        found.warnings(),
        status,
    )


def _text(found: Forecast, scored: bool) -> str:
    from tradetalks.results.labels import day_words
    from tradetalks.talks.forecast_data import KINDS

    d = found.deadline
    kind = KINDS[d.kind]
    parts = [
        paragraph(f"Note: {found.warnings()[0]}"),
        paragraph(
            f"{d.title}, {day_words(d.deadline)} ({d.id}, evidence {d.evidence}), as of "
            f"{day_words(found.on)}. {_headline(found)}"
        ),
        table_text(
            ("Outcome", "Probability, %", "90% interval", "Seen", "With contacts, %"),
            [
                (_WORDS[r["outcome"]], _percent(r["probability"]), _range(r), str(r["count"]),
                 _percent(r["contacts"]))
                for r in found.outcomes()
            ],
        ),
    ]  # fmt: skip
    if alive := found.alive():
        parts += [
            table_text(
                ("Breaks on record", "Unbroken to then, %", "Unbroken, then kept, %"),
                [
                    (
                        f"{r['breaks']} in {r['days']:,} days {r['record']}",
                        f"{_percent(r['unbroken'])} ({_range(r, 'unbroken_')})",
                        f"{_percent(r['alive'])} ({_range(r, 'alive_')})",
                    )
                    for r in alive
                ],
                title=f"Will it hold until then? {found.days} days since the last evidence",
            )
        ]
    parts += [_readings(found), _evidence(found, kind), _open(found)]
    if scored:
        parts.append(_backtest(found))
    parts += [paragraph(f"Note: {text}") for text in found.warnings()[1:]]
    parts.append(paragraph("Assumed: " + " ".join(found.assumptions())))
    parts.append(
        paragraph(
            "Sources: the record of deadlines, truces and meetings that ships with the package; "
            "each with its source under --format json."
        )
    )
    return "".join(parts)


def _headline(found: Forecast) -> str:
    rows = {r["outcome"]: r for r in found.outcomes()}
    extend = rows["extend"]
    n, chains = found.rates.n, found.rates.chains
    seen = f"{extend['count']} of {n} in its class were extended, in {chains} chain"
    text = (
        f"Extended with probability {_percent(extend['probability'])}% "
        f"(90% interval {_range(extend)}): {seen}{'s' if chains != 1 else ''}."
    )
    if n == 0:
        text = "Nothing of its class was decided before: what follows is the prior alone."
    if found.test is None:
        return text
    if found.uses_richer:
        return text + " The model with contacts has beaten the class base rate and is used."
    return text + " The model with contacts has not beaten the class base rate, which is used."


def _readings(found: Forecast) -> str:
    pooled = [
        f"{'extended' if r['what'] == 'extend' else 'unbroken, then kept'} {_range(r)}%"
        + (f" ({r['record']})" if r["record"] else "")
        for r in found.over_readings()
    ]
    text = f"With every reading equally likely (assumed), 90% intervals: {'; '.join(pooled)}."
    return _readings_table(found) + paragraph(text)


def _readings_table(found: Forecast) -> str:
    return table_text(
        ("Same record, read otherwise", "Decisions", "Chains", "Extended, %", "90% interval"),
        [
            (r["reading"], str(r["decisions"]), str(r["chains"]), _percent(r["probability"]),
             _range(r))
            for r in found.readings()
        ],
    )  # fmt: skip


def _evidence(found: Forecast, kind: str) -> str:
    rows = [
        (r["id"], _short(r["title"]), r["deadline"], r["decided_on"], r["evidence"], r["outcome"])
        for r in found.evidence()
    ]
    header = ("Id", f"Evidence: {kind}", "Deadline", "Decided", "Mark", "Outcome")
    return table_text(header, rows, left=6) if rows else ""


def _open(found: Forecast) -> str:
    rows = [
        (
            r["id"],
            r["deadline"],
            _short(r["title"]),
            str(r["decided_before"]),
            _percent(r["extend"] + r["deal"]),
            f"{_percent(r['averted_low'])} to {_percent(r['averted_high'])}",
        )
        for r in found.open_deadlines()
    ]
    header = ("Id", "Open deadlines", "What", "Cases", "Put off or deal, %", "90% interval")
    return table_text(header, rows, left=3) if rows else ""


def _backtest(found: Forecast) -> str:
    test = found.test
    if test is None:
        return ""
    scores = [
        (
            r["what"], f"{r['brier']:.3f}", _gap(r, "brier"), f"{r['log']:.3f}", _gap(r, "log"),
            r["verdict"],
        )
        for r in test.scores()
    ]  # fmt: skip
    bins = [
        (
            f"{_percent(r['from'])} to {_percent(r['to'])}",
            str(r["forecasts"]),
            str(r["chains"]),
            _percent(r["mean_forecast"]),
            f"{_percent(r['share_averted'])} ({_range(r, 'share_')})",
        )
        for r in test.calibration()
    ]
    return "".join(
        (
            table_text(
                ("Forecaster", "Brier", "gap to class", "Log", "gap to class", "Verdict"),
                scores,
                title=f"Back-test: {len(test.rows)} deadlines, each from what was known "
                f"{test.lead} days before; 90% intervals by chain",
            ),
            table_text(
                ("Said: averted, %", "Forecasts", "Chains", "Mean said, %", "Happened, %"),
                bins,
                title="Calibration of the class rate",
            ),
            paragraph(_verdict(test.scores())),
        )
    )


def _verdict(scores: Sequence[Mapping[str, Any]]) -> str:
    (richer,) = [r for r in scores if r["model"] == "contacts"]
    if richer["verdict"] == "better":
        return "We beat the class base rate, on both scores."
    return (
        "We do not beat the class base rate on both scores: the model with contacts is "
        f"{abs(richer['brier_gap']):.3f} {'lower' if richer['brier_gap'] < 0 else 'higher'} in "
        f"Brier score and {abs(richer['log_gap']):.3f} "
        f"{'lower' if richer['log_gap'] < 0 else 'higher'} in log score (lower is better; "
        f"{richer['verdict']})."
    )


def _gap(row: Mapping[str, Any], score: str) -> str:
    if row["model"] == "class":
        return ""
    gap, low, high = (row[f"{score}_gap{end}"] for end in ("", "_low", "_high"))
    return f"{gap:+.3f}\n({low:+.3f} to {high:+.3f})"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _range(row: Mapping[str, Any], prefix: str = "") -> str:
    return f"{_percent(row[prefix + 'low'])} to {_percent(row[prefix + 'high'])}"


def _short(title: str) -> str:
    return title if len(title) <= _TITLE else title[: _TITLE - 1].rstrip() + "…"
