"""Processes that store run after run, for the tests that kill them.

It reads lines: `start FOLDER SEED COUNT` begins a process that stores COUNT runs (all but without
end if it is large) and says its number, `wait` waits until all of them are gone.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from synthetic_run import COUNTRIES, SETS, renamed, synthetic_run
from tradetalks.results import RunResult, save_run
from tradetalks.store import Store

NAMES = ("truce-holds", "free-trade", "mine")


def identity_of(number: int) -> dict[str, str]:
    return {"scenario": str(number), "world": "w", "law": "l", "package": "p"}


def run_of(number: int) -> RunResult:
    small = synthetic_run(countries=tuple(COUNTRIES[:3]), sets=SETS[:2], scale=1.0 + number)
    return renamed(small, name=NAMES[number % len(NAMES)])


def keep(store: Store, number: int, *, fresh: bool = False) -> str:
    result = run_of(number)
    kept = store.keep(
        result.name,
        identity_of(number),
        lambda place, record, settle: save_run(result, place, record=record, settle=settle),
        fresh=fresh,
    )
    return kept.id


def say(words: str) -> None:
    os.write(1, f"{words}\n".encode())  # whole or not at all


def write(folder: str, seed: int, count: int) -> None:
    store, draw = Store(folder), random.Random(seed)
    for _ in range(count):
        number = draw.randrange(6)
        say(f"{number} {keep(store, number, fresh=draw.random() < 0.5)}")


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        save_run(run_of(0), Path(place) / "first")  # imports what a run folder needs, once for all
        began = time.perf_counter()
        save_run(run_of(0), Path(place) / "second")
        say(f"took {time.perf_counter() - began}")
    children: list[int] = []
    for line in sys.stdin:
        if line.startswith("start"):
            child = os.fork()
            if child == 0:
                say(f"begun {os.getpid()}")
                _, folder, seed, count = line.split()
                write(folder, int(seed), int(count))
                os._exit(0)
            children.append(child)
        else:
            for child in children:
                status = os.waitpid(child, 0)[1]
                if os.WIFEXITED(status) and os.WEXITSTATUS(status):
                    say(f"failed {child}")
            children = []
            say("gone")


if __name__ == "__main__":
    main()
