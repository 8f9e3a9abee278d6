"""What a page asks, as it stands in its address: a shipped scenario, a file, or sliders.

An address is `?scenario=NAME`, `?yaml=...` (a file, packed) or any of the sliders; what is left
out stays as it is in law. `Question.read` checks every value, `Question.scenario` says it in the
grammar of scenarios: the page asks nothing that a file could not ask.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tradetalks.codes import region_set_names
from tradetalks.data import world_names
from tradetalks.errors import BadInput, BadNumber, TradeTalksError, unknown_name
from tradetalks.scenario import BASELINE, Scenario, load_scenario, scenario_names

LARGEST_FILE = 64_000
"""Bytes of a scenario file; a scenario is a page of text."""
LARGEST_PACKED = 12_000
"""Characters of a packed file in an address."""
LEAKAGE = "10%"
"""Part of what is refused that arrives all the same: assumed, range 5% to 20%."""


class FieldError(Exception):
    """A failure with the name of the field beside which it is shown."""

    def __init__(self, name: str, error: TradeTalksError) -> None:
        self.name, self.error = name, error
        super().__init__(str(error))


@dataclass(frozen=True)
class Slider:
    """A number that can be moved: whole, from `low` to `high`; `still` changes nothing."""

    name: str
    label: str
    low: int
    high: int
    step: int
    still: int
    unit: str
    hint: str = ""


# The authority or family that each slider scales, as the law ledger calls it.
LAWS = {
    "s301": ("USA", "s301", "Section 301"),
    "s232": ("USA", "s232", "Section 232"),
    "forced": ("USA", "s301_forced_labour", "Section 301, forced labour"),
    "retaliation": ("CHN", "cn_retaliation_2025", "China's retaliation of 2025"),
}
GROUPS: dict[str, tuple[str, list[str]]] = {
    "food": ("Farm goods and food", ["01T02", "03", "10T12"]),
    "energy": ("Energy and ores", ["05T06", "07T08", "19"]),
    "clothing": ("Textiles and clothing", ["13T15"]),
    "chemicals": ("Chemicals and medicines", ["20", "21"]),
    "metals": ("Metals and metal goods", ["24", "25"]),
    "electronics": ("Electronics", ["26"]),
    "machinery": ("Machinery, electrical goods", ["27", "28"]),
    "vehicles": ("Vehicles, ships, aircraft", ["29", "30"]),
    "other": ("Wood, plastics, furniture, other", ["16", "17T18", "22", "23", "31T33"]),
}
SIDES = {"us": ("USA", "CHN", "the United States"), "cn": ("CHN", "USA", "China")}

AUTHORITIES = tuple(
    Slider(name, words, 0, 300, 5, 100, "%", "percent of the rates in force; 0 strikes it down")
    for name, (_, _, words) in LAWS.items()
)
FLAT = tuple(
    Slider(side, f"New duty of {words}", 0, 145, 1, 0, " points", "added on every good")
    for side, (_, _, words) in SIDES.items()
)
PRODUCTS = {
    side: tuple(
        Slider(f"{side}-{name}", words, 0, 145, 1, 0, " points")
        for name, (words, _) in GROUPS.items()
    )
    for side in SIDES
}
CONTROLS = (
    Slider("magnets", "Rare earths and magnets from China", 0, 100, 5, 100, "%",
           "of licences granted; 0 is a stop, 10% leak through (assumed)"),
    Slider("chips", "Advanced AI chips to China", 0, 100, 5, 100, "%",
           "of the sales of 2022 licensed by the United States, 10% leak through (assumed)"),
)  # fmt: skip
SLIDERS = {s.name: s for s in (*AUTHORITIES, *FLAT, *PRODUCTS["us"], *PRODUCTS["cn"], *CONTROLS)}
STARTS = {
    "truce-as-announced": "truce, to 10 January 2027",
    "current-law": "enacted law of 5 October 2026",
}
HORIZONS = {
    "short": "short: months",
    "medium": "medium: a few years",
    "long": "long: a decade",
}
_OTHERS = ("start", "horizon", "lapse", "buyers")


@dataclass(frozen=True)
class Question:
    """One question of the page; `moved` holds the sliders that are not where the law has them."""

    shipped: str = ""
    yaml: str = ""
    start: str = "truce-as-announced"
    horizon: str = "medium"
    lapse: bool = False
    buyers: str = "USA"
    moved: Mapping[str, int] = field(default_factory=lambda: {})

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Question:
        """Read an address; keys it does not know are refused. Raises FieldError."""
        whole = [key for key in ("scenario", "yaml") if given.get(key)]
        if whole:
            for key in given:
                if key != whole[0]:
                    raise _bad(key, f"'{key}' has no meaning beside '{whole[0]}'.", "Leave it out.")
            if whole[0] == "yaml":
                return cls(yaml=unpack(given["yaml"]))
            name = given["scenario"]
            if name not in (*scenario_names(), BASELINE):
                raise FieldError("scenario", unknown_name("scenario", name[:80], scenario_names()))
            return cls(shipped=name)
        return cls._sliders(given)

    @classmethod
    def _sliders(cls, given: Mapping[str, str]) -> Question:
        moved: dict[str, int] = {}
        for key, text in given.items():
            if key in _OTHERS:
                continue
            if key not in SLIDERS:
                error = unknown_name("field", key[:80], (*SLIDERS, *_OTHERS))
                raise FieldError(key[:80], error)
            value = _whole(SLIDERS[key], text)
            if value != SLIDERS[key].still:
                moved[key] = value
        start = _one_of("start", given.get("start", cls.start), STARTS)
        horizon = _one_of("horizon", given.get("horizon", cls.horizon), HORIZONS)
        lapse = _one_of("lapse", given.get("lapse", "0"), {"0": "", "1": ""}) == "1"
        buyers = _one_of("buyers", given.get("buyers", cls.buyers), {"USA": "", "all": ""})
        order = {key: value for key in SLIDERS if (value := moved.get(key)) is not None}
        return cls("", "", start, horizon, lapse, buyers, order)

    def address(self) -> dict[str, str]:
        """Return the shortest address of the question."""
        if self.shipped:
            return {"scenario": self.shipped}
        if self.yaml:
            return {"yaml": pack(self.yaml)}
        out = {key: str(value) for key, value in self.moved.items()}
        if self.lapse:
            out["lapse"] = "1"
        for key in ("start", "horizon", "buyers"):
            if getattr(self, key) != getattr(Question, key):
                out[key] = getattr(self, key)
        return out

    @property
    def still(self) -> bool:
        """Whether nothing is changed."""
        return not (self.shipped or self.yaml or self.moved or self.lapse)

    def scenario(self) -> Scenario:
        """Return the scenario; its errors name file and line as those of a file do."""
        if self.shipped:
            return load_scenario(self.shipped)
        if self.yaml:
            return uploaded(self.yaml)
        start = load_scenario(self.start)
        text: dict[str, Any] = {
            "name": "what-if",
            "question": self.words(),
            "base": start.to_plain()["base"],
            "against": self.start,
            "horizon": self.horizon,
            "goods": "default" if self.moved.keys() & {s.name for s in CONTROLS} else "none",
            "changes": [*self._law(), *self._duties(), *self._controls()],
            "sources": ["The changes are assumed: chosen on the page"],
        }
        try:
            return Scenario.model_validate(text)
        except TradeTalksError as error:
            raise FieldError("sliders", error) from None

    def _law(self) -> list[dict[str, Any]]:
        changes: list[dict[str, Any]] = []
        if self.lapse and (asleep := suspended(self.start)):
            changes.append({"kind": "law", "lapse": asleep})
        for name, (_, authority, _) in LAWS.items():
            if name in self.moved:
                factor = self.moved[name] / 100
                changes.append({"kind": "law", "scale": authority, "factor": factor})
        return changes

    def _duties(self) -> list[dict[str, Any]]:
        changes: list[dict[str, Any]] = []
        for side, (importer, exporter, _) in SIDES.items():
            pair = {"kind": "tariff", "importer": importer, "exporter": exporter}
            if side in self.moved:
                changes.append({**pair, "sectors": "all_goods", "add": f"{self.moved[side]}%"})
            for group, (_, codes) in GROUPS.items():
                if (points := self.moved.get(f"{side}-{group}")) is not None:
                    changes.append({**pair, "sectors": codes, "add": f"{points}%"})
        return changes

    def _controls(self) -> list[dict[str, Any]]:
        changes: list[dict[str, Any]] = []
        if "magnets" in self.moved:
            terms: dict[str, Any] = {
                "exporter": "CHN", "destinations": self.buyers, "sectors": ["REE", "MAGNETS"],
            }  # fmt: skip
            if self.buyers == "all":
                terms["each"] = True  # as the law limits each: the two can be compared
            changes.append(_control(terms, self.moved["magnets"]))
        if "chips" in self.moved:
            terms = {"exporter": ["USA", "TWN", "KOR"], "destinations": "CHN",
                     "sectors": ["AICHIP"], "rent": {"controller": "USA"}}  # fmt: skip
            changes.append(_control(terms, self.moved["chips"]))
        return changes

    def words(self) -> str:
        """Return the question in words: 'What if ...?'."""
        said = ["the truce lapsed"] if self.lapse else []
        for name, (_, _, label) in LAWS.items():
            if (percent := self.moved.get(name)) is not None:
                what = f"{label} stood at {percent}% of its rates"
                said.append(what if percent else f"{label} were struck down")
        for side, (_, exporter, label) in SIDES.items():
            goods = "Chinese" if exporter == "CHN" else "American"
            if side in self.moved:
                said.append(f"{label} put {self.moved[side]} points more on all {goods} goods")
            for group, (words, _) in GROUPS.items():
                if (points := self.moved.get(f"{side}-{group}")) is not None:
                    what = words[0].lower() + words[1:]
                    said.append(f"{label} put {points} points more on {goods} {what}")
        to = "the United States" if self.buyers == "USA" else "every buyer"
        if (share := self.moved.get("magnets")) is not None:
            what = "stopped rare earths and magnets to" if share == 0 else (
                f"licensed {share}% of rare earths and magnets to")  # fmt: skip
            said.append(f"China {what} {to}")
        if (share := self.moved.get("chips")) is not None:
            what = "stopped AI chips" if share == 0 else f"licensed {share}% of AI chips"
            said.append(f"the United States {what} to China")
        if not said:
            return "What if nothing changed?"
        return "What if " + (", ".join(said[:-1]) + " and " if said[1:] else "") + said[-1] + "?"


def _control(terms: dict[str, Any], share: int) -> dict[str, Any]:
    allowed: dict[str, Any] = {"approval": f"{share}%"} if share else {"ban": True}
    return {"kind": "export_control", **terms, **allowed, "leakage": LEAKAGE}


def suspended(start: str) -> list[str]:
    """Return the duties that come back when the truce ends, in the law of a starting point."""
    from tradetalks.policy import status

    base = load_scenario(start).base
    if base.law == "file":
        return []
    law = status(base.as_of, base.law, base.as_of)
    return [
        row["measure"]
        for row in law["suspended"]
        if row["kind"] == "import_duty" and row["until"] and row.get("suspended_percent")
    ]


def uploaded(text: str) -> Scenario:
    """Return the scenario of a file that came over the net: it names no file of this machine.

    Raises FieldError on `file`.
    """
    if len(text.encode()) > LARGEST_FILE:
        raise _bad("file", "the file is too large for a scenario.", "64 kB is the most.")
    try:
        found = Scenario.from_yaml(text, file="scenario.yaml")
    except TradeTalksError as error:
        raise FieldError("file", error) from None
    checks = (
        ("against", found.against, (*scenario_names(), BASELINE)),
        ("world", found.world, world_names()),
        ("region set", found.regions, region_set_names()),
    )
    for kind, name, known in checks:
        if name not in known:
            see = "A page reads no files: it takes what ships with the package."
            raise FieldError("file", unknown_name(kind, name, known, see=see))
    return found


def pack(text: str) -> str:
    """Return a text fit for an address."""
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpack(packed: str) -> str:
    """Return the text of `pack`. Raises FieldError for anything else."""
    if len(packed) > LARGEST_PACKED:
        raise _bad("yaml", "the address holds too long a file.", "Upload the file instead.")
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        opener = zlib.decompressobj()
        text = opener.decompress(raw, LARGEST_FILE)
        if opener.unconsumed_tail or not opener.eof:
            raise ValueError
        return text.decode()
    except (binascii.Error, zlib.error, ValueError):
        raise _bad("yaml", "the file in the address is cut short or damaged.",
                   "Copy the whole address again.") from None  # fmt: skip


def _whole(slider: Slider, text: str) -> int:
    try:
        if not text.isascii() or len(text) > 6:
            raise ValueError
        value = int(text)
    except ValueError:
        raise _bad(slider.name, f"'{text[:40]}' is no whole number.", _bounds(slider)) from None
    if not slider.low <= value <= slider.high:
        raise _bad(slider.name, f"{value} is out of range.", _bounds(slider))
    return value


def _bounds(slider: Slider) -> str:
    return f"Give {slider.low} to {slider.high}."


def _one_of(name: str, value: str, known: Mapping[str, str]) -> str:
    if value not in known:
        raise FieldError(name, unknown_name(name, value[:80], known))
    return value


def _bad(name: str, cause: str, cure: str) -> FieldError:
    kind = BadNumber if name in SLIDERS else BadInput
    return FieldError(name, kind(cause, cure=cure))
