"""Front-loading: trade rises before a tariff deadline and falls after it. A rule of thumb.

Alessandria, Khan and Khederlarian (2024), Journal of International Economics 150: around the yearly
vote on China's MFN status, US imports rose before it and fell on renewal; the swing from peak to
trough was 62 percent of the possible tariff change. That it holds for today's deadlines is assumed.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from tradetalks.codes import PARTIES
from tradetalks.errors import BadNumber

SWING = 0.62
SOURCE = {
    "title": "Alessandria, Khan and Khederlarian (2024), Taking stock of trade policy uncertainty: "
    "peak-to-trough swings of 62% of the possible tariff change (abstract read)",
    "url": "https://ideas.repec.org/a/eee/inecon/v150y2024ics0022199624000655.html",
    "evidence": "V",
}


def swing(now: float, lapsed: float, share: float = SWING) -> float:
    """Return the swing of trade from its peak before a deadline to its trough after, in percent.

    `now` and `lapsed` are duties as fractions, in force and if the deadline passes; the possible
    change is the log of their ratio plus one each. Zero where the duty would not rise. Raises
    `BadNumber` for a duty at or below -100% or a share outside 0 to 2.

    >>> round(swing(0.331, 0.571), 1)
    10.8
    """
    for duty in (now, lapsed):
        if not duty > -1.0:
            raise BadNumber(f"a duty of {100 * duty:g}% is none.", cure="Give a fraction.")
    if not 0 <= share <= 2:
        raise BadNumber(f"a swing of {share:g} of the change.", cure="Give a share from 0 to 2.")
    possible = max(float(np.log1p(lapsed) - np.log1p(now)), 0.0)
    return 100.0 * float(np.expm1(share * possible))


def around(until: date) -> list[dict[str, Any]]:
    """Return a row per direction of trade: average duties before and after `until`, and the swing.

    Duties are the announced law's, trade-weighted, on the last day of the truce and on `until`.
    """
    from tradetalks.policy import schedule

    rows: list[dict[str, Any]] = []
    for importer, exporter in (PARTIES, PARTIES[::-1]):
        before, after = (
            schedule(day, (importer, exporter), law="announced").statutory()
            for day in (until - timedelta(days=1), until)
        )
        rows.append(
            {
                "importer": importer,
                "exporter": exporter,
                "tariff": 100 * before,
                "tariff_if_lapsed": 100 * after,
                "swing": swing(before, after),
            }
        )
    return rows
