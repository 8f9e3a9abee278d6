"""What packages do to real income: every distinct world solved once, in batches.

Issues whose levels make the same world do not multiply the work: only distinct lists of changes
count. A batch is of one size whatever is asked, so one compiled function serves and memory is
bounded by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tradetalks.codes.units import BN
from tradetalks.engine.closures import closure_of
from tradetalks.engine.critical import check_goods
from tradetalks.engine.economy import choose_sets, economy_of, elasticities_of
from tradetalks.engine.latent import latent_premium, with_premium, with_wedge
from tradetalks.engine.limits import Groups, groups_of
from tradetalks.errors import BadInput, NotConverged
from tradetalks.model import Closure, Economy, Quotas
from tradetalks.model import Shock as ModelShock
from tradetalks.scenario import compile_shock
from tradetalks.scenario.law import LawRates, law_rates
from tradetalks.scenario.law_changes import LawChange
from tradetalks.scenario.ledger_controls import LedgerControls, ledger_controls
from tradetalks.solve import Solution, solve_batch

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario, Shock
    from tradetalks.talks.packages.definition import Agenda

Numbers = NDArray[np.float64]
Positions = NDArray[np.int64]
Progress = Callable[[str, int, int], None]

CHUNK = 16
"""Worlds that are solved together."""
MOST_WORLDS = 4096
"""Distinct worlds that are solved; beyond, the question takes more than minutes."""
_PREMIA = ("premium", "premium_left")


@dataclass(frozen=True, eq=False)
class Worlds:
    """The distinct worlds of an agenda.

    `merged[k][m]` is the number, among the distinct lists of changes of issue k, of that of level
    m; `levels[w]` the levels of a package that makes world w, the first the default.
    """

    agenda: Agenda
    table: World
    merged: tuple[Positions, ...]
    levels: tuple[tuple[int, ...], ...]
    shocks: tuple[Shock, ...]
    sets: tuple[ElasticitySet, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of distinct lists of changes by issue; worlds are numbered in this shape."""
        return tuple(int(m.max()) + 1 for m in self.merged)

    @property
    def central(self) -> str:
        """Name of the central elasticity set."""
        return next(s.name for s in self.sets if s.central)

    @property
    def default(self) -> int:
        """The world of the law at the deadline."""
        return self.number(tuple(issue.default for issue in self.agenda.issues))

    def number(self, levels: Sequence[int]) -> int:
        """Return the world of a package, given as the level of each issue."""
        at = [int(m[level]) for m, level in zip(self.merged, levels, strict=True)]
        return int(np.ravel_multi_index(at, self.shape))

    def spread(self, by_world: Numbers) -> Numbers:
        """Return values by world `[w, ...]` as values by package, one axis per issue first."""
        rest = by_world.shape[1:]
        return by_world.reshape(*self.shape, *rest)[np.ix_(*self.merged)]

    @cached_property
    def groups(self) -> Groups | None:
        """Limits on volumes of all worlds, one set of groups."""
        return groups_of(self.shocks, self.table.trade)

    @cached_property
    def premium(self) -> Numbers | None:
        """Premia [i,n,j] in the table of controls that some world lifts, None where none does."""
        return latent_premium(self.shocks)

    @cached_property
    def economy(self) -> Economy:
        """The model's baseline."""
        table = self.table if self.premium is None else with_premium(self.table, self.premium)
        with jax.enable_x64(True):
            return economy_of(table)

    @cached_property
    def closure(self) -> Closure:
        """The model's closure."""
        with jax.enable_x64(True):
            return closure_of(self.agenda.scenario(self.levels[0]), self.table)


@dataclass(frozen=True, eq=False)
class Incomes:
    """Real income of the sides in worlds that were solved.

    `gain[w, side]` is the change from the law at the deadline, in USD billions a year at the
    prices of the world's year, NaN where there is no equilibrium; `level[side]` real income
    under that law, same unit; `failed` says why, by world.
    """

    gain: Numbers
    level: Numbers
    failed: dict[int, str]


def worlds_of(agenda: Agenda, table: World | None, progress: Progress | None = None) -> Worlds:
    """Return the distinct worlds of an agenda, compiled.

    Raises `BadInput` and its kind, with the level at fault, for changes that the world cannot
    have, and `BadInput` for more than `MOST_WORLDS`.
    """
    from tradetalks.data import load_world, sets_for

    found = table or load_world(agenda.world, agenda.regions, goods=agenda.goods)
    merged, first = _merged(agenda)
    shape = [len(f) for f in first]
    count = int(np.prod(shape, dtype=np.int64))
    if count > MOST_WORLDS:
        raise BadInput(
            f"the changes of these levels make {count:,} different worlds; {MOST_WORLDS:,} are "
            "solved at most.",
            cure="Give fewer levels with `changes:`; levels with weights only cost nothing.",
            file=agenda.origin.file,
        )
    levels = tuple(
        tuple(int(f[a]) for f, a in zip(first, np.unravel_index(w, shape), strict=True))
        for w in range(count)
    )
    plain = agenda.scenario(levels[0])
    check_goods(plain, found)
    compiler = _Compiler(agenda, found)
    shocks: list[Shock] = []
    for w, at in enumerate(levels):
        shocks.append(compiler.shock(at))
        if progress is not None and (w + 1) % CHUNK == 0:
            progress("law and changes", w + 1, count)
    sets = choose_sets(plain.replace(elasticities="all"), sets_for(found, agenda.horizon))
    return Worlds(agenda, found, merged, levels, tuple(shocks), sets)


def _merged(agenda: Agenda) -> tuple[tuple[Positions, ...], list[list[int]]]:
    """Number the distinct lists of changes by issue, and a level that has each."""
    numbers: list[Positions] = []
    firsts: list[list[int]] = []
    for issue in agenda.issues:
        seen: dict[object, int] = {}
        own = [seen.setdefault(level.changes, len(seen)) for level in issue.levels]
        numbers.append(np.array(own, dtype=np.int64))
        firsts.append([own.index(n) for n in range(len(seen))])
    return tuple(numbers), firsts


class _Compiler:
    """Compiles packages; a law is read once, and arrays that are equal are kept once."""

    def __init__(self, agenda: Agenda, table: World) -> None:
        self.agenda, self.table = agenda, table
        self._laws: dict[tuple[object, ...], tuple[LawRates, LedgerControls]] = {}
        self._arrays: dict[bytes, Numbers] = {}

    def shock(self, levels: tuple[int, ...]) -> Shock:
        scenario = self.agenda.scenario(levels)
        try:
            found = compile_shock(scenario, self.table, law=self._law(scenario))
        except BadInput as error:
            raise _placed(self.agenda, levels, self.table, error) from None
        names = ("tariff", "iceberg", "export_tax", "subsidy", "productivity", *_PREMIA)
        return replace(
            found, law=None, **{name: self._kept(getattr(found, name)) for name in names}
        )

    def _law(self, scenario: Scenario) -> tuple[LawRates, LedgerControls] | None:
        if scenario.base.law == "file":
            return None
        changes = tuple(c for c in scenario.changes if isinstance(c, LawChange))
        if changes not in self._laws:
            rates = law_rates(scenario, self.table.year)
            self._laws[changes] = rates, ledger_controls(scenario, self.table.carved)
        return self._laws[changes]

    def _kept(self, array: Numbers | None) -> Numbers | None:
        if array is None:
            return None
        return self._arrays.setdefault(sha256(array.tobytes()).digest(), array)


def _placed(agenda: Agenda, levels: tuple[int, ...], table: World, error: BadInput) -> BadInput:
    """Return the error with the level that causes it: the one that fails alone, if any does."""
    try:
        compile_shock(agenda.scenario(levels, only=-1), table)
    except BadInput as own:  # the law itself, whatever is signed
        return type(own)(
            own.cause, cure=own.cure, file=agenda.origin.file, line=agenda.origin.line(("base",))
        )
    for k, (issue, at) in enumerate(zip(agenda.issues, levels, strict=True)):
        try:
            compile_shock(agenda.scenario(levels, only=k), table)
        except BadInput as own:
            where, line = agenda.place(k, at)
            return type(own)(
                f"{where} ('{issue.id}: {issue.levels[at].id}'): {own.cause}",
                cure=own.cure, file=agenda.origin.file, line=line,
            )  # fmt: skip
    named = ", ".join(
        f"{issue.id}: {issue.levels[at].id}"
        for issue, at in zip(agenda.issues, levels, strict=True)
        if issue.levels[at].changes
    )
    return type(error)(
        f"the levels {named} do not go together: {error.cause}", cure=error.cure,
        file=agenda.origin.file,
    )  # fmt: skip


def incomes(
    worlds: Worlds,
    wanted: Sequence[int],
    elasticity_set: str,
    progress: Progress | None = None,
) -> Incomes:
    """Solve some worlds (and the default) at one elasticity set.

    Rows of `gain` are `wanted`. Raises `NotConverged` if the default has no equilibrium.
    """
    todo = [worlds.default, *(w for w in dict.fromkeys(wanted) if w != worlds.default)]
    sides = [worlds.table.index(code) for code in worlds.agenda.sides]
    welfare = np.full((len(todo), len(sides)), np.nan)
    failed: dict[int, str] = {}
    level = np.zeros(len(sides))
    for start in range(0, len(todo), CHUNK):
        part = todo[start : start + CHUNK]
        found = solved(worlds, elasticity_set, part, [worlds.shocks[w] for w in part])
        for row, (w, solution) in enumerate(zip(part, found, strict=True), start=start):
            if solution.status.converged:
                e = solution.equilibrium
                welfare[row] = np.asarray(e.welfare)[sides]
                if row == 0:
                    level = np.asarray(e.expenditure / e.consumer_price)[sides]
            else:
                failed[w] = solution.status.message
        if progress is not None:
            progress(elasticity_set, min(start + CHUNK, len(todo)), len(todo))
    if worlds.default in failed:
        raise NotConverged(
            f"the law at the deadline has no equilibrium at '{elasticity_set}': "
            f"{failed[worlds.default]}"
        )
    row_of = {w: row for row, w in enumerate(todo)}
    rows = [row_of[w] for w in wanted]
    return Incomes((welfare[rows] - welfare[0]) * BN, level * BN, failed)


def solved(
    worlds: Worlds, elasticity_set: str, numbers: Sequence[int], shocks: Sequence[Shock]
) -> list[Solution]:
    """Solve up to `CHUNK` shocks at one elasticity set; limits are those of the worlds `numbers`.

    The batch is filled up with its last member, so that one compiled function serves.
    """
    chosen = next(s for s in worlds.sets if s.name == elasticity_set)
    filler = CHUNK - len(shocks)
    with jax.enable_x64(True):
        found = solve_batch(
            worlds.economy,
            elasticities_of(chosen),
            _batch(worlds, [*numbers, *[numbers[-1]] * filler], [*shocks, *[shocks[-1]] * filler]),
            worlds.closure,
        )
    return found[: len(shocks)]


def _batch(worlds: Worlds, numbers: Sequence[int], shocks: Sequence[Shock]) -> ModelShock:
    """Return some shocks as one batch; what none of the agenda's worlds has stays None."""
    if worlds.premium is not None:
        shocks = [with_wedge(shock, worlds.premium) for shock in shocks]

    def stacked(name: str, absent: float) -> Numbers | None:
        values = [getattr(shock, name) for shock in worlds.shocks]
        some = next((v for v in values if v is not None), None)
        if some is None:
            return None
        own = [getattr(shock, name) for shock in shocks]
        return np.stack([np.full_like(some, absent) if v is None else v for v in own])

    tax, aid = stacked("export_tax", 0.0), stacked("subsidy", 0.0)
    gain = stacked("productivity", 1.0)
    return ModelShock(
        tariff=_by_sector(np.stack([s.tariff for s in shocks])),
        log_iceberg=_by_sector(np.log(np.stack([s.iceberg for s in shocks]))),
        export_tax=None if tax is None else _by_sector(tax),
        subsidy=None if aid is None else jnp.asarray(aid),
        productivity=None if gain is None else jnp.asarray(gain),
        quotas=None if worlds.groups is None else _quotas(worlds.groups, numbers),
    )


def _quotas(groups: Groups, numbers: Sequence[int]) -> Quotas:
    at = np.asarray(numbers)

    def same(x: NDArray[np.generic]) -> jax.Array:
        return jnp.asarray(np.broadcast_to(x, (at.size, *x.shape)))

    return Quotas(
        good=same(groups.sector),
        importer=same(groups.importer),
        exporter=same(groups.exporter),
        group=same(groups.group),
        limit=jnp.asarray(groups.limit[at]),
        floor=same(groups.floor.astype(float)),
        burnt=jnp.asarray(groups.burnt[at]),
        to_exporter=jnp.asarray(groups.to_exporter[at]),
        to_importer=jnp.asarray(groups.to_importer[at]),
        to_controller=jnp.asarray(groups.to_controller[at]),
        ceiling=jnp.asarray(groups.ceiling[at]) if np.isfinite(groups.ceiling).any() else None,
    )


def _by_sector(flows: Numbers) -> jax.Array:
    return jnp.asarray(np.ascontiguousarray(flows.transpose(0, 3, 2, 1)))
