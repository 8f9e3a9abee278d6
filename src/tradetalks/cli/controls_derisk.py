"""`tradetalks controls derisk`: second sources and stocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tradetalks.cli import supply_text as text
from tradetalks.cli.exposure import flat
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from typing import Any

    from tradetalks.supply import Plan


def derisk(
    country: str = typer.Argument(help="The country that wants to be safe, such as USA."),
    ceiling: str = typer.Option("0.5%", help="The loss of real income to stay under, e.g. 0.5%."),
    supplier: str = typer.Option("CHN", help="Who might stop selling."),
    elasticity: str = typer.Option(
        "low", help="low (cautious), central or high: how well users can do without."
    ),
    format: Format = FORMAT,
) -> None:
    """Which second sources and stocks bring the loss from a stop under a ceiling, at least cost?"""
    from tradetalks.cli.home import use_compilation_cache

    most = text.share(ceiling, "--ceiling")
    use_compilation_cache()
    from tradetalks import supply
    from tradetalks.supply.answers import country_sources

    with progress("Solving"):
        plan = supply.derisk(country, 100.0 * (most or 0.0), supplier=supplier, end=elasticity)
    rows = plan.rows()
    body = {
        "country": plan.country,
        "supplier": plan.supplier,
        "ceiling_percent": plan.ceiling,
        "elasticity": plan.end,
        "loss_before_percent": plan.before,
        "loss_after_percent": plan.after,
        "cost_usd_mn_a_year": plan.cost_row,
        "greedy_cost_usd_mn_a_year": plan.greedy_cost,
        "break_even_probability_percent": plan.break_even_percent,
        "rows": rows,
        "second_sources": list(plan.trials),
        "curves": plan.curves(),
        "world": plan.world.name,
    }
    answer = text.envelope(
        "controls derisk",
        body,
        country_sources(plan.world),
        (*_PLAN, text.ASSUMED_DAYS, text.CRITICAL),
        _plan_doubts(plan),
        converged=not plan.failed,
    )
    emit(answer, format, map(flat, rows), lambda: _plan_text(plan, rows))


def _plan_doubts(plan: Plan) -> tuple[str, ...]:
    return (*text.unsolved(plan.failed), *text.doubt([{"low": -plan.before}]))


_PLAN = (
    "Assumed: a second source costs 50% more than the supplier it replaces (25% to 100%), holding "
    "a stock 10% of its value a year (5% to 20%). Building capacity takes years and has a "
    "least size; the plan counts the higher price of the flow of 2022, which was small, not the "
    "factory.",
    "The stop is of all goods at once, lasts a year and lets 10% through (assumed). What comes "
    "from a second source goes on at its old cost. Stocks postpone each good's loss; losses of "
    "goods are scaled to the joint stop, which is solved under the plan.",
)


def _plan_text(plan: Plan, rows: list[dict[str, Any]]) -> str:
    from tradetalks.results.labels import country_heading, country_in_sentence

    whom = country_in_sentence(plan.supplier)
    who = country_heading(plan.country)
    head = (
        f"{who}, if {whom} stops all critical goods for a year: {plan.before:.2g}% of real income "
        f"with today's suppliers and stocks (elasticity '{plan.end}'). "
    )
    if not rows:
        head += f"That is under the ceiling of {plan.ceiling:g}% already: there is nothing to do."
    else:
        cost, even = plan.cost_row, plan.break_even_percent
        head += (
            f"The cheapest plan leaves {plan.after:.2g}% and costs USD {cost['central']:,.0f} mn a "
            f"year ({cost['low']:,.0f} to {cost['high']:,.0f})"
        )
        if even is not None:
            head += f"; it pays if a stop is likelier than {even:.2g}% a year"
        head += "."
    steps = [
        (
            r["good"],
            f"{r['supplier_percent_now']:.0f} to {r['supplier_percent_then']:.0f}",
            f"{r['moved_usd_mn']:,.0f}",
            "\n".join(
                f"{s['country']} +{s['percent_more_output']:.0f}%" for s in r["second_sources"]
            ),
            f"{r['extra_stock_days']:.0f}",
            f"{r['cost_usd_mn_a_year']['central']:,.1f}",
        )
        for r in rows
    ]
    parts = [paragraph(head)]
    if steps:
        columns = (
            "Plan", f"share of {plan.supplier}, %", "moved, $mn", "makers, more output",
            "more stock, days", "cost, $mn a year",
        )  # fmt: skip
        parts.append(table_text(columns, steps))
    parts += [
        paragraph(_best_two(plan)),
        table_text(("Half to a second source", "loss left, %", "saved", "cost, $mn a year"),
                   _trial_rows(plan)),
        *(paragraph(words) for words in _PLAN),
        paragraph(text.CRITICAL),
        paragraph(text.SOURCES),
        *(paragraph(f"Note: {w}") for w in _plan_doubts(plan)),
    ]  # fmt: skip
    return "".join(parts)


def _best_two(plan: Plan) -> str:
    pairs = [t for t in plan.trials if len(t["goods"]) == 2]
    if not pairs:
        return "There is one good to find a second source for."
    best = pairs[0]
    named = " and ".join(
        f"{text.good(g)} from {' or '.join(best['with'][g]) or 'nobody yet'}" for g in best["goods"]
    )
    return (
        f"The two second sources that buy the most safety: {named}. With half of the flow moved "
        f"for both the loss falls from {best['loss_before_percent']:.2g}% to "
        f"{best['loss_after_percent']:.2g}% (stocks left out)."
    )


def _trial_rows(plan: Plan) -> list[tuple[str, ...]]:
    return [
        (
            " + ".join(t["goods"]),
            f"{t['loss_after_percent']:.2f}",
            f"{t['saved_percent']:.2f}",
            f"{t['cost_usd_mn_a_year']['central']:,.0f}",
        )
        for t in plan.trials
    ]
