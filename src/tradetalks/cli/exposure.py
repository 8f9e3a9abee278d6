"""`tradetalks exposure`: on whom a country or a company depends for critical goods."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli import supply_text as text
from tradetalks.cli.options import ON
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.supply import Company, Exposure

_LAPSE = (
    "If the suspended controls return. What a control covers of a good is our reading; licences "
    "are those of the regime named (see `tradetalks controls licences`)."
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("exposure")(exposure)


def exposure(
    country: str | None = typer.Argument(None, help="The country that buys, such as USA."),
    file: Path | None = typer.Option(
        None,
        "--file",
        help="CSV of your parts: good (or HS code), supplier, spend, stock_days.",
    ),
    supplier: str | None = typer.Option(
        None, help="Who stops selling; default: the largest foreign supplier of each good."
    ),
    goods: str = typer.Option("all", help="Goods, comma-separated, or all."),
    regime: str = typer.Option("stop", help="What is done: stop, licences-2025, ..."),
    if_lapses: bool = typer.Option(
        False, "--if-lapses", help="If suspended controls return on the law's own dates."
    ),
    on: str | None = ON,
    format: Format = FORMAT,
) -> None:
    """On whom does a country depend, how long do stocks last, and what would a stop cost?"""
    from tradetalks.errors import BadInput

    today = text.day(on, "--on")
    if file is not None:
        _company(file, country or "USA", supplier, regime, if_lapses, today, format)
        return
    if country is None:
        raise BadInput(
            "give a country or a file.",
            cure="`tradetalks exposure USA` or `tradetalks exposure --file parts.csv`.",
        )
    if if_lapses:
        _lapses(country, today, format)
        return
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks import supply

    wanted = () if goods == "all" else tuple(goods.split(","))
    with progress("Solving"):
        found = supply.exposure(country, supplier=supplier, goods=wanted, terms=regime)
    rows = found.rows()
    body = {
        "country": found.country,
        "regime": found.regime.name,
        "world": found.world.name,
        "units": {"loss": "percent of real income; USD billions", "import_hhi": "0 to 1"},
        "rows": rows,
        "suppliers": found.supplier_rows(),
    }
    from tradetalks.supply.answers import country_sources

    answer = _answer(
        body,
        country_sources(found.world, (found.regime,)),
        (text.CRITICAL, text.ASSUMED_DAYS, _terms(found.regime)),
        warnings := (*text.unsolved(found.failed), *text.doubt(_short(rows))),
        {"converged": not found.failed},
    )
    emit(answer, format, map(flat, rows), lambda: _country_text(found, rows, warnings))


def _short(rows: list[dict[str, Any]]) -> list[Any]:
    return [r.get("loss_short_percent") for r in rows]


def _answer(
    body: dict[str, Any], sources: Any, assumptions: Any, warnings: Any, status: dict[str, Any]
) -> Any:
    from tradetalks.results import Answer

    today = datetime.date.today().isoformat()
    return Answer("exposure", today, body, sources, assumptions, warnings, status)


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of an answer with ranges and shares spread over columns, for CSV."""
    out: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            if key == "suppliers":
                out[key] = "; ".join(f"{k} {v:.4g}%" for k, v in value.items())
            else:
                out |= {key if k == "central" else f"{key}_{k}": v for k, v in value.items()}
        else:
            out[key] = value
    return out


def _terms(regime: Any) -> str:
    said = "; ".join(regime.assumed)
    return f"Regime '{regime.name}' ({regime.title}), assumed: {said}."


def _country_text(found: Exposure, rows: list[dict[str, Any]], warnings: tuple[str, ...]) -> str:
    from tradetalks.results.labels import country_heading

    bought = [
        (
            text.good(r["good"]),
            f"{r['purchases_usd_bn']:,.2f}",
            f"{r['home_percent']:.0f}",
            ", ".join(f"{k} {v:.0f}%" for k, v in list(r["suppliers"].items())[:2]),
            f"{r['import_hhi']:.2f}",
            text.stock(r["stock_days"]),
        )
        for r in rows
    ]
    stops = [
        (
            r["good"]
            if r["supplier"] is None
            else f"{r['good']}, {r['supplier']} {r['supplier_percent']:.0f}%",
            text.days(r.get("first_stop_day")),
            text.days(r.get("output_days_lost"), ""),
            text.percent(r.get("loss_short_percent")),
            text.percent(r.get("loss_medium_percent")),
        )
        for r in rows
    ]
    return "".join(
        (
            paragraph(_country_head(found, rows[0], country_heading(found.country))),
            table_text(
                ("Good", "bought, $bn", "home, %", "largest abroad", "HHI", "stock, days"), bought
            ),
            paragraph("HHI: concentration of foreign suppliers, 1 is one supplier. a: assumed."),
            table_text(
                ("Who stops", "line stops, day", "days lost", "loss, % short", "medium run"),
                stops,
            ),
            paragraph(
                "Line stops: the first day without enough of the good, from day 0; days lost: days "
                "of output in a year where nothing else will do (range: half and twice the stock). "
                "Loss: real income, each good alone; a share under 1% is not solved."
            ),
            paragraph(text.CRITICAL),
            paragraph(text.SOURCES),
            *(paragraph(f"Note: {w}") for w in warnings),
        )
    )


def _country_head(found: Exposure, worst: dict[str, Any], who: str) -> str:
    head = f"{who}: what it costs if a supplier stops ({found.regime.title})."
    loss = worst.get("loss_short_percent", {})
    if loss.get("central") is None:
        return head
    return head + (
        f" The worst is {text.good(worst['good'])} from {worst['supplier']}: real income "
        f"{loss['central']:+.2g}% ({loss['low']:+.2g}% to {loss['high']:+.2g}%), short run."
    )


def _lapses(country: str, today: datetime.date | None, format: Format) -> None:
    """Answer what the return of suspended controls means for a country."""
    from tradetalks import supply
    from tradetalks.codes import countries
    from tradetalks.supply.goods import country_code, stock_figures
    from tradetalks.supply.lapse import lapse_rows, lapses

    code = country_code(country, tuple(countries()))
    found = lapses(code, today)
    goods = tuple(dict.fromkeys(g for x in found for g in x.goods))
    table = supply.world_for(code)
    shares = {
        (g, x.supplier): supply.dependence(table, code, g).of(x.supplier)
        for x in found
        for g in x.goods
    }
    rows = lapse_rows(found, shares, stock_figures(goods))
    _emit_lapses({"country": code}, found, rows, today, format)


def _emit_lapses(
    body: dict[str, Any], found: Any, rows: list[dict[str, Any]], today: Any, format: Format
) -> None:
    from tradetalks.policy import build_table
    from tradetalks.policy.duties import edge_of_knowledge
    from tradetalks.policy.ledger import day_number
    from tradetalks.supply.shipped import sources_of

    day = day_number(today or datetime.date.today())
    sources: list[Any] = [
        {"title": x.title, "url": x.source, "evidence": x.evidence} for x in found
    ]
    body = {**body, "measures": [x.as_row() for x in found], "rows": rows}
    assumptions = (_LAPSE, text.ASSUMED_DAYS, *{_terms(x.regime) for x in found})
    answer = _answer(
        body,
        [*sources, *sources_of(x.regime for x in found)],
        assumptions,
        edge_of_knowledge(build_table(), day),
        {"converged": True},
    )
    emit(answer, format, map(flat, rows), lambda: _lapse_text(answer, rows))


def _lapse_text(answer: Any, rows: list[dict[str, Any]]) -> str:
    shown = [
        (
            r["good"],
            f"{r['supplier']} {r['share_percent']:.0f}%",
            str(r["returns_by_law"] or "-"),
            _dates(r["first_stop_by_law"]),
            str(r["returns_as_announced"] or "-"),
            _dates(r["first_stop_as_announced"]),
            text.days(r["output_days_lost"], ""),
        )
        for r in rows
    ]
    columns = (
        "Good", "from", "by law back", "line stops", "announced", "line stops", "days lost",
    )  # fmt: skip
    if not shown:
        return paragraph("No suspended control bears on these goods and suppliers.")
    by_measure: dict[str, list[str]] = {}
    for r in rows:
        by_measure.setdefault(f"{r['measure']} ({r['regime']}): {r['state']}", []).append(r["good"])
    states = [f"{', '.join(goods)}: {said}." for said, goods in by_measure.items()]
    return "".join(
        (
            paragraph("What is covered, and for how long, if suspended controls return:"),
            table_text(columns, shown, left=2),
            paragraph("Days lost: days of output in the year after, where nothing else will do."),
            paragraph(" ".join(states)),
            paragraph(_LAPSE),
            paragraph("Range in brackets: half and twice the stock, where it is assumed."),
            paragraph(text.SOURCES),
            *(paragraph(f"Note: {w}") for w in answer.warnings),
        )
    )


def _dates(row: dict[str, Any]) -> str:
    centre, low, high = (row[k] or "not in year" for k in ("central", "low", "high"))
    return centre if low == high else f"{centre}\n{low} to\n{high}"


def _company(
    file: Path,
    country: str,
    supplier: str | None,
    regime: str,
    if_lapses: bool,
    today: datetime.date | None,
    format: Format,
) -> None:
    """Answer for a company's own parts."""
    from tradetalks import supply
    from tradetalks.codes import countries
    from tradetalks.supply.goods import country_code
    from tradetalks.supply.lapse import lapse_rows, lapses

    found = supply.company(file, supplier=supplier, terms=regime)
    code = country_code(country, tuple(countries()))
    body: dict[str, Any] = {"file": file.name, "country": code, "regime": found.regime.name}
    if if_lapses:
        wake = lapses(code, today)
        return _emit_lapses(body, wake, lapse_rows(wake, found.shares, found.stock), today, format)
    rows = found.rows()
    answer = _answer(
        body | {"rows": rows},
        list(found.regime.sources),
        (text.ASSUMED_DAYS, _terms(found.regime)),
        (),
        {"converged": True},
    )
    return emit(answer, format, map(flat, rows), lambda: _company_text(found, rows))


def _company_text(found: Company, rows: list[dict[str, Any]]) -> str:
    shown = [
        (
            r["good"],
            f"{r['spend_usd']:,.0f}",
            text.suppliers(r["suppliers"]),
            f"{r['hhi']:.2f}",
            text.stock(r["stock_days"]),
            r["supplier"] or "none",
            text.days(r.get("first_stop_day")),
            text.days(r.get("output_days_lost"), ""),
        )
        for r in rows
    ]
    columns = (
        "Good", "spend, USD", "suppliers", "HHI", "stock, d", "stops", "line stops, day",
        "days lost in a year",
    )  # fmt: skip
    return "".join(
        (
            paragraph(f"Your parts if suppliers stop ({found.regime.title}):"),
            table_text(columns, shown),
            paragraph(
                "Day 0 is the first day of the control. Days lost: days of output in a year if "
                "nothing else will do; second sources replace a part as they grow (assumed). a: "
                "the stock is assumed (half to twice); the column stock_days takes your own."
            ),
            paragraph(text.SOURCES),
        )
    )
