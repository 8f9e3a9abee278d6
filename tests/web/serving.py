"""A server of the page in a process of its own, on a free port of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Served:
    """A running server: `address` ends in a slash, `process` is its own."""

    def __init__(self, process: subprocess.Popen[str], address: str, home: Path) -> None:
        self.process, self.address, self.home = process, address, home

    def stop(self) -> float:
        """Tell it to stop; return the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        return time.monotonic() - began


@contextmanager
def server(home: Path, *arguments: str, **environment: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tradetalks", "web", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TRADETALKS_HOME": str(home), **environment},
    )
    assert process.stdout is not None and process.stderr is not None
    # Read what it says, or a full pipe would stop it.
    said: list[str] = []
    ear = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
    ear.start()
    try:
        first = process.stdout.readline()
        if "http" not in first:
            raise RuntimeError("".join(said))
        yield Served(process, first.split(" at ")[1].strip(), home)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        ear.join(5)
        process.stdout.close()
        process.stderr.close()
