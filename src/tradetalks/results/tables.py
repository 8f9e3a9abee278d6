"""Tidy tables of a run: one observation per row, ISO codes, one column per variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradetalks.results.concentration import concentration
from tradetalks.results.headline import headline
from tradetalks.results.variables import variables

if TYPE_CHECKING:
    import pandas as pd

    from tradetalks.results.run import RunResult

# Which dimensions make a row of which table.
_KEYS: dict[str, tuple[str, ...]] = {
    "countries": ("set", "country"),
    "sectors": ("set", "country", "sector"),
    "bilateral": ("set", "country", "partner"),
    "trade": ("exporter", "importer", "sector"),
    "limits": ("set", "group"),
}


def tidy(result: RunResult, *, central_only: bool = False) -> dict[str, pd.DataFrame]:
    """Return the tables `headline`, `countries`, `sectors`, `bilateral`, `trade`, `variables`.

    Elasticity sets that did not converge are left out. In `bilateral` a country is not its own
    partner; `trade` has the flows that are not zero in both equilibria. `limits` is there only
    where a run has quotas or purchase floors, by group; `concentration` of suppliers where it has
    critical goods. `variables` is the dictionary of the columns: label, unit,
    kind, description. Dollars are billions.
    """
    import pandas as pd

    sets = [result.central] if central_only else list(result.converged_sets)
    tables: dict[str, pd.DataFrame] = {"headline": pd.DataFrame(headline(result))}
    for name, keys in _KEYS.items():
        if not set(keys) <= set(result.data.dims):
            continue
        chosen = [str(v) for v in result.data.data_vars if result.data[v].dims == keys]
        data = result.data[chosen]
        data = data.sel(set=sets) if "set" in keys else data.drop_vars("set", errors="ignore")
        tables[name] = (
            data.to_dataframe(dim_order=list(keys)).reset_index().loc[:, [*keys, *chosen]]
        )
    both = tables["bilateral"]
    tables["bilateral"] = both.loc[both["country"] != both["partner"]]
    flows = tables["trade"]
    tables["trade"] = flows.loc[(flows["trade"] != 0) | (flows["trade_reference"] != 0)]
    if suppliers := concentration(result):
        tables["concentration"] = pd.DataFrame(suppliers)
    tables["variables"] = pd.DataFrame(dictionary(result))
    return tables


def dictionary(result: RunResult) -> list[dict[str, Any]]:
    """Return what each column means: one row per variable that the run has."""
    return [
        {
            "variable": v.name,
            "label": v.label,
            "unit": v.unit,
            "kind": v.kind,
            "dimensions": " ".join(v.dims),
            "description": v.description,
        }
        for v in variables().values()
        if v.name in result.data
    ]
