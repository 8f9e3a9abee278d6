"""Worlds of random numbers, 4 countries and 3 sectors, and scenarios on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tables import Table, balanced
from tradetalks.data import World
from tradetalks.scenario import Scenario

COUNTRIES = ("AAA", "BBB", "CCC", "DDD")
SECTORS = ("FARM", "MILL", "DESK")


def random_world(seed: int, **options: Any) -> World:
    return world_of(balanced(seed), **options)


def world_of(table: Table, **options: Any) -> World:
    return World.from_arrays(
        countries=COUNTRIES,
        sectors=SECTORS,
        goods=(True, True, False),
        trade=table.trade,
        tariff=table.tariff,
        intermediate=table.intermediate,
        final=table.final,
        value_added=table.value_added,
        **options,
    )


def ask(*changes: Any, **keys: Any) -> Scenario:
    settings = {"world": "own", "elasticities": "central", **keys}
    return Scenario(
        name="test", question="What if?", changes=changes, sources=["assumed"], **settings
    )


def central(run: Any, variable: str) -> np.ndarray:
    return run.at_central(variable).values
