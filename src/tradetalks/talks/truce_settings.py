"""The parameters of the truce game, the book's or the user's, checked before any solve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tradetalks.errors import BadInput, BadNumber, unknown_name
from tradetalks.talks.assumed import Figure, book
from tradetalks.talks.truce_flows import PLAYERS
from tradetalks.talks.truce_rules import check_discount

BOTH = ("discount", "deal_cost", "rivalry")
"""`--set discount=0.9` sets both sides' at once."""
SHARES = (
    "rents", "answer", "short_weight", "full_approval", "slow_approval", "memory", "signature",
    "distrust", "deal_hazard", "rivalry_usa", "rivalry_chn",
)  # fmt: skip
POSITIVE = ("sigma", "noise", "horizon_gap", "strength_rare_earths", "strength_chips")
_LONGEST = 240
WHOLE = ("extension", "months", "tail", "punishment")


def figures() -> dict[str, Figure]:
    """Return the book's figures by short name."""
    return {k.removeprefix("truce."): f for k, f in book("truce").figures.items()}


def settings(given: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return all parameters by short name, with those `given` in place of the book's.

    `discount`, `deal_cost` and `rivalry` set both sides'. Raises `UnknownName` with a suggestion,
    `BadNumber` for what cannot be.
    """
    known = figures()
    values = {name: f.value for name, f in known.items()}
    for name, value in (given or {}).items():
        if name in BOTH:
            values |= {f"{name}_{p.lower()}": float(value) for p in PLAYERS}
        elif name in known:
            values[name] = float(value)
        else:
            raise unknown_name(
                "parameter",
                name,
                [*known, *BOTH],
                see="`tradetalks talks assumptions truce` lists them.",
            )
    _check(values)
    return values


def _check(values: Mapping[str, float]) -> None:
    for name, value in values.items():
        if not np.isfinite(value):
            raise BadNumber(f"{name} is {value}, no number.", cure="Give a number.")
        if name.startswith("discount"):
            check_discount(value, name)
        elif name in POSITIVE and value <= 0:
            raise BadNumber(f"{name} is {value:g}.", cure="It must be above 0.")
        elif name in SHARES and not 0 <= value <= 1:
            raise BadNumber(f"{name} is {value:g}.", cure="It is a share, from 0 to 1.")
        elif name in WHOLE and (value != int(value) or value < (0 if name == "tail" else 1)):
            raise BadNumber(f"{name} is {value:g}.", cure="It is a whole number of months.")
        elif value < 0:
            raise BadNumber(f"{name} is {value:g}.", cure="It cannot be negative.")
    if not 0 < values["false_alarm"] < 1:
        raise BadNumber(
            f"false_alarm is {values['false_alarm']:g}.", cure="It lies between 0 and 1."
        )
    if not values["slow_approval"] < values["full_approval"]:
        raise BadNumber(
            f"slow_approval ({values['slow_approval']:g}) is not below full_approval "
            f"({values['full_approval']:g}).",
            cure="Slow compliance grants fewer licences.",
        )
    if max(values["months"], values["extension"]) > _LONGEST:
        raise BadNumber(
            f"months is {values['months']:g}, extension {values['extension']:g}.",
            cure=f"Play at most {_LONGEST} months.",
        )


def parse_settings(texts: Sequence[str]) -> dict[str, float]:
    """Return `name=value` texts as numbers. Raises `BadInput`.

    >>> parse_settings(["sigma=0.5"])
    {'sigma': 0.5}
    """
    out: dict[str, float] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            out[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise BadInput(f"'{text}' sets nothing.", cure="Write name=number, as in sigma=0.5.")
    return out
