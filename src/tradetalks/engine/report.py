"""What a run says about itself: assumptions, warnings and versions, in plain words."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from tradetalks.errors import UnknownName

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario
    from tradetalks.scenario.shock import Shock

_DEFICIT = {
    "fixed_world_share": (
        "Each country's aggregate trade deficit is imposed: a fixed share of world factor income. "
        "Bilateral balances move, the aggregate does not."
    ),
    "gni_share": (
        "Each country's aggregate trade deficit is imposed: a fixed share of its national income, "
        "up to one factor that clears the world."
    ),
    "balanced": ("Aggregate trade is balanced by assumption, in the reference as in the scenario."),
}


def assumptions_of(scenario: Scenario, sets: tuple[ElasticitySet, ...]) -> tuple[str, ...]:
    """Return the assumptions behind a run, one sentence each."""
    central = next(s for s in sets if s.central)
    nests = (
        "One nest: the domestic good competes with every origin at the same elasticity."
        if scenario.nests == "one"
        else "Two nests: foreign origins compete with one another, their composite with the "
        "domestic good."
    )
    scaled = scenario.valuation == "customs"
    return (
        _DEFICIT[scenario.closures.deficit],
        "Labour and capital move freely between sectors within a country (also at the short and "
        "medium horizon); total employment is fixed. Adjustment costs are left out.",
        "Tariff revenue goes back to households as a lump sum.",
        f"Horizon: {scenario.horizon}. Central elasticities: {central.label}.",
        "Ranges are the least and greatest over the elasticity sets of the horizon, "
        "not a confidence interval.",
        nests,
        "Dollars are of the table's year with world factor income as numeraire; consumer prices "
        "are at fixed own nominal wages.",
        "Rates apply to customs value, which differs from the table's basic value: duties "
        "between the United States and China are scaled by customs over table value, so that "
        "the revenue in dollars is right."
        if scaled
        else "Rates apply to the table's basic value (valuation: table).",
    )


def warnings_of(
    scenario: Scenario, shocks: tuple[Shock, Shock], status: dict[str, Any]
) -> tuple[str, ...]:
    """Return what a reader must know before quoting a number."""
    out: list[str] = []
    for shock in shocks:
        out.extend(w for w in shock.warnings if w not in out)
    if status["failed_sets"]:
        out.append(status["message"])
    if scenario.horizon == "long":
        out.append("The long horizon is not validated by any back-test.")
    return tuple(out)


_LABELS = {"icio": "OECD ICIO {year}"}


def label_of(table: World) -> str:
    """Return what a world's trade is, for a caption: `OECD ICIO 2022`."""
    known = next((_LABELS[name] for name in table.sources if name in _LABELS), "trade of {year}")
    return known.format(year=table.year)


def described(name: str) -> dict[str, str]:
    """Return a source of a world's table as a citation; a name we do not keep stays as it is."""
    from tradetalks.data import source

    try:
        entry = source(name)
    except UnknownName:
        return {"title": name}
    return {"title": entry.citation, "url": entry.home, "evidence": entry.evidence}


def versions() -> dict[str, str]:
    """Return the versions that an answer depends on."""
    return {name: version(name) for name in ("tradetalks", "jax", "numpy")}
