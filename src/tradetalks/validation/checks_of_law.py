"""Checks of claims against the ledger: rates, dates and deadlines as the law had them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tradetalks.errors import UnknownName
from tradetalks.policy.intervals import Interval, build_table
from tradetalks.policy.ledger import FOREVER, Measure, day_number, iso, load_ledger
from tradetalks.policy.timelines import DIRECTIONS, HEADLINE_LISTS, Step, steps
from tradetalks.validation.claims import Claim, Found, Reading

_PRECISION = {"year": 4, "month": 7, "day": 10}
_WORDS = {"three": 3, "six": 6, "nine": 9, "twelve": 12}


def headline(_: Claim, direction: str, on: object) -> Found:
    """The sum of rates the press quotes, with the average that the law makes of it beside it."""
    step = _step(direction, str(on))
    total, sum_ = 100.0 * step.total, round(100.0 * step.headline, 4)
    why = (
        f"The rates on all goods{' plus that of Section 301 Lists 1-3' * (direction[0] == 'U')} "
        f"add to {sum_:g}%; exemptions, lists and older duties make the trade-weighted average "
        f"{total:.1f}%, MFN included."
    )
    if direction == "CHN_on_USA":
        older = 100.0 * step.by_family["cn_retaliation"] - sum_
        if older > 0.5:
            why += (
                f" Earlier retaliation is {older:.0f} points of it; the US sum counts its own old "
                "25%, so the two sums are not like for like."
            )
    return Found(
        (Reading(f"headline sum on {on}", sum_),), why, _sources(_everywhere(direction, str(on)))
    )


def rate_of(_: Claim, measures: Sequence[str], on: object) -> Found:
    """The rates of some measures on a day, added."""
    rows = _on(str(on), measures)
    rates = [round(100.0 * r.rate, 4) for r in rows]
    parts = " + ".join(f"{rate:g} ({r.measure.title})" for rate, r in zip(rates, rows, strict=True))
    return Found((Reading(f"rates on {on}", sum(rates)),), f"On {on}: {parts}.", _sources(rows))


def old_tariff(_: Claim, on: object) -> Found:
    """Section 301: the rate of Lists 1 to 3, and what it comes to on all trade."""
    rows = _on(str(on), HEADLINE_LISTS)
    rate = max(round(100.0 * r.rate, 4) for r in rows)
    average = 100.0 * _step("USA_on_CHN", str(on)).by_family["s301"]
    why = (
        f"{rate:g}% is the rate of Section 301 Lists 1 to 3; on all imports from China, with the "
        f"goods of other lists and of none, Section 301 comes to {average:.1f}%."
    )
    return Found((Reading("rate of Lists 1-3", rate),), why, _sources(rows))


def measure_announced(_: Claim, measure: str, precision: str) -> Found:
    """When a measure of the ledger was announced."""
    found = _measure(measure)
    event = found.events[0]
    announced, effective = iso(event.announced), iso(event.effective)
    why = f"{found.title}: announced {announced}, in force from {effective}."
    if measure == "cn-rare-earths-april-2025" and not any(
        e.kind in ("suspend", "terminate") for e in found.events
    ):
        why += " The ledger has no suspension of it."
    source = {"title": event.citation, "url": event.source, "evidence": event.evidence}
    return Found((Reading("announced", announced[: _PRECISION[precision]]),), why, (source,))


def date_in_scope(_: Claim, measure: str) -> Found:
    """The date that the scope of a measure names."""
    found = _measure(measure)
    event = found.events[0]
    dates = re.findall(r"\d{4}-\d{2}-\d{2}", found.scope_text)
    readings = tuple(Reading("scope", day) for day in dates)
    source = {"title": event.citation, "url": event.source, "evidence": event.evidence}
    return Found(readings, f"{found.title}: {found.scope_text}.", (source,))


def licence_limit(_: Claim) -> Found:
    """How long Chinese licences run under the London framework: a limit, which is not a review."""
    found = _measure("cn-london-framework-licences-resume-with-six")
    event = found.events[0]
    word = re.search(r"(\w+)-month", found.title)
    months = _WORDS.get(word.group(1)) if word else None
    readings = (Reading("limit of a licence", float(months), "partly"),) if months else ()
    why = (
        f"{found.title}. What is documented is how long a licence runs; a review every six months "
        "is what the article makes of it."
    )
    source = {"title": event.citation, "url": event.source, "evidence": event.evidence}
    return Found(readings, why, (source,))


def suspension_end(_: Claim, measure: str, on: object) -> Found:
    """The first day on which a suspension no longer held, as known on a day."""
    (row,) = (r for r in _on(str(on), [measure]) if r.asleep)
    back, due = (round(100.0 * x, 4) for x in (row.sleeping, row.rate + row.sleeping))
    after = build_table().of(measure)
    later = next((r for r in after if r.start == row.end and r.asleep), None)
    why = (
        f"As known on {on}: {back:g} points were suspended until {iso(row.end)}, when the rate "
        f"would have been {due:g}%."
    )
    if later is not None and later.end < FOREVER:
        why += f" It was then extended to {iso(later.end)}."
    return Found((Reading("suspended until", iso(row.end)),), why, _sources([row]))


def _measure(name: str) -> Measure:
    found = load_ledger().measure(name)
    if found is None:
        raise UnknownName(f"claims.yaml: the ledger has no measure '{name}'.")
    return found


@cache
def _step(direction: str, on: str) -> Step:
    return next(s for s in steps(on, on, as_known_on=on) if s.direction == direction)


def _on(on: str, measures: Sequence[str]) -> list[Interval]:
    """Return the intervals of measures on a day, as known then."""
    day = day_number(on)
    active = build_table(as_known_on=day).active(day)
    rows = [r for name in measures for r in active if r.measure.id == name]
    if not rows:
        raise UnknownName(f"claims.yaml: no measure of {list(measures)} holds on {on}.")
    return rows


def _everywhere(direction: str, on: str) -> list[Interval]:
    """Return the duties on all goods of the other side that add to the headline sum."""
    importer, exporter = DIRECTIONS[direction]
    day = day_number(on)
    return [
        r for r in build_table(as_known_on=day).active(day)
        if r.rate > 0 and r.column is None and "all" in r.measure.products
        and r.measure.authority != "mfn" and r.measure.hits(exporter, importer)
    ]  # fmt: skip


def _sources(rows: Sequence[Interval]) -> tuple[dict[str, str], ...]:
    events = {r.event.citation: r.event for r in rows}
    return tuple(
        {"title": e.citation, "url": e.source, "evidence": e.evidence} for e in events.values()
    )


CHECKS = {
    f.__name__: f
    for f in (
        *(headline, rate_of, old_tariff, measure_announced, date_in_scope, licence_limit),
        *(suspension_end,),
    )
}
