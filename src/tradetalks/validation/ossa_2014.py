"""Ossa (2014), Tables 3a and 4a and his political weights: found by our own search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.validation.cells import Beside, Computed

if TYPE_CHECKING:
    from tradetalks.data.readers.replication import Ossa
    from tradetalks.talks import TariffChoice

Array = NDArray[np.float64]


def compute() -> Computed:
    """Find the tariffs and compute what they do. Raises `DataMissing` without `ossa2014`."""
    from tradetalks.data.readers.replication import OSSA_REGIONS, read_ossa
    from tradetalks.talks import nash_tariffs, optimal_tariffs
    from tradetalks.validation.economies import BALANCED
    from tradetalks.validation.ossa_2014_given_tariffs import baseline, medians, wages_and_profits
    from tradetalks.validation.ossa_2014_weights import political

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
    weights, at_weights = political(base, elasticities, data)
    return Computed(
        numbers | weights, beside=(*_conditions(alone, war, data), *_talks(war, data), *at_weights)
    )


def _talks(war: TariffChoice, data: Ossa) -> tuple[Beside, ...]:
    """Return what talks of all seven give from two starts, without political weights."""
    from tradetalks.talks import best_joint_deviation, cooperative_tariffs

    setting = war.setting
    found: list[Beside] = []
    for start, tariff in (("Nash tariffs", war.tariff), ("factual tariffs", data.tariff)):
        talks = cooperative_tariffs(
            setting.economy,
            setting.elasticities,
            setting.closure,
            range(len(war.players)),
            against="all",
            tariff=tariff,
            gains="equal",
        ).require()
        deviation = best_joint_deviation(talks)  # type: ignore[arg-type]
        found += [
            Beside(f"Equal gains of talks that begin at {start}", float(talks.gain.mean())),
            Beside(
                f"Largest gain for all in 100 random deviations from these ({start})",
                100.0 * max(deviation, 0.0),
            ),
        ]
    return tuple(found)


def _conditions(alone: list[TariffChoice], war: TariffChoice, data: Ossa) -> tuple[Beside, ...]:
    """Return how well first-order conditions hold: at our tariffs and at the authors'."""
    from tradetalks.talks import condition_gaps, largest_deviation_gain, optimal_tariffs

    setting = war.setting
    theirs = [np.array(data.tariff) for _ in alone]
    for n, tariff in enumerate(theirs):
        tariff[:, n] = data.optimal[:, n]
    optimal_gap = max(condition_gaps(c, tariff=t).max() for c, t in zip(alone, theirs, strict=True))
    left = max(
        optimal_tariffs(
            setting.economy, setting.elasticities, setting.closure, n, tariff=data.nash
        ).gain[n]
        for n in range(len(alone))
    )
    deviation = max(
        *(largest_deviation_gain(c, n) for n, c in enumerate(alone)),
        *(largest_deviation_gain(war, n) for n in range(len(alone))),
    )
    worst = max(war.status.foc, *(c.status.foc for c in alone))
    trade = np.asarray(war.before.trade) * war.chosen
    by_value = [
        float((np.abs(c.tariff - t) * trade)[:, n].sum() / trade[:, n].sum())
        for n, (c, t) in enumerate(zip(alone, theirs, strict=True))
    ]
    nash_by_value = (np.abs(war.tariff - data.nash) * trade).sum((0, 2)) / trade.sum((0, 2))
    found = {
        "Largest distance of a tariff of ours from its first-order condition": worst,
        "Largest gain in 1,400 random deviations from ours": max(deviation, 0.0),
        "The same distance at the authors' optimal tariffs": float(optimal_gap),
        "The same distance at the authors' Nash tariffs": float(
            condition_gaps(war, tariff=data.nash).max()
        ),
        "The most that a region still gains by leaving the authors' Nash tariffs": left / 100.0,
        "Largest mean gap by region, ours to the authors' optimal tariffs, by imports": max(
            by_value
        ),
        "The same for Nash tariffs": float(nash_by_value.max()),
    }
    return tuple(Beside(what, 100.0 * value) for what, value in found.items())
