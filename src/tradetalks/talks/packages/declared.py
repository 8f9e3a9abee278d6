"""The numbers that an agenda declares, as entries of `talks assumptions`."""

from __future__ import annotations

from collections.abc import Iterator

from tradetalks.talks.assumed import ASSUMED, Book, Figure
from tradetalks.talks.packages.definition import Agenda
from tradetalks.talks.packages.figures import Figure as Declared

_UNITS = {"usd_bn": "USD bn a year", "percent": "percent of its side's real income"}


def agenda_book(agenda: Agenda) -> Book:
    """Return the weights of levels, and thresholds, noise and stakes of approvers, of an agenda.

    Ids are `agenda.issue.level.side` and `agenda.approver.threshold`.
    """
    figures = {figure.id: figure for figure in _figures(agenda)}
    about = (
        f"{agenda.title or agenda.question}: what levels are worth beyond what the model computes."
    )
    if agenda.approvers:
        about = about[:-1] + ", and what approvers ask for."
    return Book(agenda.name, about, f"talks packages {agenda.name}", figures)


def _figures(agenda: Agenda) -> Iterator[Figure]:
    titles: dict[tuple[str, str], str] = {}
    for issue in agenda.issues:
        for level in issue.levels:
            title = f"{issue.title or issue.id}: {level.title or level.id}"
            titles[issue.id, level.id] = title
            for weight in level.weights:
                id = f"{agenda.name}.{issue.id}.{level.id}.{weight.side}"
                yield _figure(id, f"{title}, to {weight.side}", _UNITS[weight.unit], weight)
    unit = _UNITS[agenda.unit]
    for one in agenda.approvers:
        name = f"{agenda.name}.{one.id}"
        yield _figure(f"{name}.threshold", f"Least gain for: {one.role}", unit, one.threshold)
        yield _figure(f"{name}.noise", f"How unsure that is: {one.role}", unit, one.noise)
        for stake in one.stakes:
            title = f"{titles[stake.issue, stake.level]}, to: {one.role}"
            yield _figure(f"{name}.{stake.issue}.{stake.level}", title, unit, stake)


def _figure(id: str, what: str, unit: str, figure: Declared) -> Figure:
    evidence = ASSUMED if figure.assumed else figure.evidence or "U"
    note = figure.note or ""
    return Figure(id, what, figure.value, *figure.ends, unit, figure.source, evidence, note=note)
