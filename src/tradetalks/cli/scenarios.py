"""`tradetalks scenarios`: the questions that ship with the package."""

from __future__ import annotations

from datetime import date

import typer

from tradetalks.cli.output import FORMAT, Format, emit, table_text


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("scenarios")(scenarios)


def scenarios(format: Format = FORMAT) -> None:
    """Which scenarios ship? Name, question, reference and definition."""
    from tradetalks.results import Answer, change_text
    from tradetalks.scenario import load_scenario, scenario_names

    rows = []
    sources = []
    for name in scenario_names():
        plain = load_scenario(name).to_plain()
        rows.append(
            {
                "name": name,
                "title": plain.get("title"),
                "question": plain["question"],
                "base": plain["base"],
                "against": plain["against"],
                "changes": [change_text(c) for c in plain.get("changes", ())],
            }
        )
        sources += [s for s in plain.get("sources", ()) if s not in sources]
    answer = Answer("scenarios", date.today().isoformat(), {"rows": rows}, sources)
    columns = ("Name", "Question", "Against")
    cells = [(r["name"], r["question"], r["against"]) for r in rows]
    emit(
        answer,
        format,
        rows,
        lambda: table_text(columns, cells, left=3) + "Run one with `tradetalks run NAME`.\n",
    )
