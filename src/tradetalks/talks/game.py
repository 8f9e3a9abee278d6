"""The tariff game on a world table: labels in, tables with units, ranges and sources out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.codes.units import BN
from tradetalks.engine.ends import spread
from tradetalks.talks.cooperative import TariffTalks
from tradetalks.talks.grouping import Weight, grouping, idle, payoffs_by_group
from tradetalks.talks.payoff import Numbers
from tradetalks.talks.tariffs import TariffChoice

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario
    from tradetalks.talks.favour import SectorWeights


@dataclass(frozen=True, eq=False)
class TariffGame:
    """Tariffs that players choose on a world, one answer per elasticity set.

    `choices` by name of the set (those that were solved), `failed` the reasons of the others;
    `partners[p]` are the codes that player p taxes; `start` is the scenario from which they begin
    (`nash`: at Nash tariffs under the law of `reference`). Rows of the tables are plain data.
    """

    kind: str
    players: tuple[str, ...]
    partners: tuple[tuple[str, ...], ...]
    reference: Scenario
    start: str
    table: World
    central: str
    choices: Mapping[str, TariffChoice]
    failed: Mapping[str, str]
    sets: tuple[ElasticitySet, ...]
    favour: SectorWeights | None
    groups: Mapping[str, Weight] | None
    created: str

    def tariffs(self) -> list[dict[str, Any]]:
        """Return a row per duty that was chosen, in percent of customs value.

        `tariff_reference` is that of the start, `tariff` the choice at the central elasticities
        with `low` and `high` over the sets; `imports_reference` in USD billions.
        """
        middle = self.choices[self.central]
        rates = {name: self.rate(c.tariff) for name, c in self.choices.items()}
        law = self.rate(self._law)
        trade = np.asarray(middle.before.trade) * BN
        return [
            {
                "importer": self.table.countries[n],
                "exporter": self.table.countries[i],
                "sector": self.table.sectors[j],
                "imports_reference": float(trade[i, n, j]),
                "tariff_reference": float(law[i, n, j]),
                **spread({s: float(r[i, n, j]) for s, r in rates.items()}, self.central, "tariff"),
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
                    own = self.rate(tariff)[:, player.country][:, part]  # noqa: B023
                    return float((own * weight).sum() / weight.sum())

                found = {name: mean(c.tariff) for name, c in self.choices.items()}
                row: dict[str, Any] = {"importer": code}
                if by_sector:
                    row["sector"] = self.table.sectors[part[0]]
                row["tariff_reference"] = mean(self._law)
                out.append(row | spread(found, self.central, "tariff"))
        return out

    def gains(self) -> list[dict[str, Any]]:
        """Return a row per country: change of real income (percent and USD billions), range."""
        rows: list[dict[str, Any]] = []
        for n, code in enumerate(self.table.countries):
            percent = {s: float(c.gain[n]) for s, c in self.choices.items()}
            dollars = {
                s: float(np.asarray(c.after.welfare - c.before.welfare)[n]) * BN
                for s, c in self.choices.items()
            }
            rows.append(
                {
                    "country": code,
                    "player": code in self.players,
                    **spread(percent, self.central, "real_income"),
                    **spread(dollars, self.central, "equivalent_variation"),
                }
            )
        return rows

    def group_payoffs(self) -> list[dict[str, Any]]:
        """Return a row per group of the players, where groups count: weight and what it gains.

        `payoff` in USD billions a year against the start, as in `talks groups`, with range over
        the sets; `weight_assumed` says whether nobody has measured the weight, `given` whether
        the asker set it, `weight_low` and `weight_high` are its range.
        """

        if self.groups is None:
            return []
        by_set = {
            name: payoffs_by_group(c.before, c.after, self.table)
            for name, c in self.choices.items()
        }
        return [
            {
                "country": group.country,
                "group": group.id,
                "name": group.name,
                "weight": weight.value,
                "weight_low": weight.low,
                "weight_high": weight.high,
                "weight_assumed": weight.assumed,
                "given": weight.given,
                **spread({s: v[group.id] for s, v in by_set.items()}, self.central, "payoff"),
            }
            for group in grouping().groups
            if group.country in self.players and (weight := self.groups[group.id])
        ]

    def talks(self) -> list[dict[str, Any]]:
        """Return a row per elasticity set of talks: the common gain (percent) and the shares.

        `gain` is the rise of the payoff that every player has at least, `gains` each player's own,
        `shares` its weight in the joint optimum (sum one), `on_frontier` whether none is negative:
        then nobody can gain unless another loses.
        """
        return [
            {
                "elasticities": name,
                "gain": c.common_gain,
                "gains": dict(zip(self.players, map(float, c.player_gain), strict=True)),
                "unequal": c.unequal,
                "shares": dict(zip(self.players, map(float, c.share), strict=True)),
                "on_frontier": c.on_frontier,
            }
            for name, c in self.choices.items()
            if isinstance(c, TariffTalks)
        ]

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

        middle = self.choices[self.central]
        bounds = middle.bounds
        cares = (
            said_of_groups(self.groups, self.players)
            if self.groups is not None
            else "Governments care for their country's real income and nothing else: no groups, no "
            "security, no revenue target (assumed)."
            if self.favour is None
            else "Governments care for real income and, beyond it, for value added in the sectors "
            "that the weights favour; profits included, tariff revenue counts one for one "
            f"(weights: {_said(self.favour.sources)})."
        )
        rule: tuple[str, ...] = ()
        if isinstance(middle, TariffTalks):
            rule = (
                "Talks raise every player's payoff by the same proportion (Ossa 2014), more only "
                "where that takes nothing from another; that is one point of the frontier, and "
                "what is agreed is kept (assumed)."
                if middle.gains == "at_least_equal"
                else "Talks raise every player's payoff by the same proportion (Ossa 2014), and "
                "what is agreed is kept (assumed).",
            )
        return (
            cares,
            *rule,
            "Every other duty stays as in the reference, and so do other measures; nobody else "
            "retaliates (assumed).",
            f"Duties lie between {100 * bounds.low:,.0f}% and {100 * bounds.high:,.0f}% of the "
            "table's value; services are not taxed.",
            *assumptions_of(self.reference, self.sets, self.table),
        )

    def sources(self) -> list[Any]:
        """Return the sources of the reference law and of the table, and of the method."""
        from tradetalks.engine.report import described, shares_source

        plain = self.reference.to_plain()
        return [
            ossa(
                "Ossa (2014), Trade wars and trade talks with data, American Economic "
                "Review 104(12): the game"
            ),
            *(() if self.favour is None else self.favour.sources),
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
        middle = self.choices[self.central]
        third = len(self.players) < len(self.table.countries)
        mfn = isinstance(middle, TariffTalks) and middle.rule == "mfn" and not middle.cuts_only
        if mfn and third:
            out.append(
                "With one duty for all, these players also tax third countries together, whose "
                "losses nobody at the table counts; a round as under GATT is `--cuts-only`."
            )
        held = [r["elasticities"] for r in self.talks() if not r["on_frontier"]]
        if held:
            out.append(
                f"With {', '.join(held)} equal gains are no point of the frontier: one side could "
                "gain more and no other less (`--gains at_least_equal` lets it)."
            )
        if self.groups is not None:
            out += [f"{text}." for text in idle(self.table, self.players)]
        if self.reference.horizon == "long":
            out.append("The long horizon is not validated by any back-test.")
        return tuple(out)

    @property
    def _law(self) -> Numbers:
        return self.choices[self.central].origin

    def rate(self, tariff: Numbers) -> Numbers:
        """Return duties `[i, n, j]` in percent of customs value, as a law names them."""
        return 100.0 * np.asarray(tariff) / self.table.valuation


def ossa(title: str) -> dict[str, str]:
    """Return the source of the method, with a title that says what is taken from it."""
    return {
        "title": title,
        "url": "https://doi.org/10.1257/aer.104.12.4104",
        "evidence": "V",
    }


def _said(sources: tuple[Any, ...]) -> str:
    return "; ".join(s.get("title", str(s)) if isinstance(s, dict) else str(s) for s in sources)


def said_of_groups(groups: Mapping[str, Weight], players: tuple[str, ...]) -> str:
    """Return what governments care for where groups count, and which weights are assumed."""

    mine = [g for g in grouping().groups if g.country in players]
    soft = [f"{g.id} {groups[g.id].value:g}" for g in mine if groups[g.id].assumed]
    given = [g.id for g in mine if groups[g.id].given]
    alone = [code for code in players if code not in grouping().countries]
    return (
        "Governments maximise the weighted payoffs of their groups (`talks groups`), a dollar of "
        f"households being the unit; no estimate exists of these weights, which are assumed: "
        f"{', '.join(soft)}; so are some figures in the payoffs (`talks assumptions groups`)."
        + (f" Given with the question: {', '.join(given)}." if given else "")
        + (f" {', '.join(alone)}: no groups, real income alone." if alone else "")
    )
