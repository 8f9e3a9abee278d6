"""Critical goods: who depends on whom, licences and stocks day by day, power, de-risking.

    import tradetalks.supply as supply
    supply.exposure("USA").rows()
    supply.licence_run("rare_earth_magnets", "USA", "licences-2025").rows()

Names are loaded on first use, so that asking for one does not pay for the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradetalks.supply.coercion import Power, power
    from tradetalks.supply.cuts import Cut, CutLosses, solve_cuts, world_for
    from tradetalks.supply.derisking import Plan, derisk
    from tradetalks.supply.exposures import Exposure, exposure
    from tradetalks.supply.goods import Dependence, dependence, find_good
    from tradetalks.supply.lapse import Lapse, lapses
    from tradetalks.supply.licences import LicenceRun, licence_run
    from tradetalks.supply.parts import Company, Part, company, read_parts
    from tradetalks.supply.queue import Licensing, arrivals, licensed_share, monthly
    from tradetalks.supply.shipped import Figure, Regime, regime, regimes
    from tradetalks.supply.stocks import StockPath, output_left, run_stocks

_HOME = {
    "Company": "parts", "Cut": "cuts", "CutLosses": "cuts", "Dependence": "goods",
    "Exposure": "exposures", "Figure": "shipped", "Lapse": "lapse", "LicenceRun": "licences",
    "Licensing": "queue", "Part": "parts", "Plan": "derisking", "Power": "coercion",
    "Regime": "shipped", "StockPath": "stocks", "arrivals": "queue", "company": "parts",
    "dependence": "goods", "derisk": "derisking", "exposure": "exposures", "find_good": "goods",
    "lapses": "lapse", "licence_run": "licences", "licensed_share": "queue", "monthly": "queue",
    "output_left": "stocks", "power": "coercion", "read_parts": "parts", "regime": "shipped",
    "regimes": "shipped", "run_stocks": "stocks", "solve_cuts": "cuts", "world_for": "cuts",
}  # fmt: skip

__all__ = [
    "Company", "Cut", "CutLosses", "Dependence", "Exposure", "Figure", "Lapse", "LicenceRun",
    "Licensing", "Part", "Plan", "Power", "Regime", "StockPath", "arrivals", "company",
    "dependence", "derisk", "exposure", "find_good", "lapses", "licence_run", "licensed_share",
    "monthly", "output_left", "power", "read_parts", "regime", "regimes", "run_stocks",
    "solve_cuts", "world_for",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tradetalks.supply' has no attribute '{name}'")
    found = getattr(import_module(f"tradetalks.supply.{_HOME[name]}"), name)
    globals()[name] = found
    return found
