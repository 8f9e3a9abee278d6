"""`tradetalks talks packages` and `approval`: what both could sign, and who must approve it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.options import HORIZON, SEED
from tradetalks.cli.output import FORMAT, Format, aside, emit, progress, watched

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks.packages import Bargain, Ratification

_NAME: Any = typer.Argument(
    "january-2027", help="A shipped agenda (london-2025, january-2027) or a YAML file."
)
_FREEZE: Any = typer.Option(
    None, "--freeze", help="Take an issue off the table: ai_chips=off. May be repeated."
)
_DISCOUNT: Any = typer.Option(
    None, help="Patience of both sides, such as 0.95,0.9: Rubinstein's weights for Nash's."
)
_REGIONS: Any = typer.Option(None, help="Region set: default, all, eu27 or blocs (fast).")
_UNIT: Any = typer.Option(None, help="Payoffs in percent (of own real income) or usd_bn.")
_OUT: Any = typer.Option(None, help="Folder for the answer as JSON, tables and the figure.")


def register(group: typer.Typer) -> None:
    """Add the commands to `talks`."""
    group.command("packages")(packages)
    group.command("approval")(approval)


def packages(
    agenda: str = _NAME,
    freeze: list[str] = _FREEZE,
    discount: str | None = _DISCOUNT,
    swap: str | None = typer.Option(
        None, help="Rate of one issue for another: rare_earths=civilian:ai_chips=h20."
    ),
    front_loading: float | None = typer.Option(
        None, help="How likely buyers think a lapse (0 to 1): what they buy ahead of it."
    ),
    approval: bool = typer.Option(False, "--approval", help="Also who must approve, and may."),
    draws: int = typer.Option(
        0, min=0, help="Also over this many draws of the declared weights in their ranges."
    ),
    seed: int = SEED,
    regions: str | None = _REGIONS,
    horizon: str | None = HORIZON,
    unit: str | None = _UNIT,
    out: Path | None = _OUT,
    format: Format = FORMAT,
) -> None:
    """What could both sides sign? Agreement zone, Nash and other points, who gets what."""
    from tradetalks.cli import talks_packages_text as text
    from tradetalks.talks.packages import tables

    bargain = _solved(agenda, freeze, discount, regions, horizon, unit)
    extra: dict[str, Any] = {}
    if swap:
        extra["swap"] = _swapped(bargain, swap)
    if front_loading is not None:
        extra["front_loading"] = _run_up(bargain, front_loading)
    if approval:
        from tradetalks.talks.packages import ratify

        ratification = ratify(bargain)
        extra["approval"] = tables.approval_rows(ratification)
        extra["vetoes"] = ratification.veto_rows()
    if draws:
        from tradetalks.talks.packages import draw_weights

        extra["draws"] = draw_weights(bargain, draws, seed).body()
    answer = _envelope("talks packages", bargain, tables.body(bargain, extra))
    if out is not None:
        _write(out, answer, bargain)
    if watched():
        _draw(answer, bargain)
    emit(answer, format, _flat(answer.body["points"], bargain), lambda: text.packages(answer))


def approval(
    agenda: str = _NAME,
    freeze: list[str] = _FREEZE,
    regions: str | None = _REGIONS,
    horizon: str | None = HORIZON,
    unit: str | None = _UNIT,
    format: Format = FORMAT,
) -> None:
    """Who must approve a package, in what order, and with what probability does it pass?"""
    from tradetalks.cli import talks_packages_text as text
    from tradetalks.talks.packages import ratify, tables

    bargain = _solved(agenda, freeze, None, regions, horizon, unit)
    ratification: Ratification = ratify(bargain)
    body = {
        "agenda": bargain.agenda.name,
        "question": bargain.agenda.question,
        "sides": bargain.agenda.sides,
        "deadline": bargain.agenda.deadline,
        "horizon": bargain.agenda.horizon,
        "units": {"probability": "part of one", "blocks": "part of the agreement zone"},
        **tables.summary(bargain),
        "win_set": ratification.win_set(),
        "approval": tables.approval_rows(ratification),
        "vetoes": ratification.veto_rows(),
        "weights": tables.weight_rows(bargain),
    }
    answer = _envelope("talks approval", bargain, body, ratification)
    if watched():
        _draw(_envelope("talks packages", bargain, tables.body(bargain, {})), bargain)
    emit(answer, format, ratification.veto_rows(), lambda: text.approval(answer))


def _solved(
    name: str,
    freeze: list[str] | None,
    discount: str | None,
    regions: str | None,
    horizon: str | None,
    unit: str | None,
) -> Bargain:
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks.talks.packages import load_agenda, negotiate

    given = {"regions": regions, "horizon": horizon, "unit": unit}
    given = {key: value for key, value in given.items() if value is not None}
    asked = load_agenda(name)
    if given:
        asked = asked.replace(**given)
    with progress("Solving") as step:
        return negotiate(
            asked,
            freeze=_pairs(freeze or [], "--freeze"),
            discount=_factors(discount),
            progress=step,
        )


def _pairs(words: list[str], option: str) -> dict[str, str]:
    """Read `issue=level` words."""
    from tradetalks.errors import BadInput

    out: dict[str, str] = {}
    for word in words:
        issue, equals, level = word.partition("=")
        if not (issue and equals and level):
            raise BadInput(
                f"{option} {word} names no level.", cure="Write issue=level: ai_chips=off."
            )
        out[issue.strip()] = level.strip()
    return out


def _factors(words: str | None) -> tuple[float, float] | None:
    from tradetalks.errors import BadNumber

    if words is None:
        return None
    try:
        first, second = (float(w) for w in words.split(","))
    except ValueError:
        raise BadNumber(
            f"--discount {words} is not two numbers.", cure="Write 0.95,0.9: one per side."
        ) from None
    return first, second


def _swapped(bargain: Bargain, words: str) -> list[dict[str, Any]]:
    from tradetalks.errors import BadInput
    from tradetalks.talks.packages import tables
    from tradetalks.talks.packages.exchange import exchange

    halves = words.split(":")
    if len(halves) != 2:
        raise BadInput(
            f"--swap {words} does not name two moves.",
            cure="Write rare_earths=civilian:ai_chips=h20.",
        )
    first, second = (next(iter(_pairs([half], "--swap").items())) for half in halves)
    return tables.swap_rows(bargain, *exchange(bargain, first, second))


def _run_up(bargain: Bargain, lapse: float) -> list[dict[str, Any]]:
    from tradetalks.talks.packages import tables
    from tradetalks.talks.packages.expectation import HOLDING, front_loading

    return tables.run_up_rows(bargain, front_loading(bargain, lapse), lapse, HOLDING)


def _envelope(
    command: str, bargain: Bargain, body: dict[str, Any], ratification: Ratification | None = None
) -> Answer:
    from tradetalks.results import Answer
    from tradetalks.talks.packages import notes

    assumed = list(notes.assumptions(bargain))
    if ratification is not None or "approval" in body:
        assumed.insert(1, notes.approval_assumption(bargain.agenda))
    status = {
        "converged": not bargain.central.failed,
        "message": f"Solved {len(bargain.worlds.levels)} worlds; "
        f"{len(bargain.central.failed)} have no equilibrium.",
        "elasticity_sets": list(bargain.by_set) or [bargain.worlds.central],
    }
    return Answer(
        command,
        bargain.created,
        body,
        notes.sources(bargain),
        assumed,
        notes.warnings(bargain),
        status,
    )


def _flat(rows: list[dict[str, Any]], bargain: Bargain) -> list[dict[str, Any]]:
    """Return named packages with one column per level and per side's figure."""
    out: list[dict[str, Any]] = []
    for row in rows:
        flat: dict[str, Any] = {}
        for key, value in row.items():
            if key == "levels":
                flat |= value
            elif key in bargain.agenda.sides:
                flat |= {f"{key}_{name}": number for name, number in value.items()}
            else:
                flat[key] = value
        out.append(flat)
    return out


def _draw(answer: Answer, bargain: Bargain) -> None:
    from tradetalks.report.packages import agreement_zone
    from tradetalks.talks.packages import tables

    aside("chart", agreement_zone(answer, tables.cloud(bargain)).spec)


def _write(out: Path, answer: Answer, bargain: Bargain) -> None:
    from tradetalks.cli.output import csv_text
    from tradetalks.report.packages import save_packages
    from tradetalks.talks.packages import tables

    save_packages(
        out,
        answer,
        tables.cloud(bargain),
        {
            "points": csv_text(_flat(answer.body["points"], bargain)),
            "pareto": csv_text(_flat(answer.body["pareto"], bargain)),
        },
    )
