"""Stacking: which measures a line pays on a day, on what value, and why the others are not due.

Vectorised over lines; the same code answers one line and all of them. The order follows the
instruments (docs/assumptions.md lists them): exemptions of the measure itself, conditions and
exclusions, the highest of overlapping headings of one programme, then what yields to what.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradetalks.policy.intervals import Interval, IntervalTable
from tradetalks.policy.ledger import Measure
from tradetalks.policy.lines import LineTable

TINY = 1e-12
# Metal content of derivatives, assumed: input-output shares (BEA) count metal bought as metal, not
# the metal inside bought parts. Twice that share, at most 1, is calibrated to the effective rates
# published for 2025-08-18 and 2026-01-01; the range is 1 (the bare share) to the full value, which
# customs assesses when the content is not known (CSMS 64384423).
METAL_FACTOR = 2.0


@dataclass(frozen=True, eq=False)
class Part:
    """What one interval adds: `duty` [line] is a fraction of the customs value, `base` [line] the
    share of that value it is assessed on, `rate` [line] its own rate."""

    interval: Interval
    duty: np.ndarray
    rate: np.ndarray
    base: np.ndarray


@dataclass(frozen=True, eq=False)
class Refusal:
    """A measure that covers the lines of `mask` [line] by its scope but is not due on them."""

    interval: Interval
    mask: np.ndarray
    reason: str


@dataclass(frozen=True, eq=False)
class Stack:
    """Duties of a day on a set of lines: `index` into the line table, parts, and refusals."""

    day: int
    index: np.ndarray
    parts: tuple[Part, ...]
    refusals: tuple[Refusal, ...]

    @property
    def total(self) -> np.ndarray:
        """Sum of all parts [line], fraction of the customs value."""
        return sum((p.duty for p in self.parts), np.zeros(len(self.index)))

    def by_family(self) -> dict[str, np.ndarray]:
        """Sum of parts by family of authority, each [line]."""
        out: dict[str, np.ndarray] = {}
        for part in self.parts:
            family = part.interval.measure.family
            out[family] = out.get(family, 0.0) + part.duty
        return out


@dataclass
class _Claim:
    """A measure's claim on lines while the stack is being worked out (internal, mutable)."""

    interval: Interval
    mask: np.ndarray
    rate: np.ndarray
    base: np.ndarray

    @property
    def measure(self) -> Measure:
        return self.interval.measure

    @property
    def due(self) -> np.ndarray:
        return self.rate * self.base * self.mask  # a fourth of the time of np.where


def stack(
    table: IntervalTable,
    lines: LineTable,
    day: int,
    *,
    exporter: str,
    importer: str,
    index: np.ndarray | None = None,
    claim_exclusions: bool | str = False,
    metal_factor: float = METAL_FACTOR,
) -> Stack:
    """Work out the duties of `day` for the lines `index` (default: all).

    `claim_exclusions`: False leaves product exclusions out, True grants them in full, "coverage"
    applies the share of trade that each is estimated to cover (for averages).
    `metal_factor` scales the metal content of derivatives (see `METAL_FACTOR`).
    """
    at = slice(None) if index is None else np.asarray(index)
    index = np.arange(len(lines))[at]
    refusals: list[Refusal] = []
    claims: list[_Claim] = []
    relief: list[tuple[Interval, np.ndarray]] = []
    for row in table.active(day):
        if not row.measure.has_lines or not row.measure.hits(exporter, importer):
            continue
        mask = scope(row, lines, day, table.as_known_on)[at]
        if not mask.any():
            continue
        if row.measure.kind == "exclusion":
            relief.append((row, mask))
            continue
        claim = _Claim(row, mask, _rate(row, lines)[at], _base(row, lines, metal_factor)[at])
        if row.measure.conditional:
            refusals.append(Refusal(row, mask, f"conditional: {row.measure.conditional}"))
            continue
        _exempt(claim, lines, day, table.as_known_on, index, refusals)
        claims.append(claim)
    _floors(claims)
    _exclude(claims, relief, claim_exclusions, refusals)
    _highest_of_group(claims, refusals)
    _yield(claims, day, refusals)
    parts = tuple(
        Part(c.interval, c.due, c.rate * c.mask, c.base * c.mask) for c in claims if c.mask.any()
    )
    return Stack(day, index, parts, tuple(refusals))


def scope(row: Interval, lines: LineTable, day: int, known: int) -> np.ndarray:
    """Boolean [all lines]: what the measure covers by its own words on `day`."""
    measure = row.measure
    if "all" in measure.products:
        mask = np.ones(len(lines), bool)
    else:
        mask = np.zeros(len(lines), bool)
        for name in measure.products:
            mask |= lines.member(name, day, known)
    for prefixes, keep in ((row.only, True), (row.but, False)):
        if prefixes:
            named = np.zeros(len(lines), bool)
            for prefix in prefixes:
                named[lines.starting_with(prefix)] = True
            mask = mask & (named if keep else ~named)
    return mask


def _rate(row: Interval, lines: LineTable) -> np.ndarray:
    if row.column:
        return lines.column(row.column)
    return np.full(len(lines), row.rate)


def metal_share(lines: LineTable, factor: float = METAL_FACTOR) -> np.ndarray:
    """Share of the customs value [line] on which a metal-content duty is assessed (assumed)."""
    return np.minimum(lines.column("share_metal") * factor, 1.0)


def _base(row: Interval, lines: LineTable, factor: float) -> np.ndarray:
    return metal_share(lines, factor) if row.measure.metal else np.ones(len(lines))


def _exempt(
    claim: _Claim,
    lines: LineTable,
    day: int,
    known: int,
    index: np.ndarray,
    refusals: list[Refusal],
) -> None:
    for rule in claim.measure.exempt:
        if not rule.start <= day < rule.until:
            continue
        out = claim.mask & lines.member(rule.list, day, known)[index]
        if out.any():
            refusals.append(Refusal(claim.interval, out, f"{rule.reason} ({rule.citation})"))
            claim.mask = claim.mask & ~out


def _floors(claims: list[_Claim]) -> None:
    """`floor_to`: the measure tops the MFN duty up to a total."""
    mfn = sum((c.due for c in claims if c.measure.authority == "mfn"), 0.0)
    for claim in claims:
        if claim.interval.floor is not None:
            claim.rate = np.maximum(claim.interval.floor - mfn, 0.0) + np.zeros(len(claim.mask))


def _exclude(
    claims: list[_Claim],
    relief: list[tuple[Interval, np.ndarray]],
    claimed: bool | str,
    refusals: list[Refusal],
) -> None:
    for row, mask in relief:
        share = row.measure.coverage if claimed == "coverage" else float(bool(claimed))
        for claim in claims:
            named = claim.measure.group in row.measure.exempts
            named |= {claim.measure.authority, claim.measure.id} & set(row.measure.exempts) != set()
            hit = claim.mask & mask
            if not named or not hit.any():
                continue
            if share:
                claim.base = np.where(hit, claim.base * (1.0 - share), claim.base)
            if share == 1.0:
                claim.mask = claim.mask & ~hit
                refusals.append(Refusal(claim.interval, hit, f"excluded: {row.measure.title}"))
        if not share:
            refusals.append(Refusal(row, mask, f"not claimed: {row.measure.conditional}"))


def _highest_of_group(claims: list[_Claim], refusals: list[Refusal]) -> None:
    """Overlapping headings of one programme: the highest duty, not the sum."""
    groups: dict[str, list[_Claim]] = {}
    for claim in claims:
        if claim.measure.group:
            groups.setdefault(claim.measure.group, []).append(claim)
    for members in groups.values():
        if len(members) < 2:
            continue
        # Ties go to the measure that took effect last: the newer heading supersedes.
        members.sort(key=lambda c: -c.interval.start)
        best = np.argmax(np.stack([np.where(c.mask, c.due, -1.0) for c in members]), axis=0)
        for number, claim in enumerate(members):
            lost = claim.mask & (best != number)
            for winner in set(best[lost].tolist()):
                mask = lost & (best == winner)
                reason = (
                    "superseded: overlapping headings count once, at the higher duty: "
                    f"{members[winner].measure.title}"
                )
                refusals.append(Refusal(claim.interval, mask, reason))
            claim.mask = claim.mask & ~lost


def _yield(claims: list[_Claim], day: int, refusals: list[Refusal]) -> None:
    """Take from each claim what another authority displaces, those that displace first."""
    paying: dict[str, list[tuple[_Claim, np.ndarray]]] = {}  # by authority: claim, where it is due
    for claim in sorted(claims, key=lambda c: _depth(c.measure, claims)):
        for rule in claim.measure.yields_to:
            if not rule.start <= day < rule.until:
                continue
            others = [pair for a in rule.authorities for pair in paying.get(a, ())]
            if not others:
                continue
            taken = np.zeros(len(claim.mask))
            for other, paid in others:
                taken += paid if rule.whole else paid * other.base
                hit = claim.mask & paid
                if hit.any():
                    whole = bool(rule.whole or (other.base[hit] > 1 - TINY).all())
                    what = "" if whole else " (on its metal content)"
                    reason = f"displaced by {other.measure.title}{what}: {rule.citation}"
                    refusals.append(Refusal(claim.interval, hit, reason))
            left = np.clip(1.0 - taken, 0.0, 1.0)
            claim.base = np.where(claim.mask, claim.base * left, claim.base)
            claim.mask = claim.mask & (left > TINY)
        # "Subject to" a programme means that a duty is owed under it.
        paying.setdefault(claim.measure.authority, []).append((claim, claim.due > TINY))


def _depth(measure: Measure, claims: list[_Claim]) -> int:
    """How many displacing programmes stand above a measure (autos 0, metals 1, reciprocal 2)."""
    named = {a for y in measure.yields_to for a in y.authorities}
    above = {c.measure.authority: c.measure for c in claims if c.measure.authority in named}
    return max((1 + _depth(m, claims) for m in above.values()), default=0)
