"""Facts about the repository that are easy to break without noticing."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted(ROOT.glob("requirements*.lock"))
PINNED = re.compile(r"^([a-z0-9-]+)==([^ ]+)(.*?)\\\n((?: +--hash=sha256:[0-9a-f]{64}.*\n)+)", re.M)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Return the files under version control."""
    # A clone owned by another user is still readable: say so to git.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    try:
        out = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs a git checkout: git clone")
    return [path for name in out.split("\0") if name and (path := ROOT / name).is_file()]


def lines_matching(pattern: str, files: list[Path]) -> Iterator[str]:
    """Yield the place of every line that has `pattern`."""
    wanted = re.compile(pattern)
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.search(line):
                yield f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}"


def test_no_machine_path_is_committed(tracked: list[Path]) -> None:
    files = [file for file in tracked if file.suffix != ".svg"]
    assert list(lines_matching(r"(^|[\s\"'`=(:])/(wor[k]|far[m]|roo[t])/", files)) == []


def test_no_registry_address_is_committed(tracked: list[Path]) -> None:
    assert (
        list(lines_matching(r"pypi[.]org|pythonhosted[.]org|--(extra-)?index[-]url", tracked)) == []
    )
    setup = [f for f in tracked if f.suffix == ".lock" or f.name in {"Makefile", "run"}]
    assert list(lines_matching(r"https?[:]//", setup)) == []


def test_no_raw_file_is_committed(tracked: list[Path], raw_data: Path) -> None:
    raw: dict[int, list[Path]] = {}
    for file in raw_data.rglob("*"):
        if file.is_file() and file.stat().st_size > 2000:
            raw.setdefault(file.stat().st_size, []).append(file)
    assert raw, "the raw data folder is empty"

    def digest(file: Path) -> str:
        return hashlib.sha256(file.read_bytes()).hexdigest()

    copies = [
        (ours.relative_to(ROOT), theirs.relative_to(raw_data))
        for ours in tracked
        for theirs in raw.get(ours.stat().st_size, [])
        if digest(ours) == digest(theirs)
    ]
    assert copies == []


def test_source_files_are_short(tracked: list[Path]) -> None:
    sources = [f for f in tracked if f.suffix == ".py" and "src" in f.relative_to(ROOT).parts]
    assert sources
    lengths = {
        f.relative_to(ROOT): len(f.read_text(encoding="utf-8").splitlines()) for f in sources
    }
    assert {file: length for file, length in lengths.items() if length > 450} == {}


def test_commands_of_the_documents_exist(tracked: list[Path]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    documents = [f for f in tracked if f.suffix == ".md"]
    named = {
        target
        for file in documents
        for target in re.findall(
            r"(?:^|`|sudo )make ([a-z-]+)", file.read_text(encoding="utf-8"), re.M
        )
    }
    assert {"run", "test", "check"} <= named
    assert named - targets == set()


def test_local_links_of_the_documents_lead_somewhere(tracked: list[Path]) -> None:
    broken = [
        f"{file.relative_to(ROOT)}: {target}"
        for file in tracked
        if file.suffix == ".md"
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8"))
        if not (file.parent / target).exists()
    ]
    assert broken == []


def test_every_data_file_is_shipped(tracked: list[Path]) -> None:
    package = ROOT / "src" / "tradetalks"
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["tradetalks"]
    shipped = {file for pattern in patterns for file in package.glob(pattern)}
    data = {f for f in tracked if f.is_relative_to(package) and f.suffix != ".py"}
    assert data
    assert sorted(str(f.relative_to(package)) for f in data - shipped) == []


def entries(*locks: Path) -> dict[str, tuple[str, str]]:
    """Return version and hashes by package name."""
    text = "".join(lock.read_text(encoding="utf-8") for lock in locks)
    return {name: (version, hashes) for name, version, _, hashes in PINNED.findall(text)}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_pins_each_package_once_with_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    starts = [line.split("==")[0] for line in text.splitlines() if not line.startswith((" ", "#"))]
    assert starts == sorted(set(starts))
    assert set(starts) == set(entries(lock))


@pytest.mark.parametrize("part", ["run", "test", "check"])
def test_locks_hold_what_the_project_asks_for(part: str) -> None:
    run = ROOT / "requirements.lock"
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = {
        "run": PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"],
        "test": extras["test"],
        "check": extras["check"],
    }[part]
    locked = entries(run) if part == "run" else entries(run, ROOT / f"requirements-{part}.lock")
    for requirement in map(Requirement, wanted):
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        assert name in locked, f"{name} is not locked: make lock"
        assert requirement.specifier.contains(locked[name][0]), f"{name} is stale: make lock"


IMPORTS_CHANGE_NOTHING = """
import os, pkgutil, sys
import jax, numpy

def state():
    return {
        "jax": dict(jax.config.values),
        "numpy errors": numpy.geterr(),
        "numpy printing": numpy.get_printoptions(),
        "environment": dict(os.environ),
    }

before = state()
import tradetalks
names = [m.name for m in pkgutil.walk_packages(tradetalks.__path__, "tradetalks.")]
for name in names:
    if not name.endswith("__main__"):
        __import__(name)
after = state()
changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
print(len(names), "modules")
sys.exit(f"importing changed {changed}" if changed else 0)
"""

IMPORT_IS_LIGHT = """
import sys, tradetalks
heavy = {"jax", "numpy", "pandas", "xarray", "scipy", "altair", "pydantic"} & set(sys.modules)
sys.exit(f"`import tradetalks` loads {heavy}" if heavy else 0)
"""


@pytest.mark.parametrize(
    "code", [IMPORTS_CHANGE_NOTHING, IMPORT_IS_LIGHT], ids=["changes-nothing", "is-light"]
)
def test_importing(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
