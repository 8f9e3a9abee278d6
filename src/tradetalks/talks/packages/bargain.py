"""`negotiate`: an agenda becomes payoffs of all packages, and the points that theory names."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput
from tradetalks.talks.packages import points
from tradetalks.talks.packages.payoffs import (
    Payoffs,
    all_weights,
    frozen_mask,
    payoffs_of,
    summed,
    weight_tables,
)
from tradetalks.talks.packages.trades import Levels, default_levels, ring_fenced
from tradetalks.talks.packages.worlds import Incomes, Progress, Worlds, incomes, worlds_of

if TYPE_CHECKING:
    from pathlib import Path

    from tradetalks.data import World
    from tradetalks.talks.packages.definition import Agenda

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Point:
    """A package that theory or law singles out; `key` names which, `number` the package."""

    key: str
    title: str
    number: int


@dataclass(frozen=True, eq=False)
class Bargain:
    """All packages of an agenda, solved.

    `payoffs` at the central elasticities; `allowed[p]` false where an issue is frozen at another
    level; `zone`, `efficient` `[p]` among the allowed. `points` by key. `by_set[set][p]` are
    real-income gains `[s]` in the agenda's unit of the packages that are named or asked about.
    """

    agenda: Agenda
    worlds: Worlds
    central: Incomes
    payoffs: Payoffs
    freeze: Mapping[str, str]
    allowed: Mask
    zone: Mask
    efficient: Mask
    points: Mapping[str, Point]
    by_set: Mapping[str, Mapping[int, Numbers]]
    set_levels: Mapping[str, Numbers]
    discount: tuple[float, float] | None
    created: str

    def levels(self, number: int) -> Levels:
        """Return the levels of a package by its number."""
        return tuple(int(x) for x in np.unravel_index(number, self.agenda.shape))

    def number(self, levels: Levels) -> int:
        """Return the number of a package by its levels."""
        return int(np.ravel_multi_index(levels, self.agenda.shape))

    @property
    def share(self) -> float:
        """The part of the allowed packages that leave no side worse off than the law."""
        return float(self.zone.sum() / self.allowed.sum())

    @property
    def agreement(self) -> bool:
        """Whether a package makes at least one side better off and none worse."""
        gain = np.where(self.allowed[:, None], self.payoffs.flat, np.nan)
        return bool(points.improving(gain).any())

    def gain(self, number: int) -> Numbers:
        """Return what a package brings each side above the law, in the agenda's unit."""
        return self.payoffs.flat[number]


POINTS = {
    "nash": "Nash",
    "kalai_smorodinsky": "Kalai-Smorodinsky",
    "egalitarian": "Egalitarian",
}


def negotiate(
    agenda: Agenda | str | Path,
    world: World | None = None,
    *,
    freeze: Mapping[str, str] | None = None,
    discount: tuple[float, float] | None = None,
    ranges: bool = True,
    today: datetime.date | None = None,
    progress: Progress | None = None,
) -> Bargain:
    """Enumerate the packages of an agenda, solve their worlds and find the named points.

    `agenda` is an `Agenda`, a shipped name or a path; `world` a table to use as it is; `freeze`
    fixes issues at a level ({"ai_chips": "off"}); `discount` (each side's value of the next
    period) makes the Nash point Rubinstein's; `ranges` solves named packages at every elasticity
    set too. Raises `BadInput` and its kind, `NotConverged` where the law itself has no
    equilibrium. That no package is in the zone is an answer: `points` then holds the law only.
    """
    from tradetalks.talks.packages.definition import Agenda
    from tradetalks.talks.packages.library import load_agenda

    asked = agenda if isinstance(agenda, Agenda) else load_agenda(agenda)
    asked.check_deadline(today or datetime.date.today())
    fixed = dict(freeze or {})
    allowed = frozen_mask(asked, fixed)
    power = None if discount is None else points.rubinstein_power(discount)
    worlds = worlds_of(asked, world, progress)
    central = incomes(worlds, range(len(worlds.levels)), worlds.central, progress)
    payoffs = payoffs_of(worlds, central)
    gain = np.where(allowed[:, None], payoffs.flat, np.nan)
    named = _points(asked, payoffs, gain, power)
    bargain = Bargain(
        agenda=asked,
        worlds=worlds,
        central=central,
        payoffs=payoffs,
        freeze=fixed,
        allowed=allowed,
        zone=points.zone(gain),
        efficient=points.pareto(gain),
        points=named,
        by_set={},
        set_levels={},
        discount=discount,
        created=datetime.date.today().isoformat(),
    )
    return _with_ranges(bargain, progress) if ranges else bargain


def _points(
    agenda: Agenda, payoffs: Payoffs, gain: Numbers, power: tuple[float, float] | None
) -> dict[str, Point]:
    """Return named packages; those of theory only where somebody can gain."""
    shape = agenda.shape
    law = int(np.ravel_multi_index(default_levels(payoffs), shape))
    now = int(np.ravel_multi_index(tuple(i.today for i in agenda.issues), shape))
    found = {"law": Point("law", "Law at the deadline", law)}
    if now != law:
        found["today"] = Point("today", "As it is today", now)
    if not points.improving(gain).any():
        return found
    solved = {
        "nash": points.nash(gain) if power is None else points.nash(gain, power),
        "kalai_smorodinsky": points.kalai_smorodinsky(gain),
        "egalitarian": points.egalitarian(gain),
    }
    titles = POINTS | ({"nash": "Rubinstein"} if power else {})
    for key, number in solved.items():
        if number is not None:
            found[key] = Point(key, titles[key], number)
    for s, side in enumerate(agenda.sides):
        best = points.favourite(gain, s)
        if best is not None:
            found[f"best_{side}"] = Point(f"best_{side}", f"Best for {side} in the zone", best)
    apart = int(np.ravel_multi_index(ring_fenced(payoffs), shape))
    found["ring_fenced"] = Point("ring_fenced", "Each issue on its own", apart)
    return found


def _with_ranges(bargain: Bargain, progress: Progress | None) -> Bargain:
    from dataclasses import replace

    worlds, agenda = bargain.worlds, bargain.agenda
    numbers = list(dict.fromkeys(p.number for p in bargain.points.values()))
    worlds_asked = [worlds.number(bargain.levels(n)) for n in numbers]
    by_set: dict[str, dict[int, Numbers]] = {}
    levels: dict[str, Numbers] = {}
    for chosen in worlds.sets:
        from tradetalks.errors import NoAnswer
        from tradetalks.talks.packages.payoffs import unit_scale

        try:
            found = (
                bargain.central
                if chosen.name == worlds.central
                else incomes(worlds, worlds_asked, chosen.name, progress)
            )
        except NoAnswer:
            continue
        rows = worlds_asked if chosen.name == worlds.central else range(len(numbers))
        scale = unit_scale(agenda, found.level)
        by_set[chosen.name] = {
            n: found.gain[row] * scale for n, row in zip(numbers, rows, strict=True)
        }
        levels[chosen.name] = found.level
    return replace(bargain, by_set=by_set, set_levels=levels)


@dataclass(frozen=True)
class Sensitivity:
    """What one end of an assumed weight does: the Nash package and the size of the zone."""

    issue: str
    level: str
    side: str
    value: float
    share: float
    nash: int | None


def sensitivities(bargain: Bargain) -> list[Sensitivity]:
    """Return the answer at both ends of every weight that has a range, one at a time."""
    out: list[Sensitivity] = []
    for place, weight in all_weights(bargain.agenda).items():
        issue = bargain.agenda.issues[place[0]]
        for end in weight.ends if weight.range else ():
            share, best = _answer(bargain, {place: end})
            level = issue.levels[place[1]].id
            out.append(Sensitivity(issue.id, level, weight.side, end, share, best))
    return out


def model_only(bargain: Bargain) -> Sensitivity:
    """Return the answer with every declared weight at zero: real income alone."""
    share, best = _answer(bargain, dict.fromkeys(all_weights(bargain.agenda), 0.0))
    return Sensitivity("", "", "", 0.0, share, best)


def _answer(
    bargain: Bargain, changed: Mapping[tuple[int, int, int], float]
) -> tuple[float, int | None]:
    tables = weight_tables(bargain.agenda, bargain.central.level, changed)
    payoffs = bargain.payoffs.replace_weights(summed(bargain.agenda, tables))
    gain = np.where(bargain.allowed[:, None], payoffs.flat, np.nan)
    share = float(points.zone(gain).sum() / bargain.allowed.sum())
    return share, points.nash(gain) if points.improving(gain).any() else None


def freezing(bargain: Bargain, freeze: Mapping[str, str]) -> tuple[float, float, int | None]:
    """Return the share of the zone and the Nash gain before and after issues are frozen.

    The second share is among the packages that are left. Raises `BadInput` if nothing is frozen.
    """
    if not freeze:
        raise BadInput("nothing is frozen.", cure="Name an issue and a level.")
    mask = frozen_mask(bargain.agenda, freeze)
    flat = bargain.payoffs.flat
    gain = np.where(mask[:, None], flat, np.nan)
    before = float(points.zone(flat).mean())
    after = float(points.zone(gain).sum() / mask.sum())
    return before, after, points.nash(gain) if points.improving(gain).any() else None
