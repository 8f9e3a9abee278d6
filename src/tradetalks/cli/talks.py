"""`tradetalks talks`: who would tax whom, and what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli import (
    talks_assumptions,
    talks_best,
    talks_gap,
    talks_groups,
    talks_jobs,
    talks_packages,
    talks_partners,
    talks_truce,
    talks_weights,
)
from tradetalks.cli.output import FORMAT, Format, emit, progress, write_file
from tradetalks.cli.talks_text import envelope, text

if TYPE_CHECKING:
    from tradetalks.talks import TariffGame

_FROM: Any = typer.Option(
    "truce-holds", "--from", help="Scenario whose law holds elsewhere and is the reference."
)
_REGIONS: Any = typer.Option(None, help="Region set: default, all, eu27 or blocs.")
_HORIZON: Any = typer.Option(None, help="short, medium or long.")
_ELASTICITIES: Any = typer.Option("central", help="central, or all for a range.")
_DEFICIT: Any = typer.Option(None, help="fixed_world_share, gni_share or balanced.")
_LOWEST: Any = typer.Option(0.0, help="The lowest duty allowed, in percent (below 0: a subsidy).")
_HIGHEST: Any = typer.Option(1000.0, help="The highest duty allowed, in percent.")
_SCENARIO: Any = typer.Option(None, "--scenario", help="Write the tariffs to this YAML file.")
_WEIGHTS: Any = typer.Option(None, help="File of political weights by sector.")


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(
        help="The game that governments play: tariffs, packages, groups at home, jobs, the gap.",
        no_args_is_help=True,
    )
    group.command("optimal")(optimal)
    group.command("nash")(nash)
    group.command("cooperative")(cooperative)
    for commands in (
        talks_assumptions,
        talks_best,
        talks_gap,
        talks_groups,
        talks_jobs,
        talks_packages,
        talks_partners,
        talks_truce,
        talks_weights,
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
    lowest: float = _LOWEST,
    highest: float = _HIGHEST,
    weights: str | None = _WEIGHTS,
    scenario: str | None = _SCENARIO,
    format: Format = FORMAT,
) -> None:
    """Which goods tariffs would serve one country best, if nobody retaliated?"""
    taxed = () if partners == "all" else tuple(partners.split(","))
    options = (
        start_from, regions, horizon, elasticities, deficit, lowest, highest, weights, scenario
    )  # fmt: skip
    _answer("optimal", (country,), taxed, options, format)


def nash(
    players: list[str] = typer.Argument(None, help="Two or more countries; default USA CHN."),
    partners: str = typer.Option("players", help="players: one another; all: everybody."),
    start_from: str = _FROM,
    regions: str | None = _REGIONS,
    horizon: str | None = _HORIZON,
    elasticities: str = _ELASTICITIES,
    deficit: str | None = _DEFICIT,
    lowest: float = _LOWEST,
    highest: float = _HIGHEST,
    weights: str | None = _WEIGHTS,
    scenario: str | None = _SCENARIO,
    format: Format = FORMAT,
) -> None:
    """Where does a tariff war end, if each side answers the other as serves it best?"""
    everybody = _everybody(partners)
    options = (
        start_from, regions, horizon, elasticities, deficit, lowest, highest, weights, scenario
    )  # fmt: skip
    _answer("nash", tuple(players or ("USA", "CHN")), everybody, options, format)


def cooperative(
    players: list[str] = typer.Argument(None, help="Two or more countries; default USA CHN."),
    rule: str = typer.Option(
        "bilateral", help="bilateral: a duty per partner; mfn: one duty for all."
    ),
    partners: str = typer.Option("players", help="players: one another; all: everybody."),
    start_from: str = typer.Option(
        "truce-holds", "--from", help="Where talks begin: nash, or a scenario such as free-trade."
    ),
    gains: str = typer.Option(
        "at_least_equal", help="equal: the same proportion, whatever it costs; at_least_equal."
    ),
    cuts_only: bool = typer.Option(False, "--cuts-only", help="No duty may rise."),
    regions: str | None = _REGIONS,
    horizon: str | None = _HORIZON,
    elasticities: str = _ELASTICITIES,
    deficit: str | None = _DEFICIT,
    lowest: float = _LOWEST,
    highest: float = _HIGHEST,
    weights: str | None = _WEIGHTS,
    scenario: str | None = _SCENARIO,
    format: Format = FORMAT,
) -> None:
    """What could talks bring, if all sides gain the same proportion?"""
    options = (
        start_from, regions, horizon, elasticities, deficit, lowest, highest, weights, scenario
    )  # fmt: skip
    everybody = _everybody(partners)
    _answer(
        "cooperative",
        tuple(players or ("USA", "CHN")),
        everybody,
        options,
        format,
        rule=rule,
        gains=gains,
        cuts_only=cuts_only,
    )


def _everybody(partners: str) -> tuple[str, ...]:
    from tradetalks.errors import BadInput

    if partners not in ("players", "all"):
        raise BadInput(
            f"--partners {partners} means nothing here.", cure="Write `players` or `all`."
        )
    return ("all",) if partners == "all" else ()


def _answer(
    kind: str,
    players: Sequence[str],
    partners: Sequence[str],
    options: Any,
    how: Format,
    **of_talks: Any,
) -> None:
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks.talks import play, read_weights

    start_from, regions, horizon, elasticities, deficit, lowest, highest, weights, scenario = (
        options
    )
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
            bounds=(lowest / 100.0, highest / 100.0),
            weights=None if weights is None else read_weights(weights),
            progress=step,
            **of_talks,
        )
    if scenario is not None:
        write_scenario(game, scenario)
    emit(envelope(game), how, game.tariffs(), lambda: text(game))


def write_scenario(game: TariffGame, path: str) -> None:
    """Write a game's tariffs as a scenario file, named after it. Raises `CannotWrite`."""
    from pathlib import Path

    from tradetalks.talks import scenario_of

    file = Path(path)
    write_file(file, scenario_of(game, file.stem).to_yaml())
