"""A question about tariffs, in names: read, checked, solved for every elasticity set."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from tradetalks.errors import BadInput, NoAnswer, UnknownName, unknown_name
from tradetalks.talks.cooperative import TariffTalks, cooperative_tariffs
from tradetalks.talks.favour import SectorWeights
from tradetalks.talks.game import TariffGame
from tradetalks.talks.grouping import Weight, grouping, weights_of
from tradetalks.talks.interests import Interests, check_groups, interests_of
from tradetalks.talks.payoff import Numbers, Setting, payoff, read
from tradetalks.talks.tariffs import TariffChoice, nash_tariffs, optimal_tariffs

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.model import Closure, Economy, Elasticities
    from tradetalks.scenario import Scenario

REFERENCE = "truce-holds"
"""The law from which governments start, unless another is named."""
NASH = "nash"
"""As a starting point of talks: the players' Nash tariffs under the law of `REFERENCE`."""
KINDS = ("optimal", "nash", "cooperative")
_START = 0.5


@dataclass(frozen=True, eq=False)
class _Question:
    """What is solved for each elasticity set; countries by number."""

    kind: str
    players: tuple[int, ...]
    taxed: tuple[int, ...]
    everybody: bool
    from_nash: bool
    rule: str
    gains: str
    cuts_only: bool
    weights: list[Numbers | None]
    groups: Mapping[str, Weight] | None
    table: World
    law: Numbers
    bounds: tuple[float, float]

    def _interests(
        self, economy: Economy, elasticities: Elasticities, closure: Closure
    ) -> Interests | None:
        """Return what the groups want, measured against the law under these elasticities."""
        if self.groups is None:
            return None
        setting = Setting(economy, elasticities, closure)
        neutral = np.ones(economy.n_sectors)
        law = read(payoff(setting, self.law, self.players[0], neutral).equilibrium)
        return interests_of(grouping(), self.groups, self.table, law)

    def answer(
        self,
        economy: Economy,
        elasticities: Elasticities,
        closure: Closure,
        war: TariffChoice | None = None,
        near: TariffChoice | None = None,
    ) -> TariffChoice:
        """Return the tariffs; raises as the functions of `tariffs` and `cooperative`.

        `war` is the Nash equilibrium from which talks begin, where it is known; the search for an
        agreement starts at `near`, that of other elasticities.
        """
        common: dict[str, Any] = {
            "sectors": self.table.goods,
            "bounds": self.bounds,
            "interests": self._interests(economy, elasticities, closure),
        }
        search: dict[str, Any] = {
            **common,
            "start": min(max(_START, self.bounds[0]), self.bounds[1]),
        }
        world = (economy, elasticities, closure)
        if self.kind == "optimal":
            (country,) = self.players
            return optimal_tariffs(
                *world,
                country,
                against="all" if self.everybody else self.taxed,
                tariff=self.law,
                weights=self.weights[0],
                **search,
            )
        who: dict[str, Any] = {
            "against": "all" if self.everybody else "players",
            "weights": self.weights,
        }
        start = self.law
        if self.kind == "nash" or self.from_nash:
            if war is None:
                war = nash_tariffs(*world, self.players, tariff=self.law, **who, **search)
            if self.kind == "nash":
                return war
            start = war.require().tariff
        return cooperative_tariffs(
            *world,
            self.players,
            rule=self.rule,  # type: ignore[arg-type]
            gains=self.gains,  # type: ignore[arg-type]
            cuts_only=self.cuts_only,
            tariff=start,
            valuation=self.table.valuation,
            near=near if isinstance(near, TariffTalks) else None,
            **who,
            **common,
        )


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
    rule: str = "bilateral",
    gains: str = "at_least_equal",
    cuts_only: bool = False,
    from_nash: bool = False,
    war: TariffGame | None = None,
    weights: SectorWeights | Mapping[str, Mapping[str, float]] | None = None,
    groups: Mapping[str, float] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> TariffGame:
    """Find the goods tariffs of one country (`optimal`), of a war (`nash`), of talks
    (`cooperative`).

    `players` are codes of countries. `partners` for `optimal`: whom it taxes (none: everybody);
    otherwise none for one another, `("all",)` for everybody. `start_from` names the scenario
    whose law holds elsewhere and against which gains are measured: duties only. Talks may begin
    at `"nash"` too, or with `from_nash` at the Nash tariffs under the law of `start_from`; `war`
    gives these where they are known, from the same question. `rule`, `gains` and `cuts_only` are of
    talks (see `cooperative_tariffs`), `weights` political weights by country and sector. With
    `groups` (weights by group in place of the shipped ones; an empty mapping takes these)
    governments maximise the weighted payoffs of `talks groups`. Raises
    `UnknownName`, `BadInput`, `BadNumber`, and `NotConverged` without a central answer.
    """
    from tradetalks.data import load_world, sets_for
    from tradetalks.engine.economy import choose_sets

    if kind not in KINDS:
        raise unknown_name("kind of game", kind, KINDS)
    law_of = start_from
    if kind == "cooperative" and start_from == NASH:
        from_nash, law_of = True, REFERENCE
    reference = reference_of(law_of, regions, horizon, deficit, elasticities)
    table = world if world is not None else load_world(reference.world, reference.regions)
    favour, counted = _objectives(tuple(players), weights, groups)
    question = _Question(
        kind=kind,
        players=tuple(index_of(table, code) for code in players),
        taxed=tuple(index_of(table, code) for code in partners if code != "all"),
        everybody=tuple(partners) == ("all",) or (kind == "optimal" and not partners),
        from_nash=from_nash,
        rule=rule,
        gains=gains,
        cuts_only=cuts_only,
        weights=[None if favour is None else favour.vector(code, table) for code in players],
        groups=counted,
        table=table,
        law=duties_only(reference, table),
        bounds=bounds,
    )
    sets = choose_sets(reference, sets_for(table, reference.horizon))
    central = next(s.name for s in sets if s.central)
    known = {} if war is None else war.choices
    choices, failed = _answers(question, reference, sets, known, progress)
    return TariffGame(
        kind=kind,
        players=tuple(players),
        partners=tuple(
            tuple(table.countries[i] for i in np.flatnonzero(p.chooses.any(1)))
            for p in choices[central].players
        ),
        reference=reference,
        start=NASH if from_nash else start_from,
        table=table,
        central=central,
        choices=choices,
        failed=failed,
        sets=sets,
        favour=favour,
        groups=counted,
        created=datetime.date.today().isoformat(),
    )


def _objectives(
    players: tuple[str, ...],
    weights: SectorWeights | Mapping[str, Mapping[str, float]] | None,
    groups: Mapping[str, float] | None,
) -> tuple[SectorWeights | None, Mapping[str, Weight] | None]:
    """Return what governments favour by sector, or how they count their groups, checked."""
    if weights is None:
        if groups is None:
            return None, None
        counted = weights_of(groups)
        check_groups(grouping(), players)
        return None, counted
    favour = (
        weights
        if isinstance(weights, SectorWeights)
        else SectorWeights(weights, ("given by the user",))
    )
    favour.check_players(players)
    if groups is not None:
        raise BadInput(
            "weights by sector and by group were given at once.",
            cure="A government has one objective: leave one of the two out.",
        )
    return favour, None


def _answers(
    question: _Question,
    reference: Scenario,
    sets: Sequence[ElasticitySet],
    known: Mapping[str, TariffChoice],
    progress: Callable[[str, int, int], None] | None,
) -> tuple[dict[str, TariffChoice], dict[str, str]]:
    """Return the tariffs by elasticity set, and why the others have none; `known` are wars.

    Each search starts from the answer before it. Raises what the central set raises.
    """
    from tradetalks.engine.closures import closure_of
    from tradetalks.engine.economy import economy_of, elasticities_of

    choices: dict[str, TariffChoice] = {}
    failed: dict[str, str] = {}
    near: TariffChoice | None = None
    with jax.enable_x64(True):
        economy, closure = economy_of(question.table), closure_of(reference, question.table)
        for done, chosen in enumerate(sets, start=1):
            try:
                own = elasticities_of(chosen, nests=reference.nests)
                near = question.answer(economy, own, closure, known.get(chosen.name), near)
                choices[chosen.name] = near.require()
            except (NoAnswer, BadInput) as error:
                if chosen.central:
                    raise
                failed[chosen.name] = str(error)
            if progress is not None:
                progress(chosen.name, done, len(sets))
    return choices, failed


def reference_of(
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


def duties_only(reference: Scenario, table: World) -> Numbers:
    """Return the law's duties `[i, n, j]`; `BadInput` for a scenario of more than duties."""
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


def index_of(table: World, code: str) -> int:
    """Return a player's position; `UnknownName` with a suggestion otherwise."""
    try:
        return table.index(code)
    except UnknownName:
        known = f"The table has {', '.join(table.countries)}."
        raise unknown_name("player", code, table.countries, see=known) from None
