"""`sweep`: the same question over a grid of the scenario's fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.ensemble.blocks import block_file, is_whole, write_block
from tradetalks.ensemble.evaluate import COUNTRY_OUTCOMES
from tradetalks.ensemble.executors import Executor, Processes, usable_cores
from tradetalks.ensemble.grid import Grid, read_grid
from tradetalks.ensemble.run import place_for
from tradetalks.errors import NoAnswer, unknown_name

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str, int, int], None]

CELLS = 16
"""Cells in one file of results."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """The cells of a grid, solved: one row by cell, variable and country (and partner)."""

    grid: Grid
    folder: Path
    table: pd.DataFrame

    @property
    def failed(self) -> int:
        """Number of cells without an answer."""
        first = self.table.drop_duplicates("cell")
        return int((~first["converged"].to_numpy()).sum())


@dataclass(frozen=True, eq=False)
class CellTask:
    """Solves one block of cells and writes it; picklable, for a worker."""

    grid: Grid
    folder: Path

    def __call__(self, number: int) -> None:
        """Compute block `number`, unless its file is there."""
        import pyarrow as pa

        place = block_file(self.folder, number)
        if not place.exists():
            own = range(number * CELLS, min((number + 1) * CELLS, len(self.grid.cells)))
            rows = [row for cell in own for row in _cell_rows(self.grid, cell)]
            write_block(pa.Table.from_pylist(rows), place)


def sweep(
    grid: Grid | Path | str,
    *,
    workers: int | None = None,
    folder: Path | str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Solve every cell of a grid (or of its YAML file) over the scenario's elasticity sets.

    `central`, `low` and `high` of the table are those of a run. Cells go to `folder` in blocks,
    under a hash of the question: an interrupted sweep goes on where it stopped. A cell without an
    equilibrium has no numbers and says why in `message`.

    Raises `UnknownName` for a country that the world does not have, and what `read_grid` raises.
    """
    import pandas as pd

    from tradetalks.data import load_world

    chosen = grid if isinstance(grid, Grid) else read_grid(grid)
    first = chosen.cells[0]
    known = load_world(first.world, first.regions, goods=first.goods).countries
    for code in chosen.countries:
        if code not in known:
            raise unknown_name("country", code, known)
    place = place_for(folder, f"{chosen.scenario.name}-sweep-{_identity(chosen)[:16]}")
    blocks = range(-(-len(chosen.cells) // CELLS))
    missing: list[int] = []
    for number in blocks:
        file = block_file(place, number)
        if file.exists() and not is_whole(file):
            file.unlink(missing_ok=True)
        if not file.exists():
            missing.append(number)
    done = len(blocks) - len(missing)
    if missing:
        hands = Processes(workers or min(usable_cores(), len(missing)))
        for _ in (executor or hands).run(CellTask(chosen, place), missing):
            done += 1
            if progress is not None:
                progress("cells", min(done * CELLS, len(chosen.cells)), len(chosen.cells))
    parts = [pd.read_parquet(block_file(place, number)) for number in blocks]
    return Sweep(chosen, place, pd.concat(parts, ignore_index=True))


def _cell_rows(grid: Grid, cell: int) -> list[dict[str, Any]]:
    from tradetalks.engine import simulate

    scenario = grid.cells[cell]
    base: dict[str, Any] = {"cell": cell}
    values = grid.points[cell]
    base |= {axis.path: str(v) for axis, v in zip(grid.axes, values, strict=True)}
    base |= {f"{a.path}#": _number(v) for a, v in zip(grid.axes, values, strict=True)}
    places: list[dict[str, str]] = [{"country": c} for c in grid.countries]
    spots = [(name, place) for name in COUNTRY_OUTCOMES for place in places]
    if {"USA", "CHN"} <= set(grid.countries):
        spots.append(("bilateral_balance", {"country": "USA", "partner": "CHN"}))
    blank = {"central": np.nan, "low": np.nan, "high": np.nan}
    rows: list[dict[str, Any]] = []
    try:
        result = simulate(scenario)
    except NoAnswer as error:
        result, message = None, str(error)
    else:
        message = "" if result.status["converged"] else str(result.status["message"])
    for name, place in spots:
        spread = blank if result is None else vars(result.spread(name, **place))
        rows.append(
            base
            | {"variable": name, "country": place["country"], "partner": place.get("partner", "")}
            | {k: float(spread[k]) for k in blank}
            | {"converged": result is not None, "message": message}
        )
    return rows


def _number(value: Any) -> float:
    """Return a value as a number for an axis, percentages as percent; NaN for a word."""
    try:
        return float(str(value).strip().removesuffix("%"))
    except ValueError:
        return float("nan")


def _identity(grid: Grid) -> str:
    content = [
        [cell.content_hash() for cell in grid.cells],
        list(grid.countries),
        [[axis.path, *map(str, axis.values)] for axis in grid.axes],
        {name: version(name) for name in ("tradetalks", "jax", "jaxlib", "scipy")},
        _world_hashes(grid),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _world_hashes(grid: Grid) -> list[str]:
    from tradetalks.data import load_world

    keys = {(c.world, c.regions, c.goods) for c in grid.cells}
    return [load_world(w, r, goods=g).content_hash() for w, r, g in sorted(keys)]
