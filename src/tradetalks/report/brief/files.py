"""A brief on disk: page, PDF and numbers, each moved into place whole, or none of them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path

from tradetalks.errors import CannotWrite

_CURE = "Give another --out, or set TRADETALKS_HOME to a folder you may write to."


def check_folder(folder: Path) -> None:
    """Raise CannotWrite unless files can be written into `folder`, which is created if missing."""
    with _cannot_write(folder):
        if folder.exists() and not folder.is_dir():
            raise CannotWrite(
                "a file of that name exists.", cure="Give another --out.", file=folder
            )
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")


def write_files(folder: Path, contents: Mapping[str, bytes]) -> dict[str, Path]:
    """Write files by name into `folder` and return their paths.

    They appear, or replace older ones, only when all of them are written. Raises CannotWrite.
    """
    check_folder(folder)
    with (
        _cannot_write(folder),
        tempfile.TemporaryDirectory(prefix=".brief.", suffix=".part", dir=folder) as making,
    ):
        for name, content in contents.items():
            (Path(making) / name).write_bytes(content)
        for name in contents:
            (Path(making) / name).replace(folder / name)
    return {name: folder / name for name in contents}


@contextlib.contextmanager
def _cannot_write(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(
            f"cannot be written: {error.strerror or error}.", cure=_CURE, file=folder
        ) from error
