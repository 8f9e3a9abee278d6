"""Names in a scenario to positions in a world, with errors that know the code tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import UnknownName, unknown_name
from tradetalks.scenario.fields import ALL, ALL_GOODS
from tradetalks.scenario.origin import Keys, Origin, key_label

_REST, _EVERY = "non_aligned", "critical"
"""The bloc of those in no other, and the set of all critical goods that are carved out."""
EU = "EU"
"""Stands for the 27 members, or for the region that holds them, as the world has it."""


@dataclass(frozen=True)
class Tables:
    """What `tradetalks.codes` knows: codes with their names, members of the EU, groupings.

    `critical` is the parent sector of each critical good, `good_sets` are named sets of them,
    `blocs` named groups of countries.
    """

    countries: Mapping[str, str]
    eu: tuple[str, ...]
    region_sets: Mapping[str, Mapping[str, str]]
    sectors: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]
    critical: Mapping[str, str]
    good_sets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {})
    blocs: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {})


@cache
def tables() -> Tables:
    """Return the code tables."""
    from tradetalks import codes  # read once, and only when a name is looked up

    places: Mapping[str, Any] = codes.countries()
    return Tables(
        countries={code: c.name for code, c in places.items()},
        eu=tuple(code for code, c in places.items() if c.eu27),
        region_sets={name: codes.region_set(name) for name in codes.region_set_names()},
        sectors={code: s.label for code, s in codes.sectors().items()},
        groups=codes.sector_groups(),
        critical={code: good.parent for code, good in codes.critical_goods().items()},
        good_sets=codes.good_sets(),
        blocs=codes.blocs(),
    )


@dataclass(frozen=True)
class Resolver:
    """Turns names into masks over one world's labels; errors carry file, line and key."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    goods: NDArray[np.bool_]
    regions: str
    origin: Origin

    def country_mask(self, names: tuple[str, ...], keys: Keys) -> NDArray[np.bool_]:
        """Return which countries [N] are named. Raises `UnknownName`."""
        chosen: set[str] = set()
        for name in names:
            if name == ALL:
                chosen.update(self.countries)
            elif name in self.countries:
                chosen.add(name)
            elif name == EU:
                chosen.update(self._eu(keys))
            elif name in tables().blocs:
                chosen.update(self._bloc(name, keys))
            else:
                raise self._not_here(name, keys)
        return np.array([c in chosen for c in self.countries])

    def sector_mask(self, names: tuple[str, ...], keys: Keys) -> NDArray[np.bool_]:
        """Return which sectors [S] are named. Raises `UnknownName`."""
        mask = np.zeros(len(self.sectors), dtype=bool)
        for name in names:
            if name == ALL:
                mask[:] = True
            elif name == ALL_GOODS:
                mask |= self.goods
            elif name in self.sectors:
                mask |= self._with_goods((name,))
            elif name in tables().good_sets:
                mask |= self._good_set(name, keys)
            else:
                members = tables().groups.get(name, ())
                if not members or not set(members) <= set(self.sectors):
                    if name in tables().critical:
                        raise _not_carved(name, self.origin, keys)
                    raise unknown_sector(name, self.sectors, self.origin, keys)
                mask |= self._with_goods(members)
        return mask

    def _with_goods(self, members: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return these sectors [S] with the critical goods carved out of them.

        A sector is all of itself, so that carving changes no tariff.
        """
        parents = [tables().critical.get(code, code) for code in self.sectors]
        return np.isin(self.sectors, members) | np.isin(parents, members)

    def _eu(self, keys: Keys) -> set[str]:
        """The labels that together are the EU; a world that splits it otherwise is refused."""
        here = set(self.countries)
        members = set(tables().eu)
        for grouping in tables().region_sets.values():
            labels = {grouping[m] for m in members}
            whole = all(c in members for c, label in grouping.items() if label in labels)
            if labels <= here and whole:
                return labels
        raise _error(
            f"the countries of '{EU}' are not all in this world.",
            "Name the countries you mean.",
            self.origin,
            keys,
        )

    def _bloc(self, name: str, keys: Keys) -> set[str]:
        """The labels of a bloc; a region whose countries are in several is not aligned."""
        grouping = tables().region_sets.get(self.regions, {})
        members: dict[str, set[str]] = {}
        for country, label in grouping.items():
            members.setdefault(label, set()).add(country)
        own = {
            label
            for label in self.countries
            if members.get(label, {label}) <= set(tables().blocs[name])
        }
        if name == _REST:
            others = [self._bloc(other, keys) for other in tables().blocs if other != _REST]
            own = set(self.countries).difference(*others)
        if not own:
            raise _error(
                f"no region of this world lies wholly in '{name}' (regions: {self.regions}).",
                "Use `regions: default`, or name the countries you mean.",
                self.origin,
                keys,
            )
        return own

    def _good_set(self, name: str, keys: Keys) -> NDArray[np.bool_]:
        """The critical goods of a set [S] that this world has; `critical` is all it has."""
        members = tables().good_sets[name]
        here = [code for code in members if code in self.sectors]
        missing = [code for code in members if code not in self.sectors]
        if missing and (name != _EVERY or not here):
            raise _not_carved(missing[0], self.origin, keys)
        return np.isin(self.sectors, here)

    def _not_here(self, name: str, keys: Keys) -> UnknownName:
        """Say why a country is missing: in a region, of another set, of another world, unknown."""
        sets = tables().region_sets
        alone = [s for s, grouping in sets.items() if name in grouping.values()]
        inside = sets.get(self.regions, {}).get(name)
        if alone and inside is not None and inside in self.countries:
            return _error(
                f"'{name}' does not stand alone with `regions: {self.regions}`: "
                f"it is part of '{inside}'.",
                f"Use `regions: {alone[0]}`, which keeps '{name}' apart, or name '{inside}'.",
                self.origin,
                keys,
            )
        if alone and not set(self.countries) <= set(tables().countries):
            has = ", ".join(self.countries[:12]) + (" ..." if len(self.countries) > 12 else ".")
            return _error(f"'{name}' is not in this world.", f"It has: {has}", self.origin, keys)
        if alone:
            return _error(
                f"'{name}' is not in this world (regions: {self.regions}).",
                f"The region sets that have it: {', '.join(alone)}.",
                self.origin,
                keys,
            )
        return unknown_country(name, self.countries, self.origin, keys)


def check_country(name: str, origin: Origin, keys: Keys) -> None:
    """Refuse a name that no shipped world can have."""
    if name not in (ALL, EU, *tables().blocs) and name not in tables().countries:
        raise unknown_country(name, (), origin, keys)


def check_sector(name: str, origin: Origin, keys: Keys) -> None:
    """Refuse a sector that no shipped world has."""
    if name not in (ALL, ALL_GOODS) and name not in {*tables().sectors, *tables().groups}:
        raise unknown_sector(name, (), origin, keys)


def is_critical(name: str, overlay: str, origin: Origin, keys: Keys) -> bool:
    """Whether `name` is a critical good of the overlay; refuse one that it leaves out."""
    from tradetalks.codes import goods_overlay

    members = tables().good_sets.get(name)
    if members is not None:
        here = goods_overlay(overlay)
        missing = [code for code in members if code not in here]
        if missing and (name != _EVERY or not here):
            raise _not_carved(missing[0], origin, keys)
        return True
    if name not in tables().critical:
        return False
    if name not in goods_overlay(overlay):
        raise _not_carved(name, origin, keys)
    return True


def _not_carved(name: str, origin: Origin, keys: Keys) -> UnknownName:
    from tradetalks.codes import goods_overlay

    enough = "default" if name in goods_overlay("default") else "all"
    return _error(
        f"'{name}' is a critical good, which this world keeps inside sector "
        f"'{tables().critical[name]}'.",
        f"Add `goods: {enough}` to make it a sector of its own.",
        origin,
        keys,
    )


def unknown_country(name: str, present: tuple[str, ...], origin: Origin, keys: Keys) -> UnknownName:
    """Build the error for an unknown country; a country's English name leads to its code."""
    by_name = {label.casefold(): code for code, label in tables().countries.items()}
    if code := by_name.get(name.casefold()):
        return _error(f"unknown country '{name}'.", f"Did you mean '{code}'?", origin, keys)
    options = list(dict.fromkeys([*present, *tables().countries, EU, *tables().blocs]))
    see = "Countries are ISO 3166 codes of three letters."
    return _labelled(unknown_name("country", name, options, see=see), origin, keys)


def unknown_sector(name: str, present: tuple[str, ...], origin: Origin, keys: Keys) -> UnknownName:
    """Build the error for an unknown sector; a sector's label leads to its code."""
    by_label = {label.casefold(): code for code, label in tables().sectors.items()}
    codes = list(dict.fromkeys([*present, *tables().sectors]))
    if code := by_label.get(name.casefold()):
        return _error(f"unknown sector '{name}'.", f"Did you mean '{code}'?", origin, keys)
    see = f"Known: {', '.join([*codes, *tables().groups])}."
    options = [*codes, *tables().groups, *tables().sectors.values(), *tables().critical]
    options += tables().good_sets
    return _labelled(unknown_name("sector", name, options, see=see), origin, keys)


def _error(cause: str, cure: str, origin: Origin, keys: Keys) -> UnknownName:
    return UnknownName(
        f"{key_label(keys)}: {cause}", cure=cure, file=origin.file, line=origin.line(keys)
    )


def _labelled(error: UnknownName, origin: Origin, keys: Keys) -> UnknownName:
    return _error(error.cause, error.cure, origin, keys)
