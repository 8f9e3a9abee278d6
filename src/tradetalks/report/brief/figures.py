"""The three figures of a brief: small, without a title of their own (the text around has it)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradetalks.report import theme
from tradetalks.report.figures import income_rows, thousandths
from tradetalks.report.html import minus
from tradetalks.report.marks import (
    Rows,
    dot,
    labels,
    numbers_beside_bars,
    party_colour,
    range_line,
    room_for_numbers,
    who,
    x,
)
from tradetalks.report.tariffs import DIRECTIONS, FAMILIES
from tradetalks.report.theme import Spec
from tradetalks.results import PARTIES, RunResult, movers
from tradetalks.results.labels import country_in_sentence, country_name, number, sector_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COUNTRIES, _PARTNERS, _SECTORS = 13, 10, 12
_WIDE, _NARROW, _ROW = 500, 165, 15
_NAMES = 125  # the names beside the bars take this width in every figure: one scale for all
_ROOM = 0.45  # of the span of the bars, beyond their ends, for their numbers
_TYPE = 10
_NOTHING = 5e-4  # percentage points: less prints as 0.000
_LEAST = 0.05  # percent of duty: less has no bar of its own

_PARTS = {
    "terms_of_trade": "Terms of trade",
    "volume_of_trade": "Volume of trade",
    "trade_costs": "Trade costs",
    "export_taxes_and_rents": "Export taxes, rents",
    "production_wedges": "Subsidies",
    "productivity": "Productivity",
    "employment_effect": "Employment",
    "remainder": "Deficit and rest",
    "real_income": "Real income",
}

Drawn = tuple[str, str, str, str, Spec]
"""Name, title, unit line, caption, Vega-Lite."""


def drawings(result: RunResult) -> tuple[Drawn, ...]:
    """Return the figures: real income; whom it moves; the duties of the law, or why.

    A run without the United States and China has the first, sectors and the decomposition of
    those that move most.
    """
    shown = [c for c in PARTIES if c in result.countries] or list(movers(result, 2))
    second = _partners(result) if "USA" in shown else _sectors(result, shown[0])
    third = _duties(result) if result.law else _decomposition(result, shown)
    return (_real_income(result), second, third)


def _real_income(result: RunResult) -> Drawn:
    parties = [c for c in PARTIES if c in result.countries]
    rows = income_rows(result, movers(result, _COUNTRIES - len(parties)))
    axis = "Change of real income, percent"
    body: Spec = {
        "width": _WIDE,
        "height": _ROW * len(rows),
        "encoding": {"y": _names_beside(labels("country", rows)), "color": party_colour()},
        "layer": [range_line("low", "high", axis), dot("central", axis)],
    }
    top, bottom = rows[0], rows[-1]
    caption = (
        f"Among those drawn, real income changes between {number(bottom['central'], 'percent')}% "
        f"({bottom['country']}) and {number(top['central'], 'percent')}% ({top['country']})."
    )
    left_out = len(result.countries) - len(rows)
    if left_out:
        caption += f" The {left_out} economies that change least are left out."
    line = "; line: range over the elasticity sets" if len(result.converged_sets) > 1 else ""
    unit = f"Percent. Dot: central elasticities{line}"
    return ("real_income", "Real income by country", unit, caption, _spec(body, rows))


def _partners(result: RunResult) -> Drawn:
    """Draw US trade by partner: the side, buying or selling, on which China's trade moves most."""
    trade = result.at_central("trade").sum("sector")
    bought, sold = (
        {str(c): float(v) for c, v in zip(flows[side].values, flows.values, strict=True)}
        for flows, side in (
            (trade.sel(importer="USA"), "exporter"),
            (trade.sel(exporter="USA"), "importer"),
        )
    )
    buying = abs(bought.get("CHN", 0.0)) >= abs(sold.get("CHN", 0.0))
    change = bought if buying else sold
    del change["USA"]
    ranked = sorted(change, key=lambda c: -abs(change[c]))[:_PARTNERS]
    rows: Rows = [{"name": country_name(c), "value": change[c], "who": who(c)} for c in ranked]
    rows.sort(key=lambda row: row["value"])
    if len(change) > len(ranked):
        others = sum(v for c, v in change.items() if c not in ranked)
        rows.append({"name": "All others", "value": others, "who": "other"})
    what = "imports" if buying else "exports"
    rows.append({"name": f"All {what}", "value": sum(change.values()), "who": "total"})
    for row in rows:
        row["text"] = minus(number(row["value"], "usd_bn"))
    axis = f"Billion US dollars of {result.world['year']}"
    return (
        "partners",
        f"Whom the United States {'buys from' if buying else 'sells to'}",
        f"Change of US {what} of goods and services before duty, USD billion, central elasticities",
        _partners_caption(change, what, "from" if buying else "to"),
        _spec(_bars(rows, axis), rows),
    )


def _partners_caption(change: Mapping[str, float], what: str, side: str) -> str:
    lost = change.get("CHN", 0.0)
    gains = sum(v for c, v in change.items() if v > 0 and c != "CHN")
    text = f"US {what} {side} China change by {number(lost, 'usd_bn')} billion dollars"
    if lost < 0 < gains:
        by = number(gains, "usd_bn", signed=False)
        text += (
            f"; where {what} {side} others rise, they rise by {by} billion, "
            f"{round(100 * gains / -lost)}% of that"
        )
    return text + "."


def _sectors(result: RunResult, code: str) -> Drawn:
    values = result.at_central("output_percent").sel(country=code)
    rows: Rows = [
        {"name": sector_name(str(s)), "value": float(v), "who": "other"}
        for s, v in zip(values["sector"].values, values.values, strict=True)
    ]
    rows = sorted(rows, key=lambda row: -abs(row["value"]))[:_SECTORS]
    rows.sort(key=lambda row: -row["value"])
    for row in rows:
        row["text"] = minus(number(row["value"], "percent"))
    place = country_in_sentence(code)
    return (
        "sector_output",
        f"Output by sector in {place}",
        "Change of the volume of output, percent, central elasticities",
        f"The largest change is in {max(rows, key=lambda r: abs(r['value']))['name'].lower()}.",
        _spec(_bars(rows, "Percent"), rows),
    )


def _decomposition(result: RunResult, shown: Sequence[str]) -> Drawn:
    rows: Rows = []
    for code in shown:
        for variable, label in _PARTS.items():
            if variable in result.data:
                value = result.spread(variable, country=code).central
                rows.append(
                    {
                        "country": country_name(code),
                        "name": label,
                        "value": value,
                        "text": minus(thousandths(value)),
                        "total": variable == "real_income",
                        "who": who(code),
                    }
                )
    idle = [
        part
        for part in _PARTS.values()
        if part != "Real income"
        and all(abs(r["value"]) < _NOTHING for r in rows if r["name"] == part)
    ]
    rows = [row for row in rows if row["name"] not in idle]
    order = list(dict.fromkeys(row["name"] for row in rows))
    span = room_for_numbers(rows, _ROOM)
    panels: list[Spec] = []
    for code in shown:
        name = country_name(code)
        frame = _bars(rows, "Percentage points", domain=span, order=order)
        frame["layer"][0]["encoding"]["opacity"] = {
            "condition": {"test": "datum.total", "value": 1},
            "value": 0.5,
        }
        panels.append(
            {
                **frame,
                "title": {"text": name, "fontSize": 11, "offset": 4, "frame": "group"},
                "transform": [{"filter": {"field": "country", "equal": name}}],
            }
        )
    names = " and ".join(country_in_sentence(c) for c in shown)
    return (
        "decomposition",
        "Where the change comes from",
        "Contributions to the change of real income, percentage points, central elasticities",
        f"The contributions sum to the change in {names}. Terms of trade: prices of exports over "
        "prices of imports. Volume: what taxed imports are worth to buyers above their cost.",
        _spec({"vconcat": panels, "spacing": 8}, rows),
    )


def _duties(result: RunResult) -> Drawn:
    rows: Rows = []
    for side, words in DIRECTIONS.items():
        for label in ("reference", "scenario"):
            law: Mapping[str, Any] | None = result.law.get(label)
            if law is None:
                continue
            found = law["statutory_percent"][side]
            step = f"{words}, {label}"
            text = f"{found['total']:.1f}"
            start = 0.0
            for family, (authority, _) in FAMILIES.items():
                percent = found["by_authority"].get(family, 0.0)
                if percent >= _LEAST:
                    rows.append(
                        {
                            "side": words,
                            "step": label.capitalize(),
                            "authority": authority,
                            "start": start,
                            "end": start + percent,
                        }
                    )
                    start += percent
            rows.append({"side": words, "step": label.capitalize(), "total": start, "text": text,
                         "authority": None, "name": step})  # fmt: skip
    used = [name for name, _ in FAMILIES.values() if any(r["authority"] == name for r in rows)]
    paint = dict(FAMILIES.values())
    widest = max([r["total"] for r in rows if "total" in r] or [1.0])
    panels = [_duty_panel(words, rows, used, paint, widest) for words in DIRECTIONS.values()]
    return (
        "duties",
        "The duties of the law",
        "Average statutory duty by authority, percent, trade-weighted",
        _duty_caption(result),
        _spec({"vconcat": panels, "spacing": 10}, rows),
    )


def _duty_panel(
    words: str, rows: Rows, used: list[str], paint: Mapping[str, str], widest: float
) -> Spec:
    y = _names_beside(labels("step", rows, ["Reference", "Scenario"]))
    bars: Spec = {
        "transform": [{"filter": "datum.authority !== null"}],
        "mark": {"type": "bar", "height": 17},
        "encoding": {
            "x": x("start", "Percent of customs value", ticks=3, domain=(0.0, 1.16 * widest)),
            "x2": {"field": "end"},
            "color": {
                "field": "authority",
                "type": "nominal",
                "scale": {"domain": used, "range": [paint[u] for u in used]},
                "legend": {"columns": 2, "symbolType": "square", "offset": 8},
            },
        },
    }
    totals: Spec = {
        "transform": [{"filter": "datum.authority === null"}],
        "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": _TYPE, "color": theme.INK},
        "encoding": {
            "x": {"field": "total", "type": "quantitative"},
            "text": {"field": "text", "type": "nominal"},
        },
    }
    return {
        "title": {"text": words, "fontSize": 11, "offset": 4, "frame": "group"},
        "transform": [{"filter": {"field": "side", "equal": words}}],
        "width": _NARROW,
        "height": 52,
        "encoding": {"y": y},
        "layer": [bars, totals],
    }


def _duty_caption(result: RunResult) -> str:
    before, after = (result.law.get(label) for label in ("reference", "scenario"))
    if not (before and after):
        return "Only one of the two laws comes from the ledger; the other is written in the file."
    parts = []
    for side, words in DIRECTIONS.items():
        old, new = (law["statutory_percent"][side]["total"] for law in (before, after))
        parts.append(f"{words} from {old:.1f}% to {new:.1f}%")
    return f"The average duty goes: {'; '.join(parts)}. Fixed weights: trade in tariff lines."


def _bars(
    rows: Rows,
    axis: str,
    *,
    domain: tuple[float, float] | None = None,
    order: list[str] | None = None,
) -> Spec:
    names = order or [row["name"] for row in rows]
    return {
        "width": _NARROW,
        "height": _ROW * len(names),
        "encoding": {
            "y": _names_beside(labels("name", rows, names)),
            "x": x("value", axis, ticks=3, domain=domain or room_for_numbers(rows, _ROOM)),
        },
        "layer": [
            {"mark": {"type": "bar", "height": 10}, "encoding": {"color": party_colour()}},
            *numbers_beside_bars(_TYPE),
        ],
    }


def _names_beside(y: Spec) -> Spec:
    return {**y, "axis": {**y["axis"], "minExtent": _NAMES, "maxExtent": _NAMES}}


def _spec(body: Spec, rows: Rows) -> Spec:
    """Return a whole specification in the look of the brief: small type, no frame, no title."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": theme.small(),
        "data": {"values": rows},
        **body,
    }
