"""How long a user waits before anything is computed."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["-c", "import tradetalks"], id="import"),
        pytest.param(["-c", "from tradetalks.cli import main; main()", "--help"], id="help"),
    ],
)
def test_start(benchmark, arguments: list[str]) -> None:
    command = [sys.executable, *arguments]
    done = benchmark(subprocess.run, command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
