"""The headline of a run: every country, centre and range, one row per number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradetalks.results.variables import headline_variables

if TYPE_CHECKING:
    from tradetalks.results.run import RunResult

Row = dict[str, Any]

# The two parties whose balance with everybody is asked for.
PARTIES = ("USA", "CHN")


def headline(result: RunResult) -> list[Row]:
    """Return rows {country, variable, partner?, unit, central, low, high, reference}.

    `low` and `high` are the minimum and maximum over the elasticity sets that converged, of
    which the central one is one; `reference` is the level in the reference equilibrium, None
    where the number is a percentage. Balances come with the United States and with China.
    Where a set failed every row carries `"range": "incomplete"`.

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
            rows.append(
                {
                    "country": country,
                    "variable": variable.name,
                    **({"partner": partner} if partner else {}),
                    "unit": variable.unit,
                    "central": float(central[where]),
                    "low": float(low[where]),
                    "high": float(high[where]),
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


def range_note(result: RunResult) -> str:
    """Say in one sentence what the range is, and which sets are missing from it."""
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
