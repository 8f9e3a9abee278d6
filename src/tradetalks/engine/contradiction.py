"""The two aims of one policy in one table: sell more to China, and sell it less.

Rows are policies, columns what they do; every number is a change from the world's own year in
the same economy, with the least and greatest over the elasticity sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from tradetalks.results import RunResult
    from tradetalks.scenario import Scenario

Progress = Callable[[str, int, int], None]

LIFTED, LIFTED_BOUGHT, TRUCE = (
    "chip-controls-lifted", "chip-controls-and-refusal-lifted", "truce-holds",
)  # fmt: skip
GROUPS = {
    "agriculture": ("01T02", "03"),
    "electronics, chips": ("26", "AICHIP"),
    "machinery, tools": ("28", "CHIPTOOL"),
    "aircraft, engines": ("30", "ENGINES"),
    "chemicals, energy": ("05T06", "19", "20", "ETHANE"),
}
"""Sectors whose income the table shows; what factors earn in them, with the goods carved out."""


@dataclass(frozen=True)
class Contradiction:
    """The table: `rows` are one number each, `runs` the answers behind them by row label."""

    rows: tuple[dict[str, Any], ...]
    runs: dict[str, RunResult]


def contradiction(
    *,
    horizon: str = "medium",
    regions: str = "default",
    elasticities: str = "all",
    progress: Progress | None = None,
) -> Contradiction:
    """Return the table for the United States and China.

    Each row of `rows` has policy, variable, country, partner, unit, central, low, high and
    incomplete (a set without an equilibrium). Raises what `simulate` raises.
    """
    from tradetalks.data import load_world
    from tradetalks.engine.simulate import simulate

    policies = _policies(horizon, regions, elasticities)
    world = load_world(regions=regions, goods="all")
    runs: dict[str, RunResult] = {}
    for done, (label, asked) in enumerate(policies.items()):
        if progress is not None:
            progress(label, done, len(policies))
        runs[label] = simulate(asked, world)
    rows = [row for label, run in runs.items() for row in _rows(label, run)]
    return Contradiction(tuple(rows), runs)


def _policies(horizon: str, regions: str, elasticities: str) -> dict[str, Scenario]:
    """Return the scenarios by label, all in one world and against its own year."""
    from tradetalks.scenario import load_scenario

    def same(name: str, importer: str | None = None) -> Scenario:
        found = load_scenario(name)
        changes = [
            c
            for c in found.to_plain()["changes"]
            if importer is None or c.get("importer") == importer
        ]
        return found.replace(
            horizon=horizon, regions=regions, elasticities=[elasticities], goods="all",
            against="baseline", changes=changes, expected=[],
        )  # fmt: skip

    return {
        "Controls on chips, tools and engines lifted, China refuses the chips": same(LIFTED),
        "Controls on chips, tools and engines lifted, and China buys": same(LIFTED_BOUGHT),
        "US duties on China (+30)": same(TRUCE, "USA"),
        "China's retaliation (+10)": same(TRUCE, "CHN"),
        "Both duties": same(TRUCE),
    }


def _rows(label: str, run: RunResult) -> Iterator[dict[str, Any]]:
    d = run.data
    usa, chn = d.sel(country="USA"), d.sel(country="CHN")
    yield _row(label, "bilateral balance", "USA", "usd_bn",
               usa.bilateral_balance.sel(partner="CHN"), d, partner="CHN")  # fmt: skip
    yield _row(label, "goods balance", "USA", "usd_bn", usa.goods_exports - usa.goods_imports, d)
    yield _row(label, "goods exports", "USA", "usd_bn", usa.goods_exports, d)
    for group, members in GROUPS.items():
        here = [code for code in members if code in d.sector.values]
        income = usa.value_added.sel(sector=here).sum("sector", skipna=False)
        yield _row(label, f"income, {group}", "USA", "usd_bn", income, d)
    yield _row(label, "tariff revenue", "USA", "usd_bn", usa.tariff_revenue, d)
    if "rents" in d:
        yield _row(label, "rents", "CHN", "usd_bn", chn.rents, d)
    for place in (usa, chn):
        yield _row(label, "real income", str(place.country.item()), "percent", place.real_income, d)


def _row(
    label: str,
    variable: str,
    country: str,
    unit: str,
    values: xr.DataArray,
    data: xr.Dataset,
    partner: str | None = None,
) -> dict[str, Any]:
    return {
        "policy": label,
        "variable": variable,
        "country": country,
        "partner": partner,
        "unit": unit,
        "central": float(values.sel(set=data.attrs["central"])),
        "low": float(values.min()),
        "high": float(values.max()),
        "incomplete": bool(values.isnull().any()),
    }
