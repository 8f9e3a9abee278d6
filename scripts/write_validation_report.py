"""Write `docs/validation.md` from the replications (needs the raw data, see TRADETALKS_DATA).

Usage: python scripts/write_validation_report.py
"""

from __future__ import annotations

from pathlib import Path

from tradetalks.validation import replicate, replications
from tradetalks.validation.describe import describe_validation

OUT = Path(__file__).parents[1] / "docs/validation.md"

if __name__ == "__main__":
    OUT.write_text(describe_validation([replicate(name) for name in replications()]), "utf-8")
    print(f"wrote {OUT.name}")
