"""What governments care for where groups at home count: the weighted sum of the groups' payoffs.

The payoffs are those of `talks groups`, written as arrays, so that they can be differentiated
through the equilibrium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from numpy.typing import NDArray

from tradetalks.errors import BadInput
from tradetalks.model import Equilibrium
from tradetalks.talks.grouping import UNIT_GROUPS, Grouping, Weight, term_mask
from tradetalks.talks.measures import MEASURES, Change

if TYPE_CHECKING:
    from tradetalks.data import World

Numbers = NDArray[np.float64]


class Interests(NamedTuple):
    """Weighted payoffs of governments as arrays.

    `before` is the equilibrium against which payoffs are measured, `row` `[n]` a country's line
    `r` in the others; line 0 is of countries without groups, where households alone count.
    `own` `[r]` weighs the country's real income beside `coefficients` `[r, n]`, `[r, n, j]` or
    `[r, i, n, j]` by measure. `unit` `[r]` is the weight of a dollar of households.
    """

    before: Equilibrium
    row: Int[Array, " n"]
    own: Float[Array, " r"]
    unit: Float[Array, " r"]
    coefficients: dict[str, Float[Array, "r ..."]]


def interests_of(
    known: Grouping, weights: Mapping[str, Weight], table: World, before: Equilibrium
) -> Interests:
    """Return what the groups of every country look at, times their weights, on a table."""
    countries = [c for c in known.countries if c in table.countries]
    row = np.zeros(len(table.countries), dtype=np.intp)
    own, unit = np.eye(1, len(countries) + 1)[0], np.ones(len(countries) + 1)
    coefficients: dict[str, Numbers] = {}
    for r, country in enumerate(countries, start=1):
        row[table.index(country)] = r
        groups = known.of(country)
        total = sum(weights[g.id].value for g in groups)
        unit[r] = sum(weights[g.id].value for g in groups if g.id in UNIT_GROUPS) or total
        for group in groups:
            for term in group.terms:
                mask = term_mask(term, table)
                if term.measure not in coefficients:
                    coefficients[term.measure] = np.zeros((own.size, *mask.shape))
                coefficients[term.measure][r] += weights[group.id].value * term.coefficient * mask
    arrays: Any = (row, own, unit, coefficients)  # NumPy's are taken as JAX's
    return Interests(before, *arrays)


def weighted(interests: Interests, at: Equilibrium, country: Int[Array, ""]) -> Float[Array, ""]:
    """Return ln(1 + sum of weight x payoff / (weight of households x their real income before)).

    With households alone that is the log of real income, less what it was. Traced.
    """
    change = Change(interests.before, at, jnp)
    row = interests.row[country]
    base = interests.before.welfare[country]
    total = interests.own[row] * (at.welfare[country] - base)
    for name, of_row in interests.coefficients.items():
        total += (of_row[row] * MEASURES[name](change)).sum()
    return jnp.log1p(total / (interests.unit[row] * base))


def check_groups(known: Grouping, players: Sequence[str]) -> None:
    """Raise `BadInput` if none of the players has groups."""
    if not set(players) & set(known.countries):
        raise BadInput(
            f"there are no groups in {', '.join(players)}.",
            cure=f"Groups are known in {' and '.join(known.countries)}; leave `--groups` out.",
        )
