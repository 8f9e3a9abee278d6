"""What tariff is best for a country: alone, after retaliation, by agreement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from tradetalks.engine.ends import spread
from tradetalks.talks.game import TariffGame
from tradetalks.talks.question import REFERENCE, play

PUBLISHED: Mapping[str, tuple[dict[str, Any], ...]] = MappingProxyType(
    {
        "USA": (
            {
                "column": "optimal",
                "tariff": 19.0,
                "what": "US optimum, one sector, costly market access, 2023",
                "title": "Ignatenko, Lashkaripour, Macedoni & Simonovska (2025), Journal of "
                "International Economics 157, 104138",
                "url": "https://doi.org/10.1016/j.jinteco.2025.104138",
                "evidence": "V",
            },
            {
                "column": "optimal",
                "tariff": 34.0,
                "what": "US optimum by goods trade alone",
                "title": "Itskhoki & Mukhin, The optimal macro tariff (abstract)",
                "url": "https://www.nber.org/papers/w33839",
                "evidence": "V",
            },
            {
                "column": "optimal",
                "tariff": 9.0,
                "what": "the same with US gross liabilities in dollars",
                "title": "Itskhoki & Mukhin, The optimal macro tariff (abstract)",
                "url": "https://www.nber.org/papers/w33839",
                "evidence": "V",
            },
            {
                "column": "nash",
                "tariff": 43.6,
                "what": "US duty in a global tariff war, 2014 (Table 2, baseline)",
                "title": "Lashkaripour (2021), Journal of International Economics 131, 103419",
                "url": "https://doi.org/10.1016/j.jinteco.2020.103419",
                "evidence": "V",
            },
        )
    }
)
"""Published averages in percent, by country; their models and data are not ours."""


@dataclass(frozen=True, eq=False)
class BestTariffs:
    """Three games of one country on one world: `optimal`, `nash`, `cooperative`."""

    country: str
    games: Mapping[str, TariffGame]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per game: the country's average duty and who gains, with ranges.

        Averages in percent of customs value, weighted by imports under the law; real income in
        percent against the law, by country.
        """
        out: list[dict[str, Any]] = []
        alone = self.games["optimal"]
        for name, game in self.games.items():
            mine = next(r for r in self._averages(game) if r["importer"] == self.country)
            row: dict[str, Any] = {"game": name, **mine}
            row["real_income"] = {
                code: spread(
                    {
                        s: 100.0
                        * float(
                            np.asarray(c.after.welfare)[n]
                            / np.asarray(alone.choices[s].before.welfare)[n]
                            - 1.0
                        )
                        for s, c in game.choices.items()
                        if s in alone.choices
                    },
                    game.central,
                    "percent",
                )
                for n, code in enumerate(game.table.countries)
            }
            out.append(row)
        return out

    def _averages(self, game: TariffGame) -> list[dict[str, Any]]:
        """Return averages with the imports of the law as weights in every game."""
        alone = self.games["optimal"]
        law = alone.choices[alone.central]
        n = alone.table.index(self.country)
        mask = law.players[0].chooses
        weight = np.where(mask, np.asarray(law.before.trade)[:, n], 0.0)

        def mean(tariff: Any) -> float:
            return float((game.rate(tariff)[:, n] * weight).sum() / weight.sum())

        found = {s: mean(c.tariff) for s, c in game.choices.items()}
        return [
            {
                "importer": self.country,
                "tariff_reference": mean(law.origin),
                **spread(found, game.central, "tariff"),
            }
        ]

    def published(self) -> tuple[dict[str, Any], ...]:
        """Return published figures for this country, in percent, with sources; perhaps none."""
        return PUBLISHED.get(self.country, ())


def best_tariffs(
    country: str = "USA",
    *,
    start_from: str = REFERENCE,
    regions: str = "blocs",
    horizon: str | None = None,
    deficit: str | None = None,
    elasticities: Sequence[str] = ("all",),
    progress: Callable[[str, int, int], None] | None = None,
) -> BestTariffs:
    """Return what serves a country best: alone against all, in a war of all, in talks of all.

    Everybody is a player in war and talks, so `regions` should be few (`blocs`: the United
    States, China, the European Union, the rest of the world as one). Talks begin at the war's
    tariffs, all gaining the same proportion. Raises as `play`.
    """
    from tradetalks.data import load_world
    from tradetalks.scenario import load_scenario

    table = load_world(load_scenario(start_from).world, regions)
    common: dict[str, Any] = {
        "start_from": start_from,
        "world": table,
        "regions": regions,
        "horizon": horizon,
        "deficit": deficit,
        "elasticities": elasticities,
        "progress": progress,
    }
    alone = play("optimal", (country,), **common)
    war = play("nash", table.countries, partners=("all",), **common)
    talks = play(
        "cooperative", table.countries, partners=("all",), from_nash=True, war=war, **common
    )
    return BestTariffs(country, {"optimal": alone, "nash": war, "cooperative": talks})
