"""Controls in force in the world's own year: their premia in the table, and what becomes of them.

Buyers with access to a controlled good pay the list price and save the premium z0: the good is
worth (1 + z0) times its price to them, and the rent is part of their income. So the table's
value added of users holds it. Before the model sees the table the rent is moved to where it is
earned: users pay the premium like a duty, and it is given back to their country.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.model import Equilibrium
    from tradetalks.scenario.shock import Shock

Array = NDArray[np.float64]


def latent_premium(shocks: Iterable[Shock]) -> Array | None:
    """Return the premia [i,n,j] in the table of what any shock lifts; None if none does."""
    found = [s.premium for s in shocks if s.premium is not None]
    return None if not found else np.maximum.reduce(found)


def with_premium(table: World, premium: Array) -> World:
    """Return the table with the rents of `premium` [i,n,j] apart from users' value added.

    Spending on the goods rises by the rent in proportion to their uses, the users' value added
    falls by it, and the duty holds it, so every identity stays.
    """
    duty = premium * (1.0 + table.tariff)
    rent = (table.trade * duty).sum(0)
    used = table.absorption
    more = np.divide(rent, used, out=np.zeros_like(used), where=used > 0)
    extra = table.intermediate * more[:, :, None]
    return table.replace(
        tariff=table.tariff + duty,
        intermediate=table.intermediate + extra,
        final=table.final * (1.0 + more),
        value_added=table.value_added - extra.sum(1),
    )


def with_wedge(shock: Shock, premium: Array) -> Shock:
    """Return the shock with what is left of the premium [i,n,j] in its duties."""
    left = premium
    if shock.premium is not None and shock.premium_left is not None:
        left = np.where(shock.premium > 0.0, shock.premium_left, premium)
    return replace(shock, tariff=shock.tariff + left * (1.0 + shock.tariff))


def apart(e: Equilibrium, wedged: Shock, shock: Shock) -> Equilibrium:
    """Return an equilibrium whose tariff revenue leaves the rents of premia out, as rents."""
    import equinox as eqx

    rent = (np.asarray(e.trade) * (wedged.tariff - shock.tariff)).sum((0, 2))
    return eqx.tree_at(lambda x: (x.revenue, x.rents), e, (e.revenue - rent, e.rents + rent))


def latent_note(table: World, premium: Array | None) -> tuple[str, ...]:
    """Say what buyers with access save in the table, and what that means for their country."""
    if premium is None:
        return ()
    rent = (table.trade * premium * (1.0 + table.tariff)).sum((0, 2)) / 1e3
    parts = [
        f"{rent[n]:.1f} USD bn in {table.countries[n]}" for n in np.argsort(-rent) if rent[n] > 0.0
    ]
    return (
        "Controlled goods are sold at list prices; what buyers with access save by that counts as "
        f"income of their country ({', '.join(parts)} in the world's own year) and ends with the "
        "control. Where detours and smuggling use it up instead, lifting frees that much on top.",
    )
