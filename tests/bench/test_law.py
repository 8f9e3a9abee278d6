"""How long the law takes: loading it, one product, every line at every step."""

from __future__ import annotations

import subprocess
import sys

from tradetalks import policy


def test_loading_the_ledger(benchmark) -> None:
    from tradetalks.policy import ledger

    def load() -> None:
        ledger.load_ledger.cache_clear()
        ledger.load_ledger()

    benchmark(load)


def test_duty_as_a_process(benchmark) -> None:
    code = "from tradetalks.cli import main; main(['duty', '8505.11.00', '--on', '2025-05-20'])"
    done = benchmark(subprocess.run, [sys.executable, "-c", code], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_all_lines_at_every_step_of_2018_2026(benchmark) -> None:
    steps = benchmark(policy.timeline, end="2026-12-31")
    assert len(steps) > 60
