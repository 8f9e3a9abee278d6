"""What the law ledger had to do with a run, as plain data and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import PARTIES
from tradetalks.scenario.law import words

if TYPE_CHECKING:
    from tradetalks.model import Equilibrium
    from tradetalks.scenario.shock import LawShock, Shock

Array = NDArray[np.float64]


def law_record(shocks: tuple[Shock, Shock], against: str) -> dict[str, Any]:
    """Return the laws of reference and scenario (None without one), and the acts behind them.

    The law of the world's own year stands for `baseline`.
    """
    before, after = (shock.law for shock in shocks)
    if before is None and after is None:
        return {}
    year = after.reading["year"] if after is not None and against == "baseline" else None
    sides = {
        "scenario": None if after is None else _plain(after),
        "reference": year if before is None else _plain(before),
    }
    acts = [s for law in (after, before) if law is not None for s in law.reading["sources"]]
    return {
        **sides,
        "words": [
            f"{label}: {words(side)}"
            for label, side in (("Law", sides["scenario"]), ("Reference", sides["reference"]))
            if side
        ],
        "sources": [s for n, s in enumerate(acts) if s not in acts[:n]],
    }


def _plain(law: LawShock) -> dict[str, Any]:
    return {key: value for key, value in law.reading.items() if key not in ("sources", "year")}


def revenue_note(
    shocks: tuple[Shock, Shock], ends: tuple[Equilibrium, Equilibrium], countries: tuple[str, ...]
) -> tuple[str, ...]:
    """Say what tariff revenue would be at the rate that gives a sector's revenue, not its price.

    The model has one rate per sector, the one that moves the sector's price as its lines do. With
    spending at users' prices X as solved, the lines pay X T_R / (1 + T_R), T_R the CES-exact
    revenue number, instead of X T / (1 + T).
    """
    law = shocks[1].law or shocks[0].law
    if law is None:
        return ()
    changes = []
    for place in PARTIES:
        n = countries.index(place)
        levels = []
        for shock, equilibrium in zip(shocks, ends, strict=True):
            gap = law.gap_year if shock.law is None else shock.law.gap
            trade = np.asarray(equilibrium.trade)[:, n]
            rate = shock.tariff[:, n]
            lower = rate - np.minimum(gap[:, n], np.maximum(rate, 0.0))
            spent = trade * (1 + rate)
            levels.append([float((spent * t / (1 + t)).sum()) / 1e3 for t in (rate, lower)])
        (old, old_lower), (new, new_lower) = levels
        changes.append(f"{new_lower - old_lower:+.1f} instead of {new - old:+.1f} for {place}")
    return (
        "Each sector has one rate, the one that moves its price as its tariff lines do. At the "
        "rate that gives the revenue of these lines, with the same spending, tariff revenue "
        f"would change by {' and '.join(changes)} (USD bn, central elasticities).",
    )
