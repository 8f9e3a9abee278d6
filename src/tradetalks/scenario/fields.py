"""The kinds of value that keys of a scenario take: names, dates, flags."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer

from tradetalks.scenario.origin import describe, refuse
from tradetalks.scenario.plain import Piece

ALL = "all"
ALL_GOODS = "all_goods"


def parse_names(value: object) -> tuple[str, ...]:
    """Return one name, or a list of names, as a tuple without blanks and repeats."""
    items: list[Any] = list(value) if isinstance(value, (list, tuple)) else [value]  # pyright: ignore
    if not items:
        raise refuse("the list is empty.", "Name at least one, or write 'all'.")
    names: list[str] = []
    for item in items:
        if not isinstance(item, str) or not item.strip():
            raise refuse(f"found {describe(item)} where a name belongs.", "Write a code or a list.")
        name = item.strip()
        if name in names:
            raise refuse(f"'{name}' stands in the list twice.", "Remove one.")
        names.append(name)
    whole = [name for name in names if name in (ALL, ALL_GOODS)]
    if whole and len(names) > 1:
        raise refuse(f"'{whole[0]}' stands beside other names.", "Write it alone.")
    return tuple(names)


def _parse_sectors(value: object) -> tuple[str, ...]:
    """As `parse_names`; a number is a sector code whose leading zero YAML has dropped."""
    items: list[Any] = list(value) if isinstance(value, (list, tuple)) else [value]  # pyright: ignore
    return parse_names(
        [f"{i:02d}" if isinstance(i, int) and not isinstance(i, bool) else i for i in items]
    )


def parse_date(value: object) -> datetime.date:
    """Return a date; text must be ISO (2025-05-12)."""
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise refuse(
            f"found {describe(value)} where a date belongs.", "Write it as 2025-05-12."
        ) from None


Date = Annotated[datetime.date, BeforeValidator(parse_date)]


def write_names(names: tuple[str, ...]) -> str | list[str]:
    """Spell names as a file would: one name alone, several as a list."""
    return names[0] if len(names) == 1 else list(names)


_WRITE_NAMES = PlainSerializer(write_names)
Names = Annotated[tuple[str, ...], BeforeValidator(parse_names), _WRITE_NAMES]
Sectors = Annotated[tuple[str, ...], BeforeValidator(_parse_sectors), _WRITE_NAMES]


def parse_true(value: object) -> bool:
    """Return True; anything but true is refused, because false would say nothing."""
    if value is not True:
        raise refuse(f"found {describe(value)}; only true has a meaning here.", "Or leave it out.")
    return True


OnlyTrue = Annotated[Literal[True], BeforeValidator(parse_true)]


class OneOf(Piece):
    """A piece in which exactly one of several keys must be given."""

    def _given(self, keys: tuple[str, ...]) -> list[str]:
        return [key for key in keys if getattr(self, key) is not None]

    def _require_one(self, keys: tuple[str, ...]) -> None:
        given = self._given(keys)
        wanted = ", ".join(keys[:-1]) + f" or {keys[-1]}"
        if not given:
            raise refuse("says nothing to do.", f"Give exactly one of {wanted}.")
        if len(given) > 1:
            raise refuse(
                f"gives {' and '.join(given)} together.",
                f"Give exactly one of {wanted}; write two changes to do both in turn.",
                at=(given[1],),
            )
