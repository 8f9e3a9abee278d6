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
    progress,
    watched,
)
from tradetalks.cli.talks_truce_draws import draws_body

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks.truce import TruceAnswer
    from tradetalks.talks.truce_draws import TruceDraws

_POINTS = 6


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
    from tradetalks.cli.forecast import read_day
    from tradetalks.cli.home import use_compilation_cache
    from tradetalks.talks.truce_settings import parse_settings, settings

    if out is not None:
        from tradetalks.report.drawing import check_drawable

        check_drawable(out)
    asked = parse_settings(given)
    settings(asked)  # a bad number is refused before anything is solved
    pairs = [_pair(text) for text in maps]
    use_compilation_cache()
    from tradetalks.cli.talks_truce_text import truce_text
    from tradetalks.talks.truce import play_truce

    with progress("Solving") as step:
        found = play_truce(read_day(on), until=read_day(until, "--until"), given=asked,
                           sets=draws > 0, progress=step)  # fmt: skip
    drawn = _drawn(found, draws, seed)
    more = _sensitivity(found, pairs, sensitivity or out is not None)
    if front_loading:
        from tradetalks.talks.frontload import around

        more["front_loading"] = around(found.until)
    _draw(found, more, out)
    if drawn is not None:
        more["draws"] = draws_body(drawn)
    rows = found.summary()["players"]
    emit(_envelope(found, more), format, rows, lambda: truce_text(found, more))


def _draw(found: TruceAnswer, more: Mapping[str, Any], out: Path | None) -> None:
    """Draw maps and tornado into a file, and what there is for a page that watches."""
    from tradetalks.report.truces import truce_spec, worth_spec

    until = found.until.isoformat()
    if out is not None:
        from tradetalks.report.drawing import save_spec

        save_spec(truce_spec(until, more["maps"], more["tornado"]), out)
        sys.stderr.write(f"Chart: {out}\n")
    if watched():
        aside("chart", truce_spec(until, more["maps"], more["tornado"]) if more["maps"]
              else worth_spec(until, found.summary()))  # fmt: skip


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
