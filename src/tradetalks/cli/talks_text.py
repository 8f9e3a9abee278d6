"""How the answer of a tariff game is written: its envelope, and the text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradetalks.cli.output import paragraph, table_text

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks import TariffGame

_THIRD, _COLUMNS = 5, 3


def envelope(game: TariffGame) -> Answer:
    """Return the answer as every format has it."""
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


def text(game: TariffGame) -> str:
    """Write the answer for people."""
    parts = [
        paragraph(_question(game)),
        table_text(("Who taxes", f"{_start(game)}, %", "Chosen, %"), _averages(game)),
        table_text(("Country", "Real income, %", "Same, USD bn"), _gains(game)),
        table_text(*_sectors(game))
        if len(game.players) <= _COLUMNS
        else paragraph("Duties by sector: --format csv."),
        paragraph(_reading(game)),
        *(paragraph(f"Note: {note}") for note in game.warnings()),
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
    said = f"{who} tax goods from {whom}, each as serves it best given what the others do."
    return said[0].upper() + said[1:]


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
    said = (
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
    return said[0].upper() + said[1:]


def _averages(game: TariffGame) -> list[tuple[str, str, str]]:
    from tradetalks.results.labels import country_name

    return [
        (country_name(row["importer"]), f"{row['tariff_reference']:.1f}", _duty(row))
        for row in game.averages()
    ]


def _gains(game: TariffGame) -> list[tuple[str, str, str]]:
    from tradetalks.results.labels import country_name, ranged_in

    rows = game.gains()
    mine = [r for r in rows if r["player"]]
    third = sorted((r for r in rows if not r["player"]), key=lambda r: -abs(r["real_income"]))

    return [
        (
            country_name(row["country"]),
            ranged_in(row, "real_income", "percent"),
            ranged_in(row, "equivalent_variation", "usd_bn"),
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
    from tradetalks.results.labels import banded

    return banded(*(f"{row[f'tariff{end}']:.1f}" for end in ("", "_low", "_high")))


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
