"""Write `docs/world-2022.md` from the shipped world's report.

Usage: python scripts/write_world_report.py
"""

from __future__ import annotations

from pathlib import Path

from tradetalks.data.describe import describe_world

OUT = Path(__file__).parents[1] / "docs/world-2022.md"

if __name__ == "__main__":
    OUT.write_text(describe_world("world-2022"), "utf-8")
    print(f"wrote {OUT.name}")
