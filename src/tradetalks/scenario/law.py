"""The law ledger as tariffs of a world: which law a scenario means, and its sector rates.

A sector's duty is the world's own plus what the law changed since the world's own year: both laws
read in the same ledger, with the same weights, as the CES-exact price number. The law of that
year thus gives the world back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tradetalks.codes.families import FAMILIES
from tradetalks.errors import BadInput, UnknownName
from tradetalks.scenario.elsewhere import Remembered
from tradetalks.scenario.fields import ALL
from tradetalks.scenario.law_changes import LawChange
from tradetalks.scenario.origin import Keys, Origin, key_label

if TYPE_CHECKING:
    from tradetalks.policy import Interval, IntervalTable, SectorRate
    from tradetalks.policy.overlays import Overlay
    from tradetalks.scenario.definition import Scenario
    from tradetalks.scenario.elsewhere import Elsewhere
    from tradetalks.scenario.parts import Base

    Rates = dict[tuple[str, str], dict[str, SectorRate]]
Averages = dict[tuple[str, str], dict[str, float]]

DIRECTIONS = (("USA", "CHN"), ("CHN", "USA"))
"""Importer, exporter."""
RETALIATION = (
    "US duties on countries other than China come from the law by chapter, and their own "
    "retaliation (Canada's of 2025) is not in it: a US gain in real income rests on that. "
    "`third_countries: false` leaves these duties out."
)


@dataclass(frozen=True)
class LawRates:
    """The law that a scenario means, between the United States and China.

    By (importer, exporter) and sector: `rates` of that law, `year_rates` of the law of the
    world's own year. `averages`: trade-weighted statutory rates by family (fractions).
    `elsewhere`: US duties on other countries, None where the scenario leaves them out.
    """

    reading: dict[str, Any]
    rates: Rates
    year_rates: Rates
    averages: Averages
    warnings: tuple[str, ...]
    elsewhere: Elsewhere | None = None


def law_rates(scenario: Scenario, year: int) -> LawRates:
    """Return the law of `scenario` (its base is not `file`) beside that of `year`.

    Raises `BadInput` and its kind, with file and line, for a measure, authority, product or day
    that the ledger does not have, and for a world without a year.
    """
    if year <= 0:
        raise _placed(
            BadInput("this world has no year, so the law it already holds is not known.",
                     cure="Give the world its `year`, or write `law: file` and the rates."),
            scenario.origin, ("base",),
        )  # fmt: skip
    changes = tuple((n, c) for n, c in enumerate(scenario.changes) if isinstance(c, LawChange))
    return _law_rates(_Law(year, scenario.base, changes, scenario))


@dataclass(frozen=True)
class _Law:
    """A law by all that it depends on; `scenario` only says where errors are."""

    year: int
    base: Base
    changes: tuple[tuple[int, LawChange], ...]
    scenario: Scenario = field(compare=False)


@lru_cache(maxsize=64)  # who moves a slider of the page asks for the same law again and again
def _law_rates(asked: _Law) -> LawRates:
    from tradetalks.data.rates import SIGMA_LINES
    from tradetalks.policy.duties import edge_of_knowledge
    from tradetalks.policy.ledger import FOREVER, iso, ledger_hash
    from tradetalks.scenario.elsewhere import read_elsewhere

    scenario, year = asked.scenario, asked.year
    table, idle = _law_table(scenario)
    day = reading_day(scenario)
    rates, averages, sources = _read(table, day)
    beyond = None
    if scenario.base.third_countries is not False:
        beyond = read_elsewhere(table, day, _middle_of(year), SIGMA_LINES)
    reading = {
        "law": table.law,
        "read_on": iso(day),
        "known_on": iso(table.as_known_on) if table.as_known_on < FOREVER else None,
        "known_until": iso(table.ledger.known_until),
        "ledger": ledger_hash(),
        "statutory_percent": _percent(averages),
        "third_countries": None if beyond is None else beyond.plain(),
        "sources": sources,
        "year": {
            "law": "enacted",
            "read_on": iso(_middle_of(year)),
            "known_on": None,
            "known_until": iso(table.ledger.known_until),
            "ledger": ledger_hash(),
            "statutory_percent": _percent(_year(year)[1]),
            "third_countries": None,
        },
    }
    said = [
        *edge_of_knowledge(table, day), *idle, _other_reading(table, day),
        _left_out(day, year) if beyond is None else RETALIATION if beyond.differs else "",
    ]  # fmt: skip
    return LawRates(
        reading, rates, _year(year)[0], averages, tuple(w for w in said if w), beyond
    )  # fmt: skip


def law_table(scenario: Scenario) -> IntervalTable:
    """Return the law of `scenario` with its changes of law; the errors are those of `law_rates`."""
    return _law_table(scenario)[0]


def reading_day(scenario: Scenario) -> int:
    """Return the day on which the law is read: `as_of`, or the last `on` if that is later."""
    assert scenario.base.as_of is not None
    days = [c.on for c in scenario.changes if isinstance(c, LawChange) and c.on is not None]
    return max([scenario.base.as_of, *days]).toordinal()


def words(reading: dict[str, Any]) -> str:
    """Return a law that was read, in one sentence."""
    known = f", as known on {reading['known_on']}" if reading["known_on"] else ""
    sides = []
    for side, label in (("USA_on_CHN", "US on Chinese goods"), ("CHN_on_USA", "China on US goods")):
        found = reading["statutory_percent"][side]
        shown = {k: v for k, v in found["by_authority"].items() if v >= 0.05}
        parts = ", ".join(f"{FAMILIES[k]} {v:.1f}" for k, v in shown.items())
        sides.append(f"{label} {found['total']:.1f}% ({parts})")
    text = (
        f"{reading['law'].capitalize()} law on {reading['read_on']}{known} (ledger to "
        f"{reading['known_until']}), trade-weighted: {'; '.join(sides)}."
    )
    if (others := reading.get("third_countries")) is None:
        return text
    now, then = others["average_percent"], others["average_percent_year"]
    rates = ", ".join(f"{code} {rate:.1f} ({then[code]:.1f})" for code, rate in now.items())
    return (
        f"{text} US duties on other countries follow it too, in percent (in the world's year): "
        f"{rates}; approximate, by chapter (docs/assumptions-policy.md)."
    )


def _law_table(scenario: Scenario) -> tuple[IntervalTable, tuple[str, ...]]:
    """Return the law with its changes, and a sentence for each change that does nothing."""
    from tradetalks.policy.intervals import build_table
    from tradetalks.policy.ledger import FOREVER, day_number, iso
    from tradetalks.policy.partners import partner_ledger

    base, origin = scenario.base, scenario.origin
    assert base.law != "file"
    assert base.as_of is not None
    known = FOREVER
    for key in ("as_of", "known_on"):
        if (value := getattr(base, key)) is not None:
            try:
                known = day_number(value, name=key) if key == "known_on" else known
                day_number(value, name=key)
            except BadInput as error:
                raise _placed(error, origin, ("base", key)) from None
    ledger = None if base.third_countries is False else partner_ledger()
    table = build_table(ledger, law=base.law, as_known_on=known)
    day, idle = reading_day(scenario), []
    for position, change in enumerate(scenario.changes):
        if not isinstance(change, LawChange):
            continue
        keys: Keys = ("changes", position, change.verb)
        before = _state(table, day)
        try:
            for overlay in _overlays(change, base.as_of.isoformat(), position):
                table = overlay(table)
        except BadInput as error:
            raise _placed(error, origin, keys) from None
        if change.verb != "replay" and _state(table, day) == before:
            idle.append(f"{key_label(keys)}: this changes nothing in the law of {iso(day)}.")
    return table, tuple(idle)


def _overlays(change: LawChange, as_of: str, position: int) -> Iterable[Overlay]:
    from tradetalks.policy import overlays

    _check_products(change)
    on = change.on.isoformat() if change.on else as_of
    until = change.until.isoformat() if change.until else None
    products = change.products or ()
    match change.verb:
        case "lapse":
            whole = change.lapse == (ALL,)
            return [overlays.lapse(None if whole else w, on) for w in change.lapse or ()]
        case "extend":
            return [overlays.extend(w, until or "") for w in change.extend or ()]
        case "strike":
            return [overlays.strike(w, on, change.exporter) for w in change.strike or ()]
        case "scale":
            factor = 1.0 if change.factor is None else change.factor
            return [
                overlays.scale(w, factor, on, products, change.exporter) for w in change.scale or ()
            ]
        case "set":
            rate = change.rate or 0.0
            return [
                overlays.set_rate(w, rate, on, products, change.exporter) for w in change.set or ()
            ]
        case "add":
            return [
                overlays.add(
                    change.add or 0.0, on, importer=change.importer or "",
                    exporter=change.exporter or "", authority=change.authority or "", until=until,
                    products=products, name=f"change-{position + 1}",
                )
            ]  # fmt: skip
        case _:
            assert change.replay is not None
            return [overlays.replay(change.replay.isoformat())]


def _check_products(change: LawChange) -> None:
    """Refuse a code that no line of either side starts with: the change would do nothing."""
    from tradetalks.policy.lines import clean_code, load_lines

    for code in change.products or ():
        digits = clean_code(code, shortest=2)
        if not any(len(load_lines(side).starting_with(digits)) for side, _ in DIRECTIONS):
            raise UnknownName(
                f"no tariff line starts with '{code}'.", cure="Codes are those of the HS: '8507'."
            )


def _state(table: IntervalTable, day: int) -> set[tuple[object, ...]]:
    """What holds on `day`, without how long it does."""
    return {_key(r) for r in table.active(day)}


def _key(row: Interval) -> tuple[object, ...]:
    return (
        row.measure.id, row.state, row.rate, row.column, row.floor, row.sleeping, row.only, row.but
    )  # fmt: skip


def _read(table: IntervalTable, day: int) -> tuple[Rates, Averages, list[dict[str, str]]]:
    """Return rates by sector, averages by family, and the acts behind them; both directions."""
    sides = {pair: _side(table, day, pair) for pair in DIRECTIONS}
    return (
        {pair: side.rates for pair, side in sides.items()},
        {pair: side.averages for pair, side in sides.items()},
        [source for side in sides.values() for source in side.sources],
    )


@dataclass(frozen=True)
class _Side:
    """What the law of one day is in one direction: as `_read` has it for both."""

    rates: dict[str, SectorRate]
    averages: dict[str, float]
    sources: list[dict[str, str]]


_sides: Remembered[_Side] = Remembered(16)


def _side(table: IntervalTable, day: int, pair: tuple[str, str]) -> _Side:
    """Return one direction of the law; a change of the other direction leaves it as it was."""
    importer, exporter = pair
    rows = tuple(r for r in table.active(day) if r.measure.hits(exporter, importer))
    asked = (table.as_known_on, day, pair, rows)
    return _sides.get(table.ledger, asked, lambda: _stacked(table, day, pair))


def _stacked(table: IntervalTable, day: int, pair: tuple[str, str]) -> _Side:
    from tradetalks.data.rates import SIGMA_LINES
    from tradetalks.policy import schedule

    found = schedule(day, pair, table=table)
    whole = float(found.lines.value.sum()) + found.lines.value_outside
    family = found.by_family()
    averages = {
        k: float((family[k] * found.lines.value).sum()) / whole for k in FAMILIES if k in family
    }
    sources: list[dict[str, str]] = []
    for part in found.stack.parts:
        measure, event = part.interval.measure, part.interval.event
        if part.duty.any():
            entry = {"title": measure.title, "citation": event.citation,
                     "url": event.source, "evidence": event.evidence}  # fmt: skip
            sources.append({key: value for key, value in entry.items() if value})
    rates = found.by_sector(SIGMA_LINES, free_trade_weights=True)
    return _Side(rates, averages, sources)


def _percent(averages: Averages) -> dict[str, Any]:
    """Return averages as plain data: percent of the customs value, by direction and family."""
    return {
        f"{n}_on_{i}": {
            "total": round(100 * sum(found.values()), 4),
            "by_authority": {k: round(100 * v, 4) for k, v in found.items()},
        }
        for (n, i), found in averages.items()
    }


@lru_cache(maxsize=4)
def _year(year: int) -> tuple[Rates, Averages]:
    """Return the enacted law of a world's year."""
    from tradetalks.policy import build_table

    return _read(build_table(), _middle_of(year))[:2]


def _middle_of(year: int) -> int:
    """Return the day whose enacted law is that of a world's year; before 2018, the first day."""
    from tradetalks.policy.ledger import FIRST_DAY, day_number

    return FIRST_DAY if year < 2018 else day_number(f"{year}-07-01", name="the world's year")


def _other_reading(table: IntervalTable, day: int) -> str:
    """Say where enacted and announced law differ on the day itself."""
    from tradetalks.policy.ledger import iso
    from tradetalks.policy.statuses import differences

    found = []
    for row in differences(table, day):
        measure = table.ledger.measure(row["measure"])
        if row["from"] <= iso(day) and measure is not None and measure.has_lines:
            what = f"{row['enacted']} enacted, {row['announced']} announced"
            found.append(f"{measure.title} ({what})" if measure.kind == "import_duty" else
                         measure.title)  # fmt: skip
    if not found:
        return ""
    return (
        f"Enacted and announced law differ on {iso(day)}, no legal act being documented: "
        f"{'; '.join(found)}. This is the {table.law} law."
    )


def _left_out(day: int, year: int) -> str:
    """Say which new US duties stay out of the rates on third countries, as the scenario asks."""
    from tradetalks.policy import build_table
    from tradetalks.policy.partners import partner_ledger

    law = build_table(partner_ledger())
    old = {_key(r) for r in law.active(_middle_of(year))}
    families = {
        r.measure.family
        for r in law.active(day)
        if r.measure.targets != (DIRECTIONS[0][1],) and r.measure.imposers == ("USA",)
        and r.measure.has_lines and r.measure.kind == "import_duty"
        and (r.rate or r.column or r.floor) and _key(r) not in old
    } - {"mfn"}  # fmt: skip
    if not families:
        return ""
    named = " and ".join(label for key, label in FAMILIES.items() if key in families)
    return (
        f"Only US-China tariffs come from the law, as `third_countries: false` asks: what {named} "
        f"added on other origins since {year} is not in it, so trade diverted to third countries "
        "is overstated where they pay it too."
    )


def _placed(error: BadInput, origin: Origin, keys: Keys) -> BadInput:
    """Return the ledger's complaint with the place in the scenario that caused it."""
    return type(error)(
        f"{key_label(keys)}: {error.cause}", cure=error.cure, file=origin.file,
        line=origin.line(keys),
    )  # fmt: skip
