"""The truce game over draws of what is assumed: how its answers spread, and what drives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadNumber, NotConverged
from tradetalks.results.draws import Parameter, drivers, points, quantiles
from tradetalks.talks.assumed import Figure
from tradetalks.talks.truce import TruceAnswer, rules_of, summary
from tradetalks.talks.truce_alive import MONTHS, standing
from tradetalks.talks.truce_flows import PLAYERS, SETS
from tradetalks.talks.truce_game import Grid, Played, solve_game
from tradetalks.talks.truce_maps import record_allows
from tradetalks.talks.truce_settings import WHOLE, figures, settings

Numbers = NDArray[np.float64]
COARSE = Grid(2, 3)
"""The grid of a draw: values of waiting differ from those of the full grid by about 1%."""
KEPT = ("slow_approval", "punishment", "false_alarm", "election_weight")
"""Not drawn: solved into the payoffs, not in this game, or off unless set."""
TARIFFS = "tariff_elasticities"
OUTCOMES = (
    *(f"{what}_{p.lower()}" for what in ("month_against_war", "stall") for p in PLAYERS),
    "extend",
    "breach_a_month",
)
"""By player: a month of truce instead of war, an extension rather than a deal (USD billions);
the chances of the game that this truce is extended, and that it breaks in a month."""
BANDS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Percentiles of the fan."""
_MOST = 100_000
_FLAT = ("share", "a month", "a year")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class TruceDraws:
    """Draws of the game of `answer`: `values` by parameter `[draw]`, `outcomes` by name `[draw]`.

    An outcome is NaN where the game has no solution; `messages` counts the reasons.
    `compatible` `[draw]` says whether the chances lie in the 90% intervals of the record, `paths`
    `[draw, month]` the chance that truce or deal stand (`truce_alive`), NaN after the game's end.
    """

    answer: TruceAnswer
    space: tuple[Parameter, ...]
    values: Mapping[str, Numbers]
    outcomes: Mapping[str, Numbers]
    compatible: NDArray[np.bool_]
    messages: Mapping[str, int]
    seed: int
    paths: Numbers

    @property
    def draws(self) -> int:
        """How many were asked for."""
        return self.compatible.size

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per outcome: percentiles, mean, and the share of draws above zero."""
        out: list[dict[str, Any]] = []
        for name in OUTCOMES:
            q = quantiles(name, self.outcomes[name])
            keys = ("p05", "p25", "p50", "p75", "p95")
            out.append(
                {
                    "outcome": name,
                    **dict(zip(keys, q.values, strict=True)),
                    "mean": q.mean,
                    "positive": float((self._solved(name) > 0).mean()),
                    "draws": q.draws,
                }
            )
        return out

    def fan(self) -> list[dict[str, Any]]:
        """Return a row per month: percentiles of the chance that truce or deal stand.

        `months` from the day of the answer; only months that every solved draw has.
        """
        solved = self.paths[np.isfinite(self.paths[:, 0])]
        shown = solved[:, np.isfinite(solved).all(0)]
        names = [f"p{round(100 * q):02d}" for q in BANDS]
        ends = np.quantile(shown, BANDS, axis=0).T.tolist()
        return [{"months": m, **dict(zip(names, at, strict=True))} for m, at in enumerate(ends)]

    def stalling(self) -> dict[str, float | None]:
        """Return in what share of draws who gains by stalling: all, and those the record allows.

        Keys `USA`, `CHN`, `both`, `neither`, each also with `_compatible` (None where no draw is).
        """
        gains = np.stack([self.outcomes[f"stall_{p.lower()}"] for p in PLAYERS]) > 0
        ways = {p: gains[i] for i, p in enumerate(PLAYERS)}
        ways |= {"both": gains.all(0), "neither": ~gains.any(0)}
        solved = np.isfinite(self.outcomes["extend"])
        kept = solved & self.compatible
        found: dict[str, float | None] = {k: float(v[solved].mean()) for k, v in ways.items()}
        found |= {
            f"{k}_compatible": float(v[kept].mean()) if kept.any() else None
            for k, v in ways.items()
        }
        return found

    def drivers(self, outcome: str) -> list[dict[str, Any]]:
        """Return what drives an outcome, the strongest first (`results.draws.drivers`)."""
        return drivers(self.outcomes[outcome], self.values)

    def _solved(self, name: str) -> Numbers:
        values = self.outcomes[name]
        return values[np.isfinite(values)]


def draw_truce(
    answer: TruceAnswer,
    draws: int = 500,
    seed: int = 1,
    *,
    grid: Grid = COARSE,
    progress: Progress | None = None,
) -> TruceDraws:
    """Play the game of `answer` for `draws` points of a scrambled Sobol' sequence.

    Drawn is every assumed number that has a range, but those of `KEPT` and what the user set; and
    the elasticities behind the flows of tariffs, where `answer.flows` has them by set. Raises
    `BadNumber` for a number of draws or a seed that cannot be, `NotConverged` where no draw is
    solved.
    """
    if not 1 <= draws <= _MOST:
        raise BadNumber(f"{draws} draws are asked for.", cure=f"Give 1 to {_MOST:,}.")
    if not 0 <= seed < 2**32:
        raise BadNumber(f"the seed is {seed}.", cure="Give a whole number from 0 to 4294967295.")
    space = space_of(answer)
    u = points(len(space), seed, 0, draws)
    values = {p.name: _whole(p, p.at(u[:, k])) for k, p in enumerate(space)}
    values = {k: _long_enough(answer, v) if k == "months" else v for k, v in values.items()}
    allowed = record_allows(answer)
    outcomes = {name: np.full(draws, np.nan) for name in OUTCOMES}
    paths = np.full((draws, MONTHS + 1), np.nan)
    compatible, messages = np.zeros(draws, dtype=bool), Counter[str]()
    for k in range(draws):
        try:
            played = _play(answer, {name: float(v[k]) for name, v in values.items()}, grid)
        except NotConverged as error:
            messages[error.cause] += 1
        else:
            found, path = summary(played), standing(played).sum(1)
            for name, value in _row(found).items():
                outcomes[name][k] = value
            compatible[k] = allowed(found["outlook"])
            paths[k, : path.size] = path
        if progress is not None:
            progress("games", k + 1, draws)
    if sum(messages.values()) == draws:
        raise NotConverged(f"none of {draws} draws is solved: {next(iter(messages))}")
    return TruceDraws(answer, space, values, outcomes, compatible, dict(messages), seed, paths)


def space_of(answer: TruceAnswer) -> tuple[Parameter, ...]:
    """Return what is drawn: ranges as 90% of a log-normal, those of shares and rates evenly."""
    out = [
        _parameter(name, f)
        for name, f in figures().items()
        if f.low < f.high and name not in KEPT and name not in answer.changed
    ]
    if answer.flows.by_set:
        out.append(
            Parameter(
                TARIFFS, "elasticities behind what tariffs cost", "draw", 1.0, 0.0, 2.0,
                "the low, central and high set of both horizons", "S", ("equal chances",),
                options=SETS,
            )
        )  # fmt: skip
    return tuple(out)


def _parameter(name: str, figure: Figure) -> Parameter:
    flat = figure.unit in _FLAT or figure.low <= 0 or name in WHOLE
    return Parameter(
        name, figure.what, "draw", figure.value, figure.low, figure.high, figure.source,
        figure.evidence, ("low", "median", "high") if figure.assumed else (),
        "range" if flat else "log",
    )  # fmt: skip


def _whole(parameter: Parameter, values: Numbers) -> Numbers:
    return np.round(values) if parameter.name in WHOLE else values


def _long_enough(answer: TruceAnswer, months: Numbers) -> Numbers:
    """Let the game last at least to the end of the truce."""
    return np.maximum(months, answer.played.rules.to_end + 1)


def _play(answer: TruceAnswer, drawn: Mapping[str, float], grid: Grid) -> Played:
    own, flows = dict(drawn), answer.flows
    if TARIFFS in own:
        flows = replace(flows, tariffs=flows.by_set[SETS[int(own.pop(TARIFFS))]])
    given = settings({**answer.values, **own})
    rules = rules_of(given, flows, answer.played.rules.to_end, answer.on)
    return solve_game(rules, grid)


def _row(found: Mapping[str, Any]) -> dict[str, float]:
    out: dict[str, float] = {k: found["outlook"][k] for k in ("extend", "breach_a_month")}
    for player in found["players"]:
        code = player["player"].lower()
        out |= {f"{k}_{code}": player[k] for k in ("month_against_war", "stall")}
    return out
