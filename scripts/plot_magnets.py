"""Draw `docs/img/magnets-2025.svg`: magnet exports as the licence queue has them, and actual ones.

Usage: python scripts/plot_magnets.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tradetalks.report.theme import BLUE, GREY, ORANGE, VERMILLION, figure
from tradetalks.report.worker import svg
from tradetalks.validation.magnets_2025 import chart_rows

OUT = Path(__file__).parents[1] / "docs/img/magnets-2025.svg"
LINES = {
    "actual": VERMILLION,
    "licence queue": BLUE,
    "licences as reported in June": ORANGE,
    "no change": GREY,
    "immediate stop": GREY,
}
MONTHS = {"2025-04": "April", "2025-05": "May", "2025-06": "June", "2025-07": "July 2025"}


def spec(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the Vega-Lite figure: a band for the ranges of the queue, a line for each path."""
    named = [r | {"month": MONTHS[r["month"]]} for r in rows]
    ends = {(r["month"], r["line"]): r["percent"] for r in named if r["line"].startswith("queue, ")}
    band = [
        {
            "month": m,
            "low": ends[m, "queue, worst terms"],
            "high": ends[m, "queue, best terms"],
        }
        for m in MONTHS.values()
    ]
    x = {
        "field": "month",
        "type": "ordinal",
        "sort": list(MONTHS.values()),
        "title": None,
        "axis": {"labelAngle": 0},
        "scale": {"type": "point", "padding": 0.2},
    }
    y = {"type": "quantitative", "title": "percent of the same month of 2024"}
    body = {
        "width": 560,
        "height": 320,
        "layer": [
            {
                "data": {"values": band},
                "mark": {"type": "area", "color": BLUE, "opacity": 0.15},
                "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "point": True, "strokeWidth": 2.5},
                "encoding": {
                    "x": x,
                    "y": y | {"field": "percent"},
                    "color": {
                        "field": "line",
                        "type": "nominal",
                        "scale": {"domain": list(LINES), "range": list(LINES.values())},
                    },
                    "strokeDash": {
                        "condition": {
                            "test": "indexof(['no change', 'immediate stop'], datum.line) >= 0",
                            "value": [4, 3],
                        },
                        "value": [1, 0],
                    },
                },
            },
        ],
    }
    return figure(
        body,
        title="The licence queue as a test: China's magnet exports of 2025",
        subtitle=[
            "Licences from 4 April on; approval and processing time from reports on licences, not "
            "from exports. Band: ranges of those figures."
        ],
        source=["Chinese customs as reported; licences: reports named in docs/validation.md."],
        data=[r for r in named if r["line"] in LINES],
    )


if __name__ == "__main__":
    OUT.write_text(svg(spec(chart_rows())), "utf-8")
    print(f"wrote {OUT.name}")
