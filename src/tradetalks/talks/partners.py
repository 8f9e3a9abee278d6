"""Third countries: who gains from diversion, and what they can do to each side's threat point.

A threat point is the real income to which a side falls back if there is no deal: that of the
scenario. A measure of third countries moves it, for better or worse.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.codes import PARTIES, countries
from tradetalks.codes.units import BN
from tradetalks.data import World, load_world
from tradetalks.engine.ends import Ends, solve_ends, spread
from tradetalks.errors import BadInput
from tradetalks.scenario import Scenario, load_scenario
from tradetalks.talks.assumed import book

if TYPE_CHECKING:
    from tradetalks.model import Equilibrium

DEFAULT = "truce-lapses-to-april-peak"
ALONE = "nobody else moves"
_FIGURE = re.compile(r"\{(partners\.[a-z._]+)\}")


@dataclass(frozen=True)
class Measure:
    """What third countries do; `host` marks the options of the country that hosted the talks."""

    id: str
    name: str
    what: str
    host: bool
    changes: tuple[Mapping[str, Any], ...]


def measures() -> tuple[Measure, ...]:
    """Return the measures that ship (`talks/data/partners.yaml`)."""
    source = book("partners")

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return _FIGURE.sub(lambda m: f"{source.value(m[1]):g}", value)
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        return value

    return tuple(
        Measure(
            entry["id"],
            entry["name"],
            filled(entry["what"]),
            bool(entry.get("host", False)),
            tuple(filled(change) for change in entry["changes"]),
        )
        for entry in source.rest["measures"]
    )


def host() -> str:
    """Return the country that hosted the talks."""
    return str(book("partners").rest["host"])


@dataclass(frozen=True, eq=False)
class PartnerEffects:
    """A scenario alone (`war`) and with each measure of third countries (`moved`, by id)."""

    scenario: Scenario
    table: World
    war: Ends
    measures: tuple[Measure, ...]
    moved: Mapping[str, Ends]
    created: str

    def ranking(self) -> list[dict[str, Any]]:
        """Return a row per third country, the greatest gain in dollars first.

        `real_income` in percent, `equivalent_variation`, `goods_to_usa`, `goods_to_china` and
        `goods_from_china` in USD billions, changes with range; `gains_everywhere` whether under
        every elasticity set.
        """
        rows: list[dict[str, Any]] = []
        for n, code in enumerate(self.table.countries):
            if code in PARTIES:
                continue
            by_set = {s: self._effects(self.war, s, n) for s in self.war.before}
            row: dict[str, Any] = {"country": code}
            for name in by_set[self.war.central]:
                row |= spread({s: e[name] for s, e in by_set.items()}, self.war.central, name)
            row["gains_everywhere"] = all(e["equivalent_variation"] > 0 for e in by_set.values())
            rows.append(row)
        return sorted(rows, key=lambda r: -r["equivalent_variation"])

    def _effects(self, ends: Ends, set_name: str, n: int) -> dict[str, float]:
        before, after = ends.before[set_name], ends.after[set_name]
        usa, chn = (self.table.index(c) for c in PARTIES)

        def flow(e: Equilibrium, i: int, to: int) -> float:
            return float(np.asarray(e.trade)[i, to, self.table.goods].sum()) * BN

        return {
            "real_income": _percent(ends, set_name, n),
            "equivalent_variation": float(after.welfare[n] - before.welfare[n]) * BN,
            "goods_to_usa": flow(after, n, usa) - flow(before, n, usa),
            "goods_to_china": flow(after, n, chn) - flow(before, n, chn),
            "goods_from_china": flow(after, chn, n) - flow(before, chn, n),
        }

    def threat_points(self) -> list[dict[str, Any]]:
        """Return a row per measure (none first) and party: real income there, and what moved it.

        `real_income` in percent of the reference's; `moved` its difference from the scenario
        alone, in points; `made_good` the part of the scenario's own loss that the measure makes
        good (below zero: adds), None where the scenario costs the party nothing.
        """
        return [self._point(m, c) for m in (None, *self.measures) for c in PARTIES]

    def movers(self) -> list[dict[str, Any]]:
        """Return a row per measure: what it brings to those who take it, USD billions.

        `gain` is the difference of their real income from the scenario alone; `countries` who
        they are in the table.
        """
        rows: list[dict[str, Any]] = []
        for measure in self.measures:
            named = _named(measure, self.table)
            ends, at = self.moved[measure.id], [self.table.index(c) for c in named]
            by_set = {
                s: float((ends.after[s].welfare - self.war.after[s].welfare)[at].sum()) * BN
                for s in ends.after
                if s in self.war.after
            }
            rows.append({"measure": measure.id, "countries": named,
                         **spread(by_set, self.war.central, "gain")})  # fmt: skip
        return rows

    def _point(self, measure: Measure | None, country: str) -> dict[str, Any]:
        n, central = self.table.index(country), self.war.central
        ends = self.war if measure is None else self.moved[measure.id]
        there = {s: _percent(ends, s, n) for s in ends.before}
        alone = {s: _percent(self.war, s, n) for s in self.war.before}
        moved = {s: there[s] - alone[s] for s in there if s in alone}
        loss = -alone[central]
        return {
            "measure": None if measure is None else measure.id,
            "name": ALONE if measure is None else measure.name,
            "host": measure is not None and measure.host,
            "country": country,
            **spread(there, central, "real_income"),
            **spread(moved, central, "moved"),
            "made_good": moved[central] / loss if loss > 0 else None,
        }

    def hosted(self) -> dict[str, Any] | None:
        """Return the stakes of the host: its goods trade with both parties, its fate by option.

        Shares of its goods exports and imports in percent (reference), and rows {option,
        real_income, equivalent_variation} with range. None where the table has no such country.
        """
        code = host()
        if code not in self.table.countries:
            return None
        n = self.table.index(code)
        trade = np.asarray(self.war.before[self.war.central].trade)[:, :, self.table.goods].sum(2)
        sold, bought = trade[n].copy(), trade[:, n].copy()
        sold[n] = bought[n] = 0.0
        shares = {
            f"{what}_{c}": 100.0 * float(flow[self.table.index(c)] / flow.sum())
            for what, flow in (("exports", sold), ("imports", bought))
            for c in PARTIES
        }
        options = [(ALONE, self.war), *((m.name, self.moved[m.id]) for m in self.measures)]
        rows: list[dict[str, Any]] = []
        for name, ends in options:
            found = {s: self._effects(ends, s, n) for s in ends.before}
            row: dict[str, Any] = {"option": name}
            for key in ("real_income", "equivalent_variation"):
                row |= spread({s: e[key] for s, e in found.items()}, ends.central, key)
            rows.append(row)
        return {"country": code, "shares": shares, "rows": rows}

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader must know before quoting a number."""
        out: list[str] = []
        for ends in (self.war, *self.moved.values()):
            out += [w for w in ends.warnings() if w not in out]
        return tuple(out)


def _named(measure: Measure, table: World) -> tuple[str, ...]:
    """Return the third countries of the table that a measure names."""
    names: set[str] = set()
    for change in measure.changes:
        for key in ("importer", "exporter"):
            value = change[key]
            names |= {value} if isinstance(value, str) else set(value)
    if "EU" in names:
        members = {code for code, place in countries().items() if place.eu27}
        names |= members | {"REU", "EUU"}
    return tuple(c for c in table.countries if c in names and c not in PARTIES)


def _percent(ends: Ends, set_name: str, n: int) -> float:
    before, after = ends.before[set_name], ends.after[set_name]
    consumed = float(before.expenditure[n] / before.consumer_price[n])
    return 100.0 * float(after.welfare[n] - before.welfare[n]) / consumed


def partner_effects(
    scenario: str | Scenario = DEFAULT,
    *,
    elasticities: Sequence[str] = ("all",),
    regions: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> PartnerEffects:
    """Solve a scenario alone and with each measure that third countries might take.

    Raises `BadInput` where the world keeps the parties or the named countries within larger
    regions, `NotConverged` without a central answer.
    """
    asked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    given: dict[str, Any] = {"elasticities": list(elasticities), "expected": []}
    asked = asked.replace(**given, **({} if regions is None else {"regions": regions}))
    table = load_world(asked.world, asked.regions, goods=asked.goods)
    missing = [c for c in PARTIES if c not in table.countries]
    if missing:
        raise BadInput(
            f"table '{table.name}' has no {' and no '.join(missing)}.",
            cure="Use a world with the United States and China, such as world-2022.",
        )
    war = solve_ends(asked, table)
    known = measures()
    moved: dict[str, Ends] = {}
    plain = asked.to_plain()
    for done, measure in enumerate(known, start=1):
        changes = [*plain.get("changes", []), *measure.changes]
        sources = [*plain.get("sources", []), {"title": f"{measure.what}: assumed"}]
        moved[measure.id] = solve_ends(asked.replace(changes=changes, sources=sources), table)
        if progress is not None:
            progress(measure.name, done, len(known))
    return PartnerEffects(asked, table, war, known, moved, datetime.date.today().isoformat())
