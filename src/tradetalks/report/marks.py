"""The pieces our figures are made of: axes, dots with their ranges, bars with their numbers."""

from __future__ import annotations

from typing import Any

from tradetalks.report import theme
from tradetalks.report.theme import Spec
from tradetalks.results import PARTIES

Rows = list[dict[str, Any]]


def labels(field: str, rows: Rows, order: list[str] | None = None) -> Spec:
    names = order or [row[field] for row in rows]
    return {
        "field": field,
        "type": "nominal",
        "sort": names,
        "axis": {"title": None, "grid": False},
    }


def x(field: str, title: str, *, ticks: int = 6, domain: tuple[float, float] | None = None) -> Spec:
    zero_line = {"condition": {"test": "datum.value === 0", "value": "#888888"}, "value": "#ECECEC"}
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"zero": True, "domain": list(domain)} if domain else {"zero": True},
        "axis": {"title": title, "tickCount": ticks, "gridColor": zero_line, "labelOverlap": False},
    }


def range_line(start: str, end: str, title: str, *, ticks: int = 6) -> Spec:
    return {
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {"x": x(start, title, ticks=ticks), "x2": {"field": end}},
    }


def dot(field: str, title: str, *, ticks: int = 6) -> Spec:
    mark = {"type": "point", "filled": True, "size": 60, "opacity": 1}
    return {"mark": mark, "encoding": {"x": x(field, title, ticks=ticks)}}


def ring(field: str, title: str) -> Spec:
    mark = {"type": "point", "fill": "white", "size": 60, "opacity": 1, "strokeWidth": 2}
    return {"mark": mark, "encoding": {"x": x(field, title)}}


def panel(name: str, height: int) -> Spec:
    return {
        "title": {"text": name, "fontSize": 13, "offset": 6, "frame": "group"},
        "transform": [{"filter": {"field": "country", "equal": name}}],
        "width": 400,
        "height": height,
    }


def room_for_numbers(rows: Rows) -> tuple[float, float]:
    """Return an axis domain that leaves room for a number beyond either end of the bars."""
    low = min(0.0, *(row["value"] for row in rows))
    high = max(0.0, *(row["value"] for row in rows))
    room = 0.16 * (high - low) or 1.0
    return (low - room if low < 0 else 0.0, high + room if high > 0 else 0.0)


def party_colour() -> Spec:
    return {
        "field": "who",
        "type": "nominal",
        "legend": None,
        "scale": {
            "domain": [*PARTIES, "other", "total"],
            "range": [*(theme.COUNTRY_COLOUR[c] for c in PARTIES), theme.GREY, theme.INK],
        },
    }


def numbers_beside_bars() -> list[Spec]:
    return [
        {
            "transform": [{"filter": f"datum.value {sign} 0"}],
            "mark": {"type": "text", "dx": dx, "align": align, "fontSize": 11, "color": theme.INK},
            "encoding": {"text": {"field": "text", "type": "nominal"}},
        }
        for sign, dx, align in ((">=", 4, "left"), ("<", -4, "right"))
    ]


def panel_header(names: list[str]) -> Spec:
    return {"field": "country", "type": "nominal", "sort": names}
