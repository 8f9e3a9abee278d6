"""Changes of law: overlays on the ledger's law, as a scenario writes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field

from tradetalks.scenario.fields import Date, Names, OneOf, parse_names
from tradetalks.scenario.origin import refuse
from tradetalks.scenario.rates import Multiple, Rate

LAW_VERBS = ("lapse", "extend", "strike", "scale", "set", "add", "replay")
_LAW_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lapse": ((), ("on",)),
    "extend": (("until",), ()),
    "strike": ((), ("on", "exporter")),
    "scale": (("factor",), ("on", "products", "exporter")),
    "set": (("rate",), ("on", "products", "exporter")),
    "add": (("importer", "exporter", "authority"), ("on", "until", "products")),
    "replay": ((), ()),
}
"""What each verb needs, and what it may have."""
_LAW_EXAMPLES = {
    "until": "until: 2027-01-10",
    "factor": "factor: 0.5",
    "rate": "rate: 25%",
    "importer": "importer: USA",
    "exporter": "exporter: CHN",
    "authority": "authority: section_301_excess_capacity",
}


def _parse_products(value: object) -> tuple[str, ...]:
    """As `parse_names`; a number is refused, because it has lost its leading zero."""
    items: list[Any] = list(value) if isinstance(value, (list, tuple)) else [value]  # pyright: ignore
    if any(isinstance(item, (int, float)) for item in items):
        raise refuse("a tariff code is text.", "Put it in quotes: '0201', '8507.60'.")
    return parse_names(value)


class LawChange(OneOf):
    """A change of law, on top of the law of `base`. Exactly one of the verbs of `LAW_VERBS`.

    `lapse`, `extend`, `strike`, `scale` and `set` name measures, authorities or families (`lapse`
    also `all`); `add` is the rate of a new duty. `on` is the first day of the change, the
    `as_of` of the base if left out. `exporter` keeps `strike`, `scale` and `set` to the duty
    on that country; without it those of the measure on others change too. `replay` forgets what
    was announced after a day.
    """

    kind: Literal["law"] = "law"
    lapse: Names | None = Field(default=None, description="suspensions that end; all for every one")
    extend: Names | None = Field(default=None, description="what goes on to `until`")
    strike: Names | None = Field(default=None, description="measures struck down")
    scale: Names | None = Field(default=None, description="measures whose rates times `factor`")
    set: Names | None = Field(default=None, description="measures whose rate becomes `rate`")
    add: Rate | None = Field(default=None, description="the rate of a new duty")
    replay: Date | None = Field(default=None, description="the law as it was known on that day")
    on: Date | None = Field(default=None, description="first day of the change")
    until: Date | None = Field(default=None, description="first day on which it no longer holds")
    factor: Multiple | None = Field(default=None, description="times the rate: 0.5 halves it")
    rate: Rate | None = Field(default=None, description="the rate it becomes")
    products: Annotated[tuple[str, ...] | None, BeforeValidator(_parse_products)] = Field(
        default=None, description="tariff codes of 2 to 10 digits that it is restricted to"
    )
    importer: Literal["USA", "CHN"] | None = None
    exporter: Literal["USA", "CHN"] | None = None
    authority: str | None = None

    def _checked(self) -> Self:
        self._require_one(LAW_VERBS)
        needs, may = _LAW_KEYS[self.verb]
        for key in needs:
            if getattr(self, key) is None:
                raise refuse(f"`{self.verb}` needs `{key}`.", f"Add `{_LAW_EXAMPLES[key]}`.")
        every = {key for pair in _LAW_KEYS.values() for part in pair for key in part}
        for key in sorted(every - {*needs, *may}):
            if getattr(self, key) is not None:
                raise refuse(
                    f"`{self.verb}` has no `{key}`.",
                    f"It takes {', '.join((*needs, *may)) or 'nothing else'}.",
                    at=(key,),
                )
        if self.importer is not None and self.importer == self.exporter:
            raise refuse("importer and exporter are the same.", "One is USA, the other CHN.")
        return self

    @property
    def verb(self) -> str:
        """Which of `LAW_VERBS` it is."""
        return self._given(LAW_VERBS)[0]
