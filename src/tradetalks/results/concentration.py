"""How concentrated a country's suppliers are, before and after: the measure of decentralisation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.codes import critical_goods
from tradetalks.errors import BadInput

if TYPE_CHECKING:
    from tradetalks.results.run import RunResult


def concentration(result: RunResult, sectors: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return the concentration of suppliers by good and importer, central elasticity set.

    `sectors` are by default the critical goods that the run has. Each row has sector, importer,
    and twice (a name ending in `_reference` is before): `hhi`, the Herfindahl-Hirschman index of
    the origins of all purchases, home included (1 is one supplier, 0.25 four equal ones; values
    at the border), `top_supplier`, its `top_share`, and `home_share`. An importer that buys
    nothing is left out. Raises `BadInput` for a sector that the run does not have.
    """
    data = result.data
    known = [str(code) for code in data.sector.values]
    chosen = list(sectors) or [code for code in known if code in critical_goods()]
    unknown = [code for code in chosen if code not in known]
    if unknown:
        raise BadInput(
            f"this run has no sector '{unknown[0]}'.", cure=f"It has {', '.join(known)}."
        )
    before = data.trade_reference.transpose("exporter", "importer", "sector")
    after = before + data.trade.transpose("exporter", "importer", "sector")
    return [
        {"sector": code, "importer": str(buyer)}
        | _of(before.sel(sector=code, importer=buyer), "_reference")
        | _of(after.sel(sector=code, importer=buyer), "")
        for code in chosen
        for buyer in data.importer.values
        if float(before.sel(sector=code, importer=buyer).sum()) > 0.0
    ]


def _of(purchases: Any, suffix: str) -> dict[str, Any]:
    """Return the measures of one importer's purchases of one good, by exporter."""
    value = np.maximum(np.asarray(purchases.values, dtype=float), 0.0)
    share = value / value.sum()
    names = [str(x) for x in purchases.exporter.values]
    top = int(share.argmax())
    return {
        f"hhi{suffix}": float((share**2).sum()),
        f"top_supplier{suffix}": names[top],
        f"top_share{suffix}": float(share[top]),
        f"home_share{suffix}": float(share[names.index(str(purchases.importer.item()))]),
    }
