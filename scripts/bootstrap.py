"""Put `tradetalks` and what it needs into `.venv`: `python3 scripts/bootstrap.py [test] [check]`.

This file is the gate: any Python back to 2.7 reads it far enough to say in one sentence that it
is too old. The work is done by `installer.py` beside it.
"""

import os
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 14)


def wrong_python(version, command, others):
    """Return why this Python cannot be used and the cure; an empty string if it can."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return ""
    if others:
        cure = "run `make run PYTHON=%s`" % others[0]
    else:
        cure = (
            "install Python 3.12 (on Debian 13 or Ubuntu 24.04 `sudo apt install python3 "
            "python3-venv`, elsewhere from python.org) and run `make run PYTHON=python3.12`"
        )
    return "tradetalks needs Python %d.%d to %d.%d and `%s` is Python %d.%d: %s." % (
        OLDEST + NEWEST + (command,) + tuple(version[:2]) + (cure,)
    )


def runs(command):
    """Whether this Python starts (a version manager leaves names that do not)."""
    with open(os.devnull, "w") as nowhere:
        try:
            return not subprocess.call([command, "-c", ""], stdout=nowhere, stderr=nowhere)
        except OSError:
            return False


def pythons_at_hand():
    """Return the names of suitable Pythons on the search path, best first."""
    return [name for name in ("python3.12", "python3.13", "python3.11", "python3.14") if runs(name)]


if __name__ == "__main__":
    refusal = wrong_python(
        sys.version_info, os.environ.get("PYTHON_COMMAND", "python3"), pythons_at_hand()
    )
    if refusal:
        sys.stderr.write(refusal + "\n")
        sys.exit(1)

    import installer

    sys.exit(installer.main(sys.argv[1:]))
