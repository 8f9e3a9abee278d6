"""`tradetalks talks`: who would tax whom, and what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli import (
    talks_assumptions,
    talks_gap,
    talks_groups,
    talks_jobs,
    talks_partners,
)
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks import TariffGame

_FROM: Any = typer.Option(
    "truce-holds", "--from", help="Scenario whose law holds elsewhere and is the reference."
)
_REGIONS: Any = typer.Option(None, help="Region set: default, all, eu27 or blocs.")
_HORIZON: Any = typer.Option(None, help="short, medium or long.")
_ELASTICITIES: Any = typer.Option("central", help="central, or all for a range.")
_DEFICIT: Any = typer.Option(None, help="fixed_world_share, gni_share or balanced.")
_HIGHEST: Any = typer.Option(1000.0, help="The highest duty allowed, in percent.")
_THIRD, _COLUMNS = 5, 3


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(
        help="The game that governments play: tariffs, groups at home, jobs, partners, the gap.",
        no_args_is_help=True,
    )
    group.command("optimal")(optimal)
    group.command("nash")(nash)
    for commands in (
        talks_assumptions,
        talks_gap,
        talks_groups,
        talks_jobs,
        talks_partners,
    ):
        commands.register(group)
    app.add_typer(group, name="talks")


def optimal(
    country: str = typer.Argument(help="The country that chooses, such as USA."),
    partners: str = typer.Option("all", help="Whom it taxes: codes such as CHN,VNM, or all."),
    start_from: str = _FROM,
    regions: str | None = _REGIONS,
    horizon: str | None = _HORIZON,
    elasticities: str = _ELASTICITIES,
    deficit: str | None = _DEFICIT,
    highest: float = _HIGHEST,
    format: Format = FORMAT,
) -> None:
    """Which goods tariffs would serve one country best, if nobody retaliated?"""
    taxed = () if partners == "all" else tuple(partners.split(","))
    options = (start_from, regions, horizon, elasticities, deficit, highest)
    _answer("optimal", (country,), taxed, options, format)


def nash(
    players: list[str] = typer.Argument(None, help="Two or more countries; default USA CHN."),
    partners: str = typer.Option("players", help="players: one another; all: everybody."),
    start_from: str = _FROM,
    regions: str | None = _REGIONS,
    horizon: str | None = _HORIZON,
    elasticities: str = _ELASTICITIES,
    deficit: str | None = _DEFICIT,
    highest: float = _HIGHEST,
    format: Format = FORMAT,
) -> None:
    """Where does a tariff war end, if each side answers the other as serves it best?"""
    from tradetalks.errors import BadInput

    if partners not in ("players", "all"):
        raise BadInput(
            f"--partners {partners} means nothing here.", cure="Write `players` or `all`."
        )
    everybody = ("all",) if partners == "all" else ()
    options = (start_from, regions, horizon, elasticities, deficit, highest)
    _answer("nash", tuple(players or ("USA", "CHN")), everybody, options, format)


def _answer(
    kind: str, players: Sequence[str], partners: Sequence[str], options: Any, how: Format
) -> None:
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks.talks import play

    start_from, regions, horizon, elasticities, deficit, highest = options
    with progress("Searching") as step:
        game = play(
            kind,
            players,
            partners=partners,
            start_from=start_from,
            regions=regions,
            horizon=horizon,
            deficit=deficit,
            elasticities=elasticities.split(","),
            bounds=(0.0, highest / 100.0),
            progress=step,
        )
    emit(_envelope(game), how, game.tariffs(), lambda: _text(game))


def _envelope(game: TariffGame) -> Answer:
    from tradetalks.results import Answer

    body: dict[str, Any] = {
        "players": game.players,
        "partners": game.partners,
        "against": game.reference.name,
        "world": game.table.name,
        "regions": game.reference.regions,
        "horizon": game.reference.horizon,
        "elasticities": {"central": game.central, "sets": [s.name for s in game.sets]},
        "units": {
            "tariff": "percent of customs value",
            "imports_reference": "billion US dollars",
            "real_income": "percent",
            "equivalent_variation": "billion US dollars",
        },
        "averages": game.averages(),
        "gains": game.gains(),
        "tariffs": game.tariffs(),
    }
    return Answer(
        f"talks {game.kind}",
        game.created,
        body,
        game.sources(),
        game.assumptions(),
        game.warnings(),
        game.status(),
    )


def _text(game: TariffGame) -> str:
    parts = [
        paragraph(_question(game)),
        table_text(("Who taxes", "By law, %", "Chosen, %"), _averages(game)),
        table_text(("Country", "Real income, %", "Same, USD bn"), _gains(game)),
        table_text(*_sectors(game))
        if len(game.players) <= _COLUMNS
        else paragraph("Duties by sector: --format csv."),
        paragraph(_reading(game)),
        *(paragraph(f"Note: {text}") for text in game.warnings()),
        paragraph("Assumed: " + " ".join(game.assumptions()[:3])),
        paragraph(f"Sources: {game.table.name}; Ossa (2014) for the game; all with --format json."),
    ]
    return "".join(parts)


def _question(game: TariffGame) -> str:
    from tradetalks.results.labels import country_heading, country_in_sentence

    if game.kind == "optimal":
        (partners,) = game.partners
        whom = country_in_sentence(partners[0]) if len(partners) == 1 else "its partners"
        who = country_heading(game.players[0])
        return f"{who} sets its goods tariffs on {whom} as serves it best; nobody answers."
    names = [country_in_sentence(code) for code in game.players]
    who = ", ".join(names[:-1]) + f" and {names[-1]}"
    taxed = {len(p) for p in game.partners} == {len(game.players) - 1}
    whom = "one another" if taxed else "everybody"
    text = f"{who} tax goods from {whom}, each as serves it best given what the others do."
    return text[0].upper() + text[1:]


def _averages(game: TariffGame) -> list[tuple[str, str, str]]:
    from tradetalks.results.labels import country_name

    return [
        (country_name(row["importer"]), f"{row['tariff_reference']:.1f}", _duty(row))
        for row in game.averages()
    ]


def _gains(game: TariffGame) -> list[tuple[str, str, str]]:
    from tradetalks.results import Spread
    from tradetalks.results.labels import country_name, ranged

    rows = game.gains()
    mine = [r for r in rows if r["player"]]
    third = sorted((r for r in rows if not r["player"]), key=lambda r: -abs(r["real_income"]))

    def cell(row: dict[str, Any], name: str, unit: str) -> str:
        return ranged(Spread(row[name], row[f"{name}_low"], row[f"{name}_high"]), unit)

    return [
        (
            country_name(row["country"]),
            cell(row, "real_income", "percent"),
            cell(row, "equivalent_variation", "usd_bn"),
        )
        for row in (*mine, *third[:_THIRD])
    ]


def _sectors(game: TariffGame) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: the duty of each player by sector, averaged over its partners."""
    from tradetalks.results.labels import sector_name

    rows = game.averages(by_sector=True)
    at = {(r["importer"], r["sector"]): r for r in rows}
    header = ["Sector"]
    for code in game.players:
        header += [f"{code}: law, %", f"{code}: chosen, %"]
    out: list[list[str]] = []
    for sector in dict.fromkeys(r["sector"] for r in rows):
        line = [sector_name(sector)]
        for code in game.players:
            row = at.get((code, sector))
            line += ["", ""] if row is None else [f"{row['tariff_reference']:.1f}", _duty(row)]
        out.append(line)
    return header, out


def _duty(row: dict[str, Any]) -> str:
    centre = f"{row['tariff']:.1f}"
    if row["tariff_low"] == row["tariff_high"]:
        return centre
    return f"{centre}\n({row['tariff_low']:.1f} to {row['tariff_high']:.1f})"


def _reading(game: TariffGame) -> str:
    status = game.status()
    solved = len(game.choices)
    spread = (
        f"Range: minimum and maximum over {solved} elasticity sets, not a confidence interval."
        if solved > 1
        else f"Elasticities: {game.central} only; `--elasticities all` gives the range."
    )
    return (
        f"Changes from '{game.reference.name}', {game.reference.horizon} horizon. Rates in percent "
        f"of customs value, averages weighted by imports under that law. {spread} First-order "
        f"conditions hold to {status['foc']:.0e} log points of one plus the duty."
    )
