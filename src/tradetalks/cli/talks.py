"""`tradetalks talks`: who would tax whom, and what it is worth."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, get_type_hints

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
from tradetalks.cli.options import HORIZON, REGIONS
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text, write_file
from tradetalks.cli.talks_objective import GROUPS, WEIGHTS, group_weights, groups_text

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks import TariffGame

_FROM: Any = typer.Option(
    "truce-holds", "--from", help="Scenario whose law holds elsewhere and is the reference."
)
_PLAYERS: Any = typer.Argument(None, help="Two or more countries; default USA CHN.")
_PARTNERS: Any = typer.Option("players", help="players: one another; all: everybody.")
_THIRD, _COLUMNS = 5, 3


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(
        help="The game that governments play: tariffs, packages, groups at home, jobs, the gap.",
        no_args_is_help=True,
    )
    for game in (optimal, nash, cooperative):
        group.command(game.__name__)(_with_terms(game))
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


@dataclass(frozen=True)
class _Terms:
    """What the three games are asked alike: each field is an option of the three commands."""

    regions: str | None = REGIONS
    horizon: str | None = HORIZON
    elasticities: str = typer.Option("central", help="central, or all for a range.")
    deficit: str | None = typer.Option(None, help="fixed_world_share, gni_share or balanced.")
    lowest: float = typer.Option(
        0.0, help="The lowest duty allowed, in percent (below 0: a subsidy)."
    )
    highest: float = typer.Option(1000.0, help="The highest duty allowed, in percent.")
    weights: str | None = WEIGHTS
    groups: str | None = GROUPS
    scenario: str | None = typer.Option(
        None, "--scenario", help="Write the tariffs to this YAML file."
    )


def _with_terms(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the options of `_Terms` in place of its argument `terms`."""
    shared = inspect.signature(_Terms).parameters
    merged: list[inspect.Parameter] = []
    for own in inspect.signature(command).parameters.values():
        asked = shared.values() if own.name == "terms" else (own,)
        merged += [parameter.replace(kind=own.kind) for parameter in asked]

    @wraps(command)
    def run(**given: Any) -> None:
        terms = _Terms(**{name: given.pop(name) for name in shared})
        command(**given, terms=terms)

    run.__dict__["__signature__"] = inspect.Signature(merged)
    run.__annotations__ = get_type_hints(command) | get_type_hints(_Terms)
    return run


def optimal(
    country: str = typer.Argument(help="The country that chooses, such as USA."),
    partners: str = typer.Option("all", help="Whom it taxes: codes such as CHN,VNM, or all."),
    start_from: str = _FROM,
    *,
    terms: _Terms,
    format: Format = FORMAT,
) -> None:
    """Which goods tariffs would serve one country best, if nobody retaliated?"""
    taxed = () if partners == "all" else tuple(partners.split(","))
    _answer("optimal", (country,), taxed, start_from, terms, format)


def nash(
    players: list[str] = _PLAYERS,
    partners: str = _PARTNERS,
    start_from: str = _FROM,
    *,
    terms: _Terms,
    format: Format = FORMAT,
) -> None:
    """Where does a tariff war end, if each side answers the other as serves it best?"""
    _answer("nash", _players(players), _everybody(partners), start_from, terms, format)


def cooperative(
    players: list[str] = _PLAYERS,
    rule: str = typer.Option(
        "bilateral", help="bilateral: a duty per partner; mfn: one duty for all."
    ),
    partners: str = _PARTNERS,
    start_from: str = typer.Option(
        "truce-holds", "--from", help="Where talks begin: nash, or a scenario such as free-trade."
    ),
    gains: str = typer.Option(
        "at_least_equal", help="equal: the same proportion, whatever it costs; at_least_equal."
    ),
    cuts_only: bool = typer.Option(False, "--cuts-only", help="No duty may rise."),
    *,
    terms: _Terms,
    format: Format = FORMAT,
) -> None:
    """What could talks bring, if all sides gain the same proportion?"""
    _answer(
        "cooperative",
        _players(players),
        _everybody(partners),
        start_from,
        terms,
        format,
        rule=rule,
        gains=gains,
        cuts_only=cuts_only,
    )


def _players(named: Sequence[str] | None) -> tuple[str, ...]:
    from tradetalks.codes import PARTIES

    return tuple(named or PARTIES)


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
    start_from: str,
    terms: _Terms,
    how: Format,
    **of_talks: Any,
) -> None:
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks.talks import play, read_weights

    with progress("Searching") as step:
        game = play(
            kind,
            players,
            partners=partners,
            start_from=start_from,
            regions=terms.regions,
            horizon=terms.horizon,
            deficit=terms.deficit,
            elasticities=terms.elasticities.split(","),
            bounds=(terms.lowest / 100.0, terms.highest / 100.0),
            weights=None if terms.weights is None else read_weights(terms.weights),
            groups=group_weights(terms.groups),
            progress=step,
            **of_talks,
        )
    if terms.scenario is not None:
        write_scenario(game, terms.scenario)
    emit(_envelope(game), how, game.tariffs(), lambda: _text(game))


def write_scenario(game: TariffGame, path: str) -> None:
    """Write a game's tariffs as a scenario file, named after it. Raises `CannotWrite`."""
    from pathlib import Path

    from tradetalks.talks import scenario_of

    file = Path(path)
    write_file(file, scenario_of(game, file.stem).to_yaml())


def _envelope(game: TariffGame) -> Answer:
    from tradetalks.results import Answer

    body: dict[str, Any] = {
        "players": game.players,
        "partners": game.partners,
        "against": game.reference.name,
        "start": game.start,
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
    if game.groups is not None:
        body["units"]["payoff"] = "billion US dollars a year"
        body["groups"] = game.group_payoffs()
    if game.kind == "cooperative":
        body["talks"] = game.talks()
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
        table_text(("Who taxes", f"{_start(game)}, %", "Chosen, %"), _averages(game)),
        table_text(("Country", "Real income, %", "Same, USD bn"), _gains(game)),
        table_text(*_sectors(game))
        if len(game.players) <= _COLUMNS
        else paragraph("Duties by sector: --format csv."),
        *groups_text(game),
        paragraph(_reading(game)),
        *(paragraph(f"Note: {text}") for text in game.warnings()),
        paragraph("Assumed: " + " ".join(game.assumptions()[:3])),
        paragraph(f"Sources: {game.table.name}; Ossa (2014) for the game; all with --format json."),
    ]
    return "".join(parts)


def _start(game: TariffGame) -> str:
    return "Nash" if game.start == "nash" else "By law"


def _question(game: TariffGame) -> str:
    from tradetalks.results.labels import country_heading, country_in_sentence

    if game.kind == "cooperative":
        return _talks(game)
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


def _talks(game: TariffGame) -> str:
    from tradetalks.results.labels import country_in_sentence

    rows = {r["elasticities"]: r for r in game.talks()}
    middle = rows[game.central]
    names = [country_in_sentence(code) for code in game.players]
    who = ", ".join(names[:-1]) + f" and {names[-1]}"
    begun = "at their Nash tariffs" if game.start == "nash" else f"under '{game.start}'"
    gains = [r["gain"] for r in rows.values()]
    ranged = f" ({min(gains):.3f} to {max(gains):.3f})" if len(gains) > 1 else ""
    shares = ", ".join(f"{code} {value:.2f}" for code, value in middle["shares"].items())
    more = [country_in_sentence(c) for c, share in middle["shares"].items() if share == 0]
    text = (
        f"{who} begin talks {begun} and raise what each cares for by the same proportion, as far "
        f"as tariffs can: {middle['gain']:+.3f}%{ranged}"
        + (f", {' and '.join(more)} by more" if more else "")
        + ". "
        + (
            "From there nobody gains unless another loses"
            if middle["on_frontier"]
            else "Equal gains hold one side back there"
        )
        + f" (weights of the joint optimum: {shares})."
    )
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
        header += [f"{code}: {_start(game).lower()}, %", f"{code}: chosen, %"]
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
