"""How long the truce lasts: the chance, month by month, that nothing has broken it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradetalks.talks.truce_game import Played, next_mass

Numbers = NDArray[np.float64]
MONTHS = 12
"""Months ahead that are looked at: the shortest game of the assumed range."""


def standing(played: Played, months: int = MONTHS) -> Numbers:
    """Return chances `[month, what]` from now (month 0) on; `what` is truce or deal.

    The truce stands while it was neither broken nor ended in escalation, nor lapsed unsigned;
    extensions count as the same truce. A deal stands until it breaks. A truce after a war is
    another truce. At most the months of the game.
    """
    r, c = played.rules, played.chains
    mass = np.zeros(played.truce.shape[1:])  # [k, qa, qb, la, lb], k months to its end
    mass[r.to_end, 0, 0, c.start, c.start] = 1.0
    deal, out = 0.0, [(1.0, 0.0)]
    for t in range(min(months, r.months)):
        deal *= 1 - r.deal_hazard
        P, Q = played.inside[t]
        before = mass[1:]
        deal += float((before * P[..., 2] * Q[..., 2]).sum())
        later = np.zeros_like(mass)
        later[:-1] = next_mass(before, P, Q, c)
        signed, kept = _at_end(played, t, mass[0])
        deal += signed
        later[r.extension - 1] += kept
        mass = later
        out.append((float(mass.sum()), deal))
    return np.array(out)


def _at_end(played: Played, t: int, mass: Numbers) -> tuple[float, Numbers]:
    """Return the chance of a deal, and what an extension leaves of `mass` `[qa, qb, la, lb]`."""
    c = played.chains
    P, Q = played.at_end[t]
    deal = P[..., 1] * Q[..., 1]
    war = 1 - (1 - P[..., 2]) * (1 - Q[..., 2])
    kept = mass * (1 - war - deal) * c.signed
    idle = np.einsum(
        "abcd,aA,bB,cC,dD->ABCD", kept, c.leverage[0][0], c.leverage[1][0],
        c.belief[0], c.belief[0], optimize=True,
    )  # fmt: skip
    return float((mass * deal * c.signed).sum()), idle
