"""`duty`: what a product pays on a date, why, and what it would pay if suspensions lapsed."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from tradetalks.errors import BadInput, unknown_name
from tradetalks.policy.intervals import Interval, IntervalTable, build_table, counts
from tradetalks.policy.ledger import FOREVER, Law, day_number, iso
from tradetalks.policy.lines import WEIGHTS, LineTable, dotted, load_lines
from tradetalks.policy.overlays import lapse, strike
from tradetalks.policy.stacking import METAL_FACTOR, Stack, metal_share, scope, stack

CONTRIBUTES = 1e-9
IN_TRANSIT_DAYS = 90
SHORT_FORMS = {"CN": "CHN", "CHINA": "CHN", "US": "USA", "UNITED STATES": "USA", "HK": "HKG"}


def duty(
    line: str,
    on: str | date | int | None = None,
    exporter: str = "CHN",
    importer: str = "USA",
    as_known_on: str | date | int | None = None,
    law: Law = "enacted",
    *,
    claim_exclusions: bool = False,
    table: IntervalTable | None = None,
) -> dict[str, Any]:
    """Duty on a tariff code of 4 to 10 digits on a date, as the `duty` answer of the docs.

    `total_percent` (percent of the customs value, MFN included) equals the sum of `contributions`;
    where the lines of the code differ it is `{"min", "max", "value_weighted"}`, the contributions
    are value-weighted, and `lines` gives each. `table` takes a law of one's own (overlays).
    Raises `UnknownName` (no such line or country), `BadInput`, `BadNumber` (dates).
    """
    day = day_number(date.today() if on is None else on, name="date")
    exporter, importer = check_pair(exporter, importer)
    known = FOREVER if as_known_on is None else day_number(as_known_on, name="as_known_on")
    law_table = table or build_table(law=law, as_known_on=known)
    lines = load_lines(importer)
    index = lines.find(line)
    options: dict[str, Any] = {"exporter": exporter, "importer": importer, "index": index}
    options["claim_exclusions"] = claim_exclusions
    now = stack(law_table, lines, day, **options)
    lapsed = stack(lapse()(law_table), lines, day, **options)
    answer: dict[str, Any] = {
        "command": "duty",
        "as_of": iso(law_table.ledger.known_until),
        "line": line.strip(),
        "description": _description(lines, index),
        "on": iso(day),
        "importer": importer,
        "exporter": exporter,
        "law": law_table.law,
        "total_percent": _spread(now.total, lines, index),
        "contributions": contributions(now, lines),
        "not_applied": not_applied(law_table, lines, now, exporter, importer),
        "if_suspensions_lapse_percent": _spread(lapsed.total, lines, index),
    }
    if isinstance(answer["total_percent"], dict):
        answer["lines"] = _each(now, lines)
    answer["warnings"] = warnings(law_table, lines, now, exporter, importer, table is None)
    answer["assumptions"] = _assumptions(lines, now)
    answer["sources"] = _sources(answer["contributions"])
    answer["status"] = "answered"
    return answer


def _description(lines: LineTable, index: np.ndarray) -> str:
    main = index[int(np.argmax(lines.value[index]))]
    more = len(index) - 1
    return lines.description(main) + (f" (and {more} more line{'s' * (more > 1)})" if more else "")


def check_pair(exporter: str, importer: str) -> tuple[str, str]:
    """Country codes as ISO alpha-3; the ledger knows duties of USA and CHN."""
    out = []
    for name, code in (("exporter", exporter), ("importer", importer)):
        upper = code.strip().upper()
        if upper in SHORT_FORMS:
            raise BadInput(
                f"{name} '{code}' is not an ISO alpha-3 code.",
                cure=f"Did you mean '{SHORT_FORMS[upper]}'?",
            )
        if len(upper) != 3 or not upper.isalpha():
            raise BadInput(
                f"{name} '{code}' is not an ISO alpha-3 code.", cure="Write e.g. CHN, USA, VNM."
            )
        out.append(upper)
    if out[1] not in ("USA", "CHN"):
        raise unknown_name("importer", out[1], ("USA", "CHN"), see="The ledger covers these two.")
    if out[0] == out[1]:
        raise BadInput(f"exporter and importer are both {out[0]}.", cure="Name two countries.")
    return out[0], out[1]


def percent(value: float) -> float:
    """A fraction as percent, rounded to what the data can carry."""
    return round(float(value) * 100, 4) + 0.0


def weighted(values: np.ndarray, lines: LineTable, index: np.ndarray) -> float:
    """Mean of `values` [index] by trade value; a plain mean where nothing was traded."""
    weight = lines.value[index]
    return float(np.average(values, weights=weight)) if weight.sum() > 0 else float(values.mean())


def _spread(total: np.ndarray, lines: LineTable, index: np.ndarray) -> float | dict[str, float]:
    low, high = percent(total.min()), percent(total.max())
    if low == high:
        return low
    return {"min": low, "max": high, "value_weighted": percent(weighted(total, lines, index))}


def contributions(now: Stack, lines: LineTable, at: int | None = None) -> list[dict[str, Any]]:
    """What each measure adds: value-weighted over the lines, or on line `at` of the stack."""
    rows = []
    for part in now.parts:
        value = part.duty[at] if at is not None else weighted(part.duty, lines, now.index)
        if abs(value) < CONTRIBUTES and part.interval.measure.authority != "mfn":
            continue
        event, measure = part.interval.event, part.interval.measure
        row = {
            "measure": measure.id,
            "title": measure.title,
            "authority": measure.authority,
            "rate_percent": percent(value),
            "citation": event.citation
            + (f"; heading {measure.heading}" if measure.heading else ""),
            "source": event.source or None,
            "evidence": event.evidence,
            "since": iso(part.interval.start),
        }
        base = part.base[at] if at is not None else weighted(part.base, lines, now.index)
        if base < 1 - CONTRIBUTES:
            row["assessed_on_percent_of_value"] = percent(base)
        rows.append(row)
    first = {"mfn": 0}
    return sorted(rows, key=lambda r: (first.get(r["authority"], 1), -r["rate_percent"]))


def _each(now: Stack, lines: LineTable) -> list[dict[str, Any]]:
    total = now.total
    return [
        {
            "line": dotted(lines.code_text(i)),
            "description": lines.description(i),
            "total_percent": percent(total[k]),
            "trade_usd": round(float(lines.value[i])),
            "contributions": {
                r["measure"]: r["rate_percent"] for r in contributions(now, lines, k)
            },
        }
        for k, i in enumerate(now.index)
    ]


def not_applied(
    table: IntervalTable, lines: LineTable, now: Stack, exporter: str, importer: str
) -> list[dict[str, Any]]:
    """Measures that cover the code but add nothing, each with the reason, and what sleeps."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}

    def note(row: Interval, reason: str) -> None:
        event, measure = row.event, row.measure
        rows.setdefault(
            (measure.id, reason),
            {
                "measure": measure.id,
                "authority": measure.authority,
                "reason": reason,
                "citation": event.citation,
                "source": event.source or None,
                "evidence": event.evidence,
            },
        )

    count = len(now.index)
    for refusal in now.refusals:
        some = int(refusal.mask.sum())
        where = "" if some == count else f" (on {some} of {count} lines)"
        note(refusal.interval, refusal.reason + where)
    for row in table.rows:
        if row.measure.has_lines and row.measure.hits(exporter, importer):
            reason = _asleep_or_over(row, table, lines, now)
            if reason:
                note(row, reason)
    return list(rows.values())


def _asleep_or_over(
    row: Interval, table: IntervalTable, lines: LineTable, now: Stack
) -> str | None:
    """Why an interval adds nothing today though its scope holds the code: asleep, over, to come."""

    def covers(day: int) -> bool:
        return bool(scope(row, lines, day, table.as_known_on)[now.index].any())

    if row.start <= now.day < row.end:
        if not (row.asleep and row.sleeping and any(p.interval is row for p in now.parts)):
            return None  # nothing asleep, or nothing of the measure on this code anyway
        return f"suspended: {percent(row.sleeping):g} points{_until(row, table)}"
    if any(r.measure is row.measure for r in table.active(now.day)):
        return None
    if row.end <= now.day and _last(table, row) and _had_rate(row, lines, now.index):
        how = "void, collection ended" if row.state == "void" else "ended"
        return f"{how} {iso(row.end)}" if covers(row.end - 1) else None
    coming = row.start > now.day and not row.by_default and row.event.announced <= now.day
    return f"not yet due: starts {iso(row.start)}" if coming and covers(row.start) else None


def _until(row: Interval, table: IntervalTable) -> str:
    """To what day a suspension runs, and what follows it."""
    if row.end >= FOREVER:
        return ""
    after = next((r for r in table.of(row.measure.id) if r.start == row.end), None)
    if after is None or after.by_default:
        return f" until {iso(row.end)}, when it returns"
    how = "then extended" if after.asleep else "when the measure was held void"
    return f" until {iso(row.end)}, {how}"


def _had_rate(row: Interval, lines: LineTable, index: np.ndarray) -> bool:
    if row.measure.kind != "import_duty":
        return False
    return bool((lines.column(row.column)[index] > 0).any()) if row.column else True


def _last(table: IntervalTable, row: Interval) -> bool:
    return all(r.end <= row.end for r in table.rows if r.measure.id == row.measure.id)


def warnings(
    table: IntervalTable,
    lines: LineTable,
    now: Stack,
    exporter: str,
    importer: str,
    shipped: bool,
) -> list[str]:
    """What a person must know before quoting the number."""
    out = edge_of_knowledge(table, now.day)
    ledger = table.ledger
    for part in now.parts:
        row, measure = part.interval, part.interval.measure
        if not (part.duty > CONTRIBUTES).any():
            continue
        if row.start >= ledger.outcome_unknown_from:
            out.append(f"{measure.title}: scheduled for {iso(row.start)}, outcome unknown.")
        if row.state == "void":
            out.append(
                f"{measure.title}: void since {iso(row.start)}, still collected until "
                f"{iso(row.end)}: what was paid may be refunded."
            )
        if any(ledger.lists[n].read_from_text for n in measure.products if n in ledger.lists):
            out.append(f"{measure.title}: scope read from text, at the level of headings.")
        if measure.notes and measure.authority != "mfn":
            out.append(f"{measure.title}: {measure.notes}")
        event = row.event
        if event.in_transit and 0 <= now.day - event.effective < IN_TRANSIT_DAYS:
            out.append(f"{measure.title}, goods in transit: {event.in_transit}.")
    out += _about_use(table, lines, now, exporter, importer)
    out += _about_values(lines, now)
    if any(r.interval.measure.kind == "exclusion" for r in now.refusals):
        out.append(
            "Some products of this code are excluded from Section 301 if the importer claims it: "
            "see not_applied."
        )
    conditional = {r.interval.measure.title for r in now.refusals if r.reason.startswith("cond")}
    out += [
        f"{title} may be due on some goods of this code: see not_applied."
        for title in sorted(conditional)
    ]
    if exporter != "CHN" and importer == "USA":
        out.append(
            f"For {exporter} the ledger holds MFN, Sections 201, 232 and 122 at their general "
            "rates; preferences, country deals and country-specific tariffs are not in it."
        )
    if shipped:
        out += _other_law(table, lines, now, exporter, importer)
    return list(dict.fromkeys(out))


def edge_of_knowledge(table: IntervalTable, day: int) -> list[str]:
    """The banner for days after the last documented one."""
    ledger = table.ledger
    if day <= ledger.known_until:
        return []
    out = [
        f"Law known to {iso(ledger.known_until)}: for {iso(day)} this is the law as it was "
        "scheduled then."
    ]
    if day >= ledger.outcome_unknown_from:
        out.append(
            f"What happened on or after {iso(ledger.outcome_unknown_from)} is not documented: "
            "steps from that day on are scheduled, outcome unknown."
        )
    return out


def _about_use(
    table: IntervalTable, lines: LineTable, now: Stack, exporter: str, importer: str
) -> list[str]:
    """What goods of the code pay that are not of the use a measure is for."""
    out: list[str] = []
    for part in now.parts:
        measure = part.interval.measure
        if not measure.use or not (part.duty > CONTRIBUTES).any():
            continue
        without = strike(measure.id, iso(now.day))(table)
        other = stack(
            without, lines, now.day, exporter=exporter, importer=importer, index=now.index
        )
        rate = percent(weighted(other.total, lines, now.index))
        out.append(f"{measure.title}: due on {measure.use} only; other goods pay {rate:.4g}%.")
    return out


def _about_values(lines: LineTable, now: Stack) -> list[str]:
    out = []
    basis = lines.columns.get("mfn_basis")
    if basis is not None:
        for kind, words in (
            (1, "an ad valorem equivalent: 2024 duty over 2024 import value"),
            (2, "an ad valorem equivalent taken from neighbouring lines"),
            (3, "a specific duty without an equivalent: only its ad valorem part is counted, so "
                "the total is a lower bound"),
        ):  # fmt: skip
            hit = now.index[basis[now.index] == kind]
            if len(hit):
                text = lines.mfn_text(hit[0]) or "not in the schedule used"
                out.append(f"MFN '{text}' on {dotted(lines.code_text(hit[0]))}: {words}.")
    metal = [p for p in now.parts if p.interval.measure.metal and (p.duty > CONTRIBUTES).any()]
    if metal and lines.importer == "USA":
        used = weighted(metal_share(lines)[now.index], lines, now.index)
        bare = weighted(metal_share(lines, 1.0)[now.index], lines, now.index)
        if used < 1:
            out.append(
                f"Section 232 is due on the metal content only: {used:.0%} of the value is assumed "
                f"(range {bare:.0%} to 100%); your invoice decides."
            )
    return out


def _other_law(
    table: IntervalTable, lines: LineTable, now: Stack, exporter: str, importer: str
) -> list[str]:
    """A sentence where the other reading (announced or enacted) gives another number."""
    statements = [
        e for m in table.ledger.measures for e in m.events
        if not e.enacted and counts(e, "announced", table.as_known_on)
    ]  # fmt: skip
    if not any(e.effective <= now.day for e in statements):
        return []
    other: Law = "announced" if table.law == "enacted" else "enacted"
    again = stack(
        build_table(table.ledger, other, table.as_known_on), lines, now.day,
        exporter=exporter, importer=importer, index=now.index,
    )  # fmt: skip
    here, there = (percent(weighted(s.total, lines, now.index)) for s in (now, again))
    if here == there:
        return []
    words = {
        "announced": "Counting what both governments announced without a documented legal act, "
        "the total is",
        "enacted": "Counting legal instruments only, the total is",
    }
    return [f"{words[other]} {there:g}% instead of {here:g}%."]


def _assumptions(lines: LineTable, now: Stack) -> list[str]:
    out = ["MFN rates of the 2025 schedule are taken for every year."]
    if lines.importer == "CHN":
        out = ["China's MFN rates are those of January 2019, averaged over HS6, for later years."]
    if len(now.index) > 1:
        out.append(f"Weights: {WEIGHTS[lines.importer]}.")
    if any(p.interval.measure.metal for p in now.parts):
        out.append(
            f"Metal content (assumed): {METAL_FACTOR:g} times the input-output metal share of the "
            "line, at most 1; range 1 times to the full value."
        )
    return out


def _sources(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = {r["source"]: r["evidence"] for r in rows if r["source"]}
    return [{"source": s, "evidence": e} for s, e in found.items()]
