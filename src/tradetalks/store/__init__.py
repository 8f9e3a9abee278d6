"""Run folders and their index: the same question is answered from the store."""

from __future__ import annotations

from tradetalks.store.runs import Store, Stored

__all__ = ["Store", "Stored"]
