"""What happened after 2017: shares in imports by sector or chapter, and rivals of a model.

A rival says what an outcome would have been without a model: nothing changes, the trend of
2014-17 goes on, every cell loses the same, or tariffs act on each cell alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.data.readers.cubes import read_icio
from tradetalks.data.readers.lines import read_monthly
from tradetalks.data.recipe import merge_cube
from tradetalks.data.registry import data_folder, find

Array = NDArray[np.float64]

BASE, TREND_FROM = 2017, 2014
NO_LINE = ("98", "99")
"""Chapters of special provisions, which no industry makes."""


@dataclass(frozen=True, eq=False)
class Imports:
    """Imports of one year: `partner` and `whole` [cell], from the partner and from everybody
    abroad; USD or million USD. `share` [cell] in percent; an empty cell has share 0."""

    partner: Array
    whole: Array

    @property
    def share(self) -> Array:
        """The partner's share in percent [cell]."""
        empty = np.zeros_like(self.whole)
        return 100 * np.divide(self.partner, self.whole, out=empty, where=self.whole > 0)

    def moved(self, partner: Array | float, others: Array | float = 1.0) -> Imports:
        """Return imports after the partner's and the others' were multiplied by a factor."""
        new = self.partner * partner
        return Imports(new, new + (self.whole - self.partner) * others)


def error(weights: Array, predicted: Array, actual: Array) -> float:
    """Return the weighted root-mean-square gap [cell], in the unit of the arguments.

    >>> float(error(np.array([1.0, 3.0]), np.array([2.0, 0.0]), np.array([0.0, 0.0])))
    1.0
    """
    return float(np.sqrt(weights @ (predicted - actual) ** 2 / weights.sum()))


def change_of_total(base: Imports, share: Array) -> float:
    """Return the change of the partner's share in all imports, percentage points, at the
    composition of imports of the base year."""
    return float(base.whole @ (share - base.share) / base.whole.sum())


def trend(base: Imports, earlier: Imports, years: int) -> Array:
    """Return shares [cell] if the growth rate since `TREND_FROM` goes on for `years` more."""
    ratio = np.ones_like(base.share)
    np.divide(base.share, earlier.share, out=ratio, where=earlier.share > 0)
    return base.share * ratio ** (years / (BASE - TREND_FROM))


def uniform(base: Imports, actual: Array) -> Array:
    """Return shares [cell] under the one factor on all imports from the partner that fits the
    outcome best. It is chosen with the outcome in hand: a placebo, not a forecast."""
    from scipy.optimize import minimize_scalar

    def gap(log_factor: float) -> float:
        return error(base.partner, base.moved(float(np.exp(log_factor))).share, actual)

    best: Any = minimize_scalar(gap, bounds=(-3.0, 1.0), method="bounded", options={"xatol": 1e-8})
    return base.moved(float(np.exp(best.x))).share


def partial(base: Imports, added: Array, sigma: float, others: Array | float = 0.0) -> Array:
    """Return shares [cell] if each cell is a CES market of its own with fixed other prices.

    `added` [cell] and `others` are rises of duty on the partner and on everybody else.
    """
    return base.moved((1 + added) ** -sigma, (1 + others) ** -sigma).share


@dataclass(frozen=True, eq=False)
class Year:
    """A year of US imports by chapter (Census): values and duties, USD, `chapters` [cell]."""

    chapters: tuple[str, ...]
    imports: Imports
    duty: Array
    duty_of_all: Array

    def duty_by_chapter(self) -> dict[str, float]:
        """Return duty over imports from China by chapter, fractions."""
        return dict(zip(self.chapters, _rate(self.duty, self.imports.partner), strict=True))

    def rates(self) -> tuple[Array, Array]:
        """Return duty over imports [cell] of China and of everybody else, fractions."""
        i = self.imports
        others = _rate(self.duty_of_all - self.duty, i.whole - i.partner)
        return _rate(self.duty, i.partner), others


def _rate(duty: Array, value: Array) -> Array:
    return np.divide(duty, value, out=np.zeros_like(value), where=value > 0)


def census_imports() -> Mapping[int, Year]:
    """Return US imports by chapter, 2013 to 2020 (ten months). Raises `DataMissing`."""
    return _census(data_folder())


@cache
def _census(_: Path) -> Mapping[int, Year]:
    sums: list[dict[tuple[int, str], float]] = []
    for what in ("CON_VAL_MO", "CAL_DUT_MO"):
        for file in ("hs2_imports_5700.parquet", "hs2_imports_TOTAL.parquet"):
            found: dict[tuple[int, str], float] = {}
            for (month, chapter), value in read_monthly(find("us_imports_hs2", file), what).items():
                key = int(month[:4]), chapter
                found[key] = found.get(key, 0.0) + value
            sums.append(found)
    chapters = tuple(sorted({c for _, c in sums[1]} - set(NO_LINE)))
    years = {}
    for year in sorted({y for y, _ in sums[1]}):
        china, whole, duty, duty_of_all = (
            np.array([table.get((year, c), 0.0) for c in chapters]) for table in sums
        )
        years[year] = Year(chapters, Imports(china, whole), duty, duty_of_all)
    return MappingProxyType(years)


def icio_trade(year: int) -> tuple[tuple[str, ...], Array]:
    """Return countries and goods trade [exporter, importer, sector], million USD."""
    return _icio(data_folder(), year)


@cache
def _icio(_: Path, year: int) -> tuple[tuple[str, ...], Array]:
    cube = read_icio(find("icio", f"ICIO{year}.npz"))
    goods = merge_cube(cube)[0][:, :, :-1]
    goods.setflags(write=False)
    return cube.countries, goods


def icio_imports(year: int, importer: str, partner: str) -> Imports:
    """Return a country's goods imports by sector from a partner and from all."""
    countries, trade = icio_trade(year)
    return imports_of(trade, countries, importer, partner)


def imports_of(trade: Array, countries: tuple[str, ...], importer: str, partner: str) -> Imports:
    """Return imports [sector] of a trade array [exporter, importer, sector]."""
    n, i = countries.index(importer), countries.index(partner)
    return Imports(trade[i, n], trade[:, n].sum(0) - trade[n, n])


def exporters(year: int) -> dict[str, float]:
    """Return the change since 2017 of each region's share in US goods imports (ICIO), in
    percentage points."""
    from tradetalks.codes import region_set

    mapping = region_set("default")
    shares: list[dict[str, float]] = []
    for when in (BASE, year):
        places, trade = icio_trade(when)
        us = places.index("USA")
        flows = np.delete(trade[:, us].sum(1), us)
        found: dict[str, float] = {}
        for place, flow in zip((p for p in places if p != "USA"), flows, strict=True):
            found[mapping[place]] = found.get(mapping[place], 0.0) + 100 * flow / flows.sum()
        shares.append(found)
    return {place: float(shares[1][place] - shares[0][place]) for place in shares[0]}
