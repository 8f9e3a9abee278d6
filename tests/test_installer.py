"""The set-up says what is in the way in one sentence, and never stamps half an installation."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import bootstrap  # noqa: E402
import installer  # noqa: E402

GLIBC = ("glibc", "2.36")


def test_an_old_python_is_named_with_the_cure() -> None:
    assert bootstrap.wrong_python((3, 9, 2), "python3", ["python3.12"]) == (
        "tradetalks needs Python 3.11 to 3.14 and `python3` is Python 3.9: "
        "run `make run PYTHON=python3.12`."
    )
    assert "install Python 3.12" in bootstrap.wrong_python((3, 9, 2), "python3", [])
    assert "is Python 3.15" in bootstrap.wrong_python((3, 15, 0), "python3", [])


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_a_fitting_python_passes(minor: int) -> None:
    assert bootstrap.wrong_python((3, minor, 0), "python3", []) == ""


def test_the_gate_can_be_read_by_an_old_python() -> None:
    source = (ROOT / "scripts" / "bootstrap.py").read_text(encoding="ascii")
    tree = ast.parse(source, feature_version=(3, 4))
    annotated = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.returns]
    assert annotated == []
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.JoinedStr | ast.AnnAssign)]


@pytest.mark.parametrize(
    ("machine", "where"),
    [
        (("Darwin", "x86_64", 64, ("", "")), "Darwin on x86_64"),
        (("Linux", "riscv64", 64, GLIBC), "Linux on riscv64"),
        (("Linux", "x86_64", 32, GLIBC), "a 32-bit Python"),
        (("Linux", "x86_64", 64, ("", "")), "without glibc"),
        (("Linux", "aarch64", 64, ("glibc", "2.17")), "glibc 2.17, older than 2.28"),
    ],
)
def test_an_unsupported_machine_is_named(
    machine: tuple[str, str, int, tuple[str, str]], where: str
) -> None:
    with pytest.raises(installer.CannotInstallError, match=where):
        installer.check_platform(*machine)


def test_supported_machines_pass() -> None:
    installer.check_platform("Linux", "aarch64", 64, ("glibc", "2.28"))
    installer.check_platform("Darwin", "arm64", 64, ("", ""))
    installer.check_platform("Windows", "AMD64", 64, ("", ""))


def test_a_python_without_venv_is_named() -> None:
    def importer(name: str) -> None:
        if name == "ensurepip":
            raise ImportError(name)

    with pytest.raises(installer.CannotInstallError, match="apt install python3-venv"):
        installer.check_venv_module(importer)


def test_a_full_disk_is_named_before_the_download() -> None:
    with pytest.raises(installer.CannotInstallError, match=r"takes about 0\.9 GB and .* 0\.4 GB"):
        installer.check_room(Path("clone"), 900, 400)


class Pip:
    """Stands for pip: remembers what it was asked, and breaks off where told."""

    def __init__(self, break_at: int | None = None) -> None:
        self.asked: list[list[str]] = []
        self.break_at = break_at

    def __call__(self, venv: Path, arguments: Iterable[str], show: Callable[[str], None]) -> None:
        self.asked.append(list(arguments))
        if len(self.asked) == self.break_at:
            raise KeyboardInterrupt


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, with a space in its name, that has what an installation depends on."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    for part in installer.PARTS.values():
        shutil.copy(ROOT / part.lock, folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    python = installer.venv_python(folder / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setattr(installer, "usable", lambda venv: True)
    return folder


def test_the_second_start_installs_nothing(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = Pip(), Pip()
    installer.install(["run", "test"], clone, first)
    said = capsys.readouterr().out
    assert "MB to download" in said
    assert "GB on disk" in said
    assert [asked[-1] for asked in first.asked] == [
        "requirements.lock",
        ".",
        "requirements-test.lock",
    ]
    assert all("--require-hashes" in a for a in first.asked if a[-1] != ".")
    installer.install(["run", "test"], clone, second)
    assert second.asked == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("break_at", [1, 2])
def test_an_interrupted_installation_is_taken_up_again(clone: Path, break_at: int) -> None:
    installer.install(["run"], clone, Pip())
    (clone / "requirements.lock").write_text("changed==1\n", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        installer.install(["run"], clone, Pip(break_at))
    assert not (clone / ".venv" / ".installed-run").exists()
    again = Pip()
    installer.install(["run"], clone, again)
    assert len(again.asked) == 2


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_installs_again(clone: Path, name: str) -> None:
    installer.install(["run"], clone, Pip())
    with (clone / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    again = Pip()
    installer.install(["run"], clone, again)
    assert len(again.asked) == 2


def test_a_broken_environment_is_made_anew_with_everything_in_it(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer.install(["run"], clone, Pip())
    monkeypatch.setattr(installer, "usable", lambda venv: False)
    made: list[list[str]] = []
    monkeypatch.setattr(installer.subprocess, "run", lambda command, check: made.append(command))
    again = Pip()
    installer.install(["run", "test"], clone, again)
    assert len(made) == 1
    assert "requirements.lock" in again.asked[0]


def test_a_failing_pip_ends_with_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer, "venv_python", lambda venv: Path(sys.executable))
    arguments = ["--no-index", "--target", str(tmp_path), "no-such-package-of-ours"]
    with pytest.raises(installer.CannotInstallError, match="check the network") as caught:
        installer.pip_install(tmp_path, arguments, lambda line: None)
    assert "no-such-package-of-ours" in str(caught.value)
