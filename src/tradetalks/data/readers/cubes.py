"""Readers of whole tables: ICIO cubes, WIOD 2013, 7-region coefficients, GDP."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tradetalks.data.readers.tables import arrays, need_shape, number, rows
from tradetalks.errors import BadFile

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IcioCube:
    """`trade` and `tariff` [exporter, importer, sector] (mUSD, fraction), domestic sales on
    the diagonal; `sigma` the published elasticity sets, each [sector], sigma = 1 + theta."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    trade: Array
    tariff: Array
    sigma: dict[str, Array]


def read_icio(path: Path) -> IcioCube:
    """Read an ICIO cube (`ICIO<year>.npz`)."""
    a = arrays(path, ("X", "tariff", "countries", "sectors"))
    countries, sectors = (tuple(str(x) for x in a[k]) for k in ("countries", "sectors"))
    n, s = len(countries), len(sectors)
    for name in ("X", "tariff"):
        need_shape(path, name, a[name].shape, (n, n, s))
        if not np.isfinite(a[name]).all() or (a[name] < 0).any():
            raise BadFile(f"`{name}` has a negative or missing cell.", file=path)
    sigma = {k.removeprefix("sigma_"): np.asarray(v, float) for k, v in a.items() if "sigma_" in k}
    for name, values in sigma.items():
        need_shape(path, f"sigma_{name}", values.shape, (s,))
    trade, tariff = np.asarray(a["X"], float), np.asarray(a["tariff"], float)
    return IcioCube(countries, sectors, trade, tariff, sigma)


@dataclass(frozen=True, eq=False)
class Wiod:
    """WIOD table, mUSD: `inter` [c, j, n, k] (good j of c bought by industry k of n),
    `final` [c, j, n] summed over categories, `output` [n, k]."""

    countries: tuple[str, ...]
    industries: tuple[str, ...]
    inter: Array
    final: Array
    output: Array

    @property
    def value_added(self) -> Array:
        """Output minus inputs at the table's prices [n, k] (net taxes are in it)."""
        return self.output - self.inter.sum((0, 1))


_WIOD_CODES = {"ROM": "ROU", "RoW": "ROW"}


def read_wiod(path: Path) -> Wiod:
    """Read a WIOD 2013 table (`wiot_<year>.npz`); countries in today's ISO codes."""
    a = arrays(path, ("inter", "final", "output", "countries", "industries"))
    countries = tuple(_WIOD_CODES.get(str(c), str(c)) for c in a["countries"])
    industries = tuple(str(i) for i in a["industries"])
    n, k = len(countries), len(industries)
    need_shape(path, "inter", a["inter"].shape, (n * k, n * k))
    need_shape(path, "output", a["output"].shape, (n * k,))
    if a["final"].shape[0] != n * k or a["final"].shape[1] % n:
        need_shape(path, "final", a["final"].shape, (n * k, 5 * n))
    return Wiod(
        countries,
        industries,
        np.asarray(a["inter"], float).reshape(n, k, n, k),
        np.asarray(a["final"], float).reshape(n, k, n, -1).sum(3),
        np.asarray(a["output"], float).reshape(n, k),
    )


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Input-output coefficients of 7 regions x 44 sectors, all fractions.

    `inputs` [r, j, k] input j per unit of output of k; `value_added` [r, k]; `final` [r, j]
    shares of final demand; `output` [r, k] mUSD. Columns of inputs and value added sum to 1.
    """

    regions: tuple[str, ...]
    inputs: Array
    value_added: Array
    final: Array
    output: Array


def read_coefficients(folder: Path) -> Coefficients:
    """Read the 7-region tables IOshare, vashare, finalshare and TradeFlow2017 of a folder."""
    io = _labelled(folder / "IOshare.csv", ("iso_o", "input_ind", "output_ind"), "valueshare")
    va = _labelled(folder / "vashare.csv", ("iso_o", "indcode"), "vashare")
    final = _labelled(folder / "finalshare.csv", ("iso_o", "input_ind"), "finalshare")
    flow = _labelled(folder / "TradeFlow2017.csv", ("iso_o", "iso_d", "indcode"), "tradevalue")
    regions = tuple(sorted({k[0] for k in va}))
    codes = sorted({k[1] for k in va}, key=int)
    filled = np.array([[[io[r, j, k] for k in codes] for j in codes] for r in regions])
    shares = np.array([[va[r, k] for k in codes] for r in regions])
    if np.abs(filled.sum(1) - 1).max() > 1e-4:
        raise BadFile("input shares do not sum to 1.", file=folder / "IOshare.csv")
    return Coefficients(
        regions,
        filled * (1 - shares)[:, None, :],
        shares,
        np.array([[final[r, j] for j in codes] for r in regions]),
        np.array([[sum(flow[r, d, k] for d in regions) for k in codes] for r in regions]),
    )


def _labelled(path: Path, keys: tuple[str, ...], value: str) -> dict[tuple[str, ...], float]:
    """Return a complete labelled table; an empty cell is an error, a gap or repeat too."""
    table: dict[tuple[str, ...], float] = {}
    for line, row in rows(path, (*keys, value)):
        key = tuple(row[k].strip() for k in keys)
        if key in table:
            raise BadFile(f"{', '.join(key)} stands twice.", file=path, line=line)
        table[key] = number(row[value], path, line)
    sizes = [len({k[i] for k in table}) for i in range(len(keys))]
    if int(np.prod(sizes)) != len(table):
        raise BadFile(
            f"{len(table)} rows, but its labels need {int(np.prod(sizes))}.",
            cure="Every combination of labels needs one row.",
            file=path,
        )
    return table


def read_gdp(path: Path, year: int) -> dict[str, float]:
    """Read GDP of a year in mUSD by country code (World Bank format); gaps are left out."""
    gdp = {}
    for line, row in rows(path, ("Country Code", "Year", "Value")):
        if row["Year"].strip() == str(year) and row["Value"].strip():
            gdp[row["Country Code"].strip()] = number(row["Value"], path, line) / 1e6
    if not gdp:
        raise BadFile(f"no GDP of {year}.", cure="The file covers 2010-2023.", file=path)
    return gdp
