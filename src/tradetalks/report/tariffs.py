"""The average tariffs of the two sides over time, drawn from `timeline` rows and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tradetalks.report.drawing import save_spec
from tradetalks.report.theme import (
    BLUE,
    COUNTRY_COLOUR,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    Spec,
    figure,
)  # fmt: skip

SHOWN = 0.5  # a step of fewer percentage points has no bar of its own
WIDTH, LINE_HEIGHT, ROW = 760, 260, 19
DIRECTIONS = {"USA_on_CHN": "US on Chinese goods", "CHN_on_USA": "China on US goods"}
FAMILIES: dict[str, tuple[str, str]] = {
    "mfn": ("MFN", GREY),
    "s301": ("Section 301", BLUE),
    "s232": ("Section 232", SKY),
    "ieepa_fentanyl": ("IEEPA fentanyl", ORANGE),
    "ieepa_reciprocal": ("IEEPA reciprocal", VERMILLION),
    "s122": ("Section 122", PURPLE),
    "s301_forced_labour": ("Section 301 forced labour", GREEN),
    "cn_retaliation": ("China's retaliation", "#F0E442"),
}
SOURCE = (
    "Source: own ledger of US and Chinese legal acts (tradetalks). Weights fixed: US imports from "
    "China 2024, US exports to China 2017 (Census).",
    "Statutory rates, MFN included; metal content of Section 232 derivatives is assumed. From "
    "2026-11-09 on: scheduled, outcome unknown.",
)


def timeline_spec(rows: Sequence[Mapping[str, Any]], labels: Sequence[Sequence[str]]) -> Spec:
    """Vega-Lite: both averages over time, then one labelled bar per step, split by authority.

    `rows` as `policy.timeline` gives them; `labels`, one per row, say what changed.
    """
    body = {"vconcat": [_lines(rows), *(_bars(rows, labels, d) for d in DIRECTIONS)], "spacing": 24}
    span = f"{rows[0]['date']} to {rows[-1]['date']}"
    return figure(
        body,
        title="Average tariffs between the United States and China",
        subtitle=[f"Percent of the customs value, trade-weighted statutory rate, {span}"],
        source=SOURCE,  # pyright: ignore[reportArgumentType]
        data=[],
    )


def _lines(rows: Sequence[Mapping[str, Any]]) -> Spec:
    last = rows[-1]["date"]
    points = [
        {"date": r["date"], "side": DIRECTIONS[r["direction"]], "percent": r["total_percent"]}
        for r in rows
    ]
    ends = {p["side"]: p for p in points}
    points += [{**p, "date": last} for p in ends.values()]
    peaks = [max((p for p in points if p["side"] == s), key=lambda p: p["percent"]) for s in ends]
    marks = [{**p, "text": f"{p['percent']:.0f}%"} for p in peaks]
    marks += [
        {**p, "date": last, "text": f"{p['side']} {p['percent']:.1f}%"} for p in ends.values()
    ]
    colour = {
        "field": "side",
        "type": "nominal",
        "scale": {
            "domain": list(DIRECTIONS.values()),
            "range": [COUNTRY_COLOUR["USA"], COUNTRY_COLOUR["CHN"]],
        },
        "legend": None,  # each line bears its name
    }
    x: Spec = {
        "field": "date",
        "type": "temporal",
        "axis": {"title": None, "format": "%Y", "tickCount": "year"},
    }
    y: Spec = {"field": "percent", "type": "quantitative", "axis": {"title": "Percent"}}
    return {
        "width": WIDTH,
        "height": LINE_HEIGHT,
        "layer": [
            {
                "data": {"values": points},
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": colour,
                    "strokeDash": {
                        "field": "side",
                        "legend": None,
                        "scale": {
                            "domain": list(DIRECTIONS.values()),
                            "range": [[1, 0], [7, 3]],
                        },
                    },
                },
            },
            {
                "data": {"values": marks},
                "mark": {"type": "text", "dx": 6, "dy": -4, "align": "left", "fontSize": 12},
                "encoding": {
                    "x": x,
                    "y": y,
                    "text": {"field": "text"},
                    "color": colour,
                },
            },
        ],
    }


def _steps(
    rows: Sequence[Mapping[str, Any]], labels: Sequence[Sequence[str]], direction: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the parts by authority and the totals of the steps that are large enough."""
    parts: list[dict[str, Any]] = []
    totals: list[dict[str, Any]] = []
    before: float | None = None
    for row, label in zip(rows, labels, strict=True):
        if row["direction"] != direction:
            continue
        if before is not None and abs(row["total_percent"] - before) < SHOWN:
            continue
        before = row["total_percent"]
        name = f"{row['date']}  {_short(label)}"
        totals.append({"step": name, "total": before, "text": f"{before:.1f}"})
        for order, (family, (words, _)) in enumerate(FAMILIES.items()):
            if row["by_authority"][family] > 0:
                parts.append(
                    {
                        "step": name,
                        "authority": words,
                        "order": order,
                        "percent": row["by_authority"][family],
                    }
                )
    return parts, totals


def _bars(
    rows: Sequence[Mapping[str, Any]], labels: Sequence[Sequence[str]], direction: str
) -> Spec:
    parts, totals = _steps(rows, labels, direction)
    y: Spec = {
        "field": "step",
        "type": "nominal",
        "sort": [t["step"] for t in totals],
        "axis": {"title": None},
    }
    used = [words for words, _ in FAMILIES.values() if any(p["authority"] == words for p in parts)]
    paint = dict(FAMILIES.values())
    return {
        "title": {"text": f"{DIRECTIONS[direction]}: steps of {SHOWN:g} points or more, percent",
                  "fontSize": 13, "anchor": "start", "offset": 6},
        "width": WIDTH - 330,
        "height": {"step": ROW},
        "layer": [
            {
                "data": {"values": parts},
                "mark": {"type": "bar", "height": {"band": 0.78}},
                "encoding": {
                    "y": y,
                    "x": {"field": "percent", "type": "quantitative", "axis": {"title": None}},
                    "order": {"field": "order"},
                    "color": {
                        "field": "authority",
                        "type": "nominal",
                        "scale": {"domain": used, "range": [paint[u] for u in used]},
                        "legend": {"columns": 4},
                    },
                },
            },
            {
                "data": {"values": totals},
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11, "color": INK},
                "encoding": {
                    "y": y,
                    "x": {"field": "total", "type": "quantitative"},
                    "text": {"field": "text"},
                },
            },
        ],
        "resolve": {"scale": {"color": "independent"}},
    }  # fmt: skip


def _short(label: Sequence[str]) -> str:
    words = [w.removeprefix("China: ") for w in label]
    text = words[0] if words else ""
    text = text if len(text) <= 42 else text[:41].rstrip() + "…"
    return text + (f" +{len(words) - 1}" if len(words) > 1 else "")


def save_timeline(
    rows: Sequence[Mapping[str, Any]], labels: Sequence[Sequence[str]], path: Path
) -> None:
    """Draw into a .png, .svg or .html file; it appears only when it is whole."""
    save_spec(timeline_spec(rows, labels), path)
