"""The brief: one object, two renderings that say the same numbers."""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from html_page import Page
from pdf_text import Document
from synthetic_run import renamed, synthetic_run
from tradetalks.engine import simulate
from tradetalks.errors import CannotWrite, NoAnswer, NotConverged
from tradetalks.report.brief import Brief, brief_of, html, pdf, render
from tradetalks.report.brief.files import write_files
from tradetalks.report.brief.typeset import lacking
from tradetalks.results import RunResult, finding, headline
from tradetalks.results.labels import number
from tradetalks.scenario import Scenario, load_scenario

# Digits with the signs that the brief prints; hyphens join words and dates.
NUMBER = re.compile(r"[+−±]?\d+(?:[.,]\d+)*")
SHIPPED = {
    "law": "truce-lapses-2027-01-10",
    "control": "rare-earth-ban",
    "plain": "full-decoupling",
}


@pytest.fixture(scope="module")
def runs() -> Mapping[str, RunResult]:
    found = {kind: simulate(load_scenario(name)) for kind, name in SHIPPED.items()}
    return {**found, "toy": simulate(load_scenario("toy-tariff-war")), "made up": synthetic_run()}


@pytest.fixture(scope="module")
def briefs(runs: Mapping[str, RunResult]) -> Mapping[str, Brief]:
    return {kind: brief_of(run) for kind, run in runs.items()}


@pytest.fixture(scope="module")
def pdfs(briefs: Mapping[str, Brief]) -> Mapping[str, Document]:
    return {kind: Document(pdf(brief)) for kind, brief in briefs.items()}


ALL = (*SHIPPED, "toy", "made up")


class Blocks(Page):
    """Visible text alone, with a break at every block."""

    VOID = Page.VOID | {"path", "rect", "line", "circle", "use"}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        if tag not in ("b", "span", "a", "code"):
            self.text.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.text.append(data)


def numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


@pytest.mark.parametrize("kind", ALL)
def test_page_and_pdf_hold_the_same_numbers(
    kind: str, briefs: Mapping[str, Brief], pdfs: Mapping[str, Document]
) -> None:
    page = numbers("".join(Blocks.read(html(briefs[kind])).text))
    assert sum(page.values()) > 100
    assert page == numbers(pdfs[kind].text())


def test_a_number_that_one_rendering_lacks_would_be_seen(briefs: Mapping[str, Brief]) -> None:
    brief = briefs["made up"]
    other = replace(brief, finding=brief.finding + " And 7.77% more.")
    assert numbers("".join(Blocks.read(html(brief)).text)) != numbers(Document(pdf(other)).text())


@pytest.mark.parametrize("kind", ALL)
def test_numbers_are_those_of_the_run(
    kind: str, runs: Mapping[str, RunResult], briefs: Mapping[str, Brief]
) -> None:
    run, brief = runs[kind], briefs[kind]
    known = {(r["central"], r["low"], r["high"]) for r in headline(run)}
    cells = [cell for row in brief.countries.rows for cell in row.cells]
    for cell in cells:
        assert (cell.value, cell.low, cell.high) in known
        assert cell.text == number(cell.value, cell.unit).replace("-", "−")
        assert cell.low <= cell.value <= cell.high
    assert brief.finding == finding(run).replace(" -", " −")
    assert len(brief.figures) == 3


@pytest.mark.parametrize("kind", SHIPPED)
def test_shipped_briefs_have_two_to_four_pages(kind: str, pdfs: Mapping[str, Document]) -> None:
    assert 2 <= len(pdfs[kind].pages) <= 4


def test_a_long_brief_is_set_smaller_rather_than_on_more_pages() -> None:
    notes = "What a deal would hold is not known, and this sentence says so at some length. " * 12
    question = "What if " + "a very long question went on and on, " * 5 + "would it still fit?"
    long = brief_of(renamed(synthetic_run(), notes=notes, question=question))
    acts = tuple(replace(long.acts[0], text=f"Act {n}: {notes[:160]}") for n in range(30))
    document = Document(pdf(replace(long, acts=acts)))
    assert 3 <= len(document.pages) <= 4
    assert document.text().index("Who gains") < document.text().index("Figure 2")


@pytest.mark.parametrize("kind", SHIPPED)
def test_the_printed_scenario_asks_the_same_question(
    kind: str, briefs: Mapping[str, Brief]
) -> None:
    again = Scenario.from_yaml(briefs[kind].yaml)
    assert again.content_hash() == load_scenario(SHIPPED[kind]).content_hash()
    assert again.name == SHIPPED[kind]
    assert briefs[kind].command == f"tradetalks run {SHIPPED[kind]}.yaml"


@pytest.mark.parametrize("kind", ALL)
def test_the_page_needs_nothing_else(kind: str, briefs: Mapping[str, Brief]) -> None:
    brief = briefs[kind]
    text = html(brief)
    page = Blocks.read(text)
    assert page.fetched == []
    assert "@import" not in text
    assert not re.findall(r"url\((?!#)", text)
    assert len(page.ids) == len(set(page.ids))
    assert page.links == [r.url for r in (*brief.acts, *brief.data) if r.url]


def test_law_on_the_day_assumptions_and_marks(briefs: Mapping[str, Brief]) -> None:
    law, control = briefs["law"], briefs["control"]
    assert law.law_title == "The law on 10 January 2027"
    assert any("Law known to 2026-10-05" in c for c in law.cautions)
    assert law.duties is not None and law.duties.rows[-1][0] == "All"
    assert [f.name for f in law.figures] == ["real_income", "partners", "duties"]
    assert [f.name for f in control.figures] == ["real_income", "partners", "decomposition"]
    assumed = [a.text for a in control.assumptions if a.assumed]
    assert any("Leakage of 10%" in text for text in assumed)
    assert not any("Leakage" in r.text for r in control.acts)
    assert {r.mark for r in law.acts} >= {"V", "S"}
    assert "V: source read" in law.marks and "S: second-hand" in law.marks
    assert all(r.evidence for r in (*law.acts, *law.data) if r.mark)
    assert law.limits[0].startswith("Not a forecast")
    assert "商务部" in {n.name_zh for n in law.names}
    assert {r.name_zh for r in law.countries.rows} >= {"美国", "中国"}


def test_words_of_a_stranger_stay_words() -> None:
    hostile = "What if <script>alert(1)</script> #import $x$ *b* \\ {{ b }} [c] @d?"
    brief = brief_of(renamed(synthetic_run(), question=hostile, title="<b>#panic()</b>"))
    page = html(brief)
    assert "<script>" not in page and entities.escape(hostile) in page
    said = " ".join(Document(pdf(brief)).text().split())
    assert hostile in said and "<b>#panic()</b>" in said


def test_addresses_that_are_no_web_addresses_are_not_linked() -> None:
    sources = [{"title": "A trap", "url": "javascript:alert(1)"}, "Plain words"]
    brief = brief_of(renamed(synthetic_run(), sources=sources))
    assert [(r.text, r.url) for r in brief.acts] == [("A trap", ""), ("Plain words", "")]
    assert "javascript" not in html(brief)


def test_one_elasticity_set_has_no_range() -> None:
    brief = brief_of(synthetic_run(sets=("central",)))
    assert {cell.span for row in brief.countries.rows for cell in row.cells} == {""}
    assert not any("confidence" in text for text in brief.limits)
    assert "line:" not in brief.figures[0].unit
    assert len(Document(pdf(brief)).pages) <= 4


def test_an_incomplete_range_is_said() -> None:
    brief = brief_of(synthetic_run(failed=("high",)))
    assert "Range incomplete" in brief.range_note
    assert "Range incomplete" in brief.countries.note


def test_no_brief_without_an_equilibrium() -> None:
    with pytest.raises(NotConverged, match="has no equilibrium that may be shown"):
        brief_of(synthetic_run(failed=("central",)))


def test_the_same_brief_is_the_same_file(briefs: Mapping[str, Brief]) -> None:
    assert pdf(briefs["made up"]) == pdf(briefs["made up"])


# Chinese

CHINESE = "What if 商务部 stopped 稀土 exports?"


@pytest.fixture(scope="module")
def chinese() -> Brief:
    return brief_of(renamed(synthetic_run(), question=CHINESE))


def test_chinese_is_drawn_with_a_font(chinese: Brief, cjk_font: str) -> None:
    assert lacking(cjk_font) == ""
    made = render(chinese)
    said = " ".join(Document(made.content).text().split())
    assert (made.missing, made.warnings) == ("", ())
    for words in ("商务部", "稀土", "美国", "中国"):
        assert words in said


def test_without_a_font_the_pdf_is_made_and_says_what_lacks(chinese: Brief) -> None:
    made = render(chinese, system_fonts=False)
    assert set("商务部稀土") == set(made.boxed)
    assert set(made.boxed) < set(made.missing)
    (warning,) = made.warnings
    assert "boxes for" in warning and "稀" in warning and "sudo make system-deps" in warning
    said = Document(made.content).text()
    assert "美国" not in said  # names beside English ones are left out, not boxed
    assert numbers(said) == numbers("".join(Blocks.read(html(chinese)).text))
    assert "商务部" in html(chinese) and "美国" in html(chinese)


def test_names_alone_are_left_out_without_boxes(briefs: Mapping[str, Brief]) -> None:
    made = render(briefs["made up"], system_fonts=False)
    assert made.boxed == "" and made.missing
    assert "leaves the Chinese names out" in made.warnings[0]


def test_what_the_own_font_has_is_not_missing() -> None:
    assert lacking("−±·•–—’×÷…éü", system_fonts=False) == ""
    assert lacking("a中b国", system_fonts=False) == "中国"


# Failures


def test_typst_says_why_it_fails(
    briefs: Mapping[str, Brief], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradetalks.report.brief.typeset.template", lambda: "#nothing-of-that-name")
    with pytest.raises(NoAnswer, match="Typst says 'unknown variable: nothing-of-that-name'"):
        pdf(briefs["made up"])


def test_a_figure_that_cannot_be_drawn_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(spec: object) -> str:
        raise ValueError("no such mark")

    monkeypatch.setattr("tradetalks.report.worker.svg", broken)
    with pytest.raises(NoAnswer, match="'real_income' could not be drawn: no such mark"):
        brief_of(synthetic_run())


def test_files_appear_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "out"
    write_files(place, {"a": b"old", "b": b"old"})
    real = Path.write_bytes

    def full_disk(self: Path, data: bytes) -> int:
        if self.name == "b":
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(CannotWrite, match="No space left on device"):
        write_files(place, {"a": b"new", "b": b"new"})
    assert sorted(p.name for p in place.iterdir()) == ["a", "b"]
    assert (place / "a").read_bytes() == b"old"


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(CannotWrite, match=r"a file of that name exists\. Give another --out"):
        write_files(tmp_path / "out", {"a": b""})
    assert (tmp_path / "out").read_text() == "mine"
