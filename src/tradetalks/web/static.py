"""What a browser needs beside the pages: our own styles and modules, and Vega from its package."""

from __future__ import annotations

import hashlib
import threading
from importlib.resources import files

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
          ".svg": "image/svg+xml"}  # fmt: skip


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
                import vl_convert

                text: str = vl_convert.javascript_bundle()  # pyright: ignore[reportCallIssue]
                self._vega = text.encode()
            return self._vega
