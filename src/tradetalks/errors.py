"""One class per kind of failure; every message carries a cause, a place and a cure.

The exit status of the command line is part of the class: 1 no answer, 2 bad input,
3 data missing on this machine.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class TradeTalksError(Exception):
    """Base of all failures a person can act on.

    Parameters: `cause` what is wrong, `cure` what to do about it, `file` and `line`
    where it was found (either may be missing).
    """

    exit_status = 1

    def __init__(
        self,
        cause: str,
        *,
        cure: str = "",
        file: str | Path | None = None,
        line: int | None = None,
    ) -> None:
        self.cause = cause
        self.cure = cure
        self.file = str(file) if file is not None else None
        self.line = line
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ""
        if self.file is not None:
            place = f"{self.file}:{self.line}: " if self.line is not None else f"{self.file}: "
        elif self.line is not None:
            place = f"line {self.line}: "
        cure = f" {self.cure}" if self.cure else ""
        return f"{place}{self.cause}{cure}"


class NoAnswer(TradeTalksError):
    """The question was understood but has no answer (exit status 1)."""


class NotConverged(NoAnswer):
    """The solver did not find an equilibrium; no number may be shown."""


class BadInput(TradeTalksError):
    """What the user gave cannot be used as it stands (exit status 2)."""

    exit_status = 2


class UnknownName(BadInput):
    """A country, sector, scenario, key ... that we do not know, with a suggestion."""


class BadNumber(BadInput):
    """A number outside the range in which it has a meaning."""


class BadFile(BadInput):
    """A file that cannot be read as what it should be."""


class BadTable(BadInput):
    """A trade or input-output table that is malformed or does not balance."""


class DataMissing(TradeTalksError):
    """Raw data that this machine does not have (exit status 3)."""

    exit_status = 3


class CannotWrite(BadInput):
    """A folder or file that cannot be written."""


def did_you_mean(name: str, options: Iterable[str], *, show: int = 3) -> str:
    """Return a suggestion sentence for a misspelt `name`, or an empty string.

    >>> did_you_mean("USB", ["USA", "CHN", "MEX"])
    "Did you mean 'USA'?"
    >>> did_you_mean("zzzz", ["USA", "CHN"])
    ''
    """
    by_folded = {o.casefold(): o for o in options}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=show, cutoff=0.6)
    if not close:
        return ""
    found = " or ".join(f"'{by_folded[c]}'" for c in close)
    return f"Did you mean {found}?"


def unknown_name(
    kind: str,
    name: str,
    options: Iterable[str],
    *,
    file: str | Path | None = None,
    line: int | None = None,
    see: str = "",
) -> UnknownName:
    """Build the `UnknownName` error for `name`, with the nearest of `options` as a cure.

    >>> str(unknown_name("country", "USB", ["USA", "CHN"], file="s.yaml", line=7))
    "s.yaml:7: unknown country 'USB'. Did you mean 'USA'?"
    """
    options = list(options)
    cure = did_you_mean(name, options)
    if not cure and 0 < len(options) <= 12:
        cure = "Known: " + ", ".join(options) + "."
    if see:
        cure = f"{cure} {see}".strip()
    return UnknownName(f"unknown {kind} '{name}'.", cure=cure, file=file, line=line)
