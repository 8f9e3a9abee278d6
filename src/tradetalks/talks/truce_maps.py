"""Where the answer of the truce game flips: maps over what cannot be identified, and a tornado."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradetalks.errors import BadInput, unknown_name
from tradetalks.talks.truce import TruceAnswer, summary
from tradetalks.talks.truce_flows import PLAYERS
from tradetalks.talks.truce_game import Played
from tradetalks.talks.truce_settings import BOTH, figures

MAPS: tuple[tuple[str, str], ...] = (
    ("discount", "sigma"),
    ("deal_cost_usa", "deal_cost_chn"),
    ("rivalry_usa", "rivalry_chn"),
)
"""The pairs of parameters that are mapped unless others are asked for."""
_OUTSIDE = ("slow_approval", "punishment", "false_alarm")
"""Parameters on which the Markov game does not depend, or only through the world model."""
_LOG = ("sigma",)
_DAYS = 30.4375
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Compatible:
    """What the record allows (90% intervals): chance to extend, and to break in a month."""

    extend: tuple[float, float]
    breach: tuple[float, float]

    def __call__(self, found: dict[str, Any]) -> bool:
        """Whether a solved game's chances lie in both intervals."""
        low, high = self.extend
        least, most = self.breach
        return low <= found["extend"] <= high and least <= found["breach_a_month"] <= most


def record_allows(answer: TruceAnswer) -> Compatible:
    """Return the intervals of the record as known on the day of the answer."""
    from tradetalks.talks.forecast_data import load_record
    from tradetalks.talks.forecast_rates import hazard_by, rates_of

    record = load_record()
    typed = [d for d in record.deadlines if d.kind == "truce" and d.decided_by(answer.on)]
    month = hazard_by(record.spells, answer.on, phase_one=False).unbroken(round(_DAYS))
    return Compatible(rates_of(typed).interval(["extend"]), (1 - month["high"], 1 - month["low"]))


def region_map(
    answer: TruceAnswer,
    across: str,
    up: str,
    *,
    points: int = 7,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Return a row per point of the grid of two parameters over their assumed ranges.

    Keys: both parameters, `likely` (what most probably becomes of this truce: extend, deal,
    break), `stallers` (who is better off extending than with a deal now),
    `compatible` with the record, `extend`, `breach_a_month`. Raises `UnknownName`, `BadInput`.
    """
    check_map(across, up)
    allowed = record_allows(answer)
    xs, ys = _points(across, points), _points(up, points)
    rows: list[dict[str, Any]] = []
    for y in ys:
        for x in xs:
            found = summary(answer.replayed({across: x, up: y}))
            rows.append(
                {
                    across: x,
                    up: y,
                    "likely": likely(found["outlook"]),
                    "stallers": found["stallers"],
                    "compatible": allowed(found["outlook"]),
                    "extend": found["outlook"]["extend"],
                    "breach_a_month": found["outlook"]["breach_a_month"],
                }
            )
            if progress is not None:
                progress(f"{across} by {up}", len(rows), points * points)
    return rows


def check_map(across: str, up: str) -> None:
    """Raise `UnknownName` or `BadInput` unless the two parameters can be mapped."""
    if across == up:
        raise BadInput(f"a map of '{across}' against itself.", cure="Name two parameters.")
    for name in (across, up):
        _points(name, 2)


def likely(found: dict[str, Any]) -> str:
    """Return the most probable end of the truce in force, deals and breaks at any time together."""
    chances = {
        "extend": found["extend"],
        "deal": found["deal"] + found["deal_before"],
        "break": found["escalate"] + found["breach_before"] + found["lapse"],
    }
    return max(chances, key=lambda k: chances[k])


def tornado(
    answer: TruceAnswer, names: Sequence[str] = (), *, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Return a row per parameter: the answers at both ends of its range, widest first.

    `names` are the parameters, all on which the game depends if left out. Keys: `parameter`,
    `low`, `high`, then for `extend` (chance) and `stall_usa`, `stall_chn` (USD billions) the
    values `_at_low` and `_at_high`; `flips`: whose gain by stalling changes sign.
    """
    names = names or [n for n, f in figures().items() if f.low < f.high and n not in _OUTSIDE]
    rows: list[dict[str, Any]] = []
    for done, name in enumerate(names, start=1):
        f = figures()[name]
        ends = [_key(answer.replayed({name: value})) for value in (f.low, f.high)]
        row: dict[str, Any] = {"parameter": name, "what": f.what, "low": f.low, "high": f.high}
        for key in ends[0]:
            row |= {f"{key}_at_low": ends[0][key], f"{key}_at_high": ends[1][key]}
        row["flips"] = [
            p for p in PLAYERS
            if (ends[0][f"stall_{p.lower()}"] > 0) != (ends[1][f"stall_{p.lower()}"] > 0)
        ]  # fmt: skip
        rows.append(row)
        if progress is not None:
            progress(name, done, len(names))
    return sorted(rows, key=lambda r: -abs(r["extend_at_high"] - r["extend_at_low"]))


def switch_points(answer: TruceAnswer, *, points: int = 9) -> list[dict[str, Any]]:
    """Return a row per player: the political cost of a deal above which it gains by stalling.

    Key `deal_cost` in USD billions a month, between two of `points` solved over the assumed range;
    None where the sign does not change, `always` then says whether it always stalls.
    """
    rows: list[dict[str, Any]] = []
    for i, code in enumerate(PLAYERS):
        name = f"deal_cost_{code.lower()}"
        costs = _points(name, points)
        stall = np.array(
            [summary(answer.replayed({name: c}))["players"][i]["stall"] for c in costs]
        )
        change = np.flatnonzero((stall[:-1] <= 0) & (stall[1:] > 0))
        at = None
        if change.size:
            k = int(change[0])
            share = -stall[k] / (stall[k + 1] - stall[k])
            at = float(costs[k] + share * (costs[k + 1] - costs[k]))
        rows.append(
            {
                "player": code,
                "deal_cost": at,
                "always": bool((stall > 0).all()),
                "low": costs[0],
                "high": costs[-1],
                "assumed": answer.values[name],
            }
        )
    return rows


def shares_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Say in what share of a map each answer holds, all of it and where the record allows."""
    kept = [r for r in rows if r["compatible"]]

    def share(of: Sequence[dict[str, Any]], test: Callable[[dict[str, Any]], bool]) -> float | None:
        return sum(map(test, of)) / len(of) if of else None

    return {
        "points": len(rows),
        "compatible": len(kept),
        **{f"{p.lower()}_stalls": share(rows, lambda r, p=p: p in r["stallers"]) for p in PLAYERS},
        **{
            f"{p.lower()}_stalls_compatible": share(kept, lambda r, p=p: p in r["stallers"])
            for p in PLAYERS
        },
    }


def _key(played: Played) -> dict[str, float]:
    found = summary(played)
    stall = {f"stall_{p['player'].lower()}": p["stall"] for p in found["players"]}
    return {"extend": found["outlook"]["extend"], **stall}


def _points(name: str, points: int) -> list[float]:
    known = figures()
    at = f"{name}_usa" if name in BOTH else name
    if at not in known or name in _OUTSIDE:
        raise unknown_name(
            "parameter to map", name, [n for n in (*known, *BOTH) if n not in _OUTSIDE]
        )
    low, high = known[at].low, known[at].high
    if name in _LOG:
        return [float(x) for x in np.geomspace(low, high, points)]
    return [float(x) for x in np.linspace(low, high, points)]
