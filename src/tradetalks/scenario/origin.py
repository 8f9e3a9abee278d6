"""Where a piece of a scenario was written, and the words for what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic_core import PydanticCustomError

Keys = tuple[str | int, ...]
"""The way to a value inside a scenario: `("changes", 0, "add")`."""


@dataclass(frozen=True, eq=False)
class Origin:
    """Where a scenario was read: its file, the folder it lies in and the line of each key.

    Two scenarios that ask the same thing are equal wherever they were written, so all origins
    compare equal.
    """

    file: str | None = None
    folder: Path | None = None
    lines: Mapping[Keys, int] = field(default_factory=lambda: {})

    def line(self, keys: Keys) -> int | None:
        """Return the line of `keys`, or of the nearest enclosing key that has one."""
        for end in range(len(keys), -1, -1):
            if keys[:end] in self.lines:
                return self.lines[keys[:end]]
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin)

    def __hash__(self) -> int:
        return 0


def refuse(
    cause: str,
    cure: str = "",
    *,
    kind: Literal["bad_input", "bad_number", "unknown_name"] = "bad_input",
    at: Keys = (),
) -> PydanticCustomError:
    """Build the exception that a validator raises; `at` leads from the piece to the culprit."""
    return PydanticCustomError(kind, "{cause}", {"cause": cause, "cure": cure, "at": at})


def key_label(keys: Keys) -> str:
    """Spell a way into a scenario as a person would.

    >>> key_label(("changes", 0, "add"))
    'changes[0].add'
    """
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text or "scenario"


def describe(value: object) -> str:
    """Name a value in the words of a YAML file.

    >>> describe([1]), describe(2025), describe(None)
    ('a list', 'the number 2025', 'nothing')
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text '{value}'" if len(value) <= 60 else "a long text"
        case list() | tuple():
            return "a list"
        case dict():
            return "`key: value` pairs"
        case _:
            return f"'{value}'"
