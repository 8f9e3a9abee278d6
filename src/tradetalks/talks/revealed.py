"""Weights revealed by the duties of a law, by name: what a government would have to favour."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from tradetalks.errors import BadInput
from tradetalks.talks.calibrate import FLAT_LIMIT, Calibration, calibrated_weights
from tradetalks.talks.game import ossa
from tradetalks.talks.payoff import Numbers
from tradetalks.talks.question import REFERENCE, duties_only, index_of, reference_of

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario

_EXPLAINS = 0.9
"""Below this share of the squared distances weights explain a law badly (a convention)."""


@dataclass(frozen=True, eq=False)
class RevealedWeights:
    """Weights of one country by elasticity set (those that were solved; `failed`: why not)."""

    country: str
    partners: tuple[str, ...]
    reference: Scenario
    table: World
    tariff: Numbers
    central: str
    found: Mapping[str, Calibration]
    failed: Mapping[str, str]
    sets: tuple[ElasticitySet, ...]
    created: str

    @property
    def identified(self) -> bool:
        """Whether the observed differences between sectors decide the central weights."""
        return self.found[self.central].identified

    @property
    def flat_share(self) -> float:
        """Return the share of the weights' variance that flat duties would give too."""
        return self.found[self.central].flat_share

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per sector: duty (percent of customs value), weight with range, gaps.

        Gaps are log points of one plus the duty times 100; None where no duty was chosen.
        """
        middle = self.found[self.central]
        out: list[dict[str, Any]] = []
        for k, sector in enumerate(self.table.sectors):
            values = [float(c.weights[k]) for c in self.found.values()]
            taxed = bool(middle.sectors[k])
            out.append(
                {
                    "country": self.country,
                    "sector": sector,
                    "tariff": float(self.tariff[k]) if taxed else None,
                    "weight": float(middle.weights[k]),
                    "weight_low": min(values),
                    "weight_high": max(values),
                    "gap_equal": 100.0 * float(middle.gap_equal[k]) if taxed else None,
                    "gap": 100.0 * float(middle.gap[k]) if taxed else None,
                }
            )
        return out

    def verdict(self) -> str:
        """Say whether the rates identify the weights, and how much the weights explain."""
        middle = self.found[self.central]
        fit = f"They explain {100 * middle.explained:.0f}% of the squared distances"
        if self.identified:
            return (
                f"{fit}. Identified: flat duties of the same mean would explain "
                f"{100 * self.flat_share:.0f}% of the differences between the weights."
            )
        return (
            f"{fit}. NOT identified: duties that were the same for all sectors would give "
            f"{100 * self.flat_share:.0f}% of the differences between the weights. The rates carry "
            "little information on sectors; these weights say what the model would have done "
            "otherwise, not whom the government favours."
        )

    def to_yaml(self) -> str:
        """Return a file that `--weights` reads."""
        from tradetalks.scenario.yaml_text import write

        middle = self.found[self.central]
        return write(
            {
                "notes": self.verdict(),
                "weights": {
                    self.country: {
                        s: round(float(w), 4)
                        for s, w in zip(self.table.sectors, middle.weights, strict=True)
                    }
                },
                "sources": [
                    {
                        "title": f"calibrated on the duties of '{self.reference.name}' "
                        f"({self.central}), `tradetalks talks weights`",
                        "evidence": "D",
                    }
                ],
            }
        )

    def assumptions(self) -> tuple[str, ...]:
        """Return what is assumed, one sentence each."""
        from tradetalks.engine.report import assumptions_of

        return (
            "The government chose these duties itself, as its best, and nobody's answer mattered "
            "to it (assumed).",
            "It cares for real income and, beyond it, for value added by sector; tariff revenue "
            "counts one for one (assumed; Ossa shares revenue among the sectors).",
            f"Weights are called identified below {100 * FLAT_LIMIT:.0f}% (a convention of ours).",
            *assumptions_of(self.reference, self.sets, self.table),
        )

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader must know before quoting a weight."""
        out = [] if self.identified else ["The weights are not identified by these duties."]
        if self.found[self.central].gap.any() and self.found[self.central].explained < _EXPLAINS:
            out.append("No weights explain these duties: see the distances that are left.")
        if self.failed:
            said = "; ".join(f"{name}: {why}" for name, why in self.failed.items())
            out.append(f"The range is incomplete. {said}")
        return tuple(out)

    def sources(self) -> list[Any]:
        """Return the sources of the law and of the table, and of the method."""
        from tradetalks.engine.report import described

        method = ossa(
            "Ossa (2014), American Economic Review 104(12), section IV.B: weights that "
            "match non-cooperative tariffs"
        )
        law = self.reference.to_plain().get("sources") or ()
        return [method, *law, *map(described, self.table.sources)]

    def status(self) -> dict[str, Any]:
        """Return how well the weights fit, by elasticity set."""
        return {
            "explained": {name: c.explained for name, c in self.found.items()},
            "flat_share": {name: c.flat_share for name, c in self.found.items()},
            "failed_sets": list(self.failed),
        }


def revealed_weights(
    country: str,
    *,
    partners: Sequence[str] = (),
    start_from: str = REFERENCE,
    world: World | None = None,
    regions: str | None = None,
    horizon: str | None = None,
    elasticities: Sequence[str] = ("central",),
) -> RevealedWeights:
    """Return the weights under which `country`'s goods duties of a law serve it best.

    `partners` whose goods are taxed (none: everybody's). Raises as `play`.
    """
    from tradetalks.data import load_world, sets_for
    from tradetalks.engine.closures import closure_of
    from tradetalks.engine.economy import choose_sets, economy_of, elasticities_of

    reference = reference_of(start_from, regions, horizon, None, elasticities)
    table = world if world is not None else load_world(reference.world, reference.regions)
    law, n = duties_only(reference, table), index_of(table, country)
    taxed = [index_of(table, code) for code in partners] or "all"
    sets = choose_sets(reference, sets_for(table, reference.horizon))
    central = next(s.name for s in sets if s.central)
    found: dict[str, Calibration] = {}
    failed: dict[str, str] = {}
    with jax.enable_x64(True):
        economy, closure = economy_of(table), closure_of(reference, table)
        for chosen in sets:
            try:
                found[chosen.name] = calibrated_weights(
                    economy,
                    elasticities_of(chosen, nests=reference.nests),
                    closure,
                    n,
                    tariff=law,
                    against=taxed,
                    sectors=table.goods,
                )
            except BadInput as error:
                if chosen.central:
                    raise
                failed[chosen.name] = str(error)
    codes = tuple(partners) or tuple(c for c in table.countries if c != country)
    sellers = [table.index(c) for c in codes]
    weight = np.asarray(table.trade)[sellers, n]
    rate = law[sellers, n] / table.valuation[sellers, n]
    mean = (rate * weight).sum(0) / np.maximum(weight.sum(0), 1e-300)
    return RevealedWeights(
        country,
        codes,
        reference,
        table,
        100.0 * mean,
        central,
        found,
        failed,
        sets,
        datetime.date.today().isoformat(),
    )
