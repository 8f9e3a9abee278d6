"""An envelope for reading: tables with plain headings, units, names for codes, ranges in place.

It knows how answers spell things, not what any one command says: `x_low` and `x_high` are the
range of `x`, `{central, low, high}` is a number with its range, the end of a key is its unit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tradetalks.report.markup import minus
from tradetalks.results.labels import country_name, sector_name
from tradetalks.web.law import day_words

_BESIDE = ("sources", "assumptions", "warnings", "deadlines", "status", "units", "out", "command")
_ROWS, _WORDS, _JOINED, _WIDTH = 500, 400, 4, 100
_UNITS = {
    "_percent_of_year": "% of a year",
    "_percent": "%",
    "_usd_bn_a_month": "USD bn a month",
    "_usd_bn": "USD bn",
    "_usd_mn_a_year": "USD mn a year",
    "_usd_mn": "USD mn",
    "_days": "days",
    "_months": "months",
}
_CENTRES = ("", "_probability", "_central", "_percent", "_averted")
_CHANCES = ("extend", "deal", "escalate", "lapse", "alive", "unbroken", "probability", "contacts",
            "averted_probability", "averted_low", "averted_high", "mean_forecast", "share_averted",
            "detection", "least", "most", "stands", "truce", "comply", "slow",
            "breach")  # fmt: skip
_GOODS = ("good", "sector", "goods")
_CODE = re.compile(r"[A-Z]{3}")
_PLAIN = {"usd_bn": "USD bn", "percent": "%", "points": "points"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")

Row = Mapping[str, Any]


def tables(
    answer: Row,
    wanted: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Return every list of mappings as a table; those of `wanted` (path to title) come first.

    `names` gives columns other headings; an empty one leaves the column out. A name may be that of
    a column (`gain`) or of one table's (`players.gain`).

    A table has `name`, `columns` (heading and unit), `words` (which columns are text), `rows` of
    cells (text, range, link), `more` (rows left out) and `beside` (whether it is not in `wanted`).
    """
    found = dict(_lists(answer))
    titles = dict(wanted) if wanted else {}
    order = [*(k for k in titles if k in found), *(k for k in found if k not in titles)]
    out = []
    for path in order:
        made = _table([_totals(row) for row in found[path]], _own(names or {}, path))
        if made["columns"]:
            name = titles.get(path) or _title(path)
            out.append({"name": name, **made, "beside": bool(titles) and path not in titles})
    return out


def _own(names: Mapping[str, str], path: str) -> dict[str, str]:
    """Return the names as the table of `path` has them."""
    start = f"{path}."
    own = {k.removeprefix(start): v for k, v in names.items() if k.startswith(start)}
    return {**names, **own}


def _title(path: str) -> str:
    return "The answer" if path == "rows" else heading(path.replace(".", ", "))[0]


def facts(answer: Row) -> list[tuple[str, str]]:
    """Return the plain values of an envelope, for reading."""
    out: list[tuple[str, str]] = []
    for key, value in answer.items():
        if key in _BESIDE or key == "as_of" or isinstance(value, list) or value in ("", None):
            continue
        if isinstance(value, Mapping) and not _is_range(value):
            continue
        label, unit = heading(key)
        text, spread, _ = _cell(key, value, None, "", _places([value], key))
        if text:
            shown = " ".join(t for t in (text, unit, f"({spread})" if spread else "") if t)
            out.append((label, shown.replace(" %", "%")))
    return out


def headline(text: str) -> str:
    """Return the first paragraph of an answer as a terminal shows it; nothing if it is a table.

    >>> headline("Both gain by 2%.\\n\\n A  B\\n")
    'Both gain by 2%.'
    """
    for lines in _paragraphs(text):
        if "\u2500" in lines or "  " in lines:
            return ""
        if not lines.startswith("Note:") and not lines.endswith("?"):
            return minus(lines)
    return ""


def _paragraphs(text: str) -> Iterable[str]:
    """Return the paragraphs that a text begins with; a line ends one if it had room for more."""
    held: list[str] = []
    lines = text.strip("\n").split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        held.append(line.rstrip())
        room = _WIDTH - len(line) - 1
        if not following.strip() or len(following.split()[0]) <= room:
            yield " ".join(held).strip()
            held = []


def heading(key: str) -> tuple[str, str]:
    """Return the words and the unit of a key.

    >>> heading("loss_short_percent"), heading("import_hhi")
    (('Loss short', '%'), ('Import HHI', ''))
    """
    unit = next((u for end, u in _UNITS.items() if key.endswith(end) and key != end[1:]), "")
    plain = next((key.removesuffix(e) for e in _UNITS if unit and key.endswith(e)), key)
    if key in _CHANCES:
        unit = "%"
    words = [country_name(w) if _CODE.fullmatch(w) else w for w in plain.split("_")]
    text = " ".join(words).replace("hhi", "HHI").replace("usd bn", "USD bn")
    return text[:1].upper() + text[1:], unit


def _lists(answer: Row, before: str = "") -> Iterable[tuple[str, list[Row]]]:
    for key, value in answer.items():
        if not before and key in _BESIDE:
            continue
        path = f"{before}{key}"
        if isinstance(value, list) and value and all(isinstance(r, Mapping) for r in value):
            yield path, value
        elif isinstance(value, Mapping) and not before:
            yield from _lists(value, f"{path}.")


def _is_range(value: Any) -> bool:
    return isinstance(value, Mapping) and {"central", "low", "high"} <= value.keys()


def _totals(row: Row) -> Row:
    """Return a row with the total in place of what a sum is made of."""
    return {
        key: value["total"] if isinstance(value, Mapping) and "total" in value else value
        for key, value in row.items()
    }


def _table(rows: Sequence[Row], names: Mapping[str, str]) -> dict[str, Any]:
    keys = list(dict.fromkeys(k for r in rows for k in r))
    ends = {k: _ends(k, keys) for k in keys}
    hidden = {e for pair in ends.values() if pair for e in pair}
    shown = [k for k in keys if k not in hidden and _fits(rows, k)]
    shown = [
        k
        for k in shown
        if names.get(k, k) and any(r.get(k) not in (None, "", [], {}) for r in rows)
    ]
    kept, cells = rows[:_ROWS], []
    for key in shown:
        pair = ends[key]
        digits = _places((r.get(key) for r in kept), key)
        scale = 100.0 if _chance(key, kept) else 1.0
        cells.append([_cell(key, r.get(key), r, pair, digits, scale) for r in kept])
    return {
        "columns": [_head(k, kept, names) for k in shown],
        "words": [not _numeric(kept, k) for k in shown],
        "rows": [list(row) for row in zip(*cells, strict=True)],
        "more": max(0, len(rows) - _ROWS),
    }


def _head(key: str, rows: Sequence[Row], names: Mapping[str, str]) -> tuple[str, str]:
    label, unit = heading(key)
    return names.get(key, label), "" if key in _CHANCES and not _chance(key, rows) else unit


def _ends(key: str, keys: Sequence[str]) -> tuple[str, str] | None:
    """Return the keys of the range of `key`, where a row has them."""
    for centre in _CENTRES:
        if centre and not key.endswith(centre):
            continue
        stem = key.removesuffix(centre) if centre else key
        pair = (f"{stem}_low", f"{stem}_high")
        if pair[0] in keys and pair[1] in keys and key not in pair:
            return pair
    if key in ("central", "probability", "value", "share_averted") and {"low", "high"} <= set(keys):
        return ("low", "high")
    return None


def _fits(rows: Sequence[Row], key: str) -> bool:
    def flat(value: Any) -> bool:
        if isinstance(value, Mapping):
            return _is_range(value) or all(
                not isinstance(v, Mapping | list) for v in value.values()
            )
        if isinstance(value, list):
            return all(not isinstance(v, Mapping | list) for v in value)
        return True

    return all(flat(r.get(key)) for r in rows)


def _numbers(value: Any) -> list[float]:
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [float(value)]
    if _is_range(value):
        return [x for k in ("central", "low", "high") for x in _numbers(value[k])]
    return []


def _numeric(rows: Sequence[Row], key: str) -> bool:
    present = [r[key] for r in rows if r.get(key) is not None]
    return bool(present) and all(_numbers(v) or _is_range(v) for v in present)


def _chance(key: str, rows: Sequence[Row]) -> bool:
    """Whether a column holds probabilities, which are shown in percent."""
    found = [x for r in rows for x in _numbers(r.get(key))]
    inside = bool(found) and all(0.0 <= x <= 1.0 for x in found)
    return key in _CHANCES and inside and any(x != round(x) for x in found)


def _places(values: Iterable[Any], key: str = "") -> int:
    """Return the decimals of a column: enough for its middle, not too many for its greatest."""
    found = [x for v in values for x in _numbers(v) if math.isfinite(x)]
    sizes = sorted(abs(x) for x in found if x)
    if not sizes or "days" in key or all(x == round(x) for x in found):
        return 0
    top, middle = sizes[-1], sizes[len(sizes) // 2]
    most = 0 if top >= 1000 else 1 if top >= 100 else 2 if top >= 1 else 4
    wanted = max(2 - math.floor(math.log10(top)), 1 - math.floor(math.log10(middle)))
    return min(most, max(1, wanted))


def _cell(
    key: str,
    value: Any,
    row: Row | None,
    ends: tuple[str, str] | str | None,
    digits: int,
    scale: float = 1.0,
) -> tuple[str, str, str]:
    """Return text, range and link of one cell."""
    if scale != 1.0:
        digits = 0

    def write(x: Any) -> str:
        return "none" if x is None else _number(scale * float(x), digits)

    if _is_range(value):
        low, high = value["low"], value["high"]
        spread = "" if low == high else f"{write(low)} to {write(high)}"
        return write(value["central"]), spread, ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        spread = ""
        if row is not None and isinstance(ends, tuple):
            low, high = row.get(ends[0]), row.get(ends[1])
            if low is not None and high is not None and low != high:
                spread = f"{write(low)} to {write(high)}"
        return write(value), spread, ""
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        return "source", "", value
    return _words(key, value), "", ""


def _number(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return minus(text if float(text.replace(",", "")) else text.lstrip("-"))


def _words(key: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        said = [f"{_words(key, k)} {_short(v)}".strip() for k, v in value.items()]
        rest = f" and {len(said) - _JOINED} more" if len(said) > _JOINED else ""
        return ", ".join(said[:_JOINED]) + rest
    if isinstance(value, list):
        digits = _places(value)
        said = (_number(float(v), digits) if _numbers(v) else _words(key, v) for v in value)
        return ", ".join(said)[:_WORDS]
    text = str(value)
    if key == "unit" and text in _PLAIN:
        return _PLAIN[text]
    if key in _GOODS:
        return sector_name(text)
    if _CODE.fullmatch(text):
        return country_name(text)
    if _DAY.fullmatch(text):
        return day_words(text)
    return text.replace("_", " ") if _NAME.fullmatch(text) else minus(text)


def _short(value: Any) -> str:
    found = _numbers(value)
    return _number(found[0], _places([value])) if found else _words("", value)
