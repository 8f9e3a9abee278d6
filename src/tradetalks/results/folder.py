"""Run folders: written beside their place and moved into it whole, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradetalks.errors import BadFile, CannotWrite
from tradetalks.results.answer import to_json
from tradetalks.results.headline import headline
from tradetalks.results.run import RunResult
from tradetalks.results.sentence import sentence
from tradetalks.results.tables import tidy
from tradetalks.results.workbook import write_workbook

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
_RECORD, _ARRAYS = "run.json", "results.nc"

# A run folder is plain fields, and arrays; these are the plain ones.
_PLAIN = (
    *("scenario", "against", "world", "horizon", "created", "status"),
    *("assumptions", "warnings", "versions", "timing"),
)


def save_run(
    result: RunResult,
    folder: Path | str,
    *,
    draw: Callable[[Path], None] | None = None,
    record: Mapping[str, Any] | None = None,
    settle: Callable[[Path, Path], None] | None = None,
) -> Path:
    """Write `result` into `folder`: run.json, results.nc, tables/*.csv, results.xlsx.

    `draw` is given the folder in the making and may add files to it (charts, a report); it runs
    in a thread of its own meanwhile. `record` is added to run.json. `settle(making, place)` moves
    the finished folder; without it an older run folder of that name is replaced. Nothing remains
    of a save that fails or is interrupted.

    Raises CannotWrite when the folder cannot be written or is something else than a run folder,
    NotConverged when the run has no answer that may be kept.
    """
    place = Path(folder).expanduser().absolute()
    rows = headline(result)
    check_writable(place)
    with _cannot_write(place), _in_the_making(place) as making:
        with ThreadPoolExecutor(max_workers=1) as pool:
            drawing = pool.submit(draw, making) if draw else None
            _write_arrays(result, making / _ARRAYS)
            tables = tidy(result)
            _write_csv(tables, making / "tables")
            write_workbook(result, tables, making / "results.xlsx")
            if drawing:
                drawing.result()
        content = {
            "format": FORMAT,
            **(record or {}),
            **{name: getattr(result, name) for name in _PLAIN},
            **({"law": result.law} if result.law else {}),
            **({"draws": result.draws} if result.draws else {}),
            "sentence": sentence(result),
            "headline": rows,
            **({"limits": tables["limits"].to_dict("records")} if "limits" in tables else {}),
            "sha256": {_ARRAYS: _sha256(making / _ARRAYS)},
        }
        (making / _RECORD).write_text(to_json(content) + "\n", encoding="utf-8")
        (settle or _move_into_place)(making, place)
    return place


def load_run(folder: Path | str) -> RunResult:
    """Read a run folder back; the numbers are those that were stored, bit for bit.

    Raises BadFile when the folder is not a run folder or was changed since.
    """
    import xarray as xr

    place = Path(folder).expanduser()
    record_file, arrays_file = place / _RECORD, place / _ARRAYS
    try:
        record: Any = json.loads(record_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadFile("this is not a run folder.", cure="It has no run.json.", file=place) from None
    except (OSError, ValueError) as error:
        raise BadFile(f"cannot be read: {error}.", file=record_file) from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise BadFile(
            "is not a run record that this version reads.",
            cure=f"Run the scenario again; this version writes format {FORMAT}.",
            file=record_file,
        )
    try:
        fields = {name: record[name] for name in _PLAIN}
        stored_hash = record["sha256"][_ARRAYS]
        content = arrays_file.read_bytes()
    except (KeyError, TypeError) as error:
        raise BadFile(f"lacks the key {error}.", file=record_file) from error
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}.", file=arrays_file) from error
    if hashlib.sha256(content).hexdigest() != stored_hash:
        raise BadFile(
            "is not the file that run.json describes (changed or cut short).",
            cure="Run the scenario again.",
            file=arrays_file,
        )
    data = xr.load_dataset(arrays_file, engine="scipy")
    fields["law"], fields["draws"] = record.get("law", {}), record.get("draws", {})
    for name in ("assumptions", "warnings"):
        fields[name] = tuple(fields[name])
    return RunResult(**fields, data=data)


def write_folder(folder: Path | str, record: str, fill: Callable[[Path], None]) -> Path:
    """Let `fill` write files into a folder in the making, then move it to `folder` whole.

    An older folder that has the file `record`, which `fill` writes too, is replaced. Raises
    CannotWrite for a folder of something else, or one that cannot be written.
    """
    place = Path(folder).expanduser().absolute()
    check_writable(place, record)
    with _cannot_write(place), _in_the_making(place) as making:
        fill(making)
        _move_into_place(making, place)
    return place


def is_run_folder(folder: Path | str) -> bool:
    """Say whether `folder` looks like one that `save_run` wrote."""
    return (Path(folder) / _RECORD).is_file()


def check_writable(folder: Path | str, record: str = _RECORD) -> None:
    """Raise CannotWrite unless an answer can be written at `folder`; creates parent folders.

    An older folder may be replaced if it has the file `record`, that of a run if left out.
    """
    place = Path(folder).expanduser().absolute()
    with _cannot_write(place):
        if place.is_dir():
            if any(place.iterdir()) and not (place / record).is_file():
                raise CannotWrite(
                    f"the folder exists and has no {record}; it will not be overwritten.",
                    cure="Give another --out.",
                    file=place,
                )
        elif place.exists():
            raise CannotWrite("a file of that name exists.", cure="Give another --out.", file=place)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(place.parent, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")


@contextlib.contextmanager
def _cannot_write(place: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        culprit = f" ({error.filename})" if error.filename else ""
        raise CannotWrite(
            f"cannot be written: {error.strerror or error}{culprit}.",
            cure="Give another --out, or set TRADETALKS_HOME to a folder you may write to.",
            file=place,
        ) from error


@contextlib.contextmanager
def _in_the_making(place: Path) -> Generator[Path]:
    """Give a temporary folder beside `place`; it is gone afterwards, whatever happens."""
    making = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent))
    try:
        making.chmod(0o755)
        yield making
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _move_into_place(making: Path, place: Path) -> None:
    if not place.exists():
        with contextlib.suppress(OSError):  # another process was quicker: replace what it wrote
            making.rename(place)
            return
    old = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".old", dir=place.parent))
    place.replace(old)
    try:
        making.rename(place)
    except BaseException:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _write_arrays(result: RunResult, file: Path) -> None:
    data = result.data.assign_attrs(
        title=str(result.scenario.get("title") or result.name),
        scenario=result.name,
        against=result.against,
        world=str(result.world["name"]),
        source=f"tradetalks {result.versions['tradetalks']}",
    )
    data.to_netcdf(file, engine="scipy")


def _write_csv(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    folder.mkdir()
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
