"""`tradetalks explain`: a number of a run, taken apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.output import FORMAT, Format, emit, paragraph, table_text

if TYPE_CHECKING:
    from tradetalks.results import Explanation, RunResult

_TITLES = {"channel": "By channel", "partner": "By partner", "sector": "By sector"}
_HEADS = {
    "export_prices": "Export prices",
    "import_prices": "Import prices",
    "volume_of_trade": "Volume",
    "trade_costs": "Trade costs",
    "home": "Home",
    "foreign": "Foreign",
    "abroad": "Abroad",
    "rates": "New rates",
    "trade": "Change of trade",
    "imports": "Imports (minus)",
    "exports": "Exports",
    "value_added": "Value added",
}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("explain")(explain)


def explain(
    run: str = typer.Argument(help="A scenario, a run id or a run folder."),
    country: str = typer.Argument(help="ISO code, such as USA."),
    variable: str = typer.Argument("real_income", help="Such as real_income, imports, gdp."),
    partner: str | None = typer.Option(None, help="One partner of a bilateral balance."),
    top: int = typer.Option(8, min=1, help="Partners and sectors that the table shows."),
    format: Format = FORMAT,
) -> None:
    """Where does a number come from? By channel, partner and sector, adding up.

    The table shows the largest partners and sectors; json and csv hold all of them.
    """
    from tradetalks.cli.compare import find_run
    from tradetalks.cli.home import use_compilation_cache
    from tradetalks.results import Answer
    from tradetalks.results import explain as take_apart

    use_compilation_cache()
    result = find_run(run)
    found = take_apart(
        result, _code(result, country), variable, _code(result, partner) if partner else None
    )
    spread = found.range
    body: dict[str, Any] = {
        "scenario": result.name,
        "against": result.against,
        "world": result.world["name"],
        "horizon": result.horizon,
        "country": found.country,
        "variable": found.variable,
        **({"partner": found.partner} if found.partner else {}),
        "label": found.label,
        "unit": found.unit,
        "total": found.total,
        "low": spread.low if spread else None,
        "high": spread.high if spread else None,
        "rows": found.rows(),
    }
    sources = [*(result.scenario.get("sources") or ()), *(result.world.get("sources") or ())]
    answer = Answer(
        "explain",
        result.created,
        body,
        sources,
        (*result.assumptions, *found.notes),
        (*result.warnings, *found.warnings),
        result.status,
    )
    emit(answer, format, found.rows(), lambda: _text(result, found, top))


def _code(result: RunResult, given: str) -> str:
    """Return a country as the run spells it, whatever its case."""
    codes = {code.casefold(): code for code in result.countries}
    return codes.get(given.strip().casefold(), given.strip())


def _text(result: RunResult, found: Explanation, top: int) -> str:
    from tradetalks.results import UNIT_TEXT, source_line
    from tradetalks.results.labels import country_heading

    digits = _digits(found)
    unit = UNIT_TEXT[found.unit]
    parts = [
        paragraph(
            f"{country_heading(found.country)}: {_lower(found.label)}, "
            f"{_number(found.total, digits)} {unit}{_range(found, digits)}, in "
            f"'{result.name}' from '{result.against}'."
        )
    ]
    rows = found.rows(top)
    for by, title in _TITLES.items():
        own = [r for r in rows if r["by"] == by]
        if not own:
            continue
        names = [p.name for p in found.parts if any(p.name in r for r in own)]
        names = names if by != "channel" and len(names) > 1 else []
        heads = {p.name: _HEADS.get(p.name, p.label) for p in found.parts}
        cells = [
            (
                str(r["name"]),
                *(_number(r[n], digits) if n in r else "" for n in names),
                _number(r["value"], digits),
            )
            for r in own
        ]
        sums = (sum(r.get(n, 0.0) for r in own) for n in names)
        cells.append(("Total", *(_number(s, digits) for s in sums), _number(found.total, digits)))
        parts.append(table_text((title, *(heads[n] for n in names), "Sum"), cells))
    parts += [paragraph(f"Note: {text}") for text in (*result.warnings, *found.warnings)]
    parts += [paragraph(text) for text in found.notes]
    parts.append(
        paragraph(
            f"In {unit}, at the central elasticities; each table adds up. {source_line(result)}"
        )
    )
    return "".join(parts)


def _lower(label: str) -> str:
    """Return a label as it stands inside a sentence (GDP stays GDP)."""
    return label if label[:2].isupper() else label[0].lower() + label[1:]


def _range(found: Explanation, digits: int) -> str:
    if found.range is None or found.range.low == found.range.high:
        return ""
    low, high = (_number(x, digits) for x in (found.range.low, found.range.high))
    return f" (range {low} to {high})"


def _digits(found: Explanation) -> int:
    """Return decimals that show three figures of the total or of the largest part."""
    size = max([abs(found.total), *(abs(p.amount) for p in found.parts)])
    return 1 if size == 0.0 else min(4, max(1, 2 - math.floor(math.log10(size))))


def _number(value: float, digits: int) -> str:
    return f"{0:.{digits}f}" if round(value, digits) == 0 else f"{value:+,.{digits}f}"
