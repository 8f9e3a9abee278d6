"""How our charts look: one colour-blind-safe palette, one layout, a source under each figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]

# Okabe & Ito (2008), readable with every common form of colour blindness.
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, SKY, PURPLE = "#E69F00", "#56B4E9", "#CC79A7"
GREY, INK, FAINT = "#6E6E6E", "#222222", "#D9D9D9"

COUNTRY_COLOUR: Mapping[str, str] = {"USA": BLUE, "CHN": VERMILLION}

_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

_CONFIG: Spec = {
    "font": _FONT,
    "background": "white",
    "padding": 12,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "labelFontSize": 12,
        "titleColor": INK,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "#ECECEC",
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "labelLimit": 0,  # no cutting, and no measuring of every label
    },
    "header": {"labelFontSize": 13, "labelFontWeight": "bold", "labelColor": INK, "title": None},
    "legend": {"labelFontSize": 12, "title": None, "orient": "top", "labelLimit": 320},
    "title": {
        "anchor": "start",
        "limit": 0,
        "frame": "group",
        "color": INK,
        "fontSize": 16,
        "fontWeight": "bold",
        "offset": 14,
        "subtitleColor": "#555555",
        "subtitleFontSize": 12,
        "subtitlePadding": 5,
    },
    "concat": {"spacing": 6},
}


def small() -> Spec:
    """Return the look of a figure that a page of text surrounds: smaller type, no padding."""
    size = {"labelFontSize": 10, "titleFontSize": 10}
    return {
        **_CONFIG,
        "padding": 2,
        "axis": {**_CONFIG["axis"], **size, "labelPadding": 4},
        "legend": {**_CONFIG["legend"], "labelFontSize": 10, "symbolSize": 70, "rowPadding": 1},
        "text": {"fontSize": 10},
    }


@dataclass(frozen=True)
class Chart:
    """A figure: file name, title, one-sentence caption (also its text alternative), Vega-Lite."""

    name: str
    title: str
    caption: str
    spec: Spec


def figure(
    body: Spec,
    *,
    title: str,
    subtitle: Sequence[str],
    source: Sequence[str],
    data: Sequence[Mapping[str, Any]],
) -> Spec:
    """Return a complete Vega-Lite specification: title, unit, plot, and the source below it."""
    footnote: Spec = {
        "data": {"values": [{"text": list(source)}]},
        "mark": {
            "type": "text",
            "align": "left",
            "x": 0,
            "y": 8,
            "fontSize": 10,
            "color": "#666666",
            "limit": 0,
            "lineHeight": 13,
        },
        "encoding": {"text": {"field": "text", "type": "nominal"}},
        "height": 26,
        "width": 10,
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": _CONFIG,
        "title": {"text": title, "subtitle": list(subtitle)},
        "vconcat": [{"data": {"values": [dict(row) for row in data]}, **body}, footnote],
    }
