"""`tradetalks talks weights`: the political weights under which observed duties are the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, table_text, write_file

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks.revealed import RevealedWeights


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("weights")(weights)


def weights(
    country: str = typer.Argument(help="The country whose duties are explained, such as CHN."),
    partners: str = typer.Option("all", help="Whose goods the duties are on: codes, or all."),
    start_from: str = typer.Option("truce-holds", "--from", help="Scenario of the observed law."),
    regions: str | None = typer.Option(None, help="Region set: default, all, eu27 or blocs."),
    horizon: str | None = typer.Option(None, help="short, medium or long."),
    elasticities: str = typer.Option("central", help="central, or all for a range."),
    save: str | None = typer.Option(None, help="Write a file for `--weights` here."),
    format: Format = FORMAT,
) -> None:
    """Which sectors must a government favour for its tariffs to be the best it can do?"""
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks.talks.revealed import revealed_weights

    found = revealed_weights(
        country,
        partners=() if partners == "all" else tuple(partners.split(",")),
        start_from=start_from,
        regions=regions,
        horizon=horizon,
        elasticities=elasticities.split(","),
    )
    if save is not None:
        from pathlib import Path

        write_file(Path(save), found.to_yaml())
    emit(_envelope(found), format, found.rows(), lambda: _text(found))


def _envelope(found: RevealedWeights) -> Answer:
    from tradetalks.results import Answer

    body: dict[str, Any] = {
        "country": found.country,
        "partners": found.partners,
        "against": found.reference.name,
        "world": found.table.name,
        "units": {"tariff": "percent of customs value", "weight": "mean one over all sectors"},
        "identified": found.identified,
        "flat_share": found.flat_share,
        "rows": found.rows(),
    }
    return Answer(
        "talks weights",
        found.created,
        body,
        found.sources(),
        found.assumptions(),
        found.warnings(),
        found.status(),
    )


def _text(found: RevealedWeights) -> str:
    from tradetalks.results.labels import banded, country_heading, sector_name

    rows = [
        (
            sector_name(row["sector"]),
            "" if row["tariff"] is None else f"{row['tariff']:.1f}",
            "" if row["gap_equal"] is None else f"{row['gap_equal']:+.1f}",
            banded(*(f"{row[f'weight{end}']:.2f}" for end in ("", "_low", "_high"))),
            "" if row["gap"] is None else f"{row['gap']:+.1f}",
        )
        for row in found.rows()
    ]
    header = ("Sector", "Duty, %", "Distance, equal", "Weight", "Distance, weighted")
    return "".join(
        (
            paragraph(
                f"{country_heading(found.country)}: the weights on value added under which its "
                f"duties of '{found.reference.name}' would serve it best. {found.verdict()}"
            ),
            table_text(header, rows),
            paragraph(
                "Weights have mean one; more than one: favoured. Distance: how far the best duty "
                "lies from the observed one, in log points of one plus the duty times 100, with "
                "equal weights and with these (first order)."
            ),
            *(paragraph(f"Note: {text}") for text in found.warnings()),
            paragraph("Assumed: " + " ".join(found.assumptions()[:2])),
            paragraph(f"Sources: {found.table.name}; Ossa (2014) for the idea; all with JSON."),
        )
    )
