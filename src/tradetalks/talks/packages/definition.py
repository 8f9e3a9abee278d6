"""`Agenda`: the issues on the table, their levels, and what each level means to each side."""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr

from tradetalks.errors import BadInput, did_you_mean
from tradetalks.scenario import Scenario, yaml_text
from tradetalks.scenario.changes import Change, Elasticity
from tradetalks.scenario.closures import Closures, Horizon
from tradetalks.scenario.definition import parse_sources
from tradetalks.scenario.origin import Keys, Origin, describe, key_label, refuse
from tradetalks.scenario.parts import Base, Evidence, FilledText, Source, Text
from tradetalks.scenario.plain import Piece
from tradetalks.talks.packages.approvers import Approver, Stake
from tradetalks.talks.packages.figures import Figure

MOST_PACKAGES = 2**20
"""More than this are not enumerated."""
MOST_ISSUES = 20


def _parse_id(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str) or not value.strip():
        hint = " (YAML reads on, off, yes and no as flags)" if isinstance(value, bool) else ""
        raise refuse(f"found {describe(value)} where a name belongs{hint}.", 'Write "off".')
    name = value.strip()
    if not all(c.isalnum() or c in "-_." for c in name):
        raise refuse(
            f"'{name}' cannot be a name.", "Use letters, digits, '-', '_' and '.', no blanks."
        )
    return name


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore


Name = Annotated[str, BeforeValidator(_parse_id)]


class Weight(Figure):
    """What a level is worth to one side beyond what the model computes, per year.

    `value` in `unit`: billions of US dollars, or percent of the side's real income.
    """

    side: Name = Field(description="which side: a country code such as USA")
    unit: Literal["usd_bn", "percent"] = "usd_bn"


class Level(Piece):
    """One of the ways in which an issue can be settled.

    `changes` are those of a scenario, on top of the law at the deadline; `weights` what the
    model does not compute. `default` marks what happens by law if nothing is signed, `today`
    what holds now.
    """

    id: Name = Field(description="a short name")
    title: Text | None = None
    default: bool = False
    today: bool = False
    changes: Annotated[tuple[Change, ...], BeforeValidator(_as_tuple)] = ()
    weights: Annotated[tuple[Weight, ...], BeforeValidator(_as_tuple)] = ()
    assumed: Text | None = Field(
        default=None, description="what of the changes is assumed, with its range, in words"
    )
    note: Text | None = None


class Issue(Piece):
    """A question on the table. `by` is the side that carries it out: it can breach it."""

    id: Name = Field(description="a short name")
    title: Text | None = None
    by: Name = Field(description="the side whose act it is, such as USA")
    levels: Annotated[tuple[Level, ...], BeforeValidator(_as_tuple)] = Field(
        description="two or more ways to settle it"
    )
    note: Text | None = None

    def _checked(self) -> Self:
        if len(self.levels) < 2:
            raise refuse(
                f"the issue '{self.id}' has nothing to decide.", "Give it two levels or more.",
                at=("levels",),
            )  # fmt: skip
        names = [level.id for level in self.levels]
        if twice := next((n for n in names if names.count(n) > 1), None):
            raise refuse(
                f"the level '{twice}' of '{self.id}' stands twice.", "Rename one.", at=("levels",)
            )
        for flag, what in (("default", "law at the deadline"), ("today", "law of today")):
            if sum(getattr(level, flag) for level in self.levels) > 1:
                raise refuse(
                    f"two levels of '{self.id}' are both the {what}.",
                    f"Write `{flag}: true` once.",
                    at=("levels",),
                )
        if not any(level.default for level in self.levels):
            raise refuse(
                f"no level of '{self.id}' is the default: what happens if nothing is signed?",
                "Write `default: true` at the level that the law brings at the deadline.",
                at=("levels",),
            )
        weighed = any(w.value for level in self.levels for w in level.weights)
        if not weighed and len({level.changes for level in self.levels}) == 1:
            raise refuse(
                f"the issue '{self.id}' maps to nothing: its levels make the same world and none "
                "carries a weight.",
                "Give a level `changes:`, or `weights:` where no shock exists.",
            )
        return self

    @property
    def default(self) -> int:
        """Position of the level that the law brings."""
        return next(n for n, level in enumerate(self.levels) if level.default)

    @property
    def today(self) -> int:
        """Position of the level that holds today: the default if none is marked."""
        marked = [n for n, level in enumerate(self.levels) if level.today]
        return marked[0] if marked else self.default

    def position(self, level: str) -> int:
        """Return the position of a level by name. Raises `UnknownName`."""
        from tradetalks.errors import unknown_name

        names = [one.id for one in self.levels]
        if level not in names:
            raise unknown_name(f"level of '{self.id}'", level, names)
        return names.index(level)


class Agenda(Piece):
    """What is negotiated, by whom, and what the law does at the deadline without agreement."""

    name: Name = Field(description="a short name")
    title: Text | None = None
    question: FilledText = Field(description="the question in plain words")
    sides: Annotated[tuple[Name, ...], BeforeValidator(_as_tuple)] = ("USA", "CHN")
    base: Base = Base()
    unit: Literal["percent", "usd_bn"] = "percent"
    world: Text = "world-2022"
    regions: Text = "default"
    goods: Literal["none", "default", "all"] = "none"
    horizon: Horizon = "medium"
    closures: Closures = Closures()
    issues: Annotated[tuple[Issue, ...], BeforeValidator(_as_tuple)] = Field(
        description="what is on the table"
    )
    approvers: Annotated[tuple[Approver, ...], BeforeValidator(_as_tuple)] = ()
    sources: Annotated[tuple[Source, ...], BeforeValidator(parse_sources)] = Field(
        description="where levels and rates come from"
    )
    notes: Text | None = None

    _origin: Origin = PrivateAttr(default_factory=Origin)

    def _checked(self) -> Self:
        if len(self.sides) != 2 or self.sides[0] == self.sides[1]:
            raise refuse("a package has two sides.", "Write `sides: [USA, CHN]`.", at=("sides",))
        if not self.issues:
            raise refuse("there is nothing on the table.", "Add issues.", at=("issues",))
        names = [issue.id for issue in self.issues]
        if twice := next((n for n in names if names.count(n) > 1), None):
            raise refuse(f"the issue '{twice}' stands twice.", "Rename one.", at=("issues",))
        if len(self.issues) > MOST_ISSUES or self.count > MOST_PACKAGES:
            raise refuse(
                f"{len(self.issues)} issues make {self.count:,} packages; {MOST_PACKAGES:,} "
                f"(2^20) of at most {MOST_ISSUES} issues are enumerated.",
                "Drop levels, settle issues beforehand, or freeze them into the base.",
                kind="bad_number",
                at=("issues",),
            )
        for n, issue in enumerate(self.issues):
            self._check_side(issue.by, ("issues", n, "by"))
            for m, level in enumerate(issue.levels):
                if any(isinstance(change, Elasticity) for change in level.changes):
                    raise refuse(
                        "an elasticity is not for governments to sign.",
                        "Ask with other elasticity sets instead (--elasticities all).",
                        at=("issues", n, "levels", m, "changes"),
                    )
                for k, weight in enumerate(level.weights):
                    self._check_side(weight.side, ("issues", n, "levels", m, "weights", k, "side"))
        for n, approver in enumerate(self.approvers):
            self._check_side(approver.side, ("approvers", n, "side"))
            for name in approver.cares:
                if name not in names:
                    raise refuse(
                        f"'{approver.id}' cares for '{name}', which is no issue here.",
                        did_you_mean(name, names) or "Issues: " + ", ".join(names) + ".",
                        kind="unknown_name",
                        at=("approvers", n, "cares"),
                    )
            for m, stake in enumerate(approver.stakes):
                self._check_stake(stake, ("approvers", n, "stakes", m))
        return self

    def _check_stake(self, stake: Stake, at: Keys) -> None:
        levels = {issue.id: [level.id for level in issue.levels] for issue in self.issues}
        for key, name, known in (
            ("issue", stake.issue, list(levels)),
            ("level", stake.level, levels.get(stake.issue, [])),
        ):
            if name not in known:
                raise refuse(
                    f"unknown {key} '{name}'.",
                    did_you_mean(name, known) or "Known: " + ", ".join(known) + ".",
                    kind="unknown_name",
                    at=(*at, key),
                )

    def _check_side(self, side: str, at: Keys) -> None:
        if side not in self.sides:
            raise refuse(
                f"'{side}' is no side of these talks.", "Sides: " + ", ".join(self.sides) + ".",
                kind="unknown_name", at=at,
            )  # fmt: skip

    @property
    def origin(self) -> Origin:
        """Where it was read."""
        return self._origin

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of levels by issue."""
        return tuple(len(issue.levels) for issue in self.issues)

    @property
    def count(self) -> int:
        """Number of packages."""
        return math.prod(self.shape)

    @property
    def deadline(self) -> datetime.date | None:
        """The day of the law that follows without agreement; None on a table's own law."""
        return self.base.as_of

    @classmethod
    def from_yaml(cls, text: str, *, file: str | Path | None = None) -> Self:
        """Read an agenda from YAML; errors name file and line."""
        data, origin = yaml_text.parse(
            text,
            file=None if file is None else str(file),
            folder=None if file is None else Path(file).parent,
        )
        agenda = cls.model_validate(data, context=origin)
        agenda._origin = origin
        return agenda

    def replace(self, **settings: Any) -> Self:
        """Return a copy with other settings of the model, checked: `replace(horizon="short")`."""
        changed = type(self).model_validate(
            {**self.model_dump(mode="json", exclude_unset=True), **settings}, context=self._origin
        )
        changed._origin = self._origin
        return changed

    def check_deadline(self, today: datetime.date) -> None:
        """Raise `BadInput` where the talks are over: the deadline is not after the day they know.

        That day is `known_on` of the base, or `today` where it is left out.
        """
        day, known = self.base.as_of, self.base.known_on
        if day is None or day > (known or today):
            return
        seen = f"known_on is {known}" if known else f"today is {today}"
        cure = (
            "Name a deadline after that day."
            if known
            else f"To ask the question as of then, add `known_on: {day - datetime.timedelta(60)}` "
            "(a day before the deadline) to `base`."
        )
        raise BadInput(
            f"base: the deadline {day} has passed ({seen}): there is nothing left to sign.",
            cure=cure, file=self._origin.file, line=self._origin.line(("base", "as_of")),
        )  # fmt: skip

    def scenario(self, levels: tuple[int, ...], only: int | None = None) -> Scenario:
        """Return the world of a package as a scenario: base law, and the changes of its levels.

        With `only` those of one issue, named by its position.
        """
        changes = tuple(
            change
            for k, (issue, at) in enumerate(zip(self.issues, levels, strict=True))
            for change in issue.levels[at].changes
            if only in (None, k)
        )
        return Scenario(
            name=f"{self.name}-{'.'.join(map(str, levels))}",
            question=self.question,
            base=self.base,
            world=self.world,
            regions=self.regions,
            goods=self.goods,
            horizon=self.horizon,
            closures=self.closures,
            changes=changes,
            sources=self.sources,
        )

    def place(self, issue: int, level: int) -> tuple[str, int | None]:
        """Return the words and the line of a level, for errors."""
        keys: Keys = ("issues", issue, "levels", level)
        return key_label(keys), self._origin.line(keys)


__all__ = ["MOST_PACKAGES", "Agenda", "Approver", "Evidence", "Issue", "Level", "Weight"]
