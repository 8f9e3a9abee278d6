"""Where this user's runs and caches live."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Generator
from pathlib import Path


def home() -> Path:
    """Return `$TRADETALKS_HOME`, else the user's data folder (it need not exist)."""
    chosen = os.environ.get("TRADETALKS_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("tradetalks", appauthor=False)


def runs_folder() -> Path:
    """Return the folder of stored runs."""
    return home() / "runs"


def cache_folder() -> Path:
    """Return the folder of what can be computed again."""
    if os.environ.get("TRADETALKS_HOME"):
        return home() / "cache"
    from platformdirs import user_cache_path

    return user_cache_path("tradetalks", appauthor=False)


def use_compilation_cache() -> None:
    """Let JAX keep what it compiles, before it is imported; a folder we cannot use is no error."""
    folder = cache_folder() / "jax"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        return
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(folder))
    # By default JAX keeps only what is large or took a second: nothing of ours.
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")


@contextlib.contextmanager
def collector_paused() -> Generator[None]:
    """Put the garbage collector off for a short command, which ends before it is needed.

    Imports and tracing make millions of small objects; looking through them for cycles costs a
    tenth of a run.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
