"""From a user's own numbers to a balanced world table; every rule that was applied is reported."""

from __future__ import annotations
