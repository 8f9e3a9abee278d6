"""Install the locked packages into `.venv`, once, and say first what that costs.

A stamp per lock in `.venv` holds the hash of all that the installation depends on. It is removed
before anything is touched and written last, so an interrupted installation is taken up again and
never mistaken for a finished one. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64")}


@dataclass(frozen=True)
class Part:
    """A lock file and what it costs on Linux x86-64 (measured; megabytes)."""

    lock: str
    download_mb: int
    disk_mb: int


PARTS = {
    "run": Part("requirements.lock", 285, 1150),
    "test": Part("requirements-test.lock", 60, 190),
    "check": Part("requirements-check.lock", 80, 280),
}


class CannotInstallError(Exception):
    """What is in the way, and the cure."""


def check_platform(system: str, machine: str, bits: int, libc: tuple[str, str]) -> None:
    """Refuse a machine for which JAX has no prebuilt package."""
    if (system, machine) not in SUPPORTED:
        where = f"{system} on {machine}"
    elif bits != 64:
        where = f"a {bits}-bit Python"
    elif system == "Linux" and libc[0] != "glibc":
        where = "a Linux without glibc (such as Alpine)"
    elif system == "Linux" and tuple(int(n) for n in libc[1].split(".")[:2]) < (2, 28):
        where = f"a Linux with glibc {libc[1]}, older than 2.28"
    else:
        return
    raise CannotInstallError(
        f"JAX, which tradetalks computes with, is not built for {where}: use a 64-bit Python on "
        "Linux (x86-64 or arm64, glibc 2.28 or newer), macOS (Apple silicon) or Windows (x86-64), "
        "for example in a container."
    )


def check_venv_module(importer: Callable[[str], object] = __import__) -> None:
    """Refuse a Python that cannot make virtual environments (Debian packs `venv` apart)."""
    try:
        importer("venv")
        importer("ensurepip")
    except ImportError as error:
        raise CannotInstallError(
            "This Python has no `venv` module to install into: `sudo apt install python3-venv` "
            "(Debian, Ubuntu), or name another Python with `make run PYTHON=...`."
        ) from error


def check_room(folder: Path, needed_mb: int, free_mb: int) -> None:
    """Refuse a download that will not fit on the disk."""
    if free_mb < needed_mb * 1.2:
        raise CannotInstallError(
            f"The installation takes about {needed_mb / 1000:.1f} GB and {folder} has "
            f"{free_mb / 1000:.1f} GB free: make room, or move this folder to another disk."
        )


def check_writable(*folders: Path) -> None:
    """Refuse folders that this user cannot write to."""
    for folder in folders:
        if folder.exists() and not os.access(folder, os.W_OK):
            raise CannotInstallError(
                f"This user cannot write to {folder}: copy the repository to a folder of your "
                "own and run the same command there."
            )


def fingerprint(root: Path, part: Part) -> str:
    """Hash what an installation of `part` depends on.

    The folder counts, because an environment does not survive being moved.
    """
    digest = hashlib.sha256(f"{root} {sys.version_info[:2]}".encode())
    for name in (PARTS["run"].lock, part.lock, "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def venv_python(venv: Path) -> Path:
    """Return the environment's own Python."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def usable(venv: Path) -> bool:
    """Whether the environment runs this version of Python and has pip."""
    code = "import sys, pip; print(sys.version_info[:2])"
    try:
        said = subprocess.run(
            [venv_python(venv), "-I", "-c", code], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return said.stdout.strip() == str(sys.version_info[:2])


def progress(total: int) -> Callable[[str], None]:
    """Return a function that turns pip's lines into one line of progress on a terminal."""
    count = 0

    def show(line: str) -> None:
        nonlocal count
        if found := re.match(r"Collecting ([\w.-]+)", line):
            count += 1
            text = f"{min(count, total)}/{total} {found[1]}"
        elif line.startswith("Installing collected"):
            text = "unpacking"
        else:
            return
        if sys.stdout.isatty():
            print(f"\r  {text:<60}", end="\r", flush=True)

    return show


def pip_install(venv: Path, arguments: Iterable[str], show: Callable[[str], None]) -> None:
    """Run pip in the environment, hand each of its lines to `show`, raise if it fails."""
    env = {k: v for k, v in os.environ.items() if k not in {"PIP_TARGET", "PIP_PREFIX"}}
    env |= {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [venv_python(venv), "-m", "pip", "install", "--no-deps", "--no-input", *arguments]
    said: list[str] = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.rstrip())
            show(line)
    if process.returncode:
        raise CannotInstallError(
            "\n".join(said[-15:]) + "\n\npip could not install the packages (its last lines "
            "stand above): check the network and the free disk space, then run the same "
            "command again."
        )


def install(
    names: Iterable[str],
    root: Path = ROOT,
    run_pip: Callable[[Path, Iterable[str], Callable[[str], None]], None] = pip_install,
) -> None:
    """Bring the environment up to the locks of `names`, stamping each when it is done."""
    venv = root / ".venv"
    stamps = {name: venv / f".installed-{name}" for name in names}
    wanted = {name: fingerprint(root, PARTS[name]) for name in names}
    missing = [
        name
        for name, stamp in stamps.items()
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted[name]
    ]
    if not missing and venv_python(venv).exists():
        return
    fresh = not usable(venv)
    if fresh:
        missing = list(stamps)
    check_writable(root, venv)
    download = sum(PARTS[name].download_mb for name in missing)
    disk = sum(PARTS[name].disk_mb for name in missing)
    check_room(root, disk, shutil.disk_usage(root).free // 10**6)
    duration = ", one to three minutes" if "run" in missing else ""
    print(
        f"Installing into .venv ({', '.join(missing)}): about {download} MB to download, "
        f"{disk / 1000:.1f} GB on disk{duration}.",
        flush=True,
    )
    for name in missing:
        stamps[name].unlink(missing_ok=True)
    if fresh:
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
    for name in missing:
        lock = PARTS[name].lock
        total = (root / lock).read_text(encoding="utf-8").count("==")
        arguments = ["--only-binary", ":all:", "--require-hashes", "-r", lock]
        run_pip(venv, arguments, progress(total))
        if name == "run":
            run_pip(venv, ["--no-index", "--no-build-isolation", "-e", "."], progress(1))
        stamps[name].write_text(wanted[name], encoding="utf-8")
    print(f"Installed.{'':<60}", flush=True)


def main(arguments: list[str]) -> int:
    """Check the machine, install, and return the exit status."""
    names = ["run", *(name for name in ("test", "check") if name in arguments)]
    try:
        bits = 64 if sys.maxsize > 2**32 else 32
        check_platform(platform.system(), platform.machine(), bits, platform.libc_ver())
        check_venv_module()
        install(names)
    except CannotInstallError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the same command takes it up again.", file=sys.stderr)
        return 130
    return 0
