"""What narrows the US deficit with China by a given amount, and at whose cost.

Solved backwards: the tariff, or the purchases, at which the model's answer is the target. The
deficit with the world as a whole is imposed by the closure; no policy here can be solved for it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradetalks.codes.units import BN
from tradetalks.data import World, load_world, sets_for
from tradetalks.engine.economy import choose_sets
from tradetalks.engine.ends import solve_set, spread
from tradetalks.engine.setting import setting_of
from tradetalks.errors import BadNumber, NoAnswer
from tradetalks.scenario import Scenario, compile_shock, load_scenario

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet
    from tradetalks.model import Equilibrium

_LEAST, _TOLERANCE, _PEAK = 1e-3, 1e-5, 1e-2
RATES = (0.10, 0.30, 0.55)
CLOSURES = ("fixed_world_share", "gni_share", "balanced")


def _text(rate: float) -> str:
    return f"{100.0 * rate:.8f}%"


def _duty(importer: str, exporter: str, rate: float) -> dict[str, Any]:
    return {"kind": "tariff", "importer": importer, "exporter": exporter, "add": _text(rate)}


def _floor(more: float) -> dict[str, Any]:
    return {"kind": "purchase_floor", "importer": "CHN", "exporter": "USA",
            "at_least": _text(1.0 + more)}  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """A policy of one size (a fraction), between `_LEAST` and `highest`."""

    id: str
    name: str
    unit: str
    highest: float
    changes: Callable[[float], list[dict[str, Any]]]


POLICIES: tuple[Policy, ...] = (
    Policy(
        "tariff",
        "US tariff on all Chinese goods, not answered",
        "points",
        4.0,
        lambda x: [_duty("USA", "CHN", x)],
    ),
    Policy(
        "tariff-answered",
        "the same, answered by China in kind",
        "points",
        4.0,
        lambda x: [_duty("USA", "CHN", x), _duty("CHN", "USA", x)],
    ),
    Policy(
        "purchases",
        "Chinese purchases of US goods",
        "percent of 2022's volume, more",
        8.0,
        lambda x: [_floor(x)],
    ),
)


@dataclass(frozen=True, eq=False)
class Gap:
    """Answers to one target: rows are plain data, balances in USD billions (plus is narrower)."""

    target: float
    reference: Scenario
    table: World
    central: str
    sets: tuple[ElasticitySet, ...]
    rates: tuple[dict[str, Any], ...]
    policies: tuple[dict[str, Any], ...]
    closures: tuple[dict[str, Any], ...]
    overall: tuple[dict[str, Any], ...]
    before: Mapping[str, float]
    created: str


@dataclass(frozen=True, eq=False)
class _Question:
    """Solves a policy of a given size under one set, remembering what it has solved."""

    reference: Scenario
    table: World
    found: dict[tuple[str, str, str, float], dict[str, float]]

    def effects(
        self, policy: Policy, size: float, chosen: ElasticitySet, deficit: str | None = None
    ) -> dict[str, float]:
        key = (policy.id, chosen.name, deficit or "", size)
        if key not in self.found:
            self.found[key] = self._solve(policy, size, chosen, deficit)
        return self.found[key]

    def _solve(
        self, policy: Policy, size: float, chosen: ElasticitySet, deficit: str | None
    ) -> dict[str, float]:
        plain = self.reference.to_plain()
        closures = {**(plain.get("closures") or {})}
        if deficit is not None:
            closures["deficit"] = deficit
        reference = self.reference.replace(closures=closures)
        asked = reference.replace(
            name="gap",
            changes=[*plain.get("changes", []), *policy.changes(size)],
            sources=[*plain.get("sources", []), "solved for"],
            expected=[],
        )
        shocks = compile_shock(reference, self.table), compile_shock(asked, self.table)
        found = solve_set(setting_of(asked, self.table, shocks), chosen)
        return _effects(found.before, found.after, self.table)

    def size_of(
        self, policy: Policy, target: float, chosen: ElasticitySet,
        what: str = "balance", deficit: str | None = None,
    ) -> float:  # fmt: skip
        """Return the least size at which `what` moves by the target.

        Where the largest size falls short the peak is looked for, since a balance may rise and
        fall again. Raises `NoAnswer` with the most that can be had, and where.
        """
        from scipy.optimize import brentq, minimize_scalar

        def missing(size: float) -> float:
            return self.effects(policy, size, chosen, deficit)[what] - target

        low, high = _LEAST, policy.highest
        if missing(low) >= 0.0:
            raise NoAnswer(
                f"{policy.name}: {target:g} billion is less than {100 * low:g} {policy.unit} does."
            )
        if missing(high) < 0.0:
            peak: Any = minimize_scalar(
                lambda x: -missing(float(x)), bounds=(low, high), method="bounded",
                options={"xatol": _PEAK},
            )  # fmt: skip
            high = float(peak.x)
            if missing(high) < 0.0:
                raise NoAnswer(
                    f"{policy.name}: no size does; the most is {missing(high) + target:.0f} USD "
                    f"billion, at {100 * high:.0f} {policy.unit}."
                )
        root: Any = brentq(missing, low, high, xtol=_TOLERANCE)
        return float(root)


def _effects(before: Equilibrium, after: Equilibrium, table: World) -> dict[str, float]:
    usa, chn = table.index("USA"), table.index("CHN")
    ratio = table.customs_ratio

    def levels(e: Equilibrium) -> dict[str, float]:
        trade = np.asarray(e.trade)
        goods, whole = trade[:, :, table.goods].sum(2), trade.sum(2)
        both = goods * ratio
        return {
            "balance": float(both[usa, chn] - both[chn, usa]),
            "goods_balance": float(goods[usa].sum() - goods[:, usa].sum()),
            "balance_all": float(whole[usa].sum() - whole[:, usa].sum()),
            "exports": float(both[usa, chn]),
        }

    old, new = levels(before), levels(after)
    out = {name: (new[name] - old[name]) * BN for name in old}
    out |= {f"{name}_reference": old[name] * BN for name in old}
    for code, n in (("usa", usa), ("chn", chn)):
        gained = float(after.welfare[n] - before.welfare[n])
        out[f"{code}_usd_bn"] = gained * BN
        out[f"{code}_real_income"] = 100.0 * gained / float(before.welfare[n])
    return out


def close_gap(
    target: float = 50.0,
    *,
    rates: Sequence[float] = RATES,
    start_from: str = "baseline",
    horizon: str | None = None,
    elasticities: Sequence[str] = ("all",),
    progress: Callable[[str, int, int], None] | None = None,
) -> Gap:
    """Solve for what narrows the US goods deficit with China by `target` USD billions.

    `rates` (fractions) are tried as they are, `start_from` names the law on which all is put.
    Sizes are solved for under every elasticity set, and at the central one under every rule for
    the aggregate deficit; the same is tried for the goods deficit with all partners. Raises
    `BadNumber` for a target that is no positive number, `BadInput` and `UnknownName` for the
    setting; a target out of reach is an answer with the reach, not an error.
    """
    if not (np.isfinite(target) and target > 0.0):
        raise BadNumber(
            f"a target of {target:g} billion dollars narrows nothing.",
            cure="Give a positive number of billions, such as 50.",
        )
    given: dict[str, Any] = {"elasticities": list(elasticities)}
    if horizon is not None:
        given["horizon"] = horizon
    reference = load_scenario(start_from).replace(**given)
    table = load_world(reference.world, reference.regions, goods=reference.goods)
    sets = choose_sets(reference, sets_for(table, reference.horizon))
    central = next(s for s in sets if s.central)
    ask = _Question(reference, table, {})
    steps = len(rates) + len(POLICIES) + 1
    tried: list[dict[str, Any]] = []
    for rate in rates:
        tried += [_tried(ask, policy, rate, sets, central) for policy in POLICIES[:2]]
        if progress is not None:
            progress(f"{100 * rate:g} points", len(tried) // 2, steps)
    solved: list[dict[str, Any]] = []
    for policy in POLICIES:
        solved.append(_solved(ask, policy, target, sets, central))
        if progress is not None:
            progress(policy.name, len(rates) + len(solved), steps)
    start = ask.effects(POLICIES[0], _LEAST, central)
    return Gap(
        target=target,
        reference=reference,
        table=table,
        central=central.name,
        sets=sets,
        rates=tuple(tried),
        policies=tuple(solved),
        closures=tuple(_under_rule(ask, rule, target, central) for rule in CLOSURES),
        overall=tuple(_overall(ask, policy, target, central) for policy in POLICIES),
        before={k.removesuffix("_reference"): v for k, v in start.items() if "_reference" in k},
        created=datetime.date.today().isoformat(),
    )


_SHOWN = ("balance", "goods_balance", "balance_all", "usa_usd_bn", "usa_real_income", "chn_usd_bn",
          "chn_real_income")  # fmt: skip


def _over_sets(found: Mapping[str, dict[str, float]], central: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in _SHOWN:
        row |= spread({s: e[name] for s, e in found.items()}, central, name)
    return row


def _tried(
    ask: _Question, policy: Policy, rate: float, sets: Sequence[ElasticitySet], central: Any
) -> dict[str, Any]:
    found = {s.name: ask.effects(policy, rate, s) for s in sets}
    return {"policy": policy.id, "name": policy.name, "size": 100.0 * rate, "unit": policy.unit,
            **_over_sets(found, central.name)}  # fmt: skip


def _solved(
    ask: _Question, policy: Policy, target: float, sets: Sequence[ElasticitySet], central: Any
) -> dict[str, Any]:
    """Return the size under each set that reaches the target, and what it costs there."""
    row: dict[str, Any] = {"policy": policy.id, "name": policy.name, "unit": policy.unit}
    sizes: dict[str, float] = {}
    out_of_reach: dict[str, str] = {}
    for chosen in sets:
        try:
            sizes[chosen.name] = ask.size_of(policy, target, chosen)
        except NoAnswer as error:
            out_of_reach[chosen.name] = str(error)
    row["out_of_reach"] = out_of_reach
    if central.name not in sizes:
        return {**row, "size": None}
    by_name = {s.name: s for s in sets}
    found = {name: ask.effects(policy, size, by_name[name]) for name, size in sizes.items()}
    row |= spread({n: 100.0 * x for n, x in sizes.items()}, central.name, "size")
    row |= _over_sets(found, central.name)
    for code in ("usa", "chn"):
        costs = {n: -1e3 * e[f"{code}_usd_bn"] / target for n, e in found.items()}
        row |= spread(costs, central.name, f"{code}_cost_per_bn")
    return row


def _under_rule(ask: _Question, rule: str, target: float, central: Any) -> dict[str, Any]:
    policy = POLICIES[0]
    try:
        size = ask.size_of(policy, target, central, deficit=rule)
    except NoAnswer as error:
        return {"deficit": rule, "policy": policy.id, "size": None, "why": str(error)}
    found = ask.effects(policy, size, central, rule)
    return {"deficit": rule, "policy": policy.id, "size": 100.0 * size, "why": None,
            **{name: found[name] for name in _SHOWN}}  # fmt: skip


def _overall(ask: _Question, policy: Policy, target: float, central: Any) -> dict[str, Any]:
    """Return the size that would move the goods deficit with all partners by the target."""
    try:
        size = ask.size_of(policy, target, central, what="goods_balance")
    except NoAnswer as error:
        return {"policy": policy.id, "name": policy.name, "size": None, "why": str(error)}
    found = ask.effects(policy, size, central)
    return {"policy": policy.id, "name": policy.name, "unit": policy.unit, "size": 100.0 * size,
            "why": None, **{name: found[name] for name in _SHOWN}}  # fmt: skip
