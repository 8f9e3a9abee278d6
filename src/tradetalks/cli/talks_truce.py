"""`tradetalks talks truce`: who gains by waiting, and what holds the truce together."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.options import SEED
from tradetalks.cli.output import (
    FORMAT,
    Format,
    aside,
    emit,
    paragraph,
    progress,
    table_text,
    watched,
)
from tradetalks.cli.talks_truce_draws import draws_body, draws_text

if TYPE_CHECKING:
    from datetime import date

    from tradetalks.results import Answer
    from tradetalks.talks.truce import TruceAnswer
    from tradetalks.talks.truce_draws import TruceDraws

_NAMES = {"USA": "the United States", "CHN": "China"}
_ROW = {"USA": "United States", "CHN": "China"}
_POINTS, _TORNADO = 6, 8
_LETTER = {"extend": "E", "deal": "D", "break": "B"}
_ENDS = (
    ("deal_before", "deal before its end"),
    ("breach_before", "break before its end"),
    ("extend", "extended"),
    ("deal", "deal at its end"),
    ("escalate", "escalation at its end"),
    ("lapse", "lapse: agreed, not signed in time"),
)


def register(group: typer.Typer) -> None:
    """Add the command to the group `talks`."""
    group.command("truce")(truce)


def truce(
    on: str | None = typer.Option(None, "--on", help="Play from this day (default: today)."),
    until: str | None = typer.Option(None, help="End of the truce (default: the next on record)."),
    given: list[str] = typer.Option(
        [], "--set", help="Another value for an assumed number: --set sigma=0.5. Repeat it."
    ),
    sensitivity: bool = typer.Option(
        False, "--sensitivity", help="Maps of where the answer flips, and a tornado (a minute)."
    ),
    maps: list[str] = typer.Option(
        [], "--map", help="Map two parameters: --map discount,sigma. Repeat it."
    ),
    draws: int = typer.Option(
        0, min=0, help="Play it for this many draws of the assumed numbers, too."
    ),
    seed: int = SEED,
    front_loading: bool = typer.Option(
        False, "--front-loading", help="Add how far trade may swing around the end."
    ),
    out: Path | None = typer.Option(None, help="Draw maps and tornado: a .png, .svg or .html."),
    format: Format = FORMAT,
) -> None:
    """Who gains by stalling, what a month of truce is worth, and which threats are believable?"""
    from tradetalks.cli.home import use_compilation_cache
    from tradetalks.talks.truce_settings import parse_settings, settings

    if out is not None:
        from tradetalks.report.drawing import check_drawable

        check_drawable(out)
    asked = parse_settings(given)
    settings(asked)  # a bad number is refused before anything is solved
    pairs = [_pair(text) for text in maps]
    use_compilation_cache()
    from tradetalks.talks.truce import play_truce

    with progress("Solving") as step:
        found = play_truce(_day(on, "--on"), until=_day(until, "--until"), given=asked,
                           sets=draws > 0, progress=step)  # fmt: skip
    drawn = _drawn(found, draws, seed)
    more = _sensitivity(found, pairs, sensitivity or out is not None)
    if front_loading:
        from tradetalks.talks.frontload import around

        more["front_loading"] = around(found.until)
    if out is not None:
        from tradetalks.report.drawing import save_spec
        from tradetalks.report.truces import truce_spec

        save_spec(truce_spec(found.until.isoformat(), more["maps"], more["tornado"]), out)
        sys.stderr.write(f"Chart: {out}\n")
    if drawn is not None:
        more["draws"] = draws_body(drawn)
    if watched():
        from tradetalks.report.truces import truce_spec, worth_spec

        until = found.until.isoformat()
        aside("chart", truce_spec(until, more["maps"], more["tornado"]) if more["maps"]
              else worth_spec(until, found.summary()))  # fmt: skip
    rows = found.summary()["players"]
    emit(_envelope(found, more), format, rows, lambda: _text(found, more))


def _drawn(found: TruceAnswer, draws: int, seed: int) -> TruceDraws | None:
    if not draws:
        return None
    from tradetalks.talks.truce_draws import draw_truce

    with progress("Playing", remaining=True) as step:
        return draw_truce(found, draws, seed, progress=step)


def _sensitivity(
    found: TruceAnswer, pairs: Sequence[tuple[str, str]], everything: bool
) -> dict[str, Any]:
    """Return `maps`, `switches` and `tornado`; empty where nobody asked."""
    from tradetalks.talks.truce_maps import MAPS, region_map, shares_of, switch_points, tornado

    wanted = list(pairs) or (list(MAPS) if everything else [])
    maps: list[dict[str, Any]] = []
    with progress("Mapping") as step:
        for across, up in wanted:
            rows = region_map(found, across, up, points=_POINTS, progress=step)
            maps.append({"across": across, "up": up, "shares": shares_of(rows), "rows": rows})
        if not everything:
            return {"maps": maps, "switches": [], "tornado": []}
        return {
            "maps": maps,
            "switches": switch_points(found),
            "tornado": tornado(found, progress=step),
        }


def _pair(text: str) -> tuple[str, str]:
    from tradetalks.errors import BadInput
    from tradetalks.talks.truce_maps import check_map

    names = [part.strip() for part in text.split(",")]
    if len(names) != 2:
        raise BadInput(f"--map {text} names no two parameters.", cure="Write discount,sigma.")
    check_map(names[0], names[1])
    return names[0], names[1]


def _day(text: str | None, option: str) -> date | None:
    from datetime import date

    from tradetalks.errors import BadInput

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} '{text}' is no date.", cure="Write YYYY-MM-DD.") from None


def _envelope(found: TruceAnswer, more: Mapping[str, Any]) -> Answer:
    from tradetalks.results import Answer

    summary = found.summary()
    body: dict[str, Any] = {
        "until": found.until.isoformat(),
        "units": {
            "money": "billion US dollars, present values unless a month's",
            "discount": "a month in `enforcement`, a year in `parameters`",
        },
        "states": {"a_month": found.played.states, "all_months": found.played.dated},
        **summary,
        "choices": found.choices(),
        "enforcement": found.enforcement(),
        "reviews": found.reviews(),
        "threats": found.threats(),
        "flows": found.flows.rows(),
        "parameters": dict(found.values),
        "changed": found.changed,
        **more,
    }
    return Answer(
        "talks truce",
        found.on.isoformat(),
        body,
        (*found.flows.sources, *_extra_sources(more)),
        (*found.assumptions(), *found.flows.assumptions),
        found.warnings(),
        {"converged": True, "message": "Every stage game is solved to 1e-8 in log odds."},
    )


def _extra_sources(more: Mapping[str, Any]) -> list[Any]:
    if "front_loading" not in more:
        return []
    from tradetalks.talks.frontload import SOURCE

    return [SOURCE]


def _text(found: TruceAnswer, more: Mapping[str, Any]) -> str:
    from tradetalks.cli.forecast import day_words

    summary = found.summary()
    parts = [
        paragraph(
            f"The truce to {day_words(found.until)}, played from {day_words(found.on)}. "
            f"{_who_gains(summary)}"
        ),
        table_text(
            ("USD billions", *_ROW.values()),
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
    who = [_NAMES[c] for c in summary["stallers"]]
    if not who:
        return "At the assumed numbers nobody gains by stalling: both prefer a deal now."
    if len(who) == 2:
        return "At the assumed numbers both prefer another extension to a deal now."
    (loser,) = [_NAMES[p["player"]] for p in summary["players"]
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
            _ROW[r["player"]], f"{r['temptation']}, answered by {r['answer']}",
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
                _ROW[r["player"]], r["answer"], said, "yes" if six["safe"] else "no",
                f"{100 * six['detection']:.0f}",
            )
        )  # fmt: skip
    header = ("Who", "Slow licences answered by", "Longest safe, months", "Six holds", "Seen, %")
    return table_text(header, rows, left=2, title="Reviews of licences, with noisy signals")


def _threats(found: TruceAnswer) -> str:
    rows = [
        (
            f"{_ROW[r['maker']]} to {_ROW[r['target']]}",
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
    who, low, high = _NAMES[row["player"]], row["low"], row["high"]
    who = who[0].upper() + who[1:]
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
