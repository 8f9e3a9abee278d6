"""The answer of `talks truce` as text: worth of waiting, ends, what holds, maps of the ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tradetalks.cli.output import paragraph, table_text
from tradetalks.cli.talks_truce_draws import draws_text
from tradetalks.codes import PARTIES
from tradetalks.results.labels import (
    country_heading,
    country_in_sentence,
    country_name,
    day_words,
)

if TYPE_CHECKING:
    from tradetalks.talks.truce import TruceAnswer

_TORNADO = 8
_LETTER = {"extend": "E", "deal": "D", "break": "B"}
_ENDS = (
    ("deal_before", "deal before its end"),
    ("breach_before", "break before its end"),
    ("extend", "extended"),
    ("deal", "deal at its end"),
    ("escalate", "escalation at its end"),
    ("lapse", "lapse: agreed, not signed in time"),
)


def truce_text(found: TruceAnswer, more: Mapping[str, Any]) -> str:
    """Return the answer as text; `more` is what was asked beyond it: maps, draws and so on."""
    summary = found.summary()
    parts = [
        paragraph(
            f"The truce to {day_words(found.until)}, played from {day_words(found.on)}. "
            f"{_who_gains(summary)}"
        ),
        table_text(
            ("USD billions", *map(country_name, PARTIES)),
            [
                (words, *(f"{p[key]:+.2f}" for p in summary["players"]))
                for key, words in (
                    ("month_against_war", "A month of truce instead of war"),
                    ("another_month", "One more month before its end"),
                    ("stall", "An extension rather than a deal now"),
                    ("time_own_leverage", "A month's decay of own leverage"),
                    ("time_other_leverage", "A month's decay of the other's"),
                )
            ],
        ),
        _ends(summary["outlook"]),
        _enforcement(found),
        _reviews(found),
        _threats(found),
    ]
    parts += [_map_text(chart) for chart in more["maps"]]
    if more["tornado"]:
        parts += [*map(_switch, more["switches"]), _tornado(more["tornado"])]
    if "draws" in more:
        parts += draws_text(more["draws"])
    if "front_loading" in more:
        parts.append(_front_loading(more["front_loading"]))
    parts += [paragraph(f"Note: {text}") for text in found.warnings()]
    if found.changed:
        changed = ", ".join(f"{k}={v:g}" for k, v in found.changed.items())
        parts.append(paragraph(f"Set by you: {changed}."))
    parts.append(
        paragraph(
            "Assumed: "
            + " ".join(found.assumptions()[:3])
            + " All other assumed numbers with their ranges: `tradetalks talks assumptions truce`, "
            "or --format json; change one with --set."
        )
    )
    parts.append(
        paragraph(
            "Sources: monthly payoffs from the scenarios truce-lapses-2027-01-10, "
            "truce-lapses-mirrored, deal-lifts-truce-duties, rare-earth-ban and chip-software-ban; "
            "all with --format json."
        )
    )
    return "".join(parts)


def _who_gains(summary: Mapping[str, Any]) -> str:
    who = [country_in_sentence(c) for c in summary["stallers"]]
    if not who:
        return "At the assumed numbers nobody gains by stalling: both prefer a deal now."
    if len(who) == 2:
        return "At the assumed numbers both prefer another extension to a deal now."
    (loser,) = [country_in_sentence(p["player"]) for p in summary["players"]
                if p["player"] not in summary["stallers"]]  # fmt: skip
    return (
        f"At the assumed numbers {who[0]} gains by stalling: another extension is worth more to it "
        f"than a deal now; {loser} would rather have the deal."
    )


def _ends(outlook: Mapping[str, Any]) -> str:
    rows = [(words, f"{100 * outlook[key]:.0f}") for key, words in _ENDS]
    rows.append(("chance of a break in a month", f"{100 * outlook['breach_a_month']:.0f}"))
    return table_text(("What the game says becomes of it", "Chance, %"), rows)


def _enforcement(found: TruceAnswer) -> str:
    rows = [
        (
            country_name(r["player"]), f"{r['temptation']}, answered by {r['answer']}",
            f"{r['gain_a_month']:+.2f}", f"{r['answer_a_month']:+.2f}",
            "none" if r["critical"] is None else f"{r['critical']:.3f}",
            f"{r['discount']:.3f}",
            "yes" if r["holds"] else "no",
        )
        for r in found.enforcement()
    ]  # fmt: skip
    header = ("Who", "Cheats by", "Gain", "Answer", "Critical", "Its own", "Holds")
    months = found.enforcement()[0]["punishment_months"]
    title = f"USD billions a month; least discount factor a month, {months} months of answer"
    return table_text(header, rows, left=2, title=title)


def _reviews(found: TruceAnswer) -> str:
    from tradetalks.talks.truce_rules import LONGEST

    rows = []
    for r in found.reviews():
        longest, six = r["longest_safe_months"], next(p for p in r["periods"] if p["months"] == 6)
        more = " or more" if longest == LONGEST else ""
        said = "none" if longest is None else f"{longest}{more}"
        rows.append(
            (
                country_name(r["player"]), r["answer"], said, "yes" if six["safe"] else "no",
                f"{100 * six['detection']:.0f}",
            )
        )  # fmt: skip
    header = ("Who", "Slow licences answered by", "Longest safe, months", "Six holds", "Seen, %")
    return table_text(header, rows, left=2, title="Reviews of licences, with noisy signals")


def _threats(found: TruceAnswer) -> str:
    rows = [
        (
            f"{country_name(r['maker'])} to {country_name(r['target'])}",
            f"{r['yield_cost']:.2f}", f"{r['target_loss']:.2f}", f"{r['gain']:.2f}",
            f"{r['own_loss']:.2f}", _interval(r),
        )
        for r in found.threats()
    ]  # fmt: skip
    header = ("Threat", "Yielding costs", "War costs it", "Gain", "War costs maker", "Chance, %")
    title = '"License in full for a year, or war may come": chances that work and are believable'
    return table_text(header, rows, title=title)


def _interval(row: Mapping[str, Any]) -> str:
    if not row["usable"]:
        return "none"
    return f"{100 * row['least']:.0f} to {100 * row['most']:.0f}"


def _map_text(chart: Mapping[str, Any]) -> str:
    across, up, rows = chart["across"], chart["up"], chart["rows"]
    xs = sorted({r[across] for r in rows})
    ys = sorted({r[up] for r in rows}, reverse=True)
    at = {(r[across], r[up]): r for r in rows}

    def cell(row: Mapping[str, Any]) -> str:
        who = "".join(code[0] for code in row["stallers"]) or "-"
        return f"{_LETTER[row['likely']]} {who}{'*' if row['compatible'] else ' '}"

    lines = [(f"{y:.3g}", *(cell(at[x, y]) for x in xs)) for y in ys]
    table = table_text(
        (f"{up} / {across}", *(f"{x:.3g}" for x in xs)),
        lines,
        title=f"{up} (rows) by {across} (columns), assumed ranges",
    )
    s = chart["shares"]
    text = (
        f"E, D, B: likeliest end is an extension, a deal, a break. U, C: the United States, China "
        f"would rather extend than deal. *: compatible with the record ({s['compatible']} of "
        f"{s['points']} points; there the United States stalls in {_share(s, 'usa')}, China in "
        f"{_share(s, 'chn')})."
    )
    return table + paragraph(text)


def _front_loading(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (
            f"{r['exporter']} to {r['importer']}", f"{r['tariff']:.1f}",
            f"{r['tariff_if_lapsed']:.1f}", f"{r['swing']:.0f}",
        )
        for r in rows
    ]  # fmt: skip
    header = ("Goods trade", "Duty now, %", "If it lapses, %", "Peak to trough, %")
    text = (
        "The swing is 0.62 of the possible rise, as around the votes on China's MFN status "
        "(Alessandria, Khan and Khederlarian 2024, abstract read); that it holds here is assumed."
    )
    return table_text(header, lines, title="Front-loading before the end") + paragraph(text)


def _switch(row: Mapping[str, Any]) -> str:
    who, low, high = country_heading(row["player"]), row["low"], row["high"]
    if row["deal_cost"] is None:
        does = "gains" if row["always"] else "does not gain"
        text = f"{who} {does} by stalling at any political cost of a deal from {low:g} to {high:g}."
    else:
        text = (
            f"{who} gains by stalling where a deal costs it more than {row['deal_cost']:.1f} USD "
            f"billions a month in politics (assumed: {row['assumed']:g}, range {low:g} to "
            f"{high:g})."
        )
    return paragraph(text)


def _share(shares: Mapping[str, Any], code: str) -> str:
    value = shares[f"{code}_stalls_compatible"]
    return "no point" if value is None else f"{100 * value:.0f}%"


def _tornado(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (
            r["parameter"], f"{r['low']:g} to {r['high']:g}",
            f"{100 * r['extend_at_low']:.0f} to {100 * r['extend_at_high']:.0f}",
            f"{r['stall_usa_at_low']:+.1f} to {r['stall_usa_at_high']:+.1f}",
            f"{r['stall_chn_at_low']:+.1f} to {r['stall_chn_at_high']:+.1f}",
            ", ".join(r["flips"]),
        )
        for r in rows[:_TORNADO]
    ]  # fmt: skip
    header = ("Assumed number", "Range", "Extended, %", "US gain by stalling", "China's", "Flips")
    return table_text(header, lines, left=2, title="What moves the answer most, one at a time")
