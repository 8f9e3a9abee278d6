"""Which flows a change of a scenario names: exporters, importers and sectors as one mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput
from tradetalks.scenario.changes import (
    ExportControl,
    ExportTax,
    LiftControl,
    PurchaseFloor,
    Quota,
    Tariff,
    TradeCost,
)
from tradetalks.scenario.names import Resolver
from tradetalks.scenario.origin import Keys, Origin, key_label
from tradetalks.scenario.parts import Expected

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Flows:
    """Reads the flows `[i, n, j]` of changes; `keys` is the place of the change in its file.

    Every method raises `UnknownName` for what the world does not have and `BadInput` where no
    trade is meant.
    """

    names: Resolver
    origin: Origin

    def of(
        self,
        item: Tariff | TradeCost | ExportTax | PurchaseFloor | Expected,
        keys: Keys,
        *,
        both_ways: bool = False,
    ) -> Mask:
        """Return the flows from exporters to importers."""
        return self._named(item.exporter, item.importer, item.sectors, keys, both_ways=both_ways)

    def limited(self, change: Quota, keys: Keys) -> Mask:
        """Return the flows of a quota, without those it leaves out."""
        flows = self.to_destinations(change, keys)
        if change.without is not None:
            flows[:, :, self.names.sector_mask(change.without, (*keys, "without"))] = False
        return flows

    def controlled(self, change: ExportControl, keys: Keys) -> Mask:
        """Return the flows of a control, without those to exempt countries."""
        flows = self.to_destinations(change, keys)
        if change.exempt is not None:
            flows[:, self.names.country_mask(change.exempt, (*keys, "exempt"))] = False
        return flows

    def to_destinations(self, change: Quota | ExportControl | LiftControl, keys: Keys) -> Mask:
        """Return the flows from exporters to destinations."""
        return self._named(
            change.exporter, change.destinations, change.sectors, keys, buyers="destinations"
        )

    def _named(
        self,
        exporter: tuple[str, ...],
        importer: tuple[str, ...],
        sectors: tuple[str, ...],
        keys: Keys,
        *,
        both_ways: bool = False,
        buyers: str = "importer",
    ) -> Mask:
        """Return which flows [i,n,j] are named, domestic sales never among them."""
        sells = self.names.country_mask(exporter, (*keys, "exporter"))
        buys = self.names.country_mask(importer, (*keys, buyers))
        traded = self.names.sector_mask(sectors, (*keys, "sectors"))
        pairs = np.outer(sells, buys)
        if both_ways:
            pairs |= pairs.T
        pairs &= ~np.eye(len(sells), dtype=bool)
        if not pairs.any():
            raise BadInput(
                f"{key_label(keys)}: {buyers.removesuffix('s')} and exporter are the same, so no "
                "trade is meant.",
                cure="Name two different countries; domestic sales cannot be changed.",
                file=self.origin.file,
                line=self.origin.line(keys),
            )
        return pairs[:, :, None] & traded
