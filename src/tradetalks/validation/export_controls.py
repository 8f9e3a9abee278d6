"""Published losses from export bans and decoupling beside the model's, on the shipped world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.validation.cells import Beside, Computed

if TYPE_CHECKING:
    import xarray as xr

    from tradetalks.data import World

BAN = {"kind": "export_control", "exporter": "CHN", "ban": True, "leakage": "1%"}
BLOCS = {"kind": "trade_cost", "importer": "us_allies", "exporter": "china_bloc",
         "sectors": "all_goods", "both_ways": True}  # fmt: skip
EU_CHINA = {"kind": "trade_cost", "importer": "EU", "exporter": "CHN", "sectors": "all_goods",
            "factor": 2}  # fmt: skip
EU_MEMBERS = ("DEU", "FRA", "ITA", "NLD", "IRL", "REU")


@dataclass(frozen=True)
class Case:
    """A published case: what changes, at which horizon, whose loss, percent or `usd_bn`."""

    changes: Sequence[Mapping[str, Any]]
    horizon: str
    who: tuple[str, ...] = ()
    unit: str = "percent"
    goods: str = "none"
    over: tuple[str, ...] = field(default=())


CASES: dict[str, Case] = {
    "B01 China bans gallium: United States, USD bn": Case(
        [BAN | {"sectors": "GALLIUM"}], "short", ("USA",), "usd_bn", "all"
    ),
    "B02 China bans germanium: United States, USD bn": Case(
        [BAN | {"sectors": "GERMANIUM"}], "short", ("USA",), "usd_bn", "all"
    ),
    "B03 China bans both: United States, USD bn": Case(
        [BAN | {"sectors": ["GALLIUM", "GERMANIUM"]}], "short", ("USA",), "usd_bn", "all"
    ),
    "B05 no Russian energy: Germany, %": Case(
        [
            {
                "kind": "trade_cost",
                "importer": "DEU",
                "exporter": "RUS",
                "sectors": ["05T06", "19"],
                "shut": True,
            }
        ],
        "short",
        ("DEU",),
    ),
    "B07 hard decoupling, first months: Germany, %": Case(
        [BLOCS | {"shut": True}], "short", ("DEU",)
    ),
    "B07 hard decoupling, first year: Germany, %": Case(
        [BLOCS | {"shut": True}], "medium", ("DEU",)
    ),
    "B07 hard decoupling, long run: Germany, %": Case([BLOCS | {"shut": True}], "long", ("DEU",)),
    "B09 fragmentation: world, %": Case([BLOCS | {"factor": 2}], "long"),
    "B10 EU barriers on China: EU, %": Case([EU_CHINA], "long", EU_MEMBERS),
    "B10 both sides' barriers: EU, %": Case([EU_CHINA | {"both_ways": True}], "long", EU_MEMBERS),
    "B10 both sides' barriers: Germany, %": Case(
        [EU_CHINA | {"both_ways": True}], "long", ("DEU",)
    ),
    "B10 both sides' barriers: China, %": Case([EU_CHINA | {"both_ways": True}], "long", ("CHN",)),
    "B14 end of integration: world, %": Case([BLOCS | {"shut": True}], "long"),
    "B15 export bans on Russia: loss of Russia over that of the EU": Case(
        [
            {
                "kind": "trade_cost",
                "importer": "RUS",
                "exporter": "us_allies",
                "sectors": "all_goods",
                "shut": True,
            }
        ],
        "short",
        ("RUS",),
        over=EU_MEMBERS,
    ),
}


def compute() -> Computed:
    """Compute the central answer for each case, with the range beside it."""
    numbers: dict[tuple[str, str, str], float] = {}
    beside: list[Beside] = []
    for label, case in CASES.items():
        values = _losses(case)
        for table in ("least", "most", "published"):
            numbers[table, label, "loss"] = values[0]
        ends = np.nanmin(values), np.nanmax(values)
        for name, value in zip(("least", "greatest"), ends, strict=True):
            beside.append(Beside(f"{label}: {name} over the elasticity sets", float(value), ""))
    return Computed(numbers, beside=tuple(beside))


def _losses(case: Case) -> np.ndarray:
    """Return the loss by elasticity set, the central one first; NaN without an equilibrium."""
    data = _run(case)
    central = data.attrs["central"]
    order = [central, *(s for s in data.set.values if s != central)]
    data = data.sel(set=order)
    if case.unit == "usd_bn":
        return -data.equivalent_variation.sel(country=list(case.who)).sum("country").values
    loss = _percent(data, case.who)
    return loss / _percent(data, case.over) if case.over else loss


def _percent(data: xr.Dataset, who: tuple[str, ...]) -> np.ndarray:
    """Return the loss of some countries together (all of them where none is named), percent."""
    here = data.sel(country=list(who)) if who else data
    gained = here.equivalent_variation.sum("country", skipna=False)
    return -100.0 * (gained / here.expenditure_reference.sum("country", skipna=False)).values


def _run(case: Case) -> xr.Dataset:
    from tradetalks.engine import simulate
    from tradetalks.scenario import Scenario

    asked = Scenario(
        name="benchmark",
        question="What is the published case in this model?",
        goods=case.goods,  # pyright: ignore
        horizon=case.horizon,  # pyright: ignore
        changes=tuple(case.changes),  # pyright: ignore
        sources=("published.yaml",),  # pyright: ignore
    )
    return simulate(asked, _world(case.goods)).data


@cache
def _world(goods: str) -> World:
    from tradetalks.data import load_world

    return load_world(goods=goods)
