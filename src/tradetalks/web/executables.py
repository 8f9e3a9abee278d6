"""Compiled executables of a long-lived process: how much room they take, and making room.

Every new shape of a question (other goods, other groups of limits) compiles a program that is
never freed by itself and takes hundreds of memory maps, of which the kernel allows a process
some 65,000. What is forgotten is read again from the compilation cache in about a second.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_MAPS = Path("/proc/self/maps")
_MOST = Path("/proc/sys/vm/max_map_count")


def maps() -> int:
    """Return the number of memory maps of this process; 0 where the system does not say."""
    try:
        with _MAPS.open("rb") as lines:
            return sum(1 for _ in lines)
    except OSError:
        return 0


@cache
def allowed() -> int:
    """Return how many maps we let stand: half of what the kernel does."""
    try:
        return int(_MOST.read_text()) // 2
    except (OSError, ValueError):
        return 32_000


def forget() -> None:
    """Forget every compiled program; call it while nothing is being solved."""
    import gc

    import jax

    jax.clear_caches()
    gc.collect()
