"""A world table: balanced trade, production and demand of one year, frozen and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.codes import ordered, region_set
from tradetalks.codes import sectors as sector_table
from tradetalks.data.checks import AXES, Check, checks_of
from tradetalks.data.goods.good import Good
from tradetalks.data.own.elasticity import Values, sigmas
from tradetalks.data.own.flows import Given, assemble
from tradetalks.data.own.numbers import Array, Labels, array, divide, frozen, labels_of
from tradetalks.data.own.rules import CURE, check_markup, need_balance
from tradetalks.errors import BadTable, unknown_name


@dataclass(frozen=True, eq=False)
class World:
    """A world table (names, orders and identities as in `docs/notation.md`), millions of USD.

    `trade` [i,n,j] value before duty; `tariff` [i,n,j] duty as a fraction of **that** value;
    `mfn_tariff` [i,n,j] the part of it that is not a US-China measure (MFN or preferential);
    `intermediate` [n,j,k] and `final` [n,j] at users' prices; `value_added` [n,k];
    `customs_ratio` [i,n] customs value of goods trade over its value in the table.
    The rate that the law names is `tariff / customs_ratio` (for goods): the table's goods
    flows leave out trade margins, and duty is charged on customs value.

    A user's own table may bring `sigma` [j] (among origins) and `sigma_domestic` [j] (domestic
    against imports), which then stand in for the shipped elasticity sets, and `markup` [n,k]
    (price over cost; profits are part of value added). None otherwise. `carved` are the critical
    goods that `carve_out` has made sectors of their own.

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
    sigma: Array | None = None
    sigma_domestic: Array | None = None
    markup: Array | None = None
    carved: tuple[Good, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @classmethod
    def from_arrays(
        cls,
        *,
        countries: Sequence[str],
        sectors: Sequence[str],
        trade: ArrayLike | None = None,
        intermediate: ArrayLike,
        goods: Sequence[bool] | NDArray[np.bool_] | None = None,
        tariff: ArrayLike | None = None,
        mfn_tariff: ArrayLike | None = None,
        final: ArrayLike | None = None,
        value_added: ArrayLike | None = None,
        output: ArrayLike | None = None,
        deficit: ArrayLike | None = None,
        customs_ratio: ArrayLike | None = None,
        theta: Values | None = None,
        sigma: Values | None = None,
        theta_domestic: Values | None = None,
        sigma_domestic: Values | None = None,
        markup: ArrayLike | None = None,
        carved: Sequence[Good] = (),
        balance: str = "refuse",
        name: str = "custom",
        year: int = 0,
        notes: Sequence[str] = (),
        sources: Sequence[str] = (),
    ) -> World:
        """Return a checked world. Arrays as in the class; N countries, S sectors, millions of USD.

        `intermediate` is [n,j,k] at users' prices, or [i,n,j,k] (by exporter, before duty);
        `final` [n,j] at users' prices, or [i,n,j] (by exporter, before duty). Where both name the
        exporter, `trade` is their sum and may be left out. Domestic sales that are not known (NaN,
        or all zero for a country) are `output` [n,k] less exports. `value_added` and `final`, if
        left out, are the residuals of the two identities; `tariff` is 0, `mfn_tariff` the tariff,
        `customs_ratio` 1, `goods` what the sector codes say (else True). `deficit` [n] follows
        from trade; if given, it is checked. Elasticities: `theta` or `sigma` = 1 + theta, among
        origins and `_domestic`, a number, one per sector or a mapping.

        `balance` says what to do with a table that does not balance: `refuse` it, keep inputs and
        take the rest as `residual`, or `ras` (docs/own-table.md states every rule). Each rule that
        was applied is a sentence of `notes`. Raises `BadTable` with the country, the sector, both
        numbers and a cure if the table is malformed or does not balance.
        """
        labels = labels_of(countries, sectors)
        rule = need_balance(balance)
        flows = assemble(
            labels,
            Given(trade, tariff, intermediate, final, value_added, output, deficit),
            rule,
        )
        among, domestic, about = sigmas(labels, theta, sigma, theta_domestic, sigma_domestic)
        flags, guessed = _goods(labels, goods)
        said = (*notes, *guessed, *flows.notes, *about)
        world = cls(
            name=name,
            year=int(year),
            countries=labels.countries,
            sectors=labels.sectors,
            goods=flags,
            trade=frozen(flows.trade),
            tariff=frozen(flows.tariff),
            mfn_tariff=_given(labels, "mfn_tariff", mfn_tariff, flows.tariff),
            intermediate=frozen(flows.intermediate),
            final=frozen(flows.final),
            value_added=frozen(flows.value_added),
            customs_ratio=_given(
                labels, "customs_ratio", customs_ratio, np.ones(labels.shape("cc"))
            ),
            sigma=None if among is None else frozen(among),
            sigma_domestic=None if domestic is None else frozen(domestic),
            markup=None if markup is None else frozen(array("markup", markup, labels.shape("cs"))),
            carved=tuple(carved),
            notes=tuple(dict.fromkeys(said)),
            sources=tuple(sources),
        )
        world.check()
        return world

    @classmethod
    def from_csv(
        cls,
        tables: str | Path | Mapping[str, str | Path],
        *,
        balance: str = "refuse",
        name: str | None = None,
        year: int = 0,
        theta: Values | None = None,
        sigma: Values | None = None,
        theta_domestic: Values | None = None,
        sigma_domestic: Values | None = None,
        notes: Sequence[str] = (),
        sources: Sequence[str] = (),
    ) -> World:
        """Return a world from tidy CSV files: a folder, or a mapping of table to file.

        Tables and columns are those of docs/own-table.md (`trade`, `intermediate`, and where
        known `tariff`, `final`, `value_added`, `output`, `deficit`, `markup`, `sectors`), values
        in millions of USD. Elasticities may stand in `sectors` or be given here. The rest is as
        in `from_arrays`. Raises `BadFile` with file and line for what cannot be read.
        """
        from tradetalks.data.own.tidy import read_tables

        found = read_tables(tables)
        given: dict[str, Any] = {
            "theta": theta,
            "sigma": sigma,
            "theta_domestic": theta_domestic,
            "sigma_domestic": sigma_domestic,
        }
        for key, value in given.items():
            if value is not None:
                found.refuse_second(key)
                found.arrays[key] = value
        return cls.from_arrays(
            countries=found.countries,
            sectors=found.sectors,
            balance=balance,
            name=name or found.name,
            year=year,
            notes=(*notes, *found.notes),
            sources=sources,
            **found.arrays,
        )

    def replace(self, **changes: Any) -> World:
        """Return a checked world with some arguments of `from_arrays` changed; notes are kept."""
        kept = {f.name: getattr(self, f.name) for f in fields(self)}
        made = World.from_arrays(**kept | changes)
        return made if "balance" in changes else made.noted(changes.get("notes", self.notes))

    def noted(self, notes: Sequence[str]) -> World:
        """Return the same world with these notes."""
        return replace(self, notes=tuple(notes))

    def describe(self) -> str:
        """Return totals, identities and the rules that were applied, as Markdown to print."""
        from tradetalks.data.describe import describe_table

        return describe_table(self)

    @property
    def output(self) -> Array:
        """Gross output [n,k] at producers' prices."""
        return self.trade.sum(1)

    @property
    def absorption(self) -> Array:
        """Use of each good [n,j] at users' prices, duty included."""
        return (self.trade * (1 + self.tariff)).sum(0)

    @property
    def valuation(self) -> Array:
        """Customs value over value in the table [i,n,j]; 1 for services, which pay no duty."""
        return np.where(self.goods, self.customs_ratio[:, :, None], 1.0)

    @property
    def duties(self) -> Array:
        """Tariff revenue [n]."""
        return (self.trade * self.tariff).sum((0, 2))

    @property
    def deficit(self) -> Array:
        """Imports minus exports before duty, goods and services [n]."""
        total = self.trade.sum(2)
        return total.sum(0) - total.sum(1)

    @property
    def critical(self) -> NDArray[np.bool_] | None:
        """Which sectors [j] are critical goods; None if none is."""
        if not self.carved:
            return None
        return np.isin(self.sectors, [good.code for good in self.carved])

    @property
    def parents(self) -> tuple[str, ...]:
        """The sector [j] that each one was carved out of; an ordinary sector is its own."""
        of = {good.code: good.parent for good in self.carved}
        return tuple(of.get(code, code) for code in self.sectors)

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
        return checks_of(self)

    def check(self) -> None:
        """Raise `BadTable` if a sign or an identity fails; see `checks` for all of them."""
        for row in self.checks():
            if not row.passed:
                raise BadTable(f"World '{self.name}': {row.message}.", cure=CURE)
        if self.markup is not None:
            labels = Labels(self.countries, self.sectors)
            check_markup(labels, self.markup, self.output, self.value_added)

    def aggregate(self, regions: str | Mapping[str, str]) -> World:
        """Return the world by region: a region set's name, or a mapping country -> region.

        Flows add. Trade inside a region becomes domestic trade and keeps its duty (the
        diagonal's tariff is duty over value), so the identities hold. Customs ratios are
        means weighted by goods trade; profits add, so a region's markup is its sales over its
        sales less profits; elasticities stay as they are. Regions stand in the order of the
        mapping, `ROW` last.
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
        return self.replace(
            countries=labels,
            trade=trade,
            tariff=divide(duty, trade, 0.0),
            mfn_tariff=divide(mfn, trade, 0.0),
            intermediate=np.einsum("Nn,njk->Njk", member, self.intermediate),
            final=member @ self.final,
            value_added=member @ self.value_added,
            customs_ratio=divide(customs, weight, 1.0),
            markup=None if self.markup is None else self._region_markup(member),
        )

    def _region_markup(self, member: Array) -> Array:
        assert self.markup is not None
        sales = member @ self.output
        return 1.0 / (1.0 - divide(member @ (self.output * (1 - 1 / self.markup)), sales, 0.0))

    def content_hash(self) -> str:
        """Return a sha256 of year, labels and arrays (not of the name, notes and sources)."""
        digest = hashlib.sha256()
        digest.update(repr((self.year, self.countries, self.sectors)).encode())
        digest.update(self.goods.tobytes())
        for name in AXES:
            digest.update(np.ascontiguousarray(getattr(self, name), dtype="<f8").tobytes())
        for name in ("sigma", "sigma_domestic", "markup"):
            if (values := getattr(self, name)) is not None:
                digest.update(name.encode() + np.ascontiguousarray(values, dtype="<f8").tobytes())
        for good in self.carved:
            digest.update(repr((good.code, good.sigma, good.supply_elasticity)).encode())
        return digest.hexdigest()


def _given(labels: Labels, name: str, values: ArrayLike | None, otherwise: Array) -> Array:
    return frozen(otherwise if values is None else array(name, values, labels.shape(AXES[name])))


def _goods(
    labels: Labels, goods: Sequence[bool] | NDArray[np.bool_] | None
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Return which sectors are goods [j]: as given, else by the sector codes, else all."""
    said: tuple[str, ...] = ()
    if goods is None:
        known = sector_table()
        flags = np.array([known[s].goods if s in known else True for s in labels.sectors])
        unknown = [s for s in labels.sectors if s not in known]
        if unknown:
            said = (f"Counted as goods, since nothing else was said: {', '.join(unknown)}.",)
    else:
        flags = np.array(goods, dtype=bool)
    if flags.shape != labels.shape("s"):
        raise BadTable(f"`goods` has shape {flags.shape}.", cure=f"It needs {labels.shape('s')}.")
    flags.setflags(write=False)
    return flags, said
