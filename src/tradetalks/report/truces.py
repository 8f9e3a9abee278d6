"""The truce game drawn: where the answer flips, and what moves it. From rows of the answer only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradetalks.codes import PARTIES
from tradetalks.report.theme import BLUE, INK, VERMILLION, Spec, figure
from tradetalks.results.labels import country_in_sentence, country_name, day_words

_STALLS = {
    "nobody": "#E8E8E8",
    "the United States": "#9CC7E4",
    "China": "#F3B58F",
    "both": "#BFD8B8",
}
_LETTER = {"extend": "E", "deal": "D", "break": "B"}
_SHOWN = 10
_WORTH = {"month_against_war": "A month of truce, not war", "another_month": "One more month"}
_ENDS = {
    "breach_before": "Break before its end",
    "extend": "Extended",
    "deal": "Deal at its end",
    "escalate": "Escalation at its end",
    "lapse": "Lapse",
}


def truce_spec(
    until: str,
    maps: Sequence[Mapping[str, Any]],
    tornado: Sequence[Mapping[str, Any]],
) -> Spec:
    """Vega-Lite: the maps side by side, the tornado of the chance to extend below them.

    `maps` have `across`, `up`, `rows`; `tornado` rows are those of the answer's JSON.
    """
    body = {
        "vconcat": [
            {"hconcat": [_map(m) for m in maps], "spacing": 30},
            _tornado(tornado[:_SHOWN]),
        ],
        "spacing": 26,
        "resolve": {"scale": {"color": "independent"}},
    }
    return figure(
        body,
        title=f"Who gains by stalling, and what is likely: the truce that ends on {until}",
        subtitle=[
            "Colour: who prefers another extension to a deal now. Letter: likeliest end "
            "(E extended, D deal, B break). Dot: compatible with the record.",
        ],
        source=(
            "Source: truce game of tradetalks; payoffs from the world model of 2022, other numbers "
            "assumed over the ranges shown.",
            "What data cannot identify is shown as a region, not as a point.",
        ),
        data=[],
    )


def worth_spec(until: str, summary: Mapping[str, Any]) -> Spec:
    """Vega-Lite: what a month of truce is worth to both sides, and how the truce may end.

    `summary` is that of `TruceAnswer.summary`: `players` in USD billions, `outlook` in chances.
    """
    worth = [
        {"who": country_name(p["player"]), "what": words, "value": p[key]}
        for p in summary["players"]
        for key, words in _WORTH.items()
    ]
    ends = [{"end": words, "chance": 100 * summary["outlook"][key]} for key, words in _ENDS.items()]
    months: Spec = {
        "data": {"values": worth},
        "width": 300,
        "height": {"step": 18},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": "what", "type": "nominal", "sort": None,
                  "axis": {"title": None, "labelLimit": 200}},
            "yOffset": {"field": "who", "type": "nominal", "sort": None},
            "x": {"field": "value", "type": "quantitative", "axis": {"title": "USD billions"}},
            "color": {"field": "who", "type": "nominal",
                      "scale": {"domain": [country_name(c) for c in PARTIES],
                                "range": [BLUE, VERMILLION]}},
        },
    }  # fmt: skip
    y: Spec = {"field": "end", "type": "nominal", "sort": None,
               "axis": {"title": None, "labelLimit": 200}}  # fmt: skip
    x: Spec = {"field": "chance", "type": "quantitative", "scale": {"domain": [0, 100]},
               "axis": {"title": "Chance, percent"}}  # fmt: skip
    likely: Spec = {
        "data": {"values": [{**e, "text": f"{e['chance']:.0f}%"} for e in ends]},
        "width": 220,
        "height": {"step": 26},
        "layer": [
            {"mark": {"type": "bar", "color": "#8FA9BF"}, "encoding": {"y": y, "x": x}},
            {"mark": {"type": "text", "align": "left", "dx": 4, "color": INK},
             "encoding": {"y": y, "x": x, "text": {"field": "text"}}},
        ],
    }  # fmt: skip
    return figure(
        {"hconcat": [months, likely], "spacing": 40},
        title=f"What the truce to {day_words(until)} is worth, and how it may end",
        subtitle=["A month of truce instead of war, one more month before its end"],
        source=(
            "Source: truce game of tradetalks; payoffs from the world model of 2022, other numbers "
            "assumed.",
            "A model, not a prediction.",
        ),
        data=[],
    )


def _map(found: Mapping[str, Any]) -> Spec:
    across, up = found["across"], found["up"]
    values = [
        {
            "x": f"{r[across]:.3g}",
            "y": f"{r[up]:.3g}",
            "stalls": _who(r["stallers"]),
            "text": _LETTER[r["likely"]] + (" •" if r["compatible"] else ""),
        }
        for r in found["rows"]
    ]
    xs = list(dict.fromkeys(v["x"] for v in values))
    ys = list(dict.fromkeys(v["y"] for v in values))
    x: Spec = {"field": "x", "type": "ordinal", "sort": xs,
               "axis": {"title": across, "labelAngle": 0}}  # fmt: skip
    y: Spec = {"field": "y", "type": "ordinal", "sort": ys[::-1], "axis": {"title": up}}
    return {
        "data": {"values": values},
        "width": 230,
        "height": 210,
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "white"},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {
                        "field": "stalls",
                        "type": "nominal",
                        "scale": {"domain": list(_STALLS), "range": list(_STALLS.values())},
                    },
                },
            },
            {
                "mark": {"type": "text", "fontSize": 11, "color": INK},
                "encoding": {"x": x, "y": y, "text": {"field": "text"}},
            },
        ],
    }


def _tornado(rows: Sequence[Mapping[str, Any]]) -> Spec:
    names = {r["parameter"]: f"{r['parameter']} ({r['low']:g} to {r['high']:g})" for r in rows}
    ends = {"at the low end": BLUE, "at the high end": VERMILLION}
    spans = [
        {"name": names[r["parameter"]], "low": 100 * r["extend_at_low"],
         "high": 100 * r["extend_at_high"]}
        for r in rows
    ]  # fmt: skip
    points = [
        {"name": span["name"], "end": end, "extend": span[key]}
        for span in spans
        for end, key in zip(ends, ("low", "high"), strict=True)
    ]
    y: Spec = {"field": "name", "type": "nominal", "sort": list(names.values()),
               "axis": {"title": None}}  # fmt: skip
    heading = "Chance that the truce is extended, percent"
    x: Spec = {"type": "quantitative", "axis": {"title": heading}}
    colour: Spec = {
        "field": "end",
        "type": "nominal",
        "scale": {"domain": list(ends), "range": list(ends.values())},
    }
    return {
        "width": 480,
        "height": {"step": 20},
        "layer": [
            {
                "data": {"values": spans},
                "mark": {"type": "rule", "strokeWidth": 4, "color": "#CCCCCC"},
                "encoding": {"y": y, "x": x | {"field": "low"}, "x2": {"field": "high"}},
            },
            {
                "data": {"values": points},
                "mark": {"type": "point", "filled": True, "size": 70},
                "encoding": {"y": y, "x": x | {"field": "extend"}, "color": colour},
            },
        ],
    }


def _who(stallers: Sequence[str]) -> str:
    if len(stallers) == 2:
        return "both"
    return country_in_sentence(stallers[0]) if stallers else "nobody"
