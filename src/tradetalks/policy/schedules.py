"""`schedule`: rates by line on a date, and by model sector the numbers a world model needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

import numpy as np

from tradetalks.errors import BadNumber, DataMissing
from tradetalks.policy.duties import check_pair
from tradetalks.policy.intervals import IntervalTable, build_table
from tradetalks.policy.ledger import FOREVER, Law, Ledger, day_number, load_ledger
from tradetalks.policy.lines import LineTable, load_lines
from tradetalks.policy.overlays import Overlay, apply_all
from tradetalks.policy.stacking import Stack, stack

# The law under which the trade was observed that weighs the lines: US imports of mid-2024, US
# exports to China of 2017, before the war (the ledger's first day stands for that year).
REFERENCE_DAYS = {"USA": "2024-07-01", "CHN": "2018-01-01"}


@dataclass(frozen=True)
class SectorRate:
    """Tariff of one sector, fractions.

    `price` is the rate that moves the sector's price index as its lines do, `sales` the one that
    gives its sales and revenue (both exact under CES, docs/model); `statutory` the trade-weighted
    mean; `value` the trade behind it, USD.
    """

    price: float
    sales: float
    statutory: float
    value: float


@dataclass(frozen=True, eq=False)
class Schedule:
    """Duties of `importer` on `exporter` on one day; arrays are indexed by tariff line."""

    day: int
    importer: str
    exporter: str
    lines: LineTable
    stack: Stack
    reference: np.ndarray

    @property
    def code(self) -> np.ndarray:
        """Tariff codes [line], bytes."""
        return self.lines.code

    @property
    def rate(self) -> np.ndarray:
        """Total duty [line], fraction of the customs value, MFN included."""
        return self.stack.total

    def by_family(self) -> dict[str, np.ndarray]:
        """Duty by family of authority, each [line]."""
        return self.stack.by_family()

    def statutory(self) -> float:
        """Trade-weighted statutory rate, fraction; trade without a line counts as free."""
        whole = float(self.lines.value.sum()) + self.lines.value_outside
        return float(self.rate @ self.lines.value) / whole

    def by_sector(
        self,
        sigma: float | Mapping[str, float],
        sectors: Mapping[str, str] | None = None,
        *,
        free_trade_weights: bool = False,
    ) -> dict[str, SectorRate]:
        """Rates by model sector.

        `sigma`: elasticity of substitution across lines, one number or one by sector; `sectors`:
        HS6 -> sector (default: the concordance of `codes`). With weights w,
        1+T = [sum w (1+t)^(1-sigma)]^(1/(1-sigma)) and
        1+T_R = sum w (1+t)^(1-sigma) / sum w (1+t)^(-sigma) (docs, the model's equations).
        w are the observed shares of trade value; with `free_trade_weights` they are first freed
        of the duties under which they were observed (`REFERENCE_DAYS`), w ~ value (1+t)^sigma.
        """
        groups = (
            own_sectors(self.importer)
            if sectors is None
            else by_name(line_sectors(self.lines, sectors), self.lines.value > 0)
        )
        out = {}
        rate, value = self.rate, self.lines.value
        for sector, here in groups.items():
            elasticity = float(sigma[sector] if isinstance(sigma, Mapping) else sigma)
            if not np.isfinite(elasticity) or elasticity <= 0:
                raise BadNumber(f"sigma of sector {sector} is {elasticity}.", cure="Use sigma > 0.")
            reference = self.reference[here] if free_trade_weights else 0.0 * rate[here]
            out[sector] = sector_rate(value[here], rate[here], reference, elasticity)
        return out


def sector_rate(
    value: np.ndarray, rate: np.ndarray, reference: np.ndarray, sigma: float
) -> SectorRate:
    """The CES-exact rates of a group of lines [line]; `value` observed under duties `reference`."""
    weight = value * (1 + reference) ** sigma
    weight = weight / weight.sum()
    # sums of products, not dot products: waking BLAS threads costs more than these short sums
    sold_by_line = weight * (1 + rate) ** -sigma
    spent, sold = (sold_by_line * (1 + rate)).sum(), sold_by_line.sum()
    if abs(sigma - 1) < 1e-9:  # the limit is the geometric mean
        price = float(np.exp((weight * np.log1p(rate)).sum()))
    else:
        price = float(spent ** (1 / (1 - sigma)))
    return SectorRate(
        price=price - 1,
        sales=float(spent / sold) - 1,
        statutory=float((value * rate).sum() / value.sum()),
        value=float(value.sum()),
    )


def schedule(
    on: str | date | int,
    direction: tuple[str, str] | str = "USA_on_CHN",
    *,
    law: Law = "enacted",
    as_known_on: str | date | None = None,
    overlays: Iterable[Overlay] = (),
    table: IntervalTable | None = None,
) -> Schedule:
    """Rates by line on a date. `direction`: "USA_on_CHN", "CHN_on_USA" or (importer, exporter)."""
    importer, exporter = direction.split("_on_") if isinstance(direction, str) else direction
    exporter, importer = check_pair(exporter, importer)
    day = day_number(on)
    known = FOREVER if as_known_on is None else day_number(as_known_on, name="as_known_on")
    table = apply_all(table or build_table(law=law, as_known_on=known), overlays)
    reference = _observed_under(table.ledger, importer, exporter)
    return Schedule(
        day, importer, exporter, load_lines(importer), _stack(table, day, importer, exporter),
        reference,
    )  # fmt: skip


def _stack(table: IntervalTable, day: int, importer: str, exporter: str) -> Stack:
    return stack(
        table, load_lines(importer), day,
        exporter=exporter, importer=importer, claim_exclusions="coverage",
    )  # fmt: skip


@lru_cache(maxsize=8)
def _observed_under(ledger: Ledger, importer: str, exporter: str) -> np.ndarray:
    """Duties [line] under which the trade was observed that weighs the lines."""
    day = day_number(REFERENCE_DAYS[importer])
    total = _stack(build_table(ledger), day, importer, exporter).total
    total.setflags(write=False)
    return total


def observed_duties(importer: str, exporter: str) -> np.ndarray:
    """Duties [line] of the shipped ledger under which the weights of the lines were observed."""
    return _observed_under(load_ledger(), importer, exporter)


def line_sectors(lines: LineTable, sectors: Mapping[str, str] | None = None) -> np.ndarray:
    """Model sector of each line [line], by its HS6.

    An HS6 of another edition takes the sector most of its four-digit heading has; a line whose
    heading is unknown too is an error that names it.
    """
    sectors = hs6_to_sector() if sectors is None else sectors
    headings: dict[str, Counter[str]] = {}
    for code, sector in sectors.items():
        headings.setdefault(code[:4], Counter())[sector] += 1
    out: list[str] = []
    missing: list[str] = []
    for code in (c[:6].decode() for c in lines.code):
        if code in sectors:
            out.append(sectors[code])
        elif code[:4] in headings:
            out.append(headings[code[:4]].most_common(1)[0][0])
        else:
            missing.append(code)
    if missing:
        raise DataMissing(
            f"{len(missing)} lines have no model sector: {', '.join(missing[:5])} ...",
            cure="Add them to the HS6 concordance of `tradetalks.codes`.",
        )
    return np.array(out)


def by_name(names: np.ndarray, keep: np.ndarray) -> dict[str, np.ndarray]:
    """Positions of the lines of each name, of those to `keep` [line]; names in order."""
    # not np.unique: its first call imports masked arrays, a twentieth of a second
    found = sorted(set(names[keep].tolist()))
    return {name: np.flatnonzero(keep & (names == name)) for name in found}


@cache
def own_sectors(importer: str) -> dict[str, np.ndarray]:
    """Lines with trade of each model sector, by the concordance of `codes`."""
    lines = load_lines(importer)
    return by_name(line_sectors(lines), lines.value > 0)


@cache
def hs6_to_sector() -> Mapping[str, str]:
    """HS6 -> model sector (the only place of this room that knows where the concordance lives)."""
    from tradetalks.codes import hs6_table

    return {code: place.sector for code, place in hs6_table().items()}
