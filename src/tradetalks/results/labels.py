"""Names for people: countries and sectors by code, numbers with their unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from tradetalks.codes import countries, critical_goods, sectors

if TYPE_CHECKING:
    from tradetalks.results.run import Spread

# Countries whose English name takes an article inside a sentence.
_ARTICLE = frozenset({"USA", "GBR", "NLD", "PHL", "ARE", "COD", "ROW", "REU", "EUU"})


def country_name(code: str) -> str:
    """Return the English name of a country or region; a user's own code stays as it is.

    >>> country_name("VNM"), country_name("NORTH")
    ('Viet Nam', 'NORTH')
    """
    known = countries().get(code)
    return known.name if known else code


def country_in_sentence(code: str) -> str:
    """Return the name with its article, in the order of speech.

    >>> country_in_sentence("USA"), country_in_sentence("CHN"), country_in_sentence("KOR")
    ('the United States', 'China', 'the Republic of Korea')
    """
    name = country_name(code)
    head, comma, tail = name.partition(", ")
    if comma:
        return f"the {tail} {head}" if tail.endswith(" of") else f"the {tail} of {head}"
    if name == code or code not in _ARTICLE:
        return name
    return "the " + (name[0].lower() + name[1:] if name.startswith("Rest") else name)


def country_heading(code: str) -> str:
    """Return the name with its article, fit to begin a line.

    >>> country_heading("USA")
    'The United States'
    """
    name = country_in_sentence(code)
    return name[0].upper() + name[1:]


def day_words(day: date | str) -> str:
    """Return a date, or one in ISO form, in words.

    >>> day_words("2027-01-10")
    '10 January 2027'
    """
    when = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{when.day} {when:%B %Y}"


def sector_name(code: str) -> str:
    """Return the plain label of a sector; a user's own code stays as it is.

    >>> sector_name("26")
    'Electronics and optical'
    """
    known = sectors().get(code) or critical_goods().get(code)
    return known.label if known else code


def number(value: float | None, unit: str, *, signed: bool = True) -> str:
    """Write a number as the tables show it: percent to .01, dollars to 0.1 billion.

    >>> number(-0.0234, "percent"), number(78.12, "usd_bn"), number(453.4, "usd_bn", signed=False)
    ('-0.02', '+78.1', '453.4')
    >>> number(0.001, "percent"), number(float("nan"), "percent")
    ('0.00', '')
    """
    if value is None or value != value:
        return ""
    digits = 1 if unit == "usd_bn" else 2
    if round(value, digits) == 0:
        return f"{0:.{digits}f}"
    return f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"


def ranged(change: Spread, unit: str) -> str:
    """Write a centre, and its range in brackets on a line of its own.

    >>> from tradetalks.results import Spread
    >>> ranged(Spread(-0.05, -0.09, -0.03), "percent").splitlines()
    ['-0.05', '(-0.09 to -0.03)']
    """
    if change.low == change.high:
        return number(change.central, unit)
    return banded(*(number(x, unit) for x in (change.central, change.low, change.high)))


def ranged_in(row: Mapping[str, Any], name: str, unit: str) -> str:
    """Write `name` of a row, and its range from `name_low` and `name_high`, as `ranged` does.

    >>> ranged_in({"gain": 1.0, "gain_low": 1.0, "gain_high": 1.0}, "gain", "usd_bn")
    '+1.0'
    """
    return banded(*(number(row[f"{name}{end}"], unit) for end in ("", "_low", "_high")))


def banded(centre: str, low: str, high: str) -> str:
    """Put a range in brackets on a line below its centre, unless its ends read the same.

    >>> banded("2", "1", "3").splitlines(), banded("2", "2", "2")
    (['2', '(1 to 3)'], '2')
    """
    return centre if low == high else f"{centre}\n({low} to {high})"


def change_text(change: Mapping[str, Any]) -> str:
    """Write one change of a scenario in a line of words.

    >>> change_text({"kind": "tariff", "importer": "USA", "exporter": ["CHN"], "add": "24%"})
    'tariff: importer USA, exporter CHN, add 24%'
    """
    rest = [f"{key} {_words(value)}" for key, value in change.items() if key != "kind"]
    return f"{change.get('kind', 'change')}: {', '.join(rest)}".replace("_", " ")


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(str(v) for v in value)
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_words(item)}" for key, item in value.items())
    return "yes" if value is True else str(value)
