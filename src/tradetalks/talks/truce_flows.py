"""What truce, war, a deal and the use of a control are worth a month, from the world model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tradetalks.codes import PARTIES
from tradetalks.errors import NotConverged

if TYPE_CHECKING:
    from tradetalks.engine.ends import Ends
    from tradetalks.scenario import Scenario

PLAYERS = PARTIES
CONTROLS: Mapping[str, str] = {"USA": "chip-software-ban", "CHN": "rare-earth-ban"}
"""The control that each side holds over the other, by the scenario of its full use."""
TARIFFS: Mapping[str, str] = {
    "lapse": "truce-lapses-2027-01-10",
    "mirrored": "truce-lapses-mirrored",
    "deal": "deal-lifts-truce-duties",
}
HORIZONS = ("short", "medium")
SETS = ("low", "central", "high")
"""The elasticity sets that both horizons have."""
_MONTHS = 12.0


@dataclass(frozen=True)
class Flows:
    """Equivalent variation in USD billions a month, by player, against the truce.

    `tariffs[scenario][horizon][player]`: tariffs of `lapse` (the law alone), `mirrored` (answered
    in kind) and `deal`. `controls[holder][use][horizon][player]`: full (`ban`) or partial (`slow`)
    use of the holder's control, against no use. `sources`, `assumptions`: those of the runs.
    `by_set[set]` is `tariffs` at each elasticity set of `SETS`, empty where only the central one
    was asked for.
    """

    tariffs: Mapping[str, Mapping[str, Mapping[str, float]]]
    controls: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]
    sources: tuple[Any, ...] = ()
    assumptions: tuple[str, ...] = ()
    by_set: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]] = field(
        default_factory=lambda: {}
    )

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per scenario, horizon and player."""
        out = [
            {"what": what, "use": "", "horizon": h, "player": p, "usd_bn_a_month": v}
            for what, by_horizon in self.tariffs.items()
            for h, by_player in by_horizon.items()
            for p, v in by_player.items()
        ]
        out += [
            {"what": CONTROLS[holder], "use": use, "horizon": h, "player": p, "usd_bn_a_month": v}
            for holder, uses in self.controls.items()
            for use, by_horizon in uses.items()
            for h, by_player in by_horizon.items()
            for p, v in by_player.items()
        ]
        return out


def solve_flows(
    slow_approval: float,
    *,
    tariffs: Mapping[str, str] = TARIFFS,
    sets: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Flows:
    """Solve the scenarios at the central elasticities, short and medium, with critical goods.

    `slow_approval` is the part of licences granted when compliance is slow; `tariffs` names other
    scenarios or files for `lapse`, `mirrored`, `deal`; `sets` solves these at all of `SETS`. Raises
    what `solve_ends` raises, `NotConverged` where one of the sets has no equilibrium.
    """
    from functools import cache

    from tradetalks.data import load_world
    from tradetalks.engine.ends import solve_ends
    from tradetalks.scenario import load_scenario

    def asked(name: str, horizon: str, chosen: Sequence[str] = ("central",)) -> Scenario:
        return load_scenario(name).replace(
            horizon=horizon, elasticities=list(chosen), goods="default"
        )

    jobs: list[tuple[tuple[str, ...], Scenario]] = []
    for horizon in HORIZONS:
        chosen = [f"{horizon}-{s}" for s in SETS] if sets else ["central"]
        jobs += [
            ((key, "", horizon), asked(name, horizon, chosen)) for key, name in tariffs.items()
        ]
        for holder, name in CONTROLS.items():
            ban = asked(name, horizon)
            jobs += [
                ((holder, "ban", horizon), ban),
                ((holder, "slow", horizon), _slow(ban, slow_approval)),
            ]
    world = cache(load_world)
    found: dict[tuple[str, ...], dict[str, float]] = {}
    sources: list[Any] = []
    assumptions: list[str] = []
    for done, (key, scenario) in enumerate(jobs, start=1):
        table = world(scenario.world, scenario.regions, goods=scenario.goods)
        by_set = sets and key[0] in tariffs
        ends = solve_ends(scenario, table, central_only=not by_set)
        found[key] = _flows_of(ends, ends.central)
        if by_set:
            for s in SETS:
                found[*key, s] = _flows_of(ends, f"{key[2]}-{s}")
        sources += [s for s in scenario.to_plain().get("sources") or () if s not in sources]
        assumptions += [a for a in ends.assumptions() if a not in assumptions]
        if progress is not None:
            progress(scenario.name, done, len(jobs))
    return Flows(
        {key: {h: found[key, "", h] for h in HORIZONS} for key in tariffs},
        {
            holder: {use: {h: found[holder, use, h] for h in HORIZONS} for use in ("ban", "slow")}
            for holder in CONTROLS
        },
        tuple(sources),
        tuple(assumptions),
        {s: {k: {h: found[k, "", h, s] for h in HORIZONS} for k in tariffs} for s in SETS}
        if sets
        else {},
    )


def _flows_of(ends: Ends, name: str) -> dict[str, float]:
    """Return the flows at one elasticity set. Raises `NotConverged` where it has no equilibrium."""
    if name not in ends.by_set:
        raise NotConverged(
            f"scenario '{ends.scenario.name}' has no equilibrium at the set '{name}'."
        )
    gained = ends.by_set[name].accounts()["equivalent_variation"]
    return {p: float(gained[ends.table.index(p)]) / _MONTHS for p in PLAYERS}


def _slow(ban: Scenario, approval: float) -> Scenario:
    """Return the same control with a part of the licences granted."""
    (change,) = ban.to_plain()["changes"]
    changed = {k: v for k, v in change.items() if k != "ban"} | {"approval": approval}
    return ban.replace(name=f"{ban.name}-slow", changes=[changed])
