"""Real processes, interrupted and killed: what was finished is kept, nobody is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tradetalks.ensemble import InProcess, ensemble
from tradetalks.ensemble.blocks import is_whole
from tradetalks.ensemble.design import BLOCK

DRAWS = 8 * BLOCK
FIXED = ("world", "sigma_domestic")
COMMAND = [
    *("-m", "tradetalks", "ensemble", "toy-tariff-war", "--draws", str(DRAWS)),
    *("--workers", "2", "--fix", ",".join(FIXED)),
]

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")


def _start(home: Path, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *COMMAND, *more],
        env={**os.environ, "TRADETALKS_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _wait_for_blocks(home: Path, process: subprocess.Popen[bytes], count: int) -> Path:
    """Return the ensemble's folder once it holds `count` blocks."""
    for _ in range(6000):
        folders = list((home / "ensembles").glob("toy-tariff-war-*"))
        if folders and len(list(folders[0].glob("block-*.parquet"))) >= count:
            return folders[0]
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("no block was written in five minutes")


def _children(session: int) -> list[int]:
    """Return the processes of a session that still live."""
    alive = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(stat[3]) == session and stat[0] != "Z":
                alive.append(int(entry.name))
    return alive


def _nobody_left(session: int) -> bool:
    for _ in range(200):
        if not _children(session):
            return True
        time.sleep(0.05)
    return False


def test_a_killed_ensemble_goes_on_where_it_stopped(tmp_path: Path) -> None:
    process = _start(tmp_path)
    folder = _wait_for_blocks(tmp_path, process, 2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert _nobody_left(process.pid), "workers outlived their parent"
    done = sorted(folder.glob("block-*.parquet"))
    assert done
    assert all(is_whole(file) for file in done)

    again = subprocess.run(
        [sys.executable, *COMMAND, "--format", "json"],
        env={**os.environ, "TRADETALKS_HOME": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert again.stdout.startswith(b"{")
    whole = ensemble(
        "toy-tariff-war", draws=DRAWS, fixed=FIXED, folder=folder.parent, executor=InProcess()
    )
    assert whole.reused == DRAWS // BLOCK
    assert whole.folder == folder
    assert np.isfinite(whole.values("real_income|HOM")).all()


def test_ctrl_c_leaves_a_state_that_can_go_on(tmp_path: Path) -> None:
    # so many draws that it cannot be done before it is told to stop
    process = _start(tmp_path, "--draws", str(100 * BLOCK))
    folder = _wait_for_blocks(tmp_path, process, 1)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert out == b""
    assert _nobody_left(process.pid)
    assert all(is_whole(file) for file in folder.glob("block-*.parquet"))
