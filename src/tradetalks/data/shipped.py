"""Worlds that ship with the package, and the file format they are stored in.

A world is two files: `<name>.npz` (trade and intermediate as float32, tariff to 1e-6,
customs_ratio) and
`<name>.json` (labels, notes, sources, hashes, balance report). Value added and final demand are
not stored: they are the residuals of the identities, computed in float64 on load, so that a
loaded world balances to rounding whatever the precision of the file.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.data.checks import Check
from tradetalks.data.world import World
from tradetalks.errors import BadFile, BadTable, CannotWrite, unknown_name

if TYPE_CHECKING:
    from tradetalks.data.goods.good import Good

_STORED = ("trade", "tariff", "extra_tariff", "intermediate", "customs_ratio")
_OPTIONAL = ("sigma", "sigma_domestic", "markup")


def _folder() -> Path:
    return Path(__file__).parent / "shipped"


def world_names() -> tuple[str, ...]:
    """Return the names of the shipped worlds.

    >>> world_names()
    ('toy', 'world-2022')
    """
    return tuple(sorted(p.stem for p in _folder().glob("*.npz")))


def load_world(
    name: str = "world-2022",
    regions: str | Mapping[str, str] = "default",
    goods: str | Iterable[str | Good] = "none",
) -> World:
    """Return a shipped world, aggregated to a region set (or mapping country -> region).

    `goods` are critical goods to carve out of their sectors first (`none`, `default`, `all`,
    codes or `Good`s; docs/critical-goods.md): by country, so that a region is the sum of its
    members.
    `name` may also be a path to an `.npz` that `write_world` wrote. `regions` does not apply
    to worlds whose countries are not real (`toy`), and they have no sectors that
    critical goods could be carved out of.

    >>> load_world("toy").countries
    ('HOM', 'FOR')
    """
    world, about = read_world(_find(name))
    if goods != "none":
        from tradetalks.data.goods.carve import carve_out

        world = carve_out(world, goods)
    return world.aggregate(regions) if about["real"] else world


def world_report(name: str = "world-2022") -> Mapping[str, Any]:
    """Return the balance report stored beside a world (numbers behind `docs/world-2022.md`)."""
    return _about(_find(name))["report"]


def check_world(name: str = "world-2022") -> tuple[Check, ...]:
    """Return the checks of a shipped world: hashes, signs, identities, also with critical goods."""
    path = _find(name)
    about = _about(path)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    world, _ = read_world(path)
    same_file, same_table = found == about["sha256"], world.content_hash() == about["content_hash"]
    return (
        Check("file hash", float(not same_file), 0.0, path.name, f"sha256 {found}"),
        Check("content hash", float(not same_table), 0.0, path.name, world.content_hash()),
        *world.checks(),
        *(_carved_checks(world) if _about(path)["real"] else ()),
    )


def _carved_checks(world: World) -> tuple[Check, ...]:
    """Return the checks of the world with all critical goods carved out of it."""
    from tradetalks.data.goods.carve import carve_out, kept_totals

    carved = carve_out(world, "all")
    return (
        kept_totals(world, carved),
        *(replace(c, name=f"with critical goods: {c.name}") for c in carved.checks()),
    )


def read_world(path: Path) -> tuple[World, Mapping[str, Any]]:
    """Return the world of `path` (an `.npz` with its `.json` beside it) and what is known of it."""
    about = _about(path)
    try:
        with np.load(path, allow_pickle=False) as stored:
            wanted = (*_STORED, *(k for k in _OPTIONAL if k in stored.files))
            arrays = {k: stored[k].astype(np.float64) for k in wanted}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise BadFile(
            f"this is not a world file ({error}).",
            cure="Rebuild it with `tradetalks data build`.",
            file=path,
        ) from error
    arrays["mfn_tariff"] = arrays["tariff"] - arrays.pop("extra_tariff")
    world = World.from_arrays(
        name=about["name"],
        year=about["year"],
        countries=about["countries"],
        sectors=about["sectors"],
        goods=about["goods"],
        sources=about["sources"],
        **arrays,
    )
    return world.noted(about["notes"]), about


def storable(world: World) -> World:
    """Return `world` rounded to what the file keeps, without a negative residual.

    Rounding to float32 can push a final demand or value added that is nearly zero below it;
    the largest input of that row or column then gives way by the rounding error.
    """
    trade, tariff = world.trade.astype(np.float32).astype(float), np.round(world.tariff, 6)
    extra = np.round(world.tariff - world.mfn_tariff, 6)
    inter = world.intermediate.astype(np.float32)
    inter = _shave(inter, (trade * (1 + tariff)).sum(0), axis=2)
    inter = _shave(inter, trade.sum(1), axis=1)
    return world.replace(
        trade=trade,
        tariff=tariff,
        mfn_tariff=tariff - extra,
        intermediate=inter.astype(float),
        final=None,
        value_added=None,
    )


def _shave(inter: NDArray[np.float32], total: NDArray[np.float64], *, axis: int) -> Any:
    """Lower the largest cell along `axis` until the sums do not exceed `total` [n, j or k]."""
    inter = inter.copy()
    for _ in range(8):
        excess = inter.sum(axis, dtype=np.float64) - total
        over = np.argwhere(excess > 0)
        if not len(over):
            return inter
        for n, m in over:
            row = inter[n, m, :] if axis == 2 else inter[n, :, m]
            if excess[n, m] > 1e-4 * total[n, m] + 1e-3:
                raise BadTable(f"Inputs exceed the total of row or column {n}, {m}.")
            big = int(row.argmax())
            lower = np.float32(max(row[big] - excess[n, m], 0.0))
            row[big] = np.nextafter(lower, np.float32(0))
    raise BadTable("Rounding left a negative residual.", cure="Store the world in float64.")


def write_world(
    world: World, out: Path, *, real: bool, report: Mapping[str, Any]
) -> tuple[Path, Path]:
    """Write `<out>/<name>.npz` and `.json`; same input, same bytes. Returns both paths.

    A world with critical goods carved out is refused: store it without, and carve on load.
    """
    if world.carved:
        raise BadTable(
            f"World '{world.name}' has critical goods carved out, which its file cannot hold.",
            cure="Write the world without them, and carve them out when it is read.",
        )
    world = storable(world)
    data = _npz_bytes(
        {k: getattr(world, k).astype("<f4") for k in ("trade", "intermediate")}
        | {k: getattr(world, k).astype("<f8") for k in ("tariff", "customs_ratio")}
        | {"extra_tariff": np.round(world.tariff - world.mfn_tariff, 6)}
        | {k: v.astype("<f8") for k in _OPTIONAL if (v := getattr(world, k)) is not None}
    )
    about = {
        "name": world.name,
        "year": world.year,
        "real": real,
        "unit": "million USD",
        "countries": world.countries,
        "sectors": world.sectors,
        "goods": [bool(g) for g in world.goods],
        "notes": world.notes,
        "sources": world.sources,
        "sha256": hashlib.sha256(data).hexdigest(),
        "content_hash": world.content_hash(),
        "report": report,
    }
    text = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    paths = out / f"{world.name}.npz", out / f"{world.name}.json"
    for path, content in zip(paths, (data, text.encode()), strict=True):
        write_bytes(path, content)
    return paths


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; `CannotWrite` with the folder and a cure."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as f:
                f.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CannotWrite(
            f"cannot write here ({error.strerror or error}).",
            cure="Choose a folder you may write to, with `--out`.",
            file=path,
        ) from error


def _npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return an npz with fixed time stamps and order, so that equal arrays give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(arrays[name]))
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, member.getvalue())
    return buffer.getvalue()


def _find(name: str) -> Path:
    if name in world_names():
        return _folder() / f"{name}.npz"
    path = Path(name)
    if path.suffix == ".npz" and path.is_file():
        return path
    raise unknown_name("world", name, world_names(), see="A path to an `.npz` works too.")


def _about(path: Path) -> Mapping[str, Any]:
    beside = path.with_suffix(".json")
    try:
        return json.loads(beside.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadFile(
            f"the description of this world cannot be read ({error}).",
            cure="Keep the .npz and its .json together, or rebuild it.",
            file=beside,
        ) from error
