"""`python -m tradetalks`."""

from __future__ import annotations

import sys

from tradetalks.cli import main

sys.exit(main())
