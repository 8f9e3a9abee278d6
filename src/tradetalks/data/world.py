"""A world table: balanced trade, production and demand of one year, frozen and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.codes import ordered, region_set
from tradetalks.errors import BadTable, unknown_name

Array = NDArray[np.float64]

TOLERANCE = 1e-9
"""Largest relative gap allowed in an identity."""
DOLLAR = 1e-6
"""One dollar, in millions: gaps below it are rounding."""

_AXES = {
    "trade": "ccs",
    "tariff": "ccs",
    "mfn_tariff": "ccs",
    "intermediate": "css",
    "final": "cs",
    "value_added": "cs",
    "customs_ratio": "cc",
}


@dataclass(frozen=True)
class Check:
    """One identity or sign condition: the largest violation, what is allowed, and where it is."""

    name: str
    value: float
    tolerance: float
    where: str
    message: str

    @property
    def passed(self) -> bool:
        """Whether the violation is within the tolerance."""
        return bool(self.value <= self.tolerance)


@dataclass(frozen=True, eq=False)
class World:
    """A world table (names, orders and identities as in `docs/notation.md`), millions of USD.

    `trade` [i,n,j] value before duty; `tariff` [i,n,j] duty as a fraction of **that** value;
    `mfn_tariff` [i,n,j] the part of it that is not a US-China measure (MFN or preferential);
    `intermediate` [n,j,k] and `final` [n,j] at users' prices; `value_added` [n,k];
    `customs_ratio` [i,n] customs value of goods trade over its value in the table.
    The rate that the law names is `tariff / customs_ratio` (for goods): the table's goods
    flows leave out trade margins, and duty is charged on customs value.

    Build one with `World.from_arrays`, which checks it. Arrays are read-only.
    """

    name: str
    year: int
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    goods: NDArray[np.bool_]
    trade: Array
    tariff: Array
    mfn_tariff: Array
    intermediate: Array
    final: Array
    value_added: Array
    customs_ratio: Array
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = field(default=())

    @classmethod
    def from_arrays(
        cls,
        *,
        countries: Sequence[str],
        sectors: Sequence[str],
        goods: Sequence[bool] | NDArray[np.bool_],
        trade: ArrayLike,
        intermediate: ArrayLike,
        tariff: ArrayLike | None = None,
        mfn_tariff: ArrayLike | None = None,
        final: ArrayLike | None = None,
        value_added: ArrayLike | None = None,
        customs_ratio: ArrayLike | None = None,
        name: str = "custom",
        year: int = 0,
        notes: Sequence[str] = (),
        sources: Sequence[str] = (),
    ) -> World:
        """Return a checked world. Arrays as in the class; N countries, S sectors.

        `value_added` and `final`, if left out, are the residuals of the two identities;
        `tariff` is 0, `mfn_tariff` the tariff and `customs_ratio` 1 if left out. Raises
        `BadTable` with the country,
        the sector, both numbers and a cure if the table is malformed or does not balance.
        """
        n, s = len(countries), len(sectors)
        _unique("country", countries)
        _unique("sector", sectors)
        trade_ = _array("trade", trade, (n, n, s))
        tariff_ = _array("tariff", np.zeros((n, n, s)) if tariff is None else tariff, (n, n, s))
        inter = _array("intermediate", intermediate, (n, s, s))
        if value_added is None:
            value_added = _residual(trade_.sum(1), inter.sum(1))
        if final is None:
            final = _residual((trade_ * (1 + tariff_)).sum(0), inter.sum(2))
        ratio = np.ones((n, n)) if customs_ratio is None else customs_ratio
        flags = np.array(goods, dtype=bool)
        if flags.shape != (s,):
            raise BadTable(f"`goods` has shape {flags.shape}.", cure=f"It needs shape {(s,)}.")
        flags.setflags(write=False)
        world = cls(
            name=name,
            year=int(year),
            countries=tuple(map(str, countries)),
            sectors=tuple(map(str, sectors)),
            goods=flags,
            trade=trade_,
            tariff=tariff_,
            mfn_tariff=tariff_
            if mfn_tariff is None
            else _array("mfn_tariff", mfn_tariff, (n, n, s)),
            intermediate=inter,
            final=_array("final", final, (n, s)),
            value_added=_array("value_added", value_added, (n, s)),
            customs_ratio=_array("customs_ratio", ratio, (n, n)),
            notes=tuple(notes),
            sources=tuple(sources),
        )
        world.check()
        return world

    @property
    def output(self) -> Array:
        """Gross output [n,k] at producers' prices."""
        return self.trade.sum(1)

    @property
    def absorption(self) -> Array:
        """Use of each good [n,j] at users' prices, duty included."""
        return (self.trade * (1 + self.tariff)).sum(0)

    @property
    def duties(self) -> Array:
        """Tariff revenue [n]."""
        return (self.trade * self.tariff).sum((0, 2))

    @property
    def deficit(self) -> Array:
        """Imports minus exports before duty, goods and services [n]."""
        total = self.trade.sum(2)
        return total.sum(0) - total.sum(1)

    def index(self, country: str) -> int:
        """Return the position of a country; `UnknownName` with a suggestion otherwise."""
        if country not in self.countries:
            raise unknown_name("country", country, self.countries)
        return self.countries.index(country)

    def sector_index(self, sector: str) -> int:
        """Return the position of a sector; `UnknownName` with a suggestion otherwise."""
        if sector not in self.sectors:
            raise unknown_name("sector", sector, self.sectors)
        return self.sectors.index(sector)

    def checks(self) -> tuple[Check, ...]:
        """Return every identity and sign condition with its largest violation."""
        rows = [
            self._signs("trade", self.trade, 0.0),
            self._signs("tariff", self.tariff, -1.0),
            self._signs("mfn_tariff", self.mfn_tariff, -1.0),
            self._signs("intermediate", self.intermediate, 0.0),
            self._signs("final", self.final, 0.0),
            self._signs("value_added", self.value_added, 0.0),
            self._signs("customs_ratio", self.customs_ratio, 0.0),
        ]
        inputs = self.intermediate.sum(1) + self.value_added
        rows.append(self._gap("output = inputs + value added", self.output, inputs))
        uses = self.intermediate.sum(2) + self.final
        rows.append(self._gap("absorption = intermediate + final use", self.absorption, uses))
        income = self.final.sum(1) - self.value_added.sum(1) - self.duties
        gap = np.abs(income - self.deficit) / np.maximum(self.final.sum(1), DOLLAR)
        at = int(gap.argmax())
        rows.append(
            Check(
                "deficit = spending - income",
                float(gap[at]),
                TOLERANCE,
                self.countries[at],
                f"{self.countries[at]} spends {income[at]:,.6g} more than it earns, but imports "
                f"{self.deficit[at]:,.6g} more than it exports",
            )
        )
        return tuple(rows)

    def check(self) -> None:
        """Raise `BadTable` if a sign or an identity fails; see `checks` for all of them."""
        for row in self.checks():
            if not row.passed:
                cure = (
                    "Negative flows have no meaning here: net them out or set them to zero, and "
                    "balance the table again."
                    if "least" in row.message
                    else "Correct the number, or leave out `value_added` and `final`, which are "
                    "then computed as residuals."
                )
                raise BadTable(f"World '{self.name}': {row.message}.", cure=cure)

    def aggregate(self, regions: str | Mapping[str, str]) -> World:
        """Return the world by region: a region set's name, or a mapping country -> region.

        Flows add. Trade inside a region becomes domestic trade and keeps its duty (the
        diagonal's tariff is duty over value), so the identities hold. Customs ratios are
        means weighted by goods trade. Regions stand in the order of the mapping, `ROW` last.
        """
        mapping = region_set(regions) if isinstance(regions, str) else regions
        missing = [c for c in self.countries if c not in mapping]
        if missing:
            raise BadTable(
                f"No region is given for {', '.join(missing[:5])} of world '{self.name}'.",
                cure="Map every country; use its own code to keep it apart.",
            )
        if all(mapping[c] == c for c in self.countries):
            return self
        here = set(self.countries)
        labels = ordered(r for c, r in mapping.items() if c in here)
        member = np.zeros((len(labels), len(self.countries)))
        for position, c in enumerate(self.countries):
            member[labels.index(mapping[c]), position] = 1.0
        trade = np.einsum("Ii,inj,Nn->INj", member, self.trade, member, optimize=True)
        duty, mfn = (
            np.einsum("Ii,inj,Nn->INj", member, self.trade * rate, member, optimize=True)
            for rate in (self.tariff, self.mfn_tariff)
        )
        goods_trade = self.trade[:, :, self.goods].sum(2)
        weight = member @ goods_trade @ member.T
        customs = member @ (goods_trade * self.customs_ratio) @ member.T
        return World.from_arrays(
            name=self.name,
            year=self.year,
            countries=labels,
            sectors=self.sectors,
            goods=self.goods,
            trade=trade,
            tariff=_ratio(duty, trade, 0.0),
            mfn_tariff=_ratio(mfn, trade, 0.0),
            intermediate=np.einsum("Nn,njk->Njk", member, self.intermediate),
            final=member @ self.final,
            value_added=member @ self.value_added,
            customs_ratio=_ratio(customs, weight, 1.0),
            notes=self.notes,
            sources=self.sources,
        )

    def content_hash(self) -> str:
        """Return a sha256 of year, labels and arrays (not of the name, notes and sources)."""
        digest = hashlib.sha256()
        digest.update(repr((self.year, self.countries, self.sectors)).encode())
        digest.update(self.goods.tobytes())
        for name in _AXES:
            digest.update(np.ascontiguousarray(getattr(self, name), dtype="<f8").tobytes())
        return digest.hexdigest()

    def _cell(self, axes: str, at: tuple[Any, ...]) -> str:
        labels = {"c": self.countries, "s": self.sectors}
        return ", ".join(labels[a][int(p)] for a, p in zip(axes, at, strict=True))

    def _signs(self, name: str, values: Array, least: float) -> Check:
        at = np.unravel_index(int(values.argmin()), values.shape)
        value = float(values[at])
        where = self._cell(_AXES[name], at)
        message = f"{name} [{where}] is {value:,.6g}, but must be at least {least:g}"
        return Check(f"{name} >= {least:g}", max(least - value, 0.0), 0.0, where, message)

    def _gap(self, name: str, left: Array, right: Array) -> Check:
        scale = np.maximum(np.maximum(np.abs(left), np.abs(right)), DOLLAR / TOLERANCE)
        gap = np.abs(left - right) / scale
        at = np.unravel_index(int(gap.argmax()), gap.shape)
        where = self._cell("cs", at)
        message = f"{name} fails for [{where}]: {left[at]:,.9g} against {right[at]:,.9g}"
        return Check(name, float(gap[at]), TOLERANCE, where, message)


def _unique(kind: str, labels: Sequence[str]) -> None:
    twice = sorted({x for x in labels if list(labels).count(x) > 1})
    if twice:
        raise BadTable(f"The {kind} '{twice[0]}' stands twice.", cure="Labels must be unique.")


def _array(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Array:
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadTable(f"`{name}` is not an array of numbers: {error}.") from error
    if array.shape != shape:
        raise BadTable(
            f"`{name}` has shape {array.shape}, but the labels need {shape}.",
            cure="Orders: trade and tariff [exporter, importer, sector], intermediate "
            "[country, input, user], final and value_added [country, sector], "
            "customs_ratio [exporter, importer].",
        )
    if not np.isfinite(array).all():
        at = tuple(int(x) for x in np.argwhere(~np.isfinite(array))[0])
        raise BadTable(
            f"`{name}` is {array[at]} at position {at}.", cure="Every cell must be a number."
        )
    array.setflags(write=False)
    return array


def _residual(total: Array, parts: Array) -> Array:
    """Return what is left of `total`; a negative rest that is only rounding is zero."""
    rest = total - parts
    return np.where((rest < 0) & (rest > -1e-12 * total), 0.0, rest)


def _ratio(part: Array, whole: Array, otherwise: float) -> Array:
    return np.divide(part, whole, out=np.full_like(whole, otherwise), where=whole > 0)
