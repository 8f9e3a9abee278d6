"""What an answer says about critical goods: the elasticity that decides it, and its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradetalks.data import critical_elasticity

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from tradetalks.data import ElasticitySet, World

_SHOWN = 3
"""Countries in the sentence: those that lose or gain most in dollars."""


def critical_assumptions(table: World, horizon: str) -> tuple[str, ...]:
    """Return what is assumed of the critical goods of a table; nothing where it has none."""
    if not table.carved:
        return ()
    eps = critical_elasticity(horizon)
    supply = [good.supply_elasticity.at(horizon) for good in table.carved]
    names = ", ".join(good.code for good in table.carved)
    return (
        f"Critical goods ({names}) are sectors of their own, at the top of their users' cost "
        f"function: at the {horizon} horizon users replace them with elasticity {eps.central:g} "
        f"(assumed; {eps.low:g} and {eps.high:g} are sets of their own).",
        f"Makers of critical goods expand with supply elasticities of {min(supply):g} to "
        f"{max(supply):g} by good (assumed, x/÷ 2): part of their cost is capacity in fixed "
        "supply.",
        "Market values and shares of critical goods: docs/critical-goods.md names the source of "
        "each, or says that it is assumed; the range of the answers does not include theirs.",
    )


def critical_band(
    table: World,
    horizon: str,
    sets: tuple[ElasticitySet, ...],
    real_income: Mapping[str, NDArray[np.float64]],
    dollars: NDArray[np.float64],
) -> tuple[str, ...]:
    """Return the answer by the elasticity of critical inputs, in one sentence.

    `real_income` is the percentage change [n] by set, for the sets that were solved; `dollars`
    [n] the same in USD, which chooses the countries that the sentence names.
    """
    central = next(s for s in sets if s.central)
    chosen = [s for s in sets if s.name.removeprefix(central.name) in _ENDS]
    found = sorted(
        (s.critical, real_income[s.name])
        for s in chosen
        if s.critical is not None and s.name in real_income
    )
    if len(found) < 2:
        return ()
    elasticities = " / ".join(f"{eps:g}" for eps, _ in found)
    most = sorted(range(dollars.size), key=lambda n: -abs(float(dollars[n])))[:_SHOWN]
    parts = [
        f"{table.countries[n]} " + " / ".join(f"{values[n]:+.2f}%" for _, values in found)
        for n in most
    ]
    return (
        f"The elasticity of critical inputs is the answer: at {elasticities} ({horizon} horizon, "
        f"central set) real income changes by {'; '.join(parts)}.",
    )


_ENDS = ("", "-critical-low", "-critical-high")


def critical_sources(table: World) -> tuple[dict[str, str], ...]:
    """Return the sources of the critical goods of a table, each once."""
    found = {s["title"]: dict(s) for good in table.carved for s in good.sources}
    return tuple(found[title] for title in found)
