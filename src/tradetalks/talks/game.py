"""The tariff game on a world table: labels in, tables with units, ranges and sources out."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from tradetalks.errors import BadInput, NoAnswer, UnknownName, unknown_name
from tradetalks.talks.payoff import Numbers
from tradetalks.talks.tariffs import TariffChoice, nash_tariffs, optimal_tariffs

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario

REFERENCE = "truce-holds"
"""The law from which governments start, unless another is named."""
_BN = 1e-3
_START = 0.5


@dataclass(frozen=True, eq=False)
class TariffGame:
    """Tariffs that players choose on a world, one answer per elasticity set.

    `choices` by name of the set (those that were solved), `failed` the reasons of the others;
    `partners[p]` are the codes that player p taxes. Rows of the tables are plain data.
    """

    kind: str
    players: tuple[str, ...]
    partners: tuple[tuple[str, ...], ...]
    reference: Scenario
    table: World
    central: str
    choices: Mapping[str, TariffChoice]
    failed: Mapping[str, str]
    sets: tuple[ElasticitySet, ...]
    created: str

    def tariffs(self) -> list[dict[str, Any]]:
        """Return a row per duty that was chosen, in percent of customs value.

        `tariff_reference` is the law's, `tariff` the choice at the central elasticities with
        `low` and `high` over the sets; `imports_reference` in USD billions.
        """
        middle = self.choices[self.central]
        rates = {name: self._rate(c.tariff) for name, c in self.choices.items()}
        law = self._rate(self._law)
        trade = np.asarray(middle.before.trade) * _BN
        return [
            {
                "importer": self.table.countries[n],
                "exporter": self.table.countries[i],
                "sector": self.table.sectors[j],
                "imports_reference": float(trade[i, n, j]),
                "tariff_reference": float(law[i, n, j]),
                **_spread("tariff", {s: float(r[i, n, j]) for s, r in rates.items()}, self.central),
            }
            for n in (p.country for p in middle.players)
            for i, j in np.argwhere(middle.chosen[:, n])
        ]

    def averages(self, by_sector: bool = False) -> list[dict[str, Any]]:
        """Return each player's average duty on its partners, weighted by reference imports.

        Where sectors are asked for, one row per player and sector.
        """
        out: list[dict[str, Any]] = []
        middle = self.choices[self.central]
        trade = np.asarray(middle.before.trade)
        for code, player in zip(self.players, middle.players, strict=True):
            columns = np.flatnonzero(player.chooses.any(0))
            for part in [[j] for j in columns] if by_sector else [columns]:
                weight = np.where(player.chooses, trade[:, player.country], 0.0)[:, part]

                def mean(tariff: Numbers, part: Any = part, weight: Any = weight) -> float:
                    own = self._rate(tariff)[:, player.country][:, part]  # noqa: B023
                    return float((own * weight).sum() / weight.sum())

                found = {name: mean(c.tariff) for name, c in self.choices.items()}
                row: dict[str, Any] = {"importer": code}
                if by_sector:
                    row["sector"] = self.table.sectors[part[0]]
                row["tariff_reference"] = mean(self._law)
                out.append(row | _spread("tariff", found, self.central))
        return out

    def gains(self) -> list[dict[str, Any]]:
        """Return a row per country: change of real income (percent and USD billions), range."""
        rows: list[dict[str, Any]] = []
        for n, code in enumerate(self.table.countries):
            percent = {s: float(c.gain[n]) for s, c in self.choices.items()}
            dollars = {
                s: float(np.asarray(c.after.welfare - c.before.welfare)[n]) * _BN
                for s, c in self.choices.items()
            }
            rows.append(
                {
                    "country": code,
                    "player": code in self.players,
                    **_spread("real_income", percent, self.central),
                    **_spread("equivalent_variation", dollars, self.central),
                }
            )
        return rows

    def status(self) -> dict[str, Any]:
        """Return how the searches ended, by elasticity set."""
        by_set = {
            name: {
                "converged": c.status.converged,
                "message": c.status.message,
                "foc": c.status.foc,
                "at_bounds": c.status.at_bounds,
                "rounds": c.status.rounds,
                "evaluations": c.status.evaluations,
            }
            for name, c in self.choices.items()
        }
        by_set |= {name: {"converged": False, "message": m} for name, m in self.failed.items()}
        return {
            "converged": not self.failed,
            "foc": max(c.status.foc for c in self.choices.values()),
            "by_set": by_set,
            "failed_sets": list(self.failed),
        }

    def assumptions(self) -> tuple[str, ...]:
        """Return what is assumed, one sentence each."""
        from tradetalks.engine.report import assumptions_of

        bounds = self.choices[self.central].bounds
        return (
            "Governments care for their country's real income and nothing else: no groups, no "
            "security, no revenue target (assumed).",
            "Every other duty stays as in the reference, and so do other measures; nobody else "
            "retaliates (assumed).",
            f"Duties lie between {100 * bounds.low:,.0f}% and {100 * bounds.high:,.0f}% of the "
            "table's value; services are not taxed.",
            *assumptions_of(self.reference, self.sets, self.table),
        )

    def sources(self) -> list[Any]:
        """Return the sources of the reference law and of the table, and of the method."""
        from tradetalks.engine.report import described, shares_source

        method = {
            "title": "Ossa (2014), Trade wars and trade talks with data, American Economic "
            "Review 104(12): the game",
            "url": "https://doi.org/10.1257/aer.104.12.4104",
            "evidence": "V",
        }
        plain = self.reference.to_plain()
        return [
            method,
            *(plain.get("sources") or ()),
            *map(described, self.table.sources),
            *shares_source(self.reference, self.table),
        ]

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader must know before quoting a number."""
        out: list[str] = []
        if self.failed:
            said = "; ".join(f"{name}: {why}" for name, why in self.failed.items())
            out.append(f"The range is incomplete. {said}")
        if any(c.status.at_bounds for c in self.choices.values()):
            out.append("Some duties stop at a bound, which is a choice of the question's.")
        if self.reference.horizon == "long":
            out.append("The long horizon is not validated by any back-test.")
        return tuple(out)

    @property
    def _law(self) -> Numbers:
        return self.choices[self.central].origin

    def _rate(self, tariff: Numbers) -> Numbers:
        """Return duties `[i, n, j]` in percent of customs value, as a law names them."""
        ratio = np.where(self.table.goods, self.table.customs_ratio[:, :, None], 1.0)
        return 100.0 * np.asarray(tariff) / ratio


def play(
    kind: str,
    players: Sequence[str],
    *,
    partners: Sequence[str] = (),
    start_from: str = REFERENCE,
    world: World | None = None,
    regions: str | None = None,
    horizon: str | None = None,
    deficit: str | None = None,
    elasticities: Sequence[str] = ("central",),
    bounds: tuple[float, float] = (0.0, 10.0),
    progress: Callable[[str, int, int], None] | None = None,
) -> TariffGame:
    """Find the goods tariffs that serve one country best (`optimal`) or a Nash equilibrium.

    `players` are codes of countries. `partners` for `optimal`: whom it taxes (none: everybody);
    for `nash`: none for one another, `("all",)` for everybody. `start_from` names the scenario
    whose law holds elsewhere and against which gains are measured: duties only. Raises
    `UnknownName`, `BadInput`, `BadNumber`, and `NotConverged` without a central answer.
    """
    from tradetalks.data import load_world, sets_for
    from tradetalks.engine.closures import closure_of
    from tradetalks.engine.economy import choose_sets, economy_of, elasticities_of

    reference = _reference(start_from, regions, horizon, deficit, elasticities)
    table = world if world is not None else load_world(reference.world, reference.regions)
    law = _duties_only(reference, table)
    numbers = [_index(table, code) for code in players]
    named = [] if tuple(partners) == ("all",) else [_index(table, code) for code in partners]
    sets = choose_sets(reference, sets_for(table, reference.horizon))
    central = next(s.name for s in sets if s.central)
    options: dict[str, Any] = {
        "tariff": law,
        "sectors": table.goods,
        "bounds": bounds,
        "start": min(max(_START, bounds[0]), bounds[1]),
    }
    choices: dict[str, TariffChoice] = {}
    failed: dict[str, str] = {}
    with jax.enable_x64(True):
        economy, closure = economy_of(table), closure_of(reference, table)
        for done, chosen in enumerate(sets, start=1):
            try:
                own = elasticities_of(chosen, nests=reference.nests)
                if kind == "optimal":
                    (country,) = numbers
                    choice = optimal_tariffs(
                        economy, own, closure, country, against=named or "all", **options
                    )
                else:
                    everybody = "all" if tuple(partners) == ("all",) else "players"
                    choice = nash_tariffs(
                        economy, own, closure, numbers, against=everybody, **options
                    )
                choices[chosen.name] = choice.require()
            except (NoAnswer, BadInput) as error:
                if chosen.central:
                    raise
                failed[chosen.name] = str(error)
            if progress is not None:
                progress(chosen.name, done, len(sets))
    middle = choices[central]
    return TariffGame(
        kind=kind,
        players=tuple(players),
        partners=tuple(
            tuple(table.countries[i] for i in np.flatnonzero(p.chooses.any(1)))
            for p in middle.players
        ),
        reference=reference,
        table=table,
        central=central,
        choices=choices,
        failed=failed,
        sets=sets,
        created=datetime.date.today().isoformat(),
    )


def _reference(
    name: str,
    regions: str | None,
    horizon: str | None,
    deficit: str | None,
    elasticities: Sequence[str],
) -> Scenario:
    """Return the scenario of the law, in the setting that the question asks for."""
    from tradetalks.scenario import load_scenario

    asked = load_scenario(name)
    given: dict[str, Any] = {
        "regions": regions,
        "horizon": horizon,
        "elasticities": list(elasticities),
    }
    if deficit is not None:
        given["closures"] = {**(asked.to_plain().get("closures") or {}), "deficit": deficit}
    return asked.replace(**{key: value for key, value in given.items() if value is not None})


def _duties_only(reference: Scenario, table: World) -> Numbers:
    from tradetalks.scenario import compile_shock

    shock = compile_shock(reference, table)
    others = (shock.export_tax, shock.subsidy, shock.productivity)
    if (
        any(part is not None for part in others)
        or shock.limits
        or not shock.elasticities.empty
        or (shock.iceberg != 1.0).any()
    ):
        raise BadInput(
            f"the game cannot start from '{reference.name}': it changes more than duties.",
            cure="Start from a scenario of tariffs only, such as truce-holds or baseline.",
        )
    return shock.tariff


def _index(table: World, code: str) -> int:
    try:
        return table.index(code)
    except UnknownName:
        raise unknown_name("player", code, table.countries) from None


def _spread(name: str, by_set: Mapping[str, float], central: str) -> dict[str, float]:
    values = list(by_set.values())
    return {name: by_set[central], f"{name}_low": min(values), f"{name}_high": max(values)}
