"""`controls derisk`: which second sources and stocks bring the loss from a stop under a ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.errors import BadInput, BadNumber, NoAnswer, NotConverged, unknown_name
from tradetalks.supply.cuts import ENDS, Cut, CutLosses, sold, solve_cuts, world_for
from tradetalks.supply.goods import Dependence, country_code, dependence, stock_figures
from tradetalks.supply.plan import Array, Choice, greedy, least
from tradetalks.supply.queue import YEAR
from tradetalks.supply.shipped import Figure, regime

if TYPE_CHECKING:
    from tradetalks.data import World

MOVED = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9)
"""Parts of the supplier's flow that a plan may move to second sources."""
EXTRA_DAYS = (0.0, 30.0, 60.0, 90.0, 180.0, 365.0)
"""Days of use that a plan may add to stocks."""
SECOND_SOURCE_PREMIUM = Figure(0.5, 0.25, 1.0)
"""What a second source costs more, as a share of the price: assumed, x/÷ 2."""
CARRYING_COST = Figure(0.1, 0.05, 0.2)
"""What a stock costs a year (interest, storage), as a share of its value: assumed, x/÷ 2."""
_TRIAL, _TRIED, _ROUNDS = 0.5, 4, 12
LEAST_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan for `country` against a stop by `supplier` of all goods at once, for a year.

    `goods` [g] with their options `moved` and `extra` [g] chosen; `cost` [g] in millions of USD a
    year; losses are percent of a year's real income at the elasticity `end`. `before` and `after`
    are those of the stop with and without the plan; `single` [g, m] the loss from each good alone
    at each of `MOVED`, without stocks.
    """

    country: str
    supplier: str
    ceiling: float
    end: str
    world: World
    goods: tuple[str, ...]
    bought: tuple[Dependence, ...]
    single: Array
    moved: Array
    extra: Array
    cost: Array
    greedy_cost: float
    before: float
    after: float
    trials: tuple[dict[str, Any], ...]
    joint: CutLosses
    failed: tuple[str, ...]

    @property
    def break_even_percent(self) -> float | None:
        """The yearly probability of a stop, in percent, from which on the plan pays for itself."""
        saved = (self.before - self.after) / 100.0
        income = float(self.world.final[self.world.index(self.country)].sum())
        return 100.0 * float(self.cost.sum()) / (saved * income) if saved > 0.0 else None

    @property
    def cost_row(self) -> dict[str, float]:
        """The cost of the plan, in millions of USD a year, with its range."""
        return cost_row(float(self.cost.sum()))

    def curves(self) -> list[dict[str, Any]]:
        """Return, for each good alone, the loss in percent by the part moved to second sources.

        `saved_per_point` is what the first tenth saves for each percent moved: where a point of
        diversification buys most.
        """
        return [
            {
                "good": good,
                "moved_percent": [100.0 * m for m in MOVED],
                "loss_percent": [float(x) for x in self.single[g]],
                "saved_per_point": float(self.single[g, 0] - self.single[g, 1])
                / (100.0 * (MOVED[1] - MOVED[0])),
            }
            for g, good in enumerate(self.goods)
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per good with a measure: what to do, with whom, what it costs a year."""
        out: list[dict[str, Any]] = []
        for g, good in enumerate(self.goods):
            if self.moved[g] == 0.0 and self.extra[g] == 0.0:
                continue
            flow = self.bought[g].of(self.supplier) * self.bought[g].spending
            out.append(
                {
                    "good": good,
                    "supplier_percent_now": 100.0 * self.bought[g].of(self.supplier),
                    "supplier_percent_then": 100.0
                    * self.bought[g].of(self.supplier)
                    * (1.0 - self.moved[g]),
                    "moved_usd_mn": float(self.moved[g] * flow),
                    "second_sources": []
                    if self.moved[g] == 0.0
                    else second_sources(
                        self.world, good, self.supplier, float(self.moved[g] * flow)
                    ),
                    "extra_stock_days": float(self.extra[g]),
                    "cost_usd_mn_a_year": cost_row(float(self.cost[g])),
                }
            )
        return sorted(out, key=lambda r: -r["cost_usd_mn_a_year"]["central"])


def cost_row(central: float) -> dict[str, float]:
    """Return a cost with its range: both cost figures are assumed, x/÷ 2."""
    return {"central": central, "low": central / 2.0, "high": central * 2.0}


def second_sources(
    world: World, good: str, supplier: str, wanted: float, most: int = 2
) -> list[dict[str, Any]]:
    """Return the largest other makers of a good, and how much more they would have to make.

    `wanted` is in millions of USD; each is asked for all of it in `percent_more_output`.
    """
    j = world.sector_index(good)
    made = np.asarray(world.output[:, j])
    order = [i for i in np.argsort(-made, kind="stable") if world.countries[i] != supplier]
    named = [i for i in order if world.countries[i] != "ROW" and made[i] > 0.0][:most]
    return [
        {"country": world.countries[i], "percent_more_output": 100.0 * wanted / float(made[i])}
        for i in named
    ]


def derisk(
    country: str,
    ceiling: float,
    *,
    supplier: str = "CHN",
    end: str = "low",
    horizon: str = "short",
    world: World | None = None,
) -> Plan:
    """Return the cheapest plan under which a stop of all goods costs at most `ceiling` percent.

    The stop is by one supplier, lasts a year and lets through the leakage of the regime `stop`;
    the loss is a share of a year's real income at the `end` of the elasticity of critical inputs
    (`low` is the cautious one). A part of the supplier's flow can be moved to second sources
    beforehand: it goes on at its old cost, so that its premium stays in the country. Stocks
    postpone the loss of a good. Losses of goods are added, scaled to the joint stop under the plan,
    which is solved; costs are assumed. Raises `BadNumber`, `UnknownName`, `NoAnswer`.
    """
    from tradetalks.codes import countries

    if not 0.0 < ceiling < 100.0:
        raise BadNumber(
            f"a ceiling of {ceiling:g}% of real income means nothing.", cure="Write 0.5%."
        )
    if end not in ENDS:
        raise unknown_name("elasticity", end, ENDS)
    places = tuple(countries())
    country, supplier = country_code(country, places), country_code(supplier, places)
    table = world if world is not None else world_for(country, supplier)
    goods = tuple(sold(table, (supplier,), country, LEAST_SHARE))
    if not goods:
        raise BadInput(
            f"{supplier} sells {country} less than one percent of every critical good.",
            cure=f"See on whom it depends: `tradetalks exposure {country}`.",
        )
    bought = tuple(dependence(table, country, g) for g in goods)
    leak = float(regime("stop").figures["leakage"].central)
    stop = _Stop(table, goods, supplier, country, leak, horizon, end)
    single, failed = stop.alone()
    uncovered, cost = _options(bought, supplier, leak)
    loss = (single[:, :, None] * uncovered).reshape(len(goods), -1)
    spend = cost.reshape(len(goods), -1)
    both, now, then, joint = _settle(stop, single, loss, spend, ceiling)
    chosen, quick = both
    m, x = np.divmod(np.array(chosen), len(EXTRA_DAYS))
    rows = np.arange(len(goods))
    return Plan(
        country=country,
        supplier=supplier,
        ceiling=ceiling,
        end=end,
        world=table,
        goods=goods,
        bought=bought,
        single=single,
        moved=np.array(MOVED)[m],
        extra=np.array(EXTRA_DAYS)[x],
        cost=spend[rows, chosen],
        greedy_cost=float(spend[rows, quick].sum()),
        before=now,
        after=then,
        trials=_trials(stop, single, bought),
        joint=joint,
        failed=(*failed, *joint.failed),
    )


@dataclass(frozen=True, eq=False)
class _Stop:
    """A stop of all goods by `supplier` towards `country`, looked at the `end` of elasticities."""

    table: World
    goods: tuple[str, ...]
    supplier: str
    country: str
    leak: float
    horizon: str
    end: str

    def cut(self, moved: dict[str, float]) -> Cut:
        """Return the stop of these goods when the parts `moved` come from elsewhere."""
        left = {g: self.leak + m * (1.0 - self.leak) for g, m in moved.items()}
        second = sum(m * (1.0 - self.leak) for m in moved.values())
        return Cut(
            (self.supplier,),
            self.country,
            tuple(moved),
            self.leak,
            left,
            to_buyer=second / sum(left.values()),
        )

    def losses(self, found: CutLosses) -> Array:
        """Return the percent of a year's real income that each cut takes, NaN where unsolved."""
        return -found.income[:, ENDS.index(self.end), self.table.index(self.country)]

    def alone(self) -> tuple[Array, tuple[str, ...]]:
        """Return the loss from each good by itself `[g, m]`, and what has no equilibrium."""
        cuts = [self.cut({g: m}) for g in self.goods for m in MOVED]
        found = solve_cuts(self.table, cuts, self.horizon, ends=(self.end,))
        loss = np.nan_to_num(self.losses(found), nan=np.inf).reshape(len(self.goods), len(MOVED))
        return np.maximum(loss, 0.0), found.failed

    def joint(self, moved: dict[str, float]) -> tuple[float, CutLosses]:
        """Return the loss when all goods stop at once. Raises `NotConverged`."""
        found = solve_cuts(self.table, [self.cut(moved)], self.horizon)
        loss = float(self.losses(found)[0])
        if not np.isfinite(loss):
            raise NotConverged(f"the joint stop has no equilibrium at the elasticity '{self.end}'.")
        return max(loss, 0.0), found


def _options(bought: tuple[Dependence, ...], supplier: str, leak: float) -> tuple[Array, Array]:
    """Return the part of the year that stocks leave uncovered and the costs, `[g, m, x]`."""
    stock = stock_figures(tuple(d.good for d in bought))
    moved, extra = np.array(MOVED)[None, :, None], np.array(EXTRA_DAYS)[None, None, :]
    share = np.array([d.of(supplier) for d in bought])[:, None, None]
    spending = np.array([d.spending for d in bought])[:, None, None]
    cover = np.array([stock[d.good].central for d in bought])[:, None, None]
    short = share * (1.0 - leak) * (1.0 - moved)
    uncovered = np.clip(1.0 - (cover + extra) / short / YEAR, 0.0, 1.0)
    cost = spending * (
        SECOND_SOURCE_PREMIUM.central * moved * share + CARRYING_COST.central * extra / YEAR
    )
    return uncovered, cost


def _settle(
    stop: _Stop, single: Array, loss: Array, spend: Array, ceiling: float
) -> tuple[tuple[Choice, Choice], float, float, CutLosses]:
    """Choose, solve the joint stop under the plan, scale the sum of losses to it, choose again."""
    rows = np.arange(len(stop.goods))

    def under(chosen: Choice) -> tuple[float, float, CutLosses]:
        """Return the loss under a plan, what it is to the sum of losses, and the joint stop."""
        m = np.array(chosen) // len(EXTRA_DAYS)
        whole, joint = stop.joint({g: MOVED[k] for g, k in zip(stop.goods, m, strict=True)})
        scale = whole / float(single[rows, m].sum())
        return scale * float(loss[rows, chosen].sum()), scale, joint

    none = (0,) * len(stop.goods)
    before, factor, joint = under(none)
    if before <= ceiling:
        return (none, none), before, before, joint
    for _ in range(_ROUNDS):
        chosen = least(spend, factor * loss, ceiling)
        after, scale, joint = under(chosen)
        if after <= ceiling * (1.0 + 1e-9):
            return (chosen, greedy(spend, factor * loss, ceiling)), before, after, joint
        factor = max(factor * 1.02, scale)
    raise NoAnswer(
        "the plan does not settle: losses of several goods add up too unevenly.",
        cure="Try another ceiling.",
    )


def _trials(
    stop: _Stop, single: Array, bought: tuple[Dependence, ...]
) -> tuple[dict[str, Any], ...]:
    """Move half of a flow for one good and for each pair: what it saves in the joint stop.

    Tried for the goods whose own loss falls most. Without stocks.
    """
    table, supplier = stop.table, stop.supplier
    trial = MOVED.index(_TRIAL)
    order = np.argsort(single[:, trial] - single[:, 0], kind="stable")[:_TRIED]
    tried = [stop.goods[g] for g in order]
    sets: list[tuple[str, ...]] = [(), *((g,) for g in tried), *combinations(tried, 2)]
    cuts = [stop.cut({g: _TRIAL if g in chosen else 0.0 for g in stop.goods}) for chosen in sets]
    losses = stop.losses(solve_cuts(table, cuts, stop.horizon, ends=(stop.end,)))
    by_good = dict(zip(stop.goods, bought, strict=True))
    rows: list[dict[str, Any]] = []
    for chosen, loss in zip(sets[1:], losses[1:], strict=True):
        flows = {g: _TRIAL * by_good[g].of(supplier) * by_good[g].spending for g in chosen}
        rows.append(
            {
                "goods": list(chosen),
                "with": {
                    g: [s["country"] for s in second_sources(table, g, supplier, flows[g])]
                    for g in chosen
                },
                "loss_before_percent": float(losses[0]),
                "loss_after_percent": float(loss),
                "saved_percent": float(losses[0] - loss),
                "cost_usd_mn_a_year": cost_row(SECOND_SOURCE_PREMIUM.central * sum(flows.values())),
            }
        )
    return tuple(sorted(rows, key=lambda r: (len(r["goods"]), -r["saved_percent"])))
