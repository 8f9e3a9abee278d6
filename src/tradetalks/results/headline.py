"""The headline of a run: every country, centre and range, one row per number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradetalks.codes import PARTIES
from tradetalks.results.variables import headline_variables

if TYPE_CHECKING:
    from tradetalks.results.run import RunResult

Row = dict[str, Any]


def headline(result: RunResult) -> list[Row]:
    """Return rows {country, variable, partner?, unit, central, low, high, reference}.

    `low` and `high` are the minimum and maximum over the elasticity sets that converged, of
    which the central one is one; `reference` is the level in the reference equilibrium, None
    where the number is a percentage. Balances come with the United States and with China.
    Where a set failed every row carries `"range": "incomplete"`. A run with draws says in `range`
    of every row what `low` and `high` are: percentiles of draws, or the extremes over the sets
    where a number is not drawn.

    Raises NotConverged when the central set did not converge.
    """
    rows: list[Row] = []
    mark: Row = {"range": "incomplete"} if result.failed_sets else {}
    sets = list(result.converged_sets)
    for variable in headline_variables():
        values = result.data[variable.name].sel(set=sets)
        central = result.at_central(variable.name).values
        low, high = values.min("set").values, values.max("set").values
        companion = f"{variable.name}_reference"
        reference = result.at_central(companion).values if companion in result.data else None
        for where, country, partner in _cells(result, variable.dims):
            places = (country, partner) if partner else (country,)
            drawn = result.drawn(variable.name, *places)
            ends = drawn or (float(low[where]), float(high[where]))
            if result.draws:
                mark = {"range": draws_words(result) if drawn else sets_words(result)}
            rows.append(
                {
                    "country": country,
                    "variable": variable.name,
                    **({"partner": partner} if partner else {}),
                    "unit": variable.unit,
                    "central": float(central[where]),
                    "low": ends[0],
                    "high": ends[1],
                    "reference": None if reference is None else float(reference[where]),
                    **mark,
                }
            )
    return rows


def _cells(result: RunResult, dims: tuple[str, ...]) -> list[tuple[tuple[int, ...], str, str]]:
    """Return (position, country, partner or empty) of the cells that the headline shows."""
    countries = result.countries
    if "partner" not in dims:
        return [((i,), c, "") for i, c in enumerate(countries)]
    partners = [str(p) for p in result.data["partner"].values]
    return [
        ((i, partners.index(p)), c, p)
        for i, c in enumerate(countries)
        for p in PARTIES
        if p in partners and p != c
    ]


def movers(result: RunResult, count: int = 5) -> tuple[str, ...]:
    """Return the parties, then the `count` other countries whose real income moves most."""
    change = result.at_central("real_income")
    size = {
        str(c): abs(float(v)) for c, v in zip(change["country"].values, change.values, strict=True)
    }
    parties = tuple(c for c in PARTIES if c in size)
    others = sorted((c for c in size if c not in parties), key=lambda c: (-size[c], c))
    return parties + tuple(others[:count])


def draws_words(result: RunResult) -> str:
    """Return what a range over draws is: '5th to 95th percentile of 1,000 draws'."""
    return f"5th to 95th percentile of {result.draws['draws']:,} draws"


def sets_words(result: RunResult) -> str:
    """Return what a range over elasticity sets is, and how many of them failed."""
    count = len(result.converged_sets)
    if count == 1:
        return "no range (one elasticity set)"
    missing = f", {len(result.failed_sets)} failed" if result.failed_sets else ""
    return f"range over {count} elasticity sets{missing}"


def range_note(result: RunResult) -> str:
    """Say what the range is, and which sets or draws are missing from it."""
    if result.draws:
        return _draws_note(result)
    sets = result.converged_sets
    if result.failed_sets:
        return (
            f"Range incomplete: minimum and maximum over the {len(sets)} elasticity sets "
            f"that converged; no equilibrium was found for {', '.join(result.failed_sets)}. "
            "Not a confidence interval."
        )
    if len(sets) == 1:
        return f"Elasticity set '{sets[0]}' only: no range was computed."
    return (
        f"Range: minimum and maximum over {len(sets)} elasticity sets, not a confidence interval."
    )


def _draws_note(result: RunResult) -> str:
    failed = int(result.draws["failed"])
    without = f" {failed:,} draws have no equilibrium and are left out." if failed else ""
    return (
        f"Range: {draws_words(result)} of elasticities, closures, licences and the data (seed "
        f"{result.draws['seed']}), from distributions that are partly assumed: a share of draws is "
        f"not a probability of the world. The central value is that of the central set, not the "
        f"median of draws.{without} What is not drawn (balances but that of the United States "
        f"with China, customs values, sectors) has its {sets_words(result)}."
    )
