"""`Scenario`: what the user asks, the same in YAML and in Python."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast

from pydantic import BeforeValidator, Field, PlainSerializer, PrivateAttr

from tradetalks.errors import BadFile, did_you_mean
from tradetalks.scenario import yaml_text
from tradetalks.scenario.changes import Change, controller_of
from tradetalks.scenario.closures import Closures, Horizon
from tradetalks.scenario.fields import parse_names as _parse_names
from tradetalks.scenario.fields import write_names
from tradetalks.scenario.law_changes import LawChange
from tradetalks.scenario.names import check_country, check_sector, is_critical
from tradetalks.scenario.origin import Origin, refuse
from tradetalks.scenario.parts import Base, Expected, FilledText, Source, Text, parse_text
from tradetalks.scenario.plain import Piece
from tradetalks.scenario.rates import Weights
from tradetalks.scenario.shipped import shipped_names

BASELINE = "baseline"
"""The name of the world as it was: no change at all."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def _parse_name(value: object) -> object:
    if isinstance(value, str) and not _NAME.fullmatch(value.strip()):
        raise refuse(
            f"'{value}' cannot be a name: it also names the folder of results.",
            "Use letters, digits, '-', '_' and '.', starting with a letter or digit.",
        )
    return parse_text(value)


def parse_sources(value: object) -> object:
    """Return a tuple: one source may stand without a list, a text or a link as its title."""
    items = value if isinstance(value, (list, tuple)) else [value]  # pyright: ignore
    return tuple(_as_source(item) for item in items)  # pyright: ignore


def _as_source(item: object) -> object:
    if isinstance(item, str):
        text = item.strip()
        return {"title": text, "url": text} if text.startswith(("http:", "https:")) else {
            "title": text
        }  # fmt: skip
    return item


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore


class Scenario(Piece):
    """A question about trade policy: a world, changes to it, and how to answer.

    Written in YAML (`Scenario.from_yaml`) or in Python with the same keys. Frozen; two scenarios
    are equal when all their keys are. Raises `BadInput` or a subclass, with file and line where
    there is a file.
    """

    name: Annotated[str, BeforeValidator(_parse_name)] = Field(description="a short name")
    title: Text | None = None
    question: FilledText = Field(description="the question in plain words")
    base: Base = Base()
    against: Text = Field(default=BASELINE, description="what the answer is measured against")
    world: Text = "world-2022"
    regions: Text = "default"
    goods: Literal["none", "default", "all"] = "none"
    horizon: Horizon = "medium"
    elasticities: Annotated[
        tuple[str, ...], BeforeValidator(_parse_names), PlainSerializer(write_names)
    ] = ("all",)
    nests: Literal["two", "one"] = "two"
    valuation: Literal["customs", "table"] = "customs"
    closures: Closures = Closures()
    changes: Annotated[tuple[Change, ...], BeforeValidator(_as_tuple)] = ()
    sources: Annotated[tuple[Source, ...], BeforeValidator(parse_sources)] = ()
    expected: Annotated[tuple[Expected, ...], BeforeValidator(_as_tuple)] = ()
    weights: Weights | None = None
    notes: Text | None = None

    _origin: Origin = PrivateAttr(default_factory=Origin)

    def _checked(self) -> Self:
        self.closures.check_factors(self.horizon)
        self._check_law()
        if self.changes and not self.sources:
            raise refuse(
                "the changes have no source.",
                "Add `sources:` with where the rates come from; `sources: [assumed]` says that "
                "they are your own assumption.",
                at=("changes",),
            )
        if self.name == BASELINE and self.changes:
            raise refuse(
                f"the name '{BASELINE}' belongs to the world without changes.",
                "Choose another name.",
                at=("name",),
            )
        if self.against == self.name and self.name != BASELINE:
            raise refuse(
                "a scenario cannot be measured against itself.",
                f"Use '{BASELINE}' or another scenario.",
                at=("against",),
            )
        known = (BASELINE, *shipped_names())
        if self.against not in known and not is_path(self.against):
            raise refuse(
                f"unknown scenario '{self.against}'.",
                f"{did_you_mean(self.against, known) or 'Known: ' + ', '.join(known) + '.'} "
                "A file needs its ending: './mine.yaml'.",
                kind="unknown_name",
                at=("against",),
            )
        return self

    def _check_law(self) -> None:
        """Refuse changes of law without a law, and a `replay` that would undo others."""
        laws = [(n, c) for n, c in enumerate(self.changes) if isinstance(c, LawChange)]
        if laws and self.base.law == "file":
            raise refuse(
                "a change of law needs the law ledger.",
                "Write `base: {law: enacted, as_of: 2026-10-05}`, with the day you mean.",
                at=("changes", laws[0][0]),
            )
        late = [n for place, (n, c) in enumerate(laws) if c.verb == "replay" and place]
        if late:
            raise refuse(
                "`replay` starts again from the ledger and would undo the changes before it.",
                "Write it first, or as `known_on` of the base.",
                at=("changes", late[0]),
            )
        for position, item in enumerate(self.expected):
            if item.statutory is not None and self.base.law == "file":
                raise refuse(
                    "`statutory` is an average of the law ledger, but the law here is `file`.",
                    "Give one of add, set, over_mfn or shut.",
                    at=("expected", position, "statutory"),
                )

    @property
    def origin(self) -> Origin:
        """Where the scenario was read (empty for one written in Python)."""
        return self._origin

    @classmethod
    def from_yaml(
        cls, text: str, *, file: str | Path | None = None, folder: str | Path | None = None
    ) -> Self:
        """Read a scenario from YAML 1.2 text.

        `file` is named in errors; relative paths in `against` resolve beside it, or in `folder`
        where that is given.
        """
        if folder is None and file is not None:
            folder = Path(file).parent
        data, origin = yaml_text.parse(
            text,
            file=None if file is None else str(file),
            folder=None if folder is None else Path(folder),
        )
        scenario = cls.model_validate(data, context=origin)
        scenario._origin = origin
        scenario._check_names()
        return scenario

    def _check_names(self) -> None:
        """Refuse laws, countries and sectors that no shipped world has."""
        if self.base.law != "file":
            from tradetalks.scenario.law import law_table

            law_table(self)
        if not self.world.startswith("world-"):
            return
        for part, items in (("changes", self.changes), ("expected", self.expected)):
            for position, item in enumerate(items):
                if isinstance(item, LawChange):
                    continue
                for key in _NAMES:
                    check = check_sector if key == "sectors" else check_country
                    for name in getattr(item, key, None) or ():
                        if key == "sectors" and is_critical(
                            name, self.goods, self._origin, (part, position, key)
                        ):
                            continue
                        check(name, self._origin, (part, position, key))
                if (controller := controller_of(item)) is not None:
                    check_country(controller, self._origin, (part, position, "rent"))

    def to_plain(self) -> dict[str, Any]:
        """Return dicts, lists and scalars as the YAML file spells them, unset keys left out."""
        return _without_empty(self.model_dump(mode="json"))

    def to_yaml(self) -> str:
        """Return the scenario as YAML 1.2 text; reading it back gives an equal scenario."""
        plain = self.to_plain()
        for part in (plain["base"], *plain.get("sources", ()), *plain.get("changes", ())):
            for key in _DATES & part.keys():
                part[key] = datetime.date.fromisoformat(part[key])  # not a text that looks like one
        return yaml_text.write(plain)

    def replace(self, **settings: Any) -> Self:
        """Return a checked copy with other settings, e.g. `replace(horizon="long")`."""
        changed = type(self).model_validate({**self.to_plain(), **settings}, context=self._origin)
        changed._origin = self._origin
        return changed

    def reference(self) -> Scenario:
        """Return the scenario that `against` names, to be answered in the same world and way.

        The reference keeps its own changes and valuation; world, regions, horizon, elasticities,
        nests and closures are those of this scenario, since a difference needs one economy.
        """
        from tradetalks.scenario.library import load_scenario  # library needs this class

        if self.against == BASELINE:
            found = baseline()
        elif is_path(self.against):
            path = Path(self.against).expanduser()
            path = path if path.is_absolute() else (self._origin.folder or Path()) / path
            if not path.is_file():
                raise BadFile(
                    f"against: there is no file '{path}'.",
                    cure="The path starts at the folder of the scenario file.",
                    file=self._origin.file,
                    line=self._origin.line(("against",)),
                )
            found = load_scenario(path)
        else:
            found = load_scenario(self.against)
        return found.replace(**{key: value for key, value in self.to_plain().items()
                                if key in _SETTINGS})  # fmt: skip

    def content_hash(self) -> str:
        """Return a SHA-256 of everything that changes the answer, as 64 hexadecimal digits.

        Name, words, sources and expected headlines do not count; neither does the name of the
        reference, only what the reference says. Raises `BadFile` if `against` names no file.
        """
        plain = self.to_plain()
        content = {key: _canonical(plain[key]) for key in _SETTINGS}
        content["asked"] = self._answer_part()
        content["against"] = self.reference()._answer_part()
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _answer_part(self) -> dict[str, Any]:
        """The base law, the valuation and the changes, apart from how lists are ordered."""
        plain = self.to_plain()
        ledger: dict[str, str] = {}
        if self.base.law != "file":
            from tradetalks.policy.ledger import ledger_hash

            ledger = {"ledger": ledger_hash()}
        return {
            "base": plain["base"] | ledger,
            "valuation": plain["valuation"],
            "changes": [
                {key: _canonical(value) for key, value in change.items()}
                for change in plain.get("changes", [])
            ],
        }


_SETTINGS = (
    "world", "regions", "goods", "horizon", "elasticities", "nests", "closures",
)  # fmt: skip
"""The keys that a scenario and its reference must share."""


_NAMES = (
    "importer", "exporter", "destinations", "exempt", "country", "controller", "sectors",
)  # fmt: skip
"""Keys of a change that name countries or sectors."""
_DATES = {"as_of", "known_on", "on", "until", "replay", "date"}
_FLAGS = ("both_ways", "pooled", "each")
"""Flags that say nothing when false."""


def is_path(name: str) -> bool:
    """Whether `name` is written as a file: it has a folder or ends in .yaml or .yml."""
    return "/" in name or "\\" in name or name.lower().endswith((".yaml", ".yml"))


def baseline() -> Scenario:
    """Return the scenario without changes: the law of the world's own year."""
    return Scenario(name=BASELINE, question="What was the world like in its own year?")


def _canonical(value: Any) -> Any:
    """A list of names in alphabetical order: its order in the file changes no answer."""
    return sorted(value) if isinstance(value, list) else value  # pyright: ignore


def _without_empty(value: Any) -> Any:
    """Drop unset keys and flags that say nothing, all the way down; `kind` comes first."""
    if isinstance(value, list):
        return [_without_empty(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {}
    for key, item in cast("dict[str, Any]", value).items():
        inner = _without_empty(item)
        if inner is not None and inner != [] and not (key in _FLAGS and inner is False):
            kept[key] = inner
    return {"kind": kept.pop("kind"), **kept} if "kind" in kept else kept
