"""Gains and losses of interest groups, what their governments would choose, what turns it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes.units import BN
from tradetalks.data import World, load_world
from tradetalks.engine.ends import Ends, solve_ends, spread
from tradetalks.errors import BadInput
from tradetalks.scenario import Scenario, load_scenario
from tradetalks.talks.coherence import choice, incoherence, pivot, stands
from tradetalks.talks.grouping import (
    UNIT_GROUPS,
    Group,
    Grouping,
    Weight,
    grouping,
    idle,
    merged,
    read_terms,
    weights_of,
)
from tradetalks.talks.measures import sector_mask

Numbers = NDArray[np.float64]
NO_CHANGE = "no change"
"""The option of leaving things as in the reference."""
DEFAULT_OPTIONS = ("truce-lapses-by-law", "truce-lapses-to-april-peak", "free-trade")
DEFAULT_AGAINST = "truce-holds"
_CURES = {
    "against": "Options are compared with one reference: give `--against truce-holds`.",
    "horizon": "Give `--horizon medium`, or another that suits all.",
}


@dataclass(frozen=True, eq=False)
class GroupPayoffs:
    """What options do to the groups of a country, over the elasticity sets that all solved.

    `readings[t]` `[o, s]` are the measures of term t of all groups in order (USD billions) for
    option o and set s; the first option is no change. `weights` by group.
    """

    grouping: Grouping
    weights: Mapping[str, Weight]
    options: tuple[str, ...]
    ends: tuple[Ends, ...]
    sets: tuple[str, ...]
    central: str
    readings: tuple[Numbers, ...]
    created: str

    def _terms(self) -> list[tuple[Group, int]]:
        return [(g, t) for g in self.grouping.groups for t in range(len(g.terms))]

    def _amounts(self, group: Group, coefficient: Callable[[Any], float]) -> list[Numbers]:
        """Return coefficient x measure of each term of a group, `[o, s]`."""
        return [
            coefficient(group.terms[t]) * reading
            for (g, t), reading in zip(self._terms(), self.readings, strict=True)
            if g.id == group.id
        ]

    def payoff(self, group: Group) -> Numbers:
        """Return the payoff of a group, USD billions a year, `[o, s]`."""
        return np.sum(self._amounts(group, lambda term: term.coefficient), axis=0)

    def _wide(self, group: Group) -> tuple[Numbers, Numbers]:
        """Return the least and the greatest payoff over the ranges of what is assumed."""
        ends = [self._amounts(group, lambda t, e=e: t.ends[e]) for e in (0, 1)]
        pairs = list(zip(*ends, strict=True))
        return (
            np.sum([np.minimum(a, b) for a, b in pairs], axis=0),
            np.sum([np.maximum(a, b) for a, b in pairs], axis=0),
        )

    def _sizes(self, group: Group) -> tuple[Numbers, Numbers]:
        """Return the sum of absolute terms, and of the assumed ones among them, `[o, s]`."""
        parts = [np.abs(a) for a in self._amounts(group, lambda term: term.coefficient)]
        assumed = [p * t.assumed for p, t in zip(parts, group.terms, strict=True)]
        return np.sum(parts, axis=0), np.sum(assumed, axis=0)

    @property
    def _middle(self) -> int:
        return self.sets.index(self.central)

    def payoffs(self) -> list[dict[str, Any]]:
        """Return a row per group and option: payoff, its ranges, the share that is assumed.

        `payoff_low` and `_high` are over the elasticity sets; `wide_low` and `_high` over those
        and over the ranges of the assumed figures. `preferred` is the option the group likes best
        (no change among them), `preferred_everywhere` whether under every set.
        """
        rows: list[dict[str, Any]] = []
        for group in self.grouping.groups:
            values, (least, greatest) = self.payoff(group), self._wide(group)
            size, assumed = self._sizes(group)
            best = values.argmax(axis=0)
            for o, option in enumerate(self.options):
                total = size[o, self._middle]
                rows.append(
                    {
                        "country": group.country,
                        "group": group.id,
                        "name": group.name,
                        "option": option,
                        "payoff": float(values[o, self._middle]),
                        "payoff_low": float(values[o].min()),
                        "payoff_high": float(values[o].max()),
                        "wide_low": float(least[o].min()),
                        "wide_high": float(greatest[o].max()),
                        "assumed_share": float(assumed[o, self._middle] / total) if total else 0.0,
                        "weight": self.weights[group.id].value,
                        "preferred": self.options[best[self._middle]]
                        if np.abs(values[:, self._middle]).max() > 0
                        else None,
                        "preferred_everywhere": bool((best == best[self._middle]).all()),
                    }
                )
        return rows

    def matrix(self, country: str, set_name: str | None = None) -> Numbers:
        """Return payoffs `[o, g]` of a country's groups under an elasticity set."""
        s = self.sets.index(set_name or self.central)
        return np.stack([self.payoff(g)[:, s] for g in self.grouping.of(country)], axis=1)

    def weight_vector(self, country: str) -> Numbers:
        """Return weights `[g]` of a country's groups."""
        return np.array([self.weights[g.id].value for g in self.grouping.of(country)])

    def coherence(self) -> list[dict[str, Any]]:
        """Return a row per country and option: weighted sum, incoherence, assumed share.

        `incoherence` counts all groups, `organised` leaves households out, whose dollars drown
        the others' disagreement.
        """
        rows: list[dict[str, Any]] = []
        for country in self.grouping.countries:
            w = self.weight_vector(country)
            rest = w * np.array([g.id not in UNIT_GROUPS for g in self.grouping.of(country)])
            by_set = {s: self.matrix(country, s) for s in self.sets}
            for o, option in enumerate(self.options[1:], start=1):
                sums = {s: float(d[o] @ w) for s, d in by_set.items()}
                index = {s: incoherence(w, d[o]) for s, d in by_set.items()}
                among = {s: incoherence(rest, d[o]) for s, d in by_set.items()}
                rows.append(
                    {
                        "country": country,
                        "option": option,
                        **spread(sums, self.central, "weighted_sum"),
                        **spread(index, self.central, "incoherence"),
                        **spread(among, self.central, "organised"),
                        "assumed_share": self._assumed(country, o),
                    }
                )
        return rows

    def _assumed(self, country: str, option: int) -> float:
        """Return which part of a country's weighted terms rests on assumed weights or figures."""
        total = assumed = 0.0
        for group in self.grouping.of(country):
            weight = self.weights[group.id]
            size, soft = (x[option, self._middle] * weight.value for x in self._sizes(group))
            total += float(size)
            assumed += float(size if weight.assumed else soft)
        return assumed / total if total else 0.0

    def choices(self) -> list[dict[str, Any]]:
        """Return a row per country: what it would choose, and the least change that turns it.

        `by_set` names the choice under each elasticity set, `stands` says whether it is the best
        for all weights within their ranges, under every set. `flip` lists the weights that
        change; `alone` the weight at which each group, by itself, turns the choice (None where
        it cannot).
        """
        rows: list[dict[str, Any]] = []
        for country in self.grouping.countries:
            groups, w = self.grouping.of(country), self.weight_vector(country)
            payoffs = self.matrix(country)
            movable = np.array([g.id not in UNIT_GROUPS for g in groups])
            chosen = choice(w, payoffs)
            flip = pivot(w, payoffs, movable)
            rows.append(
                {
                    "country": country,
                    "choice": self.options[chosen],
                    "by_set": {
                        s: self.options[choice(w, self.matrix(country, s))] for s in self.sets
                    },
                    "stands": all(
                        stands(
                            [self.weights[g.id].low for g in groups],
                            [self.weights[g.id].high for g in groups],
                            self.matrix(country, s),
                            chosen,
                        )
                        for s in self.sets
                    ),
                    "flip_to": None if flip is None else self.options[flip.option],
                    "flip_size": None if flip is None else flip.size,
                    "flip": []
                    if flip is None
                    else [
                        {
                            "group": groups[g].id,
                            "weight": float(w[g]),
                            "needed": float(w[g] + flip.change[g]),
                        }
                        for g in flip.moved
                    ],
                    "alone": [
                        {"group": group.id, "weight": float(w[g]), **self._alone(w, payoffs, g)}
                        for g, group in enumerate(groups)
                        if movable[g]
                    ],
                }
            )
        return rows

    def _alone(self, w: Numbers, payoffs: Numbers, g: int) -> dict[str, Any]:
        only = np.arange(w.size) == g
        flip = pivot(w, payoffs, only)
        if flip is None:
            return {"needed": None, "to": None}
        return {"needed": float(w[g] + flip.change[g]), "to": self.options[flip.option]}

    def balances(self) -> list[dict[str, Any]]:
        """Return a row per option: US balances, exports of electronics to China and revenue.

        USD billions, changes from the reference with range. The deficit with all partners in
        goods and services is imposed by the closure; `goods_balance` is that of goods.
        """
        rows: list[dict[str, Any]] = []
        for option, ends in zip(self.options[1:], self.ends, strict=True):
            row: dict[str, Any] = {"option": option}
            found = {s: _balances(ends.before[s], ends.after[s], ends.table) for s in self.sets}
            for name in found[self.central]:
                row |= spread({s: v[name] for s, v in found.items()}, self.central, name)
            rows.append(row)
        return rows

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader must know before quoting a number."""
        out: list[str] = []
        for ends in self.ends:
            out += [w for w in ends.warnings() if w not in out]
        out += [
            f"{text} (`--goods default` does it)."
            for text in idle(self.ends[0].table, self.grouping.countries)
        ]
        return tuple(out)


def _balances(before: Any, after: Any, table: World) -> dict[str, float]:
    usa, chn = table.index("USA"), table.index("CHN")
    electronics = sector_mask(("26",), table)

    def of(e: Any) -> dict[str, float]:
        trade = np.asarray(e.trade)
        customs = (trade * table.valuation)[:, :, table.goods].sum(2)
        goods = trade[:, :, table.goods].sum(2)
        whole = trade.sum(2)
        return {
            "balance_with_china": customs[usa, chn] - customs[chn, usa],
            "goods_balance": goods[usa].sum() - goods[:, usa].sum(),
            "balance_all": whole[usa].sum() - whole[:, usa].sum(),
            "electronics_to_china": trade[usa, chn, electronics].sum(),
            "goods_exports": goods[usa].sum() - goods[usa, usa],
            "tariff_revenue": float(np.asarray(e.revenue)[usa]),
        }

    old, new = of(before), of(after)
    return {name: float(new[name] - old[name]) * BN for name in old}


def group_payoffs(
    scenarios: Sequence[str | Scenario] = DEFAULT_OPTIONS,
    *,
    weights: Mapping[str, float] | None = None,
    against: str | None = None,
    goods: str | None = None,
    horizon: str | None = None,
    elasticities: Sequence[str] = ("all",),
    world: World | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> GroupPayoffs:
    """Read the payoff of every interest group out of one or more scenarios.

    All are answered in one setting: they need one reference (`against`), one world and horizon;
    critical goods are carved out for all where one scenario asks for them. `weights` (by group,
    such as `usa.agriculture`) replace the shipped ones and those of the scenarios. Raises
    `BadInput` where settings differ or the world lacks the United States or China, `UnknownName`
    and `BadNumber` for weights, `NotConverged` without a central answer.
    """
    asked = [s if isinstance(s, Scenario) else load_scenario(s) for s in scenarios]
    for scenario in asked:
        weights_of(scenario.weights or {}, file=scenario.origin.file)
    asked = _in_one_setting(asked, against, goods, horizon, elasticities)
    chosen = weights_of(merged([*(s.weights or {} for s in asked), weights or {}]))
    table = world if world is not None else load_world(
        asked[0].world, asked[0].regions, goods=asked[0].goods
    )  # fmt: skip
    known = grouping()
    missing = [c for c in known.countries if c not in table.countries]
    if missing:
        raise BadInput(
            f"table '{table.name}' has no {' and no '.join(missing)}: the groups are theirs.",
            cure="Use a world with the United States and China, such as world-2022.",
        )
    ends: list[Ends] = []
    for done, scenario in enumerate(asked, start=1):
        ends.append(solve_ends(scenario, table))
        if progress is not None:
            progress(scenario.name, done, len(asked))
    central = ends[0].central
    sets = tuple(s for s in ends[0].before if all(s in e.before for e in ends))
    found = np.array(
        [[read_terms(known.groups, e.before[s], e.after[s], table) for s in sets] for e in ends]
    )
    none = np.zeros(len(sets))
    readings = tuple(np.vstack([none, found[:, :, t]]) for t in range(found.shape[2]))
    return GroupPayoffs(
        grouping=known,
        weights=chosen,
        options=(NO_CHANGE, *(s.name for s in asked)),
        ends=tuple(ends),
        sets=sets,
        central=central,
        readings=readings,
        created=datetime.date.today().isoformat(),
    )


def _in_one_setting(
    asked: Sequence[Scenario],
    against: str | None,
    goods: str | None,
    horizon: str | None,
    elasticities: Sequence[str],
) -> list[Scenario]:
    """Return the scenarios in one setting, without the one that is the reference itself."""
    if not asked:
        raise BadInput("no scenario was named.", cure="Name one, such as truce-lapses-by-law.")
    carved = {s.goods for s in asked}
    given: dict[str, Any] = {
        "against": against,
        "goods": goods or ("all" if "all" in carved else max(carved, key=lambda g: g != "none")),
        "horizon": horizon,
        "elasticities": list(elasticities),
    }
    given = {key: value for key, value in given.items() if value is not None}
    out = [s.replace(**given) for s in asked if s.name != against]
    if not out:
        raise BadInput(
            f"'{against}' is measured against itself.", cure="Name another scenario beside it."
        )
    for key in ("against", "world", "regions", "horizon", "nests", "closures"):
        values = {str(getattr(s, key)): s.name for s in out}
        if len(values) > 1:
            said = " and ".join(f"'{value}' in {name}" for value, name in values.items())
            raise BadInput(
                f"the options have different settings of `{key}`: {said}.",
                cure=_CURES.get(key, f"Give them the same `{key}`."),
            )
    if len({s.name for s in out}) < len(out):
        raise BadInput("an option is named twice.", cure="Name each once.")
    return out
