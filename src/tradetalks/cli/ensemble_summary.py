"""The summary of an ensemble, the same for `ensemble` and `run --draws`: rows, drivers, charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradetalks.ensemble import Ensemble
    from tradetalks.report import Chart
    from tradetalks.results.draws import Quantiles

Rows = Sequence[Mapping[str, Any]]
Drivers = Mapping[str, Sequence[Mapping[str, Any]]]


def parties_of(found: Ensemble) -> list[str]:
    """Return the countries whose drivers are shown: the parties, else the first two."""
    from tradetalks.codes import PARTIES

    countries = found.case.table.countries
    return [c for c in PARTIES if c in countries] or list(countries[:2])


def rows_of(found: Ensemble) -> list[dict[str, Any]]:
    """Return a row of quantiles for each outcome."""
    return [_row(q) for q in found.all_quantiles()]


def drivers_of(found: Ensemble) -> dict[str, list[dict[str, Any]]]:
    """Return what drives real income of each party."""
    return {c: found.drivers(f"real_income|{c}") for c in parties_of(found)}


def _row(q: Quantiles) -> dict[str, Any]:
    from tradetalks.results.variables import variables

    variable, *places = q.outcome.split("|")
    names = ("p05", "p25", "p50", "p75", "p95")
    return {
        "variable": variable,
        "country": places[0],
        "partner": places[1] if len(places) > 1 else None,
        "unit": variables()[variable].unit,
        **dict(zip(names, q.values, strict=True)),
        "mean": q.mean,
        "falls_in": q.negative,
        "draws": q.draws,
    }


def tables_of(rows: Rows, drivers: Drivers) -> dict[str, str]:
    """Return the texts of quantiles.csv and drivers.csv by name."""
    from tradetalks.cli.output import csv_text

    flat = [{"country": c, **row} for c, own in drivers.items() for row in own]
    return {"quantiles.csv": csv_text(rows), "drivers.csv": csv_text(flat)}


def charts_of(found: Ensemble, rows: Rows, drivers: Drivers) -> list[Chart]:
    """Return the spread of real income by country, and a tornado for each party."""
    from tradetalks.report.ensemble import spread_chart, tornado_chart
    from tradetalks.results.labels import country_in_sentence

    scenario = found.case.scenario
    source = (
        f"Source: tradetalks, {found.case.table.name}, scenario {scenario.name} against "
        f"{scenario.against}, {scenario.horizon} horizon.",
        f"{found.draws:,} draws, seed {found.seed}; distributions partly assumed. A model, not a "
        "prediction.",
    )
    charts = [
        spread_chart(
            [r for r in rows if r["variable"] == "real_income"],
            title=scenario.title or scenario.name,
            subtitle=["Percent; pale: 90% of draws, dark: 50%, line: median"],
            source=source,
        )
    ]
    for country, own in drivers.items():
        charts.append(
            tornado_chart(
                own,
                country=country,
                title=f"What drives the answer for {country_in_sentence(country)}",
                subtitle=[
                    "Mean in the lowest (pale) and highest tenth of draws of each parameter;",
                    "in brackets its share of the variance",
                ],
                source=source,
            )
        )
    return charts
