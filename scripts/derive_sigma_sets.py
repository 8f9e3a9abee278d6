"""Derive `data/tables/sigma_sets.csv`: eight published elasticity sets in our sectors.

Usage: TRADETALKS_DATA=... python scripts/derive_sigma_sets.py

Input: the `sigma_*` arrays of the ICIO 2022 cube (sigma = 1 + trade elasticity), as mapped to
ICIO sectors by the authors of the `tariffwar` package. Merged sectors take the mean weighted by
world trade (exports, domestic sales left out).
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from tradetalks.codes import sectors
from tradetalks.data.readers.cubes import read_icio
from tradetalks.data.recipe import ICIO_SECTORS
from tradetalks.data.registry import find

OUT = Path(__file__).parents[1] / "src/tradetalks/data/tables/sigma_sets.csv"


def main() -> None:
    """Write the table."""
    cube = read_icio(find("icio", "ICIO2022.npz"))
    abroad = cube.trade * ~np.eye(len(cube.countries), dtype=bool)[:, :, None]
    weight = abroad.sum((0, 1))
    target = np.array([list(sectors()).index(ICIO_SECTORS[s]) for s in cube.sectors])
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(("set", "sector", "sigma"))
        for name, values in sorted(cube.sigma.items()):
            for j, code in enumerate(sectors()):
                mean = np.average(values[target == j], weights=weight[target == j])
                writer.writerow((name, code, f"{mean:.6g}"))
    print(f"{len(cube.sigma)} sets written to {OUT.name}")


if __name__ == "__main__":
    main()
