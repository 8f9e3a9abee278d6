"""A forecast and its calibration, drawn from rows of the answer and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradetalks.report.theme import BLUE, GREY, INK, Spec, figure

WIDTH = 420
_LABEL = {"extend": "Extended", "deal": "Deal", "escalate": "Escalation", "lapse": "Lapse"}


def forecast_spec(
    title: str,
    on: str,
    outcomes: Sequence[Mapping[str, Any]],
    calibration: Sequence[Mapping[str, Any]],
) -> Spec:
    """Vega-Lite: probabilities of the outcomes with intervals beside how past ones came out.

    `outcomes` and `calibration` are rows of the answer of `tradetalks forecast --backtest`; the
    second panel is left out without them.
    """
    panels = [_outcomes(outcomes)]
    if calibration:
        panels.append(_calibration(calibration))
    return figure(
        {"hconcat": panels, "spacing": 40},
        title=title,
        subtitle=[f"Probability in percent and 90% interval, from the record up to {on}"],
        source=(
            "Source: own record of deadlines of the US-China talks, 2018-2026 (tradetalks).",
            "Class base rate with Jeffreys' prior; intervals span counting every decision once "
            "and every chain of extensions once.",
        ),
        data=[],
    )


def _outcomes(rows: Sequence[Mapping[str, Any]]) -> Spec:
    values = [
        {
            "outcome": _LABEL[r["outcome"]],
            **{k: 100 * r[k] for k in ("probability", "low", "high")},
            "text": f"{100 * r['probability']:.0f}% ({100 * r['low']:.0f} to "
            f"{100 * r['high']:.0f})",
        }
        for r in rows
    ]
    y: Spec = {"field": "outcome", "type": "nominal", "sort": [v["outcome"] for v in values],
               "axis": {"title": None}}  # fmt: skip
    scale: Spec = {"domain": [0, 100]}
    x: Spec = {"type": "quantitative", "scale": scale, "axis": {"title": "Percent"}}
    return {
        "data": {"values": values},
        "width": WIDTH,
        "height": {"step": 56},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 5, "color": "#BFD7EA"},
                "encoding": {"y": y, "x": x | {"field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "color": BLUE},
                "encoding": {"y": y, "x": x | {"field": "probability"}},
            },
            {
                "mark": {"type": "text", "dy": -13, "align": "left", "color": INK},
                "encoding": {"y": y, "x": x | {"field": "low"}, "text": {"field": "text"}},
            },
        ],
    }


def _calibration(rows: Sequence[Mapping[str, Any]]) -> Spec:
    values = [
        {
            "said": 100 * r["mean_forecast"],
            "happened": 100 * r["share_averted"],
            "low": 100 * r["share_low"],
            "high": 100 * r["share_high"],
            "text": f"n={r['forecasts']}",
        }
        for r in rows
    ]
    line = [{"said": 0, "happened": 0}, {"said": 100, "happened": 100}]
    scale: Spec = {"domain": [0, 100]}
    heading = "Forecast chance that the default is averted, percent"
    x: Spec = {"field": "said", "type": "quantitative", "scale": scale, "axis": {"title": heading}}
    y: Spec = {"type": "quantitative", "scale": scale, "axis": {"title": "Averted, percent"}}
    return {
        "width": 260,
        "height": 224,
        "layer": [
            {
                "data": {"values": line},
                "mark": {"type": "line", "strokeDash": [4, 4], "color": GREY},
                "encoding": {"x": x, "y": y | {"field": "happened"}},
            },
            {
                "data": {"values": values},
                "mark": {"type": "rule", "color": BLUE},
                "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
            },
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "size": 80, "color": BLUE},
                "encoding": {"x": x, "y": y | {"field": "happened"}},
            },
            {
                "data": {"values": values},
                "mark": {"type": "text", "dx": 8, "align": "left", "fontSize": 11},
                "encoding": {"x": x, "y": y | {"field": "happened"}, "text": {"field": "text"}},
            },
        ],
    }
