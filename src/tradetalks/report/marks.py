"""The pieces our figures are made of: axes, dots with their ranges, bars with their numbers."""

from __future__ import annotations

from typing import Any

from tradetalks.report import theme
from tradetalks.report.theme import Spec
from tradetalks.results import PARTIES

Rows = list[dict[str, Any]]

WIDTH = 350  # of a plot, in pixels: with its labels it still fits a phone


def who(code: str) -> str:
    """Return the value of the field `who`, which colours: a party's own code, else `other`."""
    return code if code in PARTIES else "other"


def labels(field: str, rows: Rows, order: list[str] | None = None) -> Spec:
    """Return the vertical axis: one name per row, in the order given."""
    names = order or [row[field] for row in rows]
    return {
        "field": field,
        "type": "nominal",
        "sort": names,
        "axis": {"title": None, "grid": False},
    }


def x(field: str, title: str, *, ticks: int = 5, domain: tuple[float, float] | None = None) -> Spec:
    """Return the horizontal axis: a quantity, its unit in the title, a dark line at zero."""
    zero_line = {"condition": {"test": "datum.value === 0", "value": "#888888"}, "value": "#ECECEC"}
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"zero": True, "domain": list(domain)} if domain else {"zero": True},
        "axis": {"title": title, "tickCount": ticks, "gridColor": zero_line, "labelOverlap": False},
    }


def range_line(start: str, end: str, title: str, *, ticks: int = 5) -> Spec:
    """Return a line from one field to another."""
    return {
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {"x": x(start, title, ticks=ticks), "x2": {"field": end}},
    }


def dot(field: str, title: str, *, ticks: int = 5) -> Spec:
    """Return a filled dot."""
    mark = {"type": "point", "filled": True, "size": 60, "opacity": 1}
    return {"mark": mark, "encoding": {"x": x(field, title, ticks=ticks)}}


def ring(field: str, title: str) -> Spec:
    """Return an open dot."""
    mark = {"type": "point", "fill": "white", "size": 60, "opacity": 1, "strokeWidth": 2}
    return {"mark": mark, "encoding": {"x": x(field, title)}}


def panel(name: str, height: int) -> Spec:
    """Return the frame of one country's part of a figure."""
    return {
        "title": {"text": name, "fontSize": 13, "offset": 6, "frame": "group"},
        "transform": [{"filter": {"field": "country", "equal": name}}],
        "width": WIDTH,
        "height": height,
    }


def room_for_numbers(rows: Rows, share: float = 0.16) -> tuple[float, float]:
    """Return an axis domain that leaves room for a number beyond either end of the bars.

    `share` is what the room takes of the span of the bars.
    """
    low = min(0.0, *(row["value"] for row in rows))
    high = max(0.0, *(row["value"] for row in rows))
    room = share * (high - low) or 1.0
    return (low - room if low < 0 else 0.0, high + room if high > 0 else 0.0)


def party_colour() -> Spec:
    """Colour by `who`: the United States and China stand out from the others."""
    return {
        "field": "who",
        "type": "nominal",
        "legend": None,
        "scale": {
            "domain": [*PARTIES, "other", "total"],
            "range": [*(theme.COUNTRY_COLOUR[c] for c in PARTIES), theme.GREY, theme.INK],
        },
    }


def numbers_beside_bars(size: int = 11) -> list[Spec]:
    """Write the number (field `text`) beyond the end of each bar."""
    return [
        {
            "transform": [{"filter": f"datum.value {sign} 0"}],
            "mark": {
                "type": "text",
                "dx": dx,
                "align": align,
                "fontSize": size,
                "color": theme.INK,
            },
            "encoding": {"text": {"field": "text", "type": "nominal"}},
        }
        for sign, dx, align in ((">=", 4, "left"), ("<", -4, "right"))
    ]


def panel_header(names: list[str]) -> Spec:
    """Return the names above panels that stand side by side."""
    return {"field": "country", "type": "nominal", "sort": names}
