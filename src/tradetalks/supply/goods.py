"""Which critical good somebody means, and where a country buys it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import critical_goods
from tradetalks.errors import UnknownName, did_you_mean, unknown_name

if TYPE_CHECKING:
    from tradetalks.data import World

Array = NDArray[np.float64]
ALIASES = {
    "magnet": "MAGNETS",
    "rare_earth_magnets": "MAGNETS",
    "rare_earth": "REE",
    "rare_earths": "REE",
    "rare_earth_elements": "REE",
    "chips": "AICHIP",
    "ai_chips": "AICHIP",
    "eda": "CHIPSOFT",
    "design_software": "CHIPSOFT",
    "chip_design_software": "CHIPSOFT",
    "chip_tools": "CHIPTOOL",
    "aircraft_engines": "ENGINES",
    "engine": "ENGINES",
    "medicines": "API",
    "batteries": "BATTERY",
}


def find_good(name: str) -> str:
    """Return the code of a critical good, from its code, its name or a customs code.

    >>> find_good("rare_earth_magnets"), find_good("8505.11.00"), find_good("gallium")
    ('MAGNETS', 'MAGNETS', 'GALLIUM')
    >>> find_good("tungstn")
    Traceback (most recent call last):
    ...
    tradetalks.errors.UnknownName: unknown critical good 'tungstn'. Did you mean 'tungsten'?
    """
    if re.fullmatch(r"[0-9][0-9. ]*", name.strip()):
        return _by_customs(name.strip())
    slug = _slug(name)
    known = _names()
    if slug in known:
        return known[slug]
    cure = did_you_mean(slug, known) or "Known: " + ", ".join(critical_goods()) + "."
    raise UnknownName(f"unknown critical good '{name}'.", cure=cure)


def _names() -> dict[str, str]:
    out = dict(ALIASES)
    for code, good in critical_goods().items():
        out[_slug(code)] = out[_slug(good.label)] = code
    return out


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.strip().casefold()).strip("_")


def _by_customs(code: str) -> str:
    digits = re.sub(r"[^0-9]", "", code)
    best, found = 0, ""
    for good, about in critical_goods().items():
        for line in re.findall(r"[0-9][0-9.]*", about.customs):
            plain = line.replace(".", "")
            if digits.startswith(plain) and len(plain) > best:
                best, found = len(plain), good
    if not found:
        raise UnknownName(
            f"customs code '{code}' belongs to none of the critical goods.",
            cure="Give at least 4 digits, or the good itself: " + ", ".join(critical_goods()) + ".",
        )
    return found


@dataclass(frozen=True)
class Dependence:
    """What a country buys of one good, in a year of the table: `flow` [i] in millions of USD,
    duty included, `country` the position of the buyer."""

    good: str
    countries: tuple[str, ...]
    country: int
    flow: Array

    @property
    def spending(self) -> float:
        """All purchases, the home ones included, in millions of USD."""
        return float(self.flow.sum())

    @property
    def share(self) -> Array:
        """Shares [i] of all suppliers, home included."""
        return self.flow / self.spending if self.spending > 0 else np.zeros_like(self.flow)

    @property
    def home(self) -> float:
        """The part bought at home."""
        return float(self.share[self.country])

    @property
    def import_hhi(self) -> float:
        """Concentration of the foreign suppliers: the sum of squared shares in imports, 0 to 1."""
        abroad = self.share.copy()
        abroad[self.country] = 0.0
        total = abroad.sum()
        return float(((abroad / total) ** 2).sum()) if total > 0 else 0.0

    def suppliers(self, most: int = 4) -> list[tuple[str, float]]:
        """Return the largest foreign suppliers with their shares of all purchases."""
        order = [i for i in np.argsort(-self.share, kind="stable") if i != self.country]
        return [(self.countries[i], float(self.share[i])) for i in order if self.share[i] > 0][
            :most
        ]

    def of(self, supplier: str) -> float:
        """Return one supplier's share of all purchases."""
        return float(self.share[self.countries.index(supplier)])


def dependence(world: World, country: str, good: str) -> Dependence:
    """Return where `country` buys `good` in a table that has the good carved out."""
    n, j = world.index(country), world.sector_index(good)
    flow = np.asarray(world.trade[:, n, j] * (1.0 + world.tariff[:, n, j]))
    return Dependence(good, world.countries, n, flow)


def variety_loss(share: float, sigma: float) -> float | None:
    """Return what the loss of varieties with a share of spending is worth, of the good's use.

    1 - (1 - w)^(1 / (sigma - 1)), for orientation only: convex in w for sigma > 2, concave below,
    None (undefined) for sigma of 1 and less. The solved losses have what this leaves out.

    >>> [round(100 * (variety_loss(w, 3.0) or 0)) for w in (0.5, 0.9, 0.95, 0.99)]
    [29, 68, 78, 90]
    """
    if sigma <= 1.0:
        return None
    return 1.0 - (1.0 - share) ** (1.0 / (sigma - 1.0))


def stock_figures(codes: tuple[str, ...]) -> dict[str, Any]:
    """Return the stock cover of goods in days, as figures with the range x/÷ 2."""
    from tradetalks.data.goods.good import goods as shipped
    from tradetalks.supply.shipped import ASSUMED, Figure

    out: dict[str, Figure] = {}
    for good in shipped(codes):
        source = ASSUMED if "stock days" in good.assumed else "docs/critical-goods.md"
        out[good.code] = Figure(good.stock_days, good.stock_days, good.stock_days, source).around()
    return out


def country_code(name: str, known: tuple[str, ...]) -> str:
    """Return a country code of the table, upper or lower case; `UnknownName` otherwise."""
    code = name.strip().upper()
    if code in known:
        return code
    raise unknown_name("country", name, known)
