"""`RunResult`: the labelled, immutable outcome of one simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tradetalks.errors import NotConverged, unknown_name
from tradetalks.results.variables import variables

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Spread:
    """A central number and its range, over the elasticity sets or over draws."""

    central: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class RunResult:
    """What a scenario does to the world, against a reference equilibrium.

    `data` holds the variables of `variables.yaml` with coordinates `set` (elasticity sets; the
    central one is named by `data.attrs["central"]`), `country`, `partner`, `exporter`,
    `importer` and `sector`. `scenario` and `world` are plain data (name, title, question,
    sources, notes; name, year, regions, hash, sources, notes). `status` has `converged`,
    `message`, `residual`, `walras`, `by_set` (the same by set) and `failed_sets` (names).
    `created` is the ISO date of the computation. `law`, empty without the law ledger, holds the
    laws of `scenario` and `reference` (day, averages by authority), `words` and `sources`.
    `draws`, empty without an ensemble, holds `draws`, `seed`, `failed` (draws without an
    equilibrium) and `ranges`: the 5th and 95th percentile of `variable|country` (`|partner`).

    Raises ValueError when `data` lacks a variable or its dimensions are not the registry's.
    """

    scenario: Mapping[str, Any]
    against: str
    world: Mapping[str, Any]
    horizon: str
    status: Mapping[str, Any]
    data: xr.Dataset
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    versions: Mapping[str, str]
    timing: Mapping[str, float]
    created: str = ""
    law: Mapping[str, Any] = field(default_factory=lambda: {})
    draws: Mapping[str, Any] = field(default_factory=lambda: {})

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", describe(self.data))

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.scenario["name"])

    @property
    def central(self) -> str:
        """Name of the central elasticity set."""
        return str(self.data.attrs["central"])

    @property
    def countries(self) -> tuple[str, ...]:
        """ISO codes of the countries, in the order of the world."""
        return tuple(str(c) for c in self.data["country"].values)

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sector codes, in the order of the world."""
        return tuple(str(s) for s in self.data["sector"].values)

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the elasticity sets that were asked for."""
        return tuple(str(s) for s in self.data["set"].values)

    @property
    def failed_sets(self) -> tuple[str, ...]:
        """Names of the elasticity sets that did not converge."""
        return tuple(str(s) for s in self.status.get("failed_sets", ()))

    @property
    def converged_sets(self) -> tuple[str, ...]:
        """Names of the elasticity sets whose numbers may be shown.

        Raises NotConverged when the central set is not among them.
        """
        failed = set(self.failed_sets)
        if self.central in failed or not (self.status["converged"] or failed):
            raise NotConverged(
                f"scenario '{self.name}' has no equilibrium that may be shown: "
                f"{self.status['message']}",
                cure="Try a smaller shock or another horizon.",
            )
        return tuple(s for s in self.sets if s not in failed)

    def at_central(self, variable: str) -> xr.DataArray:
        """Return `variable` at the central elasticity set (dimension `set` dropped)."""
        array = self.data[self._known(variable)]
        return array.sel(set=self.central, drop=True) if "set" in array.dims else array

    def spread(self, variable: str, **where: str) -> Spread:
        """Return centre and range of one cell, e.g. `spread("real_income", country="USA")`.

        The range is over draws where the run has them for that cell, else over elasticity sets.
        """
        found = self.set_spread(variable, **where)
        drawn = self.drawn(variable, *where.values())
        return found if drawn is None else Spread(found.central, *drawn)

    def set_spread(self, variable: str, **where: str) -> Spread:
        """Return centre and range of one cell over the elasticity sets that converged."""
        array = self.data[self._known(variable)]
        for dim, label in where.items():
            labels = [str(x) for x in array[dim].values]
            if label not in labels:
                raise unknown_name(dim, label, labels)
        cell = array.sel(where)
        values = cell.sel(set=list(self.converged_sets)).values
        central = float(cell.sel(set=self.central))
        return Spread(central, float(values.min()), float(values.max()))

    def drawn(self, variable: str, *places: str) -> tuple[float, float] | None:
        """Return the 5th and 95th percentile of one cell over draws, None where it is not drawn."""
        found = self.draws.get("ranges", {}).get("|".join((variable, *places)))
        return None if found is None else (float(found[0]), float(found[1]))

    def _known(self, variable: str) -> str:
        if variable not in self.data:
            raise unknown_name("variable", variable, [str(v) for v in self.data.data_vars])
        return variable


def describe(data: xr.Dataset) -> xr.Dataset:
    """Return `data` with labels and units of the registry, its arrays made read-only.

    Raises ValueError where a variable is missing, unknown, or has other dimensions.
    """
    registry = variables()
    missing = [n for n, v in registry.items() if not v.optional and n not in data]
    unknown = [str(n) for n in data.data_vars if n not in registry]
    if missing or unknown:
        raise ValueError(f"a run lacks the variables {missing} and has unknown ones {unknown}")
    if str(data.attrs.get("central")) not in [str(s) for s in data["set"].values]:
        raise ValueError("data.attrs['central'] must name one of the elasticity sets")
    labelled = data.copy(deep=False)
    for name in list(data.data_vars):
        variable = registry[str(name)]
        array = data[name]
        if array.dims != variable.dims:
            raise ValueError(f"'{name}' has dimensions {array.dims}, not {variable.dims}")
        values = array.values.view()
        values.flags.writeable = False
        labelled[name] = (
            variable.dims,
            values,
            {
                "units": variable.unit,
                "long_name": variable.label,
                "kind": variable.kind,
                "description": variable.description,
            },
        )
    return labelled
