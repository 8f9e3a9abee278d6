"""Units of the tables."""

from __future__ import annotations

BN = 1e-3
"""Billions of US dollars to the million, in which tables are kept."""
