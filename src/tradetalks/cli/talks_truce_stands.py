"""How long the truce may stand: the table and the chart of `talks truce`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tradetalks.cli.output import paragraph, table_text

if TYPE_CHECKING:
    from tradetalks.talks.truce import TruceAnswer

_STANDS = ("stands", "truce", "deal")


def alive_rows(found: TruceAnswer, more: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the chances by month; `stands_low` and `stands_high` are 90% of the draws, if any."""
    fan = {r["months"]: r for r in more.get("draws", {}).get("fan", ())}
    return [
        r | ({"stands_low": own["p05"], "stands_high": own["p95"]} if own else {})
        for r in found.alive()
        for own in (fan.get(r["months"]),)
    ]


def chart_of(found: TruceAnswer, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return how long it may stand, above the maps, or above what it is worth."""
    from tradetalks.report.truces import fan_panel, truce_spec, worth_spec

    drawn, until = more.get("draws", {}), found.until.isoformat()
    fan = fan_panel(
        found.on.isoformat(),
        until,
        more["alive"],
        drawn.get("fan", ()),
        more["alive_on_record"],
        drawn.get("draws", 0),
    )
    if more["maps"]:
        return truce_spec(until, more["maps"], more["tornado"], fan)
    return worth_spec(until, found.summary(), fan)


def stands_text(more: Mapping[str, Any]) -> str:
    """Return the chances that it stands by month, with the draws and what the record says."""
    fan = {r["months"]: r for r in more.get("draws", {}).get("fan", ())}
    rows = []
    for r in more["alive"][:: 1 if len(more["alive"]) < 6 else 2][1:]:
        own = fan.get(r["months"])
        ends = [f"{100 * own[k]:.0f}" for k in ("p05", "p50", "p95")] if own else []
        rows.append((str(r["months"]), *(f"{100 * r[k]:.0f}" for k in _STANDS), *ends))
    header = ("Months from now", "Stands, %", "the truce", "a deal")
    if fan:
        header = (*header, "5% of draws", "median", "95%")
    text = "Stands: unbroken since now, extensions included, or a deal in its place; assumed. "
    if (record := more["alive_on_record"]) is not None:
        text += (
            f"The record {record['record']} says {100 * record['alive']:.0f}% "
            f"({100 * record['low']:.0f} to {100 * record['high']:.0f}, 90%) after its end, "
            f"in {record['months']} months."
        )
    return table_text(header, rows, title="Will it stand?") + paragraph(text)
