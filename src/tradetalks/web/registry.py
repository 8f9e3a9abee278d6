"""The commands whose answers have a page of their own: one entry each, `/answers/<name>`.

To show another command, add an entry: its words of the command line, the fields a reader may
choose, and, where it has one, a function from the answer's envelope to a Vega-Lite chart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tradetalks.errors import BadNumber, unknown_name
from tradetalks.web.question import FieldError

Chart = Callable[[Mapping[str, Any]], dict[str, Any] | None]


@dataclass(frozen=True)
class Choice:
    """A field with a list of values; `flag` is its option, empty for an argument."""

    name: str
    label: str
    options: Mapping[str, str]
    flag: str = ""

    def words(self, given: str | None) -> list[str]:
        """Return what it adds to the command line. Raises FieldError."""
        value = next(iter(self.options)) if given is None else given
        if value not in self.options:
            raise FieldError(self.name, unknown_name(self.name, value[:40], self.options))
        return [self.flag, value] if self.flag else [value]


@dataclass(frozen=True)
class Whole:
    """A field with a whole number."""

    name: str
    label: str
    low: int
    high: int
    usual: int
    flag: str

    def words(self, given: str | None) -> list[str]:
        """Return what it adds to the command line. Raises FieldError."""
        text = str(self.usual) if given is None else given
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            cure = f"Give {self.low} to {self.high}."
            raise FieldError(self.name, BadNumber(f"'{text[:40]}' is no whole number.", cure=cure))
        if not self.low <= int(text) <= self.high:
            cure = f"Give {self.low} to {self.high}."
            raise FieldError(self.name, BadNumber(f"{text} is out of range.", cure=cure))
        return [self.flag, text]


@dataclass(frozen=True)
class Command:
    """A command with a page: what it is called, what it asks, what may be chosen."""

    name: str
    title: str
    question: str
    words: tuple[str, ...]
    fields: tuple[Choice | Whole, ...] = ()
    minutes: str = "a few seconds"
    chart: Chart | None = None

    def arguments(self, given: Mapping[str, str]) -> list[str]:
        """Return the words of the command line that a form asks for. Raises FieldError."""
        known = {f.name for f in self.fields}
        for key in given:
            if key not in known:
                raise FieldError(key[:40], unknown_name("field", key[:40], known))
        chosen = [word for f in self.fields for word in f.words(given.get(f.name))]
        return [*self.words, *chosen]


_START = Choice(
    "start",
    "Law elsewhere",
    {
        "truce-holds": "the truce of 2025",
        "truce-as-announced": "the truce as announced, to 10 January 2027",
        "baseline": "mid-2022",
    },
    "--from",
)
_HORIZON = Choice(
    "horizon",
    "Horizon",
    {"medium": "medium: a few years", "short": "short: months", "long": "long: a decade"},
    "--horizon",
)

_OPTION = Choice(
    "option",
    "Option",
    {
        "truce-lapses-2027-01-10": "the truce lapses on 10 January 2027",
        "truce-lapses-to-april-peak": "back to the rates of April 2025",
        "full-decoupling": "all US-China trade stops",
        "free-trade": "no US-China tariffs",
    },
)


def _spread(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Draw the quantiles of real income by country."""
    from tradetalks.report.ensemble import spread_chart

    rows = [row for row in answer["rows"] if row["variable"] == "real_income"]
    return spread_chart(
        rows,
        title="How sure is the answer?",
        subtitle=["Percent; pale: 90% of draws, dark: 50%,", "line: median"],
        source=[
            f"Source: tradetalks, {answer['world']}, {answer['scenario']} against",
            f"{answer['against']}; {answer['draws']:,} draws, partly assumed. A model.",
        ],
    ).spec


COMMANDS: dict[str, Command] = {
    c.name: c
    for c in (
        Command(
            "ensemble",
            "How sure is the answer?",
            "What is the spread over many draws of elasticities, closures, licences and the data?",
            ("ensemble", "--workers", "2"),
            (_OPTION, Whole("draws", "Draws", 50, 2000, 200, "--draws"), _HORIZON),
            "a minute or more, by the number of draws",
            _spread,
        ),
        Command(
            "nash",
            "Where a tariff war ends",
            "Where does a tariff war end, if each side answers the other as serves it best?",
            ("talks", "nash", "USA", "CHN"),
            (_START, _HORIZON),
            "ten seconds to a minute",
        ),
        Command(
            "optimal",
            "Tariffs without an answer",
            "Which goods tariffs would serve one country best, if nobody retaliated?",
            ("talks", "optimal"),
            (
                Choice("country", "Country", {"USA": "United States", "CHN": "China"}),
                Choice("partners", "On goods of", {"CHN": "China", "USA": "the United States",
                                                   "all": "everybody"}, "--partners"),
                _START,
                _HORIZON,
            ),
            "ten seconds to a minute",
        ),
        Command(
            "groups",
            "Who gains at home",
            "Which groups in the United States and China gain or lose from an option?",
            ("talks", "groups"),
            (_OPTION, _HORIZON),
            "ten seconds to a minute",
        ),
        Command(
            "partners",
            "Who gains abroad",
            "What are the partners' offers worth, against what happens without a deal?",
            ("talks", "partners"),
            (_OPTION,),
            "ten seconds to a minute",
        ),
        Command(
            "jobs",
            "What a job costs",
            "What do tariffs, subsidies and training do to factory jobs, and at what cost per job?",
            ("talks", "jobs"),
            (),
            "ten seconds to a minute",
        ),
        Command(
            "gap",
            "Narrowing the trade gap",
            "What narrows the US gap with China by so many billions, and what does it cost?",
            ("talks", "gap"),
            (Whole("target", "Narrow it by, USD bn", 5, 300, 50, "--target"), _START, _HORIZON),
            "a minute",
        ),
        Command(
            "claims",
            "Claims, checked",
            "Do the figures of five articles on the talks hold?",
            ("claims",),
            (),
            "a minute",
        ),
        Command(
            "scenarios",
            "The shipped scenarios",
            "Which questions ship with the package, and what do they change?",
            ("scenarios",),
            (),
            "a moment",
        ),
        Command(
            "replicate",
            "Published results, replicated",
            "Does the engine give the published answers?",
            ("replicate",),
            (Choice("name", "Study", {"all": "all that need no raw data"}),),
            "a minute",
        ),
    )
}  # fmt: skip


def command(name: str) -> Command:
    """Return an entry. Raises UnknownName with a suggestion."""
    if name not in COMMANDS:
        raise unknown_name("command", name[:40], COMMANDS)
    return COMMANDS[name]


def tables(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tables of any envelope: every list of flat mappings, numbers as text."""
    out: list[dict[str, Any]] = []
    for key, value in answer.items():
        if key in ("sources", "assumptions", "warnings", "deadlines"):
            continue
        if isinstance(value, list) and value and all(isinstance(r, dict) for r in value):
            columns = list(dict.fromkeys(k for r in value for k in r if _flat(value, k)))
            rows = [[_text(r.get(k)) for k in columns] for r in value[:500]]
            if columns:
                out.append({"name": key.replace("_", " "), "rows": rows, "more": len(value) - 500,
                            "columns": [c.replace("_", " ") for c in columns]})  # fmt: skip
    return out


def facts(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the plain values of an envelope, for reading."""
    skipped = ("command", "as_of", "out")
    return [
        (key.replace("_", " "), _text(value))
        for key, value in answer.items()
        if key not in skipped and isinstance(value, str | int | float) and _text(value)
    ]


def _flat(rows: list[dict[str, Any]], key: str) -> bool:
    return all(not isinstance(r.get(key), dict | list) for r in rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "\u2212")
    return str(value)
