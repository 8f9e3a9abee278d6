"""A sweep, drawn: a line with its range along one field, a heat map over two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradetalks.report import theme
from tradetalks.report.theme import Chart, Spec, figure
from tradetalks.results.labels import country_name

_SIDE = 300


def sweep_chart(
    rows: Sequence[Mapping[str, Any]],
    axes: Sequence[str],
    *,
    variable: str,
    label: str,
    unit: str,
    source: Sequence[str],
) -> Chart:
    """Draw `variable` over the first one or two `axes`, a panel for each country.

    `rows` have the axes as text, `<axis>#` as number (None for words), `country`, `central`, `low`
    and `high`.
    """
    shown = [
        {**row, "name": country_name(row["country"])} for row in rows if row["variable"] == variable
    ]
    body = _line(shown, axes[0], unit) if len(axes) == 1 else _heat(shown, axes, unit)
    note = "line: central elasticities, band: range over sets" if len(axes) == 1 else "central"
    spec = figure(
        {"facet": {"field": "name", "type": "nominal", "title": None}, "spec": body, "columns": 2},
        title=label,
        subtitle=[f"{unit}; {note}"],
        source=source,
        data=shown,
    )
    return Chart(variable, label, f"{label} over {' and '.join(axes[:2])}.", spec)


def _axis(rows: Sequence[Mapping[str, Any]], name: str) -> Spec:
    numbers = all(row[f"{name}#"] is not None for row in rows)
    field = (f"{name}#" if numbers else name).replace(".", "\\.").replace("[", "\\[")
    field = field.replace("]", "\\]")
    percent = numbers and str(rows[0][name]).endswith("%")
    title = f"{name}, percent" if percent else name
    kind = "quantitative" if numbers else "nominal"
    return {"field": field, "type": kind, "title": title, "axis": {"labelOverlap": True}}


def _line(rows: Sequence[Mapping[str, Any]], name: str, unit: str) -> Spec:
    x = _axis(rows, name)
    band: Spec = {
        "mark": {"type": "area", "opacity": 0.25, "color": theme.BLUE},
        "encoding": {"x": x, "y": _y("low", unit), "y2": {"field": "high"}},
    }
    line: Spec = {
        "mark": {"type": "line", "color": theme.BLUE, "point": True},
        "encoding": {"x": x, "y": _y("central", unit)},
    }
    return {"width": _SIDE, "height": 220, "layer": [band, line]}


def _y(field: str, unit: str) -> Spec:
    return {"field": field, "type": "quantitative", "title": unit}


def _heat(rows: Sequence[Mapping[str, Any]], axes: Sequence[str], unit: str) -> Spec:
    def ordinal(name: str) -> Spec:
        order = list(dict.fromkeys(str(row[name]) for row in rows))
        return {**_axis(rows, name), "field": _escaped(name), "type": "ordinal", "sort": order}

    largest = max((abs(r["central"]) for r in rows if r["central"] is not None), default=1.0)
    colour: Spec = {
        "field": "central",
        "type": "quantitative",
        "scale": {"scheme": "blueorange", "domain": [-largest, largest], "reverse": True},
        "legend": {"title": unit, "orient": "right"},
    }
    return {
        "width": _SIDE,
        "height": _SIDE,
        "mark": {"type": "rect"},
        "encoding": {"x": ordinal(axes[0]), "y": ordinal(axes[1]), "color": colour},
    }


def _escaped(name: str) -> str:
    return name.replace(".", "\\.").replace("[", "\\[").replace("]", "\\]")
