"""What governments of `talks optimal|nash|cooperative` want: weights by sector or by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import paragraph, table_text

if TYPE_CHECKING:
    from tradetalks.talks import TariffGame

WEIGHTS: Any = typer.Option(None, help="File of political weights by sector.")
GROUPS: Any = typer.Option(
    None,
    help="Groups at home count: shipped (weights all 1, assumed), a file of their weights as of "
    "`talks groups`, or usa.security=3,usa.agriculture=2.",
)
SHIPPED = "shipped"


def group_weights(text: str | None) -> dict[str, float] | None:
    """Return weights by group, none for the shipped ones; `None` if groups do not count.

    Raises `BadInput`, `BadFile`, `BadNumber` and `UnknownName`, before anything is solved.
    """
    from tradetalks.talks.grouping import merged, parse_weight, read_weights, weights_of

    if text is None:
        return None
    if text == SHIPPED:
        return {}
    if "=" in text:
        given = merged([dict([parse_weight(part)]) for part in text.split(",")])
        weights_of(given)
        return given
    given = read_weights(text)
    weights_of(given, file=text)
    return given


def groups_text(game: TariffGame) -> list[str]:
    """Return a table of what the chosen duties bring each group; nothing if none counts."""
    from tradetalks.results import Spread
    from tradetalks.results.labels import country_name, ranged

    rows = game.group_payoffs()
    if not rows:
        return []

    def weight(row: dict[str, Any]) -> str:
        if row["given"]:
            return f"{row['weight']:g} (given)"
        if not row["weight_assumed"]:
            return f"{row['weight']:g} (the unit)"
        return f"{row['weight']:g} (assumed; {row['weight_low']:g} to {row['weight_high']:g})"

    lines = [
        (
            f"{country_name(row['country'])}: {row['name']}",
            weight(row),
            ranged(Spread(row["payoff"], row["payoff_low"], row["payoff_high"]), "usd_bn"),
        )
        for row in rows
    ]
    return [
        table_text(("Group", "Weight", "It gains, USD bn"), lines),
        paragraph(
            "Groups look at different things and overlap (households include the people of all); "
            "a government maximises the sum of weight x gain. Try others: --groups "
            "usa.manufacturing_workers=4.5."
        ),
    ]
