"""The index of run folders: one SQLite file beside them, rebuilt from them whenever it is lost.

It holds nothing that the folders do not hold. Its write lock (`BEGIN IMMEDIATE`) is also the lock
under which a folder moves into its place: the operating system lets go of it when a process is
killed, whatever it was doing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError

LAYOUT = 1
"""Of the table: another number on disk means that the index is built again."""
_PATIENCE = 30.0  # seconds that a writer waits for the others

RUNS = Table(
    "runs",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("digest", String, nullable=False, index=True),
    Column("scenario", String, nullable=False),
    Column("title", String),
    Column("against", String, nullable=False),
    Column("world", String, nullable=False),
    Column("horizon", String, nullable=False),
    Column("version", String, nullable=False),
    Column("created", String, nullable=False),
    Column("stored", Float, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("sentence", String, nullable=False),
)
COLUMNS = tuple(column.name for column in RUNS.columns)


class Index:
    """The table of runs in one SQLite file (WAL: readers never wait for a writer)."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._engine = _connect(file)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @property
    def fresh(self) -> bool:
        """Whether the table is missing or of another layout, so that it must be filled."""
        with self._engine.connect() as reader:
            return reader.exec_driver_sql("PRAGMA user_version").scalar() != LAYOUT

    @contextlib.contextmanager
    def locked(self) -> Generator[Connection]:
        """Hold the write lock; what was written is there on leaving, or none of it."""
        with self._engine.connect() as writer:
            writer.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield writer
            except BaseException:
                writer.exec_driver_sql("ROLLBACK")
                raise
            writer.exec_driver_sql("COMMIT")

    @staticmethod
    def fill(writer: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Make the table anew and put `rows` in it (under the lock)."""
        writer.exec_driver_sql("DROP TABLE IF EXISTS runs")
        RUNS.create(writer)
        for row in rows:
            Index.add(writer, row)
        writer.exec_driver_sql(f"PRAGMA user_version = {LAYOUT}")

    @staticmethod
    def add(writer: Connection, row: Mapping[str, Any]) -> None:
        """Insert a run, unless it is there (under the lock)."""
        writer.execute(insert(RUNS).values(**row).on_conflict_do_nothing())

    @staticmethod
    def remove(writer: Connection, run: str) -> None:
        """Take a run out (under the lock)."""
        writer.execute(delete(RUNS).where(RUNS.c.id == run))

    def rows(self) -> list[dict[str, Any]]:
        """Return every run, the newest first."""
        with self._engine.connect() as reader:
            found = reader.execute(select(RUNS).order_by(RUNS.c.stored.desc(), RUNS.c.id))
            return [dict(row) for row in found.mappings()]


def _connect(file: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{file}", connect_args={"timeout": _PATIENCE, "isolation_level": None}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine


def is_broken(error: DatabaseError) -> bool:
    """Whether the file is no database any more (and not merely locked, or the disk full)."""
    return type(error) is DatabaseError or "malformed" in str(error)
