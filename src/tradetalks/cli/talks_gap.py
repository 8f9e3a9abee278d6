"""`tradetalks talks gap`: what narrows the US deficit with China, and at whose cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.options import ELASTICITIES, HORIZON
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks.gap import Gap


def register(group: typer.Typer) -> None:
    """Add the command to `talks`."""
    group.command("gap")(gap)


def gap(
    target: float = typer.Option(50.0, help="USD billions by which the gap shall narrow."),
    rates: str = typer.Option("10,30,55", help="Tariffs to try, in points."),
    start_from: str = typer.Option("baseline", "--from", help="Scenario on whose law all is put."),
    horizon: str = HORIZON,
    elasticities: str = ELASTICITIES,
    format: Format = FORMAT,
) -> None:
    """What narrows the US deficit with China by so much: which tariff, which purchases?"""
    from tradetalks.cli.home import use_compilation_cache

    points = _points(rates)
    use_compilation_cache()
    from tradetalks.talks.gap import close_gap

    with progress("Solving") as step:
        found = close_gap(
            target,
            rates=[p / 100.0 for p in points],
            start_from=start_from,
            horizon=horizon,
            elasticities=elasticities.split(","),
            progress=step,
        )
    emit(_envelope(found), format, [*found.rates, *found.policies], lambda: _text(found))


def _points(text: str) -> list[float]:
    from tradetalks.errors import BadNumber

    try:
        points = [float(part) for part in text.split(",")]
    except ValueError:
        points = []
    if not points or not all(0.0 < p <= 1000.0 for p in points):
        raise BadNumber(
            f"--rates {text} are no tariffs.",
            cure="Write points above 0 and at most 1000, as in 10,30,55.",
        )
    return points


_ASSUMED = (
    "The US deficit with all partners, goods and services together, is imposed by the closure: no "
    "policy here moves it. Only the goods part, and who it is with, are answers.",
    "Purchases above 2022's volume are paid for by a subsidy of China's budget.",
)


def _envelope(found: Gap) -> Answer:
    from tradetalks.engine.report import assumptions_of, described
    from tradetalks.results import Answer

    body: dict[str, Any] = {
        "target": found.target,
        "from": found.reference.name,
        "world": found.table.name,
        "horizon": found.reference.horizon,
        "elasticities": {"central": found.central, "sets": [s.name for s in found.sets]},
        "units": {
            "balance": "billion US dollars, goods with China at customs value; plus is narrower",
            "goods_balance": "billion US dollars, goods with all partners",
            "size": "see unit of the row",
            "cost_per_bn": "million US dollars of real income per billion",
        },
        "reference": found.before,
        "rates": found.rates,
        "policies": found.policies,
        "overall": found.overall,
        "closures": found.closures,
    }
    missed = [why for row in found.policies for why in row["out_of_reach"].values()]
    return Answer(
        "talks gap",
        found.created,
        body,
        [*(found.reference.to_plain().get("sources") or ()),
         *map(described, found.table.sources)],
        (*_ASSUMED, *assumptions_of(found.reference, found.sets, found.table)),
        missed,
        {"converged": True},
    )  # fmt: skip


def _cell(row: Mapping[str, Any], name: str, digits: int = 0, signed: bool = True) -> str:
    from tradetalks.results.labels import banded

    sign = "+" if signed else ""

    def text(value: float) -> str:
        value = 0.0 if round(value, digits) == 0 else value
        return f"{value:{sign if value else ''},.{digits}f}"

    return banded(*(text(row[f"{name}{end}"]) for end in ("", "_low", "_high")))


def _text(found: Gap) -> str:
    before = found.before
    parts = [
        paragraph(
            f"The US goods deficit with China is {-before['balance']:,.0f} USD billion at customs "
            f"value under '{found.reference.name}' in the world of {found.table.year}, with all "
            f"partners {-before['goods_balance']:,.0f} (table's value)."
        ),
        _rates(found),
        _policies(found),
        _costs(found),
        paragraph(_overall(found)),
        paragraph(_closures(found)),
        paragraph(
            f"Changes from '{found.reference.name}', {found.reference.horizon} horizon, USD "
            "billions; plus narrows a deficit. Brackets: minimum and maximum over "
            f"{len(found.sets)} elasticity sets, not a confidence interval."
        ),
        paragraph("Assumed: " + " ".join(_ASSUMED)),
        paragraph(f"Sources: {found.table.name}; all with --format json."),
    ]
    return "".join(parts)


def _rates(found: Gap) -> str:
    rows = [
        (
            f"{r['size']:g} points" + (", answered" if r["policy"] == "tariff-answered" else ""),
            _cell(r, "balance"),
            _cell(r, "goods_balance"),
            _cell(r, "usa_real_income", 2),
            _cell(r, "chn_real_income", 2),
        )
        for r in found.rates
    ]
    header = ("US tariff on China", "With China", "Goods, with all", "USA, %", "China, %")
    title = "Does it narrow the deficit? Change of balances (USD bn) and of real income"
    return table_text(header, rows, title=title)


def _policies(found: Gap) -> str:
    rows = [
        (
            r["name"],
            "out of reach" if r["size"] is None else f"{_cell(r, 'size', 1, False)}",
            "" if r["size"] is None else _cell(r, "goods_balance"),
            r["unit"],
        )
        for r in found.policies
    ]
    title = f"What narrows the deficit with China by {found.target:g} billion"
    header = ("Policy", "Size", "Goods, with all", "Size in")
    return table_text(header, rows, title=title)


def _costs(found: Gap) -> str:
    rows = [
        (
            r["name"],
            _cell(r, "usa_usd_bn", 1),
            _cell(r, "chn_usd_bn", 1),
            _cell(r, "usa_cost_per_bn"),
            _cell(r, "chn_cost_per_bn"),
        )
        for r in found.policies
        if r["size"] is not None
    ]
    header = ("Policy", "USA,\nUSD bn", "China,\nUSD bn", "USA, million\nper billion", "China, million\nper billion")  # fmt: skip  # noqa: E501
    title = "Real income at that size, and its cost per billion narrowed (below zero: a gain)"
    return table_text(header, rows, title=title)


def _overall(found: Gap) -> str:
    said: list[str] = []
    for row in found.overall:
        if row["size"] is None:
            said.append(row["why"])
        else:
            said.append(
                f"{row['name']}: {row['size']:.0f} {row['unit']}, which narrows the one with "
                f"China by {row['balance']:.0f}."
            )
    return (
        f"The goods deficit with all partners by {found.target:g} billion (central elasticities)? "
        + " ".join(said)
    )


def _closures(found: Gap) -> str:
    rules = {
        "fixed_world_share": "a fixed share of world income",
        "gni_share": "a fixed share of own income",
        "balanced": "no deficit at all",
    }
    said = [
        f"{rules[r['deficit']]}: "
        + (
            "out of reach"
            if r["size"] is None
            else f"{r['size']:.1f} points, and the whole deficit moves by "
            f"{round(r['balance_all'], 1) + 0.0:.1f}"
        )
        for r in found.closures
    ]
    return (
        f"Under each rule for the aggregate deficit, the unanswered tariff that narrows the one "
        f"with China by {found.target:g}: {'; '.join(said)} (imposed by the rule)."
    )
