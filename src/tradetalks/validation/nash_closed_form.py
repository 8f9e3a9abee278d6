"""Lashkaripour (2021): Nash duties by closed form against our search, one duty per country.

His formula looks through the wages of third countries as a government weighs its duty (his
equation 8): exact for two countries, an approximation for more. With the wages of all countries
moving it has one more linear system per country, and then equals the search for any number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.validation.cells import Beside, Computed

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.model import Economy, Elasticities
    from tradetalks.talks.uniform import FormulaWar

Array = NDArray[np.float64]
_HOMES = ("USA", "CHN", "EUU")
_ALL, _BY_COUNTRY, _BY_ECONOMY = "30 countries", "by country", "by economy"
_THETA, _ONE = (2.0, 7.0), 4.0
"""Trade elasticities by sector, from the first to the last, and of one sector (assumed)."""
_LARGEST = 10


def compute() -> Computed:
    """Solve all on the shipped world without inputs and deficits."""
    from tradetalks.data import load_world
    from tradetalks.talks.uniform import nash_at_held_wages

    table, blocs = load_world("world-2022"), load_world("world-2022", regions="blocs")
    numbers: dict[tuple[str, str, str], float] = {}
    published: dict[tuple[str, str, str], float] = {}

    for home in _HOMES:
        n = blocs.countries.index(home)
        side = np.zeros((2, len(blocs.countries)))
        side[0, n], side[1] = 1.0, 1.0
        side[1, n] = 0.0
        case = _Case(*_pooled(blocs, side))
        row = f"{home} against all others"
        for column, duty, ours in zip(
            ("home", "all others"), case.formula.duty, case.search(), strict=True
        ):
            published["two regions", row, column] = round(100.0 * float(duty), 4)
            numbers["two regions", row, column] = 100.0 * float(ours)

    each = np.eye(len(table.countries))
    whole = _Case(*_pooled(table, each))
    one = _Case(*_one_sector(*_pooled(table, each)))
    found = whole.search()
    for n, code in enumerate(table.countries):
        published[_ALL, code, "duty"] = round(100.0 * float(whole.exact.duty[n]), 4)
        numbers[_ALL, code, "duty"] = 100.0 * float(found[n])
        for column, value in {
            "search": found[n],
            "corrected": whole.exact.duty[n] - found[n],
            "eq. 13": whole.formula.duty[n] - found[n],
            "as printed": whole.printed.duty[n] - found[n],
            "one sector": one.formula.duty[n] - one.exact.duty[n],
        }.items():
            published[_BY_COUNTRY, code, column] = numbers[_BY_COUNTRY, code, column] = (
                100.0 * float(value)
            )
    cases = {
        "30 countries, 23 sectors": whole,
        "30 countries, one sector": one,
        "10 largest and the rest, 23 sectors": _Case(*_pooled(table, _largest(table))),
    }
    for row, case in cases.items():
        for column, value in case.distances().items():
            published[_BY_ECONOMY, row, column] = numbers[_BY_ECONOMY, row, column] = value

    held = nash_at_held_wages(whole.flow, whole.law, whole.theta).duty
    gap = 100.0 * np.abs(whole.formula.duty - found)
    beside = {
        "corrected formula, largest difference from the search": np.abs(
            whole.exact.duty - found
        ).max(),
        "equation 13, largest difference where the search holds third wages too": np.abs(
            held - whole.formula.duty
        ).max(),
        "equation 13, median difference": np.median(gap) / 100.0,
        "equation 13, largest difference": gap.max() / 100.0,
        "mean duty by equation 13": whole.formula.duty.mean(),
        "mean duty by search": found.mean(),
    }
    return Computed(
        numbers,
        published,
        tuple(Beside(f"30 countries: {k}", 100.0 * float(v)) for k, v in beside.items()),
    )


class _Case:
    """An economy without inputs and deficits, with its wars by formula."""

    def __init__(self, trade: Array, tariff: Array) -> None:
        from tradetalks.talks.uniform import nash_by_exact_formula, nash_by_formula

        sectors = trade.shape[2]
        self.theta = np.linspace(*_THETA, sectors) if sectors > 1 else np.array([_ONE])
        self.base, self.elasticities = _balanced(trade, tariff, self.theta)
        self.flow = np.asarray(self.base.trade).transpose(2, 1, 0)
        self.law = np.expm1(np.asarray(self.base.log_duty)).transpose(2, 1, 0)
        given = self.flow, self.law, self.theta
        self.formula: FormulaWar = nash_by_formula(*given)
        self.printed: FormulaWar = nash_by_formula(*given, as_printed=True)
        self.exact: FormulaWar = nash_by_exact_formula(*given)

    def search(self) -> Array:
        """Return Nash duties `[n]` by the first-order conditions of our own game."""
        from tradetalks.talks.uniform import uniform_nash
        from tradetalks.validation.economies import BALANCED

        return uniform_nash(self.base, self.elasticities, BALANCED)

    def distances(self) -> dict[str, float]:
        """Return how far equation 13 is from the corrected formula, percentage points."""

        def of(war: FormulaWar) -> Array:
            return 100.0 * np.abs(war.duty - self.exact.duty)

        eq13, printed = of(self.formula), of(self.printed)
        welfare = 100.0 * np.abs(self.formula.welfare - self.exact.welfare)
        return {
            "median": float(np.median(eq13)),
            "largest": float(eq13.max()),
            "printed, median": float(np.median(printed)),
            "printed, largest": float(printed.max()),
            "real income": float(welfare.max()),
        }


def _pooled(world: World, side: Array) -> tuple[Array, Array]:
    """Return trade and tariffs `[i, n, j]` among groups of countries."""
    trade = np.einsum("ai,inj,bn->abj", side, world.trade, side)
    duties = np.einsum("ai,inj,bn->abj", side, world.trade * world.tariff, side)
    tariff = duties / np.maximum(trade, 1e-300)
    at_home = np.arange(side.shape[0])
    tariff[at_home, at_home] = 0.0
    return trade, tariff


def _one_sector(trade: Array, tariff: Array) -> tuple[Array, Array]:
    """Return trade and tariffs `[i, n, 1]` over all sectors together."""
    total = trade.sum(2, keepdims=True)
    return total, (trade * tariff).sum(2, keepdims=True) / np.maximum(total, 1e-300)


def _largest(world: World) -> Array:
    """Return the ten countries that make most, each alone, and all the others as one."""
    order = np.argsort(-np.asarray(world.value_added).sum(1))
    rest = world.countries.index("ROW")
    large = [n for n in order if n != rest][:_LARGEST]
    side = np.zeros((_LARGEST + 1, len(world.countries)))
    side[np.arange(_LARGEST), large] = 1.0
    side[_LARGEST] = 1.0 - side[:_LARGEST].sum(0)
    return side


def _balanced(trade: Array, tariff: Array, theta: Array) -> tuple[Economy, Elasticities]:
    """Return the economy with no inputs, its deficits purged, and its elasticities."""
    from tradetalks.validation.economies import economy, one_nest, without_deficits

    size, _, sectors = trade.shape
    elasticities = one_nest(1.0 + theta)
    none = np.zeros((size, sectors, sectors))
    raw = economy(trade, tariff, none, (trade * (1.0 + tariff)).sum(0), trade.sum(1))
    return without_deficits(raw, elasticities, tariff), elasticities
