"""What other partners of the United States pay on a day, by model sector.

No import weights by line and partner are in the data. The lines of a chapter weigh for every
partner as in US imports from China of 2024, freed of the duties of that year; the chapters weigh as
in the partner's own trade of 2019 (Census, twenty partners; members of the EU without figures of
their own as Germany, France and Italy together, all others as the rest of the world); passenger
cars, of which China sells few, weigh as published for eight of them. What is lost is how else a
partner's trade within a chapter differs from China's.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from tradetalks.policy.intervals import IntervalTable
from tradetalks.policy.lines import load_lines
from tradetalks.policy.partners import HOME, TARGET, load_partners, partners
from tradetalks.policy.schedules import line_sectors, observed_duties
from tradetalks.policy.stacking import stack

EU_MODEL = ("DEU", "FRA", "ITA")
REST = "REST"
CARS = "8703"
MOST_CARS = 0.9
"""Cars of 2018 over chapter 87 of 2019 can exceed what is possible."""
SIGMA_REFERENCE = 2.53
"""Elasticity with which the weights of 2024 are freed (docs/assumptions-policy.md, assumed)."""


@dataclass(frozen=True, eq=False)
class PartnerRates:
    """Duties of the United States on other partners, fractions, MFN of the lines included.

    `price` [partner, sector]: the uniform rate with the same price index; NaN without lines.
    `mean` [partner, family]: average over all goods at the partner's weights.
    """

    partners: tuple[str, ...]
    sectors: tuple[str, ...]
    families: tuple[str, ...]
    price: np.ndarray
    mean: np.ndarray

    def statutory(self, partner: str) -> dict[str, float]:
        """Average statutory rate of one partner by family."""
        row = self.mean[self.partners.index(partner)]
        return dict(zip(self.families, row.tolist(), strict=True))


def partner_rates(table: IntervalTable, day: int, sigma: float) -> PartnerRates:
    """Return the duties of `day` on every other partner.

    `table` is built on `partner_ledger()`; `sigma` the elasticity of substitution across lines.
    """
    lines, sectors, weights = load_lines(HOME), sector_names(), _weights()
    first, _ = lines.kinds()
    alike: dict[tuple[int, ...], list[str]] = {}
    active = table.active(day)
    for code in partners():
        hit = tuple(k for k, row in enumerate(active) if row.measure.hits(code, HOME))
        alike.setdefault(hit, []).append(code)
    duties = [r.measure for r in active if r.measure.has_lines and r.measure.kind == "import_duty"]
    families = tuple(sorted({m.family for m in duties if HOME in m.imposers}))
    price = np.full((len(partners()), len(sectors)), np.nan)
    mean = np.zeros((len(partners()), len(families)))
    for members in alike.values():
        law = stack(
            table, lines, day, exporter=members[0], importer=HOME, index=first,
            claim_exclusions="coverage",
        )  # fmt: skip
        found = law.by_family()
        kept = (1 + law.total) ** (1 - sigma)
        for code in members:
            weight = weights[_profile(code)]
            row, whole = partners().index(code), weight.sum(1)
            index = np.divide(weight @ kept, whole, out=np.ones_like(whole), where=whole > 0)
            price[row] = np.where(whole > 0, index ** (1 / (1 - sigma)) - 1, np.nan)
            for column, family in enumerate(families):
                if family in found:
                    mean[row, column] = (weight @ found[family]).sum() / whole.sum()
    return PartnerRates(partners(), sectors, families, price, mean)


@lru_cache(maxsize=1)
def sector_names() -> tuple[str, ...]:
    """Model sectors that have tariff lines."""
    return tuple(sorted(set(line_sectors(load_lines(HOME)).tolist())))


@lru_cache(maxsize=1)
def chapters() -> tuple[tuple[str, ...], dict[str, dict[str, np.ndarray]]]:
    """Chapters, and what -> partner -> thousand USD of 2019 [chapter] (`imports`, `duty`)."""
    text = files("tradetalks.policy").joinpath("compiled/us_partner_chapters.csv")
    rows = list(csv.DictReader(text.read_text("utf-8").splitlines()))
    names = tuple(dict.fromkeys(r["chapter"] for r in rows))
    codes = [c for c in rows[0] if c not in ("chapter", "what")]
    return names, {
        what: {c: np.array([float(r[c]) for r in rows if r["what"] == what]) for c in codes}
        for what in ("imports", "duty")
    }


def _profile(code: str) -> str:
    imports = chapters()[1]["imports"]
    if code in imports:
        return code
    return "EU" if code in load_partners()["sets"]["EU"] else REST


@lru_cache(maxsize=1)
def _weights() -> dict[str, np.ndarray]:
    """Import weights [sector, kind of line] by profile: China's lines, the partner's chapters."""
    lines, (names, data) = load_lines(HOME), chapters()
    _, kind = lines.kinds()
    free = lines.value * (1 + observed_duties(HOME, TARGET)) ** SIGMA_REFERENCE
    place = {name: k for k, name in enumerate(names)}
    chapter = np.array([place.get(bytes(c[:2]).decode(), len(names)) for c in lines.code])
    cars = chapter == place[CARS[:2]]
    group = np.where(cars & np.char.startswith(lines.code, CARS.encode()), len(names) + 1, chapter)
    share = _within(group, free)
    sector = np.searchsorted(sector_names(), line_sectors(lines))
    size = len(sector_names()), int(kind.max()) + 1
    sold = load_partners()["cars_usd_bn"]["values"]
    profiles = data["imports"] | {"EU": np.sum([data["imports"][c] for c in EU_MODEL], axis=0)}
    sold = sold | {"EU": sum(sold.get(c, 0.0) for c in EU_MODEL)}
    out = {}
    for code, value in profiles.items():
        whole = np.append(value, [0.0, 0.0])  # no chapter of the table; cars
        of_cars = _cars(value[place[CARS[:2]]], sold.get(code), cars, group, free)
        whole[-1] = of_cars * value[place[CARS[:2]]]
        whole[place[CARS[:2]]] -= whole[-1]
        flat = np.bincount(
            sector * size[1] + kind, weights=share * whole[group], minlength=size[0] * size[1]
        )
        out[code] = flat.reshape(size)
    return out


def _within(group: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Share [line] of each line in its group, by `free`; even where a group has no trade."""
    whole, count = np.bincount(group, weights=free), np.bincount(group)
    even = 1.0 / np.maximum(count[group], 1)
    return np.where(whole[group] > 0, free / np.maximum(whole[group], 1e-300), even)


def _cars(
    whole: float, sold: float | None, here: np.ndarray, group: np.ndarray, free: np.ndarray
) -> float:
    """Share of passenger cars in chapter 87, at most `MOST_CARS`; China's where none is known."""
    if sold is not None and whole > 0:
        return min(sold * 1e6 / whole, MOST_CARS)
    return float(free[group == group.max()].sum() / free[here].sum())
