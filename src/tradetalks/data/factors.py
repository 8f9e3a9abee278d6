"""Capital's share of value added by sector, from `factor_shares.yaml`: assumed, with a range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class FactorShares:
    """Capital's share of value added `[S]` (fractions), with the least and the greatest.

    All are assumed; `source` says after what, `evidence` how well that is documented.
    """

    capital: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    source: str
    evidence: str


def factor_shares(sectors: Sequence[str]) -> FactorShares:
    """Return the shares for these sector codes; a code the file does not know has the default.

    >>> shares = factor_shares(["26", "05T06", "GOODS"])
    >>> shares.capital.tolist(), shares.low.tolist()
    ([0.4, 0.65, 0.4], [0.25, 0.5, 0.25])
    """
    book = _book()
    rows = [book["by_sector"].get(code, book["default"]) for code in sectors]

    def column(name: str) -> NDArray[np.float64]:
        values = np.array([float(row[name]) for row in rows])
        values.setflags(write=False)
        return values

    return FactorShares(
        capital=column("central"),
        low=column("low"),
        high=column("high"),
        source=book["source"],
        evidence=book["evidence"],
    )


@cache
def _book() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    text = Path(__file__).with_name("factor_shares.yaml").read_text("utf-8")
    book = YAML(typ="safe").load(text)
    book["by_sector"] = {code: group for group in book["groups"] for code in group["sectors"]}
    return book
