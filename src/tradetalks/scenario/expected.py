"""Headlines that a scenario expects of its own changes, checked against what was compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tradetalks.codes.families import FAMILIES
from tradetalks.errors import BadInput, UnknownName, unknown_name
from tradetalks.scenario.flows import Flows
from tradetalks.scenario.origin import Keys, Origin, key_label
from tradetalks.scenario.parts import Expected
from tradetalks.scenario.rates import format_rate
from tradetalks.scenario.shock import Array, WorldTable

EXPECTED_TOLERANCE = 1e-9
"""How far an expected headline may lie from the compiled rate, as a fraction."""
AVERAGE_TOLERANCE = 0.0005 + 1e-9
"""The same for an average of the law, which is written to a tenth of a point."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """What headlines are compared with: duties and trade costs [i,n,j], the law's averages."""

    world: WorldTable
    origin: Origin
    flows: Flows
    tariff: Array
    iceberg: Array
    ratio: Array
    averages: Mapping[tuple[str, str], Mapping[str, float]]

    def check(self, expected: Expected, keys: Keys) -> None:
        """Raise `BadInput` unless the headline holds on every flow it names."""
        if expected.statutory is not None:
            self._check_average(expected, keys)
            return
        flows = self.flows.of(expected, keys)
        if expected.shut:
            found = np.where(np.isinf(self.iceberg), 0.0, 1.0)
            gap, wanted = found, "a shut flow"
        else:
            start, rate = _headline(expected, self.world)
            points = self.tariff - start
            found = np.divide(points, self.ratio, out=points, where=self.ratio > 0)
            gap, wanted = np.abs(found - rate), format_rate(rate)
        gap = np.where(flows, gap, 0.0)
        if gap.max() <= EXPECTED_TOLERANCE:
            return
        i, n, j = np.unravel_index(int(gap.argmax()), gap.shape)
        got = "an open flow" if expected.shut else f"{found[i, n, j]:.4%}"
        w = self.world
        raise BadInput(
            f"{key_label(keys)}: the changes give {got} where {wanted} is expected "
            f"({w.countries[n]} on {w.countries[i]}, sector {w.sectors[j]}).",
            cure="Correct the changes or the expected headline.",
            file=self.origin.file,
            line=self.origin.line(keys),
        )

    def _check_average(self, expected: Expected, keys: Keys) -> None:
        """Raise `BadInput` unless the law's averages are the expected ones."""
        found = self.averages[expected.importer[0], expected.exporter[0]]
        for name in expected.by_authority or ():
            if name not in FAMILIES:
                error = unknown_name("family of authorities", name, FAMILIES)
                raise UnknownName(
                    f"{key_label(keys)}: {error.cause}", cure=error.cure, file=self.origin.file,
                    line=self.origin.line((*keys, "by_authority", name)),
                )  # fmt: skip
        wanted = dict.fromkeys(found, 0.0) | (expected.by_authority or {})
        pairs = {"statutory": (sum(found.values()), expected.statutory or 0.0)}
        if expected.by_authority is not None:
            pairs |= {k: (found.get(k, 0.0), rate) for k, rate in wanted.items()}
        for name, (got, rate) in pairs.items():
            if abs(got - rate) > AVERAGE_TOLERANCE:
                raise BadInput(
                    f"{key_label(keys)}: the law gives {got:.2%} where {format_rate(rate)} is "
                    f"expected ({name}, {expected.importer[0]} on {expected.exporter[0]}).",
                    cure="Correct the law or the expected average.",
                    file=self.origin.file,
                    line=self.origin.line(keys),
                )


def _headline(expected: Expected, world: WorldTable) -> tuple[Array, float]:
    """Return the duty [i,n,j] that a headline counts from, and the headline."""
    if expected.add is not None:
        return world.tariff, expected.add
    if expected.over_mfn is not None:
        return world.mfn_tariff, expected.over_mfn
    return np.zeros_like(world.tariff), expected.set or 0.0
