"""The truce as a question: who gains by waiting, what holds it together, what is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tradetalks.errors import BadInput, NoAnswer
from tradetalks.talks.truce_flows import PLAYERS, Flows, solve_flows
from tradetalks.talks.truce_game import INSIDE, Grid, Played, Rules, outlook, solve_game
from tradetalks.talks.truce_rules import (
    Monitoring,
    critical_discount,
    longest_safe,
    review,
    threat,
)
from tradetalks.talks.truce_settings import figures, settings

_MONTH = 30.4375
_ELECTION = date(2028, 11, 7)
_REVIEWS = (1, 3, 6, 12, 24)


def rules_of(values: Mapping[str, float], flows: Flows, to_end: int, on: date) -> Rules:
    """Return the game of `values` (see `settings`) with the world model's `flows`.

    Tariffs are mixed from both horizons, controls start at their short-run effect and lose it at
    the rate at which the model's loss falls from the short to the medium horizon.
    """
    w = values["short_weight"]

    def tariffs(what: str) -> np.ndarray:
        by = flows.tariffs[what]
        return np.array([w * by["short"][p] + (1 - w) * by["medium"][p] for p in PLAYERS])

    rivalry = np.array([values["rivalry_usa"], values["rivalry_chn"]])
    strength = np.array([values["strength_chips"], values["strength_rare_earths"]])

    def control(use: str, horizon: str) -> tuple[np.ndarray, np.ndarray]:
        """Return what each holder's control costs the other, and gives the holder."""
        loss, gain = np.empty(2), np.empty(2)
        for i, holder in enumerate(PLAYERS):
            by = flows.controls[holder][use][horizon]
            loss[i] = max(-by[PLAYERS[1 - i]], 0.0)
            gain[i] = by[holder] * (values["rents"] if by[holder] > 0 else 1.0)
        loss, gain = strength * loss, strength * gain
        return loss, gain + rivalry * loss

    ban, ban_gain = control("ban", "short")
    later, _ = control("ban", "medium")
    slow, slow_gain = control("slow", "short")
    idle = np.array([values["idle_decay_chips"], values["idle_decay_rare_earths"]])
    used = np.log(np.maximum(ban, 1e-12) / np.maximum(later, 1e-12)) / values["horizon_gap"]
    lapse = tariffs("lapse")
    ahead = (_ELECTION - on).days / _MONTH
    near = [ahead - 12 <= t < ahead for t in range(int(values["months"]))]
    return Rules(
        discount=np.array([values["discount_usa"], values["discount_chn"]]) ** (1 / 12),
        sigma=values["sigma"],
        slow_loss=slow[::-1],
        slow_gain=slow_gain,
        ban_loss=ban[::-1],
        ban_gain=ban_gain,
        war=lapse + values["answer"] * (tariffs("mirrored") - lapse),
        deal=tariffs("deal") - np.array([values["deal_cost_usa"], values["deal_cost_chn"]]),
        idle_decay=idle,
        used_decay=np.maximum(used, idle),
        slow_use=1 - values["slow_approval"] / values["full_approval"],
        signal=(values["full_approval"] - values["slow_approval"]) / values["noise"],
        memory=values["memory"],
        signature=values["signature"],
        distrust=values["distrust"],
        extension=int(values["extension"]),
        to_end=to_end,
        months=int(values["months"]),
        tail=int(values["tail"]),
        deal_hazard=values["deal_hazard"],
        loss_weight=np.where(near, values["election_weight"], 1.0),
    )


def summary(played: Played) -> dict[str, Any]:
    """Return what a solved game says: chances, and values of waiting in USD billions by player.

    `month_against_war` is a month of truce instead of war; `another_month` one more before the
    deadline; `stall` the value of an extension less that of a deal now; `time` what a month's
    decay of both leverages is worth in a truce; `war`, `truce`, `deal` present values.
    """
    r = played.rules
    truce, war, deal = (played.start(played.truce), played.war[:, 0, 0], played.deal[:, 0, 0])
    war_flow = r.war - r.ban_loss + r.ban_gain
    out: dict[str, Any] = {"outlook": outlook(played), "players": []}
    own, other = _drift(played)
    for i, code in enumerate(PLAYERS):
        out["players"].append(
            {
                "player": code,
                "month_against_war": float(-war_flow[i]),
                "another_month": float(truce[i, r.to_end + 1] - truce[i, r.to_end]),
                "stall": float(truce[i, r.extension - 1] - deal[i]),
                "time": float(own[i] + other[i]),
                "time_own_leverage": float(own[i]),
                "time_other_leverage": float(other[i]),
                "truce": float(truce[i, r.to_end]),
                "war": float(war[i]),
                "deal": float(deal[i]),
                "deal_flow": float(r.deal[i]),
            }
        )
    out["stallers"] = [p["player"] for p in out["players"] if p["stall"] > 0]
    return out


def _drift(played: Played) -> tuple[np.ndarray, np.ndarray]:
    """Return the value `[i]` of a month's idle decay of i's own and of the other's leverage."""
    r, s = played.rules, played.chains.start
    V = played.truce[:, r.to_end, :, :, s, s]
    steps = [-np.log(levels[1]) for levels in played.chains.levels]
    by_side = np.stack(
        [
            r.idle_decay[0] * (V[:, 1, 0] - V[:, 0, 0]) / steps[0],
            r.idle_decay[1] * (V[:, 0, 1] - V[:, 0, 0]) / steps[1],
        ]
    )
    return by_side[[0, 1], [0, 1]], by_side[[1, 0], [0, 1]]


@dataclass(frozen=True, eq=False)
class TruceAnswer:
    """The game played on `on` with the truce ending on `until`; `values` are its parameters."""

    on: date
    until: date
    values: Mapping[str, float]
    flows: Flows
    played: Played

    @property
    def changed(self) -> dict[str, float]:
        """Parameters that differ from the book's."""
        return {k: self.values[k] for k, f in figures().items() if self.values[k] != f.value}

    def summary(self) -> dict[str, Any]:
        """Return chances and values (see `summary`)."""
        return summary(self.played)

    def alive(self) -> list[dict[str, Any]]:
        """Return a row per month from now: chances that the truce or a deal stand (`truce_alive`).

        Keys `months`, `truce`, `deal`, `stands` (their sum).
        """
        from tradetalks.talks.truce_alive import standing

        return [
            {"months": m, "truce": float(kept), "deal": float(deal), "stands": float(kept + deal)}
            for m, (kept, deal) in enumerate(standing(self.played))
        ]

    def alive_on_record(self) -> dict[str, Any] | None:
        """Return what the record of breaks and deadlines says of the same, after the truce's end.

        Keys `months`, `alive`, `low`, `high` (90%); None where the record has no such deadline.
        """
        from tradetalks.talks.forecast import forecast

        try:
            found = forecast(self.on, self.until.isoformat()).alive()
        except (BadInput, NoAnswer):  # a day of the user's own
            return None
        if not found:
            return None
        row = found[0]
        names = {"alive": "alive", "low": "alive_low", "high": "alive_high"}
        months = self.played.rules.to_end + 1
        return {"months": months, "record": row["record"]} | {k: row[v] for k, v in names.items()}

    def choices(self) -> list[dict[str, Any]]:
        """Return a row per player: odds of each action this month."""
        r, s = self.played.rules, self.played.chains.start
        names = INSIDE if r.to_end else ("extend", "deal", "escalate")
        odds = self.played.inside[0] if r.to_end else self.played.at_end[0]
        at = (r.to_end - 1, 0, 0, s, s) if r.to_end else (0, 0, s, s)
        return [
            {"player": code, **dict(zip(names, map(float, odds[i][at]), strict=True))}
            for i, code in enumerate(PLAYERS)
        ]

    def answers(self) -> list[tuple[int, str, str, float, float]]:
        """Return (player, temptation, answer, D, N): what cheating gives and how it is answered.

        Slow licences may be answered in kind or by war, a full stop by war; C is zero.
        """
        r, out = self.played.rules, []
        war = r.war - r.ban_loss + r.ban_gain
        kind = r.slow_gain - r.slow_loss
        for i in range(2):
            out += [
                (i, "slow licences", "slow licences", float(r.slow_gain[i]), float(kind[i])),
                (i, "slow licences", "war", float(r.slow_gain[i]), float(war[i])),
                (i, "full stop", "war", float(r.ban_gain[i]), float(war[i])),
            ]
        return out

    def enforcement(self) -> list[dict[str, Any]]:
        """Return a row per player, temptation and answer: critical discount factors a month.

        Cheating lasts one month and is seen; `critical` is for the punishment of `punishment`
        months, `critical_forever` for one without end; None where no factor is enough.
        """
        T, rows = int(self.values["punishment"]), []
        for i, name, answer, D, N in self.answers():
            own, least = float(self.played.rules.discount[i]), critical_discount(0.0, D, N, T)
            rows.append(
                {
                    "player": PLAYERS[i],
                    "temptation": name,
                    "answer": answer,
                    "gain_a_month": D,
                    "answer_a_month": N,
                    "critical_forever": critical_discount(0.0, D, N),
                    "critical": least,
                    "punishment_months": T,
                    "discount": own,
                    "holds": least is not None and own >= least,
                }
            )
        return rows

    def watch(self) -> Monitoring:
        """Return the monitoring of licences."""
        return Monitoring(
            self.played.rules.signal,
            self.values["false_alarm"],
            int(self.values["punishment"]),
        )

    def reviews(self) -> list[dict[str, Any]]:
        """Return a row per player and answer to slow licences: longest safe review period.

        `longest_safe_months` is None if none is safe, 24 for that or longer; `periods` has some
        periods in detail.
        """
        watch, rows = self.watch(), []
        for i, name, answer, D, N in self.answers():
            if name != "slow licences":
                continue
            terms = (0.0, D, N, float(self.played.rules.discount[i]))
            longest, safe = longest_safe(*terms, watch)
            rows.append(
                {
                    "player": PLAYERS[i],
                    "answer": answer,
                    "longest_safe_months": longest,
                    "safe": list(safe),
                    "periods": [{"months": m, **review(*terms, m, watch)} for m in _REVIEWS],
                }
            )
        return rows

    def threats(self) -> list[dict[str, Any]]:
        """Return a row per maker of the threat "license in full for a year, or war may come"."""
        r, found = self.played.rules, self.summary()["players"]
        year = (1 - r.discount**12) / (1 - r.discount)
        rows = []
        for i, code in enumerate(PLAYERS):
            j = 1 - i
            rows.append(
                {
                    "maker": code,
                    "target": PLAYERS[j],
                    "yield_cost": float(year[j] * r.slow_gain[j]),
                    "target_loss": found[j]["truce"] - found[j]["war"],
                    "gain": float(year[i] * r.slow_loss[i]),
                    "own_loss": found[i]["truce"] - found[i]["war"],
                }
            )
            keys = ("yield_cost", "target_loss", "gain", "own_loss")
            rows[-1] |= threat(**{k: rows[-1][k] for k in keys})
        return rows

    def replayed(self, changes: Mapping[str, float], grid: Grid = Grid(4, 3)) -> Played:  # noqa: B008
        """Return the game with other parameters, on a coarser grid (for sensitivity)."""
        given = settings({**self.values, **changes})
        return solve_game(rules_of(given, self.flows, self.played.rules.to_end, self.on), grid)

    def assumptions(self) -> tuple[str, ...]:
        """Return what is assumed: the form of the game, then every assumed number with range."""
        form = (
            "Both governments maximise the present value of income changes, political costs and "
            "weights as listed; each month both choose at once, with logit errors (assumed).",
            "Effects of tariffs and of each control add up; a control starts at its short-run "
            "effect and decays as the model's short-run and medium-run losses differ (assumed).",
            "The record of licences is summed up in the log odds that a side is slow; only the "
            "approvers, who must sign at the end, act on it (assumed).",
        )
        numbers = tuple(
            f"{f.what}: {self.values[name]:g} {f.unit} "
            f"({f.evidence}, range {f.low:g} to {f.high:g})."
            for name, f in figures().items()
            if f.assumed or self.values[name] != f.value
        )
        return (*form, *numbers)

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader must know before quoting a number."""
        from tradetalks.talks.forecast_data import KNOWN_UNTIL, UNKNOWN_FROM

        out = [
            f"Record known to {KNOWN_UNTIL.isoformat()}; outcomes on or after "
            f"{UNKNOWN_FROM.isoformat()} are unknown.",
            "Discount factors, the logit scale and the political costs of a deal cannot be "
            "identified from data: quote regions (--sensitivity), not these points. For "
            "probabilities use `tradetalks forecast`.",
        ]
        for name, f in figures().items():
            if not f.low <= self.values[name] <= f.high:
                out.append(
                    f"{name}={self.values[name]:g} is outside the range {f.low:g} to {f.high:g}."
                )
        return tuple(out)


def play_truce(
    on: date | None = None,
    *,
    until: date | None = None,
    given: Mapping[str, float] | None = None,
    flows: Flows | None = None,
    grid: Grid = Grid(),  # noqa: B008 (frozen)
    sets: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> TruceAnswer:
    """Play the truce game from `on` (today if left out), the truce ending on `until`.

    `until` is by default the next end of a truce in the record. `given` overrides parameters by
    name (see `settings`); `flows` takes monthly payoffs already solved; `sets` solves those of
    tariffs at the low and the high elasticities too, for draws. Raises `BadInput` for a
    deadline in the past or more than three years ahead, and what `settings` and the solvers raise.
    """
    day = on or date.today()
    end = until or _next_end(day)
    days = (end - day).days
    if days < 0:
        raise BadInput(
            f"the truce's end, {end}, is in the past: it is before {day}.",
            cure="Give a later --until, or an earlier --on.",
        )
    values = settings(given)
    to_end = max(round(days / _MONTH) - 1, 0)
    if to_end > min(36, values["months"] - 1):
        raise BadInput(
            f"the truce's end, {end}, is {to_end + 1} months ahead of {day}.",
            cure="Give an end within the months of the game and within three years.",
        )
    found = flows or solve_flows(values["slow_approval"], sets=sets, progress=progress)
    played = solve_game(rules_of(values, found, to_end, day), grid)
    return TruceAnswer(day, end, values, found, played)


def _next_end(day: date) -> date:
    from tradetalks.talks.forecast_data import load_record

    ends = [d.deadline for d in load_record().deadlines if d.kind == "truce" and d.deadline >= day]
    if not ends:
        raise BadInput(
            f"no end of a truce after {day} is on record: the last one is in the past.",
            cure="Give one with --until.",
        )
    return min(ends)
