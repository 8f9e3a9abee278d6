"""Parts of a scenario that are no change: the base law, sources, expected headlines."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field

from tradetalks.scenario.fields import ALL_GOODS, Date, Names, OnlyTrue, Sectors
from tradetalks.scenario.origin import refuse
from tradetalks.scenario.plain import Piece
from tradetalks.scenario.rates import Rate

_LINE_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")


def parse_text(value: object) -> object:
    """Strip blanks; every kind of line break becomes a newline, as YAML would make it."""
    return _LINE_BREAK.sub("\n", value.strip()) if isinstance(value, str) else value


def _parse_filled(value: object) -> object:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise refuse("is empty.", "Say it in plain words.")
    return parse_text(value)


Text = Annotated[str, BeforeValidator(parse_text)]
FilledText = Annotated[str, BeforeValidator(_parse_filled)]

Evidence = Literal["V", "O", "S", "P", "U", "D"]
"""V, O: the source was read; S: second-hand; P: partial; U: unverified; D: derived."""


class Base(Piece):
    """The law that the changes start from.

    `file`: the law of the world's own year. `enacted` and `announced`: the law ledger, read on
    `as_of` (or on the last `on` of the law changes, if that is later); `known_on` forgets what
    was announced after that day. `third_countries: false` leaves US duties on other countries
    than China as they were in the world's own year.
    """

    law: Literal["file", "enacted", "announced"] = Field(
        default="file",
        description="file: the law of the world's own year; enacted or announced: the ledger",
    )
    as_of: Date | None = Field(default=None, description="the day on which the law is read")
    known_on: Date | None = Field(default=None, description="what was known then, if not all")
    third_countries: bool | None = Field(
        default=None, description="whether US duties on other countries follow the law too (yes)"
    )

    def _checked(self) -> Self:
        if self.law == "file" and (given := self.as_of or self.known_on):
            key = "as_of" if self.as_of else "known_on"
            raise refuse(
                f"`{key}` belongs to the law ledger, but the law here is `file`.",
                f"Write {{law: enacted, as_of: {given.isoformat()}}}, or leave `{key}` out.",
                at=(key,),
            )
        if self.law == "file" and self.third_countries is not None:
            raise refuse(
                "`third_countries` belongs to the law ledger, but the law here is `file`.",
                "Write {law: enacted, as_of: 2026-10-05}, or leave it out.",
                at=("third_countries",),
            )
        if self.law != "file" and self.as_of is None:
            raise refuse(
                f"the {self.law} law needs a day.", f"Write {{law: {self.law}, as_of: 2026-10-05}}."
            )
        return self


class Source(Piece):
    """Where a rate or a reading comes from; `evidence` says how well it is documented."""

    title: FilledText = Field(description="what it is, in words")
    citation: Text | None = None
    date: Date | None = None
    url: Text | None = None
    evidence: Evidence | None = None
    note: Text | None = None


class Expected(Piece):
    """A headline that must come out of the changes; compiling the scenario checks it.

    Exactly one of `add` (points over the law of the world's year), `set` (the whole duty),
    `over_mfn` (points over MFN), `shut` and `statutory` (the trade-weighted average duty of the
    ledger's law, MFN included; `by_authority` splits it by family). The last is checked to 0.05
    points, and before any change that is not one of law.
    """

    importer: Names
    exporter: Names
    sectors: Sectors = (ALL_GOODS,)
    add: Rate | None = None
    set: Rate | None = None
    over_mfn: Rate | None = None
    shut: OnlyTrue | None = None
    statutory: Rate | None = None
    by_authority: dict[str, Rate] | None = None
    note: Text | None = None

    def _checked(self) -> Self:
        keys = ("add", "set", "over_mfn", "shut", "statutory")
        if sum(getattr(self, key) is not None for key in keys) != 1:
            raise refuse(
                "must name one headline.", "Give one of add, set, over_mfn, shut or statutory."
            )
        if self.by_authority is not None and self.statutory is None:
            raise refuse(
                "`by_authority` splits `statutory`.", "Add `statutory:`.", at=("by_authority",)
            )
        pair = {*self.importer, *self.exporter}
        if self.statutory is not None and pair != {"USA", "CHN"}:
            raise refuse(
                "`statutory` is known between USA and CHN.", "Name these two.", at=("statutory",)
            )
        return self
