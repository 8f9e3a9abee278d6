"""The state of the law as the first screen and the page of the law show it."""

from __future__ import annotations

import threading
from datetime import date
from functools import lru_cache
from typing import Any

from tradetalks.codes.families import family_heading

_SIDES = {
    "USA_on_CHN": "The United States on goods of China",
    "CHN_on_USA": "China on goods of the United States",
}
_OTHER = {"announced": "enacted", "enacted": "announced"}
_OTHER_WORDS = {
    "announced": "by legal instruments alone",
    "enacted": "counting announced steps",
}
_SHOWN = 3
_lock = threading.Lock()


def law_today(reading: str = "announced") -> dict[str, Any]:
    """Return the law of today: `sides` with averages, `deadlines` by date, `status` in full."""
    with _lock:  # the first question of a day works for the others
        return _law(date.today().isoformat(), reading)


def law_steps() -> list[dict[str, Any]]:
    """Return the averages of both sides over time, as announced, to half a year from today."""
    with _lock:
        return _steps(date.today().isoformat())


@lru_cache(maxsize=4)
def _law(on: str, reading: Any) -> dict[str, Any]:
    from tradetalks.policy import status, steps

    found = status(on, reading)
    other = {s.direction: s.total for s in steps(on, on, law=_OTHER[reading])}  # type: ignore[arg-type]
    found_steps = steps(on, on, law=reading)
    top = max(0.6, *(step.total for step in found_steps))  # both bars on one scale
    sides = [
        {
            "id": step.direction,
            "words": _SIDES[step.direction],
            "total": f"{100 * step.total:.1f}",
            "parts": [
                {
                    "words": family_heading(f),
                    "percent": f"{100 * v:.1f}",
                    "share": round(100 * v / top, 2),
                }
                for f, v in step.by_family.items()
                if v >= 0.0005
            ],
            "other": f"{100 * other[step.direction]:.1f} {_OTHER_WORDS[reading]}"
            if abs(other[step.direction] - step.total) >= 0.0005
            else "",
        }
        for step in found_steps
    ]
    deadlines = grouped(found["deadlines"])
    return {
        "on": on,
        "on_words": day_words(on),
        "reading": reading,
        "sides": sides,
        "deadlines": deadlines,
        "next": next_tariff_deadline(deadlines, on),
        "status": found,
        "known_until": day_words(found["as_of"]),
    }


def grouped(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return deadlines by date, duties first, each with what happens by default."""
    out: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        out.setdefault(row["date"], []).append(row)
    return [
        {
            "date": day,
            "words": day_words(day),
            "rows": sorted(found, key=lambda r: "points come back" not in r["by_default"]),
        }
        for day, found in out.items()
    ]


def next_tariff_deadline(deadlines: list[dict[str, Any]], on: str) -> dict[str, Any] | None:
    """Return the next day on which suspended duties come back, else the next deadline."""
    back = [d for d in deadlines if "points come back" in d["rows"][0]["by_default"]]
    found = (back or deadlines)[:1]
    if not found:
        return None
    days = (date.fromisoformat(found[0]["date"]) - date.fromisoformat(on)).days
    rest = len(found[0]["rows"]) - _SHOWN + 1
    shown = found[0]["rows"] if rest < 2 else found[0]["rows"][: _SHOWN - 1]
    return {**found[0], "days": days, "shown": shown, "rest": max(0, rest if rest > 1 else 0)}


@lru_cache(maxsize=2)
def _steps(on: str) -> list[dict[str, Any]]:
    from tradetalks.policy import timeline

    year, month = int(on[:4]), int(on[5:7]) + 6
    end = f"{year + (month > 12)}-{(month - 1) % 12 + 1:02d}-01"
    return timeline("2018-01-01", end, law="announced")


def day_words(iso: str) -> str:
    """Write a date in words.

    >>> day_words("2027-01-10")
    '10 January 2027'
    """
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B} {day.year}"
