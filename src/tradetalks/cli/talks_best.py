"""`tradetalks talks best`: the best tariff alone, after retaliation and by agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.options import HORIZON
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks import BestTariffs

_NAMES = {
    "optimal": "Optimal, unanswered",
    "nash": "Nash, all retaliate",
    "cooperative": "Talks from there",
}


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("best")(best)


def best(
    country: str = typer.Argument("USA", help="The country that asks."),
    start_from: str = typer.Option("truce-holds", "--from", help="Scenario of the law today."),
    regions: str = typer.Option("blocs", help="Region set; every region plays, so a small one."),
    horizon: str | None = HORIZON,
    elasticities: str = typer.Option("all", help="central, or all for a range."),
    deficit: str | None = typer.Option(None, help="fixed_world_share, gni_share or balanced."),
    format: Format = FORMAT,
) -> None:
    """What tariff is best for a country, and what is left of it after retaliation?"""
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks.talks import best_tariffs

    with progress("Searching") as step:
        found = best_tariffs(
            country,
            start_from=start_from,
            regions=regions,
            horizon=horizon,
            deficit=deficit,
            elasticities=elasticities.split(","),
            progress=step,
        )
    emit(_envelope(found), format, _flat(found), lambda: _text(found))


def _flat(found: BestTariffs) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in row.items() if key != "real_income"}
        | {"country": code}
        | {f"real_income_{key}": value for key, value in gain.items()}
        for row in found.rows()
        for code, gain in row["real_income"].items()
    ]


def _envelope(found: BestTariffs) -> Answer:
    from tradetalks.results import Answer

    talks = found.games["cooperative"]
    body: dict[str, Any] = {
        "country": found.country,
        "against": talks.reference.name,
        "world": talks.table.name,
        "regions": talks.reference.regions,
        "horizon": talks.reference.horizon,
        "elasticities": {"central": talks.central, "sets": [s.name for s in talks.sets]},
        "units": {"tariff": "percent of customs value", "real_income": "percent"},
        "rows": found.rows(),
        "talks": talks.talks(),
        "published": list(found.published()),
    }
    games = found.games.values()
    return Answer(
        "talks best",
        talks.created,
        body,
        [*talks.sources(), *found.published()],
        talks.assumptions(),
        tuple(dict.fromkeys(text for game in games for text in game.warnings())),
        {name: game.status() for name, game in found.games.items()},
    )


def _text(found: BestTariffs) -> str:
    from tradetalks.results.labels import country_heading, country_name, ranged_in

    rows = found.rows()
    talks = found.games["cooperative"]

    lines = [
        [f"Average duty of {found.country}, %", f"{rows[0]['tariff_reference']:.1f}"]
        + [f"{r['tariff']:.1f}\n({r['tariff_low']:.1f} to {r['tariff_high']:.1f})" for r in rows],
        *(
            [f"Real income: {country_name(code)}, %", "0"]
            + [ranged_in(r["real_income"][code], "percent", "percent") for r in rows]
            for code in talks.table.countries
        ),
    ]
    header = ("", "By law", *(_NAMES[r["game"]] for r in rows))
    published = [
        (f"{p['tariff']:g}%", f"{_NAMES[p['column']]}: {p['what']}", f"{p['title']}")
        for p in found.published()
    ]
    parts = [
        paragraph(
            f"{country_heading(found.country)} may tax all goods of all others. Best duties if "
            f"nobody answers, if everybody does, and after talks in which all gain the same "
            f"proportion from there; changes from '{talks.reference.name}', "
            f"{talks.reference.horizon} horizon."
        ),
        table_text(header, lines),
    ]
    if published:
        parts.append(table_text(("Published", "What", "Source"), published, left=3))
        parts.append(
            paragraph(
                "Published figures come from other models and other data: they are beside ours "
                "for their size, not to be matched. The lower the elasticity among origins, the "
                "higher the best duty, about 1 / (elasticity - 1) for a country alone; theirs are "
                "5 and more, ours those of the horizon."
            )
        )
    sets = len(talks.choices)
    if sets > 1:
        parts.append(
            paragraph(
                f"Range: minimum and maximum over {sets} elasticity sets, no confidence interval."
            )
        )
    notes = dict.fromkeys(text for game in found.games.values() for text in game.warnings())
    parts += [paragraph(f"Note: {text}") for text in notes]
    parts.append(paragraph("Assumed: " + " ".join(talks.assumptions()[:3])))
    parts.append(
        paragraph(f"Sources: {talks.table.name}; Ossa (2014) for the games; all with JSON.")
    )
    return "".join(parts)
