"""US duties on countries other than China, as the law changed them since a world's own year."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import region_set, region_set_names

if TYPE_CHECKING:
    from tradetalks.policy.elsewhere import PartnerRates
    from tradetalks.policy.intervals import IntervalTable
    from tradetalks.policy.ledger import Measure

Array = NDArray[np.float64]

T = TypeVar("T")
SHOWN = ("MEX", "CAN", "DEU", "JPN", "KOR", "VNM", "TWN", "IND")
"""Partners whose averages a reading of the law names."""


class Remembered(Generic[T]):
    """The last readings of a ledger, by what they depend on; threads may share it.

    Keys are compared, not hashed: they hold intervals of the law, most of them the same objects.
    """

    def __init__(self, size: int) -> None:
        self._read: deque[tuple[object, tuple[object, ...], T]] = deque(maxlen=size)

    def get(self, ledger: object, asked: tuple[object, ...], read: Callable[[], T]) -> T:
        """Return what `read` returned for the same ledger and key, else what it returns."""
        for of, key, found in tuple(self._read):
            if of is ledger and key == asked:
                return found
        found = read()
        self._read.appendleft((ledger, asked, found))
        return found


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """US duties on other partners: price numbers of the law read less those of the world's year.

    `added` [partner, sector], fractions; `average` and `average_year`: trade-weighted statutory
    rates by partner, MFN of the lines included, at customs weights of 2019.
    """

    partners: tuple[str, ...]
    sectors: tuple[str, ...]
    added: Array
    average: dict[str, float]
    average_year: dict[str, float]

    @property
    def differs(self) -> bool:
        """Whether the law changed any of these duties since the world's year."""
        return bool(np.nan_to_num(self.added).any())

    def on(self, code: str, sectors: tuple[str, ...]) -> Array | None:
        """Return the points added on a country or region by sector (0 where it has no lines).

        A region of a shipped region set is the mean of its members, weighted by the goods that
        they sell to the United States in `world-2022`. None for a name that is neither.
        """
        return _added_on(self, code, sectors)

    def plain(self) -> dict[str, Any]:
        """Return averages as plain data, percent."""
        return {
            "average_percent": {c: round(100 * self.average[c], 2) for c in SHOWN},
            "average_percent_year": {c: round(100 * self.average_year[c], 2) for c in SHOWN},
        }


def read_elsewhere(table: IntervalTable, day: int, year_day: int, sigma: float) -> Elsewhere:
    """Return what `table` (built on the partner ledger) adds on `day` to the enacted law of
    `year_day`."""
    from tradetalks.policy.elsewhere import partner_rates

    def read() -> Elsewhere:
        now, then = partner_rates(table, day, sigma), _enacted(year_day, sigma)
        added = now.price - then.price
        return Elsewhere(now.partners, now.sectors, added, _averages(now), _averages(then))

    # A change of the law between the two parties leaves what others pay: read once.
    rows = tuple(row for row in table.active(day) if _reaches(row.measure))
    return _read.get(table.ledger, (table.as_known_on, day, year_day, sigma, rows), read)


_read: Remembered[Elsewhere] = Remembered(8)


def _reaches(measure: Measure) -> bool:
    """Whether a measure is one on any partner."""
    from tradetalks.policy.partners import HOME, partners

    known = partners()
    named = known if measure.targets is None else [c for c in measure.targets if c in known]
    return any(measure.hits(code, HOME) for code in named)


@lru_cache(maxsize=1024)  # many scenarios share a law
def _added_on(law: Elsewhere, code: str, sectors: tuple[str, ...]) -> Array | None:
    members = _members(code)
    rows = [law.partners.index(m) for m in members if m in law.partners]
    if not rows:
        return None
    flows, order = _sales_to_usa()
    found = np.zeros(len(sectors))
    for j, sector in enumerate(sectors):
        if sector not in law.sectors:
            continue
        added = law.added[rows, law.sectors.index(sector)]
        weight = np.array([flows[law.partners[r]][order[sector]] for r in rows])
        known = np.isfinite(added)
        whole = float(weight[known].sum())
        if whole > 0:
            found[j] = float((weight[known] * added[known]).sum()) / whole
    found.flags.writeable = False
    return found


def _averages(rates: PartnerRates) -> dict[str, float]:
    return dict(zip(rates.partners, rates.mean.sum(1).tolist(), strict=True))


@lru_cache(maxsize=4)
def _enacted(day: int, sigma: float) -> PartnerRates:
    from tradetalks.policy.elsewhere import partner_rates
    from tradetalks.policy.intervals import build_table
    from tradetalks.policy.partners import partner_ledger

    return partner_rates(build_table(partner_ledger()), day, sigma)


@lru_cache(maxsize=256)
def _members(code: str) -> tuple[str, ...]:
    """Countries of a region of some shipped region set; a country is its own member."""
    for name in region_set_names():
        if found := tuple(c for c, region in region_set(name).items() if region == code):
            return found
    return ()


@lru_cache(maxsize=1)
def _sales_to_usa() -> tuple[dict[str, Array], dict[str, int]]:
    """Sales to the United States by country [sector], and the place of each sector."""
    from tradetalks.data import load_world

    world = load_world("world-2022", regions="all")
    flows = world.trade[:, world.index("USA")]
    return (
        dict(zip(world.countries, flows, strict=True)),
        {code: j for j, code in enumerate(world.sectors)},
    )
