"""`tradetalks controls licences` and `power`; `derisk` has a file of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli import supply_text as text
from tradetalks.cli.controls_derisk import derisk
from tradetalks.cli.exposure import flat
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.supply import LicenceRun, Power, Regime

_SHOWN_USERS = 6
_SHOWN_GOODS = 8

_DAYS_A_MONTH = 30.4


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
            "validity": None
            if validity is None
            else _at_least(validity, "--validity", 1) * _DAYS_A_MONTH,
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
    from tradetalks.supply.answers import country_sources

    answer = text.envelope(
        "controls licences",
        _licence_body(run, rows),
        country_sources(run.world, (run.regime,)),
        (*_assumed(run), text.CRITICAL),
        text.unsolved(failed),
    )
    emit(answer, format, map(flat, rows), lambda: _licence_text(run, rows))


def _licence_body(run: LicenceRun, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
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
            *(paragraph(words) for words in (*_assumed(run), text.SOURCES)),
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
    answer = text.envelope(
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
            paragraph(text.SOURCES),
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
