"""The law by date: measures as dated events, what is in force, and what a product pays.

    from tradetalks import policy
    policy.duty("8505.11.00", "2025-05-20")["total_percent"]

Names are loaded on first use, so that asking for one does not pay for the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradetalks.policy.bom import bill
    from tradetalks.policy.duties import duty
    from tradetalks.policy.intervals import Interval, IntervalTable, build_table
    from tradetalks.policy.ledger import Ledger, load_ledger
    from tradetalks.policy.lines import LineTable, load_lines
    from tradetalks.policy.schedules import Schedule, SectorRate, schedule
    from tradetalks.policy.statuses import status
    from tradetalks.policy.timelines import steps, timeline

_HOME = {
    "bill": "bom", "duty": "duties", "Interval": "intervals", "IntervalTable": "intervals",
    "build_table": "intervals", "Ledger": "ledger", "load_ledger": "ledger",
    "LineTable": "lines", "load_lines": "lines", "Schedule": "schedules",
    "SectorRate": "schedules", "schedule": "schedules", "status": "statuses",
    "steps": "timelines", "timeline": "timelines",
}  # fmt: skip

__all__ = [
    "Interval", "IntervalTable", "Ledger", "LineTable", "Schedule", "SectorRate", "bill",
    "build_table", "duty", "load_ledger", "load_lines", "schedule", "status", "steps", "timeline",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tradetalks.policy' has no attribute '{name}'")
    found = getattr(import_module(f"tradetalks.policy.{_HOME[name]}"), name)
    globals()[name] = found
    return found
