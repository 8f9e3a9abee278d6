"""`tradetalks controls licences`, `power` and `derisk`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli import supply_text as text
from tradetalks.cli.exposure import flat
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.supply import LicenceRun, Plan, Power, Regime

_SHOWN_USERS = 6
_SHOWN_GOODS = 8


def register(group: typer.Typer) -> None:
    """Add the three commands to the group."""
    group.command("licences")(licences)
    group.command("power")(power)
    group.command("derisk")(derisk)


def licences(
    good: str = typer.Argument(help="A critical good or its HS code, e.g. rare_earth_magnets."),
    buyer: str = typer.Option("USA", help="The country that buys."),
    supplier: str = typer.Option("CHN", help="The country that controls its exports."),
    regime: str = typer.Option(
        "licences-2025",
        help="stop, licences-2025, london-2025, green-channel, general-licences, civilian-only, "
        "affiliates-rule.",
    ),
    approval: str | None = typer.Option(None, help="Share of applications granted, e.g. 55%."),
    days: int | None = typer.Option(None, help="Processing time in working days."),
    stock: float | None = typer.Option(None, help="What users hold, in days of use."),
    validity: int | None = typer.Option(None, help="Months that a licence lasts, e.g. 6 or 12."),
    renewal: str | None = typer.Option(None, help="Share that passes the review, e.g. 90%."),
    leakage: str | None = typer.Option(None, help="Share of the rest that arrives, e.g. 10%."),
    start: str | None = typer.Option(None, help="First day of the control, YYYY-MM-DD."),
    format: Format = FORMAT,
) -> None:
    """What does a licence regime do to the users of a good, and when does the first line stop?"""
    from tradetalks.cli.home import use_compilation_cache

    begin = text.day(start, "--start")
    terms = _given(
        regime,
        {
            "approval": text.share(approval, "--approval"),
            "processing": _at_least(days, "--days"),
            "validity": None if validity is None else _at_least(validity, "--validity", 1) * 30.4,
            "renewal": text.share(renewal, "--renewal"),
            "leakage": text.share(leakage, "--leakage"),
        },
    )
    use_compilation_cache()
    from tradetalks.supply import licence_run

    with progress("Solving"):
        run = licence_run(good, buyer, terms, supplier=supplier, stock=stock, start=begin)
    rows = run.rows()
    failed = run.losses.failed if run.losses is not None else ()
    body = {
        "good": run.good,
        "buyer": run.buyer,
        "supplier": run.supplier,
        "supplier_percent": 100.0 * run.bought.of(run.supplier),
        "regime": run.regime.name,
        "terms": {k: vars(f) for k, f in run.regime.figures.items()},
        "start": run.start,
        "stock_days": vars(run.stock),
        "rows": rows,
        "users": run.user_rows(),
    }
    from tradetalks.supply.answers import country_sources

    answer = _answer(
        "controls licences",
        body,
        country_sources(run.world, (run.regime,)),
        (*_assumed(run), text.CRITICAL),
        text.unsolved(failed),
    )
    emit(answer, format, map(flat, rows), lambda: _licence_text(run, rows))


def _at_least(value: Any, option: str, least: float = 0) -> Any:
    from tradetalks.errors import BadNumber

    if value is not None and value < least:
        raise BadNumber(f"{option} {value:g} must be {least:g} or more.")
    return value


def _given(name: str, values: dict[str, float | None]) -> Regime:
    """Return a shipped regime with the figures of the command line in place of its own."""
    from tradetalks.supply import Figure, regime

    found = regime(name)
    own = {k: Figure(v, v, v, "given") for k, v in values.items() if v is not None}
    return found.replace(**own) if own else found


def _answer(
    command: str,
    body: Any,
    sources: Any,
    assumptions: Any,
    warnings: Any,
    *,
    converged: bool | None = None,
) -> Any:
    from tradetalks.results import Answer

    today = datetime.date.today().isoformat()
    status = {"converged": not warnings if converged is None else converged}
    return Answer(command, today, body, sources, assumptions, warnings, status)


def _assumed(run: LicenceRun) -> tuple[str, ...]:
    said = list(run.regime.assumed)
    if run.stock.assumed:
        said.append(f"stock {run.stock.central:g} days (half and twice)")
    return (
        f"Assumed ('{run.regime.name}'): {'; '.join(said)}.",
        "Days are counted from 0; working days are Mondays to Fridays. A shortage is shared in "
        "proportion to orders; other suppliers go on as before and replace a part of what is "
        "missing, which grows over the year.",
    )


def _licence_text(run: LicenceRun, rows: list[dict[str, Any]]) -> str:
    from tradetalks.results.labels import sector_name

    central = rows[0]
    cases = [
        (
            r["case"],
            f"{r['stock_days']:.0f}",
            "none" if r["first_stop_day"] is None else f"{r['first_stop_day']}",
            r["first_stop"] or "",
            f"{r['output_days_lost']:.0f}",
            "not in a year" if r["over_on_day"] is None else f"{r['over_on_day']}",
        )
        for r in rows
    ]
    users = [
        (
            sector_name(r["sector"]),
            f"{r['share_of_use_percent']:.0f}",
            text.dollars(r["output_lost_usd_bn"]),
            text.percent({k: -v for k, v in _flipped(r["output_lost_percent_of_year"]).items()}),
            text.dollars(r["at_most_usd_bn"]),
            text.percent(r.get("equilibrium_output_percent")),
        )
        for r in run.user_rows()[:_SHOWN_USERS]
    ]
    arrives = ", ".join(f"{x:.0f}" for x in central["arrives_by_month_percent"])
    made_up = ""
    if run.losses is not None:
        middle = float(run.losses.quantity[0, 1])
        made_up = (
            f" There other sellers and users answer the price at once, and {100 * middle:.0f}% of "
            "the good still arrives; the daily count is the harsher reading."
        )
    return "".join(
        (
            paragraph(_headline(run, central)),
            table_text(
                ("Case", "stock, days", "line stops, day", "date", "days lost", "over on day"),
                cases,
            ),
            paragraph(f"Arrives, % of normal, by month of 30 days (central): {arrives}."),
            table_text(
                ("User", "of use, %", "lost, $bn", "same, %", "at most, $bn", "equilibrium, %"),
                users,
            ),
            paragraph(
                "Lost: output of the first year as the good runs short (range: the elasticity "
                "between it and all else, half and twice the stock; assumed); at most: if every "
                "line of a sector needs it and nothing else will do. Equilibrium: the sector's "
                "output at the short horizon, stocks gone, if the year's average went on." + made_up
            ),
            *(paragraph(words) for words in _assumed(run)),
        )
    )


def _flipped(row: dict[str, float]) -> dict[str, float]:
    return {"central": row["central"], "low": row["high"], "high": row["low"]}


def _headline(run: LicenceRun, row: dict[str, Any]) -> str:
    from tradetalks.results.labels import country_in_sentence

    who, buyer = country_in_sentence(run.supplier), country_in_sentence(run.buyer)
    share = 100.0 * run.bought.of(run.supplier)
    start = (
        f"{text.good(run.good)} from {who} to {buyer} ({share:.0f}% of what it buys), "
        f"{run.regime.title}, from {run.start}: "
    )
    if row["first_stop_day"] is None:
        return start + f"with {run.stock.central:.0f} days in stock no line stops within a year."
    return start + (
        f"with {run.stock.central:.0f} days in stock the first line stops on day "
        f"{row['first_stop_day']} ({row['first_stop']}), and {row['output_days_lost']:.0f} days of "
        "output are lost in the first year where nothing else will do."
    )


def power(
    sender: str = typer.Argument(help="Who stops selling, such as CHN."),
    target: str = typer.Argument(help="Whom it hurts, such as USA."),
    allies: str | None = typer.Option(None, help="Who joins the sender, comma-separated."),
    leakage: str | None = typer.Option(None, help="What still arrives, e.g. 10%."),
    horizon: str = typer.Option("short,medium", help="Horizons, comma-separated."),
    format: Format = FORMAT,
) -> None:
    """What can A inflict on B by stopping critical goods, and at what cost to itself?"""
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks import supply
    from tradetalks.supply.answers import country_sources

    left = text.share(leakage, "--leakage")
    friends = tuple(allies.split(",")) if allies else ()
    with progress("Solving"):
        found = supply.power(
            sender, target, allies=friends, left=left, horizons=tuple(horizon.split(","))
        )
    rows = found.rows()
    body = {
        "sender": found.sender,
        "target": found.target,
        "allies": found.allies,
        "leakage_percent": 100.0 * found.left,
        "world": found.world.name,
        "rows": rows,
    }
    answer = _answer(
        "controls power",
        body,
        country_sources(found.world),
        (_leak_words(found.left), _RENT, text.CRITICAL),
        _doubts(found, rows),
        converged=not found.failed,
    )
    emit(answer, format, map(flat, rows), lambda: _power_text(found, rows))


def _doubts(found: Power, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    return (*text.unsolved(found.failed), *text.doubt(r["target_percent"] for r in rows))


_RENT = (
    "Users pay a premium for what still arrives, and the target's loss has it go to the suppliers. "
    "'Own' leaves it with the buyers, so that only the lost market counts; 'per own $' is the "
    "target's loss for each dollar lost so. With the premium: --format csv."
)


def _leak_words(left: float) -> str:
    return f"What still arrives: {100 * left:.0f}% (assumed; 5% about doubles the short loss)."


def _power_text(found: Power, rows: list[dict[str, Any]]) -> str:
    from tradetalks.results.labels import country_heading, country_in_sentence

    tables = [
        table_text(
            (f"{h.capitalize()} run", "target, %", "target, $bn", "own, $bn", "per own $"),
            [_power_line(r) for r in rows if r["horizon"] == h][:_SHOWN_GOODS],
        )
        for h in found.losses
    ]
    who = " and ".join((found.sender, *found.allies))
    worst = rows[0]["target_percent"]
    head = (
        f"{country_heading(found.sender)} over {country_in_sentence(found.target)}: "
        f"if {who} stop{'' if found.allies else 's'} selling it {_what(rows[0])}, real income of "
        f"{found.target} changes by "
        f"{worst['central']:+.2g}% ({worst['low']:+.2g}% to {worst['high']:+.2g}%) at the "
        f"{rows[0]['horizon']} horizon."
    )
    return "".join(
        (
            paragraph(head),
            *tables,
            paragraph(
                f"The {_SHOWN_GOODS - 1} goods that hurt most; all with --format csv."
            ),
            paragraph(_RENT + " A sender that gains has made the rest of what it sells dearer: "
                      "that lasts as long as the buyers find nobody else."),
            paragraph(_leak_words(found.left)),
            paragraph(text.CRITICAL),
            *(paragraph(f"Note: {w}") for w in _doubts(found, rows)),
        )
    )  # fmt: skip


def _what(row: dict[str, Any]) -> str:
    return "these goods" if row["share_of_purchases_percent"] is None else text.good(row["good"])


def _power_line(r: dict[str, Any]) -> tuple[str, ...]:
    part, own = r["share_of_purchases_percent"], r["sender_without_rent_usd_bn"]["central"]
    ratio = "-" if r["ratio"] is None else f"{r['ratio']:.1f}"
    return (
        r["good"] if part is None else f"{r['good']}, {part:.0f}%",
        text.percent(r["target_percent"]),
        text.dollars(r["target_usd_bn"]),
        text.dollars(r["sender_without_rent_usd_bn"]),
        "gains" if own is not None and own > 0.0 else ratio,
    )


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
    answer = _answer(
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
