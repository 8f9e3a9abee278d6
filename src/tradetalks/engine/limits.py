"""Quotas and floors of a scenario and its reference, as one set of groups for the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput
from tradetalks.model import Equilibrium, Quotas
from tradetalks.scenario.shock import FlowLimit, Positions, Shock

Array = NDArray[np.float64]

_IDLE = 1e6
"""A limit this many times the volume (or this fraction of it, for a floor) never binds."""


@dataclass(frozen=True)
class Groups:
    """The groups of flows with a limit in any of some shocks: those of reference and scenario.

    Member m belongs to group `group[m]`. For each shock and group (`[s, g]`; a path has the ends
    0 and 1): its `limit` (idle where that shock has none), `ceiling` (the highest log premium) and
    the shares of its rent `to_exporter`, `to_importer`, `burnt`; `to_controller` is `[s, g, n]`.
    `kept[s, g]` says who has it.
    """

    names: tuple[str, ...]
    exporter: Positions
    importer: Positions
    sector: Positions
    group: Positions
    floor: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    limit: Array
    ceiling: Array
    to_exporter: Array
    to_importer: Array
    burnt: Array
    to_controller: Array


def groups_of(shocks: Sequence[Shock], trade: Array) -> Groups | None:
    """Return the groups of all shocks (of both ends of a path), None where there is none.

    `trade` [i,n,j] is the world's. Raises `BadInput` where two of them limit the same flow in
    different groups: between them there is no path.
    """
    by_members: dict[tuple[bool, bytes], list[FlowLimit | None]] = {}
    for end, shock in enumerate(shocks):
        for limit in shock.limits:
            key = (limit.floor, np.stack([limit.exporter, limit.importer, limit.sector]).tobytes())
            by_members.setdefault(key, [None] * len(shocks))[end] = limit
    if not by_members:
        return None
    rows = list(by_members.values())
    members = [next(x for x in row if x is not None) for row in rows]
    _refuse_overlap(members, shocks[0])
    return _arranged(rows, members, shocks, trade)


def _arranged(
    rows: list[list[FlowLimit | None]],
    members: list[FlowLimit],
    shocks: Sequence[Shock],
    trade: Array,
) -> Groups:
    shape, countries = (len(shocks), len(rows)), list(shocks[0].countries)
    limit, kept = np.zeros(shape), np.zeros(shape, dtype=bool)
    ceiling = np.full(shape, np.inf)
    shares = {rent: np.zeros(shape) for rent in ("exporter", "importer", "burnt")}
    controller = np.zeros((*shape, len(countries)))
    for g, (row, own) in enumerate(zip(rows, members, strict=True)):
        volume = trade[own.exporter, own.importer, own.sector].sum()
        for end, here in enumerate(row):
            rent = (here or own).rent
            kept[end, g] = here is not None
            idle = volume / _IDLE if own.floor else volume * _IDLE
            limit[end, g] = here.limit if here is not None else idle
            ceiling[end, g] = np.log1p(here.ceiling) if here is not None else np.inf
            # what is not burnt has an owner, also half-way to a quota whose rent is burnt
            if rent == "burnt":
                shares["burnt"][end, g] = shares["exporter"][end, g] = 1.0
            elif rent in shares:
                shares[rent][end, g] = 1.0
            else:
                controller[end, g, countries.index(rent)] = 1.0
    sizes = [own.sector.size for own in members]
    return Groups(
        names=tuple(own.name for own in members),
        exporter=np.concatenate([own.exporter for own in members]),
        importer=np.concatenate([own.importer for own in members]),
        sector=np.concatenate([own.sector for own in members]),
        group=np.repeat(np.arange(len(rows)), sizes),
        floor=np.array([own.floor for own in members]),
        kept=kept,
        limit=limit,
        ceiling=ceiling,
        to_exporter=shares["exporter"],
        to_importer=shares["importer"],
        burnt=shares["burnt"],
        to_controller=controller,
    )


def _refuse_overlap(limits: list[FlowLimit], shock: Shock) -> None:
    seen: dict[tuple[int, int, int], str] = {}
    for limit in limits:
        for i, n, j in zip(
            limit.exporter.tolist(), limit.importer.tolist(), limit.sector.tolist(), strict=True
        ):
            other = seen.setdefault((i, n, j), limit.name)
            if other != limit.name:
                raise BadInput(
                    f"two worlds that are compared limit the flow {shock.countries[i]} to "
                    f"{shock.countries[n]}, sector {shock.sectors[j]}, in different groups "
                    f"('{other}' and '{limit.name}').",
                    cure="Use the same groups in both (or another reference).",
                )


def quotas_at(groups: Groups, limit: Array, share: Array) -> Quotas:
    """Return the model's quotas for `limit` `[p, g]`, `share` `[p]` of the way to the scenario.

    Only the two ends have ceilings: on the way, limits are such that premia stay below them.
    """
    points = share.size
    ceiling = None
    if np.isfinite(groups.ceiling).any():
        ceiling = np.full(limit.shape, np.inf)
        for end in (0, 1):
            ceiling[share == end] = groups.ceiling[end]

    def same(x: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.broadcast_to(x, (points, *x.shape))

    def phased(ends: Array) -> Array:
        s = share.reshape(-1, *[1] * (ends.ndim - 1))
        return (1.0 - s) * ends[0] + s * ends[1]

    return Quotas(
        good=jnp.asarray(same(groups.sector)),
        importer=jnp.asarray(same(groups.importer)),
        exporter=jnp.asarray(same(groups.exporter)),
        group=jnp.asarray(same(groups.group)),
        limit=jnp.asarray(limit),
        floor=jnp.asarray(same(groups.floor.astype(float))),
        burnt=jnp.asarray(phased(groups.burnt)),
        to_exporter=jnp.asarray(phased(groups.to_exporter)),
        to_importer=jnp.asarray(phased(groups.to_importer)),
        to_controller=jnp.asarray(phased(groups.to_controller)),
        ceiling=None if ceiling is None else jnp.asarray(ceiling),
    )


def limits_between(groups: Groups, before: Equilibrium, after: Equilibrium, share: Array) -> Array:
    """Return limits `[p, g]` on the way from one equilibrium to the other.

    Geometric, from the reference's own limit where it binds, else from the looser of its
    volume and the new limit, to the new limit; a limit that is lifted rises to the volume
    without it. So it binds all the way, and premia move smoothly. Where a premium is at its
    ceiling the volume stands for the limit: a quota of that size has the same premium.
    """
    volumes = np.asarray(before.volumes), np.asarray(after.volumes)
    binds = np.asarray(before.premium) != 0.0
    own = [
        np.where(groups.floor, limit, np.maximum(limit, volume))
        for limit, volume in zip(groups.limit, volumes, strict=True)
    ]
    last = np.where(groups.kept[1], own[1], volumes[1])
    loose = np.where(groups.floor, np.minimum(volumes[0], last), np.maximum(volumes[0], last))
    first = np.where(binds, own[0], loose)
    s = share[:, None]
    return first ** (1.0 - s) * last**s


@dataclass(frozen=True)
class Premia:
    """Premia by flow along a path, `[p, i, n, j]`: logs, and who has what share of the rents.

    `used` is the share that is used up, `kept` the share that stays with the importer, as a
    duty would: it is no part of what the importer's country pays.
    """

    log: Array
    used: Array
    kept: Array

    @property
    def rent_share(self) -> Array:
        """The rent as a share of the value before duty."""
        return -np.expm1(-self.log)

    @property
    def log_paid(self) -> Array:
        """The log of the part of the value before duty that crosses the border."""
        return np.log1p(-self.kept * self.rent_share)


def premia_along(groups: Groups | None, equilibria: list[Equilibrium], share: Array) -> Premia:
    """Return the premia at `share` `[p]` of the way; zero where there are no limits."""
    log, used, kept = (np.zeros((share.size, *equilibria[0].trade.shape)) for _ in range(3))
    if groups is not None:
        at = (slice(None), groups.exporter, groups.importer, groups.sector)
        s = share[:, None]
        burnt = (1.0 - s) * groups.burnt[0] + s * groups.burnt[1]
        held = (1.0 - s) * groups.to_importer[0] + s * groups.to_importer[1]
        premium = np.stack([np.asarray(e.premium) for e in equilibria])
        log[at] = np.log1p(premium)[:, groups.group]
        used[at] = burnt[:, groups.group]
        kept[at] = ((1.0 - burnt) * held)[:, groups.group]
    return Premia(log, used, kept)


def at_the_border(e: Equilibrium, premia: Premia, point: int) -> Equilibrium:
    """Return an equilibrium whose trade leaves out the premium that importers keep."""
    import equinox as eqx

    return eqx.tree_at(lambda x: x.trade, e, e.trade * np.exp(premia.log_paid[point]))


def ceiling_note(groups: Groups | None, after: Equilibrium) -> tuple[str, ...]:
    """Say where a premium is as high as it may get, and how much more arrives than licensed."""
    if groups is None or after.volumes is None or after.premium is None:
        return ()
    volume = np.asarray(after.volumes)
    # a third country's cut is a cap of nearly nothing: no more than that was ever licensed
    over = (volume > 1.01 * groups.limit[1]) & (groups.limit[1] > _LEAST * volume)
    at = np.flatnonzero(over & groups.kept[1] & ~groups.floor)
    if not at.size:
        return ()
    found = [
        f"{groups.names[g]} ({np.expm1(groups.ceiling[1, g]):.0%}, "
        f"{volume[g] / groups.limit[1, g]:.1f} times the cap arrives)"
        for g in at[:_SHOWN]
    ]
    more = f" and {at.size - _SHOWN} more" if at.size > _SHOWN else ""
    return (
        f"At the highest premium, where users are taken to find other ways: {', '.join(found)}"
        f"{more}. What they pay then goes to the holder of the rent, who would not get all of it.",
    )


_LEAST, _SHOWN = 1e-6, 3
"""A cap below this part of the volume is a tax; how many groups a sentence names."""
