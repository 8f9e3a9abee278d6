"""What every test can rely on: raw data and a browser by name, drawn numbers, a home of its own."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["bench_targets"]
# Two of them share a name, which --doctest-modules cannot tell apart; there are no doctests here.
collect_ignore_glob = ["*/conftest.py"]

NEEDS = ("raw_data", "browser", "cjk_font")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOME = pytest.StashKey[str]()

# The same numbers are drawn on every run and every machine; `HYPOTHESIS_PROFILE=explore` looks
# for new ones. Shapes compile, so a first example may be slow: no deadline.
settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    max_examples=20,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", max_examples=300, derandomize=False, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_configure(config: pytest.Config) -> None:
    """Keep runs and caches of the tests away from the user's own."""
    home = config.stash[HOME] = tempfile.mkdtemp(prefix="tradetalks-tests-")
    os.environ["TRADETALKS_HOME"] = home
    # What is compiled once serves every test and every process that a test starts. Each worker
    # has a folder of its own: JAX may read what another is still writing.
    kept = os.environ.get("JAX_COMPILATION_CACHE_DIR", f"{home}/jax")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ["JAX_COMPILATION_CACHE_DIR"] = str(Path(kept, worker))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.1")
    # A shell starts its background jobs deaf to Ctrl-C, and their children inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the tests' home."""
    shutil.rmtree(config.stash[HOME], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let `-m raw_data` find a test that asks for the fixture, and a mark bring the fixture."""
    for item in items:
        names = getattr(item, "fixturenames", [])
        for need in NEEDS:
            if need in names:
                item.add_marker(need)
            elif item.get_closest_marker(need) is not None:
                names.insert(0, need)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Between files, let go of compiled code before Linux refuses more of it.

    Every compiled function takes dozens of memory maps; a process may have 65,530 of them, and
    the compiler aborts at the next.
    """
    from tradetalks.web.executables import allowed, forget, maps

    ends = nextitem is None or nextitem.path != item.path
    if ends and "jax" in sys.modules and maps() > allowed():
        forget()


def skip_or_fail(need: str, reason: str) -> None:
    """Skip a test for what this machine lacks, unless `TRADETALKS_REQUIRE` names it."""
    if need in os.environ.get("TRADETALKS_REQUIRE", "").split(","):
        pytest.fail(f"{reason} (TRADETALKS_REQUIRE names {need})", pytrace=False)
    pytest.skip(reason)


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a test of the command line a home of its own, and lines of 100 characters."""
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path / "home"


@pytest.fixture
def command(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs `tradetalks` and returns status, stdout and stderr."""
    from tradetalks.cli import main

    def run(*arguments: str) -> tuple[int, str, str]:
        before = signal.getsignal(signal.SIGTERM)
        status = main(arguments)
        signal.signal(signal.SIGTERM, before)
        text = capsys.readouterr()
        return status, text.out, text.err

    return run


@pytest.fixture(scope="session")
def raw_data() -> Path:
    """Return the folder of the raw input files."""
    name = os.environ.get("TRADETALKS_DATA", "")
    if not name:
        skip_or_fail("data", "needs the raw data: TRADETALKS_DATA=../shared/data make test")
    folder = Path(name).resolve()
    if not folder.is_dir():
        pytest.fail(f"TRADETALKS_DATA names {name}, which is not a folder", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def browser() -> Path:
    """Return the Chromium to look at pages with."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        skip_or_fail("browser", "needs Chromium: sudo make system-deps")
    assert found is not None
    return Path(found)


@pytest.fixture(scope="session")
def cjk_font() -> str:
    """Return Chinese characters that a font of this machine draws."""
    from tradetalks.report.brief.typeset import lacking

    some = "中国美国商务部海关总署"
    if lacking(some):
        skip_or_fail("browser", "needs a font with Chinese characters: sudo make system-deps")
    return some
