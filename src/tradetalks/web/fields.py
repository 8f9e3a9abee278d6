"""The fields of a command's form: each turns what a reader gives into words of a command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradetalks.errors import BadNumber, unknown_name
from tradetalks.web.question import FieldError


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
class Switch:
    """A flag that is set or not."""

    name: str
    label: str
    flag: str
    options: Mapping[str, str] = field(default_factory=lambda: {"no": "no", "yes": "yes"})

    def words(self, given: str | None) -> list[str]:
        """Return what it adds to the command line. Raises FieldError."""
        if given is not None and given not in self.options:
            raise FieldError(self.name, unknown_name(self.name, given[:40], self.options))
        return [self.flag] if given == "yes" else []


Field = Choice | Whole | Switch
