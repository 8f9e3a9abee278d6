"""A small stand-in for a world, with random numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EU27 = {
    *("AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV"),
    *("HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN"),
    "SWE",
}
OTHERS = ["USA", "CHN", "JPN", "MEX", "NOR", "ROW"]
APART = {"DEU", "FRA", "ITA", "NLD", "IRL"}
GAMES = {"us-optimal", "bilateral-nash"}
"""Shipped scenarios whose rates are by sector of the shipped world: tests/talks has them."""


@dataclass(frozen=True)
class TinyWorld:
    """The fields of a world that compiling reads."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    goods: np.ndarray
    trade: np.ndarray
    tariff: np.ndarray
    mfn_tariff: np.ndarray
    customs_ratio: np.ndarray
    year: int = 2022


def make_world(countries, sectors=("01T02", "03", "26", "SERV")) -> TinyWorld:
    rng = np.random.default_rng(20)
    n, s = len(countries), len(sectors)
    goods = np.array([c != "SERV" for c in sectors])
    mfn = rng.uniform(0, 0.1, (n, n, s)) * goods
    war = rng.uniform(0, 0.2, (n, n, s)) * goods
    return TinyWorld(
        tuple(countries),
        tuple(sectors),
        goods,
        trade=rng.uniform(1, 100, (n, n, s)),
        tariff=mfn + war,
        mfn_tariff=mfn,
        customs_ratio=rng.uniform(0.8, 1.3, (n, n)),
    )
