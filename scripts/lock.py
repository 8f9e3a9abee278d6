"""Write the lock files from `pyproject.toml` with uv: `make lock`, or `make lock UPGRADE=1`.

One file serves every platform: versions are resolved for all of them at once, one version of a
package for every Python, with the hashes of all its files and without the address of a registry.
The test and check locks hold only what they add to `requirements.lock`, so the files cannot
disagree.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

from installer import PARTS, ROOT

OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--fork-strategy=fewest",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--no-header",
    "--quiet",
]
BLOCK = re.compile(r"^(?P<name>[a-z0-9-]+)==.*\n(?:[ ]+--hash.*\n)+", re.MULTILINE)


def compile_lock(uv: str, output: Path, arguments: list[str]) -> str:
    """Resolve into `output`, keeping the versions it already names, and return its text."""
    source = ["--group", "build", "pyproject.toml", "--output-file", str(output)]
    subprocess.run([uv, "pip", "compile", *OPTIONS, *arguments, *source], cwd=ROOT, check=True)
    return output.read_text(encoding="utf-8")


def added(text: str, base: str) -> str:
    """Return the entries of `text` whose packages `base` does not hold."""
    held = {found["name"] for found in BLOCK.finditer(base)}
    return "".join(found[0] for found in BLOCK.finditer(text) if found["name"] not in held)


def main() -> None:
    """Write the three lock files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--upgrade", action="store_true")
    options = parser.parse_args()
    upgrade = ["--upgrade"] if options.upgrade else []
    lock = ROOT / PARTS["run"].lock
    base = compile_lock(options.uv, lock, upgrade)
    with tempfile.TemporaryDirectory() as folder:
        for extra in ("test", "check"):
            target = ROOT / PARTS[extra].lock
            full = Path(folder, extra)
            if target.exists():  # uv keeps the versions of the file it overwrites
                full.write_text(base + target.read_text(encoding="utf-8"), encoding="utf-8")
            text = compile_lock(options.uv, full, [*upgrade, "--extra", extra, "-c", str(lock)])
            target.write_text(added(text, base), encoding="utf-8")


if __name__ == "__main__":
    main()
