"""Political weights by sector, read from a file: what a government favours beyond real income."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.errors import BadFile, BadInput, BadNumber, unknown_name
from tradetalks.talks.payoff import Numbers

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.scenario.origin import Origin

_SHAPE = "Write `weights: {USA: {24: 1.5}}` and `sources: [assumed]`."


@dataclass(frozen=True)
class SectorWeights:
    """Weights by country and sector (or group of sectors); what is not named weighs one.

    Only ratios matter: within a country they are scaled to mean one over the table's sectors.
    """

    by_country: Mapping[str, Mapping[str, float]]
    sources: tuple[Any, ...] = ()
    origin: Origin | None = None

    def vector(self, country: str, table: World) -> Numbers | None:
        """Return weights `[k]` of a country on a table's sectors, or None if it has none.

        Raises `UnknownName` for a sector that the table does not have.
        """
        from tradetalks.codes import sector_groups

        if country not in self.by_country:
            return None
        out = np.ones(len(table.sectors))
        named = self.by_country[country]
        groups = sector_groups()
        # single sectors after the groups that hold them
        for name in sorted(named, key=lambda n: n not in groups):
            members = groups.get(name, (name,))
            mask = np.isin(table.sectors, members)
            if not mask.any():
                raise unknown_name(
                    "sector", name, [*table.sectors, *groups], **self._place(country, name)
                )
            out[mask] = named[name]
        if not out.sum() > 0:
            raise BadNumber(
                f"the sector weights of {country} sum to zero: a government that values nothing "
                "has no best tariff.",
                cure="Give at least one positive weight; only their ratios matter.",
                **self._place(country),
            )
        return out

    def check_players(self, players: tuple[str, ...]) -> None:
        """Raise `BadInput` for weights of a country that does not play."""
        for country in self.by_country:
            if country not in players:
                raise BadInput(
                    f"there are weights for '{country}', which sets no tariffs here.",
                    cure=f"Players: {', '.join(players)}.",
                    **self._place(country),
                )

    def _place(self, *keys: str) -> dict[str, Any]:
        if self.origin is None:
            return {}
        return {"file": self.origin.file, "line": self.origin.line(("weights", *keys))}


def read_weights(path: str | Path) -> SectorWeights:
    """Read a file of weights: `weights: {USA: {24: 1.5, agriculture: 1.2}}`, `sources: [...]`.

    Raises `BadFile`, `BadInput` and `BadNumber` with file and line.
    """
    from tradetalks.scenario.yaml_text import parse, read_text

    file = Path(path)
    data, origin = parse(read_text(file), file=str(file), folder=file.parent)

    def line(*keys: str) -> dict[str, Any]:
        return {"file": origin.file, "line": origin.line(keys)}

    for key in data:
        if key not in ("weights", "sources", "name", "notes"):
            raise unknown_name("key", key, ("weights", "sources", "name", "notes"), **line(key))
    given = data.get("weights")
    if not isinstance(given, dict) or not given:
        raise BadFile("the file has no weights.", cure=_SHAPE, **line("weights"))
    if not data.get("sources"):
        raise BadInput(
            "the weights have no source.",
            cure="Say where they come from, if only `sources: [assumed]`.",
            **line(),
        )
    out: dict[str, dict[str, float]] = {}
    for country, by_sector in given.items():
        if not isinstance(by_sector, dict) or not by_sector:
            raise BadFile(f"{country} has no sectors.", cure=_SHAPE, **line("weights", country))
        for sector, value in by_sector.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not math.isfinite(value) or value < 0:
                raise BadNumber(
                    f"the weight of {sector} in {country} is {value!r}.",
                    cure="Weights are numbers from zero on; one is neutral.",
                    **line("weights", country, sector),
                )
        out[country] = {sector: float(value) for sector, value in by_sector.items()}
    said = data["sources"]
    return SectorWeights(out, tuple(said if isinstance(said, list) else [said]), origin)
