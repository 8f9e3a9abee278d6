"""The law on other partners of the United States, as measures beside those of the ledger.

The ledger is written for China. `partners.yaml` says where others differ: duties of their own with
the scope and rank of a ledger measure, deals on measures that target all, claims of the USMCA. All
become measures with dated events, so that stacking, overlays and "as known on" treat them alike. A
variant has the id of the ledger's measure: striking that strikes it for everyone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tradetalks.errors import BadFile
from tradetalks.policy.ledger import FOREVER, Event, Ledger, Measure, load_ledger

HOME, TARGET = "USA", "CHN"
OTHERS = "others"
CLAIMS = "usmca"
RATE_STEPS = ("impose", "modify", "exclude", "resume", "suspend")


@lru_cache(maxsize=1)
def load_partners() -> dict[str, Any]:
    """The compiled `partners.yaml`."""
    text = files("tradetalks.policy").joinpath("compiled/partners.json").read_text("utf-8")
    return json.loads(text)


@lru_cache(maxsize=1)
def partners() -> tuple[str, ...]:
    """Partners of the United States among the countries of `world-2022`, China left out."""
    from tradetalks.codes import region_set

    return tuple(c for c in region_set("all") if c not in (HOME, TARGET))


@lru_cache(maxsize=1)
def partner_ledger() -> Ledger:
    """The shipped ledger with what other partners pay."""
    return expand(load_ledger(), load_partners())


def expand(ledger: Ledger, data: dict[str, Any]) -> Ledger:
    """Return `ledger` with the measures of `data`, the content of `partners.yaml`.

    Raises `BadFile` for a measure, act or partner that does not exist.
    """
    reader = _Reader(ledger, data)
    spared: dict[str, set[str]] = {}
    found = [m for spec in data["measures"] for m in reader.own_duties(spec)]
    for id, members in reader.deals().items():
        for measure in members:
            spared.setdefault(id, set()).update(measure.targets or ())
            found.append(measure)
    kept = tuple(
        replace(m, but=tuple(sorted(spared[m.id]))) if m.id in spared else m
        for m in ledger.measures
    )
    authorities = ledger.authorities | {CLAIMS: ("other", "Claims of the USMCA")}
    return replace(ledger, measures=(*kept, *found, *reader.claims()), authorities=authorities)


class _Reader:
    """Names of `partners.yaml` looked up in the ledger (build step, no state beyond its input)."""

    def __init__(self, ledger: Ledger, data: dict[str, Any]) -> None:
        self.ledger, self.data = ledger, data

    def own_duties(self, spec: dict[str, Any]) -> Iterator[Measure]:
        """Measures that copy a ledger measure's scope for other partners, one per rate path."""
        like = self.measure(spec["like"])
        rank = self.measure(spec.get("ranks_as", spec["like"]))
        spared = set(self.codes(spec.get("spared", ())))
        paths: dict[tuple[Event, ...], list[str]] = {}
        for code in partners():
            if code not in spared and (path := self.path(spec, code)):
                paths.setdefault(path, []).append(code)
        for path, targets in paths.items():
            yield replace(
                like,
                id=spec.get("id", like.id),
                title=spec.get("title", like.title),
                targets=tuple(targets),
                events=path,
                yields_to=rank.yields_to,
                legal_basis="; ".join(dict.fromkeys(e.citation for e in path)),
            )

    def path(self, spec: dict[str, Any], code: str) -> tuple[Event, ...]:
        """Events of one partner under a duty of its own."""
        events: list[Event] = []
        for step in spec["steps"]:
            if "suspend_to" in step:
                low = step["suspend_to"] / 100
                if events and (events[-1].rate or 0.0) > low:
                    sleeping = round((events[-1].rate or 0.0) - low, 8)
                    events.append(self.event(step, "suspend", rate=low, sleeping=sleeping))
            elif "extend" in step:
                if any(e.kind == "suspend" for e in events):
                    events.append(self.event(step, "extend"))
            elif (found := self.due(step, code)) is not None:
                events.append(self.event(step, "modify" if events else "impose", **found))
        if events and "void" in spec:
            ended = date.fromisoformat(spec["void"]["collection_ended"]).toordinal()
            events.append(self.event(spec["void"], "void", collection_ended=ended))
        return tuple(events)

    def due(self, step: dict[str, Any], code: str) -> dict[str, float] | None:
        """The rate or floor of a partner in a step; None where the step leaves it as it is."""
        default: dict[str, float] | None = None
        for key, name in (("rates", "rate"), ("floors", "floor")):
            for percent, names in step.get(key, {}).items():
                if code in self.codes(names):
                    return {name: round(float(percent) / 100, 8)}
                if OTHERS in names:
                    default = {name: round(float(percent) / 100, 8)}
        return default

    def deals(self) -> dict[str, list[Measure]]:
        """Variants of measures that target all, by the measure's id."""
        steps: dict[str, list[dict[str, Any]]] = {}
        for deal in self.data["deals"]:
            for id in deal["of"]:
                steps.setdefault(id, []).extend(deal["steps"])
        found: dict[str, list[Measure]] = {}
        for id, own in steps.items():
            measure = self.measure(id)
            paths: dict[tuple[Event, ...], list[str]] = {}
            for code in partners():
                events = self.changed(measure, own, code)
                if events != measure.events:
                    paths.setdefault(events, []).append(code)
            found[id] = [
                replace(measure, targets=tuple(codes), events=path) for path, codes in paths.items()
            ]
        return found

    def changed(
        self, measure: Measure, steps: list[dict[str, Any]], code: str
    ) -> tuple[Event, ...]:
        """Events of `measure` for one partner: its deals instead of the general steps in them."""
        general = [e for e in measure.events if e.kind in RATE_STEPS]
        first = min(e.effective for e in general)
        events = list(measure.events)
        for step in steps:
            found = self.due(step, code)
            start = max(_day(step["effective"]), first)
            until = _day(step["until"]) if "until" in step else FOREVER
            if found is None or start >= until:
                continue
            events = [
                e for e in events if e.kind not in RATE_STEPS or not start <= e.effective < until
            ]
            act = self.event(step, "modify", **found)
            events.append(replace(act, effective=start, until=FOREVER))
            if until < FOREVER and all(e.effective != until for e in general):
                back = max((e for e in general if e.effective < until), key=lambda e: e.effective)
                events.append(replace(back, effective=until, announced=act.announced))
        return tuple(sorted(events, key=lambda e: (e.effective, e.announced)))

    def claims(self) -> Iterator[Measure]:
        """Exclusions for the share of trade that does not pay."""
        for number, claim in enumerate(self.data["claims"], start=1):
            start = _day(claim["effective"])
            until = _day(claim["until"]) if "until" in claim else FOREVER
            event = Event("exclude", start, start, until, citation="USMCA", evidence="D")
            yield Measure(
                id=f"us-relief-{number}", title="Goods that claim the USMCA, or a lower rate",
                imposers=(HOME,), targets=tuple(self.codes(claim["partners"])), authority=CLAIMS,
                family="other", kind="exclusion", legal_basis="USMCA",
                products=(claim.get("products", "all"),), events=(event,),
                exempts=tuple(claim["of"]), coverage=claim["share"],
                conditional="share of trade (assumed)",
            )  # fmt: skip

    def event(self, step: dict[str, Any], kind: str, **values: Any) -> Event:
        act = self.data["acts"].get(step["act"])
        if act is None:
            raise BadFile(f"partners.yaml: no act '{step['act']}'.", cure="Add it to `acts`.")
        until = _day(step["until"]) if "until" in step else FOREVER
        return Event(
            kind, _day(act["announced"]), _day(step["effective"]), until, act["citation"],
            act["evidence"], act["source"], **values,
        )  # fmt: skip

    def measure(self, id: str) -> Measure:
        found = self.ledger.measure(id)
        if found is None:
            raise BadFile(f"partners.yaml: the ledger has no measure '{id}'.", cure="Correct it.")
        return found

    def codes(self, names: Iterable[str]) -> list[str]:
        found: list[str] = []
        for name in names:
            if name in self.data["sets"]:
                found += self.codes(self.data["sets"][name])
            elif name in partners():
                found.append(name)
            elif name != OTHERS:
                raise BadFile(f"partners.yaml: no partner or set '{name}'.", cure="Correct it.")
        return found


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()
