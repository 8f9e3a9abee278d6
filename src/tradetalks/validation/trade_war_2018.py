"""The trade war of 2018-2022 as a test: the world of 2017, the duties of each year, the outcome.

The model gets the table of 2017 and the duties that came, nothing else that happened later. Its
answer for a year is held against what shares became in that year, beside rivals without a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.validation.cells import Beside, Computed
from tradetalks.validation.outcomes import (
    BASE,
    TREND_FROM,
    Imports,
    census_imports,
    change_of_total,
    error,
    icio_imports,
    imports_of,
    partial,
    trend,
    uniform,
)
from tradetalks.validation.war_duties import DIRECTIONS, YEARS, Duties, duties

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.model import Closure, Economy, Elasticities

Array = NDArray[np.float64]
ClosureOf = Callable[[str, "World"], "Closure | None"]
"""From a horizon and a table to the closure to solve under (None: all factors mobile)."""

CENTRAL = "medium-central"
SIGMA = 2.53
"""Elasticity of the partial-equilibrium rival (Fajgelbaum et al. 2020)."""
VIEWS = ("ICIO", "Census", "China's imports")
"""What is looked at: China's share of US goods imports by sector (ICIO) and by chapter (Census),
and the US share of China's goods imports by sector (ICIO)."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """One equilibrium: who with, which year, shares in percent [cell] of each of `VIEWS`, and
    `exporters`: change of every country's share in US goods imports, percentage points."""

    set: str
    horizon: str
    duties: str
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
        ("China's imports", ("CHN", "USA"), DIRECTIONS[1]),
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


@cache
def world_of_2017() -> World:
    """Return the table of 2017 in the default regions. Raises `DataMissing`."""
    from tradetalks.data import build_world

    return build_world(BASE)[0].aggregate("default")


def predictions(
    sets: Sequence[ElasticitySet],
    which: str = "law",
    *,
    closure_of: ClosureOf | None = None,
    times: Mapping[str, float] | None = None,
) -> Iterator[Prediction]:
    """Solve every year for each elasticity set, under one of the duties of `war_duties`.

    `closure_of` gives the closure of a horizon (default: all factors mobile). `times`, by
    direction, multiplies the duties (default 1). Raises `DataMissing` and `NotConverged`.
    """
    import jax
    import jax.numpy as jnp

    from tradetalks.model import shock_of
    from tradetalks.solve import solve_batch

    table, lines = world_of_2017(), duties(which)
    goods = tuple(c for c, g in zip(table.sectors, table.goods, strict=True) if g)
    with jax.enable_x64(True):
        shocks = []
        for year in YEARS:
            tariff = np.array(table.tariff)
            for direction in DIRECTIONS:
                importer, exporter = direction.split("_on_")
                added = lines[direction].added(year, goods) * (times or {}).get(direction, 1.0)
                cell = table.index(exporter), table.index(importer), np.flatnonzero(table.goods)
                tariff[cell] = (1 + tariff[cell]) * (1 + added) - 1
            shocks.append(shock_of(tariff))
        batch = jax.tree.map(lambda *leaves: jnp.stack(leaves), *shocks)
        economy = _economy(table)
    for chosen in sets:
        closure = None if closure_of is None else closure_of(chosen.horizon, table)
        solved = solve_batch(economy, _elasticities(chosen), batch, closure)
        for year, solution in zip(YEARS, solved, strict=True):
            yield _prediction(chosen, which, year, table, lines, solution.require().trade)


def _prediction(
    chosen: ElasticitySet,
    which: str,
    year: int,
    table: World,
    lines: Mapping[str, Duties],
    trade: Array,
) -> Prediction:
    goods = tuple(c for c, g in zip(table.sectors, table.goods, strict=True) if g)
    before, after = table.trade[:, :, table.goods], np.asarray(trade)[:, :, table.goods]
    places = table.countries
    us, chn = ("USA", "CHN"), ("CHN", "USA")
    old = imports_of(before, places, *us)
    new = imports_of(after, places, *us)
    shares = {
        "ICIO": new.share,
        "China's imports": imports_of(after, places, *chn).share,
        "Census": by_chapter(goods, old, new, lines[DIRECTIONS[0]], year),
    }
    exporters = {
        place: imports_of(after, places, "USA", place).partner.sum() / new.whole.sum()
        - imports_of(before, places, "USA", place).partner.sum() / old.whole.sum()
        for place in places
        if place != "USA"
    }
    points = {place: 100 * float(change) for place, change in exporters.items()}
    return Prediction(chosen.name, chosen.horizon, which, year, shares, points)


def by_chapter(
    goods: Sequence[str], old: Imports, new: Imports, lines: Duties, year: int
) -> Array:
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
