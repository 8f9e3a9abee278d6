"""Rates and factors as people write them: '25%', 0.25; never a bare 25."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer
from pydantic_core import PydanticCustomError

from tradetalks.scenario.origin import describe, refuse

LOWEST_RATE = -1.0
"""A rate below -100% would make the price negative."""
HIGHEST_RATE = 100.0
"""10,000%: far above any tariff ever written; beyond it a slip of the pen is likelier."""
HIGHEST_FACTOR = 1000.0
HIGHEST_LIMIT = 10.0
"""Ten times the volume: a cap above it never binds, a floor above it has no answer."""

_PERCENT = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*%")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")


def parse_rate(value: object) -> float:
    """Return a rate as a fraction (0.25 is 25%).

    A string needs its `%`; a number is a fraction and may not exceed 1 in size, because a bare
    25 could mean two things. Raises a validation error with kind `bad_number`.

    >>> parse_rate("24%"), parse_rate("-7.5 %"), parse_rate(0.3), parse_rate(1)
    (0.24, -0.075, 0.3, 1.0)
    """
    rate = _read_rate(value)
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise refuse(
            f"the rate {format_rate(rate)} is outside -100% to 10,000%.",
            "Check the decimal point: 24 percent is '24%' or 0.24.",
            kind="bad_number",
        )
    return rate


def _read_rate(value: object) -> float:
    if isinstance(value, str):
        text = value.strip()
        if found := _PERCENT.fullmatch(text):
            return float(Decimal(found[1]) / 100)
        if _PLAIN.fullmatch(text):
            raise refuse(
                f"the text '{text}' has no percent sign.",
                f"Write '{text.lstrip('+')}%', or a fraction without quotes (0.25 is 25%).",
                kind="bad_number",
            )
        raise refuse(
            f"'{text}' is not a rate.",
            "Write a percentage such as '24%', or a fraction such as 0.24.",
            kind="bad_number",
        )
    number = parse_number(value, "a rate", "Write a percentage such as '24%', or a fraction.")
    if abs(number) > 1:
        raise _two_readings(number)
    return number


def _two_readings(number: float) -> PydanticCustomError:
    """The refusal of a bare 25: both readings, and how to write the ones that are allowed."""
    percent = f"{number:g}"
    cures = [f"'{percent}%'"]
    if abs(number) <= 100:
        cures += [format_fraction(number / 100)]
    if LOWEST_RATE <= number <= HIGHEST_RATE:
        cures += [f"'{format_rate(number)}' if that is meant"]
    return refuse(
        f"{percent} could mean {percent}% or {format_rate(number)}.",
        f"Write {' or '.join(cures)}.",
        kind="bad_number",
    )


def parse_number(value: object, what: str, cure: str) -> float:
    """Return a finite number; `what` names it in the refusal of anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise refuse(f"found {describe(value)} where {what} belongs.", cure, kind="bad_number")
    if not math.isfinite(value):
        raise refuse(f"{value} is not {what}.", cure, kind="bad_number")
    return float(value)


def format_rate(rate: float) -> str:
    """Spell a fraction as an exact percentage.

    >>> format_rate(0.24), format_rate(1.45), format_rate(-0.075), format_rate(0.0)
    ('24%', '145%', '-7.5%', '0%')
    """
    percent = Decimal(repr(float(rate))) * 100
    text = f"{percent:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{'0' if text == '-0' else text}%"


def format_fraction(rate: float) -> str:
    """Spell a fraction without an exponent.

    >>> format_fraction(0.25)
    '0.25'
    """
    return f"{Decimal(repr(round(rate, 12))):f}"


def parse_factor(value: object) -> float:
    """Return a factor: a positive number (1.1 is ten percent more), at most 1000.

    >>> parse_factor(1.1), parse_factor(2)
    (1.1, 2.0)
    """
    return _positive(value, "a factor", HIGHEST_FACTOR, "Write a number: 1.1 is ten percent more.")


def parse_multiple(value: object) -> float:
    """Return what an existing duty is multiplied by: zero or more, at most 1000."""
    if value == 0 and not isinstance(value, bool):
        return 0.0
    return _positive(
        value, "a multiple", HIGHEST_FACTOR, "Write a number: 0.5 halves the duty, 2 doubles it."
    )


def parse_elasticity(value: object) -> float:
    """Return an elasticity: a positive number, at most 100."""
    return _positive(value, "an elasticity", 100.0, "Write a positive number such as 2.53.")


def parse_share_of_volume(value: object) -> float:
    """Return a limit as a fraction of a volume: above zero, at most 1,000%.

    >>> parse_share_of_volume("25%"), parse_share_of_volume(0.9)
    (0.25, 0.9)
    """
    share = _read_rate(value)
    if not 0.0 <= share <= HIGHEST_LIMIT:
        raise refuse(
            f"a limit of {format_rate(share)} of the volume is outside its range (above 0%, at "
            f"most {format_rate(HIGHEST_LIMIT)}).",
            "100% is the volume of the world's year.",
            kind="bad_number",
        )
    return share


def parse_subsidy(value: object) -> float:
    """Return a subsidy as a fraction of the producer's price: below 100%, a tax below zero."""
    rate = parse_rate(value)
    if rate >= 1.0:
        raise refuse(
            f"a subsidy of {format_rate(rate)} would leave buyers nothing to pay.",
            "It is the part of the producer's price that the budget pays: write less than 100%.",
            kind="bad_number",
        )
    return rate


def parse_billions(value: object) -> float:
    """Return an amount in billions of US dollars: a positive number, at most 100,000."""
    return _positive(value, "an amount", 1e5, "Write billions of US dollars, such as 200.")


def _positive(value: object, what: str, highest: float, cure: str) -> float:
    number = parse_number(value, what, cure)
    if not 0 < number <= highest:
        raise refuse(
            f"{what} of {number:g} is outside its range (above 0, at most {highest:g}).",
            cure,
            kind="bad_number",
        )
    return number


Rate = Annotated[float, BeforeValidator(parse_rate), PlainSerializer(format_rate)]
"""A fraction in Python, a percentage in YAML; serialised exactly."""
Factor = Annotated[float, BeforeValidator(parse_factor)]
Multiple = Annotated[float, BeforeValidator(parse_multiple)]
ElasticityValue = Annotated[float, BeforeValidator(parse_elasticity)]


def parse_part(value: object) -> float:
    """Return a part of a whole: 0% to 100%, as a fraction.

    >>> parse_part("55%")
    0.55
    """
    part = _read_rate(value)
    if not 0.0 <= part <= 1.0:
        raise refuse(
            f"{format_rate(part)} is no part of a whole.", "Write 0% to 100%.", kind="bad_number"
        )
    return part


def parse_premium(value: object) -> float:
    """Return a highest premium: above 0% of the price, at most 10,000%.

    >>> parse_premium("900%")
    9.0
    """
    premium = parse_rate(value)
    if premium <= 0.0:
        raise refuse(
            f"a highest premium of {format_rate(premium)} leaves no room for any.",
            "Write the percentage of the price at which users find other ways, such as '900%'.",
            kind="bad_number",
        )
    return premium


Limit = Annotated[float, BeforeValidator(parse_share_of_volume), PlainSerializer(format_rate)]
Share = Annotated[float, BeforeValidator(parse_part), PlainSerializer(format_rate)]
Premium = Annotated[float, BeforeValidator(parse_premium), PlainSerializer(format_rate)]
SubsidyRate = Annotated[float, BeforeValidator(parse_subsidy), PlainSerializer(format_rate)]
Billions = Annotated[float, BeforeValidator(parse_billions)]


def parse_weights(value: object) -> dict[str, float]:
    """Return weights by name: numbers of zero or more, not all of them zero."""
    if not isinstance(value, dict) or not value:
        raise refuse(
            f"found {describe(value)} where weights belong.",
            "Write `usa.agriculture: 2`, one group per line.",
        )
    weights: dict[str, float] = {}
    for name, item in value.items():  # pyright: ignore
        number = parse_number(item, "a weight", "Write a number such as 2.")
        if number < 0.0:
            raise refuse(
                f"the weight of {name} is {number:g}: a weight is zero or more.",
                "Write 0 for a group that does not count.",
                kind="bad_number",
            )
        weights[str(name)] = number  # pyright: ignore
    return weights


Weights = Annotated[dict[str, float], BeforeValidator(parse_weights)]
"""What each interest group counts for (`tradetalks talks groups`); no part of the economy."""
