"""The trade war of 2018-2022 as a test: the world of 2017, the duties of each year, the outcome.

The model gets the table of 2017 and the duties that came, nothing else that happened later. Its
answer for a year is held against what shares became in that year, beside rivals without a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.validation.cells import Computed
from tradetalks.validation.outcomes import (
    BASE,
    TREND_FROM,
    Imports,
    census_imports,
    change_of_total,
    error,
    exporters,
    icio_imports,
    imports_of,
    partial,
    trend,
    uniform,
)
from tradetalks.validation.war_duties import (
    DIRECTIONS,
    DUTIES,
    YEARS,
    Duties,
    duties,
    section_232_elsewhere,
)

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.model import Closure, Economy, Elasticities

Array = NDArray[np.float64]
ClosureOf = Callable[[str, "World"], "Closure"]
"""From a horizon and a table to the closure to solve under."""

CENTRAL = "medium-central"
SIGMA = 2.53
"""Elasticity of the partial-equilibrium rival (Fajgelbaum et al. 2020)."""
VIEWS = ("ICIO", "Census", "China")
"""What is looked at: China's share of US goods imports by sector (ICIO) and by chapter (Census),
and the US share of China's goods imports by sector (China; from ICIO)."""
SHOWN = (
    ("ICIO", 2019),
    ("ICIO", 2022),
    ("Census", 2019),
    ("Census", 2020),
    ("China", 2019),
    ("China", 2020),
    ("China", 2022),
)
"""The outcomes that targets are set for."""
TABLED = SHOWN[:5]
"""Those that the longer tables show."""
_COUNTRIES = 12
CUSTOMS = "law, times customs over table value"
PAIR_ALONE = "law, other countries untaxed"


@dataclass(frozen=True, eq=False)
class Prediction:
    """One equilibrium: who with, which year, shares in percent [cell] of each of `VIEWS`, and
    `exporters`: change of every country's share in US goods imports, percentage points."""

    set: str
    year: int
    shares: Mapping[str, Array]
    exporters: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What happened by a year in one of `VIEWS`, and what each rival would have said: shares in
    percent [cell]; `cells` their labels, `base` imports of 2017."""

    view: str
    year: int
    cells: tuple[str, ...]
    base: Imports
    actual: Array
    rivals: Mapping[str, Array]

    def error(self, share: Array) -> float:
        """Return the root-mean-square error in percentage points, weighted by trade of 2017."""
        return error(self.base.partner, share, self.actual)

    def total(self, share: Array) -> float:
        """Return the change of the share in all goods imports, percentage points."""
        return change_of_total(self.base, share)


def outcomes() -> tuple[Outcome, ...]:
    """Return every outcome with its rivals. Raises `DataMissing`."""
    from tradetalks.codes import sectors

    law = duties("law")
    goods = tuple(code for code, s in sectors().items() if s.goods)
    found: list[Outcome] = []
    for view, (importer, partner), direction in (
        ("ICIO", ("USA", "CHN"), DIRECTIONS[0]),
        ("China", ("CHN", "USA"), DIRECTIONS[1]),
    ):
        base, earlier, *later = (
            icio_imports(y, importer, partner) for y in (BASE, TREND_FROM, *YEARS)
        )
        for year, now in zip(YEARS, later, strict=True):
            added = law[direction].added(year, goods)
            found.append(_outcome(view, year, goods, base, earlier, now, added))
    census = census_imports()
    for year in (y for y in YEARS if y in census):
        cells, base = census[BASE].chapters, census[BASE].imports
        added = law[DIRECTIONS[0]].added(year, cells, "chapter")
        earlier, now = census[TREND_FROM].imports, census[year].imports
        found.append(_outcome("Census", year, cells, base, earlier, now, added))
    return tuple(found)


def _outcome(
    view: str,
    year: int,
    cells: tuple[str, ...],
    base: Imports,
    earlier: Imports,
    now: Imports,
    added: Array,
) -> Outcome:
    rivals = {
        "no change": base.share,
        "trend": trend(base, earlier, year - BASE),
        "uniform": uniform(base, now.share),
        "partial equilibrium": partial(base, added, SIGMA),
    }
    return Outcome(view, year, cells, base, now.share, rivals)


def world_of_2017() -> World:
    """Return the table of 2017 in the default regions. Raises `DataMissing`."""
    from tradetalks.data import data_folder

    return _world(data_folder())


@cache
def _world(_: Path) -> World:
    from tradetalks.data import build_world

    return build_world(BASE)[0].aggregate("default")


def predictions(
    sets: Sequence[ElasticitySet], which: str = "law", *, closure_of: ClosureOf | None = None
) -> Iterator[Prediction]:
    """Solve every year for each elasticity set, under one of the duties of `war_duties`.

    `closure_of` gives the closure of a horizon (default: that of every scenario). `CUSTOMS` is
    the law with rates scaled as in the shipped world, so that duty is right in dollars;
    `PAIR_ALONE` the law without Section 232 on third countries. Raises `DataMissing` and
    `NotConverged`.
    """
    import jax
    import jax.numpy as jnp

    from tradetalks.model import shock_of
    from tradetalks.solve import solve_batch

    table = world_of_2017()
    lines = duties("law" if which in (CUSTOMS, PAIR_ALONE) else which)
    goods = tuple(c for c, g in zip(table.sectors, table.goods, strict=True) if g)
    with jax.enable_x64(True):
        shocks = []
        for year in YEARS:
            tariff = np.array(table.tariff)
            for direction in DIRECTIONS:
                n, i = (table.index(place) for place in direction.split("_on_"))
                added = lines[direction].added(year, goods)
                if which == CUSTOMS:
                    added = added * table.customs_ratio[i, n]
                cell = i, n, np.flatnonzero(table.goods)
                tariff[cell] = (1 + tariff[cell]) * (1 + added) - 1
            if which != PAIR_ALONE:
                _tax_others(tariff, table, year)
            shocks.append(shock_of(jnp.asarray(tariff)))
        batch = jax.tree.map(lambda *leaves: jnp.stack(leaves), *shocks)
        economy = _economy(table)
    for chosen in sets:
        closure = (closure_of or default_closure)(chosen.horizon, table)
        solved = solve_batch(economy, _elasticities(chosen), batch, closure)
        for year, solution in zip(YEARS, solved, strict=True):
            trade = np.asarray(solution.require().trade)
            yield _prediction(chosen.name, year, table, lines, trade)


def _tax_others(tariff: Array, table: World, year: int) -> None:
    """Add what US duties on other countries rose by (Section 232 less exemptions) in place."""
    rises, n = section_232_elsewhere()[year], table.index("USA")
    for i, place in enumerate(table.countries):
        if place not in ("USA", "CHN") and (rise := rises.on(place, table.sectors)) is not None:
            tariff[i, n] += np.where(table.goods, rise, 0.0)


def default_closure(horizon: str, table: World) -> Closure:
    """Return the closure that a scenario of this horizon has if it names none."""
    import jax

    from tradetalks.engine import closures
    from tradetalks.scenario import Scenario

    asked = Scenario.model_validate(
        {"name": "trade-war-2018", "question": "Was the model right?", "horizon": horizon}
    )
    with jax.enable_x64(True):
        return closures.closure_of(asked, table)


def _prediction(
    name: str,
    year: int,
    table: World,
    lines: Mapping[str, Duties],
    trade: Array,
) -> Prediction:
    goods = tuple(c for c, g in zip(table.sectors, table.goods, strict=True) if g)
    before, after = table.trade[:, :, table.goods], trade[:, :, table.goods]
    places = table.countries
    us, chn = ("USA", "CHN"), ("CHN", "USA")
    old = imports_of(before, places, *us)
    new = imports_of(after, places, *us)
    shares = {
        "ICIO": new.share,
        "China": imports_of(after, places, *chn).share,
        "Census": by_chapter(goods, old, new, lines[DIRECTIONS[0]], year),
    }
    exporters = {
        place: imports_of(after, places, "USA", place).partner.sum() / new.whole.sum()
        - imports_of(before, places, "USA", place).partner.sum() / old.whole.sum()
        for place in places
        if place != "USA"
    }
    points = {place: 100 * float(change) for place, change in exporters.items()}
    return Prediction(name, year, shares, points)


def by_chapter(goods: Sequence[str], old: Imports, new: Imports, lines: Duties, year: int) -> Array:
    """Return China's share of US imports by chapter [cell], percent.

    The CES that adds lines up to sectors spreads a sector's imports from China over its lines
    again; everybody else's imports of a chapter grow as those of its sectors, which weigh as
    in imports from China (assumed: other countries' imports by line are not in the data).
    """
    census = census_imports()[BASE]
    growth = [
        np.divide(b, a, out=np.ones_like(a), where=a > 0)
        for a, b in ((old.partner, new.partner), (old.whole - old.partner, new.whole - new.partner))
    ]
    place = np.array([goods.index(s) if s in goods else -1 for s in lines.sector])
    before = np.where(place < 0, 0.0, lines.value_before())
    china, others = np.ones(len(census.chapters)), np.ones(len(census.chapters))
    shift = lines.shift(year)
    for c, chapter in enumerate(census.chapters):
        here = (lines.chapter == chapter) & (before > 0)
        if here.any():
            china[c] = before[here] @ (growth[0][place[here]] * shift[here]) / before[here].sum()
            others[c] = before[here] @ growth[1][place[here]] / before[here].sum()
    return census.imports.moved(china, others).share


def _economy(table: World) -> Economy:
    from tradetalks.engine.economy import economy_of

    return economy_of(table)


def _elasticities(chosen: ElasticitySet) -> Elasticities:
    import jax

    from tradetalks.engine.economy import elasticities_of

    with jax.enable_x64(True):
        return elasticities_of(chosen)


@dataclass(frozen=True, eq=False)
class Study:
    """Everything: outcomes with rivals, and predictions by elasticity set (under the law) and,
    for the central set, by source of the duties; each by year."""

    outcomes: tuple[Outcome, ...]
    by_set: Mapping[str, Mapping[int, Prediction]]
    by_duties: Mapping[str, Mapping[int, Prediction]]
    exporters: Mapping[int, Mapping[str, float]]

    def outcome(self, view: str, year: int) -> Outcome:
        """Return one outcome."""
        return next(o for o in self.outcomes if (o.view, o.year) == (view, year))


def study(closure_of: ClosureOf | None = None) -> Study:
    """Run the back-test. Raises `DataMissing` and `NotConverged`."""
    from tradetalks.data import HORIZONS, elasticity_sets

    table = world_of_2017()
    sets = [s for horizon in HORIZONS for s in elasticity_sets(horizon, table.sectors)]
    central = [s for s in sets if s.name == CENTRAL]
    by_set: dict[str, dict[int, Prediction]] = {}
    for found in predictions(sets, closure_of=closure_of):
        by_set.setdefault(found.set, {})[found.year] = found
    by_duties = {"law": by_set[CENTRAL]} | {
        which: {p.year: p for p in predictions(central, which, closure_of=closure_of)}
        for which in (*DUTIES[1:], CUSTOMS, PAIR_ALONE)
    }
    return Study(outcomes(), by_set, by_duties, {year: exporters(year) for year in YEARS})


def compute() -> Computed:
    """Compute errors and their targets. Raises `DataMissing` and `NotConverged`."""
    from tradetalks.data import data_folder

    return _computed(data_folder())


@cache
def _computed(_: Path) -> Computed:
    return tables_of(study())


def tables_of(found: Study) -> Computed:
    """Return the numbers of the tables that `published.yaml` describes."""
    ours: dict[tuple[str, str, str], float] = {}
    beside: dict[tuple[str, str, str], float] = {}

    def both(table: str, row: str, column: str, value: float, other: float) -> None:
        ours[table, row, column] = value
        beside[table, row, column] = round(other, 2)

    for view, year in SHOWN:
        about, label = found.outcome(view, year), f"{view} {year}"
        best = found.by_set[CENTRAL][year].shares[view]
        still, actual = about.error(about.base.share), about.total(about.actual)
        for rival in ("no change", "trend"):
            ratio = about.error(best) / about.error(about.rivals[rival])
            ours["error", label, f"over {rival}"] = ratio
            ours["US share", label, f"over {rival}"] = ratio
        for bound in ("at least", "at most"):
            ours[f"total, {bound}", label, "predicted / actual"] = about.total(best) / actual
        if (view, year) not in TABLED:
            continue
        for name, share in {CENTRAL: best, **about.rivals}.items():
            both("errors of rivals", name, label, about.error(share), still)
            both("totals of rivals", name, label, about.total(share), actual)
            if name != "no change":
                both("likeness", name, label, likeness(about, share), 1.0)
        both("totals of rivals", "actual", label, actual, actual)
        for name, by_year in found.by_set.items():
            both("errors by set", name, label, about.error(by_year[year].shares[view]), still)
            both("totals by set", name, label, about.total(by_year[year].shares[view]), actual)
        for name, by_year in found.by_duties.items():
            both("errors by duties", name, label, about.error(by_year[year].shares[view]), still)
    for year in (2019, 2022):
        predicted, real = found.by_set[CENTRAL][year].exporters, found.exporters[year]
        for place in sorted(predicted, key=lambda p: -abs(real[p]))[:_COUNTRIES]:
            both("exporters", f"{place} {year}", "predicted", predicted[place], real[place])
            both("exporters", f"{place} {year}", "actual", real[place], real[place])
    return Computed(ours, beside)


def likeness(about: Outcome, share: Array) -> float:
    """Return the weighted correlation [cell] of predicted with actual changes; 0 if none moves."""
    x, y = share - about.base.share, about.actual - about.base.share
    w = about.base.partner / about.base.partner.sum()
    x, y = x - w @ x, y - w @ y
    size = np.sqrt((w @ x**2) * (w @ y**2))
    return float(w @ (x * y) / size) if size > 0 else 0.0
