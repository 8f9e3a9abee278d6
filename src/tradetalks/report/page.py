"""The figures of the page: the marks of the report, from rows, in a width that the page gives."""

from __future__ import annotations

from typing import Any

from tradetalks.report import theme
from tradetalks.report.marks import Rows, dot, labels, panel_header, party_colour, range_line
from tradetalks.report.tariffs import DIRECTIONS, SOURCE
from tradetalks.report.theme import COUNTRY_COLOUR, Spec, figure

_ROW = 17


def income_figure(rows: Rows, subtitle: list[str], source: list[str], width: int) -> Spec:
    """Draw real income by country: dots, and lines where the rows have a range.

    `rows` hold country, central, low and high (None without a range) and who.
    """
    title = "Change of real income, percent"
    layers = [dot("central", title)]
    if rows and rows[0]["low"] is not None:
        layers.insert(0, range_line("low", "high", title))
    body: Spec = {
        "width": width,
        "height": _ROW * len(rows),
        "encoding": {"y": labels("country", rows), "color": party_colour()},
        "layer": layers,
    }
    return _figure(
        body, title="Real income by country", subtitle=subtitle, source=source, data=rows
    )


def sectors_figure(rows: Rows, subtitle: list[str], source: list[str], width: int) -> Spec:
    """Draw output by sector of the parties side by side; sorted by the last of them."""
    names = list(dict.fromkeys(row["country"] for row in rows))
    last = [row for row in rows if row["country"] == names[-1]] if names else []
    order = [row["sector"] for row in sorted(last, key=lambda row: -row["central"])]
    wide = width // max(1, len(names)) - 10
    ticks = 4 if wide > 120 else 2  # on a phone two numbers fit
    layers = [dot("central", "Percent", ticks=ticks)]
    if rows and rows[0]["low"] is not None:
        layers.insert(0, range_line("low", "high", "Percent", ticks=ticks))
    panel: Spec = {
        "width": wide,
        "height": _ROW * len(order),
        "encoding": {"y": labels("sector", rows, order), "color": party_colour()},
        "layer": layers,
    }
    body: Spec = {"facet": {"column": panel_header(names)}, "spec": panel}
    return _figure(body, title="Output by sector", subtitle=subtitle, source=source, data=rows)


def law_figure(rows: list[dict[str, Any]], today: str, width: int) -> Spec:
    """Draw the two average tariffs over time as steps, today as a line.

    `rows` as `policy.timeline` gives them.
    """
    last = max(row["date"] for row in rows)
    points = [
        {"date": r["date"], "side": DIRECTIONS[r["direction"]], "percent": r["total_percent"]}
        for r in rows
    ]
    ends = {p["side"]: p for p in points}
    points += [{**p, "date": last} for p in ends.values()]
    colours = {
        "domain": list(DIRECTIONS.values()),
        "range": [COUNTRY_COLOUR["USA"], COUNTRY_COLOUR["CHN"]],
    }
    x: Spec = {
        "field": "date",
        "type": "temporal",
        "axis": {"title": None, "format": "%Y", "tickCount": "year"},
    }
    lines: Spec = {
        "data": {"values": points},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": x,
            "y": {
                "field": "percent",
                "type": "quantitative",
                "axis": {"title": "Percent of customs value"},
            },
            "color": {"field": "side", "type": "nominal", "scale": colours,
                      "legend": {"title": None, "orient": "top"}},
            "tooltip": [
                {"field": "date", "type": "temporal", "format": "%-d %B %Y", "title": "From"},
                {"field": "side", "title": "Tariff"},
                {"field": "percent", "format": ".1f", "title": "Percent"},
            ],
        },
    }  # fmt: skip
    now: Spec = {
        "data": {"values": [{"date": today, "text": "today"}]},
        "encoding": {"x": {"field": "date", "type": "temporal"}},
        "layer": [
            {"mark": {"type": "rule", "color": theme.GREY, "strokeDash": [3, 3]}},
            {
                "mark": {"type": "text", "align": "right", "dx": -4, "color": theme.GREY},
                "encoding": {"y": {"value": 8}, "text": {"field": "text"}},
            },
        ],
    }
    body: Spec = {"width": width, "height": 230, "layer": [lines, now]}
    source = [SOURCE[0].split(" Weights")[0], "Fixed trade weights; MFN included."]
    return _figure(
        body,
        title="Average tariffs on each other's goods",
        subtitle=["Trade-weighted statutory rate,", "percent of the customs value"],
        source=source,
        data=[],
    )


def _figure(body: Spec, **words: Any) -> Spec:
    """Return a figure whose title begins at the left edge: on a phone it needs the room."""
    made = figure(body, **words)
    made["title"]["frame"] = "bounds"
    return made
