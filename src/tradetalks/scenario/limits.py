"""Quotas and purchase floors on a world: which flows share a limit, and how high it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput
from tradetalks.scenario.changes import ExportTax, PurchaseFloor, Quota, controller_of
from tradetalks.scenario.names import Resolver
from tradetalks.scenario.origin import Keys, Origin, key_label
from tradetalks.scenario.shock import Array, FlowLimit, WorldTable

Mask = NDArray[np.bool_]
Members = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Flows by the positions of exporter, importer and sector, in the order of `np.nonzero`."""
Limiting = Quota | PurchaseFloor | ExportTax
"""Changes that are limits; of export taxes those that go to a third country."""
_NEVER = 1e-12
"""A cap of this share of the volume is always above its ceiling."""
_NAMED = 3
"""More members than this are counted, not named."""


@dataclass
class Limits:
    """Collects limits while changes are applied, inside `compile_shock` only.

    With `of_law` flows that have a limit already keep it, and each of the rest gets one of its own,
    so that any two laws can be compared.

    `ratio` [i,n,j] is what a dollar of the table is worth in the valuation of the scenario.
    """

    world: WorldTable
    ratio: Array
    names: Resolver
    origin: Origin
    warnings: list[str] = field(default_factory=lambda: [])
    of_law: bool = False
    _asked: list[tuple[Limiting, Mask, Keys, bool]] = field(default_factory=lambda: [])

    def add(self, change: Limiting, flows: Mask, keys: Keys, *, each: bool = False) -> None:
        """Note a limit on `flows`, or on `each` of them.

        Raises `BadInput` where they have no trade or have a limit.
        """
        traded = flows & (self.world.trade > 0.0)
        if self.of_law:
            for _, other, _, _ in self._asked:
                traded &= ~other
            if not traded.any():
                return
        if not traded.any():
            raise self._error(
                "there is no trade in the flows it names, so there is nothing to limit.",
                "Name flows with trade: a flow that is zero stays zero in this model.",
                keys,
            )
        for _, other, earlier, _ in self._asked:
            if (both := traded & other).any():
                raise self._error(
                    f"{self._flow(both)} has a limit already ({key_label(earlier)}).",
                    "Give each flow one limit.",
                    keys,
                )
        holder = controller_of(change)
        if holder is not None:
            held = self.names.country_mask((holder,), (*keys, "rent"))
            if held.sum() != 1:
                raise self._error("licences have one holder.", "Name one country.", keys)
        self._asked.append((change, traded, keys, self.of_law or each))

    def build(self, iceberg: Array) -> tuple[FlowLimit, ...]:
        """Return the limits; `iceberg` says which flows another change has shut."""
        found: list[FlowLimit] = []
        for change, flows, keys, alone in self._asked:
            open_flows = flows & np.isfinite(iceberg)
            if not open_flows.any():
                raise self._error(
                    "another change shuts all the flows it names.", "Remove one of the two.", keys
                )
            for members in _groups(change, open_flows, alone):
                found.append(self._limit(change, members))
        return tuple(_with_own_names(found))

    def _limit(self, change: Limiting, members: Members) -> FlowLimit:
        volume = self.world.trade[members]
        if isinstance(change, Quota):
            limit, rent = change.cap * volume.sum(), change.rent
        elif isinstance(change, ExportTax):
            # a cap that can never hold, so that the premium is always at its ceiling: the rate
            limit, rent = _NEVER * volume.sum(), change.to or ""
        else:
            rent = "importer"
            if change.usd_bn is None:
                limit = (change.at_least or 0.0) * volume.sum()
            else:
                # the promise is in the scenario's valuation, volumes are in the table's
                worth = (volume * self.ratio[members]).sum() / volume.sum()
                limit = change.usd_bn * 1e3 / worth
        i, n, j = members
        return FlowLimit(
            name=self._name(i, n, j),
            exporter=i,
            importer=n,
            sector=j,
            limit=float(limit),
            rent=rent,
            floor=isinstance(change, PurchaseFloor),
            ceiling=_ceiling(change),
        )

    def _name(self, *members: NDArray[np.int64]) -> str:
        w = self.world
        words = zip(("countries", "countries", "sectors"), members, strict=True)
        who, to, what = (_list(getattr(w, key), at, key) for key, at in words)
        return f"{who} {what} to {to}"

    def _flow(self, flows: Mask) -> str:
        i, n, j = (int(x) for x in np.argwhere(flows)[0])
        w = self.world
        return f"the flow {w.countries[i]} to {w.countries[n]}, sector {w.sectors[j]},"

    def _error(self, cause: str, cure: str, keys: Keys) -> BadInput:
        return BadInput(
            f"{key_label(keys)}: {cause}",
            cure=cure,
            file=self.origin.file,
            line=self.origin.line(keys),
        )


def _ceiling(change: Limiting) -> float:
    if isinstance(change, ExportTax):
        return (change.set if change.set is not None else change.add) or 0.0
    highest = change.highest_premium if isinstance(change, Quota) else None
    return math.inf if highest is None else highest


def _groups(change: Limiting, flows: Mask, alone: bool) -> list[Members]:
    """Return the members of each group: each flow, by exporter and sector, or all together."""
    i, n, j = (np.asarray(x, dtype=np.int64) for x in np.nonzero(flows))
    if alone:
        return [(i[m : m + 1], n[m : m + 1], j[m : m + 1]) for m in range(i.size)]
    if not isinstance(change, Quota) or change.pooled:
        return [(i, n, j)]
    own = [(i == e) & (j == s) for e, s in np.argwhere(flows.any(1))]
    return [(i[here], n[here], j[here]) for here in own]


def _list(labels: tuple[str, ...], at: NDArray[np.int64], key: str) -> str:
    named = [labels[x] for x in dict.fromkeys(at.tolist())]
    return ", ".join(named) if len(named) <= _NAMED else f"{len(named)} {key}"


def _with_own_names(limits: list[FlowLimit]) -> list[FlowLimit]:
    """Number the names that stand twice, so that every group can be told apart."""
    from dataclasses import replace

    seen: dict[str, int] = {}
    out: list[FlowLimit] = []
    for limit in limits:
        count = seen[limit.name] = seen.get(limit.name, 0) + 1
        out.append(limit if count == 1 else replace(limit, name=f"{limit.name} ({count})"))
    return out
