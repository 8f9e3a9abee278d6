"""Splitting critical goods out of their parent sectors, in balance.

For each good, with Y its makers' sales: the parent's column is split (the child inherits the
parent's cost shares, see `_split_column`); its flows are the parent's, scaled to the shares of
makers and users; its uses come out of the parent's row. The parent is what is left, so the sum
of parent and children is the parent of before, cell by cell, and every identity still holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.data.balance import bounded_ras
from tradetalks.data.checks import DOLLAR, TOLERANCE, Check
from tradetalks.data.goods.good import FINAL, REST, Good, goods
from tradetalks.errors import BadInput, BadNumber, BadTable

if TYPE_CHECKING:
    from tradetalks.data.world import World

Array = NDArray[np.float64]

LARGEST = 0.9
"""A child takes no more than this part of any cell of its parent."""
_SMALL = 1e-3
"""A country with less of the parent's world output is no maker unless it is named."""
_SPARE = 0.05
"""Part of the value added beyond the fixed factor that other factors keep."""


def carve_out(world: World, which: str | Iterable[str | Good] = "default") -> World:
    """Return `world` with critical goods as sectors of their own, after the sectors it has.

    `which` is an overlay (`none`, `default`, `all`), or codes and `Good`s. Parents keep the rest;
    parent and children together are the parent of before in every cell of trade, use, value added
    and final demand. Children have the duties of their parents. `World.carved` holds the goods.
    Carve before `aggregate`, so that regions are the sums of countries.

    Raises `BadTable` where a good does not fit into its parent or its shares contradict each
    other, `BadInput` for a country or sector that the world does not have.
    """
    chosen = _chosen(which)
    if not chosen:
        return world
    _refuse(world, chosen)
    table = _Table(world, chosen)
    for good in chosen:
        table.split_column(good)
    for good in chosen:
        table.split_row(good)
    return table.world()


def kept_totals(world: World, carved: World) -> Check:
    """Return the check that parents and children together are the parents of `world`.

    Trade, use by users and by suppliers, value added and final demand, each cell by itself; the
    value is the largest gap relative to the parent's cell (or to one dollar).
    """
    member = np.array([[p == s for s in world.sectors] for p in carved.parents], dtype=float)
    again = {
        "trade": carved.trade @ member,
        "duties": (carved.trade * carved.tariff) @ member,
        "intermediate": np.einsum("cj,ncd,dk->njk", member, carved.intermediate, member),
        "final": carved.final @ member,
        "value_added": carved.value_added @ member,
    }
    worst, where = 0.0, "trade"
    for name, values in again.items():
        old = world.trade * world.tariff if name == "duties" else getattr(world, name)
        gap = float((np.abs(values - old) / np.maximum(np.abs(old), DOLLAR / TOLERANCE)).max())
        if gap > worst:
            worst, where = gap, name
    return Check(
        "parent + critical goods = parent before",
        worst,
        TOLERANCE,
        where,
        f"{where}: a parent and its critical goods differ from the parent of before by {worst:.3g}",
    )


def _chosen(which: str | Iterable[str | Good]) -> tuple[Good, ...]:
    if isinstance(which, str):
        return goods(which)
    found = (goods([x])[0] if isinstance(x, str) else x for x in which)
    return tuple({good.code: good for good in found}.values())


def _refuse(world: World, chosen: tuple[Good, ...]) -> None:
    if world.carved:
        raise BadInput(
            f"world '{world.name}' has critical goods already.",
            cure="Name all of them at once.",
        )
    for good in chosen:
        if good.parent not in world.sectors:
            raise BadInput(
                f"{good.code}: world '{world.name}' has no sector '{good.parent}' to carve it "
                "out of.",
                cure="Critical goods fit tables with the shipped sectors.",
            )
        if good.code in world.sectors:
            raise BadInput(f"world '{world.name}' has a sector '{good.code}' already.")
        named = {*good.supply, *good.users, *good.buyers}
        missing = sorted(named - {REST} - set(world.countries))
        if missing:
            raise BadInput(
                f"{good.code}: world '{world.name}' has no country '{missing[0]}'.",
                cure="Carve goods out of the world by country, then aggregate it to regions.",
            )
        for figure in (good.sigma, good.supply_elasticity):
            if figure.least <= 0.0:
                raise BadNumber(
                    f"{good.code}: an elasticity is 0 or less.",
                    cure="Use a small positive number, such as 0.05.",
                )
        for name, shares in (("makers", good.supply), ("users", good.users),
                             ("using sectors", good.using)):  # fmt: skip
            total = sum(shares.values())
            if abs(total - 1.0) > 1e-6 or min(shares.values()) < 0.0:
                raise BadNumber(
                    f"{good.code}: the shares of {name} add up to {total:.6g}, not to 1.",
                    cure=f"`{REST}` takes what no name has.",
                )


class _Table:
    """The arrays while goods are split out of them, inside `carve_out` only."""

    def __init__(self, world: World, chosen: tuple[Good, ...]) -> None:
        self.old, self.chosen = world, chosen
        self.sectors = (*world.sectors, *(good.code for good in chosen))
        extra = len(chosen)

        def grown(values: Array, *axes: int) -> Array:
            return np.pad(values, [(0, extra if a in axes else 0) for a in range(values.ndim)])

        self.trade = grown(world.trade, 2)
        parents = [world.sectors.index(good.parent) for good in chosen]
        self.tariff, self.mfn = (
            np.concatenate([rate, rate[:, :, parents]], axis=2)
            for rate in (world.tariff, world.mfn_tariff)
        )
        self.inter = grown(world.intermediate, 1, 2)
        self.final = grown(world.final, 1)
        self.value_added = grown(world.value_added, 1)
        self.goods = np.concatenate([world.goods, world.goods[parents]])
        self.parents = parents

    def split_column(self, good: Good) -> None:
        """Give the child its makers' sales and the cost structure of the parent.

        A factor in fixed supply earns 1/(1 + e) of cost (model, `Factors.fixed_cost`). Where that
        is more than the parent's value-added share at any horizon, the child's share is raised to
        hold it (capacity rents), and its inputs shrink in proportion.
        """
        p, c = self._at(good)
        made = self._makers(good)
        output = self.inter[:, :, p].sum(1) + self.value_added[:, p]
        share = np.divide(
            self.value_added[:, p], output, out=np.ones_like(output), where=output > 0
        )
        fixed = 1.0 / (1.0 + good.supply_elasticity.least)
        child = np.maximum(share, fixed + _SPARE * (1.0 - fixed))
        room = np.minimum(LARGEST * output, LARGEST * self.value_added[:, p] / child)
        self._refuse_larger(good, made, room, "makes", output)
        column = self._inputs(good, 1.0 - child) * made[:, None]
        over = column > LARGEST * self.inter[:, :, p]
        if over.any():
            n, j = (int(x) for x in np.argwhere(over)[0])
            raise BadTable(
                f"{good.code}: its makers in {self.old.countries[n]} need {column[n, j]:,.6g} mUSD "
                f"of {self.sectors[j]}, but all of sector {good.parent} there buys "
                f"{self.inter[n, j, p]:,.6g}.",
                cure="A carve-out cannot be larger than its parent: lower its value or `inputs`.",
            )
        self.inter[:, :, c], self.value_added[:, c] = column, child * made
        self.inter[:, :, p] -= column
        self.value_added[:, p] -= child * made

    def _inputs(self, good: Good, total: Array) -> Array:
        """Return input shares of the child's sales [n,j]: the parent's, other children's assured.

        Another critical good comes out of its own parent's cell, which must be able to hold it.
        """
        p = self._at(good)[0]
        cells = self.inter[:, :, p]
        bill = cells.sum(1, keepdims=True)
        mix = np.divide(cells, bill, out=np.zeros_like(cells), where=bill > 0) * total[:, None]
        held = np.zeros_like(mix)
        for code, share in good.inputs.items():
            if code in self.sectors:
                other = next(x for x in self.chosen if x.code == code)
                held[:, self.sectors.index(other.parent)] += share / LARGEST
        short = held > mix
        fixed = np.where(short, held, 0.0)
        left = np.where(short, 0.0, mix)
        whole = left.sum(1, keepdims=True)
        room = total[:, None] - fixed.sum(1, keepdims=True)
        if (room < 0.0).any():
            raise BadTable(
                f"{good.code}: its critical inputs take more than what its makers spend on inputs.",
                cure="Lower `inputs`, or raise the short supply elasticity (its fixed factor is "
                "part of the value added).",
            )
        return fixed + left * np.divide(room, whole, out=np.zeros_like(whole), where=whole > 0)

    def split_row(self, good: Good) -> None:
        """Take the child's flows and uses out of the parent's."""
        p, c = self._at(good)
        made = self.inter[:, :, c].sum(1) + self.value_added[:, c]
        cells = np.concatenate([self.inter[:, p, :], self.final[:, p, None]], axis=1)
        using = self._using(good)
        bought = self._users(good, cells, using)
        flows = self._flows(good, made, bought)
        paid = (flows * (1.0 + self.tariff[:, :, c])).sum(0)
        uses = self._fit(
            good, "uses", np.where(using > 0, cells, 0.0), paid, using * paid.sum(), LARGEST * cells
        )
        self.trade[:, :, c] = flows
        self.trade[:, :, p] -= flows
        self.inter[:, c, :], self.final[:, c] = uses[:, :-1], uses[:, -1]
        self.inter[:, p, :] -= uses[:, :-1]
        self.final[:, p] -= uses[:, -1]

    def world(self) -> World:
        """Return the checked world."""
        old = self.old
        optional = {
            key: None if values is None else np.concatenate([values, values[..., self.parents]], -1)
            for key in ("sigma", "sigma_domestic", "markup")
            for values in (getattr(old, key),)
        }
        return old.replace(
            sectors=self.sectors,
            goods=self.goods,
            trade=self.trade,
            tariff=self.tariff,
            mfn_tariff=self.mfn,
            intermediate=self.inter,
            final=self.final,
            value_added=self.value_added,
            carved=self.chosen,
            notes=(*old.notes, _note(self.chosen)),
            **optional,
        )

    def _at(self, good: Good) -> tuple[int, int]:
        return self.sectors.index(good.parent), self.sectors.index(good.code)

    def _spread(self, shares: Mapping[str, float], weight: Array) -> Array:
        """Return shares by country; `rest` goes to those not named, by `weight`."""
        out = np.array([shares.get(c, 0.0) for c in self.old.countries])
        if (rest := shares.get(REST, 0.0)) > 0.0:
            others = np.where([c in shares for c in self.old.countries], 0.0, weight)
            out = out + rest * others / others.sum()
        return out

    def _makers(self, good: Good) -> Array:
        """Return sales by maker; `rest` by the parent's output, the smallest makers left out."""
        output = self.old.output[:, self.old.sectors.index(good.parent)]
        weight = np.where(output >= _SMALL * output.sum(), output, 0.0)
        return good.market * self._spread(good.supply, weight)

    def _using(self, good: Good) -> Array:
        """Return shares of using sectors; a child that is not carved out counts as its parent."""
        from tradetalks.codes import parent_sector

        out = np.zeros(len(self.sectors) + 1)
        for code, share in good.using.items():
            here = code if code in self.sectors else parent_sector(code)
            if here != FINAL and here not in self.sectors:
                raise BadInput(
                    f"{good.code}: world '{self.old.name}' has no using sector '{code}'."
                )
            out[-1 if here == FINAL else self.sectors.index(here)] += share
        return out

    def _users(self, good: Good, cells: Array, using: Array) -> Array:
        """Return what each country buys, before duty; `rest` by its part in the using sectors."""
        world = cells.sum(0)
        each = np.divide(cells * using, world, out=np.zeros_like(cells), where=world > 0)
        return good.market * self._spread(good.users, each.sum(1))

    def _flows(self, good: Good, made: Array, bought: Array) -> Array:
        """Return the child's flows [i,n] before duty: known buyers first, the rest by RAS."""
        p, _ = self._at(good)
        prior, cap = self.trade[:, :, p], LARGEST * self.trade[:, :, p]
        self._refuse_larger(good, made, cap.sum(1), "sells", prior.sum(1))
        self._refuse_larger(good, bought, cap.sum(0), "buys", prior.sum(0))
        fixed, free = np.zeros_like(prior), np.ones_like(prior)
        for place, buyer in good.buyers.items():
            n = self.old.countries.index(place)
            shares = {place: buyer.home}
            shares |= {i: (1.0 - buyer.home) * x for i, x in buyer.imports.items() if i != REST}
            for seller, share in shares.items():
                i = self.old.countries.index(seller)
                fixed[i, n], free[i, n] = share * bought[n], 0.0
        left, open_ = made - fixed.sum(1), bought - fixed.sum(0)
        if (left < -1e-9 * good.market).any():
            i = int(left.argmin())
            raise BadTable(
                f"{good.code}: {self.old.countries[i]} makes {made[i]:,.4g} mUSD, but the buyers "
                f"whose sources are known take {fixed[i].sum():,.4g} of it.",
                cure="Correct the shares of makers, users or buyers in its data file.",
            )
        over = fixed > cap * (1.0 + 1e-12)
        if over.any():
            i, n = (int(x) for x in np.argwhere(over)[0])
            raise BadTable(
                f"{good.code}: the flow {self.old.countries[i]} to {self.old.countries[n]}, "
                f"{fixed[i, n]:,.4g} mUSD, is larger than {LARGEST:.0%} of its parent's, "
                f"{prior[i, n]:,.4g}.",
                cure="Lower the share, or the market's value.",
            )
        rows, columns = np.maximum(left, 0.0), np.maximum(open_, 0.0)
        return fixed + self._fit(good, "flows", prior * free, rows, columns, cap * free)

    def _fit(
        self, good: Good, what: str, prior: Array, rows: Array, columns: Array, cap: Array
    ) -> Array:
        columns = columns * (rows.sum() / columns.sum())  # equal but for rounding
        try:
            return bounded_ras(prior, rows, columns, cap)
        except BadTable as error:
            raise BadTable(
                f"{good.code}: its {what} do not fit into sector {good.parent}: {error.cause}",
                cure="Its shares leave too little room in some cells: lower the market's value, "
                "or name other makers, users or using sectors.",
            ) from error

    def _refuse_larger(
        self, good: Good, wanted: Array, room: Array, verb: str, whole: Array
    ) -> None:
        over = wanted > room * (1.0 + 1e-12)
        if not over.any():
            return
        n = int((wanted - room).argmax())
        raise BadTable(
            f"{good.code}: {self.old.countries[n]} {verb} {wanted[n]:,.6g} mUSD of it, but sector "
            f"{good.parent} has room for {room[n]:,.6g} ({LARGEST:.0%} of a parent of "
            f"{whole[n]:,.6g}, its value added included).",
            cure="A carve-out cannot be larger than its parent: lower its market value or share.",
        )


def _note(chosen: tuple[Good, ...]) -> str:
    names = ", ".join(f"{good.code} from {good.parent}" for good in chosen)
    return (
        f"Critical goods carved out of their sectors: {names}. Market values, shares and "
        "elasticities stand in docs/critical-goods.md, with what is assumed; a good has the duties "
        "and the cost shares of its parent, and value added that holds its fixed capacity."
    )
