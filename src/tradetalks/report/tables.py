"""The tables of the report, as rows of text ready to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradetalks.results import PARTIES, RunResult, draws_words, movers, sets_words
from tradetalks.results.labels import (
    country_heading,
    country_in_sentence,
    country_name,
    number,
    ranged,
    sector_name,
)

if TYPE_CHECKING:
    import numpy as np

_PAIRS_SHOWN = 12
_LEAST_SHOWN = 0.05  # percent: less prints as 0.0
_LEAST_CHANGE = 5e-5  # a rate that moves less than this prints the same


@dataclass(frozen=True)
class Table:
    """A table for people: a caption, column heads, rows of text, and a note."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def headline_table(result: RunResult) -> Table:
    """Return the parties and the largest movers, centre and range of every headline number."""
    columns = {
        "real_income": "Real income, %",
        "equivalent_variation": "Equivalent variation, USD bn",
        "exports": "Exports, USD bn",
        "imports": "Imports, USD bn",
        "tariff_revenue": "Tariff revenue, USD bn",
        "consumer_prices": "Consumer prices, %",
    }
    units = {
        name: "percent" if label.endswith("%") else "usd_bn" for name, label in columns.items()
    }
    rows = [
        (
            country_name(code),
            *(ranged(result.spread(name, country=code), units[name]) for name in columns),
        )
        for code in movers(result)
    ]
    return Table(
        f"Change by country: central value, {_brackets(result)} in brackets",
        ("Country", *columns.values()),
        tuple(rows),
        f"Dollars of {result.world['year']}, billions; exports and imports before duty. Consumer "
        "prices are at fixed own nominal wages.",
    )


def balance_table(result: RunResult) -> Table | None:
    """Return the US goods balance with China on both bases, None where a party is missing."""
    if not all(c in result.countries for c in PARTIES):
        return None
    where = dict(zip(("country", "partner"), PARTIES, strict=True))
    rows = []
    for variable, basis in (
        ("bilateral_balance", "Input-output table"),
        ("bilateral_balance_customs", "Customs values"),
    ):
        if variable not in result.data:
            continue
        level = float(result.at_central(f"{variable}_reference").sel(where))
        if level == level:
            change = result.spread(variable, **where)
            rows.append((basis, number(level, "usd_bn"), ranged(change, "usd_bn")))
    drawn = (
        f"The change of the table's balance has the {draws_words(result)}, that of customs values "
        f"(not drawn) the {sets_words(result)}. "
        if result.draws
        else ""
    )
    return Table(
        "Goods balance of the United States with China, USD bn",
        ("Basis", "Reference", "Change (range)"),
        tuple(rows),
        f"{drawn}Input-output tables leave trade margins out of goods flows, so customs values are "
        "larger. "
        "Each country's aggregate balance is imposed by the deficit rule below.",
    )


def rates_table(result: RunResult) -> Table:
    """Return the average duty of each pair of countries whose duties differ."""
    before, after, trade = _rates(result)
    weight = trade.sum(2)
    pairs = []
    for i, exporter in enumerate(result.countries):
        for n, importer in enumerate(result.countries):
            if (
                i != n
                and weight[i, n] > 0
                and abs(after[i, n] - before[i, n]).max() > _LEAST_CHANGE
            ):
                means = [
                    float((r[i, n] * trade[i, n]).sum() / weight[i, n]) for r in (before, after)
                ]
                pairs.append((float(weight[i, n]), importer, exporter, *means))
    pairs.sort(reverse=True)
    rows = tuple(
        (
            f"{country_heading(n)} on {country_in_sentence(i)}",
            percent(old),
            percent(new),
            f"{100 * (new - old):+.1f}",
        )
        for _, n, i, old, new in pairs[:_PAIRS_SHOWN]
    )
    more = len(pairs) - len(rows)
    note = f"Averages over goods, weighted by trade in the reference equilibrium. {_basis(result)}"
    if more:
        note += f" {more} more pairs change; all are in tables/trade.csv."
    if not rows:
        note = "No duty differs from the reference; see the changes above."
    return Table(
        "Average duties",
        ("Duty of", "Reference, %", "Scenario, %", "Points"),
        rows,
        note,
    )


def law_table(result: RunResult) -> Table | None:
    """Return the average duty by authority, reference and scenario; None without the ledger."""
    from tradetalks.report.tariffs import DIRECTIONS, FAMILIES

    if not result.law:
        return None
    laws = [(label, result.law.get(label)) for label in ("reference", "scenario")]
    columns = [
        (f"{words}, {label}, %", law["statutory_percent"][side])
        for side, words in DIRECTIONS.items()
        for label, law in laws
        if law
    ]
    rows = [
        (words, *(f"{found['by_authority'].get(family, 0.0):.1f}" for _, found in columns))
        for family, (words, _) in FAMILIES.items()
        if any(found["by_authority"].get(family, 0.0) >= _LEAST_SHOWN for _, found in columns)
    ]
    rows.append(("All", *(f"{found['total']:.1f}" for _, found in columns)))
    return Table(
        "Duties by authority",
        ("Authority", *(name for name, _ in columns)),
        tuple(rows),
        "Statutory rates of the law ledger, weighted by trade in tariff lines (US imports of 2024, "
        "US exports of 2017). The rates below are those that move the sectors' prices, weighted by "
        "the world's trade; the law's change is added to the rates of the world's year.",
    )


def sector_rates_table(result: RunResult) -> Table | None:
    """Return the duties between the parties by sector, None where a party is missing."""
    if not all(c in result.countries for c in PARTIES):
        return None
    before, after, trade = _rates(result)
    us, cn = (result.countries.index(c) for c in PARTIES)
    rows = []
    for j, sector in enumerate(_goods(result)):
        cells = []
        for i, n in ((cn, us), (us, cn)):
            cells += [percent(before[i, n, j]), percent(after[i, n, j])]
        flows = [
            number(float(trade[i, n, j]), "usd_bn", signed=False) for i, n in ((cn, us), (us, cn))
        ]
        rows.append((sector_name(sector), *cells[:2], flows[0], *cells[2:], flows[1]))
    return Table(
        "Duties between the United States and China by sector",
        (
            "Sector",
            "US on China, reference, %",
            "US on China, scenario, %",
            "US imports from China, USD bn",
            "China on US, reference, %",
            "China on US, scenario, %",
            "China's imports from the US, USD bn",
        ),
        tuple(rows),
        f"Imports are those of the reference equilibrium, before duty. {_basis(result)}",
    )


def sets_table(result: RunResult) -> Table:
    """Return what every elasticity set says about the parties, and how well it was solved."""
    shown = [c for c in PARTIES if c in result.countries] or list(movers(result, 2))
    solved: Mapping[str, Mapping[str, Any]] = result.status["by_set"]
    rows = []
    for name in result.sets:
        entry = solved.get(name, {})
        if name in result.failed_sets:
            rows.append(
                (name, *("no equilibrium" for _ in shown), str(entry.get("message", "")), "")
            )
            continue
        values = [
            number(float(result.data["real_income"].sel(set=name, country=c)), "percent")
            for c in shown
        ]
        residuals = [f"{entry[k]:.0e}" if k in entry else "" for k in ("residual", "walras")]
        label = f"{name} (the headline)" if name == result.central else name
        rows.append((label, *values, *residuals))
    return Table(
        "Real income under every elasticity set, %",
        ("Elasticity set", *(country_name(c) for c in shown), "Residual", "Walras' residual"),
        tuple(rows),
        "The residual is the largest error of the equations; Walras' residual is an equation that "
        "was not imposed and holds by itself in a true equilibrium.",
    )


def _brackets(result: RunResult) -> str:
    return draws_words(result) if result.draws else "range"


def percent(fraction: float) -> str:
    """Write a rate in percent.

    >>> percent(0.1234)
    '12.3'
    """
    return f"{100 * float(fraction):.1f}"


def _basis(result: RunResult) -> str:
    if "customs_ratio" in result.data:
        return "Rates are those of the law, on customs values."
    return (
        "Rates are per dollar of the input-output table, whose flows leave trade margins out: "
        "where they were scaled to customs values they exceed the rates of the law."
    )


def _goods(result: RunResult) -> Sequence[str]:
    return [s for s in result.sectors if s != "SERV"]


def _rates(result: RunResult) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rates of the law before and after, and reference trade, over goods sectors."""
    goods = {"sector": list(_goods(result))}
    before, after, trade = (
        result.data[name].sel(goods).values
        for name in ("tariff_reference", "tariff", "trade_reference")
    )
    if "customs_ratio" in result.data:
        ratio = result.data["customs_ratio"].values[:, :, None]
        before, after = before / ratio, after / ratio
    return before, after, trade
