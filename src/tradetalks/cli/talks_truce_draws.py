"""What `talks truce --draws` adds: how the answers spread over draws, and what drives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tradetalks.cli.output import paragraph, table_text

if TYPE_CHECKING:
    from tradetalks.talks.truce_draws import TruceDraws

_SHOWN = 5
_WORDS = {
    "month_against_war_usa": "A month of truce, not war: US",
    "month_against_war_chn": "A month of truce, not war: China",
    "stall_usa": "Extension rather than deal: US",
    "stall_chn": "Extension rather than deal: China",
    "extend": "Chance of extension, %",
    "breach_a_month": "Chance of a break in a month, %",
}
_CHANCES = ("extend", "breach_a_month")


def draws_body(found: TruceDraws) -> dict[str, Any]:
    """Return the draws as part of the envelope."""
    from tradetalks.talks.truce_draws import COARSE, OUTCOMES

    return {
        "draws": found.draws,
        "seed": found.seed,
        "failed": sum(found.messages.values()),
        "reasons": dict(found.messages),
        "grid": {"leverage": COARSE.leverage, "belief": COARSE.belief},
        "quantiles": found.rows(),
        "fan": found.fan(),
        "gains_by_stalling": found.stalling(),
        "compatible": int(found.compatible.sum()),
        "drivers": {name: found.drivers(name) for name in OUTCOMES},
        "parameters": [p.as_row() for p in found.space],
    }


def with_ranges(
    players: Sequence[Mapping[str, Any]], more: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return rows by player with 90% of the draws as `_low` and `_high` of what was drawn."""
    drawn = {r["outcome"]: r for r in more.get("draws", {}).get("quantiles", ())}
    out: list[dict[str, Any]] = []
    for row in players:
        ends: dict[str, float] = {}
        for key in ("month_against_war", "stall"):
            if own := drawn.get(f"{key}_{row['player'].lower()}"):
                ends |= {f"{key}_low": own["p05"], f"{key}_high": own["p95"]}
        out.append({**row, **ends})
    return out


def draws_text(body: Mapping[str, Any]) -> list[str]:
    """Return the draws as text: what is drawn, quantiles, who stalls, drivers."""
    done = body["draws"] - body["failed"]
    without = f"; {body['failed']} are not solved and left out" if body["failed"] else ""
    rows = []
    for r in body["quantiles"]:
        chance = r["outcome"] in _CHANCES
        ends = [
            f"{100 * r[k]:.0f}" if chance else f"{r[k]:+.1f}"
            for k in ("p05", "p25", "p50", "p75", "p95")
        ]
        rows.append((_WORDS[r["outcome"]], *ends, "" if chance else f"{100 * r['positive']:.0f}"))
    parts = [
        table_text(
            ("USD billions", "5%", "25%", "median", "75%", "95%", "above 0 in, %"),
            rows,
            title=f"Over {body['draws']:,} draws of {len(body['parameters'])} numbers "
            f"(seed {body['seed']}{without})",
        ),
        paragraph(_stalling(body, done)),
    ]
    for name in ("stall_usa", "stall_chn", "month_against_war_usa", "month_against_war_chn"):
        lines = [
            (r["parameter"], f"{r['low']:+.1f}", f"{r['high']:+.1f}", f"{r['variance_share']:.0%}")
            for r in body["drivers"][name][:_SHOWN]
        ]
        parts.append(
            table_text((_WORDS[name], "lowest tenth", "highest tenth", "of variance"), lines)
        )
    grid = body["grid"]
    parts.append(
        paragraph(
            "Drawn are the assumed numbers that have a range, independently: ranges of amounts as "
            "90% of a log-normal, of shares, rates and months evenly on each side of the value; "
            "what tariffs cost at the low, central or high elasticities; not what you set. A share "
            "of draws is one of these assumed distributions, not a probability of the world. Each "
            f"draw is played on a coarser grid ({grid['leverage']} levels of leverage, "
            f"{grid['belief']} of belief)."
        )
    )
    return parts


def _stalling(body: Mapping[str, Any], done: int) -> str:
    s = body["gains_by_stalling"]
    text = (
        f"By stalling the United States gains in {s['USA']:.0%} of draws, China in {s['CHN']:.0%}, "
        f"both in {s['both']:.0%}, neither in {s['neither']:.0%}."
    )
    if s["USA_compatible"] is None:
        return f"{text} No draw is compatible with the record."
    return (
        f"{text} In the {body['compatible']:,} of {done:,} draws whose chances are compatible with "
        f"the record: {s['USA_compatible']:.0%}, {s['CHN_compatible']:.0%}, "
        f"{s['both_compatible']:.0%} and {s['neither_compatible']:.0%}."
    )
