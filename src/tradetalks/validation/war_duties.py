"""The duties of 2018-2022 between the two, line by line and dated, for the back-test.

A year's duty on a line is the mean over its twelve months. Lines weigh as in the law's own
tables: US lines as imports from China of 2024 freed of the duties of 2024 (no year before the war
is at hand by line), Chinese lines as US exports of 2017 by chapter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.data.rates import SIGMA_LINES, price_number
from tradetalks.errors import unknown_name

if TYPE_CHECKING:
    from tradetalks.policy import Schedule
    from tradetalks.scenario.elsewhere import Elsewhere

Array = NDArray[np.float64]
Text = NDArray[np.str_]

DIRECTIONS = ("USA_on_CHN", "CHN_on_USA")
YEARS = (2018, 2019, 2020, 2021, 2022)
BEFORE = "2018-01-02"
DUTIES = ("law", "law, chapters of 2017", "HS6 schedules", "collected")
"""What a back-test can be run with, the default first; see `duties`."""


@dataclass(frozen=True, eq=False)
class Duties:
    """Lines of one direction. `weight` [line] USD at zero duty; `before` [line] duty of the
    second of January 2018 and `rate` by year the mean duty of that year, fractions."""

    sector: Text
    chapter: Text
    weight: Array
    before: Array
    rate: Mapping[int, Array]

    def added(self, year: int, cells: Sequence[str], by: str = "sector") -> Array:
        """Return the rise of duty [cell] over `before` as an ad valorem rate, exact under CES."""
        group = getattr(self, by)
        out = np.zeros(len(cells))
        for c, cell in enumerate(cells):
            here = (group == cell) & (self.weight > 0)
            if here.any():
                new, old = (
                    price_number(t[here], self.weight[here], SIGMA_LINES)
                    for t in (self.rate[year], self.before)
                )
                out[c] = (1 + new) / (1 + old) - 1
        return out

    def value_before(self) -> Array:
        """Return trade [line] under the duties of `before`, USD."""
        return self.weight * (1 + self.before) ** -SIGMA_LINES

    def shift(self, year: int) -> Array:
        """Return by which factor each line [line] grows against its sector, as CES has it."""
        old = self.value_before()
        new = self.weight * (1 + self.rate[year]) ** -SIGMA_LINES
        out = np.ones(len(old))
        for sector in np.unique(self.sector):
            here = self.sector == sector
            if old[here].sum() > 0:
                grown = np.divide(
                    new[here], old[here], out=np.ones(here.sum()), where=old[here] > 0
                )
                out[here] = grown * old[here].sum() / new[here].sum()
        return out


def duties(name: str) -> Mapping[str, Duties]:
    """Return the duties of both directions, by one of `DUTIES`.

    `law`: every tariff line by the law of each month; `law, chapters of 2017`: the same with US
    lines scaled to trade of 2017 by chapter; `HS6 schedules`: the published schedules by HS6,
    which take the highest line of a code and some lines twice; `collected`: what US customs took
    by chapter, over imports (China's side as the law). Raises `DataMissing`.
    """
    law = {direction: law_lines(direction) for direction in DIRECTIONS}
    us = DIRECTIONS[0]
    match name:
        case "law":
            found = law
        case "law, chapters of 2017":
            found = law | {us: at_chapters_of_2017(law[us])}
        case "HS6 schedules":
            found = {d: _hs6_schedule(d, law[d]) for d in DIRECTIONS}
        case "collected":
            found = law | {us: _collected(law[us])}
        case _:
            raise unknown_name("duties", name, DUTIES)
    return MappingProxyType(found)


@cache
def law_lines(direction: str) -> Duties:
    """Return the law of each month by tariff line, weights of the line table freed of duty."""
    from tradetalks.policy import schedule
    from tradetalks.policy.schedules import line_sectors

    def on(day: str) -> Schedule:
        return schedule(day, direction)

    first = on(BEFORE)
    months = {
        year: np.mean([on(f"{year}-{month:02d}-15").rate for month in range(1, 13)], axis=0)
        for year in YEARS
    }
    lines = first.lines
    # Chinese lines are observed before the war, US ones under the duties of 2024
    seen = first.rate if direction == DIRECTIONS[1] else first.reference
    codes = [code.decode() for code in lines.code]
    return Duties(
        sector=line_sectors(lines),
        chapter=np.array([code[:2] for code in codes]),
        weight=lines.value * (1 + seen) ** SIGMA_LINES,
        before=first.rate,
        rate=MappingProxyType(months),
    )


def at_chapters_of_2017(lines: Duties) -> Duties:
    """Return US lines whose trade before the war adds up, chapter by chapter, to imports from
    China in 2017 (Census)."""
    from tradetalks.validation.outcomes import census_imports

    census = census_imports()[2017]
    value = lines.value_before()
    for chapter, total in zip(census.chapters, census.imports.partner.tolist(), strict=True):
        here = lines.chapter == chapter
        if value[here].sum() > 0:
            value[here] *= total / value[here].sum()
    return replace(lines, weight=value * (1 + lines.before) ** SIGMA_LINES)


def _hs6_schedule(direction: str, weighed: Duties) -> Duties:
    """Return a published HS6 schedule, days of the year weighted, with our weights by HS6."""
    from datetime import date

    from tradetalks.codes import hs6_table
    from tradetalks.data.rates import HALVED_STEP
    from tradetalks.data.readers.lines import read_schedule
    from tradetalks.data.registry import find
    from tradetalks.policy import load_lines

    us = direction == DIRECTIONS[0]
    steps = read_schedule(find("waugh_us" if us else "waugh_china"))
    dates = list(steps)
    table = hs6_table()
    codes = [
        code for code in steps[dates[-1]] if code in table and table[code].method != "leftover"
    ]
    first = np.array([steps[dates[0]].get(c, steps[dates[1]].get(c, 0.0)) for c in codes])
    levels = [np.array([steps[d].get(c, first[k]) for k, c in enumerate(codes)]) for d in dates]
    if not us:  # the schedule ends before China halved its step of September 2019
        k = dates.index(HALVED_STEP)
        dates.append("2020-02-14")
        levels.append(levels[-1] - np.maximum(levels[k] - levels[k - 1], 0.0) / 2)
    begin = [date.fromisoformat(d) for d in dates] + [date(2099, 1, 1)]
    rate = {}
    for year in YEARS:
        lower, upper = date(year, 1, 1), date(year + 1, 1, 1)
        days = [
            max(0, (min(end, upper) - max(start, lower)).days) for start, end in pairwise(begin)
        ]
        rate[year] = np.average(levels, axis=0, weights=days)
    value: dict[str, float] = {}
    lines = load_lines("USA" if us else "CHN")
    for code, w in zip(lines.code, weighed.value_before(), strict=True):
        value[code[:6].decode()] = value.get(code[:6].decode(), 0.0) + float(w)
    return Duties(
        sector=np.array([table[c].sector for c in codes]),
        chapter=np.array([c[:2] for c in codes]),
        weight=np.array([value.get(c, 0.0) for c in codes]) * (1 + first) ** SIGMA_LINES,
        before=first,
        rate=MappingProxyType(rate),
    )


def _collected(lines: Duties) -> Duties:
    """Return the lines with the rise of what customs took over imports, by chapter."""
    from tradetalks.validation.outcomes import census_imports

    census = census_imports()
    rate = {}
    for year in YEARS:
        # Census ends in 2020; the rates of the law hardly move after that
        taken = census[min(year, 2020)].duty_by_chapter()
        before = census[2017].duty_by_chapter()
        rise = np.array([taken.get(c, 0.0) - before.get(c, 0.0) for c in lines.chapter.tolist()])
        rate[year] = lines.before + np.maximum(rise, 0.0)
    return replace(lines, rate=MappingProxyType(rate))


@cache
def section_232_elsewhere() -> Mapping[int, Elsewhere]:
    """Return what the US duties on other countries rose by, mean over the months of each year.

    Section 232 with its exemptions and quotas, Section 201, by sector, as in every scenario that
    starts from a law: weights by chapter (`docs/assumptions-policy.md`).
    """
    from tradetalks.policy.elsewhere import partner_rates
    from tradetalks.policy.intervals import build_table
    from tradetalks.policy.ledger import day_number
    from tradetalks.policy.partners import partner_ledger
    from tradetalks.scenario.elsewhere import Elsewhere

    table = build_table(partner_ledger())
    first = partner_rates(table, day_number(BEFORE), SIGMA_LINES)
    found = {}
    for year in YEARS:
        days = [day_number(f"{year}-{month:02d}-15") for month in range(1, 13)]
        price = np.mean([partner_rates(table, d, SIGMA_LINES).price for d in days], axis=0)
        found[year] = Elsewhere(first.partners, first.sectors, price - first.price, {}, {})
    return MappingProxyType(found)
