"""What the two line-table builders share: days, prefix matching, lists, deterministic files."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

START, FOREVER = 0, 2_000_000  # days since 0001-01-01, outside every date of the ledger


@dataclass(frozen=True)
class Membership:
    """Lines (indices) on a list from `start` to `end` (exclusive), known since `known`."""

    name: str
    index: np.ndarray
    start: int = START
    end: int = FOREVER
    known: int = START


def day(text: str) -> int:
    """ISO date to the day number used in the tables (`date.toordinal`)."""
    return date.fromisoformat(text).toordinal()


def match(codes: np.ndarray, prefix: str) -> np.ndarray:
    """Indices of the sorted `codes` (bytes) that start with `prefix`."""
    low = np.searchsorted(codes, prefix.encode())
    high = np.searchsorted(codes, prefix.encode() + b"\xff")
    return np.arange(low, high)


def hand_lists(path: Path, country: str, codes: np.ndarray) -> list[Membership]:
    """Lists written out in `lists.yaml` for `country` (those with `prefixes`)."""
    out = []
    for item in YAML(typ="safe").load(path.read_text("utf-8")):
        if item["importer"] != country or "prefixes" not in item:
            continue
        for prefix in item["prefixes"]:
            if not len(match(codes, prefix)):
                raise SystemExit(f"{path.name}: {item['name']}: '{prefix}' matches no line")
        index = np.unique(np.concatenate([match(codes, p) for p in item["prefixes"]]))
        except_ = [match(codes, p) for p in item.get("except", [])]
        if except_:
            index = np.setdiff1d(index, np.concatenate(except_))
        out.append(Membership(item["name"], index.astype(int)))
    return out


def memberships_to_arrays(lists: list[Membership]) -> dict[str, np.ndarray]:
    """Flatten: names, and for each period its list, bounds, and the slice of `member_lines`."""
    names = sorted({m.name for m in lists})
    lists = sorted(lists, key=lambda m: (m.name, m.start, m.end, m.known))
    return {
        "list_names": np.array(names, dtype="U"),
        "member_list": np.array([names.index(m.name) for m in lists], np.int16),
        "member_start": np.array([m.start for m in lists], np.int32),
        "member_end": np.array([m.end for m in lists], np.int32),
        "member_known": np.array([m.known for m in lists], np.int32),
        "member_stop": np.cumsum([len(m.index) for m in lists]).astype(np.int32),
        "member_lines": np.concatenate([m.index for m in lists]).astype(np.int32),
    }


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write a compressed npz whose bytes depend on the arrays only, moved into place when whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.lib.format.write_array(
                buffer, np.ascontiguousarray(arrays[name]), allow_pickle=False
            )
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, buffer.getvalue())
    temporary.replace(path)
