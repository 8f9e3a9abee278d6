"""Timings on one core, and a table of targets beside what was measured."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

MEASURED = pytest.StashKey[list[tuple[str, str, str, str]]]()


@pytest.fixture(scope="session")
def one_core() -> Iterator[None]:
    """Keep this process on one core, before JAX counts them; children choose their own."""
    if not hasattr(os, "sched_setaffinity"):  # macOS, Windows
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


@pytest.fixture
def measured(request: pytest.FixtureRequest):
    """Return a function that puts a figure and its target into the closing table."""
    rows = request.config.stash.setdefault(MEASURED, [])

    def note(what: str, value: float, target: float | None, unit: str) -> None:
        verdict = "" if target is None else "met" if value <= target else "MISSED"
        aim = "" if target is None else f"{target:g} {unit}"
        rows.append((what, f"{value:.3g} {unit}", aim, verdict))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of targets."""
    rows = terminalreporter.config.stash.get(MEASURED, [])
    if not rows:
        return
    terminalreporter.section(
        "targets (warm, one core, float64, residual 1e-9; least of the rounds)"
    )
    table = [("case", "measured", "target", ""), *rows]
    widths = [max(len(row[k]) for row in table) for k in range(4)]
    for row in table:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        terminalreporter.write_line("  ".join(cells).rstrip())
