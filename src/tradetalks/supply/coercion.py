"""`controls power`: what A can inflict on B by stopping critical goods, and at what own cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradetalks.errors import BadInput, BadNumber
from tradetalks.supply.cuts import Cut, CutLosses, sold, solve_cuts, world_for
from tradetalks.supply.goods import country_code, dependence, variety_loss
from tradetalks.supply.shipped import regime

if TYPE_CHECKING:
    from tradetalks.data import World

HORIZONS = ("short", "medium")
ALL = "all of them"
LEAST_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Power:
    """The power of `sender` (with `allies`) over `target`: `losses` by horizon.

    Cut c is `names[c]`: each good alone, then all of them; the same again with the rent kept by
    the target's side, from `plain` on.
    """

    sender: str
    target: str
    allies: tuple[str, ...]
    left: float
    world: World
    names: tuple[str, ...]
    losses: dict[str, CutLosses]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per good and horizon, the largest loss of the target first.

        Changes of real income in percent and USD billions, of the target and the sender.
        `sender_without_rent` is the sender's when the premium on what still arrives stays with
        the target's side: the loss of the market alone. `ratio` is the target's loss in USD for
        each USD that the sender loses, at the central elasticity and without that rent; None
        where the sender does not lose. `variety_loss_percent` is the closed form of the good's
        own loss, for orientation (`goods.variety_loss`).
        """
        out: list[dict[str, Any]] = []
        for horizon, found in self.losses.items():
            for c, name in enumerate(self.names):
                bare = c + len(self.names)
                hurt, own = (
                    found.of(bare, who, dollars=True)["central"]
                    for who in (self.target, self.sender)
                )
                loses = hurt is not None and own is not None and hurt < 0.0 and own < 0.0
                out.append(
                    {
                        "good": name,
                        "horizon": horizon,
                        "share_of_purchases_percent": self._share(name),
                        "variety_loss_percent": self._variety(name, horizon),
                        "target_percent": found.of(c, self.target),
                        "target_usd_bn": found.of(c, self.target, dollars=True),
                        "sender_percent": found.of(c, self.sender),
                        "sender_usd_bn": found.of(c, self.sender, dollars=True),
                        "sender_without_rent_usd_bn": found.of(bare, self.sender, dollars=True),
                        "target_without_rent_usd_bn": found.of(bare, self.target, dollars=True),
                        "ratio": hurt / own if loses and own and hurt is not None else None,
                    }
                )
        return sorted(out, key=_rank)

    def _share(self, name: str) -> float | None:
        if name == ALL:
            return None
        d = dependence(self.world, self.target, name)
        return 100.0 * sum(d.of(s) for s in (self.sender, *self.allies))

    def _variety(self, name: str, horizon: str) -> float | None:
        """Return the closed form of the good's own loss, in percent of its use."""
        share = self._share(name)
        if share is None:
            return None
        (sigma,) = (g.sigma.at(horizon) for g in self.world.carved if g.code == name)
        loss = variety_loss(share / 100.0, sigma)
        return None if loss is None else 100.0 * loss

    @property
    def failed(self) -> list[str]:
        """The stops without an equilibrium."""
        return [f for found in self.losses.values() for f in found.failed]


def _rank(row: dict[str, Any]) -> tuple[bool, bool, float]:
    loss = row["target_percent"]["central"]
    return row["horizon"] != "short", row["good"] != ALL, 0.0 if loss is None else loss


def power(
    sender: str,
    target: str,
    *,
    allies: Sequence[str] = (),
    left: float | None = None,
    horizons: Sequence[str] = HORIZONS,
    world: World | None = None,
) -> Power:
    """Return what `sender` can inflict on `target` by stopping critical goods.

    Each good alone and all of them at once, by the sender and its `allies`; `left` of each flow
    still arrives (the leakage of the regime `stop` where left out). Goods of which they sell less
    than one percent of the target's purchases are left out. Raises `UnknownName`, and
    `BadInput` where they sell it nothing.
    """
    from tradetalks.codes import countries

    places = tuple(countries())
    sender, target = country_code(sender, places), country_code(target, places)
    friends = tuple(country_code(a, places) for a in allies)
    who = (sender, *friends)
    if target in who or len(set(who)) < len(who):
        raise BadInput("the target and those who stop must be different countries.")
    some = float(regime("stop").figures["leakage"].central) if left is None else left
    if not 0.0 < some < 1.0:
        raise BadNumber(
            f"leakage {some:g} must lie between 0 and 1, both excluded.", cure="Write 10% or 0.1."
        )
    table = world if world is not None else world_for(*who, target)
    goods = sold(table, who, target, LEAST_SHARE)
    if not goods:
        raise BadInput(
            f"{' and '.join(who)} sell {target} less than one percent of every critical good.",
            cure=f"See on whom it depends: `tradetalks exposure {target}`.",
        )
    names = (*goods, ALL) if len(goods) > 1 else tuple(goods)
    cuts = [
        Cut(who, target, tuple(goods) if name == ALL else (name,), some, to_buyer=rent)
        for rent in (0.0, 1.0)
        for name in names
    ]
    losses = {h: solve_cuts(table, cuts, h) for h in horizons}
    return Power(sender, target, friends, some, table, names, losses)
