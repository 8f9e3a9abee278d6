"""`tradetalks talks partners`: what third countries gain, and what they can do to both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.options import ELASTICITIES
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks.partners import PartnerEffects

_SHOWN = 12


def register(group: typer.Typer) -> None:
    """Add the command to `talks`."""
    group.command("partners")(partners)


def partners(
    scenario: str = typer.Argument(
        "truce-lapses-to-april-peak", help="What happens without a deal: a scenario or a file."
    ),
    regions: str = typer.Option(None, help="Region set: default or all."),
    elasticities: str = ELASTICITIES,
    format: Format = FORMAT,
) -> None:
    """Which third countries gain while two fight, and can they change what either side fears?"""
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks.talks.partners import partner_effects

    with progress("Solving") as step:
        found = partner_effects(
            scenario, elasticities=elasticities.split(","), regions=regions, progress=step
        )
    emit(_envelope(found), format, found.ranking(), lambda: _text(found))


_ASSUMED = (
    "What third countries do is assumed, 25 points (range 10 to 50) where they tax; nobody pays "
    "them for it, and nobody else answers.",
    "The measures change duties only: rare-earth licences with a channel for the EU are the "
    "scenario green-channel-eu.",
)


def _envelope(found: PartnerEffects) -> Answer:
    from tradetalks.results import Answer

    body: dict[str, Any] = {
        "scenario": found.scenario.name,
        "against": found.scenario.against,
        "world": found.table.name,
        "horizon": found.scenario.horizon,
        "elasticities": {"central": found.war.central, "sets": list(found.war.after)},
        "units": {
            "real_income": "percent",
            "moved": "percentage points",
            "equivalent_variation": "billion US dollars",
            "gain": "billion US dollars",
            "goods": "billion US dollars",
        },
        "rows": found.ranking(),
        "measures": [{"measure": m.id, "name": m.name, "what": m.what} for m in found.measures],
        "threat_points": found.threat_points(),
        "movers": found.movers(),
        "host": found.hosted(),
    }
    return Answer(
        "talks partners",
        found.created,
        body,
        found.war.sources(),
        (*_ASSUMED, *found.war.assumptions()),
        found.warnings(),
        {"converged": not any(e.failed for e in (found.war, *found.moved.values()))},
    )


def _cell(row: dict[str, Any], name: str, unit: str) -> str:
    from tradetalks.results.labels import ranged_in

    return ranged_in(row, name, unit)


def _text(found: PartnerEffects) -> str:
    parts = [
        paragraph(found.scenario.question),
        _ranking(found),
        _threats(found),
        paragraph(_green(found)),
        _host(found),
        paragraph(
            f"Changes from '{found.scenario.against}', {found.scenario.horizon} horizon. Brackets: "
            f"minimum and maximum over {len(found.war.after)} elasticity sets, not a confidence "
            "interval. Goods before duty, table's values."
        ),
        *(paragraph(f"Note: {text}") for text in found.warnings()),
        paragraph("Assumed: " + " ".join(_ASSUMED)),
        paragraph(f"Sources: {found.table.name} and those of the scenario; --format json."),
    ]
    return "".join(parts)


def _ranking(found: PartnerEffects) -> str:
    from tradetalks.results.labels import country_name

    rows = found.ranking()
    shown = rows if len(rows) <= _SHOWN else [*rows[: _SHOWN - 3], *rows[-3:]]
    cells = [
        (
            country_name(r["country"]),
            _cell(r, "equivalent_variation", "usd_bn"),
            _cell(r, "real_income", "percent"),
            _cell(r, "goods_to_usa", "usd_bn"),
            _cell(r, "goods_from_china", "usd_bn"),
        )
        for r in shown
    ]
    sure = sum(r["gains_everywhere"] for r in rows)
    title = f"Third countries: {sure} of {len(rows)} gain under every elasticity set"
    if len(shown) < len(rows):
        title += f" (first {_SHOWN - 3} and last 3 shown)"
    header = ("Country", "Real income,\nUSD bn", "\n%", "Goods to the\nUSA, USD bn", "Goods from\nChina, USD bn")  # fmt: skip  # noqa: E501
    return table_text(header, cells, title=title)


def _threats(found: PartnerEffects) -> str:
    from tradetalks.codes import PARTIES

    points = {(r["measure"], r["country"]): r for r in found.threat_points()}
    gains = {r["measure"]: r for r in found.movers()}
    asked = [m for m in found.measures if not m.host]
    signs = {m.id: chr(ord("A") + n) for n, m in enumerate(asked)}

    def both(measure: str | None, what: str) -> list[str]:
        return [_cell(points[measure, c], what, "percent") for c in PARTIES]

    rows = [["0", *both(None, "real_income"), "", "", ""]]
    rows += [
        [sign, *both(m, "real_income"), *both(m, "moved"), _cell(gains[m], "gain", "usd_bn")]
        for m, sign in signs.items()
    ]
    header = ("", "USA", "China", "Moved: USA", "Moved: China", "Who move, bn")
    title = "Threat points: real income without a deal, % (who move: their gain from it, USD bn)"
    legend = "".join(paragraph(f"{signs[m.id]} {m.name}: {m.what}.") for m in asked)
    return table_text(header, rows, title=title) + paragraph("0 Nobody else moves.") + legend


def _green(found: PartnerEffects) -> str:
    made = {r["measure"]: r["made_good"] for r in found.threat_points() if r["country"] == "CHN"}
    channel, bloc = made.get("green-channel-eu"), made.get("bloc")
    if channel is None or bloc is None:
        return "China loses nothing in this scenario that others could make good."
    return (
        "Can others replace the United States? The channel to the EU makes good "
        f"{100 * channel:.0f}% of what China loses, the bloc {100 * bloc:.0f}% (central "
        "elasticities)."
    )


def _host(found: PartnerEffects) -> str:
    from tradetalks.results.labels import country_heading

    host = found.hosted()
    if host is None:
        return ""
    shares = host["shares"]
    rows = [
        (
            r["option"],
            _cell(r, "real_income", "percent"),
            _cell(r, "equivalent_variation", "usd_bn"),
        )
        for r in host["rows"]
    ]
    said = paragraph(
        f"{country_heading(host['country'])}, host of the London talks, sells "
        f"{shares['exports_USA']:.0f}% of its goods exports to the United States and "
        f"{shares['exports_CHN']:.0f}% to China, and buys {shares['imports_USA']:.0f}% and "
        f"{shares['imports_CHN']:.0f}% of its goods imports there."
    )
    return said + table_text(("Its stakes", "Real income, %", "Same, USD bn"), rows)
