"""Who may set which duties: requests checked before anything is solved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.errors import BadInput, BadNumber, UnknownName
from tradetalks.model import Closure, Economy, Elasticities
from tradetalks.talks.ascent import Bounds, Player
from tradetalks.talks.interests import Interests
from tradetalks.talks.payoff import Numbers, Setting

Partners = Literal["all"] | Sequence[int]


def checked_bounds(bounds: tuple[float, float]) -> Bounds:
    """Return the bounds; `BadNumber` if they cross or leave the range of a duty."""
    low, high = bounds
    if not (np.isfinite(low) and np.isfinite(high) and low > -1.0):
        raise BadNumber(
            f"bounds of {low:g} to {high:g} are no duties.",
            cure="Give fractions above -1: (0, 10) is 0 to 1,000%.",
        )
    if not low < high:
        raise BadNumber(
            f"the bounds cross: the least duty, {low:.0%}, is not below the greatest, {high:.0%}.",
            cure="Give the least first, such as 0 to 1,000% (in Python fractions: 0 to 10).",
        )
    return Bounds(float(low), float(high))


def checked_start(start: float, bounds: Bounds) -> float:
    """Return the duty from which the search starts; `BadNumber` outside the bounds."""
    if not bounds.low <= start <= bounds.high:
        raise BadNumber(
            f"the search cannot start at a duty of {start:g}, outside the bounds "
            f"({bounds.low:g} to {bounds.high:g}).",
            cure="Start between them.",
        )
    return float(start)


def player_of(
    setting: Setting,
    country: int,
    partners: Partners,
    weights: ArrayLike | None,
    sectors: ArrayLike | None,
) -> Player:
    """Return a player: all flows to `country` from its partners in `sectors` that exist.

    Raises `UnknownName` for a country that is not there, `BadNumber` for an elasticity at or
    below one or weights that are none, `BadInput` if nothing is left to choose.
    """
    economy = setting.economy
    N, S = economy.n_countries, economy.n_sectors
    exporters = [n for n in range(N) if n != country] if partners == "all" else list(partners)
    for n in (country, *exporters):
        if not 0 <= n < N:
            raise UnknownName(
                f"unknown country number {n}.", cure=f"Countries are numbered 0 to {N - 1}."
            )
    if country in exporters:
        raise BadInput(
            f"country {country} cannot set a tariff on itself.",
            cure="Leave it out of its own partners.",
        )
    wanted = np.ones(S, dtype=bool) if sectors is None else np.asarray(sectors, dtype=bool)
    if wanted.shape != (S,):
        raise BadInput(f"the mask of sectors has shape {wanted.shape}.", cure=f"Give ({S},).")
    chooses = np.zeros((N, S), dtype=bool)
    chooses[exporters] = wanted
    chooses &= np.asarray(economy.trade)[:, country, :].T > 0
    if not chooses.any():
        raise BadInput(
            f"country {country} buys nothing from these partners in these sectors.",
            cure="Name other partners or sectors.",
        )
    check_elasticities(setting, np.asarray(chooses.any(0)))
    return Player(country, chooses, _weights(weights, economy))


def players_of(
    setting: Setting,
    countries: Sequence[int],
    against: str,
    *,
    weights: Sequence[ArrayLike | None] | None = None,
    sectors: ArrayLike | None = None,
) -> tuple[Player, ...]:
    """Return several players who tax one another (`against="players"`) or everybody (`"all"`).

    `weights` are one entry per player. Raises as `player_of`, and `BadInput` for fewer than two
    players, one that is named twice, or another number of weights.
    """
    if len(set(countries)) != len(countries) or len(countries) < 2:
        raise BadInput(
            f"a game needs two or more different players, not {list(countries)}.",
            cure="Name each country once.",
        )
    if against not in ("players", "all"):
        raise BadInput(f"against='{against}' means nothing.", cure="Write 'players' or 'all'.")
    if weights is not None and len(weights) != len(countries):
        raise BadInput(
            f"{len(weights)} sets of weights for {len(countries)} players.",
            cure="Give one for each player (None for equal weights).",
        )
    return tuple(
        player_of(
            setting,
            n,
            "all" if against == "all" else [m for m in countries if m != n],
            None if weights is None else weights[position],
            sectors,
        )
        for position, n in enumerate(countries)
    )


def prepared(
    economy: Economy,
    elasticities: Elasticities,
    closure: Closure | None,
    tariff: Numbers | None,
    interests: Interests | None = None,
) -> tuple[Setting, Numbers]:
    """Return the setting, and the tariffs `[i, n, j]` of the start (the table's if none given)."""
    law = np.expm1(np.asarray(economy.log_duty)).transpose(2, 1, 0) if tariff is None else tariff
    with jax.enable_x64(True):
        setting = Setting(economy, elasticities, closure or Closure(), interests)
        return setting, np.array(law, dtype=float)


def check_elasticities(setting: Setting, sectors: NDArray[np.bool_]) -> None:
    """Raise `BadNumber` if a sector's elasticity among origins is one or less."""
    sigma = np.asarray(setting.elasticities.sigma)
    low = np.flatnonzero(sectors & ~(sigma > 1.0))
    if low.size:
        raise BadNumber(
            f"no best tariff exists in {low.size} sector(s), the first being number {low[0]}: "
            f"their elasticity of substitution among origins is {sigma[low[0]]:g}, and buyers who "
            "hardly turn away can be taxed without end.",
            cure="Use elasticities above 1 (a longer horizon), or leave these sectors out.",
        )


def _weights(weights: ArrayLike | None, economy: Economy) -> Numbers:
    S = economy.n_sectors
    if weights is None:
        return np.ones(S)
    given = np.asarray(weights, dtype=float)
    if given.shape != (S,):
        raise BadInput(
            f"sector weights have shape {given.shape}.", cure=f"Give one per sector: ({S},)."
        )
    if not np.isfinite(given).all() or (given < 0).any():
        raise BadNumber("a sector weight is negative or no number.", cure="Give zero or more.")
    if not given.sum() > 0:
        raise BadNumber(
            "the sector weights sum to zero: a government that values nothing has no best tariff.",
            cure="Give at least one positive weight; only their ratios matter.",
        )
    return given / given.mean()
