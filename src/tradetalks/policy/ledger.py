"""The compiled ledger: measures and their dated events, read-only, loaded in milliseconds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from tradetalks.errors import BadInput, BadNumber

Law = Literal["enacted", "announced"]
FOREVER = 2_000_000  # a day number (date.toordinal) after every date of the ledger
FIRST_DAY = date(2018, 1, 1).toordinal()
LAST_DAY = date(2030, 12, 31).toordinal()


@dataclass(frozen=True, slots=True)
class Event:
    """One dated step. Days are `date.toordinal` numbers; rates are fractions."""

    kind: str
    announced: int
    effective: int
    until: int
    citation: str
    evidence: str
    source: str = ""
    rate: float | None = None
    column: str | None = None
    floor: float | None = None
    sleeping: float = 0.0
    sleeping_column: str | None = None
    collection_ended: int = FOREVER
    statement: bool = False
    text: str = ""
    time: str = ""
    timezone: str = ""
    in_transit: str = ""
    note: str = ""

    @property
    def enacted(self) -> bool:
        """Whether a legal instrument carries it; second-hand evidence never counts."""
        return not self.statement and self.evidence != "S"


@dataclass(frozen=True, slots=True)
class Exempt:
    """Lines of a list left out of a measure from `start` to `until` (exclusive)."""

    list: str
    reason: str
    start: int
    until: int
    citation: str
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Yield:
    """The measure is not due where one of `authorities` is (`whole`), or on the share it taxes."""

    authorities: tuple[str, ...]
    whole: bool
    start: int
    until: int
    citation: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the ledger; `products` are list names, `all` or `unlisted`.

    `targets` None means all exporters, less those of `but`.
    """

    id: str
    title: str
    imposers: tuple[str, ...]
    targets: tuple[str, ...] | None
    authority: str
    family: str
    kind: str
    legal_basis: str
    products: tuple[str, ...]
    events: tuple[Event, ...]
    heading: str = ""
    scope_text: str = ""
    exempt: tuple[Exempt, ...] = ()
    metal: str | None = None
    group: str | None = None
    yields_to: tuple[Yield, ...] = ()
    exempts: tuple[str, ...] = ()
    coverage: float = 1.0
    conditional: str = ""
    use: str = ""
    channel: str = "customs"
    notes: str = ""
    but: tuple[str, ...] = ()

    def hits(self, exporter: str, importer: str) -> bool:
        """Whether it is a measure of `importer` on goods of `exporter`."""
        hit = exporter not in self.but if self.targets is None else exporter in self.targets
        return hit and importer in self.imposers

    @property
    def has_lines(self) -> bool:
        """Whether it bears on tariff lines at the border (duties and exclusions)."""
        return (
            self.kind in ("import_duty", "exclusion")
            and self.channel == "customs"
            and "unlisted" not in self.products
        )


@dataclass(frozen=True, slots=True)
class ProductList:
    """What a product list is and where it comes from."""

    title: str
    citation: str
    source: str
    evidence: str
    read_from_text: bool


@dataclass(frozen=True, eq=False)
class Ledger:
    """All measures, authorities (id -> family, label) and product lists."""

    measures: tuple[Measure, ...]
    authorities: dict[str, tuple[str, str]]
    lists: dict[str, ProductList]
    known_until: int
    outcome_unknown_from: int

    def measure(self, id: str) -> Measure | None:
        """The measure of that id, if there is one."""
        return next((m for m in self.measures if m.id == id), None)


def day_number(value: str | date | int, *, name: str = "date") -> int:
    """A date (ISO text or `date`) as a day number inside the ledger's span.

    >>> day_number("2018-01-01") == FIRST_DAY
    True
    """
    if isinstance(value, int):
        day = value
    elif isinstance(value, date):
        day = value.toordinal()
    else:
        try:
            day = date.fromisoformat(value.strip()).toordinal()
        except ValueError:
            raise BadInput(
                f"{name} '{value}' is not a date.", cure="Write it as YYYY-MM-DD, e.g. 2025-05-14."
            ) from None
    if day < FIRST_DAY:
        raise BadNumber(
            f"{name} {iso(day)} is before the ledger begins.",
            cure="It holds the law from 2018-01-01 on.",
        )
    if day > LAST_DAY:
        raise BadNumber(
            f"{name} {iso(day)} is after the last day the ledger can answer for, {iso(LAST_DAY)}.",
            cure="Nothing is scheduled later than 2028-01-01.",
        )
    return day


def iso(day: int) -> str:
    """A day number as ISO text."""
    return date.fromordinal(day).isoformat()


def build_ledger(data: dict[str, Any]) -> Ledger:
    """Turn the compiled JSON data into frozen records."""
    authorities = {k: (v[0], v[1]) for k, v in data["authorities"].items()}
    return Ledger(
        measures=tuple(_measure(m, authorities) for m in data["measures"]),
        authorities=authorities,
        lists={k: ProductList(*v) for k, v in data["lists"].items()},
        known_until=date.fromisoformat(data["known_until"]).toordinal(),
        outcome_unknown_from=date.fromisoformat(data["outcome_unknown_from"]).toordinal(),
    )


@lru_cache(maxsize=1)
def load_ledger() -> Ledger:
    """The ledger that ships with the package."""
    text = files("tradetalks.policy").joinpath("compiled/ledger.json").read_text("utf-8")
    return build_ledger(json.loads(text))


@lru_cache(maxsize=1)
def ledger_hash() -> str:
    """SHA-256 of the shipped ledger and tables: the same law by date, the same hash."""
    folder = files("tradetalks.policy").joinpath("compiled")
    digest = hashlib.sha256()
    for name in ("ledger.json", "us_lines.npz", "cn_lines.npz", "partners.json",
                 "us_partner_chapters.csv"):  # fmt: skip
        digest.update(hashlib.sha256(folder.joinpath(name).read_bytes()).digest())
    return digest.hexdigest()


def _day(text: str | None, default: int) -> int:
    return default if text is None else date.fromisoformat(text).toordinal()


def _measure(data: dict[str, Any], authorities: dict[str, tuple[str, str]]) -> Measure:
    targets = data["targets"]
    simple = {
        k: data[k]
        for k in ("heading", "scope_text", "metal", "group", "coverage", "conditional", "use",
                  "channel", "notes")
        if k in data
    }  # fmt: skip
    return Measure(
        id=data["id"],
        title=data["title"],
        imposers=tuple(data["imposers"]),
        targets=None if targets == "all" else tuple(targets),
        authority=data["authority"],
        family=authorities[data["authority"]][0],
        kind=data["kind"],
        legal_basis=data["legal_basis"],
        products=tuple(data["products"]),
        events=tuple(_event(e) for e in data["events"]),
        exempt=tuple(
            Exempt(x["list"], x["reason"], _day(x.get("start"), 0), _day(x.get("until"), FOREVER),
                   x["citation"], x["source"], x["evidence"])
            for x in data.get("exempt", ())
        ),
        yields_to=tuple(
            Yield(tuple(y["authorities"]), y.get("whole", False), _day(y.get("start"), 0),
                  _day(y.get("until"), FOREVER), y["citation"])
            for y in data.get("yields_to", ())
        ),
        exempts=tuple(data.get("exempts", ())),
        **simple,
    )  # fmt: skip


def _event(data: dict[str, Any]) -> Event:
    announced = _day(data["announced"], 0)
    rest = {
        k: data[k]
        for k in ("rate", "column", "floor", "sleeping", "sleeping_column", "statement", "text",
                  "source", "time", "timezone", "in_transit", "note")
        if k in data
    }  # fmt: skip
    return Event(
        kind=data["kind"],
        announced=announced,
        effective=_day(data.get("effective"), announced),
        until=_day(data.get("until"), FOREVER),
        collection_ended=_day(data.get("collection_ended"), FOREVER),
        citation=data["citation"],
        evidence=data["evidence"],
        **rest,
    )
