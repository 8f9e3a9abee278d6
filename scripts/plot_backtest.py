"""Draw `docs/img/trade-war-2018.svg`: predicted against actual changes of shares.

Usage: python scripts/plot_backtest.py (needs the raw data, see TRADETALKS_DATA)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tradetalks.codes import sectors
from tradetalks.report.theme import BLUE, GREY, figure
from tradetalks.report.worker import svg
from tradetalks.validation.trade_war_2018 import CENTRAL, Study, study

OUT = Path(__file__).parents[1] / "docs/img/trade-war-2018.svg"
PANELS = {
    ("ICIO", 2019): "China in US imports, sectors, 2017-2019",
    ("ICIO", 2022): "China in US imports, sectors, 2017-2022",
    ("Census", 2019): "China in US imports, chapters, 2017-2019",
    ("Census", 2020): "China in US imports, chapters, 2017-2020",
    ("China", 2019): "US in China's imports, sectors, 2017-2019",
    ("China", 2022): "US in China's imports, sectors, 2017-2022",
}
DOMAIN = {"predicted": (-14.0, 2.0), "actual": (-28.0, 8.0)}
NAMED = 5
"""Labels in a panel: the cells with most trade."""


def points(found: Study) -> list[dict[str, Any]]:
    """Return one row per cell: predicted and actual change, trade of 2017, label if large."""
    rows = []
    for (view, year), panel in PANELS.items():
        about = found.outcome(view, year)
        predicted = found.by_set[CENTRAL][year].shares[view] - about.base.share
        actual = about.actual - about.base.share
        value = about.base.partner / about.base.partner.sum()
        large = set(value.argsort()[-NAMED:].tolist())
        for c, cell in enumerate(about.cells):
            if value[c] > 0:
                rows.append(
                    {
                        "panel": panel,
                        "predicted": round(float(predicted[c]), 3),
                        "actual": round(float(actual[c]), 3),
                        "weight": round(100 * float(value[c]), 3),
                        "label": name_of(view, cell) if c in large else "",
                    }
                )
    return rows


def name_of(view: str, cell: str) -> str:
    """Return how a sector's name begins, or a chapter's code."""
    if view == "Census":
        return f"HS {cell}"
    return sectors()[cell].label.partition(",")[0].partition(" and ")[0].removesuffix(" equipment")


def spec(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the Vega-Lite figure."""

    def axis(name: str, title: str) -> dict[str, Any]:
        scale = {"domain": DOMAIN[name], "nice": False}
        return {"field": name, "type": "quantitative", "title": title, "scale": scale}

    x = axis("predicted", "predicted change, points")
    y = axis("actual", "actual change, points")
    size = {
        "field": "weight",
        "type": "quantitative",
        "legend": None,
        "scale": {"range": [10, 500]},
    }
    line = {"type": "line", "color": GREY, "strokeDash": [4, 3], "clip": True}
    diagonal = [{"predicted": v, "actual": v} for v in DOMAIN["predicted"]]
    outside = sum(not low <= r[k] <= high for r in rows for k, (low, high) in DOMAIN.items())
    body = {
        "facet": {"field": "panel", "type": "nominal", "columns": 2, "sort": list(PANELS.values())},
        "columns": 2,
        "spec": {
            "width": 330,
            "height": 250,
            "layer": [
                {"data": {"values": diagonal}, "mark": line, "encoding": {"x": x, "y": y}},
                {
                    "mark": {"type": "circle", "color": BLUE, "opacity": 0.6, "clip": True},
                    "encoding": {"x": x, "y": y, "size": size},
                },
                {
                    "mark": {
                        "type": "text",
                        "dx": 10,
                        "align": "left",
                        "fontSize": 11,
                        "clip": True,
                    },
                    "encoding": {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}},
                },
            ],
        },
        "resolve": {"axis": {"x": "independent", "y": "independent"}},
    }
    return figure(
        body,
        title="The trade war as a test: predicted and actual changes of import shares",
        subtitle=[
            "Percentage points since 2017; areas are trade of 2017; on the dashed line the model "
            f"is right. Set medium-central. {outside} small cells lie outside."
        ],
        source=[
            "OECD ICIO, US Census Bureau; model on the table of 2017 with the duties of each year."
        ],
        data=rows,
    )


if __name__ == "__main__":
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(svg(spec(points(study()))), "utf-8")
    print(f"wrote {OUT.name}")
