"""What a run says about itself: assumptions, warnings and versions, in plain words."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from tradetalks.data import factor_shares
from tradetalks.engine.critical import critical_assumptions
from tradetalks.errors import UnknownName
from tradetalks.scenario.closures import LABOUR_ELASTICITY, SORTING, WAGE_FLOOR

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Closures, Scenario
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


_HELD = {
    ("mobile", "mobile"): "Labour and capital move freely between sectors within a country.",
    ("mobile", "specific"): "Capital stays in its sector; labour moves freely between sectors.",
    ("specific", "specific"): "Labour and capital stay in their sectors.",
    ("sorting", "specific"): "Capital stays in its sector; workers sort across sectors with "
    "elasticity {sorting:g}.",
    ("sorting", "mobile"): "Value added sorts across sectors with elasticity {sorting:g}, as in a "
    "world whose only factor is labour.",
}
_SHARES = {
    "central": "",
    "low": " (here the low end of that range)",
    "high": " (here the high end of that range)",
}


def assumptions_of(
    scenario: Scenario, sets: tuple[ElasticitySet, ...], table: World
) -> tuple[str, ...]:
    """Return the assumptions behind a run, one sentence each."""
    central = next(s for s in sets if s.central)
    nests = (
        "One nest: the domestic good competes with every origin at the same elasticity."
        if scenario.nests == "one"
        else "Two nests: foreign origins compete with one another, their composite with the "
        "domestic good."
    )
    return (
        _DEFICIT[scenario.closures.deficit],
        _factors(scenario, table),
        _employment(scenario.closures),
        "Tariff revenue pays for a cut of the tax on labour income."
        if scenario.closures.revenue == "income_tax_cut"
        else "Tariff revenue goes back to households as a lump sum.",
        f"Horizon: {scenario.horizon}. Central elasticities: {central.label}.",
        "Ranges are the least and greatest over the elasticity sets of the horizon, "
        "not a confidence interval.",
        nests,
        "Dollars are of the table's year with world factor income as numeraire; consumer prices "
        "are at fixed own nominal wages.",
        _valuation(scenario, table),
        *critical_assumptions(table, scenario.horizon, sets),
    )


def _factors(scenario: Scenario, table: World) -> str:
    """Say which factors move, and that capital's shares are assumed where they matter."""
    labour, capital = scenario.closures.factors(scenario.horizon)
    held = _HELD[labour, capital].format(sorting=scenario.closures.sorting or SORTING)
    if labour == "sorting" and scenario.closures.sorting is None:
        held += " (After Galle, Rodriguez-Clare & Yi 2023; not checked against the source.)"
    if capital == "specific":
        shares = factor_shares(table.parents)
        spread = shares.high - shares.capital
        held += (
            f" Capital's shares of value added, {shares.capital.min():.2f} to "
            f"{shares.capital.max():.2f} by sector, are assumed, with a range of "
            f"+/-{spread.max():.2f}{_SHARES[scenario.closures.capital_share]}; the range of the "
            "answers does not include it."
        )
    if (labour, capital) != ("specific", "specific"):
        held += " Costs of moving are left out."
    return held


def _employment(closures: Closures) -> str:
    """Say what total employment does."""
    if closures.employment == "elastic":
        kappa = closures.labour_elasticity or LABOUR_ELASTICITY
        source = " (assumed)" if closures.labour_elasticity is None else ""
        return (
            f"Employment responds to the real wage with elasticity {kappa:g}{source}; real income "
            "is net of the disutility of work."
        )
    if closures.employment == "rigid":
        floor = closures.wage_floor or WAGE_FLOOR
        return (
            f"Wages in own currency do not fall below {floor:g} times those of the world's year "
            "while each central bank holds nominal income; employment gives way."
        )
    return "Total employment in each country is fixed."


def _valuation(scenario: Scenario, table: World) -> str:
    if scenario.valuation == "table":
        return "Rates apply to the table's basic value (valuation: table)."
    if bool((table.customs_ratio == 1.0).all()):
        return "Rates apply to the table's values: it has no customs values to scale them by."
    return (
        "Rates apply to customs value, which differs from the table's basic value: duties "
        "between the United States and China are scaled by customs over table value, so that "
        "the revenue in dollars is right."
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
    if not table.year:
        return "a table of your own"
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


def shares_source(scenario: Scenario, table: World) -> tuple[dict[str, str], ...]:
    """Return where capital's shares come from, if the run uses them."""
    if scenario.closures.factors(scenario.horizon)[1] != "specific":
        return ()
    shares = factor_shares(table.parents)
    return ({"title": f"Capital's shares of value added: {shares.source}",
             "evidence": shares.evidence},)  # fmt: skip


def versions() -> dict[str, str]:
    """Return the versions that an answer depends on."""
    return {name: version(name) for name in ("tradetalks", "jax", "numpy")}
