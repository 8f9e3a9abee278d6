"""Tariffs that a game found, written as a scenario that anyone can run, read and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.talks.game import ossa

if TYPE_CHECKING:
    from tradetalks.scenario import Scenario
    from tradetalks.talks.game import TariffGame

_DIGITS = 2
_GAME = (
    "The game: Ossa (2014), Trade wars and trade talks with data, American Economic Review 104(12)"
)
_SHOWN = "26"
"""The sector whose rates stand as the file's headline: electronics."""


def scenario_of(
    game: TariffGame, name: str, *, title: str | None = None, question: str = "", notes: str = ""
) -> Scenario:
    """Return the scenario of a game's tariffs at the central elasticities.

    Rates are percent of customs value, to 0.01 points. Duties that nobody chose are those of the
    game's reference, against which it is measured.
    """
    from tradetalks.scenario import Scenario

    reference = game.reference.to_plain()
    chosen = _changes(game)
    plain: dict[str, Any] = {
        "name": name,
        "question": question or _question(game),
        "against": game.reference.name,
        "changes": [*(reference.get("changes") or ()), *chosen],
        "expected": [
            {key: change[key] for key in ("importer", "exporter", "sectors", "set")}
            for change in chosen
            if change["sectors"] == _SHOWN
        ],
        "sources": [*(reference.get("sources") or ()), ossa(_GAME)],
        "notes": notes
        or f"Tariffs found by `tradetalks talks {game.kind}` at the elasticities "
        f"{game.central}: they are answers of the model, not proposals of anybody.",
    }
    for key in ("base", "regions", "horizon", "world"):
        if reference.get(key) is not None:
            plain[key] = reference[key]
    if title is not None:
        plain["title"] = title
    return Scenario.model_validate(plain)


def _changes(game: TariffGame) -> list[dict[str, Any]]:
    """Return one change per rate; partners with the same rate stand together."""
    middle = game.choices[game.central]
    table = game.table
    rates = np.round(game.rate(middle.tariff), _DIGITS)
    out: list[dict[str, Any]] = []
    for code, player in zip(game.players, middle.players, strict=True):
        n = player.country
        for j in np.flatnonzero(player.chooses.any(0)):
            by_rate: dict[float, list[str]] = {}
            for i in np.flatnonzero(player.chooses[:, j]):
                by_rate.setdefault(float(rates[i, n, j]), []).append(table.countries[i])
            out += [
                {
                    "kind": "tariff",
                    "importer": code,
                    "exporter": whom[0] if len(whom) == 1 else whom,
                    "sectors": table.sectors[j],
                    "set": f"{rate:.{_DIGITS}f}%",
                }
                for rate, whom in by_rate.items()
            ]
    return out


def _question(game: TariffGame) -> str:
    from tradetalks.results.labels import country_in_sentence

    names = " and ".join(country_in_sentence(code) for code in game.players)
    return {
        "optimal": f"What if {names} set the goods tariffs that serve it best, unanswered?",
        "nash": f"What if {names} fought a tariff war to its Nash equilibrium?",
        "cooperative": f"What if {names} agreed on tariffs, all gaining the same proportion?",
    }[game.kind]
