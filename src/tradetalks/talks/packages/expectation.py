"""Front-loading: buyers who fear higher duties after the deadline buy before it.

An optional shock of expectations. Until the deadline a buyer who gives a lapse the probability p
saves p (ln(1 + t_law) - ln(1 + t_today)) - h by buying now rather than after, h being what it
costs to finance and store the good. He buys as if the duty were lower by that much; the
equilibrium with these duties, in place of today's, says how much more. What is bought ahead is
missing afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadNumber
from tradetalks.talks.packages.worlds import Worlds, solved

if TYPE_CHECKING:
    from tradetalks.scenario import Shock
    from tradetalks.talks.packages.bargain import Bargain

Numbers = NDArray[np.float64]

_MONTHS = 12.0
HOLDING = 0.02
"""Cost of holding a good from the run-up to its use, as a part of its value (assumed, 1% to 4%)."""


@dataclass(frozen=True)
class RunUp:
    """Goods imports of one side from the other around the deadline, at one elasticity set.

    USD billions a year at today's pace: `today`; percent of it: `before` the deadline (above
    zero: pulled forward) and `after` it, if the law's duties come, once stocks are used up.
    """

    importer: str
    exporter: str
    elasticities: str
    today: float
    before: float
    after: float

    @property
    def ahead(self) -> float:
        """USD billions bought ahead in each month of the run-up."""
        return self.today * self.before / (100.0 * _MONTHS)


def front_loading(bargain: Bargain, lapse: float, holding: float = HOLDING) -> list[RunUp]:
    """Return what both sides buy ahead if a lapse has the probability `lapse`, by set.

    Starts from the agenda's levels of today; the lapse brings the duties of its default. Raises
    `BadNumber` for a probability outside 0 to 1 or a cost outside 0 to 0.5.
    """
    if not 0.0 <= lapse <= 1.0:
        raise BadNumber(f"a probability of {lapse:g}.", cure="Give 0 to 1, such as 0.3.")
    if not 0.0 <= holding <= 0.5:
        raise BadNumber(f"a holding cost of {holding:g}.", cure="Give 0 to 0.5, such as 0.02.")
    agenda, worlds = bargain.agenda, bargain.worlds
    now = worlds.number(tuple(issue.today for issue in agenda.issues))
    sides = [worlds.table.index(code) for code in agenda.sides]
    pairs = [(sides[0], sides[1]), (sides[1], sides[0])]
    expected = _as_if(worlds, now, pairs, lapse, holding)
    goods = np.asarray(worlds.table.goods)
    out: list[RunUp] = []
    for chosen in worlds.sets:
        numbers = [now, now, worlds.default]
        shocks = [worlds.shocks[now], expected, worlds.shocks[worlds.default]]
        found = solved(worlds, chosen.name, numbers, shocks)
        if not all(s.status.converged for s in found):
            continue
        for n, i in pairs:
            flows = [float(np.asarray(s.equilibrium.trade)[i, n, goods].sum()) for s in found]
            out.append(
                RunUp(
                    importer=worlds.table.countries[n],
                    exporter=worlds.table.countries[i],
                    elasticities=chosen.name,
                    today=flows[0] / 1e3,
                    before=100.0 * (flows[1] / flows[0] - 1.0),
                    after=100.0 * (flows[2] / flows[0] - 1.0),
                )
            )
    return out


def _as_if(
    worlds: Worlds, now: int, pairs: list[tuple[int, int]], lapse: float, holding: float
) -> Shock:
    """Return today's shock with the duties on which buyers act before the deadline."""
    today, law = worlds.shocks[now].tariff, worlds.shocks[worlds.default].tariff
    tariff = np.array(today)
    for n, i in pairs:
        saving = lapse * (np.log1p(law[i, n]) - np.log1p(today[i, n])) - holding
        saving = np.where(worlds.table.goods, np.maximum(saving, 0.0), 0.0)
        tariff[i, n] = np.expm1(np.log1p(today[i, n]) - saving)
    return replace(worlds.shocks[now], tariff=tariff)
