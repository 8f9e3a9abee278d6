"""Blocks of draws as Parquet files under the name of what they are: finished ones are reused.

The name of the folder is a hash of everything that decides a number. A block is written beside
its place and moved into it whole, so that a kill at any moment leaves either the block or nothing.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tradetalks.ensemble.design import BATCH, BLOCK, Design, Saltelli
from tradetalks.ensemble.evaluate import TOLERANCE, Case, Evaluator, outcome_names
from tradetalks.errors import CannotWrite

FORMAT = 1
METHOD = 2
"""Of finding the equilibria of draws: another one moves them within the tolerance."""
_PARAMETER, _CONVERGED, _DRAW, _MESSAGE = "p:", "converged", "draw", "message"


@dataclass(frozen=True, eq=False)
class BlockTask:
    """Computes one block of a case and writes it; picklable, for a worker."""

    case: Case
    design: Design | Saltelli
    folder: Path

    def __call__(self, number: int) -> None:
        """Compute block `number`, unless its file is there."""
        place = block_file(self.folder, number)
        if not place.exists():
            write_block(_table(_evaluator(self.folder, self), self.design, number), place)
            _trim()


def _trim() -> None:
    """Give freed memory back: what compiling took, the GNU allocator would keep for good."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


@lru_cache(maxsize=1)
def _evaluator(_key: Path, task: BlockTask) -> Evaluator:
    return Evaluator(task.case)


def identity(case: Case, design: Design | Saltelli) -> str:
    """Return the hash of everything that decides an ensemble's numbers, but not how many.

    Scenario and reference, the world's content, the distributions, the seed, how draws are cut
    into batches and blocks, the tolerance, and the versions of the programs.
    """
    content = {
        "format": FORMAT,
        "scenario": case.scenario.content_hash(),
        "world": case.table.content_hash(),
        "space": [p.as_row() for p in case.space],
        "design": [type(design).__name__, design.draws, design.seed, getattr(design, "size", 0)],
        "cut": [BATCH, BLOCK],
        "tolerance": TOLERANCE,
        "method": METHOD,
        "versions": {name: version(name) for name in ("tradetalks", "jax", "jaxlib", "scipy")},
    }
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def block_file(folder: Path, number: int) -> Path:
    """Return the file of a block."""
    return folder / f"block-{number:06d}.parquet"


def read_columns(folder: Path, blocks: int, names: Sequence[str], draws: int) -> Mapping[str, Any]:
    """Return columns of the first `draws` draws as NumPy arrays, a block at a time."""
    import pyarrow.parquet as pq

    parts: dict[str, list[Any]] = {name: [] for name in names}
    for number in range(blocks):
        # not `read_table`, which takes ten times as long to look for a dataset of many files
        with pq.ParquetFile(block_file(folder, number)) as file:
            table = file.read(columns=list(names), use_threads=False)
        for name in names:
            parts[name].append(table.column(name).to_numpy())
    return {name: np.concatenate(found)[:draws] for name, found in parts.items()}


def is_whole(file: Path) -> bool:
    """Whether a block can be read; a file that cannot is no block."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_metadata(file).num_rows > 0
    except (OSError, pa.ArrowException):
        return False


def _table(evaluator: Evaluator, design: Design | Saltelli, number: int) -> Any:
    import pyarrow as pa

    case = evaluator.case
    points, worlds = design.block(number)
    batches = []
    for k, begin in enumerate(range(0, len(points), BATCH)):
        own = points[begin : begin + BATCH]
        short = BATCH - len(own)  # a batch has one size, or it would be compiled again
        full = np.concatenate([own, np.repeat(own[-1:], short, axis=0)]) if short else own
        world = None if worlds is None else worlds[k]
        noise = (
            design.noise(number * BLOCK // BATCH + k)
            if isinstance(design, Design) and case.noise > 0.0
            else None
        )
        batches.append((evaluator.batch(full, world, noise), len(own)))
    columns: dict[str, Any] = {
        _DRAW: np.arange(number * BLOCK, number * BLOCK + len(points)),
        _CONVERGED: np.concatenate([b.converged[:n] for b, n in batches]),
        _MESSAGE: [m for b, n in batches for m in b.messages[:n]],
    }
    for name in batches[0][0].parameters:
        columns[_PARAMETER + name] = np.concatenate([b.parameters[name][:n] for b, n in batches])
    outcomes = np.concatenate([b.outcomes[:n] for b, n in batches])
    for k, name in enumerate(outcome_names(case.table.countries)):
        columns[name] = outcomes[:, k]
    return pa.table(columns)


def write_block(table: Any, place: Path) -> None:
    """Write a block (a `pyarrow.Table`) beside its place and move it there whole.

    Raises `CannotWrite`.
    """
    import pyarrow.parquet as pq

    try:
        handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent)
        os.close(handle)
        try:
            # plain and without statistics: columns of drawn numbers have nothing to compress
            pq.write_table(
                table, name, compression="NONE", use_dictionary=False, write_statistics=False
            )
            Path(name).replace(place)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(
            f"a block of results cannot be written: {error.strerror or error}.",
            cure="Make room, or set TRADETALKS_HOME to a folder you may write to; "
            "what was finished is kept.",
            file=place,
        ) from error
