"""Validation: published numbers recomputed through the public model, none of it by a side model.

Names are loaded on first use; importing this room reads no file.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradetalks.validation.cells import Cell, Computed, Replication

__all__ = ["Cell", "Replication", "replicate", "replications", "require_data"]


def replications() -> tuple[str, ...]:
    """Return the names of all replications."""
    from tradetalks.validation.published import papers

    return tuple(papers())


def replicate(name: str) -> Replication:
    """Recompute a paper's tables and set them beside the published numbers.

    Raises `UnknownName`, `DataMissing` (saying where to get the raw data) and `NotConverged`.
    """
    from tradetalks.validation.cells import compare
    from tradetalks.validation.published import paper

    about = paper(name)
    module = import_module(f"{__name__}.{name.replace('-', '_')}")
    compute: Callable[[], Computed] = module.compute
    return compare(about, compute())


def require_data(*names: str) -> None:
    """Raise one `DataMissing` for all raw files that these replications lack on this machine."""
    from tradetalks.data.registry import data_folder, source
    from tradetalks.errors import DataMissing
    from tradetalks.validation.published import paper

    lacking: list[str] = []
    for name in names:
        about = paper(name)
        for raw in map(source, about.data):
            missing = [f.path for f in raw.files if not (data_folder() / f.path).is_file()]
            if missing:
                more = f" and {len(missing) - 1} more" if missing[1:] else ""
                lacking.append(f"{name} needs {missing[0]}{more} (source '{raw.name}', {raw.home})")
    if lacking:
        raise DataMissing(
            f"raw data are not on this machine: {'; '.join(lacking)}.",
            cure=f"Put the files below {data_folder()}, or set TRADETALKS_DATA to the folder that "
            "has them; `tradetalks data list` names the sources. `tradetalks replicate "
            "cut-off-closed-forms` needs none.",
        )


def __getattr__(name: str) -> object:
    if name in ("Cell", "Replication"):
        return getattr(import_module("tradetalks.validation.cells"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
