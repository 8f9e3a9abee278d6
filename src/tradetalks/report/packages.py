"""The agreement zone as a figure, and the folder of an answer about packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tradetalks.report.drawing import save_folder
from tradetalks.report.theme import BLUE, FAINT, GREY, INK, VERMILLION, Chart, Spec, figure
from tradetalks.results import Answer, to_json
from tradetalks.results.labels import country_in_sentence

_SIDE = 520
_LABELLED = ("law", "today", "nash", "kalai_smorodinsky", "egalitarian")


def agreement_zone(answer: Answer, cloud: Sequence[Mapping[str, Any]]) -> Chart:
    """Draw all packages by what they bring both sides; the zone is the upper right quarter.

    `answer` is that of `talks packages`, `cloud` rows with both sides' gains and `where`
    (outside, zone or efficient).
    """
    body = answer.body
    first, second = body["sides"]
    unit = "% of real income" if body["unit"] == "percent" else "USD bn a year"
    axes: Spec = {
        "x": _axis(first, f"Gain of {country_in_sentence(first)}, {unit}"),
        "y": _axis(second, f"Gain of {country_in_sentence(second)}, {unit}"),
    }
    body_spec: Spec = {
        "width": _SIDE,
        "height": _SIDE * 0.75,
        "layer": _layers(axes, _named(body, first, second)),
    }
    share = f"{body['zone_share']:.0%}"
    caption = (
        f"Of {body['packages']:,} packages {body['zone']:,} ({share}) leave no side worse off than "
        "the law at the deadline (the crossing of the dashed lines)."
    )
    if not body["agreement"]:
        caption = "No package leaves a side better off and none worse off than the law."
    day = body["deadline"]
    return Chart(
        "agreement_zone",
        "What both sides could sign",
        caption,
        figure(
            body_spec,
            title="What both sides could sign",
            subtitle=[
                f"{body['agenda']}: each dot is a package, measured from the law"
                + (f" of {day:%-d %B %Y}" if day else ""),
                "efficient: no package is better for one side and as good for the other",
            ],
            source=[
                f"Source: tradetalks, {body['world']}, {body['horizon']} horizon, central "
                f"elasticities; computed {answer.as_of}.",
                "Real income from the model plus declared weights, some of them assumed. "
                "A model, not a prediction.",
            ],
            data=cloud,
        ),
    )


def _layers(axes: Spec, named: Sequence[Mapping[str, Any]]) -> list[Spec]:
    """Return the lines of no gain, the packages, and those that have a name."""
    colour: Spec = {
        "field": "where",
        "type": "nominal",
        "legend": {"orient": "top"},
        "scale": {"domain": ["outside", "zone", "efficient"], "range": [FAINT, "#9CC3E0", BLUE]},
    }
    points: Spec = {
        "mark": {"type": "point", "filled": True, "opacity": 0.85},
        "encoding": {
            **axes,
            "color": colour,
            "size": {
                "condition": {"test": "datum.where === 'efficient'", "value": 45},
                "value": 18,
            },
        },
    }
    marks: Spec = {
        "data": {"values": named},
        "mark": {"type": "point", "filled": True, "size": 110, "shape": "diamond",
                 "color": VERMILLION, "opacity": 1},
        "encoding": axes,
    }  # fmt: skip
    names: Spec = {
        "data": {"values": named},
        "mark": {"type": "text", "align": {"expr": "datum.align"},
                 "dx": {"expr": "datum.dx"}, "dy": {"expr": "datum.dy"},
                 "fontSize": 12, "color": INK, "fontWeight": "bold"},
        "encoding": {**axes, "text": {"field": "name", "type": "nominal"}},
    }  # fmt: skip
    zero = [
        {"data": {"values": [{"at": 0}]},
         "mark": {"type": "rule", "color": GREY, "strokeDash": [4, 3]},
         "encoding": {axis: {"field": "at", "type": "quantitative"}}}
        for axis in ("x", "y")
    ]  # fmt: skip
    return [*zero, points, marks, names]


def _axis(field: str, title: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "axis": {"title": title, "tickCount": 6},
        "scale": {"zero": True, "nice": True},
    }


def _named(body: Mapping[str, Any], first: str, second: str) -> list[dict[str, Any]]:
    """Return labelled packages; those that coincide share one label."""
    rows: dict[int, dict[str, Any]] = {}
    for point in body["points"]:
        if point["point"] not in _LABELLED:
            continue
        row = rows.setdefault(
            point["package"],
            {first: point[first]["total"], second: point[second]["total"], "name": ""},
        )
        row["name"] = f"{row['name']}, {point['title']}" if row["name"] else point["title"]
    # neighbours on the frontier would write over one another: labels go above and below in turn
    for n, row in enumerate(rows.values()):
        left = n > 0  # the law, at the axis, has its label inside
        row |= {"dy": -10 if n % 2 else 10, "dx": -9 if left else 9,
                "align": "right" if left else "left"}  # fmt: skip
    return list(rows.values())


def save_packages(
    folder: Path, answer: Answer, cloud: Sequence[Mapping[str, Any]], tables: Mapping[str, str]
) -> Path:
    """Write answer.json, tables as CSV and the figure as SVG and PNG; all of it or nothing.

    Raises `CannotWrite`, and `NoAnswer` where the figure cannot be drawn.
    """
    texts = {"answer.json": to_json(answer) + "\n"}
    texts |= {f"{name}.csv": text for name, text in tables.items()}
    return save_folder(folder, texts, [agreement_zone(answer, cloud)])
