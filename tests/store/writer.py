"""A process that stores run after run, for the tests that kill it: `writer.py FOLDER SEED`."""

from __future__ import annotations

import random
import sys
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


def main() -> None:
    store, draw = Store(sys.argv[1]), random.Random(int(sys.argv[2]))
    count = int(sys.argv[3]) if len(sys.argv) > 3 else sys.maxsize
    keep(store, 0)  # imports what a run folder needs
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in range(count):
        number = draw.randrange(6)
        name = keep(store, number, fresh=draw.random() < 0.5)
        sys.stdout.write(f"{number} {name}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
