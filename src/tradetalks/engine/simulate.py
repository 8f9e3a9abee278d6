"""`simulate`: a scenario on a world becomes a labelled result."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.accounts import detail
from tradetalks.engine.critical import critical_band, critical_sources
from tradetalks.engine.decomposition import decompose
from tradetalks.engine.latent import latent_note, latent_premium
from tradetalks.engine.law import law_record, revenue_note
from tradetalks.engine.limits import Groups, ceiling_note, limits_between
from tradetalks.engine.path import Path, path_between
from tradetalks.engine.report import (
    assumptions_of,
    described,
    label_of,
    shares_source,
    versions,
    warnings_of,
)
from tradetalks.engine.setting import (
    Setting,
    account_ends,
    at_ends,
    elasticities_in,
    open_question,
    worst,
)
from tradetalks.errors import NoAnswer, NotConverged
from tradetalks.model import Elasticities, Equilibrium
from tradetalks.solve import Solution, Status, solve_batch

if TYPE_CHECKING:
    import xarray as xr

    from tradetalks.data import ElasticitySet, World
    from tradetalks.results import RunResult
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

_DIMS = {1: ("country",), 2: ("country", "sector"), 3: ("exporter", "importer", "sector")}
_DETAIL_DIMS = {2: ("country", "sector"), 3: ("country", "partner", "sector")}
_OTHER_DIMS = {
    "bilateral_balance": ("country", "partner"),
    "bilateral_balance_customs": ("country", "partner"),
    "quota_premium": ("group",),
    "quota_volume": ("group",),
}


@dataclass(frozen=True)
class _Case:
    """One elasticity set's answer: the two ends of the path and what lies between them."""

    before: Equilibrium
    after: Equilibrium
    values: dict[str, Array]
    detail: dict[str, Array]


def simulate(
    scenario: Scenario | str,
    world: World | None = None,
    *,
    progress: Progress | None = None,
) -> RunResult:
    """Solve a scenario against its reference, over its elasticity sets.

    `scenario` is a `Scenario`, the name of a shipped one or the path of a file; `world` a table
    to use, as it is, instead of the one that the scenario names. `progress(what, done, total)`
    is called after each set. Raises `NotConverged` when the central set has no equilibrium,
    `BadInput` and its kind for anything the scenario asks that the world does not have.
    """
    from tradetalks.scenario import Scenario, load_scenario

    began = time.perf_counter()
    asked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    setting, sets = open_question(asked, world)
    loaded = time.perf_counter()
    with jax.enable_x64(True):
        cases: dict[str, _Case] = {}
        statuses: dict[str, Status] = {}
        for done, chosen in enumerate(sets, start=1):
            try:
                elasticities = elasticities_in(setting, chosen)
                path, solutions = _solve_path(setting, elasticities)
            except NoAnswer as error:
                statuses[chosen.name] = _refused(error)
            else:
                statuses[chosen.name] = worst(solutions)
                if statuses[chosen.name].converged:
                    cases[chosen.name] = _case(setting, elasticities, path, solutions)
            if progress is not None:
                progress(chosen.name, done, len(sets))
    timing = {"load": loaded - began, "solve": time.perf_counter() - loaded}
    central = next(s.name for s in sets if s.central)
    if central not in cases:
        raise NotConverged(
            f"scenario '{asked.name}', central elasticity set '{central}': "
            f"{statuses[central].message}"
        )
    return _labelled(setting, world is not None, sets, cases, statuses, central, timing)


def _solve_path(setting: Setting, elasticities: Elasticities) -> tuple[Path, list[Solution]]:
    """Solve the two ends and what lies between them: at once, unless there are limits."""
    before, after = setting.wedged
    path = path_between(before, after, np.asarray(elasticities.sigma))
    if setting.groups is None:
        shocks = path.shocks(slice(None), None, None)
        return path, solve_batch(setting.economy, elasticities, shocks, setting.closure)
    return path, _solve_limited(setting, setting.groups, elasticities, path)


def _solve_limited(
    setting: Setting, groups: Groups, elasticities: Elasticities, path: Path
) -> list[Solution]:
    """Solve the ends first: where limits stand on the way depends on the volumes there."""
    shocks = path.ends(groups)
    first, last = solve_batch(setting.economy, elasticities, shocks, setting.closure)
    if not (first.status.converged and last.status.converged):
        return [first, last]
    inner = slice(1, -1)
    limit = limits_between(groups, first.equilibrium, last.equilibrium, path.points[inner])
    shocks = path.shocks(inner, groups, limit)
    between = solve_batch(setting.economy, elasticities, shocks, setting.closure)
    return [first, *between, last]


def _refused(error: NoAnswer) -> Status:
    return Status(False, str(error), float("inf"), float("inf"), 0, "anderson")


def _case(
    setting: Setting, elasticities: Elasticities, path: Path, solutions: list[Solution]
) -> _Case:
    equilibria = [s.require() for s in solutions]
    found = decompose(
        path, equilibria, setting.economy, elasticities, setting.closure, setting.groups
    )
    ends = equilibria[0], equilibria[-1]
    before, after = at_ends(setting.shocks, setting.wedged, setting.groups, ends)
    values = account_ends(setting, path, (before, after), found.parts)
    return _Case(before, after, values, detail(before, after, found, values, setting.closure))


def _labelled(
    setting: Setting,
    own_table: bool,
    sets: tuple[ElasticitySet, ...],
    cases: dict[str, _Case],
    statuses: dict[str, Status],
    central: str,
    timing: dict[str, float],
) -> RunResult:
    import datetime

    from tradetalks.results import RunResult

    scenario, table, shocks = setting.scenario, setting.table, setting.shocks
    status = _status(statuses)
    return RunResult(
        scenario=scenario.to_plain(),
        against=scenario.against,
        world=_world(scenario, table, own_table),
        horizon=scenario.horizon,
        status=status,
        data=_dataset(setting, [s.name for s in sets], cases, central),
        assumptions=(
            *assumptions_of(scenario, sets, table),
            *latent_note(table, latent_premium(shocks)),
            *revenue_note(shocks, (cases[central].before, cases[central].after), table.countries),
        ),
        warnings=(
            *warnings_of(scenario, shocks, status),
            *ceiling_note(setting.groups, cases[central].after),
            *critical_band(
                table,
                scenario.horizon,
                sets,
                {name: case.values["real_income"] for name, case in cases.items()},
                cases[central].values["equivalent_variation"],
            ),
        ),
        versions=versions(),
        timing=timing,
        created=datetime.date.today().isoformat(),
        law=law_record(shocks, scenario.against),
    )


def _status(statuses: dict[str, Status]) -> dict[str, Any]:
    """Return how the elasticity sets ended; at least one converged."""
    failed = [name for name, s in statuses.items() if not s.converged]
    kept = [s for s in statuses.values() if s.converged]
    message = f"Solved for {len(kept)} of {len(statuses)} elasticity sets."
    if failed:
        message += " No equilibrium for " + ", ".join(failed) + ": the range is incomplete."
    return {
        "converged": not failed,
        "message": message,
        "residual": max(s.residual for s in kept),
        "walras": max(abs(s.walras) for s in kept),
        "by_set": {
            name: {
                "converged": s.converged,
                "message": s.message,
                "residual": s.residual if np.isfinite(s.residual) else None,
                "walras": s.walras if np.isfinite(s.walras) else None,
            }
            for name, s in statuses.items()
        },
        "failed_sets": failed,
    }


def _world(scenario: Scenario, table: World, own_table: bool) -> dict[str, Any]:
    """Return what a result says of its table."""
    return {
        "name": table.name,
        "year": table.year,
        "regions": _regions(scenario, table, own_table),
        "label": label_of(table),
        "hash": table.content_hash(),
        "sources": [
            *map(described, table.sources),
            *shares_source(scenario, table),
            *critical_sources(table),
        ],
        "goods": [s for s, good in zip(table.sectors, table.goods, strict=True) if good],
        "notes": list(table.notes),
    }


def _regions(scenario: Scenario, table: World, own_table: bool) -> str:
    """Return the region set of the table; `own` for a table that has other countries."""
    from tradetalks.codes import region_set

    labels = set(region_set(scenario.regions).values())
    return "own" if own_table and not set(table.countries) <= labels else scenario.regions


def _dims_of(name: str, sample: Array) -> tuple[str, ...]:
    return _OTHER_DIMS.get(name.removesuffix("_reference"), _DIMS[sample.ndim])


def _dataset(
    setting: Setting,
    names: list[str],
    cases: dict[str, _Case],
    central: str,
) -> xr.Dataset:
    import xarray as xr

    pattern = cases[central]
    out: dict[str, tuple[tuple[str, ...], Array]] = {}
    for name, sample in pattern.values.items():
        stacked = np.stack(
            [cases[s].values[name] if s in cases else np.full_like(sample, np.nan) for s in names]
        )
        out[name] = ("set", *_dims_of(name, sample)), stacked
    levels = np.asarray(pattern.before.trade) / 1e3
    for name, sample in pattern.detail.items():
        out[name] = _DETAIL_DIMS[sample.ndim], sample
    out["trade"] = _DIMS[3], np.asarray(pattern.after.trade) / 1e3 - levels
    out["trade_reference"] = _DIMS[3], levels
    out["tariff_reference"] = _DIMS[3], setting.shocks[0].tariff
    out["tariff"] = _DIMS[3], setting.shocks[1].tariff
    if setting.scenario.valuation == "customs":
        out["customs_ratio"] = _DIMS[3][:2], np.array(setting.table.customs_ratio)
    places = list(setting.table.countries)
    groups = {} if setting.groups is None else {"group": list(setting.groups.names)}
    return xr.Dataset(
        out,
        coords={
            "set": names,
            "country": places,
            "partner": places,
            "exporter": places,
            "importer": places,
            "sector": list(setting.table.sectors),
            **groups,
        },
        attrs={"central": central},
    )
