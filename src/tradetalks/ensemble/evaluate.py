"""From a point in the unit cube to the accounts of a scenario: what a worker does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tradetalks.engine.draws import Stage, blocks_of, calm_of, solve_draws, stage_of
from tradetalks.engine.setting import Shocks
from tradetalks.ensemble.design import BATCH
from tradetalks.ensemble.forecast import forecast_weights
from tradetalks.ensemble.parameters import WORLD, base_sets
from tradetalks.ensemble.worlds import carved_anew, with_noise
from tradetalks.errors import NotConverged
from tradetalks.model import Elasticities
from tradetalks.results.draws import Parameter, points
from tradetalks.solve import Known

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]

TOLERANCE = 1e-6
"""Largest residual of a draw: real income is then right to about 1e-5 percentage points."""
COUNTRY_OUTCOMES = (
    *("real_income", "equivalent_variation", "consumer_prices"),
    *("exports", "imports", "tariff_revenue"),
)
PARTIES = ("USA", "CHN")


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario on its world, with the parameters that are drawn.

    `own_table` says that the table was given, not loaded by name, so that critical goods cannot
    be carved out of it anew.
    """

    scenario: Scenario
    table: World
    sets: tuple[ElasticitySet, ...]
    space: tuple[Parameter, ...]
    own_table: bool = False

    def parameters(self, level: str) -> tuple[Parameter, ...]:
        """Return the scalar parameters drawn by `draw` or by `world`, in the order of a design."""
        return tuple(p for p in self.space if p.level == level and p.name != WORLD)

    @property
    def noise(self) -> float:
        """Standard deviation of the errors of bilateral flows; zero where they are not drawn."""
        return next((p.median for p in self.space if p.name == WORLD), 0.0)


def outcome_names(countries: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a draw's outcomes: `variable|country`, and the balance of the parties.

    >>> outcome_names(("USA", "CHN"))[-1]
    'bilateral_balance|USA|CHN'
    """
    names = [f"{v}|{c}" for v in COUNTRY_OUTCOMES for c in countries]
    if all(c in countries for c in PARTIES):
        names.append("bilateral_balance|" + "|".join(PARTIES))
    return tuple(names)


@dataclass(frozen=True)
class Batch:
    """Drawn values and outcomes: `parameters` by name `[draw]`, `outcomes` `[draw, outcome]`."""

    parameters: Mapping[str, Array]
    outcomes: Array
    converged: NDArray[np.bool_]
    messages: tuple[str, ...]


class Evaluator:
    """Evaluates batches of draws of one case; keeps what they share, in one process."""

    def __init__(self, case: Case) -> None:
        from tradetalks.scenario import compile_shock

        self.case = case
        self._compile: Callable[[Scenario, World], Any] = compile_shock
        self._reference = case.scenario.reference()
        self._central = next(s for s in case.sets if s.central)
        self._bases = {s.name: s for s in case.sets}
        self._ends = self._compiled(case.table)
        self._fixed_rates = not any(shock.limits for shock in self._ends)
        self._known: dict[str, Known] = {}
        self._blocks: Any = None
        # the same ones for every ensemble of the case: where a draw starts hangs on nothing else
        self._points = points(len(case.parameters("draw")), 0, 0, BATCH)

    def batch(self, u: Array, worlds: Array | None, noise: np.random.Generator | None) -> Batch:
        """Return the draws at the points `u` `[draw, parameter]`.

        `worlds` `[parameter]` is the batch's point among the worlds and `noise` its source of
        errors; None of both is the central world.
        """
        case = self.case
        drawn = {p.name: p.at(u[:, k]) for k, p in enumerate(case.parameters("draw"))}
        common: dict[str, float] = {}
        if worlds is not None:
            common = {
                p.name: float(p.at(worlds[k])) for k, p in enumerate(case.parameters("world"))
            }
        with jax.enable_x64(True):
            stage, kept = self._stage(common, noise)
            outcomes = solve_draws(
                stage,
                self._draws(drawn, stage.table),
                self._elasticities(drawn, stage.table),
                self._start(stage.closure.deficit),
                forecast_weights(self._points, u),
                self._blocks,
                TOLERANCE,
            )
        shown = dict(drawn)
        for name, value in common.items():
            factor = value**kept if name.startswith(("market_", "goods_")) else value
            shown[name] = np.full(len(u), factor)
        return Batch(
            shown,
            _rows(outcomes.values, len(u), case.table.countries),
            np.array([status.converged for status in outcomes.statuses]),
            tuple("" if s.converged else s.message for s in outcomes.statuses),
        )

    def central(self) -> Array:
        """Return the outcomes of the central set on the central world, to the same tolerance."""
        found = self.batch(np.tile(self._central_point(), (BATCH, 1)), None, None)
        if not found.converged[0]:
            raise NotConverged(f"scenario '{self.case.scenario.name}': {found.messages[0]}")
        return found.outcomes[0]

    def _central_point(self) -> Array:
        names = base_sets(self.case.sets)
        own = (names.index(self._central.name) + 0.5) / len(names)
        draw = self.case.parameters("draw")
        return np.array([own if p.name == "sigma_set" else 0.5 for p in draw])

    def _compiled(self, table: World) -> Shocks:
        return self._compile(self._reference, table), self._compile(self.case.scenario, table)

    def _stage(
        self, common: Mapping[str, float], noise: np.random.Generator | None
    ) -> tuple[Stage, float]:
        """Return the batch's world and rules, and how much of the goods' factors it took."""
        case, table, kept = self.case, self.case.table, 1.0
        scenario = case.scenario
        markets = {
            name.removeprefix("market_"): value
            for name, value in common.items()
            if name.startswith("market_")
        }
        if markets or "goods_supply" in common:
            supply = common.get("goods_supply", 1.0)
            table, kept = carved_anew(scenario, case.table.carved, markets, supply)
        if noise is not None and case.noise > 0.0:
            table = with_noise(table, case.noise, noise)
        if "deficit" in common:
            rules = next(p.options for p in case.space if p.name == "deficit")
            scenario = _with_rule(scenario, rules[int(common["deficit"])])
        shift = common.get("capital_shift", common.get("capital_share", 0.0))
        return stage_of(scenario, table, self._ends, shift), kept

    def _start(self, rule: str) -> Known:
        """Return what a batch's draws start from: draws of the central world under its rules."""
        if rule not in self._known:
            # nothing of this batch's world: another process may begin with another batch
            central = stage_of(_with_rule(self.case.scenario, rule), self.case.table, self._ends)
            drawn = {
                p.name: p.at(self._points[:, k]) for k, p in enumerate(self.case.parameters("draw"))
            }
            elasticities = self._elasticities(drawn, central.table)
            if self._blocks is None:
                self._blocks = blocks_of(central, self._ends, self._central_elasticities())
            calm = np.tile(calm_of(central, self._ends), (2, BATCH, 1))
            # of the known ones there is none yet but the calm
            weights = forecast_weights(self._points[:0], self._points)
            weights = np.concatenate([np.zeros((BATCH, BATCH)), weights], axis=1)
            found = solve_draws(
                central, self._draws(drawn, central.table), elasticities,
                Known(calm, 1.0), weights, self._blocks, TOLERANCE,
            )  # fmt: skip
            solved = np.array([status.converged for status in found.statuses])
            self._known[rule] = known_from(found.states, solved, calm)
        return self._known[rule]

    def _central_elasticities(self) -> Elasticities:
        point = self._central_point()
        drawn = {p.name: p.at(point[None, k]) for k, p in enumerate(self.case.parameters("draw"))}
        return jax.tree.map(lambda x: x[0], self._elasticities(drawn, self.case.table))

    def _draws(self, drawn: Mapping[str, Array], table: World) -> list[Shocks] | Shocks:
        """Return the shocks: one pair for all draws, unless licences or limits differ."""
        ends = self._ends
        if not self._fixed_rates and table is not self.case.table:
            ends = self._compiled(table)
        if "licence_approval" not in drawn:
            return ends
        return [
            (ends[0], self._compile(with_approval(self.case.scenario, float(shift)), table))
            for shift in drawn["licence_approval"]
        ]

    def _elasticities(self, drawn: Mapping[str, Array], table: World) -> Elasticities:
        """Return the elasticities of every draw; a scenario's own stand on top, as in a run."""
        base, own = self._central, self._ends[1].elasticities
        count = len(next(iter(drawn.values())))
        sigma = np.tile(base.sigma, (count, 1))
        domestic = np.tile(base.sigma_domestic, (count, 1))
        if "sigma_set" in drawn:
            names = base_sets(self.case.sets)
            sigma = np.stack([self._bases[names[int(k)]].sigma for k in drawn["sigma_set"]])
        free = ~np.asarray(table.critical if table.critical is not None else 0.0, bool)
        if "sigma" in drawn:
            sigma = np.where(free, drawn["sigma"][:, None], sigma)
        if "sigma_factor" in drawn:
            sigma = np.where(free, 1.0 + (sigma - 1.0) * drawn["sigma_factor"][:, None], sigma)
        if "sigma_domestic" in drawn:
            domestic = np.tile(drawn["sigma_domestic"][:, None], (1, sigma.shape[1]))
        domestic = np.minimum(domestic, sigma)
        sigma = np.where(np.isnan(own.sigma), sigma, own.sigma)
        if self.case.scenario.nests == "one":
            domestic = sigma
        else:
            domestic = np.where(np.isnan(own.sigma_domestic), domestic, own.sigma_domestic)

        def whole(name: str) -> Any:
            value = getattr(own, name, None)
            return np.full(count, value) if value is not None else drawn.get(
                name, np.full(count, getattr(base, name))
            )  # fmt: skip

        return Elasticities(
            sigma=jnp.asarray(sigma),
            sigma_domestic=jnp.asarray(domestic),
            materials=whole("materials"),
            value_added=whole("value_added"),
            final=whole("final"),
            critical=None if base.critical is None else whole("critical"),
        )


def _with_rule(scenario: Scenario, deficit: str) -> Scenario:
    if deficit == scenario.closures.deficit:
        return scenario
    closures = scenario.closures.model_dump(mode="json") | {"deficit": deficit}
    return scenario.replace(closures=closures)


def known_from(states: Array, solved: NDArray[np.bool_], calm: Array) -> Known:
    """Return the states `[end, h, m]` of draws as known ones: `calm` where not `solved` `[h]`."""
    states = np.where(solved[:, None], states, calm)
    first, last = states - states.mean(1, keepdims=True)
    size = float((first**2).sum())
    return Known(states, float((first * last).sum()) / size if size > 0.0 else 1.0)


def with_approval(scenario: Scenario, shift: float) -> Scenario:
    """Return the scenario with every approval rate between 0 and 1 moved by `shift` in log-odds."""
    plain = scenario.to_plain()
    changes = [dict(change) for change in plain.get("changes", [])]
    for change, own in zip(changes, scenario.changes, strict=True):
        rate = getattr(own, "approval", None)
        if rate is not None and 0.0 < rate < 1.0:
            odds = np.log(rate / (1.0 - rate)) + shift
            change["approval"] = float(1.0 / (1.0 + np.exp(-odds)))
    return scenario.replace(changes=changes)


def _rows(values: Mapping[str, Array], count: int, countries: tuple[str, ...]) -> Array:
    """Return the outcomes `[draw, outcome]` in the order of `outcome_names`."""
    if not values:
        return np.full((count, len(outcome_names(countries))), np.nan)
    cells = [values[name] for name in COUNTRY_OUTCOMES]
    if all(c in countries for c in PARTIES):
        first, second = (countries.index(c) for c in PARTIES)
        cells.append(values["bilateral_balance"][:, first, second, None])
    return np.concatenate(cells, axis=1)


def case_of(
    scenario: Scenario | str, world: World | None = None, fixed: tuple[str, ...] = ()
) -> Case:
    """Return the case of a scenario (or its name, or a file), with `fixed` parameters left out.

    Raises what `simulate` raises for a scenario that its world cannot answer.
    """
    from tradetalks.data import load_world, sets_for
    from tradetalks.engine.critical import check_goods
    from tradetalks.engine.economy import choose_sets
    from tradetalks.ensemble.parameters import space_of
    from tradetalks.scenario import Scenario, load_scenario

    asked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    given = world is not None
    table = (
        world if world is not None else load_world(asked.world, asked.regions, goods=asked.goods)
    )
    check_goods(asked, table)
    sets = choose_sets(asked.replace(elasticities="all"), sets_for(table, asked.horizon))
    space = space_of(asked, table, sets, fixed)
    if given:
        space = tuple(p for p in space if not p.name.startswith(("market_", "goods_supply")))
    return Case(asked, table, sets, space, given)
