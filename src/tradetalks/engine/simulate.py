"""`simulate`: a scenario on a world becomes a labelled result."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.accounts import accounts
from tradetalks.engine.economy import choose_sets, economy_of, elasticities_of
from tradetalks.engine.path import Path, decompose, path_between
from tradetalks.engine.report import (
    assumptions_of,
    described,
    label_of,
    versions,
    warnings_of,
)
from tradetalks.errors import NoAnswer, NotConverged
from tradetalks.model import Closure, Economy, Equilibrium, Shock
from tradetalks.solve import Solution, Status, solve_batch

if TYPE_CHECKING:
    import xarray as xr

    from tradetalks.data import ElasticitySet, World
    from tradetalks.results import RunResult
    from tradetalks.scenario import Scenario
    from tradetalks.scenario.shock import Shock as TableShock

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

_DIMS = {1: ("country",), 2: ("country", "sector"), 3: ("exporter", "importer", "sector")}
_PAIRED = ("bilateral_balance", "bilateral_balance_customs")


@dataclass(frozen=True)
class _Case:
    """One elasticity set's answer: the two ends of the path and what lies between them."""

    before: Equilibrium
    after: Equilibrium
    values: dict[str, Array]


def simulate(
    scenario: Scenario | str,
    world: World | None = None,
    *,
    progress: Progress | None = None,
) -> RunResult:
    """Solve a scenario against its reference, over its elasticity sets.

    `scenario` is a `Scenario`, the name of a shipped one or the path of a file; `world` a
    table to use instead of the one that the scenario names (it is aggregated to the
    scenario's regions if it is a shipped world). `progress(what, done, total)` is called after
    each set. Raises `NotConverged` when the central set has no equilibrium, `BadInput` and
    its kind for anything the scenario asks that the world does not have.
    """
    from tradetalks.data import elasticity_sets, load_world
    from tradetalks.scenario import Scenario, compile_shock, load_scenario

    began = time.perf_counter()
    asked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    table = world if world is not None else load_world(asked.world, asked.regions)
    reference = asked.reference()
    shocks = compile_shock(reference, table), compile_shock(asked, table)
    sets = choose_sets(asked, elasticity_sets(asked.horizon, table.sectors))
    loaded = time.perf_counter()

    with jax.enable_x64(True):
        economy = economy_of(table)
        closure = Closure(deficit=asked.closures.deficit)
        cases: dict[str, _Case] = {}
        statuses: dict[str, Status] = {}
        for done, chosen in enumerate(sets, start=1):
            try:
                path, ends = _solve_path(economy, closure, chosen, asked, shocks)
            except NoAnswer as error:
                statuses[chosen.name] = _refused(error)
            else:
                statuses[chosen.name] = _worst(ends)
                if statuses[chosen.name].converged:
                    cases[chosen.name] = _case(table, path, ends)
            if progress is not None:
                progress(chosen.name, done, len(sets))
    timing = {"load": loaded - began, "solve": time.perf_counter() - loaded}
    central = next(s.name for s in sets if s.central)
    if central not in cases:
        raise NotConverged(
            f"scenario '{asked.name}', central elasticity set '{central}': "
            f"{statuses[central].message}"
        )
    return _labelled(asked, table, shocks, sets, cases, statuses, central, timing)


def _solve_path(
    economy: Economy,
    closure: Closure,
    chosen: ElasticitySet,
    scenario: Scenario,
    shocks: tuple[TableShock, TableShock],
) -> tuple[Path, list[Solution]]:
    before, after = shocks
    elasticities = elasticities_of(chosen, after.elasticities, nests=scenario.nests)
    path = path_between(
        (before.tariff, after.tariff),
        (before.iceberg, after.iceberg),
        np.asarray(elasticities.sigma),
    )
    stacked = Shock(
        tariff=jnp.asarray(np.ascontiguousarray(path.tariff.transpose(0, 3, 2, 1))),
        log_iceberg=jnp.asarray(_log(path.iceberg.transpose(0, 3, 2, 1))),
    )
    return path, solve_batch(economy, elasticities, stacked, closure)


def _log(x: Array) -> Array:
    return np.zeros(x.shape) if np.all(x == 1.0) else np.log(x)


def _worst(solutions: list[Solution]) -> Status:
    """Return the status of the worst point of a path: it is as good as that."""
    failed = [s.status for s in solutions if not s.status.converged]
    return max(failed or [s.status for s in solutions], key=lambda s: (s.residual, abs(s.walras)))


def _refused(error: NoAnswer) -> Status:
    return Status(False, str(error), float("inf"), float("inf"), 0, "anderson")


def _case(table: World, path: Path, solutions: list[Solution]) -> _Case:
    equilibria = [s.require() for s in solutions]
    before, after = equilibria[0], equilibria[-1]
    parts = decompose(path, equilibria)
    return _Case(before, after, accounts(before, after, parts, table.goods, table.customs_ratio))


def _labelled(
    scenario: Scenario,
    table: World,
    shocks: tuple[TableShock, TableShock],
    sets: tuple[ElasticitySet, ...],
    cases: dict[str, _Case],
    statuses: dict[str, Status],
    central: str,
    timing: dict[str, float],
) -> RunResult:
    import datetime

    from tradetalks.results import RunResult

    by_set = {
        name: {
            "converged": s.converged,
            "message": s.message,
            "residual": s.residual if np.isfinite(s.residual) else None,
            "walras": s.walras if np.isfinite(s.walras) else None,
        }
        for name, s in statuses.items()
    }
    failed = [name for name, s in statuses.items() if not s.converged]
    kept = [s for s in statuses.values() if s.converged]
    message = f"Solved for {len(kept)} of {len(statuses)} elasticity sets."
    if failed:
        message += " No equilibrium for " + ", ".join(failed) + ": the range is incomplete."
    status: dict[str, Any] = {
        "converged": not failed,
        "message": message,
        "residual": max(s.residual for s in kept),
        "walras": max(abs(s.walras) for s in kept),
        "by_set": by_set,
        "failed_sets": failed,
    }
    return RunResult(
        scenario=scenario.to_plain(),
        against=scenario.against,
        world={
            "name": table.name,
            "year": table.year,
            "regions": scenario.regions,
            "label": label_of(table),
            "hash": table.content_hash(),
            "sources": [described(name) for name in table.sources],
            "notes": list(table.notes),
        },
        horizon=scenario.horizon,
        status=status,
        data=_dataset(table, shocks, [s.name for s in sets], cases, central, scenario.valuation),
        assumptions=assumptions_of(scenario, sets),
        warnings=warnings_of(scenario, shocks, status),
        versions=versions(),
        timing=timing,
        created=datetime.date.today().isoformat(),
    )


def _dataset(
    table: World,
    shocks: tuple[TableShock, TableShock],
    names: list[str],
    cases: dict[str, _Case],
    central: str,
    valuation: str,
) -> xr.Dataset:
    import xarray as xr

    pattern = cases[central]
    out: dict[str, tuple[tuple[str, ...], Array]] = {}
    for name, sample in pattern.values.items():
        stacked = np.stack(
            [cases[s].values[name] if s in cases else np.full_like(sample, np.nan) for s in names]
        )
        paired = name.removesuffix("_reference") in _PAIRED
        dims = ("country", "partner") if paired else _DIMS[sample.ndim]
        out[name] = ("set", *dims), stacked
    levels = np.asarray(pattern.before.trade) / 1e3
    out["trade"] = _DIMS[3], np.asarray(pattern.after.trade) / 1e3 - levels
    out["trade_reference"] = _DIMS[3], levels
    out["tariff_reference"] = _DIMS[3], shocks[0].tariff
    out["tariff"] = _DIMS[3], shocks[1].tariff
    if valuation == "customs":
        out["customs_ratio"] = _DIMS[3][:2], np.array(table.customs_ratio)
    places = list(table.countries)
    return xr.Dataset(
        out,
        coords={
            "set": names,
            "country": places,
            "partner": places,
            "exporter": places,
            "importer": places,
            "sector": list(table.sectors),
        },
        attrs={"central": central},
    )
