"""Who does the work: one small interface, and the processes of this machine behind it.

A distributed engine can stand behind `Executor` without any caller knowing.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from tradetalks.errors import BadNumber, NoAnswer

Task = Callable[[int], Any]
"""Does one piece of work, by number, and keeps its result itself; must be picklable."""


class Executor(Protocol):
    """Runs pieces of work that are independent of each other."""

    def run(self, task: Task, numbers: Iterable[int]) -> Iterator[int]:
        """Yield each number when its piece is done, in any order.

        An error in a piece is raised here; pieces that are done by then stay done.
        """
        ...


class InProcess:
    """One piece after the other, in this process."""

    def run(self, task: Task, numbers: Iterable[int]) -> Iterator[int]:
        """Yield each number when its piece is done."""
        for number in numbers:
            task(number)
            yield number


class Processes:
    """`workers` processes of this machine, each with one thread.

    Started fresh (not forked), so that each keeps its own compiler and memory. They end with
    this process, however it ends. Raises `BadNumber` for fewer than one worker.
    """

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise BadNumber(
                f"{workers} workers cannot work.", cure="Give --workers 1 or more, or leave it out."
            )
        self.workers = workers

    def run(self, task: Task, numbers: Iterable[int]) -> Iterator[int]:
        """Yield each number when its piece is done.

        Raises `NoAnswer` where a worker dies, as one does that is out of memory.
        """
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor, as_completed
        from concurrent.futures.process import BrokenProcessPool

        pool = ProcessPoolExecutor(
            self.workers, multiprocessing.get_context("spawn"), initializer=_prepare
        )
        try:
            waiting = {pool.submit(task, number): number for number in numbers}
            for done in as_completed(waiting):
                done.result()
                yield waiting.pop(done)
        except BrokenProcessPool:
            raise NoAnswer(
                "a worker process ended before its work was done (killed, or out of memory).",
                cure="Run the same command again: what was finished is kept. "
                "With --workers 1 it needs the least memory.",
            ) from None
        finally:
            _end(pool)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prepare() -> None:
    """Make a fresh worker single-threaded, deaf to Ctrl-C, and mortal with its parent."""
    import multiprocessing

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC"):
        os.environ[name] = "1"
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = f"{flags} --xla_cpu_multi_thread_eigen=false".strip()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _end(pool: Any) -> None:
    """End the workers at once; what they were doing is lost, what they had done is kept."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()
