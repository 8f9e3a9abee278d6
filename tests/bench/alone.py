"""What needs a process of its own, on two cores: the first solve, its memory, many draws.

Run as `python tests/bench/alone.py first REGIONS` or `draws NUMBER`; prints one JSON object.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

# Batches of a few members cost no less per member than single solves (the powers differ by
# member), but fewer calls leave the second thread less to wait for.
THREADS, CHUNK = 2, 8


def first(regions: str) -> dict[str, float]:
    """Import, load, compile and solve once; peak memory of the process."""
    began = time.perf_counter()
    import cases

    from tradetalks.solve import solve

    case = cases.shipped(regions)
    loaded = time.perf_counter()
    solve(case.economy, case.elasticities, case.world_wide()).require()
    solved = time.perf_counter()
    return {"load": loaded - began, "solve": solved - loaded, "gigabytes": peak_memory()}


def peak_memory() -> float:
    """Return the most memory this process ever held, in GB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it forked
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return 1024.0 * float(lines["VmHWM"].split()[0]) / 1e9
    unit = 1.0 if sys.platform == "darwin" else 1024.0
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e9


def draws(number: int) -> dict[str, float]:
    """Solve the default world for many elasticities, in threads that share two cores."""
    import cases
    import jax
    import numpy as np

    from tradetalks.model import Elasticities
    from tradetalks.solve import solve_batch

    case = cases.shipped("default")
    rng, s = np.random.default_rng(1), case.economy.n_sectors
    flat = np.ones((number, s))
    elasticities = Elasticities(
        sigma=flat * rng.uniform(1.5, 4.0, (number, 1)),
        sigma_domestic=flat * rng.uniform(1.0, 1.5, (number, 1)),
        materials=rng.uniform(0.1, 0.4, number),
        value_added=rng.uniform(0.3, 0.7, number),
        final=np.full(number, 0.9),
    )
    shock = jax.tree.map(np.asarray, case.bilateral())
    shocks = jax.tree.map(lambda x: np.broadcast_to(x, (CHUNK, *x.shape)), shock)

    def chunk(k: int) -> int:
        part = jax.tree.map(lambda x: x[k : k + CHUNK], elasticities)
        found = solve_batch(case.economy, part, shocks)
        return sum(solution.status.converged for solution in found)

    began = time.perf_counter()
    chunk(0)
    compiled = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        solved = sum(pool.map(chunk, range(0, number, CHUNK)))
    return {
        "compile": compiled - began,
        "seconds": time.perf_counter() - compiled,
        "solved": solved,
    }


if __name__ == "__main__":
    what, argument = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):  # two cores, whatever the parent is kept to
        os.sched_setaffinity(0, range(os.cpu_count() or 1)[-THREADS:])
    print(json.dumps(first(argument) if what == "first" else draws(int(argument))))
