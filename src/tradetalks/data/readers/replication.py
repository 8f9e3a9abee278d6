"""Readers of published replication inputs: the tables behind four papers.

Every array comes back in the order of docs/notation.md, `[exporter, importer, sector]`, with
duties as fractions. Values stay in the units of the file unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tradetalks.data.readers.tables import need_shape, number, rows
from tradetalks.data.registry import find
from tradetalks.errors import BadFile

Array = NDArray[np.float64]

CP_COUNTRIES = (
    "ARG", "AUS", "AUT", "BRA", "CAN", "CHL", "CHN", "DNK", "FIN", "FRA", "DEU", "GRC", "HUN",
    "IND", "IDN", "IRL", "ITA", "JPN", "KOR", "MEX", "NLD", "NZL", "NOR", "PRT", "ZAF", "ESP",
    "SWE", "TUR", "GBR", "USA", "ROW",
)  # fmt: skip
CP_TRADED, CP_SECTORS = 20, 40
OSSA_REGIONS = ("BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA")
OSSA_INDUSTRIES = 33
_THOUSAND = 1e3


@dataclass(frozen=True, eq=False)
class CaliendoParro:
    """Inputs of Caliendo & Parro (2015), US dollars of 1993.

    `trade`, `tariff`, `tariff_2005` `[i, n, j]` (no domestic sales), `output` `[n, k]`,
    `value_added_share` of output, `input_share` `[n, j, k]` of materials, `theta` `[j]` (trade
    elasticity of the 20 traded sectors).
    """

    trade: Array
    tariff: Array
    tariff_2005: Array
    output: Array
    value_added_share: Array
    input_share: Array
    theta: Array


def read_caliendo_parro() -> CaliendoParro:
    """Read the inputs registered as source `cp2015`."""
    n, s = len(CP_COUNTRIES), CP_SECTORS

    def bilateral(file: str) -> Array:
        blocks = _matrix(find("cp2015", file), (CP_TRADED * n, n)).reshape(CP_TRADED, n, n)
        out = np.zeros((n, n, s))
        out[:, :, :CP_TRADED] = blocks.transpose(2, 1, 0)
        return out

    return CaliendoParro(
        trade=_THOUSAND * bilateral("xbilat1993.txt"),
        tariff=bilateral("tariffs1993.txt") / 100.0,
        tariff_2005=bilateral("tariffs2005.txt") / 100.0,
        output=_matrix(find("cp2015", "GO.txt"), (s, n)).T,
        value_added_share=_matrix(find("cp2015", "B.txt"), (s, n)).T,
        input_share=_matrix(find("cp2015", "IO.txt"), (n * s, s)).reshape(n, s, s),
        theta=_matrix(find("cp2015", "T.txt"), (CP_TRADED, 1))[:, 0],
    )


@dataclass(frozen=True, eq=False)
class CaliendoParroStart:
    """The authors' equilibrium without aggregate deficits: final-demand shares `[n, j]`,
    trade shares `[i, n, j]` at users' prices, spending `[n, j]` and value added `[n]`."""

    final_share: Array
    trade_share: Array
    spending: Array
    value_added: Array


def read_caliendo_parro_start() -> CaliendoParroStart:
    """Read the authors' deficit-free initial condition (source `cp2015`)."""
    stored = _matlab(find("cp2015", "initial_condition_1993_noS.mat"))
    n, s = len(CP_COUNTRIES), CP_SECTORS
    return CaliendoParroStart(
        final_share=np.asarray(stored["alphas"]).T,
        trade_share=np.asarray(stored["Din"]).reshape(s, n, n).transpose(2, 1, 0),
        spending=np.asarray(stored["X0"]).T,
        value_added=np.asarray(stored["VAn"])[:, 0],
    )


@dataclass(frozen=True, eq=False)
class GeGravity:
    """The example of `ge_gravity`, year 2000: `trade`, partial `effect` (log points) and
    Stata's counterfactual trade `trade_after` `[i, n]`, Stata's `welfare` ratio `[n]`."""

    countries: tuple[str, ...]
    trade: Array
    effect: Array
    trade_after: Array
    welfare: Array


def read_ge_gravity(year: int = 2000) -> GeGravity:
    """Read one year of source `gegravity`."""
    path = find("gegravity")
    columns = ("trade", "eu_effect", "X_eu", "w_eu")
    found: dict[tuple[str, str], list[float]] = {}
    for line, row in rows(path, ("exporter", "importer", "year", *columns)):
        if number(row["year"], path, line) == year:
            found[row["exporter"], row["importer"]] = [number(row[c], path, line) for c in columns]
    countries = tuple(sorted({exporter for exporter, _ in found}))
    if not found or len(found) != len(countries) ** 2:
        raise BadFile(
            f"year {year} has {len(found)} flows of {len(countries)} countries.",
            cure="Every pair is needed, home sales too.",
            file=path,
        )
    cube = np.array([[found[i, n] for n in countries] for i in countries])
    return GeGravity(countries, cube[:, :, 0], cube[:, :, 1], cube[:, :, 2], cube[:, 0, 3])


@dataclass(frozen=True, eq=False)
class Ossa:
    """Inputs of Ossa (2014): `trade` and `tariff` `[i, n, j]`, `sigma` `[j]` (of the baseline),
    and the published solutions: `optimal[n]`, the tariffs `[i, n, j]` when n alone optimises
    (its own rows only, others zero), and `nash` `[i, n, j]`. `noncooperative` `[n, j]` are
    tariffs outside trade agreements (not a number for regions without a source)."""

    trade: Array
    tariff: Array
    sigma: Array
    noncooperative: Array
    optimal: Array
    nash: Array


def read_ossa() -> Ossa:
    """Read the inputs and golden tariffs registered as source `ossa2014`."""
    n, s = len(OSSA_REGIONS), OSSA_INDUSTRIES

    def bilateral(file: str) -> Array:
        blocks = _matrix(find("ossa2014", file), (s * n, n), ",").reshape(s, n, n)
        return blocks.transpose(1, 2, 0)

    outside = _matrix(find("ossa2014", "tariff_noncoop.csv"), (s, n), ",").T
    own = np.asarray(_matlab(find("ossa2014", "OPTIMALTARIFFBAS.mat"))["OPTIMALTARIFFBAS"])
    need_shape(Path("OPTIMALTARIFFBAS.mat"), "OPTIMALTARIFFBAS", own.shape, (s * (n - 1), n))
    optimal = np.zeros((n, n, s))
    for m in range(n):
        optimal[np.arange(n) != m, m] = own[:, m].reshape(s, n - 1).T
    return Ossa(
        trade=bilateral("trade_ijs.csv"),
        tariff=bilateral("tariff_ijs.csv"),
        sigma=_matrix(find("ossa2014", "sigma_s.csv"), (s, 5), ",")[:, 0],
        noncooperative=np.where(outside.any(1, keepdims=True), outside, np.nan),
        optimal=optimal,
        nash=np.asarray(_matlab(find("ossa2014", "NASHTARIFFBASs.mat"))["NASHTARIFFBASs"]),
    )


@dataclass(frozen=True, eq=False)
class Liberation:
    """Inputs of Ignatenko et al. (2025): `trade` `[i, n]` in US dollars of 2023 (no domestic
    sales), `gdp` `[n]`, and the US duties `announced` `[i]` of April 2025 as fractions."""

    countries: tuple[str, ...]
    trade: Array
    gdp: Array
    announced: Array


def read_liberation() -> Liberation:
    """Read the inputs registered as source `liberation2025`."""
    path = find("liberation2025", "country_labels.csv")
    countries = tuple(row["iso3"] for _, row in rows(path, ("iso3",)))
    columns = tuple(f"export_ij{n + 1}" for n in range(len(countries)))

    def table(file: str, names: tuple[str, ...], empty: float | None = None) -> Array:
        source = find("liberation2025", file)
        values = np.array(
            [
                [number(row[c], source, line, empty=empty) for c in names]
                for line, row in rows(source, names)
            ]
        )
        need_shape(source, file, values.shape, (len(countries), len(names)))
        return values

    return Liberation(
        countries,
        trade=_THOUSAND * table("trade_cepii.csv", columns, empty=0.0),
        gdp=table("gdp.csv", ("gdp",))[:, 0],
        announced=table("tariffs.csv", ("applied_tariff",))[:, 0],
    )


def _matrix(path: Path, shape: tuple[int, int], delimiter: str | None = None) -> Array:
    """Read a file of bare numbers."""
    try:
        values = np.loadtxt(path, delimiter=delimiter, ndmin=2)
    except ValueError as error:
        raise BadFile(f"is not a table of numbers ({error}).", file=path) from error
    need_shape(path, path.name, values.shape, shape)
    return values


def _matlab(path: Path) -> dict[str, Array]:
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        return loadmat(path)
    except (MatReadError, ValueError, OSError) as error:
        raise BadFile(f"cannot be read as a MATLAB file ({error}).", file=path) from error
