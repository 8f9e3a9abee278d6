from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from tradetalks.scenario import names

EU27 = (
    "AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT "
    "ROU SVK SVN ESP SWE"
).split()
OTHERS = "USA CHN JPN MEX NOR ROW".split()
APART = {"DEU", "FRA", "ITA", "NLD", "IRL"}


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


@pytest.fixture
def world() -> TinyWorld:
    return make_world(("USA", "CHN", "MEX", "ROW"))


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> names.Tables:
    """A small code table: every test of this folder states what the names mean."""
    members = [*OTHERS, *EU27]
    tables = names.Tables(
        countries={
            **{c: c for c in members},
            "USA": "United States",
            "CHN": "China",
            "NOR": "Norway",
            "REU": "Rest of the European Union",
            "EUU": "European Union (27)",
        },
        eu=tuple(EU27),
        region_sets={
            "all": {c: c for c in members},
            "default": {
                c: "REU" if c in EU27 and c not in APART else "ROW" if c == "NOR" else c
                for c in members
            },
            "eu27": {c: "EUU" if c in EU27 else c for c in members},
        },
        sectors={
            "01T02": "Agriculture and forestry",
            "03": "Fishing and aquaculture",
            "26": "Electronics and optical",
            "SERV": "Services",
        },
        groups={
            "all": ("01T02", "03", "26", "SERV"),
            "all_goods": ("01T02", "03", "26"),
            "agriculture": ("01T02", "03"),
        },
    )
    monkeypatch.setattr(names, "tables", lambda: tables)
    return tables
