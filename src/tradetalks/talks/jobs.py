"""Manufacturing jobs: what tariffs, subsidies and training each do, and what a job costs.

Workers follow pay. Total employment is fixed, so a job in manufacturing is one less elsewhere;
sector k employs jobs_k x (its share of labour income, new over old), which holds where labour is
mobile (one wage) and where it sorts (Galle, Rodriguez-Clare & Yi 2023: one average income).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.data import World, factor_shares, load_world
from tradetalks.engine.closures import chosen_shares
from tradetalks.engine.ends import Ends, solve_ends, spread
from tradetalks.errors import BadInput
from tradetalks.scenario import Scenario, load_scenario
from tradetalks.talks.assumed import book
from tradetalks.talks.measures import sector_mask

if TYPE_CHECKING:
    from tradetalks.model import Equilibrium

Numbers = NDArray[np.float64]
DEFAULT = "manufacturing-revival"
COUNTRY = "USA"
_BN, _THOUSAND = 1e-3, 1e3
_KINDS = {"tariff": "tariffs", "law": "tariffs", "subsidy": "subsidies"}
ALL = "all together"
TODAY, TRAINED, FREE = "as today", "with training", "free movement"


@dataclass(frozen=True, eq=False)
class Jobs:
    """Manufacturing jobs under each instrument and each rule of how workers move.

    `ends` by (instrument, rule); rows are plain data. Jobs in thousands, money in USD billions.
    """

    scenario: Scenario
    table: World
    ends: Mapping[tuple[str, str], Ends]
    stop: Ends
    created: str

    @property
    def instruments(self) -> tuple[str, ...]:
        """Return what the scenario is taken apart into."""
        return tuple(dict.fromkeys(i for i, _ in self.ends))

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per instrument and rule: jobs, costs in dollars, cost per job.

        `jobs` in thousands. `consumers` is the rise of consumer prices at unchanged wages times
        old spending, `budget` subsidies paid less duties collected, `net` the loss of real income
        (all USD billions a year, ranges over the elasticity sets). `*_per_job` in thousands of
        dollars a year, without a range where some set gains no job and None where the central one
        gains none; `*_at_most_jobs` is under the set that gains most. `output_percent` is the
        volume that manufacturing makes.
        """
        return [
            {"instrument": i, "workers": rule, **_row(ends)}
            for (i, rule), ends in self.ends.items()
        ]

    def sectors(self) -> list[dict[str, Any]]:
        """Return a row per industry: jobs in thousands, and their change by instrument today."""
        out: list[dict[str, Any]] = []
        for j, code in enumerate(self.table.sectors):
            if not _manufacturing(self.table)[j]:
                continue
            row: dict[str, Any] = {"sector": code, "jobs": float(_jobs(self.table)[j])}
            for instrument in self.instruments:
                ends = self.ends[instrument, TODAY]
                by_set = {s: float(_change(ends, s)[j]) for s in ends.before}
                row |= spread(by_set, ends.central, instrument.replace(" ", "_"))
            out.append(row)
        return out

    def training(self) -> list[dict[str, Any]]:
        """Return what training adds to each instrument: jobs in thousands, and what it may cost.

        `worth` is the net cost, USD billions a year, of getting the same extra jobs from more of
        the instrument without training: a training programme that costs more is dearer.
        """
        out: list[dict[str, Any]] = []
        for instrument in self.instruments:
            now, then = (self.ends[instrument, rule] for rule in (TODAY, TRAINED))
            more = {s: _total(then, s) - _total(now, s) for s in now.before if s in then.before}
            price = _per(_costs(now, now.central)["net"], _total(now, now.central))
            worth = None if price is None else price * more[now.central] / _THOUSAND
            out.append({"instrument": instrument, **spread(more, now.central, "jobs"),
                        "worth": worth})  # fmt: skip
        return out

    def scale(self) -> dict[str, Any]:
        """Return what a full stop of goods trade with China does, beside the decline so far."""
        by_set = {s: _total(self.stop, s) for s in self.stop.before}
        lost = book("jobs")["jobs.published.decline_since_2000"].value
        return {
            **spread(by_set, self.stop.central, "full_stop"),
            "decline_since_2000": lost,
            "share_of_decline": by_set[self.stop.central] / lost,
        }


def _manufacturing(table: World) -> NDArray[np.bool_]:
    return sector_mask(("manufacturing",), table)


def _jobs(table: World) -> Numbers:
    """Return jobs `[j]` in thousands; a carved good has part of its parent's, by value added."""
    shipped = book("jobs").figures
    n = table.index(COUNTRY)
    parents = np.array(table.parents)
    out = np.zeros(len(table.sectors))
    for j, parent in enumerate(table.parents):
        figure = shipped.get(f"jobs.usa.{parent}")
        if figure is not None:
            whole = table.value_added[n, parents == parent].sum()
            out[j] = figure.value * table.value_added[n, j] / whole if whole else 0.0
    return out


def _change(ends: Ends, set_name: str) -> Numbers:
    """Return the change of jobs by sector `[j]`, thousands."""
    table, n = ends.table, ends.table.index(COUNTRY)
    labour = 1.0 - chosen_shares(ends.scenario, factor_shares(table.parents))
    old, new = (
        labour * np.asarray(e.value_added)[n] for e in (ends.before[set_name], ends.after[set_name])
    )
    ratio = np.divide(new / new.sum(), old / old.sum(), out=np.ones_like(old), where=old > 0)
    at_work = float(ends.after[set_name].employment[n] / ends.before[set_name].employment[n])
    return _jobs(table) * (ratio * at_work - 1.0)


def _total(ends: Ends, set_name: str) -> float:
    return float(_change(ends, set_name)[_manufacturing(ends.table)].sum())


def _output(ends: Ends, set_name: str) -> float:
    """Return the change of manufacturing's volume, percent, at the reference's prices."""
    n, made = ends.table.index(COUNTRY), _manufacturing(ends.table)

    def volume(e: Equilibrium, end: int) -> Numbers:
        aid = ends.shocks[end].subsidy
        price = np.asarray(e.cost)[n] * (1.0 - (0.0 if aid is None else aid[n]))
        return (np.asarray(e.sales)[n] / price)[made]

    old, new = volume(ends.before[set_name], 0), volume(ends.after[set_name], 1)
    value = np.asarray(ends.before[set_name].sales)[n][made]
    return 100.0 * (float((value * new / old).sum() / value.sum()) - 1.0)


def _costs(ends: Ends, set_name: str) -> dict[str, float]:
    """Return costs to consumers, to the budget and net, USD billions a year."""
    before, after = ends.before[set_name], ends.after[set_name]
    n = ends.table.index(COUNTRY)

    def price(e: Equilibrium) -> float:
        return float(e.consumer_price[n] / e.wage[n])

    def budget(e: Equilibrium) -> float:
        return float(e.subsidy[n] - e.revenue[n])

    general = float(after.consumer_price[n] / before.consumer_price[n])
    return {
        "consumers": (price(after) / price(before) - 1.0) * float(before.expenditure[n]) * _BN,
        "budget": (budget(after) / general - budget(before)) * _BN,
        "net": -float(after.welfare[n] - before.welfare[n]) * _BN,
    }


def _per(cost: float, jobs: float) -> float | None:
    """Return thousands of dollars per job of a cost in USD billions and jobs in thousands."""
    return None if jobs <= 0.0 else cost * _THOUSAND / jobs


def _row(ends: Ends) -> dict[str, Any]:
    jobs = {s: _total(ends, s) for s in ends.before}
    costs = {s: _costs(ends, s) for s in ends.before}
    base = float(_jobs(ends.table)[_manufacturing(ends.table)].sum())
    most = max(jobs, key=lambda s: jobs[s])
    out: dict[str, Any] = spread(jobs, ends.central, "jobs")
    out["jobs_percent"] = 100.0 * jobs[ends.central] / base
    out |= spread({s: _output(ends, s) for s in jobs}, ends.central, "output_percent")
    for name in ("consumers", "budget", "net"):
        out |= spread({s: c[name] for s, c in costs.items()}, ends.central, name)
        each = {s: _per(costs[s][name], jobs[s]) for s in jobs}
        known = {s: value for s, value in each.items() if value is not None}
        whole = len(known) == len(each)
        out |= (
            spread(known, ends.central, f"{name}_per_job")
            if whole
            else {f"{name}_per_job": each[ends.central], f"{name}_per_job_low": None,
                  f"{name}_per_job_high": None}
        )  # fmt: skip
        out[f"{name}_per_job_at_most_jobs"] = each[most]
    return out


def count_jobs(
    scenario: str | Scenario = DEFAULT,
    *,
    elasticities: Sequence[str] = ("all",),
    progress: Callable[[str, int, int], None] | None = None,
) -> Jobs:
    """Take a scenario apart into its instruments and count US manufacturing jobs under each.

    Each of tariffs, subsidies and the rest is solved alone and all together, at the medium
    horizon (or the scenario's), with workers who change industry as today, as after training
    and without hindrance. Raises `BadInput` for a scenario without changes or a world without
    the sectors, `NotConverged` without a central answer.
    """
    asked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    asked = asked.replace(elasticities=list(elasticities))
    if not asked.changes:
        raise BadInput(f"'{asked.name}' changes nothing, so it makes no jobs.")
    if asked.horizon == "short":
        raise BadInput(
            "at the short horizon nobody changes industry, so no job is made.",
            cure="Use `horizon: medium` or long.",
        )
    table = load_world(asked.world, asked.regions, goods=asked.goods)
    if COUNTRY not in table.countries or not _jobs(table).any():
        raise BadInput(f"table '{table.name}' has no US industries to count jobs in.")
    parts = _instruments(asked)
    rules = _rules()
    ends: dict[tuple[str, str], Ends] = {}
    total = len(parts) * len(rules) + 1
    for name, changes in parts.items():
        for rule, labour in rules.items():
            closures = {**_others(asked), **labour}
            part = asked.replace(changes=changes, closures=closures, expected=[])
            ends[name, rule] = solve_ends(part, table)
            if progress is not None:
                progress(f"{name}, {rule}", len(ends), total)
    stop = load_scenario("full-decoupling").replace(
        against=asked.against,
        elasticities=list(elasticities),
        horizon=asked.horizon,
        closures={**_others(asked), **rules[TODAY]},
        goods=asked.goods,
        regions=asked.regions,
    )
    return Jobs(asked, table, ends, solve_ends(stop, table), datetime.date.today().isoformat())


def _rules() -> dict[str, dict[str, Any]]:
    figures = book("jobs")
    return {
        TODAY: {"labour": "sorting", "sorting": figures.value("jobs.sorting.today")},
        TRAINED: {"labour": "sorting", "sorting": figures.value("jobs.sorting.training")},
        FREE: {"labour": "mobile"},
    }


def _others(asked: Scenario) -> dict[str, Any]:
    """Return the scenario's closures apart from those of labour."""
    plain = asked.to_plain().get("closures") or {}
    return {key: value for key, value in plain.items() if key not in ("labour", "sorting")}


def _instruments(asked: Scenario) -> dict[str, list[Any]]:
    """Return changes by instrument, and all of them together where there are several."""
    out: dict[str, list[Any]] = {}
    for change in asked.to_plain()["changes"]:
        out.setdefault(_KINDS.get(change["kind"], "other measures"), []).append(change)
    if len(out) > 1:
        out[ALL] = asked.to_plain()["changes"]
    return out
