"""Compile `policy/measures/*.yaml` into `policy/compiled/ledger.json`, then lint it.

python scripts/build_ledger.py
"""

from __future__ import annotations

import sys

from tradetalks.policy.compiler import COMPILED, write_ledger
from tradetalks.policy.lint import lint


def main() -> int:
    """Write the table, then lint what was written."""
    write_ledger()
    print(f"{COMPILED.name}: {COMPILED.stat().st_size / 1000:.0f} kB")
    findings = lint()
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
