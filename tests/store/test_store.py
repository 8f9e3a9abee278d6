from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from store.writer import identity_of, keep, run_of
from synthetic_run import synthetic_run
from tradetalks.errors import CannotWrite, UnknownName
from tradetalks.results import RunResult, load_run, save_run
from tradetalks.store import Store

WRITER = Path(__file__).with_name("writer.py")


class Writers:
    """Processes that store runs: all are forks of one that has imported what they need."""

    def __init__(self) -> None:
        command = [sys.executable, str(WRITER)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.longest = 6 * float(self._line().split()[1])  # a few runs, on any machine
        self.begun: list[int] = []
        self.stored = set[str]()

    def start(self, folder: Path, seeds: Iterable[int], runs: int = sys.maxsize) -> list[int]:
        """Begin a writer of `runs` runs for each seed; return their numbers."""
        self.begun = []
        wanted = [f"start {folder} {seed} {runs}\n" for seed in seeds]
        self._say("".join(wanted))
        while len(self.begun) < len(wanted):
            self._hear(self._line())
        return self.begun

    def wait(self) -> set[str]:
        """Wait until all writers are gone; return the runs that were stored so far."""
        self._say("wait\n")
        while (line := self._line()) != "gone\n":
            self._hear(line)
        return self.stored

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def _say(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(words)
        self.process.stdin.flush()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def _hear(self, line: str) -> None:
        word, name = line.split()
        assert word != "failed", "a writer ended with an error"
        if word == "begun":
            self.begun.append(int(name))
        else:
            self.stored.add(name)


@pytest.fixture(scope="module")
def writers() -> Iterator[Writers]:
    made = Writers()
    yield made
    made.close()


def same(a: RunResult, b: RunResult) -> bool:
    return all(
        np.allclose(a.data[v].values, b.data[v].values, rtol=0, atol=1e-12, equal_nan=True)
        for v in b.data.data_vars
    )


def check_whole(store: Store) -> int:
    """Every folder that shows is whole, holds what was asked, and stands in the index."""
    ids = set()
    for place in store.folder.iterdir():
        if place.is_dir() and not place.name.startswith("."):
            number = int(json.loads((place / "run.json").read_text())["identity"]["scenario"])
            assert same(load_run(place), run_of(number))
            ids.add(place.name)
    assert {row["id"] for row in store.rows()} == ids
    return len(ids)


def test_a_run_is_found_again_as_it_was_stored(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs")
    assert store.rows() == [] and not store.folder.exists()
    name = keep(store, 1)
    found = store.find("free-trade", identity_of(1))
    assert found is not None and found.id == name
    assert same(found.load(), run_of(1))
    for other in ("world", "law", "package", "scenario"):
        assert store.find("free-trade", {**identity_of(1), other: "x"}) is None
    assert store.find("mine", identity_of(1)) is None
    (row,) = store.rows()
    assert (row["id"], row["scenario"], row["created"]) == (name, "free-trade", "2025-11-21")
    assert row["bytes"] > 1000 and row["sentence"].startswith("If ")


def test_a_run_that_is_there_stays_unless_fresh(tmp_path: Path) -> None:
    store = Store(tmp_path)
    place = tmp_path / keep(store, 0)
    before = (place / "run.json").stat().st_ino
    keep(store, 0)
    assert (place / "run.json").stat().st_ino == before
    keep(store, 0, fresh=True)
    assert (place / "run.json").stat().st_ino != before
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == [place.name]


def test_the_index_is_built_again_from_the_folders(tmp_path: Path) -> None:
    store = Store(tmp_path)
    names = {keep(store, n) for n in range(3)}
    for damage in ("missing", "garbage", "empty"):
        for file in tmp_path.glob("index.sqlite*"):
            file.unlink()
        if damage == "garbage":
            (tmp_path / "index.sqlite").write_bytes(b"not a database " * 400)
        if damage == "empty":
            (tmp_path / "index.sqlite").touch()
        assert {row["id"] for row in store.rows()} == names, damage
    shutil.rmtree(tmp_path / min(names))  # by hand
    assert {row["id"] for row in store.rows()} == names - {min(names)}
    assert store.rebuild() == 2


def test_what_a_killed_process_left_is_put_right(tmp_path: Path) -> None:
    store = Store(tmp_path)
    name = keep(store, 2)
    (tmp_path / name).rename(tmp_path / f".{name}.abc123.old")  # killed between two renames
    (tmp_path / f".{name}.xyz.part").mkdir()
    os.utime(tmp_path / f".{name}.xyz.part", (0, 0))
    assert [row["id"] for row in store.rows()] == [name]
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == [name]
    (tmp_path / name / "run.json").write_text("{")  # not by us: cut short
    assert store.find("mine", identity_of(2)) is None
    assert keep(store, 2) == name and same(load_run(tmp_path / name), run_of(2))


def test_runs_are_named_by_their_beginning_and_deleted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    names = [keep(store, n) for n in (0, 1, 3)]
    assert store.named("free").id == names[1]
    for name, message in (
        ("truce", "several runs"),
        ("fre-trade", "no stored run"),
        ("", "several"),
    ):
        with pytest.raises(UnknownName, match=message):
            store.named(name)
    assert store.delete("free") == names[1]
    assert {row["id"] for row in store.rows()} == {names[0], names[2]}


def test_concurrent_writers_lose_nothing(writers: Writers, tmp_path: Path) -> None:
    writers.stored = set()
    writers.start(tmp_path, range(3), runs=5)
    stored, store = writers.wait(), Store(tmp_path)
    assert stored and stored == {r["id"] for r in store.rows()}
    check_whole(store)
    assert not list(tmp_path.glob(".*"))


TOGETHER = 3  # processes that write at the same time


def kill_at_random(writers: Writers, folder: Path, times: int) -> int:
    """Kill writers `times` at random moments, three at work at a time; return the runs then held.

    After each three the store is whole, and holds every run that a writer said it had stored.
    """
    draw, store, kept, killed = random.Random(5), Store(folder), 0, 0
    writers.stored = set()
    while killed < times:
        count = min(TOGETHER, times - killed)
        for process in draw.sample(writers.start(folder, range(killed, killed + count)), count):
            time.sleep(draw.uniform(0.0, writers.longest))
            os.kill(process, signal.SIGKILL)
        killed += count
        promised = writers.wait()
        kept = check_whole(store)
        assert promised <= {row["id"] for row in store.rows()}
    return kept


def test_a_kill_at_any_moment_leaves_whole_runs(writers: Writers, tmp_path: Path) -> None:
    assert kill_at_random(writers, tmp_path, 9) > 1


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs")
    keep(store, 0)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # a write past it fails
    try:
        with pytest.raises(CannotWrite, match="cannot be written"):
            keep(store, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert check_whole(store) == 1 and not list(store.folder.glob(".*.part"))


def test_a_store_that_cannot_be_written_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="TRADETALKS_HOME"):
        keep(Store(tmp_path / "file" / "runs"), 0)
    assert Store(tmp_path / "file" / "runs").rows() == []
    old = tmp_path / "old"
    save_run(synthetic_run(), old / "by-an-older-version")  # has no identity
    assert [row["id"] for row in Store(old).rows()] == ["by-an-older-version"]
