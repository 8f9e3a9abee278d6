"""The claim that needs the model: what would cut the US deficit with China by so much?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tradetalks.errors import NoAnswer
from tradetalks.validation.claims import Claim, Found, Reading

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.results import RunResult
    from tradetalks.scenario import Scenario

Changes = tuple[Mapping[str, Any], ...]

_TOLERANCE = 0.02
"""Of a cut, billions of dollars."""
_GUESS = 0.1
_STEPS = 12
_TRUCE = "truce-holds"


def _tariff(importer: str, exporter: str, rate: float) -> dict[str, Any]:
    return {"kind": "tariff", "importer": importer, "exporter": exporter, "add": rate}


def _alone(rate: float) -> Changes:
    return (_tariff("USA", "CHN", rate),)


def _answered(rate: float) -> Changes:
    return (_tariff("USA", "CHN", rate), _tariff("CHN", "USA", rate))


def _purchases(more: float) -> Changes:
    floor = {"kind": "purchase_floor", "importer": "CHN", "exporter": "USA"}
    return ({**floor, "at_least": f"{100.0 * (1.0 + more):.6f}%"},)


# what is done, how it depends on one number, and the bracket in which that number is looked for
POLICIES: Mapping[str, tuple[Callable[[float], Changes], float, float]] = {
    "US tariff on all Chinese goods, points, not answered": (_alone, 0.001, 0.9),
    "the same, answered by China in kind": (_answered, 0.001, 0.9),
    "Chinese purchases of US goods, percent more": (_purchases, 0.001, 1.5),
}


def deficit_cut(claim: Claim) -> Found:
    """Solve for the uniform tariff, and for the purchases, that cut the deficit by so much.

    The deficit is that of goods between the two, at customs values, in the world of 2022. Each
    policy is solved at the central elasticities; the cut it makes at the others is its range.
    """
    from tradetalks.data import load_world
    from tradetalks.scenario import load_scenario

    world = load_world("world-2022", "default")
    target = float(claim.stated or 0.0)
    detail = tuple(
        _row(name, size, _run(change(size), world, "all"))
        for name, (change, low, high) in POLICIES.items()
        for size in (size_of(change, target, low, high, world),)
    )
    from tradetalks.engine import simulate

    truce = simulate(load_scenario(_TRUCE).replace(elasticities="central"), world)
    cut = round(_cut(truce), 1)
    before = -float(_usa(truce)["bilateral_balance_customs_reference"].sel(partner="CHN"))
    why = (
        f"In the model the tariffs of the truce (+30, +10 points) cut the deficit with China by "
        f"${cut:.0f}bn of the ${before:.0f}bn of 2022, once trade has adjusted; within the year "
        f"is another matter. ${target:.0f}bn take {_sentence(detail)}. The deficit with the world "
        f"as a whole is imposed by assumption: the model moves it between partners, and in goods "
        f"against services, but does not close it."
    )
    label = "cut under the truce's tariffs, in the model"
    return Found((Reading(label, cut, "partly"),), why, detail=detail)


def size_of(
    change: Callable[[float], Changes], target: float, low: float, high: float, world: World
) -> float:
    """Return the size of a policy that cuts the deficit by `target` billions of dollars.

    Raises `NoAnswer` where no size between `low` and `high` does.
    """

    def cut(size: float) -> float:
        return _cut(_run(change(size), world, "central"))

    # secant from "nothing done cuts nothing": cuts are nearly straight in the size
    last, before, size = 0.0, 0.0, min(max(low, _GUESS), high)
    for _ in range(_STEPS):
        found = cut(size)
        if abs(found - target) <= _TOLERANCE:
            return size
        slope = (found - before) / (size - last)
        better = size + (target - found) / slope if slope > 0 else high
        better = min(max(better, low), high)
        if better == size:
            break
        last, before, size = size, found, better
    raise NoAnswer(
        f"no policy between {low:g} and {high:g} cuts the deficit by ${target:g}bn: "
        f"they cut it by {cut(low):.0f} to {cut(high):.0f}."
    )


def _run(changes: Changes, world: World, sets: str) -> RunResult:
    from tradetalks.engine import simulate

    return simulate(_scenario(changes, sets), world)


def _scenario(changes: Changes, sets: str) -> Scenario:
    from tradetalks.scenario import Scenario

    return Scenario.model_validate(
        {
            "name": "deficit-cut",
            "question": "What would cut the US deficit with China by so much?",
            "changes": changes,
            "sources": ["solved for"],
            "elasticities": sets,
        }
    )


def _usa(run: RunResult) -> Any:
    return run.data.sel(set=run.central, country="USA")


def _cut(run: RunResult) -> float:
    return float(_usa(run)["bilateral_balance_customs"].sel(partner="CHN"))


def _row(policy: str, size: float, run: RunResult) -> dict[str, Any]:
    usa = _usa(run)
    spread = run.spread("bilateral_balance_customs", country="USA", partner="CHN")
    income = run.spread("real_income", country="USA")
    return {
        "policy": policy,
        "size": round(100.0 * size, 2),
        "cut_usd_bn": round(spread.central, 2),
        "cut_low": round(spread.low, 1),
        "cut_high": round(spread.high, 1),
        "usa_real_income_percent": round(income.central, 4),
        "usa_real_income_low": round(income.low, 4),
        "usa_real_income_high": round(income.high, 4),
        "usa_real_income_usd_bn": round(float(usa["equivalent_variation"]), 2),
        "chn_real_income_percent": round(run.spread("real_income", country="CHN").central, 4),
        "us_goods_balance_with_all_usd_bn": round(
            float(usa["goods_exports"] - usa["goods_imports"]), 2
        ),
    }


def _sentence(detail: tuple[dict[str, Any], ...]) -> str:
    """Return the solved policies in words, with what each does to US real income."""

    def cost(row: dict[str, Any]) -> str:
        usd = row["usa_real_income_usd_bn"]
        sign = "-" if usd < 0 else "+"
        return f"US real income {row['usa_real_income_percent']:+.3f}%, {sign}${abs(usd):,.1f}bn"

    alone, answered, bought = detail
    return (
        f"a US tariff {alone['size']:.1f} points higher on all Chinese goods ({cost(alone)}), "
        f"{answered['size']:.1f} points if China answers in kind ({cost(answered)}), or Chinese "
        f"purchases of US goods {bought['size']:.0f}% larger, paid for by China ({cost(bought)})"
    )


CHECKS = {"deficit_cut": deficit_cut}
