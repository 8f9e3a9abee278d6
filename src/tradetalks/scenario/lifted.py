"""Controls in force in a world's own figures, and what is left of them when they are lifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput
from tradetalks.scenario.control_changes import LiftControl
from tradetalks.scenario.names import Resolver
from tradetalks.scenario.origin import Keys, Origin, key_label
from tradetalks.scenario.shock import Array, WorldTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tradetalks.data import Good
    from tradetalks.data.goods.good import Control


@dataclass
class Lifted:
    """Collects the controls that are lifted, inside `compile_shock` only.

    `premium` and `left` [i,n,j] are those before and after, None as long as nothing is lifted.
    """

    world: WorldTable
    names: Resolver
    horizon: str
    origin: Origin
    premium: Array | None = None
    left: Array | None = None

    def add(
        self, change: LiftControl, flows: NDArray[np.bool_], sigma: Array, keys: Keys
    ) -> tuple[str, ...]:
        """Lift the controls on `flows`; `sigma` [j] overrides that of the goods where not NaN.

        Returns what the user should know. Raises `BadInput` where no control is on any flow.
        """
        controllers = self.names.country_mask(change.controller, (*keys, "controller"))
        named = {c for c, held in zip(self.world.countries, controllers, strict=True) if held}
        found = list(self._on(flows, named if change.controller != ("all",) else None))
        if not found:
            raise BadInput(
                f"{key_label(keys)}: no control is in force on the flows it names in the world's "
                "own year.",
                cure=f"There are: {self._all()}. A control that came later is lifted by leaving "
                "its `export_control` out.",
                file=self.origin.file,
                line=self.origin.line(keys),
            )
        if self.premium is None or self.left is None:
            self.premium = np.zeros(self.world.trade.shape)
            self.left = np.zeros(self.world.trade.shape)
        for good, control, at in found:
            own = float(sigma[at[2]])
            among = good.sigma.at(self.horizon) if np.isnan(own) else own
            left = control.premium(among, change.latent, change.share)
            self.left[at] = min(left, self.left[at]) if self.premium[at] > 0.0 else left
            self.premium[at] = control.premium(among, change.latent)
        return (_said(found, change.latent), *self._inside_regions(flows))

    def _on(
        self, flows: NDArray[np.bool_], controllers: set[str] | None
    ) -> Iterable[tuple[Good, Control, tuple[int, int, int]]]:
        for good, control in _controls(self.world):
            ends = control.exporter, control.destination
            if not set(ends) <= set(self.world.countries):
                continue
            i, n = map(self.world.countries.index, ends)
            at = i, n, self.world.sectors.index(good.code)
            if flows[at] and (controllers is None or control.controller in controllers):
                yield good, control, at

    def _inside_regions(self, flows: NDArray[np.bool_]) -> tuple[str, ...]:
        """Say which controls stay because their exporter or buyer is part of a region."""
        where = {good: flows[:, :, j].any() for j, good in enumerate(self.world.sectors)}
        hidden = sorted(
            {
                f"{good.code} {control.exporter} to {control.destination}"
                for good, control in _controls(self.world)
                if where[good.code]
                and not {control.exporter, control.destination} <= set(self.world.countries)
            }
        )
        if not hidden:
            return ()
        return (f"Not lifted, since a region hides one of its ends: {', '.join(hidden)}.",)

    def _all(self) -> str:
        found = [
            f"{good.code} {control.exporter} to {control.destination} (by {control.controller})"
            for good, control in _controls(self.world)
        ]
        return ", ".join(found) or "none, since no critical good with one is carved out"


def _controls(world: WorldTable) -> Iterable[tuple[Good, Control]]:
    for good in getattr(world, "carved", ()):
        for control in good.controls:
            yield good, control


def _said(found: list[tuple[Good, Control, tuple[int, int, int]]], end: str) -> str:
    parts: dict[str, list[str]] = {}
    for good, control, _ in found:
        share = {"central": control.lost, "low": control.low, "high": control.high}[end]
        source = "assumed" if control.assumed else "from its source"
        what = f"{good.code} {share:.0%} ({source}, {control.low:.0%} to {control.high:.0%})"
        parts.setdefault(what, []).append(control.exporter)
    listed = "; ".join(f"{what}, from {', '.join(who)}" for what, who in parts.items())
    return (
        f"Share of trade to {found[0][1].destination} that the lifted controls had withheld: "
        f"{listed}. It is what demand would do at given prices of other origins; where all origins "
        "were controlled, less comes back."
    )
