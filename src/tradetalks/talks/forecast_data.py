"""The record of the talks: deadlines and what became of them, truces, meetings. Shipped as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from tradetalks.errors import BadFile, BadInput, did_you_mean

OUTCOMES = ("extend", "deal", "escalate", "lapse")
AVERTED = ("extend", "deal")
KINDS: Mapping[str, str] = {
    "truce": "truces with an end",
    "threat": "one side's threats and ultimatums",
    "step": "one side's steps scheduled long before",
    "sunset": "statutory time limits",
    "suspension": "suspended controls and fees",
    "licence": "temporary licences",
    "exclusion": "tariff exclusions",
    "divestiture": "divestiture orders",
}
KNOWN_UNTIL = date(2026, 10, 9)
"""The last day of which evidence is on file; what came later is not in the record."""
UNKNOWN_FROM = date(2026, 11, 9)
_NOTICE = timedelta(days=30)
_ONE_CHAIN = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day on which something happens unless somebody acts.

    `kind` is the class of `KINDS`, `chain` the instrument whose extensions belong together,
    `known_from` the first day on which the deadline was known. `outcome` is one of `OUTCOMES`,
    decided on `decided_on`; both are empty while it is open. `announced_only`: no legal act
    that carries the decision is on file.
    """

    id: str
    kind: str
    chain: str
    title: str
    imposer: str
    known_from: date
    deadline: date
    default: str
    decided_on: date | None
    outcome: str
    announced_only: bool
    source: str
    evidence: str
    note: str

    def decided_by(self, day: date) -> bool:
        """Whether the outcome was known at the end of `day`."""
        return self.decided_on is not None and self.decided_on <= day


@dataclass(frozen=True, slots=True)
class Spell:
    """A truce from `start` to `end`; `ended` is `break`, `deal` or `censored` (end of the file)."""

    truce: str
    start: date
    end: date
    ended: str
    phase_one: bool
    note: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting or call of the two sides; `leaders` if it was one of the presidents."""

    start: date
    end: date
    place: str
    leaders: bool


@dataclass(frozen=True, slots=True)
class Record:
    """All deadlines (in order of the day), truces and meetings."""

    deadlines: tuple[Deadline, ...]
    spells: tuple[Spell, ...]
    meetings: tuple[Meeting, ...]

    def find(self, name: str) -> Deadline:
        """Return a deadline by its id, or the only one on an ISO day. Raises `BadInput`."""
        found = [d for d in self.deadlines if name.casefold() == d.id.casefold()]
        found = found or [d for d in self.deadlines if d.deadline.isoformat() == name]
        if len(found) == 1:
            return found[0]
        if found:
            named = ", ".join(f"{d.id} ({d.title})" for d in found)
            raise BadInput(f"{len(found)} deadlines fall on {name}: {named}.", cure="Give the id.")
        near = did_you_mean(name, [d.id for d in self.deadlines])
        raise BadInput(
            f"unknown deadline '{name}'.",
            cure=f"{near} `tradetalks forecast` lists those that are open.".strip(),
        )


@cache
def load_record() -> Record:
    """Return the shipped record. Raises `BadFile` if a file of it is malformed."""
    deadlines = parse_deadlines(_rows("deadlines"))
    spells = tuple(
        Spell(r["truce"], _day(r["start"]), _day(r["end"]), r["ended"], r["phase_one"] == "yes",
              r["note"])
        for r in _rows("spells")
    )  # fmt: skip
    meetings = tuple(
        Meeting(_day(r["start"]), _day(r["end"]), r["place"], r["level"] == "leaders")
        for r in _rows("meetings")
    )
    return Record(deadlines, spells, meetings)


def parse_deadlines(rows: Sequence[Mapping[str, str]]) -> tuple[Deadline, ...]:
    """Return deadlines from rows of text, sorted by day. Raises `BadFile` with the row's id.

    Where the file does not say when a deadline became known, it is the day on which the link
    before it in the chain was decided, or else (assumed) 30 days before.
    """
    out: list[Deadline] = []
    before: dict[str, date] = {}
    for row in sorted(rows, key=lambda r: (r["deadline"], r["id"])):
        where = f"deadlines.csv, {row['id']}"
        if row["kind"] not in KINDS:
            raise BadFile(f"{where}: unknown kind '{row['kind']}'.", cure="One of " + str([*KINDS]))
        if bool(row["outcome"]) != bool(row["decided_on"]) or (
            row["outcome"] and row["outcome"] not in OUTCOMES
        ):
            raise BadFile(
                f"{where}: outcome '{row['outcome']}' decided on '{row['decided_on']}'.",
                cure=f"Give both or neither; outcomes are {', '.join(OUTCOMES)}.",
            )
        day = _day(row["deadline"])
        decided = _day(row["decided_on"]) if row["decided_on"] else None
        if row["set_on"]:
            known = _day(row["set_on"])
        else:
            last = before.get(row["chain"])
            linked = last is not None and last < day and day - last < _ONE_CHAIN
            known = last if linked and last else day - _NOTICE
        if not known < day:
            raise BadFile(f"{where}: known from {known}, due on {day}.", cure="Swap the days.")
        if decided is not None:
            before[row["chain"]] = decided
        out.append(
            Deadline(
                row["id"], row["kind"], row["chain"], row["title"], row["imposer"], known, day,
                row["default"], decided, row["outcome"], row["announced_only"] == "yes",
                row["source"], row["evidence"], row["note"],
            )
        )  # fmt: skip
    return tuple(out)


def _rows(name: str) -> list[dict[str, str]]:
    file = files("tradetalks.talks").joinpath("data", f"{name}.csv")
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadFile(f"'{text}' is no date.", cure="Write YYYY-MM-DD.") from None
