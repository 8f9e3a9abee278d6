"""Elasticities of a user's own table: theta or sigma, always named."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from tradetalks.data.own.numbers import Array, Labels
from tradetalks.errors import BadInput, BadNumber, unknown_name

Values = ArrayLike | Mapping[str, float]
"""One number for all sectors, one per sector in their order, or a mapping by sector."""


def sigmas(
    labels: Labels,
    theta: Values | None,
    sigma: Values | None,
    theta_domestic: Values | None,
    sigma_domestic: Values | None,
) -> tuple[Array | None, Array | None, tuple[str, ...]]:
    """Return sigma [j], sigma_domestic [j] (None where nothing is given) and notes.

    sigma = 1 + theta. Without a domestic elasticity the domestic good competes with every origin
    at sigma (one nest), as in the gravity models that elasticities of trade come from.
    """
    among = _sigma(labels, "", theta, sigma)
    domestic = _sigma(labels, "_domestic", theta_domestic, sigma_domestic)
    if among is None:
        if domestic is not None:
            raise BadInput(
                "a domestic elasticity is given, but none among origins.",
                cure="Give `theta` or `sigma` too.",
            )
        return None, None, ()
    domestic = among if domestic is None else domestic
    nests = "one nest (domestic as among origins)" if (domestic == among).all() else "two nests"
    return among, domestic, (f"Elasticities of substitution: the table's own, {nests}.",)


def _sigma(labels: Labels, suffix: str, theta: Values | None, sigma: Values | None) -> Array | None:
    names = f"theta{suffix}", f"sigma{suffix}"
    if theta is not None and sigma is not None:
        raise BadInput(
            f"both `{names[0]}` and `{names[1]}` are given.", cure="Give one: sigma = 1 + theta."
        )
    name, given = (names[0], theta) if theta is not None else (names[1], sigma)
    if given is None:
        return None
    values = _by_sector(labels, name, given)
    for sector, value in zip(labels.sectors, values, strict=True):
        if not np.isfinite(value) or value <= 0:
            cure = "sigma must be above 0 (1 is Cobb-Douglas)."
            if name == names[0]:
                cure = (
                    "theta, the trade elasticity, must be above 0; give estimates without their "
                    "minus sign, or `sigma` = 1 + theta for inelastic goods."
                )
            raise BadNumber(f"`{name}` of sector {sector} is {value:g}.", cure=cure)
    return values + 1.0 if name == names[0] else values


def _by_sector(labels: Labels, name: str, given: Values) -> Array:
    size = len(labels.sectors)
    if isinstance(given, Mapping):
        for sector in given:
            if sector not in labels.sectors:
                raise unknown_name("sector", str(sector), labels.sectors, see=f"(in `{name}`)")
        missing = [s for s in labels.sectors if s not in given]
        if missing:
            raise BadInput(
                f"`{name}` of sector {missing[0]} is missing.", cure="Give one for every sector."
            )
        given = [given[s] for s in labels.sectors]
    try:
        values = np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"`{name}` is not a number or a list of numbers: {error}.",
            cure="Give one number, one per sector, or a mapping by sector.",
        ) from error
    if values.shape not in ((), (size,)):
        raise BadInput(
            f"`{name}` has shape {values.shape}.",
            cure=f"Give one number, {size} (one per sector), or a mapping by sector.",
        )
    return np.full(size, values) if values.shape == () else values
