"""`claims`: what the articles state, what our data say, and whether the two agree.

The statements stand in `claims.yaml`; a verdict is worked out from numbers, never written down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

Value = float | str
Verdict = Literal["agree", "partly", "not", "cannot tell"]
Progress = Callable[[str, int, int], None]
Source = Mapping[str, str]

STATES = ("shown", "partly", "not yet")


@dataclass(frozen=True)
class Claim:
    """A statement of an article, in our words. A mechanism has `state`, `note` and `command`;
    a number has `stated` and `check`, the function that finds ours, with its `arguments`."""

    id: str
    row: int
    article: str
    kind: Literal["number", "mechanism"]
    says: str
    stated: Value | None = None
    within: float = 0.0
    bound: Literal["equal", "at_least"] = "equal"
    unit: str = ""
    check: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    state: str = ""
    note: str = ""
    command: str = ""


@dataclass(frozen=True)
class Reading:
    """One way to read a statement, our number under it, and what agreement under it is worth."""

    label: str
    value: Value
    worth: Literal["agree", "partly"] = "agree"


@dataclass(frozen=True)
class Found:
    """What a check finds: readings, the first of which is the one to show, and a reason.

    `detail` are rows of a table beside it, where there is one.
    """

    readings: tuple[Reading, ...]
    why: str
    sources: tuple[Source, ...] = ()
    detail: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Checked:
    """A claim with its answer; of a mechanism `found` and `verdict` are None."""

    claim: Claim
    found: Found | None
    verdict: Verdict | None
    sources: tuple[Source, ...]

    @property
    def shown(self) -> Reading | None:
        """The reading to show: the first that fully agrees, else the first."""
        if self.found is None or not self.found.readings:
            return None
        good = [r for r in self.found.readings if r.worth == "agree" and _same(self.claim, r.value)]
        return [*good, *self.found.readings][0]

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        claim, found = self.claim, self.found
        article = articles()[claim.article]
        row: dict[str, Any] = {
            "id": claim.id,
            "row": claim.row,
            "article": article["title"],
            "kind": claim.kind,
            "says": claim.says,
        }
        if found is None:
            row |= {"state": claim.state, "why": claim.note, "try": claim.command or None}
        else:
            row |= {
                "stated": claim.stated,
                "found": self.shown.value if self.shown else None,
                "unit": claim.unit,
                "readings": [vars(r) for r in found.readings],
                "verdict": self.verdict,
                "why": found.why,
                **({"detail": [dict(row) for row in found.detail]} if found.detail else {}),
            }
        return row | {"sources": [dict(s) for s in self.sources]}


@cache
def claims_file() -> Mapping[str, Any]:
    """Return the content of `claims.yaml`."""
    from ruamel.yaml import YAML

    text = resources.files("tradetalks.validation").joinpath("claims.yaml").read_text("utf-8")
    return MappingProxyType(YAML(typ="safe").load(text))


def articles() -> Mapping[str, Mapping[str, str]]:
    """Return the articles {title, by, date} by key."""
    return {
        key: {name: str(value) for name, value in entry.items()}
        for key, entry in claims_file()["articles"].items()
    }


def claims() -> tuple[Claim, ...]:
    """Return every statement, in the order of the list it was collected in."""
    renamed = {"with": "arguments", "try": "command"}
    out: list[Claim] = []
    for written in claims_file()["claims"]:
        fields: dict[str, Any] = {str(renamed.get(k, k)): v for k, v in written.items()}
        fields["sources"] = tuple(fields.get("sources", ()))
        out.append(Claim(**fields))
    return tuple(out)


def judge(claim: Claim, readings: tuple[Reading, ...]) -> Verdict:
    """Return the verdict: the best worth among the readings that give the stated value.

    >>> one = Claim("a", 1, "b", "number", "c", stated=-12.7, within=0.5)
    >>> judge(one, (Reading("on a year", -34.5), Reading("on a month", -12.7, "partly")))
    'partly'
    """
    if not readings:
        return "cannot tell"
    worth = {r.worth for r in readings if _same(claim, r.value)}
    if "agree" in worth:
        return "agree"
    return "partly" if worth else "not"


def _same(claim: Claim, value: Value) -> bool:
    if isinstance(value, str) or isinstance(claim.stated, str) or claim.stated is None:
        return value == claim.stated
    if claim.bound == "at_least":
        return value >= claim.stated
    return abs(value - claim.stated) <= claim.within


def check_claims(progress: Progress | None = None) -> tuple[Checked, ...]:
    """Check every statement against the shipped data, the ledger and the model.

    `progress(what, done, total)` is called before each check.
    """
    everything = claims()
    out: list[Checked] = []
    for done, claim in enumerate(everything):
        if progress is not None:
            progress(claim.id, done, len(everything))
        out.append(check(claim))
    return tuple(out)


def check(claim: Claim) -> Checked:
    """Check one statement."""
    kept: Mapping[str, Source] = claims_file()["sources"]
    sources = tuple(kept[key] for key in claim.sources)
    if claim.kind == "mechanism":
        return Checked(claim, None, None, sources)
    found = checks()[claim.check](claim, **claim.arguments)
    return Checked(claim, found, judge(claim, found.readings), (*sources, *found.sources))


@cache
def checks() -> Mapping[str, Callable[..., Found]]:
    """Return the functions that find our number, by the name that claims use."""
    from tradetalks.validation import checks_of_facts, checks_of_law, checks_of_model

    found: dict[str, Callable[..., Found]] = {}
    for module in (checks_of_facts, checks_of_law, checks_of_model):
        found |= module.CHECKS
    return MappingProxyType(found)
