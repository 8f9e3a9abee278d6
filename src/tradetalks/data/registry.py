"""The registry of raw data: what each source is, where its files lie, how to get them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from tradetalks.errors import BadFile, CannotWrite, DataMissing, unknown_name

Progress = Callable[[str, int, int], None]
"""Called with (path, bytes so far, bytes in all or 0)."""


@dataclass(frozen=True)
class SourceFile:
    """One file of a source: path below the data folder, sha256, direct URL if there is one."""

    path: str
    sha256: str
    url: str = ""


@dataclass(frozen=True)
class Source:
    """A source of raw data, as registered in `data/sources.yaml`."""

    name: str
    description: str
    licence: str
    citation: str
    evidence: str
    home: str
    notes: str
    files: tuple[SourceFile, ...]


@cache
def sources() -> Mapping[str, Source]:
    """Return every registered source by name."""
    from ruamel.yaml import YAML

    text = Path(__file__).with_name("sources.yaml").read_text("utf-8")
    loaded = YAML(typ="safe").load(text)
    return MappingProxyType(
        {
            name: Source(
                name=name,
                files=tuple(SourceFile(**f) for f in row.pop("files")),
                notes=row.pop("notes", ""),
                **row,
            )
            for name, row in loaded.items()
        }
    )


def source(name: str) -> Source:
    """Return one source; `UnknownName` with a suggestion otherwise."""
    if name not in sources():
        raise unknown_name("source", name, sources(), see="See `tradetalks data list`.")
    return sources()[name]


def data_folder() -> Path:
    """Return `$TRADETALKS_DATA`, else the user's cache folder (it need not exist)."""
    chosen = os.environ.get("TRADETALKS_DATA")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("tradetalks") / "data"


def find(name: str, file: str | None = None, *, verify: bool = True) -> Path:
    """Return the path of a source's file (`file` is the end of its path; default the first).

    Raises `DataMissing` if it is not on this machine, `BadFile` if its checksum differs.
    """
    about = source(name)
    entry = _entry(about, file)
    path = data_folder() / entry.path
    if not path.is_file():
        raise DataMissing(
            f"the raw file {entry.path} of source '{name}' is not on this machine.",
            cure=f"Get it from {entry.url or about.home} and put it at {path}, or set "
            "TRADETALKS_DATA to the folder that has it. Shipped worlds need no raw file.",
        )
    if verify and _sha256(path, path.stat().st_size, path.stat().st_mtime_ns) != entry.sha256:
        raise BadFile(
            f"its checksum is not the one registered for source '{name}'.",
            cure="The publisher changed it, or the copy is damaged: fetch it again, or register "
            "the new edition in data/sources.yaml.",
            file=path,
        )
    return path


def list_sources() -> tuple[dict[str, str | int], ...]:
    """Return one row per source: name, files, status on this machine, licence, citation."""
    rows = []
    for s in sources().values():
        here = sum((data_folder() / f.path).is_file() for f in s.files)
        rows.append(
            {
                "name": s.name,
                "description": s.description,
                "files": len(s.files),
                "on_this_machine": here,
                "licence": s.licence,
                "citation": s.citation,
                "evidence": s.evidence,
                "home": s.home,
            }
        )
    return tuple(rows)


def fetch(name: str, progress: Progress | None = None) -> tuple[Path, ...]:
    """Download the files of a source that are missing here, verify and place them.

    Returns the paths. Raises `DataMissing` for files without a direct download, on network
    failure, and when what came has another checksum (nothing is kept then).
    """
    about = source(name)
    paths = []
    for entry in about.files:
        path = data_folder() / entry.path
        if not path.is_file():
            if not entry.url:
                raise DataMissing(
                    f"{entry.path} of source '{name}' has no direct download.",
                    cure=f"Get it from {about.home} and put it at {path}.",
                )
            download(entry, path, progress)
        paths.append(find(name, entry.path))
    return tuple(paths)


def download(entry: SourceFile, path: Path, progress: Progress | None = None) -> None:
    """Download one file to a temporary name, check its sha256, and move it into place."""
    from urllib.request import urlopen

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CannotWrite(
            f"cannot write here ({error.strerror}).", cure="Set TRADETALKS_DATA.", file=path
        ) from error
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as out, urlopen(entry.url, timeout=60) as reply:
            total, done = int(reply.headers.get("Content-Length") or 0), 0
            while block := reply.read(1 << 18):
                out.write(block)
                digest.update(block)
                done += len(block)
                if progress:
                    progress(entry.path, done, total)
        if digest.hexdigest() != entry.sha256:
            raise DataMissing(
                f"{entry.url} gave a file with another checksum than registered "
                f"({digest.hexdigest()[:12]}..., not {entry.sha256[:12]}...).",
                cure="Nothing was kept. The publisher may have changed it; try another copy.",
            )
        Path(temporary).replace(path)
    except OSError as error:
        raise DataMissing(
            f"could not download {entry.url} ({error}).",
            cure=f"Check the connection, or get it by hand and put it at {path}.",
        ) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def _entry(about: Source, file: str | None) -> SourceFile:
    if file is None:
        return about.files[0]
    for entry in about.files:
        if entry.path == file or entry.path.endswith(f"/{file}"):
            return entry
    raise unknown_name("file", file, [f.path.rpartition("/")[2] for f in about.files])


@cache
def _sha256(path: Path, size: int, changed: int) -> str:
    """Return the sha256 of a file; size and time of change are only the cache's key."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
