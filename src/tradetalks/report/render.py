"""`Painter`: a process that draws figures while this one does something else.

vl-convert holds the interpreter lock while it draws (about 0.2 s a figure, half a second to
start), so a thread would not help.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tradetalks.errors import NoAnswer


class Painter:
    """Draws figures in a process of its own; start it early, close it when done."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("worker.py")
        # -P: the folder of the script, with its own html.py, stays out of the path.
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def paint(self, jobs: Iterable[dict[str, Any]]) -> Iterator[None]:
        """Hand over all `jobs` (see `worker`) at once; yield when each is done, in order.

        Raises NoAnswer when a figure cannot be drawn.
        """
        process, count = self._process, 0
        assert process.stdin and process.stdout and process.stderr
        try:
            for job in jobs:
                process.stdin.write(json.dumps(job) + "\n")
                count += 1
            process.stdin.flush()
        except OSError:  # it died; the missing reply says so below
            count = max(count, 1)
        for _ in range(count):
            reply = process.stdout.readline()
            if reply != "\n":
                lines = (reply or process.stderr.read()).strip().splitlines() or ["it ended early"]
                raise NoAnswer(
                    f"the charts could not be drawn: {lines[-1]}.",
                    cure="Is vl-convert-python installed for this platform?",
                )
            yield

    def close(self) -> None:
        """End the process and wait for it."""
        self._process.kill()
        self._process.communicate()
