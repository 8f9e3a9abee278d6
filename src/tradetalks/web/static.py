"""What a browser needs beside the pages: our own styles and modules, and Vega from its package."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from importlib.resources import files

from tradetalks.errors import NoAnswer

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
          ".svg": "image/svg+xml"}  # fmt: skip


# vl-convert holds the interpreter lock for the two seconds it needs: a process of its own does not.
_BUNDLE = "import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())"


class Assets:
    """Files held in memory: nothing of a request becomes a path."""

    def __init__(self) -> None:
        folder = files("tradetalks.web").joinpath("static")
        self._files = {
            item.name: (item.read_bytes(), _TYPES[f".{item.name.rsplit('.', 1)[-1]}"])
            for item in folder.iterdir()
            if f".{item.name.rsplit('.', 1)[-1]}" in _TYPES
        }
        self._vega: bytes | None = None
        self._lock = threading.Lock()
        seen = hashlib.sha256()
        for name in sorted(self._files):
            seen.update(self._files[name][0])
        self.version = seen.hexdigest()[:10]

    def file(self, name: str) -> tuple[bytes, str] | None:
        """Return content and type of one of our files, None for any other name."""
        return self._files.get(name)

    def bundle(self) -> bytes:
        """Return Vega, Vega-Lite and vega-embed as one module (made once, about two seconds)."""
        with self._lock:
            if self._vega is None:
                done = subprocess.run(
                    [sys.executable, "-c", _BUNDLE], capture_output=True, check=False
                )
                if done.returncode != 0:
                    why = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["?"])[-1]
                    raise NoAnswer(
                        f"the charts' library could not be read: {why}.",
                        cure="Is vl-convert-python installed for this platform?",
                    )
                self._vega = done.stdout
            return self._vega
