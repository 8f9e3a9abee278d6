"""What an answer says about critical goods: the elasticity that decides it, and its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradetalks.data import critical_elasticity
from tradetalks.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from tradetalks.data import Check, ElasticitySet, World
    from tradetalks.scenario import Scenario

_TOLERANCE = 1e-9
"""How far real income may move in an equilibrium without a shock."""
_SHOWN = 3
"""Countries in the sentence: those that lose or gain most in dollars."""


def check_goods(scenario: Scenario, table: World) -> None:
    """Raise `BadInput` where a scenario asks for critical goods that its own table lacks."""
    if scenario.goods != "none" and not table.carved:
        raise BadInput(
            f"scenario '{scenario.name}' asks for critical goods (goods: {scenario.goods}), but "
            f"table '{table.name}' has none.",
            cure="Carve them out of it with `tradetalks.data.carve_out`, or write `goods: none`.",
        )


def critical_assumptions(
    table: World, horizon: str, sets: tuple[ElasticitySet, ...]
) -> tuple[str, ...]:
    """Return what is assumed of the critical goods of a table; nothing where it has none."""
    if not table.carved:
        return ()
    central, low, high = _span(horizon, sets)
    supply = [good.supply_elasticity.at(horizon) for good in table.carved]
    names = ", ".join(good.code for good in table.carved)
    return (
        f"Critical goods ({names}) are sectors of their own, at the top of their users' cost "
        f"function: at the {horizon} horizon users replace them with elasticity {central:g} "
        f"(assumed; {low:g} and {high:g} are sets of their own).",
        f"Makers of critical goods expand with supply elasticities of {min(supply):g} to "
        f"{max(supply):g} by good (assumed, x/÷ 2): part of their cost is capacity in fixed "
        "supply.",
        "Market values and shares of critical goods: docs/critical-goods.md names the source of "
        "each, or says that it is assumed; the range of the answers does not include theirs.",
    )


def _span(horizon: str, sets: tuple[ElasticitySet, ...]) -> tuple[float, float, float]:
    """Return the elasticity of critical inputs, central, low and high, as the sets have it."""
    eps = critical_elasticity(horizon)
    own = next((s.critical for s in sets if s.central), None) or eps.central
    return own, own * eps.low / eps.central, own * eps.high / eps.central


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
        f"{table.countries[n]} " + " / ".join(f"{values[n]:+.3f}%" for _, values in found)
        for n in most
    ]
    return (
        f"By the elasticity of critical inputs, at {elasticities} ({horizon} horizon, central "
        f"set), real income changes by {'; '.join(parts)}.",
    )


_ENDS = ("", "-critical-low", "-critical-high")


def critical_sources(table: World) -> tuple[dict[str, str], ...]:
    """Return the sources of the critical goods of a table, each once."""
    found = {s["title"]: dict(s) for good in table.carved for s in good.sources}
    return tuple(found[title] for title in found)


def equilibrium_checks(name: str) -> tuple[Check, ...]:
    """Return the checks that a shipped world is an equilibrium of the model without a shock.

    Solved at the medium horizon, as it is and (where it has their parents) with all critical
    goods carved out; the value is the largest change of a country's real income.
    """
    from tradetalks.data import load_world

    plain = load_world(name)
    rows = [_equilibrium_check("the table is an equilibrium", plain)]
    if "SERV" in plain.sectors and "CHN" in plain.countries:
        carved = load_world(name, goods="all")
        rows.append(_equilibrium_check("with critical goods: an equilibrium", carved))
    return tuple(rows)


def _equilibrium_check(name: str, table: World) -> Check:
    import jax
    import numpy as np

    from tradetalks.data import Check, sets_for
    from tradetalks.engine.closures import closure_of
    from tradetalks.engine.economy import economy_of, elasticities_of
    from tradetalks.model import no_shock
    from tradetalks.scenario import Scenario
    from tradetalks.solve import solve

    scenario = Scenario(name="check", question="Does anything move without a shock?")
    with jax.enable_x64(True):
        economy, closure = economy_of(table), closure_of(scenario, table)
        chosen = next(s for s in sets_for(table, scenario.horizon) if s.central)
        found = solve(economy, elasticities_of(chosen), no_shock(economy), closure).require()
        moved = np.abs(np.asarray(found.welfare) / table.final.sum(1) - 1.0)
    at = int(moved.argmax())
    return Check(
        name,
        float(moved[at]),
        _TOLERANCE,
        table.countries[at],
        f"without a shock real income of {table.countries[at]} moves by {moved[at]:.3g}",
    )
