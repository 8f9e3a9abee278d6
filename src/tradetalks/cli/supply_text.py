"""How answers about critical goods are written: cells, shared notes, options of the commands."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ASSUMED_DAYS = (
    "Stocks in days of use are assumed where no source gives them (range x/÷ 2). The ranges of "
    "what a regime assumes: --format json and docs/supply.md."
)
CRITICAL = (
    "Losses are of the model economy after stocks have run out, against the law of 2022; the range "
    "is over the elasticity of critical inputs (assumed), which decides the answer. Market values "
    "and shares: docs/critical-goods.md."
)
SOURCES = "Sources of the world's table, of each good and of each regime: --format json."


def share(text: str | None, option: str) -> float | None:
    """Read a share of the command line: `55%` or 0.55; `BadNumber` for a bare number above 1."""
    from tradetalks.errors import BadNumber

    if text is None:
        return None
    plain = text.strip()
    try:
        value = float(plain.removesuffix("%")) / (100.0 if plain.endswith("%") else 1.0)
    except ValueError:
        raise BadNumber(f"{option} '{text}' is not a share.", cure="Write 55% or 0.55.") from None
    if not 0.0 <= value <= 1.0:
        cure = "A share lies between 0% and 100%."
        if not plain.endswith("%") and 1.0 < value <= 100.0:
            cure = f"Do you mean {plain}% or {value / 100:g}? {cure}"
        raise BadNumber(f"{option} {text} is no share.", cure=cure)
    return value


def day(text: str | None, option: str) -> datetime.date | None:
    """Read a date of the command line."""
    from tradetalks.errors import BadInput

    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"{option} '{text}' is not a date.", cure="Write it as YYYY-MM-DD, e.g. 2026-11-10."
        ) from None


def percent(row: Mapping[str, Any] | None) -> str:
    """Write a loss in percent with its range on a line of its own; `-` where not solved."""
    return _banded(row, _signed)


def dollars(row: Mapping[str, Any] | None) -> str:
    """Write USD billions with the range."""
    return _banded(row, _money)


def days(row: Mapping[str, Any] | None, words: str = "none") -> str:
    """Write days with the range; `words` where the day does not come."""
    return _banded(row, lambda x: words if x is None else f"{x:.0f}", missing=words)


def stock(row: Mapping[str, Any]) -> str:
    """Write a stock with the mark `a` where it is assumed."""
    mark = "a" if row.get("source") == "assumed" else ""
    return f"{row['central']:.0f}{mark}"


def _signed(x: float) -> str:
    if abs(x) < 5e-4:
        return "0.000"
    return f"{x:+.3f}" if abs(x) < 0.0995 else f"{x:+.2f}" if abs(x) < 0.995 else f"{x:+.1f}"


def _money(x: float) -> str:
    digits = 0 if abs(x) >= 9.95 else 1 if abs(x) >= 0.95 else 2 if abs(x) >= 0.095 else 3
    return f"{x:,.{digits}f}" if abs(x) >= 5e-4 else "0.000"


def _banded(row: Mapping[str, Any] | None, write: Any, missing: str = "-") -> str:
    from tradetalks.results.labels import banded

    if row is None:
        return ""
    centre, low, high = row["central"], row["low"], row["high"]
    if centre is None and low is None and high is None:
        return missing
    said = [missing if x is None else write(x) for x in (centre, low, high)]
    return banded(*said)


def suppliers(row: Mapping[str, float], most: int = 3) -> str:
    """Write suppliers with their shares."""
    return "\n".join(f"{name} {share:.0f}%" for name, share in list(row.items())[:most])


def good(code: str) -> str:
    """Return a good's plain name and code."""
    from tradetalks.results.labels import sector_name

    name = sector_name(code)
    return code if name == code else f"{name} ({code})"


_LARGE = -1.0


def doubt(losses: Iterable[Mapping[str, Any] | None]) -> tuple[str, ...]:
    """Return a warning where a loss of real income is larger than one percent."""
    worst = min((x["low"] for x in losses if x and x["low"] is not None), default=0.0)
    if worst > _LARGE:
        return ()
    return (
        f"Losses as large as {worst:.2g}% mean that whole sectors stand still for want of a cheap "
        "input, for a year and with no stocks, thrift or recycling: beyond what we trust. Take the "
        "end of the range nearest zero, and the medium run.",
    )


def unsolved(failed: Sequence[str]) -> tuple[str, ...]:
    """Return the warning about cuts without an equilibrium."""
    return (f"No equilibrium, so the range is incomplete: {'; '.join(failed)}.",) if failed else ()


def envelope(
    command: str,
    body: Any,
    sources: Any,
    assumptions: Any,
    warnings: Any,
    *,
    converged: bool | None = None,
) -> Any:
    """Return the envelope of an answer given today; `converged` unless something failed."""
    from tradetalks.results import Answer

    today = datetime.date.today().isoformat()
    status = {"converged": not warnings if converged is None else converged}
    return Answer(command, today, body, sources, assumptions, warnings, status)
