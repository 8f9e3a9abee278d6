"""Ossa (2014), Tables 3a and 4a: optimal and Nash tariffs found by our own search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.validation.cells import Beside, Computed

if TYPE_CHECKING:
    from tradetalks.talks import TariffChoice

Array = NDArray[np.float64]


def compute() -> Computed:
    """Find the tariffs and compute what they do. Raises `DataMissing` without `ossa2014`."""
    from tradetalks.data.readers.replication import OSSA_REGIONS, read_ossa
    from tradetalks.talks import nash_tariffs, optimal_tariffs
    from tradetalks.validation.economies import BALANCED
    from tradetalks.validation.ossa_2014_given_tariffs import baseline, medians, wages_and_profits

    data = read_ossa()
    base, elasticities = baseline(data)
    everyone = range(len(OSSA_REGIONS))
    alone = [
        optimal_tariffs(base, elasticities, BALANCED, n, tariff=data.tariff).require()
        for n in everyone
    ]
    war = nash_tariffs(
        base, elasticities, BALANCED, everyone, against="all", tariff=data.tariff
    ).require()
    wage, profit = wages_and_profits(base, war.after)
    columns = {
        ("Table 3a", "own welfare"): np.array([c.gain[n] for n, c in enumerate(alone)]),
        ("Table 3a", "others' welfare"): np.array(
            [np.delete(c.gain, n).mean() for n, c in enumerate(alone)]
        ),
        ("Table 3a, medians", "median tariff"): 100.0
        * np.array([medians(c.tariff)[n] for n, c in enumerate(alone)]),
        ("Table 4a", "welfare"): war.gain,
        ("Table 4a", "wage"): 100.0 * wage,
        ("Table 4a", "profits"): 100.0 * profit,
        ("Table 4a, medians", "median tariff"): 100.0 * medians(war.tariff),
    }
    numbers = {
        (table, row, column): float(value)
        for (table, column), values in columns.items()
        for row, value in zip((*OSSA_REGIONS, "mean"), [*values, values.mean()], strict=True)
    }
    return Computed(numbers, beside=_conditions(alone, war, data.nash))


def _conditions(alone: list[TariffChoice], war: TariffChoice, authors: Array) -> tuple[Beside, ...]:
    """Return how well first-order conditions hold: at our tariffs and at the authors'."""
    from tradetalks.talks import condition_gaps, largest_deviation_gain, optimal_tariffs

    setting = war.setting
    gaps = condition_gaps(war, tariff=authors)
    left = max(
        optimal_tariffs(
            setting.economy, setting.elasticities, setting.closure, n, tariff=authors
        ).gain[n]
        for n in range(len(alone))
    )
    deviation = max(
        *(largest_deviation_gain(c, n) for n, c in enumerate(alone)),
        *(largest_deviation_gain(war, n) for n in range(len(alone))),
    )
    worst = max(war.status.foc, *(c.status.foc for c in alone))
    return (
        Beside("Largest distance of a tariff of ours from its first-order condition", 100 * worst),
        Beside("Largest gain in 1,400 random deviations from ours", 100 * max(deviation, 0.0)),
        Beside("The same distance at the authors' Nash tariffs", 100 * float(gaps.max())),
        Beside("The most that a region still gains by leaving the authors' Nash tariffs", left),
    )
