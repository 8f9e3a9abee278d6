"""What an ensemble says, drawn: the spread by country, and what drives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradetalks.report import theme
from tradetalks.report.marks import WIDTH, labels, party_colour, who, x
from tradetalks.report.theme import Chart, Spec, figure
from tradetalks.results import PARTIES
from tradetalks.results.labels import country_name

_ROW, _COUNTRIES, _DRIVERS = 17, 20, 8
_BANDS = (("p05", "p95", 0.25), ("p25", "p75", 0.6))


def spread_chart(
    rows: Sequence[Mapping[str, Any]], *, title: str, subtitle: Sequence[str], source: Sequence[str]
) -> Chart:
    """Draw the quantiles of real income by country: 90% pale, 50% dark, the median a dot.

    `rows` have `country` (code), `p05`, `p25`, `p50`, `p75`, `p95`.
    """
    parties = [r for r in rows if r["country"] in PARTIES]
    others = sorted((r for r in rows if r["country"] not in PARTIES), key=lambda r: -abs(r["p50"]))[
        : _COUNTRIES - len(parties)
    ]
    shown = [
        {
            **row,
            "country": country_name(row["country"]),
            "who": who(row["country"]),
        }
        for row in sorted([*parties, *others], key=lambda r: -r["p50"])
    ]
    axis = "Change of real income, percent"
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": 9, "opacity": opacity},
            "encoding": {"x": x(low, axis), "x2": {"field": high}},
        }
        for low, high, opacity in _BANDS
    ]
    layers.append(
        {
            "mark": {"type": "tick", "thickness": 2, "size": 13, "color": theme.INK},
            "encoding": {"x": x("p50", axis), "color": {"value": theme.INK}},
        }
    )
    body: Spec = {
        "width": WIDTH,
        "height": _ROW * len(shown),
        "encoding": {"y": labels("country", shown), "color": party_colour()},
        "layer": layers,
    }
    spec = figure(body, title=title, subtitle=subtitle, source=source, data=shown)
    return Chart("spread", title, "Quantiles of the change of real income by country.", spec)


def tornado_chart(
    rows: Sequence[Mapping[str, Any]],
    *,
    country: str,
    title: str,
    subtitle: Sequence[str],
    source: Sequence[str],
) -> Chart:
    """Draw what drives one country's answer: its mean in the lowest and highest tenth of draws.

    `rows` have `label`, `low`, `high`, `variance_share`; those without `low` are not drawn.
    """
    shown = [
        {
            "driver": f"{row['label']} ({row['variance_share']:.0%})",
            "low": row["low"],
            "high": row["high"],
        }
        for row in rows
        if row["low"] is not None
    ][:_DRIVERS]
    axis = "Mean change of real income, percent"

    def end(field: str, colour: str) -> Spec:
        return {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1, "color": colour},
            "encoding": {"x": {**x(field, axis), "scale": {"zero": False}}},
        }

    body: Spec = {
        "width": WIDTH,
        "height": 24 * len(shown),
        "encoding": {"y": {**labels("driver", shown), "axis": {"title": None, "labelLimit": 420}}},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3, "color": theme.FAINT},
                "encoding": {
                    "x": {**x("low", axis), "scale": {"zero": False}},
                    "x2": {"field": "high"},
                },
            },
            end("low", theme.SKY),
            end("high", theme.BLUE),
        ],
    }
    spec = figure(body, title=title, subtitle=subtitle, source=source, data=shown)
    return Chart(f"drivers-{country}", title, f"What drives the answer for {country}.", spec)
