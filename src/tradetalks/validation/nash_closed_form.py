"""Lashkaripour (2021): Nash duties by closed form against our search, one duty per country.

The formula looks through the wages of third countries as a government weighs its duty (his
equation 8): exact for two countries, an approximation for more. With these wages held in the
search too, the two agree for every country; both distances are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.validation.cells import Beside, Computed

if TYPE_CHECKING:
    from tradetalks.data import World

Array = NDArray[np.float64]
_HOMES = ("USA", "CHN", "EUU")
_HELD = "third wages held"
_THETA = (2.0, 7.0)
"""Trade elasticities by sector, from the first to the last (assumed: any would do)."""


def compute() -> Computed:
    """Solve both on the shipped world without inputs and deficits."""
    from tradetalks.data import load_world

    blocs, countries = load_world("world-2022", regions="blocs"), load_world("world-2022")
    numbers: dict[tuple[str, str, str], float] = {}
    published: dict[tuple[str, str, str], float] = {}
    for home in _HOMES:
        n = blocs.countries.index(home)
        side = np.zeros((2, len(blocs.countries)))
        side[0, n], side[1] = 1.0, 1.0
        side[1, n] = 0.0
        formula, found, _ = _both(*_pooled(blocs, side))
        row = f"{home} against all others"
        for column, duty, ours in zip(("home", "all others"), formula, found, strict=True):
            published["two regions", row, column] = round(100.0 * float(duty), 4)
            numbers["two regions", row, column] = 100.0 * float(ours)
    formula, found, held = _both(*_pooled(countries, np.eye(len(countries.countries))))
    gaps = 100.0 * np.abs(found - formula)
    for code, duty, ours in zip(countries.countries, formula, held, strict=True):
        published[_HELD, code, "duty"] = round(100.0 * float(duty), 4)
        numbers[_HELD, code, "duty"] = 100.0 * float(ours)
    return Computed(
        numbers,
        published,
        (
            Beside(
                "30 countries: largest difference, third wages held in the search too",
                100.0 * float(np.abs(held - formula).max()),
            ),
            Beside("30 countries: median difference of search and formula", float(np.median(gaps))),
            Beside("30 countries: largest difference", float(gaps.max())),
            Beside("30 countries: mean duty by formula", 100.0 * float(formula.mean())),
            Beside("30 countries: mean duty by search", 100.0 * float(found.mean())),
        ),
    )


def _pooled(world: World, side: Array) -> tuple[Array, Array]:
    """Return trade and tariffs `[i, n, j]` among groups of countries."""
    trade = np.einsum("ai,inj,bn->abj", side, world.trade, side)
    duties = np.einsum("ai,inj,bn->abj", side, world.trade * world.tariff, side)
    tariff = duties / np.maximum(trade, 1e-300)
    at_home = np.arange(side.shape[0])
    tariff[at_home, at_home] = 0.0
    return trade, tariff


def _both(trade: Array, tariff: Array) -> tuple[Array, Array, Array]:
    """Return duties `[n]` by formula, by search, and with third countries' wages held.

    In an economy without inputs and deficits.
    """
    from tradetalks.talks.uniform import nash_at_held_wages, nash_by_formula, uniform_nash
    from tradetalks.validation.economies import BALANCED, economy, one_nest, without_deficits

    size, _, sectors = trade.shape
    theta = np.linspace(*_THETA, sectors)
    elasticities = one_nest(1.0 + theta)
    raw = economy(
        trade,
        tariff,
        np.zeros((size, sectors, sectors)),
        (trade * (1.0 + tariff)).sum(0),
        trade.sum(1),
    )
    base = without_deficits(raw, elasticities, tariff)
    flows = np.asarray(base.trade).transpose(2, 1, 0)
    law = np.expm1(np.asarray(base.log_duty)).transpose(2, 1, 0)
    formula = nash_by_formula(flows, law, theta).duty
    held = nash_at_held_wages(flows, law, theta).duty
    return formula, uniform_nash(base, elasticities, BALANCED), held
