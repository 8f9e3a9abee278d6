"""From a run to its brief: what is said, in which words, with which numbers."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tradetalks.codes import countries, institutions
from tradetalks.errors import NoAnswer
from tradetalks.report import tables
from tradetalks.report.brief.contents import (
    Assumption,
    Brief,
    CountryRow,
    CountryTable,
    Fact,
    Figure,
    Name,
    Number,
    Reference,
    TextTable,
)
from tradetalks.report.brief.figures import drawings
from tradetalks.report.html import DISCLAIMER
from tradetalks.report.html import minus as true_minus
from tradetalks.results import (
    EVIDENCE,
    PARTIES,
    RunResult,
    Spread,
    change_text,
    finding,
    movers,
    range_note,
    reference_words,
    source_line,
    world_label,
)
from tradetalks.results.labels import country_name, day_words, number

if TYPE_CHECKING:
    from tradetalks.report.tables import Table

_MOVERS = 6
_COLUMNS = {
    "real_income": ("Real income, %", "percent"),
    "equivalent_variation": ("Equiv. variation, USD bn", "usd_bn"),
    "exports": ("Exports, USD bn", "usd_bn"),
    "tariff_revenue": ("Tariff revenue, USD bn", "usd_bn"),
    "consumer_prices": ("Consumer prices, %", "percent"),
}
_LEFT_OUT = ("sources", "notes", "expected", "file")  # of the scenario file: printed beside it
_HASH = 16  # digits of a hash that are printed
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def brief_of(result: RunResult) -> Brief:
    """Compose the brief of a run.

    Raises NotConverged when the central set has no equilibrium, NoAnswer when a figure cannot be
    drawn.
    """
    said = minus(finding(result))
    scenario, law = result.scenario, result.law
    title = str(scenario.get("title") or result.name)
    assumed = [s for s in scenario.get("sources") or () if _is_assumption(s)]
    named = [s for s in scenario.get("sources") or () if not _is_assumption(s)]
    acts = references([*named, *(law.get("sources") or ())])
    data = references(result.world.get("sources") or ())
    table = tables.law_table(result) or tables.rates_table(result)
    cautions = tuple(map(minus, result.warnings))
    notes = minus(" ".join(str(scenario.get("notes") or "").split()))
    question = str(scenario.get("question") or title)
    read = [question, title, notes, *cautions, *(r.text for r in (*acts, *data))]
    return Brief(
        name=result.name,
        title=title,
        question=question,
        created=result.created,
        deck=f"{title.rstrip('.')}. Changes are relative to {reference_words(result)}; "
        f"{result.horizon} horizon; {world_label(result)}.",
        finding=said,
        source_line=minus(source_line(result)),
        range_note=minus(range_note(result)),
        facts=_facts(result),
        figures=_figures(result),
        figure_source=f"Source: tradetalks {result.versions['tradetalks']}, {world_label(result)}, "
        f"{result.horizon} horizon.",
        countries=_countries(result),
        law_title=_law_title(result),
        law_words=tuple(minus(w) for w in law.get("words") or ()),
        changes=tuple(minus(change_text(c)) for c in scenario.get("changes") or ()),
        duties=_text_table(table) if table.rows else None,
        cautions=cautions,
        assumptions=_assumptions(result, assumed),
        notes=notes,
        limits=_limits(result),
        acts=acts,
        data=data,
        marks=_marks((*acts, *data)),
        names=_names(read),
        command=f"tradetalks run {result.name}.yaml",
        yaml_name=f"{result.name}.yaml",
        yaml=scenario_yaml(scenario),
        versions=", ".join(f"{name} {version}" for name, version in result.versions.items()),
        hashes=_hashes(result),
        solved=_solved(result),
        disclaimer=DISCLAIMER,
    )


def minus(text: object) -> str:
    """Write a text as it is printed: true minus and plus-minus signs, no marks of code.

    >>> minus("-0.05, +/-0.15, see `tradetalks duty`")
    '−0.05, ±0.15, see tradetalks duty'
    """
    return true_minus(str(text).replace("+/-", "±").replace("`", ""))


def references(entries: Iterable[Any]) -> tuple[Reference, ...]:
    """Return sources once each; acts of one citation and address stand in one line."""
    titles: dict[tuple[str, ...], list[str]] = {}
    for entry in entries:
        if not isinstance(entry, Mapping):
            entry = {"title": str(entry)}
        rest = [str(entry.get(key) or "").rstrip(".") for key in ("citation", "date", "note")]
        key = (*rest, str(entry.get("url") or ""), str(entry.get("evidence") or ""))
        words = str(entry.get("title") or "").rstrip(".")
        if words not in titles.setdefault(key, []):
            titles[key].append(words)
    found: list[Reference] = []
    for (*rest, url, mark), words in titles.items():
        whole = ". ".join(part for part in ("; ".join(_shared(words)), *rest) if part)
        whole, url = _address(whole, url)
        safe = url if url.startswith(("https://", "http://")) else ""
        host = (urlsplit(safe).hostname or "").removeprefix("www.")
        found.append(Reference(minus(whole), safe, host, mark, EVIDENCE.get(mark, "")))
    return tuple(found)


def _address(text: str, url: str) -> tuple[str, str]:
    """Take an address out of the text where the source has none of its own."""
    inside = re.search(r"\s*\((https?://[^\s)]+)\)", text)
    if url or inside is None:
        return text, url
    return text.replace(inside[0], ""), inside[1]


def scenario_yaml(scenario: Mapping[str, Any]) -> str:
    """Return a scenario file that asks the same question; sources by their titles alone."""
    plain = {key: _dated(value) for key, value in scenario.items() if key not in _LEFT_OUT}
    sources = [
        str(s.get("title") or s.get("citation")) if isinstance(s, Mapping) else str(s)
        for s in scenario.get("sources") or ()
    ]
    changes = plain.pop("changes", None)
    text = _yaml(plain, None)
    if changes:  # one change a line: none of them is long
        lines = (_yaml(change, True).strip().replace("\n", "\n  ") for change in changes)
        text += "changes:\n" + "".join(f"- {line}\n" for line in lines)
    return text + (_yaml({"sources": sources}, False) if sources else "")


def _yaml(plain: Mapping[str, Any], flow: bool | None) -> str:
    """Write YAML; `flow` None puts only what holds no other list or mapping in one line."""
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = flow
    yaml.sort_base_mapping_type_on_output = False
    yaml.allow_unicode = True
    yaml.width = 96
    text = io.StringIO()
    yaml.dump(dict(plain), text)
    return text.getvalue()


def _dated(value: Any) -> Any:
    """Turn texts that are dates into dates, which YAML writes without quotes."""
    if isinstance(value, Mapping):
        return {str(key): _dated(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_dated(item) for item in value]
    if isinstance(value, str) and _DAY.fullmatch(value):
        return datetime.date.fromisoformat(value)
    return value


def _shared(titles: list[str]) -> list[str]:
    """Say once what the titles begin with: 'Section 232: autos', 'trucks'."""
    head, colon, _ = titles[0].partition(": ")
    if not colon or len(titles) == 1 or not all(t.startswith(head + colon) for t in titles):
        return titles
    return [titles[0], *(t.removeprefix(head + colon) for t in titles[1:])]


def _number(change: Spread, unit: str, mark: str = "") -> Number:
    """Write a centre and its range; `mark` (such as %) stands after each number."""
    low, high = (minus(number(v, unit)) + mark for v in (change.low, change.high))
    return Number(
        minus(number(change.central, unit)) + mark,
        "" if low == high else f"{low} to {high}",  # as printed
        unit,
        change.central,
        change.low,
        change.high,
    )


def _facts(result: RunResult) -> tuple[Fact, ...]:
    """Return the numbers of the first page: incomes, the balance, the revenue."""
    shown = [c for c in PARTIES if c in result.countries] or list(movers(result, 2))
    facts = [
        _fact(f"Real income, {country_name(c)}", result.spread("real_income", country=c))
        for c in shown
    ]
    if all(c in result.countries for c in PARTIES):
        where = dict(zip(("country", "partner"), PARTIES, strict=True))
        customs = result.spread("bilateral_balance_customs", **where)
        known = customs.central == customs.central  # a table without customs values has no number
        change = customs if known else result.spread("bilateral_balance", **where)
        basis = "change in USD bn, customs values" if known else "change in USD bn, table values"
        facts.append(_fact("US goods balance with China", change, basis))
    revenue = result.spread("tariff_revenue", country=shown[0])
    facts.append(_fact(f"Tariff revenue, {country_name(shown[0])}", revenue, "change in USD bn"))
    return tuple(facts)


def _fact(label: str, change: Spread, basis: str = "") -> Fact:
    found = _number(change, "usd_bn") if basis else _number(change, "percent", "%")
    span = f"range {found.span}" if found.span else ""
    return Fact(label, found, "; ".join(part for part in (basis, span) if part))


def _figures(result: RunResult) -> tuple[Figure, ...]:
    from tradetalks.report.worker import svg

    found: list[Figure] = []
    for name, title, unit, caption, spec in drawings(result):
        try:
            drawn = svg(spec)
        except Exception as error:  # vl-convert has no class of its own
            raise NoAnswer(
                f"the figure '{name}' could not be drawn: {' '.join(str(error).split())[:200]}.",
                cure="Is vl-convert-python installed for this platform?",
            ) from error
        found.append(Figure(name, title, unit, minus(caption), drawn))
    return tuple(found)


def _countries(result: RunResult) -> CountryTable:
    known = countries()
    rows: list[CountryRow] = []
    for code in movers(result, _MOVERS):
        cells = tuple(
            _number(result.spread(name, country=code), unit) for name, (_, unit) in _COLUMNS.items()
        )
        rows.append(
            CountryRow(country_name(code), known[code].name_zh if code in known else "", cells)
        )
    return CountryTable(
        tuple(label for label, _ in _COLUMNS.values()),
        tuple(rows),
        f"Central elasticities, range below. Dollars of {result.world['year']}; exports "
        "of goods and services before duty; consumer prices at fixed own nominal wages. "
        f"{minus(range_note(result))}",
    )


def _text_table(table: Table) -> TextTable:
    rows = tuple(tuple(map(minus, row)) for row in table.rows)
    return TextTable(table.caption, table.columns, rows, minus(table.note))


def _law_title(result: RunResult) -> str:
    law = result.law.get("scenario") or result.law.get("reference")
    if not law:
        return "What was asked"
    return f"The law on {day_words(law['read_on'])}"


def _is_assumption(source: Any) -> bool:
    """Say whether a scenario's source names no document but an assumption."""
    entry = source if isinstance(source, Mapping) else {"title": str(source)}
    return not entry.get("url") and "assumed" in str(entry.get("title", "")).casefold()


def _assumptions(result: RunResult, sources: Iterable[Any]) -> tuple[Assumption, ...]:
    texts = [
        str(s.get("title") if isinstance(s, Mapping) else s).rstrip(".") + "." for s in sources
    ]
    return tuple(
        Assumption(minus(text), "assum" in text.casefold())
        for text in (*texts, *result.assumptions)
    )


def _limits(result: RunResult) -> tuple[str, ...]:
    """Say what the brief is not."""
    sets = len(result.converged_sets)
    found = [
        "Not a forecast. It compares two equilibria of an economy that the data and assumptions "
        "describe; it says nothing about when, or whether, the world gets there.",
        "The costs on the way (moving, idle plants, uncertainty, stocks, finance) and what is not "
        "trade (security, alliances) are not in the numbers.",
    ]
    if sets > 1:
        found.insert(
            1,
            f"The range is not a confidence interval. It is the least and the greatest over {sets} "
            "sets of elasticities; errors of data and what is assumed lie outside it.",
        )
    if (result.scenario.get("closures") or {}).get("deficit"):
        found.append(
            "Not evidence on whether tariffs shrink a trade deficit: each country's aggregate "
            "balance is imposed, only balances between partners move."
        )
    if result.law:
        found.append(
            "Not legal advice. Duties are averages over tariff lines with fixed weights; what one "
            "product pays on a date says the command tradetalks duty."
        )
    return tuple(found)


def _marks(sources: Iterable[Reference]) -> str:
    """Explain the evidence marks that occur."""
    seen: dict[str, list[str]] = {}
    for source in sources:
        if source.evidence and source.mark not in seen.setdefault(source.evidence, []):
            seen[source.evidence].append(source.mark)
    order = list(EVIDENCE)
    ranked = sorted(seen.items(), key=lambda item: min(map(order.index, item[1])))
    words = "; ".join(f"{' and '.join(sorted(m))}: {text}" for text, m in ranked)
    return f"Evidence marks. {words}." if words else ""


def _names(texts: Iterable[str]) -> tuple[Name, ...]:
    """Return the institutions that the texts mention."""
    whole = "\n".join(texts)
    return tuple(
        Name(found.name, found.name_zh)
        for found in institutions().values()
        if re.search(rf"\b(?:{'|'.join(map(re.escape, found.words))})\b", whole)
    )


def _hashes(result: RunResult) -> tuple[str, ...]:
    found = [f"world {result.world['name']} {str(result.world.get('hash', ''))[:_HASH]}"]
    law = result.law.get("scenario") or result.law.get("reference")
    if law:
        found.append(f"law ledger {law['ledger'][:_HASH]}, documented to {law['known_until']}")
    return tuple(found)


def _solved(result: RunResult) -> str:
    status = result.status
    return (
        f"{status['message']} Largest error of the equations {status['residual']:.0e}; Walras' "
        f"residual, an equation that was not imposed, {status['walras']:.0e}."
    )
