"""Prior input-output coefficients of every country, from WIOD 2011 and 7-region tables of 2017."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.data.readers.cubes import Coefficients, Wiod

Array = NDArray[np.float64]

GOODS = 22
"""The 7-region tables order the 22 goods sectors first, then 22 of services."""

OWN_TABLE = ("USA", "CHN", "JPN", "IND", "BRA")
WIOD_ONLY = ("AUS", "MEX")
MIXED_WITH_ROW = ("KOR", "TWN", "CAN", "RUS", "TUR", "IDN")

# WIOD industries to positions of our 23 sectors (SERV is 22), by published definitions.
WIOD_BLOCKS: dict[tuple[str, ...], tuple[int, ...]] = {
    ("c1",): (0, 1),
    ("c2",): (2, 3, 4),
    ("c3",): (5,),
    ("c4", "c5"): (6,),
    ("c6",): (7,),
    ("c7",): (8,),
    ("c8",): (9,),
    ("c9",): (10, 11),
    ("c10",): (12,),
    ("c11",): (13,),
    ("c12",): (14, 15),
    ("c13",): (18,),
    ("c14",): (16, 17),
    ("c15",): (19, 20),
    ("c16",): (21,),
    tuple(f"c{i}" for i in range(17, 36)): (22,),
}


@dataclass(frozen=True, eq=False)
class Prior:
    """`inputs` [j,k] and `value_added` [k] per unit of output, `final` [j] shares; `origin`."""

    inputs: Array
    value_added: Array
    final: Array
    origin: str


def region_prior(tables: Coefficients, region: str) -> Prior:
    """Return a region's 23-sector coefficients; services merged with output as weights."""
    r = tables.regions.index(region)
    merge = np.zeros((GOODS + 1, tables.output.shape[1]))
    merge[:GOODS, :GOODS] = np.eye(GOODS)
    merge[GOODS, GOODS:] = 1.0
    output = tables.output[r]
    total = merge @ output
    inputs = merge @ (tables.inputs[r] * output) @ merge.T / total
    value_added = merge @ (tables.value_added[r] * output) / total
    return Prior(inputs, value_added, merge @ tables.final[r], f"{region} 2017")


def wiod_prior(wiod: Wiod, country: str, detail: Prior, output: Array) -> Prior:
    """Return WIOD coefficients of a country, split within WIOD's blocks by `detail`.

    `output` [k] is the country's gross output in our sectors: the weights with which `detail`
    adds up to blocks. A block without output keeps `detail`.
    """
    n = wiod.countries.index(country)
    blocks = list(WIOD_BLOCKS.values())
    rows = np.array(
        [[float(i in names) for i in wiod.industries] for names in WIOD_BLOCKS], dtype=float
    )
    made = rows @ wiod.output[n]
    bought = rows @ wiod.inter[:, :, n, :].sum(0) @ rows.T
    earned = np.maximum(rows @ wiod.value_added[n], 0.0)
    spent = np.maximum(rows @ wiod.final[:, :, n].sum(0), 0.0)
    member = np.array([[float(j in b) for j in range(GOODS + 1)] for b in blocks])
    weight = np.maximum(output, 1e-9 * output.sum())
    ours = member @ weight
    block_inputs = _over(member @ (detail.inputs * weight) @ member.T, ours[None, :])
    block_earned = _over(member @ (detail.value_added * weight), ours)
    to_inputs = _over(_over(bought, made[None, :]), block_inputs, 1.0)
    to_earned = _over(_over(earned, made), block_earned, 1.0)
    alive = made > 0
    to_inputs[:, ~alive], to_earned[~alive] = 1.0, 1.0
    to_final = _over(spent / spent.sum(), member @ detail.final, 1.0)
    return _normal(
        detail.inputs * (member.T @ to_inputs @ member),
        detail.value_added * (member.T @ to_earned),
        detail.final * (member.T @ to_final),
        "WIOD 2011",
    )


def geometric_mean(one: Prior, other: Prior) -> Prior:
    """Return the geometric mean of two priors, columns scaled to sum to 1."""
    return _normal(
        np.sqrt(one.inputs * other.inputs),
        np.sqrt(one.value_added * other.value_added),
        np.sqrt(one.final * other.final),
        f"{one.origin} x {other.origin}",
    )


def country_prior(country: str, eu: bool, tables: Coefficients, wiod: Wiod, output: Array) -> Prior:
    """Return the prior of a country by the rule of `docs/world-2022.md`."""
    if country in OWN_TABLE:
        return region_prior(tables, country)
    in_wiod = country in wiod.countries and country != "ROW"
    base = region_prior(tables, "EU" if eu else "ROW")
    if in_wiod and country in WIOD_ONLY:
        return wiod_prior(wiod, country, base, output)
    if in_wiod and (eu or country in MIXED_WITH_ROW):
        return geometric_mean(base, wiod_prior(wiod, country, base, output))
    return base


def wiod_value_added_share(wiod: Wiod, country: str) -> float:
    """Return value added over gross output of a country in WIOD."""
    n = wiod.countries.index(country)
    return float(wiod.value_added[n].sum() / wiod.output[n].sum())


def _over(part: Array, whole: Array, otherwise: float = 0.0) -> Array:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.full(part.shape, otherwise), where=whole > 0)


def _normal(inputs: Array, value_added: Array, final: Array, origin: str) -> Prior:
    total = inputs.sum(0) + value_added
    return Prior(inputs / total, value_added / total, final / final.sum(), origin)
