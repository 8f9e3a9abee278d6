from __future__ import annotations

import pytest
from scenario_worlds import APART, EU27, OTHERS, TinyWorld, make_world

from tradetalks.scenario import names

CHIPS = ("AICHIP", "CHIPSOFT", "CHIPTOOL", "ENGINES")


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
            "manufacturing": ("26",),
        },
        critical=dict.fromkeys(("REE", "MAGNETS", "API", *CHIPS), "26"),
        good_sets={"chips": CHIPS[:3], "critical": ("REE", "MAGNETS", "API", *CHIPS)},
        blocs={
            "us_allies": ("USA", "JPN", "NOR", *EU27),
            "china_bloc": ("CHN",),
            "non_aligned": ("MEX", "ROW"),
        },
    )
    monkeypatch.setattr(names, "tables", lambda: tables)
    return tables
