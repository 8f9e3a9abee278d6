"""The page: `tradetalks web`, a thin door to the same engine as the command line."""

from __future__ import annotations

from tradetalks.web.serve import serve

__all__ = ["serve"]
