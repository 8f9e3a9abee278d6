"""The measure file: what may stand in it, and errors that name file and line.

Used when the ledger is built and linted; a query reads the compiled table (`ledger.py`) instead.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from tradetalks.errors import BadFile, did_you_mean

WITHOUT_EFFECT = ("announce", "threat", "cancel")
EventKind = Literal[
    "announce", "impose", "modify", "suspend", "resume", "extend", "exclude", "terminate",
    "void", "threat", "cancel",
]  # fmt: skip
MeasureKind = Literal[
    "import_duty", "exclusion", "stacking_rule", "export_control", "export_licence", "port_fee",
    "entity_listing", "visa", "purchase_commitment", "divestiture", "import_ban",
    "procurement_ban", "sanctions", "investment_screening", "legal_framework", "agreement",
    "other_control",
]  # fmt: skip
Evidence = Literal["V", "O", "S", "P", "U", "D"]


def _percent(text: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)?%", text):
        raise ValueError(f"'{text}' is not a rate: write a percentage such as '25%'")
    if float(text[:-1]) > 1000:
        raise ValueError(f"'{text}' is above 1000%: is it a typing error?")
    return text


def _url(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise ValueError(f"'{text[:60]}' is not the address of a source (https://...)")
    return text


Rate = Annotated[str, AfterValidator(_percent)]
Source = Annotated[str, AfterValidator(_url)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exempt(_Strict):
    """Lines of a list that a measure leaves out, with the law that says so."""

    list: str
    reason: str
    start: date | None = Field(None, alias="from")
    until: date | None = None
    citation: str
    source: Source
    evidence: Evidence


class Scope(_Strict):
    """Which lines: `all`, one or more lists, or `unlisted` (known as words only)."""

    products: str | list[str]
    exempt: list[Exempt] = Field(default_factory=list, alias="except")
    text: str | None = None


class Yield(_Strict):
    """This measure is not due where one of `authority` is: on the whole value, or on its share."""

    authority: str | list[str]
    on: Literal["full", "assessed_value"]
    start: date | None = Field(None, alias="from")
    until: date | None = None
    citation: str


class Event(_Strict):
    """One dated step; see docs/how-time-works.md for what each date means."""

    kind: EventKind
    announced: date
    effective: date | None = None
    until: date | None = None
    timezone: Literal["America/New_York", "Asia/Shanghai", "Europe/Amsterdam"] | None = None
    time: Annotated[str, Field(pattern=r"^\d\d:\d\d$")] | None = None
    rate: Rate | None = None
    rate_by_line: str | None = None
    floor_to: Rate | None = None
    suspended_rate: Rate | None = None
    suspended_by_line: str | None = None
    collection_ended: date | None = None
    act: Literal["instrument", "statement"]
    legal_act: Literal["documented", "not documented"] = "documented"
    citation: str
    source: Source | None = None
    evidence: Evidence
    evidence_note: str | None = None
    text: str | None = None
    in_transit: str | None = None
    note: str | None = None
    fact: str | list[str] | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Event:
        if self.effective is None and self.kind not in WITHOUT_EFFECT:
            raise ValueError(f"a '{self.kind}' event needs 'effective'")
        if self.effective and self.until and self.until <= self.effective:
            raise ValueError(
                f"dates run backwards: 'until' {self.until}, 'effective' {self.effective}"
            )
        if self.kind == "void" and self.collection_ended is None:
            raise ValueError("a 'void' event needs 'collection_ended'")
        if self.rate and self.rate_by_line:
            raise ValueError("give 'rate' or 'rate_by_line', not both")
        if self.source is None and self.evidence != "U":
            raise ValueError("'source' is missing (only evidence U may stand without one)")
        return self


class Measure(_Strict):
    """One measure: scope, stacking and its events in order of effect."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: str
    imposer: str | list[str]
    targets: Literal["all"] | list[str]
    authority: str
    kind: MeasureKind
    legal_basis: str
    hts_heading: str | None = None
    scope: Scope
    value_basis: Literal["full", "metal_content", "specific"] = "full"
    metal: Literal["steel", "aluminium", "copper"] | None = None
    group: str | None = None
    yields_to: list[Yield] = Field(default_factory=list)
    exempts: list[str] = Field(default_factory=list)
    coverage: Annotated[float, Field(gt=0, le=1)] | None = None
    conditional: str | None = None
    depends_on_use: str | None = None
    channel: Literal["customs", "postal", "port"] = "customs"
    in_transit: str | None = None
    notes: str | None = None
    events: Annotated[list[Event], Field(min_length=1)]
    known_until: date

    @model_validator(mode="after")
    def _metal_named(self) -> Measure:
        if (self.value_basis == "metal_content") != (self.metal is not None):
            raise ValueError("'metal' goes with 'value_basis: metal_content', and only with it")
        return self


def read_yaml(path: Path) -> Any:
    """Read one YAML 1.2 file, keeping line numbers; malformed text raises `BadFile`."""
    try:
        return YAML(typ="rt").load(path.read_text("utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = (error.problem or "malformed").strip()
        raise BadFile(f"not readable as YAML: {problem}.", file=path.name, line=line) from None


def read_measure(path: Path) -> Measure:
    """Read and check one measure file; every mistake is a `BadFile` with file and line."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise BadFile("a measure file holds one mapping.", file=path.name, line=1)
    try:
        measure = Measure.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadFile(_sentence(first), file=path.name, line=line_of(data, first["loc"])) from None
    if measure.id != path.stem:
        raise BadFile(
            f"id '{measure.id}' differs from the file name '{path.stem}'.",
            file=path.name,
            line=line_of(data, ("id",)),
        )
    return measure


def line_of(data: Any, where: tuple[Any, ...]) -> int:
    """Line (from 1) of the deepest key of `where` that exists in `data`."""
    line = 1
    for key in where:
        try:
            if isinstance(data, dict):
                line = data.lc.key(key)[0] + 1  # type: ignore[attr-defined]
            else:
                line = data.lc.item(key)[0] + 1
            data = data[key]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line


def _sentence(error: Any) -> str:
    names = [str(p) for p in error["loc"]]
    key = names[-1] if names else "?"
    kind = error["type"]
    if kind == "extra_forbidden":
        model: type[BaseModel] = Event if "events" in names else Measure
        options = [f.alias or n for n, f in model.model_fields.items()]
        return f"unknown key '{key}'. {did_you_mean(key, options)}".strip()
    if kind == "missing":
        return f"'{key}' is missing."
    if kind == "literal_error":
        value = error["input"]
        options = re.findall(r"'([^']+)'", error["ctx"]["expected"])
        cure = did_you_mean(str(value), options) or f"Known: {', '.join(options)}."
        return f"'{key}' cannot be '{value}'. {cure}"
    text = error["msg"].removeprefix("Value error, ")
    return f"{text}." if kind == "value_error" else f"'{key}': {text}."
