"""The data file of a critical good: what may stand in it, and errors that name file and line.

Used by the linter test and for files of a user's own; shipped files are read without it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from tradetalks.codes import countries, critical_goods, sectors
from tradetalks.data.goods.good import FINAL, REST
from tradetalks.errors import BadFile, BadInput, BadNumber, did_you_mean

ASSUMED = "assumed"
_SUM = 1e-6
"""How far shares may be from adding up to one."""
Evidence = Literal["V", "O", "S", "P", "U", "D"]


def _positive(number: float) -> float:
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"is {number:g}, but must be above 0")
    return number


def _country(code: str) -> str:
    if code != REST and code not in countries():
        raise ValueError(f"unknown country '{code}'. {did_you_mean(code, countries())}".strip())
    return code


def _user(code: str) -> str:
    known = (*sectors(), *critical_goods(), FINAL)
    if code not in known:
        raise ValueError(f"unknown using sector '{code}'. {did_you_mean(code, known)}".strip())
    return code


def _critical(code: str) -> str:
    if code not in critical_goods():
        hint = did_you_mean(code, critical_goods())
        raise ValueError(f"unknown critical good '{code}'. {hint}".strip())
    return code


def _add_up(shares: dict[str, float]) -> dict[str, float]:
    for key, share in shares.items():
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"the share of {key} is {share:g}, but must lie between 0 and 1")
    total = math.fsum(shares.values())
    if abs(total - 1.0) > _SUM:
        raise ValueError(
            f"the shares add up to {total:.6g}, not to 1; `rest` takes what no name has"
        )
    return shares


Positive = Annotated[float, AfterValidator(_positive)]
Countries = Annotated[
    dict[Annotated[str, AfterValidator(_country)], float], AfterValidator(_add_up)
]
Users = Annotated[dict[Annotated[str, AfterValidator(_user)], float], AfterValidator(_add_up)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Figure(_Strict):
    """Any figure: a key of `sources`, or `assumed` with `factor` (x/÷ 2 is 2) as its range."""

    source: str
    factor: Annotated[float, Field(gt=1)] | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.source == ASSUMED and self.factor is None:
            raise ValueError("an assumed figure needs its range: `factor: 2` for x/÷ 2")
        return self


class Market(Figure):
    """World market value, before duty."""

    usd_bn: Positive
    year: Annotated[int, Field(ge=1990, le=2100)]


class CountryShares(Figure):
    """Shares by country; `rest` is spread as the parent sector is."""

    shares: Countries


class SectorShares(Figure):
    """Shares by using sector, `FINAL` for final demand."""

    shares: Users


class Use(_Strict):
    """Who uses the good."""

    countries: CountryShares
    sectors: SectorShares


class BuyerShares(Figure):
    """Where one country buys: the share bought at home, and shares of its imports."""

    home: Annotated[float, Field(ge=0, le=1)]
    imports: Countries


class InputShares(Figure):
    """Least shares of other critical goods in the makers' sales."""

    shares: dict[Annotated[str, AfterValidator(_critical)], Annotated[float, Field(gt=0, lt=1)]]


class HorizonFigure(Figure):
    """A figure by horizon."""

    short: Positive
    medium: Positive
    long: Positive


class Days(Figure):
    """A number of days."""

    value: Annotated[float, Field(ge=0)]


class LostShare(_Strict):
    """Share of the trade without a control that it withholds, with its range."""

    central: Annotated[float, Field(gt=0, lt=1)]
    low: Annotated[float, Field(ge=0, lt=1)]
    high: Annotated[float, Field(gt=0, lt=1)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError("low, central and high are not in their order")
        return self


class ControlOf(_Strict):
    """A control in force in the file's figures; its range stands in `lost`, whatever its source."""

    exporter: Annotated[str, AfterValidator(_country)]
    destination: Annotated[str, AfterValidator(_country)]
    controller: Annotated[str, AfterValidator(_country)]
    lost: LostShare
    source: str
    measures: list[str] = Field(default_factory=list)
    note: str | None = None

    @model_validator(mode="after")
    def _two_ends(self) -> Self:
        if self.exporter == self.destination:
            raise ValueError(f"{self.exporter} controls its exports to itself")
        return self


class SourceOf(_Strict):
    """Where a figure comes from."""

    title: str
    date: str | None = None
    url: str | None = None
    evidence: Evidence


class GoodFile(_Strict):
    """The whole file."""

    code: Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]{1,15}$")]
    name: str
    parent: str
    market: Market
    supply: CountryShares
    use: Use
    buyers: dict[Annotated[str, AfterValidator(_country)], BuyerShares] = Field(
        default_factory=dict
    )
    inputs: InputShares | None = None
    sigma: HorizonFigure
    supply_elasticity: HorizonFigure
    stock_days: Days
    controls: list[ControlOf] = Field(default_factory=list)
    sources: dict[str, SourceOf] = Field(default_factory=dict)
    notes: str | None = None

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.parent not in sectors():
            hint = did_you_mean(self.parent, sectors())
            raise ValueError(f"unknown parent sector '{self.parent}'. {hint}".strip())
        for figure in (*self._figures(), *self.controls):
            if figure.source != ASSUMED and figure.source not in self.sources:
                raise ValueError(
                    f"the source '{figure.source}' is not among `sources`; "
                    "name one of them, or write `assumed`"
                )
        for place, buyer in self.buyers.items():
            if place in buyer.imports:
                raise ValueError(f"{place} stands among its own imports: use `home` for that")
        return self

    def _figures(self) -> tuple[Figure, ...]:
        inputs = () if self.inputs is None else (self.inputs,)
        use = self.use.countries, self.use.sectors
        rest = self.sigma, self.supply_elasticity, self.stock_days
        return (self.market, self.supply, *use, *rest, *inputs, *self.buyers.values())


def check_text(text: str, *, file: str) -> dict[str, Any]:
    """Return the plain contents of a data file that is right; else `BadInput` with file:line."""
    yaml = YAML(typ="rt")
    try:
        book = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = None if mark is None else mark.line + 1
        raise BadFile(
            f"this is not valid YAML: {error.problem}.", cure="Check the colons near it.",
            file=file, line=line,
        ) from None  # fmt: skip
    if not isinstance(book, dict):
        raise BadFile("this file is not `key: value` pairs.", cure=_CURE, file=file)
    try:
        GoodFile.model_validate(book)
    except ValidationError as error:
        raise _first(error.errors(include_url=False), book, file) from None
    return cast("dict[str, Any]", YAML(typ="safe").load(text))


_CURE = "See docs/critical-goods.md for the keys."


def _first(found: list[ErrorDetails], book: object, file: str) -> BadInput:
    detail = found[0]
    where = tuple(x for x in detail["loc"] if x != "[key]")
    message = detail["msg"].removeprefix("Value error, ").rstrip(".")
    if detail["type"] == "extra_forbidden":
        message = f"unknown key '{where[-1]}'"
    if detail["type"] == "missing":
        message = f"'{where[-1]}' is missing"
    kind = BadNumber if detail["type"] in ("greater_than", "less_than_equal") else BadInput
    label = ".".join(map(str, where))
    cause = f"{label}: {message}" if label else message
    cause += "" if cause.endswith("?") else "."
    return kind(cause, cure=_CURE, file=file, line=_line(book, where))


def _line(book: object, where: tuple[str | int, ...]) -> int | None:
    """Return the line of the deepest key of `where` that the file has."""
    here: Any = book
    line = None
    for key in where:
        if not isinstance(here, Mapping) or key not in here:
            break
        line = int(here.lc.key(key)[0]) + 1  # pyright: ignore
        here = here[key]  # pyright: ignore
    return line
