"""The command line: parse, call, show. Failures go to stderr and leave stdout empty."""

from __future__ import annotations

import _thread
import contextlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from tradetalks.errors import TradeTalksError

_INTERRUPTED, _TERMINATED = 130, 143


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 answered; 1 no answer; 2 bad input; 3 data missing on this machine; 130 interrupted.
    """
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, _terminate)
    sys.unraisablehook = _unraisable
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        from tradetalks.cli.app import build

        build()(args=None if arguments is None else list(arguments), prog_name="tradetalks")
    except TradeTalksError as error:
        print(f"tradetalks: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_status
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has gone: say nothing, and let no later flush complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    return 0


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(_TERMINATED)


def _unraisable(found: sys.UnraisableHookArgs) -> None:
    """Interrupt again where Ctrl-C was lost in a callback (JAX has one in the collector)."""
    if issubclass(found.exc_type, KeyboardInterrupt):
        _thread.interrupt_main()
    else:
        sys.__unraisablehook__(found)
