"""Two runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradetalks.errors import BadInput
from tradetalks.results.headline import headline

if TYPE_CHECKING:
    from tradetalks.results.run import RunResult

Row = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """Headline rows {country, variable, partner?, unit, a, b, difference, low, high} and warnings.

    `difference` is b minus a at the central elasticities; `low` and `high` are its minimum and
    maximum over the elasticity sets that both runs solved, None where they share only one.
    """

    rows: tuple[Row, ...]
    warnings: tuple[str, ...]


def compare(a: RunResult, b: RunResult) -> Comparison:
    """Compare the headlines of two runs, country by country.

    Raises NotConverged when a run has no central answer, BadInput when no country is in both.
    """
    common = [c for c in a.countries if c in b.countries]
    if not common:
        raise BadInput(
            f"runs '{a.name}' and '{b.name}' have no country in common.",
            cure="Compare runs on the same world and region set.",
        )
    shared = [s for s in a.converged_sets if s in b.converged_sets]
    keys = ("country", "variable", "partner")
    others = {tuple(row.get(k) for k in keys): row for row in headline(b)}
    rows: list[Row] = []
    for left in headline(a):
        right = others.get(tuple(left.get(k) for k in keys))
        if right is None:
            continue
        gaps = _gaps(a, b, left, shared) if len(shared) > 1 and a.central == b.central else []
        rows.append(
            {k: left[k] for k in (*keys, "unit") if k in left}
            | {
                "a": left["central"],
                "b": right["central"],
                "difference": right["central"] - left["central"],
                "low": min(gaps) if gaps else None,
                "high": max(gaps) if gaps else None,
            }
        )
    return Comparison(tuple(rows), tuple(_warnings(a, b, common)))


def _gaps(a: RunResult, b: RunResult, row: Row, sets: list[str]) -> list[float]:
    """Return the difference b minus a under each elasticity set that both runs solved."""
    where = {k: row[k] for k in ("country", "partner") if k in row}
    left, right = (r.data[row["variable"]].sel(where).sel(set=sets).values for r in (a, b))
    return [float(x) for x in right - left]


def _warnings(a: RunResult, b: RunResult, common: list[str]) -> list[str]:
    """Name what, besides the scenario, differs between the two runs."""
    found: list[str] = []
    for what, left, right in (
        ("references (against)", a.against, b.against),
        ("worlds", a.world["name"], b.world["name"]),
        ("region sets", a.world.get("regions"), b.world.get("regions")),
        ("horizons", a.horizon, b.horizon),
        ("central elasticity sets", a.central, b.central),
        ("versions", a.versions.get("tradetalks"), b.versions.get("tradetalks")),
    ):
        if left != right:
            found.append(f"The two runs have different {what}: '{left}' and '{right}'.")
    dropped = sorted({*a.countries, *b.countries} - set(common))
    if dropped:
        found.append(f"Only in one of the runs, left out: {', '.join(dropped)}.")
    if a.draws or b.draws:
        found.append("Draws are not compared: ranges of differences are over elasticity sets.")
    for run in (a, b):
        found += [f"{run.name}: {w}" for w in run.warnings]
        if run.failed_sets:
            found.append(f"{run.name}: no equilibrium for {', '.join(run.failed_sets)}.")
    return found
