"""`Store`: run folders addressed by what was asked, safe under many writers and under kill -9.

The folders are the truth. A run is written beside its place and moved there whole, under the lock
of the index; a folder that is in place stays as it is. What a killed process leaves behind (an
unfinished `.part`, a run moved aside that was to be replaced) is put right on the next opening.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradetalks.errors import CannotWrite, UnknownName, did_you_mean
from tradetalks.results import is_run_folder, load_run

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tradetalks.results import RunResult
    from tradetalks.store.index import Index

Settle = Callable[[Path, Path], None]
Write = Callable[[Path, Mapping[str, Any], Settle], Path]

_INDEX = "index.sqlite"
_ABANDONED = 3600.0  # seconds after which an unfinished folder has no writer any more


@dataclass(frozen=True)
class Stored:
    """A run in the store: its id, its folder and when it was stored."""

    id: str
    folder: Path
    created: str

    def load(self) -> RunResult:
        """Return the run as it was stored, bit for bit."""
        return load_run(self.folder)


class Store:
    """The runs of one folder.

    A run's identity is a mapping of hashes (scenario, world, law, package): two questions with
    the same identity and name are the same question. Nothing is created until a run is kept.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder).expanduser().absolute()

    def find(self, name: str, identity: Mapping[str, str]) -> Stored | None:
        """Return the run of that name and identity, None where there is none that can be read."""
        place = self.folder / run_id(name, identity)
        record = _record(place)
        if record is None or record.get("identity") != dict(identity):
            return None
        return Stored(place.name, place, str(record.get("created", "")))

    def keep(
        self, name: str, identity: Mapping[str, str], write: Write, *, fresh: bool = False
    ) -> Stored:
        """Store a run and return where; one that is already there stays, unless `fresh`.

        `write(place, record, settle)` writes the folder (`report.save`): `record` goes into
        run.json, `settle` moves the finished folder. Raises CannotWrite.
        """
        place = self.folder / run_id(name, identity)
        with _cannot_write(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            if place.exists() and _record(place) is None:  # cut short, or not ours: out of the way
                place.rename(_beside(place, ".old"))
        write(place, {"identity": dict(identity)}, self._settle(fresh))
        record = _record(place)
        created = "" if record is None else str(record.get("created", ""))
        return Stored(place.name, place, created)

    def rows(self) -> list[dict[str, Any]]:
        """Return the runs, the newest first: the index, checked against the folders."""
        if not self.folder.is_dir():
            return []
        try:
            with self._index() as index:
                rows = index.rows()
                there = {place.name for place in self._folders()}
                if {row["id"] for row in rows} != there:
                    self._rebuild(index)
                    rows = index.rows()
        except CannotWrite:  # a read-only store can still be read
            rows = sorted(self._scan(), key=lambda row: -row["stored"])
        return [{**row, "stored": _moment(row["stored"])} for row in rows]

    def rebuild(self) -> int:
        """Build the index again from the folders; return how many runs there are."""
        with self._index() as index:
            self._rebuild(index)
            return len(index.rows())

    def named(self, name: str) -> Stored:
        """Return the run with this id, or the only one whose id begins so.

        Raises UnknownName with a suggestion.
        """
        ids = [place.name for place in self._folders()]
        matching = [s for s in ids if s == name] or [s for s in ids if s.startswith(name)]
        if len(matching) > 1:
            raise UnknownName(
                f"'{name}' is the beginning of several runs.", cure="One of: " + ", ".join(matching)
            )
        if not matching or not name:
            hint = did_you_mean(name, ids)
            raise UnknownName(
                f"there is no stored run '{name}'.",
                cure=f"{hint} See `tradetalks runs list`.".strip(),
            )
        place = self.folder / matching[0]
        return Stored(place.name, place, str((_record(place) or {}).get("created", "")))

    def delete(self, name: str) -> str:
        """Delete a run (by id, or the beginning of one) and return its id."""
        place = self.named(name).folder
        with _cannot_write(place), self._index() as index, index.locked() as writer:
            gone = _beside(place, ".gone")
            place.rename(gone)
            index.remove(writer, place.name)
        shutil.rmtree(gone, ignore_errors=True)
        return place.name

    def _settle(self, fresh: bool) -> Settle:
        def settle(making: Path, place: Path) -> None:
            with self._lock() as lock:
                if place.exists():
                    if not fresh and _record(place) is not None:
                        return  # another process was quicker: the same question, the same answer
                    old = _beside(place, ".old")
                    place.rename(old)
                    making.rename(place)
                    shutil.rmtree(old, ignore_errors=True)
                else:
                    making.rename(place)
                if lock is not None:
                    index, writer = lock
                    index.remove(writer, place.name)
                    index.add(writer, _row(place, _record(place) or {}))

        return settle

    @contextlib.contextmanager
    def _lock(self) -> Generator[tuple[Index, Connection] | None]:
        """Hold the lock; None where the index cannot be written, which costs no run."""
        with contextlib.ExitStack() as stack:
            try:
                index = stack.enter_context(self._index())
                writer = stack.enter_context(index.locked())
            except CannotWrite:
                yield None
                return
            yield index, writer

    @contextlib.contextmanager
    def _index(self) -> Generator[Index]:
        """Open the index; one that is missing, old or broken is built again."""
        from sqlalchemy.exc import DatabaseError

        from tradetalks.store.index import Index, is_broken

        file = self.folder / _INDEX
        index = Index(file)
        try:
            try:
                fresh = index.fresh
            except DatabaseError as error:
                if not is_broken(error):
                    raise
                index.close()
                for part in (file, *(file.with_name(_INDEX + s) for s in ("-wal", "-shm"))):
                    part.unlink(missing_ok=True)
                index, fresh = Index(file), True
            if fresh:
                self._rebuild(index)
            yield index
        except DatabaseError as error:
            raise CannotWrite(
                f"the index of runs cannot be used: {error.orig}.",
                cure="It can be deleted: it is built again from the folders.",
                file=file,
            ) from error
        finally:
            index.close()

    def _rebuild(self, index: Index) -> None:
        with index.locked() as writer:
            self._recover()
            index.fill(writer, self._scan())

    def _recover(self) -> None:
        """Put right what killed processes left behind (under the lock)."""
        for left in self.folder.glob(".*"):
            name, _, rest = left.name[1:].rpartition(".")
            place = self.folder / name.rpartition(".")[0]
            if rest == "old" and not place.exists() and _record(left) is not None:
                left.rename(place)
            elif rest in ("old", "gone") or (rest == "part" and _age(left) > _ABANDONED):
                shutil.rmtree(left, ignore_errors=True)

    def _folders(self) -> Iterator[Path]:
        if self.folder.is_dir():
            for place in sorted(self.folder.iterdir()):
                if not place.name.startswith(".") and is_run_folder(place):
                    yield place

    def _scan(self) -> list[dict[str, Any]]:
        found = ((place, _record(place)) for place in self._folders())
        return [_row(place, record) for place, record in found if record is not None]


def run_id(name: str, identity: Mapping[str, str]) -> str:
    """Return the name of a run's folder: the same question has the same name.

    >>> run_id("truce-holds", {"scenario": "a", "world": "b"})
    'truce-holds-e1e2fe5c'
    """
    return f"{name}-{digest(identity)[:8]}"


def digest(identity: Mapping[str, str]) -> str:
    """Return an identity as 64 hexadecimal digits."""
    text = json.dumps(dict(identity), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _record(place: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((place / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _row(place: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    scenario, world = record.get("scenario") or {}, record.get("world") or {}
    files = [file.stat() for file in place.rglob("*") if file.is_file()]
    return {
        "id": place.name,
        "digest": digest(record.get("identity") or {}),
        "scenario": str(scenario.get("name", "")),
        "title": scenario.get("title"),
        "against": str(record.get("against", "")),
        "world": str(world.get("name", "")),
        "horizon": str(record.get("horizon", "")),
        "version": str((record.get("versions") or {}).get("tradetalks", "")),
        "created": str(record.get("created", "")),
        "stored": max((file.st_mtime for file in files), default=0.0),
        "bytes": sum(file.st_size for file in files),
        "sentence": str(record.get("sentence", "")),
    }


def _beside(place: Path, suffix: str) -> Path:
    """Return a new name beside `place`, out of sight."""
    return place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}{suffix}")


def _age(place: Path) -> float:
    try:
        return time.time() - place.stat().st_mtime
    except OSError:
        return 0.0


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextlib.contextmanager
def _cannot_write(place: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(
            f"cannot be written: {error.strerror or error}.",
            cure="Set TRADETALKS_HOME to a folder you may write to.",
            file=place,
        ) from error
