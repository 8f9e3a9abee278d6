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


_READ = """
import sys, time
from tradetalks.data import load_world
from tradetalks.scenario import compile_shock, load_scenario
table = load_world("world-2022")
began = time.process_time()
asked = load_scenario(sys.argv[1])
compile_shock(asked.reference(), table), compile_shock(asked, table)
print(time.process_time() - began)
"""


def test_a_scenario_as_law_beside_one_with_written_rates(measured) -> None:
    """Processor time in processes of their own: both start from nothing in memory."""

    def least(name: str) -> float:
        call = [sys.executable, "-c", _READ, name]
        done = [subprocess.run(call, capture_output=True, check=True) for _ in range(5)]
        return min(float(d.stdout) for d in done)

    written = least("truce-lapses-by-law")
    for name in ("current-law", "truce-lapses-as-law"):
        measured(f"{name}: more than written rates", least(name) - written, 0.3, "s")
