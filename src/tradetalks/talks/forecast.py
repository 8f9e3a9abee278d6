"""How likely is each outcome at a deadline of the talks, from the record up to a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tradetalks.errors import BadInput, NoAnswer
from tradetalks.talks.forecast_data import (
    AVERTED,
    KINDS,
    KNOWN_UNTIL,
    OUTCOMES,
    UNKNOWN_FROM,
    Deadline,
    Record,
    load_record,
)
from tradetalks.talks.forecast_model import predict
from tradetalks.talks.forecast_rates import (
    Hazard,
    Rates,
    hazard_by,
    pooled_interval,
    rates_of,
)
from tradetalks.talks.forecast_scores import Backtest, backtest

RICHER = "contacts"
_ALIKE = ("truce", "suspension")
MARKETS = (
    "No price of a prediction market on any of these deadlines is on file (markets on 'a tariff "
    "agreement by a date' ask another question), so none is compared."
)
LITTLE = (
    "Extensions of one instrument come in chains, often decided on one day by the same people: "
    "an interval (90%) spans counting every decision and counting every chain once."
)


@dataclass(frozen=True, eq=False)
class Forecast:
    """A forecast made on `on` of the outcome of `deadline`.

    `rates` are those of its class, the headline unless `test` shows that the richer model wins.
    `days` is the time over which the truce must hold, from the last day of evidence;
    `hazard` leaves the years of Phase One out, `hazard_long` has them.
    """

    on: date
    deadline: Deadline
    record: Record
    rates: Rates
    hazard: Hazard
    hazard_long: Hazard
    days: int
    test: Backtest | None

    @property
    def uses_richer(self) -> bool:
        """Whether the richer model has beaten the class rate out of sample by `on`."""
        return self.test is not None and self.test.beats_class(RICHER)

    def outcomes(self) -> list[dict[str, Any]]:
        """Return a row per outcome: probability with its interval, and the richer model's."""
        other = predict(self.record, self.deadline, self.on)[RICHER]
        rows: list[dict[str, Any]] = []
        for k, outcome in enumerate(OUTCOMES):
            found = self.rates.of(outcome)
            richer = float(other[k])
            if self.uses_richer:
                found["probability"] = richer
                found["low"] = min(found["low"], richer)
                found["high"] = max(found["high"], richer)
            rows.append({"outcome": outcome, **found, "count": int(self.rates.counts[k]),
                         RICHER: richer})  # fmt: skip
        return rows

    def alive(self) -> list[dict[str, Any]]:
        """Return the chance that the truce is unbroken and averts its end, by record of breaks.

        Empty unless the deadline is that of a truce.
        """
        if self.deadline.kind != "truce":
            return []
        kept = self.rates.of(*AVERTED)["probability"]
        if self.uses_richer:
            kept = sum(r["probability"] for r in self.outcomes() if r["outcome"] in AVERTED)
        rows: list[dict[str, Any]] = []
        for name, hazard in (
            ("without Phase One", self.hazard),
            ("with Phase One", self.hazard_long),
        ):
            unbroken = hazard.unbroken(self.days)
            low, high = pooled_interval([self.rates], AVERTED, hazard, self.days)
            rows.append(
                {
                    **hazard.row(name),
                    "over_days": self.days,
                    "unbroken": unbroken["probability"],
                    "unbroken_low": unbroken["low"],
                    "unbroken_high": unbroken["high"],
                    "alive": kept * unbroken["probability"],
                    "alive_low": low,
                    "alive_high": high,
                }
            )
        return rows

    def readings(self) -> list[dict[str, Any]]:
        """Return the chance to extend under other readings of the same record, a row each."""
        return [
            {"reading": name, "decisions": rates.n, "chains": rates.chains} | rates.of("extend")
            for name, rates in self._ways()
        ]

    def over_readings(self) -> list[dict[str, Any]]:
        """Return 90% intervals that carry the choice of class too: every reading equally often.

        Rows for `extend`, and for a truce for `alive` by record of breaks; `low` and `high` are
        quantiles of posterior draws (Dirichlet rates, Gamma hazards) pooled over the readings.
        """
        ways = [rates for _, rates in self._ways()]
        low, high = pooled_interval(ways, ["extend"])
        rows: list[dict[str, Any]] = [{"what": "extend", "record": "", "low": low, "high": high}]
        if self.deadline.kind != "truce":
            return rows
        for name, hazard in (
            ("without Phase One", self.hazard),
            ("with Phase One", self.hazard_long),
        ):
            low, high = pooled_interval(ways, AVERTED, hazard, self.days)
            rows.append({"what": "alive", "record": name, "low": low, "high": high})
        return rows

    def _ways(self) -> list[tuple[str, Rates]]:
        """Return the readings of the record by name, that of the headline first."""
        decided = _decided(self.record, self.deadline, self.on)
        own = [d for d in decided if d.kind == self.deadline.kind]
        once = replace(self.rates, counts=self.rates.once)
        ways = [("every decision of the class", rates_of(own)), ("one vote per chain", once)]
        legal = [d for d in own if not d.announced_only]
        if len(legal) < len(own):
            name = "without what was announced only (no legal act on file)"
            ways.append((name, rates_of(legal)))
        if self.deadline.kind in _ALIKE:
            both = [d for d in decided if d.kind in _ALIKE]
            ways.append(("truces and suspended controls together", rates_of(both)))
        ways.append(("every class together", rates_of(decided)))
        return ways

    def classes(self) -> list[dict[str, Any]]:
        """Return base rates by class as known on the day, a row each."""
        decided = [d for d in self.record.deadlines if d.decided_by(self.on)]
        rows: list[dict[str, Any]] = []
        for kind, words in KINDS.items():
            rates = rates_of(d for d in decided if d.kind == kind)
            counts = {o: int(c) for o, c in zip(OUTCOMES, rates.counts, strict=True)}
            averted = rates.of(*AVERTED)
            rows.append({"kind": kind, "what": words, "decisions": rates.n, "chains": rates.chains,
                         **counts} | {f"averted_{k}": v for k, v in averted.items()})  # fmt: skip
        return rows

    def evidence(self) -> list[dict[str, Any]]:
        """Return the decided deadlines of the class, a row each, with source and mark."""
        return [
            {
                "id": d.id,
                "title": d.title,
                "chain": d.chain,
                "deadline": d.deadline.isoformat(),
                "decided_on": d.decided_on.isoformat() if d.decided_on else None,
                "outcome": d.outcome,
                "announced_only": d.announced_only,
                "evidence": d.evidence,
                "source": d.source,
                "note": d.note,
            }
            for d in _decided(self.record, self.deadline, self.on)
            if d.kind == self.deadline.kind
        ]

    def open_deadlines(self) -> list[dict[str, Any]]:
        """Return deadlines that were known and undecided on the day, with rates of their class."""
        rows: list[dict[str, Any]] = []
        for d in open_on(self.record, self.on):
            rates = rates_of(x for x in _decided(self.record, d, self.on) if x.kind == d.kind)
            averted = rates.of(*AVERTED)
            line: dict[str, Any] = {
                "id": d.id,
                "deadline": d.deadline.isoformat(),
                "title": d.title,
                "kind": d.kind,
                "decided_before": rates.n,
                "default": d.default,
            }
            for outcome in OUTCOMES:
                line[outcome] = rates.of(outcome)["probability"]
            rows.append(line | {"averted_low": averted["low"], "averted_high": averted["high"]})
        return rows

    def assumptions(self) -> tuple[str, ...]:
        """Return what is assumed, one sentence each."""
        return (
            "The next decision is like those of its class (assumed); Jeffreys' prior of half a "
            "case per outcome.",
            LITTLE,
            "Breaks of a truce come at a constant hazard (assumed), counted from the last day of "
            "evidence; a break that is repaired in time counts as a break.",
            "Where the record does not say when a deadline became known: when the link before it "
            "was decided, or else 30 days before (assumed); it matters to the richer model only.",
        )

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader must know before quoting a number."""
        out = [
            f"Record known to {KNOWN_UNTIL.isoformat()}; outcomes on or after "
            f"{UNKNOWN_FROM.isoformat()} are unknown."
        ]
        missed = [
            d.id for d in self.record.deadlines
            if d.decided_on is None and d.deadline < self.on
        ]  # fmt: skip
        if missed:
            out.append(f"Passed without an outcome on file, so not counted: {', '.join(missed)}.")
        if self.test is None:
            out.append("Too few deadlines were decided by then to test a forecast.")
        return (*out, MARKETS)

    def sources(self) -> list[dict[str, str]]:
        """Return the sources of the evidence."""
        rows = [self.deadline, *(d for d in self.record.deadlines if d.decided_by(self.on))]
        return [
            {"title": f"{d.id}: {d.title}", "citation": d.source, "evidence": d.evidence}
            for d in rows
        ]


def forecast(
    on: date | None = None, deadline: str | None = None, *, record: Record | None = None
) -> Forecast:
    """Forecast a deadline (an id or an ISO day; the next end of a truce if left out) on a day.

    Only what was decided by `on` (today if left out) is used. Raises `BadInput` for an unknown
    deadline, one already passed or decided by then, or not known yet; `NoAnswer` if none is open.
    """
    day = on or date.today()
    book = record or load_record()
    chosen = _next(book, day) if deadline is None else book.find(deadline)
    if chosen.decided_on is not None and chosen.decided_on <= day:
        raise BadInput(
            f"deadline {chosen.id} ({chosen.deadline}) was decided on {chosen.decided_on} "
            f"({chosen.outcome}), not after {day}.",
            cure=f"Ask as of an earlier day: --on {chosen.known_from}.",
        )
    if chosen.deadline < day:
        raise BadInput(
            f"deadline {chosen.id} is in the past: {chosen.deadline} is before {day}.",
            cure="Choose one that `tradetalks forecast` lists as open, or an earlier --on.",
        )
    if chosen.known_from > day:
        raise BadInput(
            f"on {day} nobody knew of deadline {chosen.id}: it was set on {chosen.known_from}.",
            cure=f"Use --on {chosen.known_from} or later.",
        )
    hazard = hazard_by(book.spells, day, phase_one=False)
    if not hazard.days and chosen.kind == "truce":
        raise NoAnswer(f"no truce is on record before {day}.", cure="Ask for a later day.")
    try:
        test = backtest(book, day)
    except NoAnswer:
        test = None
    return Forecast(
        on=day,
        deadline=chosen,
        record=book,
        rates=rates_of(d for d in _decided(book, chosen, day) if d.kind == chosen.kind),
        hazard=hazard,
        hazard_long=hazard_by(book.spells, day, phase_one=True),
        days=max((chosen.deadline - min(day, KNOWN_UNTIL)).days, 0),
        test=test,
    )


def open_on(record: Record, day: date) -> list[Deadline]:
    """Return the deadlines that were known on `day`, undecided, and still to come."""
    return [
        d for d in record.deadlines if d.known_from <= day <= d.deadline and not d.decided_by(day)
    ]


def _next(record: Record, day: date) -> Deadline:
    found = open_on(record, day)
    if not found:
        raise NoAnswer(
            f"no deadline is open on {day}.",
            cure=f"The record ends on {KNOWN_UNTIL}; ask for a day up to the last deadline.",
        )
    return next((d for d in found if d.kind == "truce"), found[0])


def _decided(record: Record, row: Deadline, day: date) -> list[Deadline]:
    return [d for d in record.deadlines if d.id != row.id and d.decided_by(day)]
