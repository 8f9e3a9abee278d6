"""The envelope of every answer, and its one JSON spelling."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a command answers: named keys between `as_of` and `sources`.

    `body` holds `rows` or the command's own keys; `as_of` is the ISO date on which the answer
    was given (a stored run keeps the date of its computation).
    """

    command: str
    as_of: str
    body: Mapping[str, Any]
    sources: Sequence[Any] = ()
    assumptions: Sequence[str] = ()
    warnings: Sequence[str] = ()
    status: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the envelope as one flat mapping, keys in their documented order."""
        return {
            "command": self.command,
            "as_of": self.as_of,
            **self.body,
            "sources": list(self.sources),
            "assumptions": list(self.assumptions),
            "warnings": list(self.warnings),
            "status": dict(self.status),
        }


def to_json(value: Any, *, indent: int | None = 2) -> str:
    """Spell `value` (an `Answer` or plain data) as JSON; the same value gives the same text.

    What is not a finite number becomes null: JSON has no NaN.

    >>> to_json({"a": float("nan"), "b": (1, 2.5)}, indent=None)
    '{"a": null, "b": [1, 2.5]}'
    """
    return json.dumps(plain(value), indent=indent, ensure_ascii=False, allow_nan=False)


def plain(value: Any) -> Any:
    """Return `value` as JSON's own types, non-finite numbers as None.

    Raises TypeError for a type that has no obvious spelling.
    """
    if isinstance(value, Answer):
        return plain(value.as_dict())
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return [plain(v) for v in sorted(value)]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return plain(value.tolist())
    raise TypeError(f"{type(value).__name__} has no JSON spelling")
