"""One reader per file format; each checks labels and shapes and names the file on failure."""

from __future__ import annotations
