"""The page in a real browser, as a reader with a mouse, a keyboard, a phone meets it."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tradetalks as tt
from pdf_text import Document
from web.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUESTION = "The truce lapses and rare earths stop"


@pytest.fixture(scope="module")
def chromium(browser: Path) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=str(browser), args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    context = chromium.new_context(base_url=served.address, viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.address[:-1])
    said: list[str] = []
    made = context.new_page()
    made.set_default_timeout(150_000)
    made.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    made.on("pageerror", lambda e: said.append(str(e)))
    yield made
    context.close()
    assert [s for s in said if "422" not in s] == []  # nor anything against the content policy


def answered(page: Page) -> Any:
    """Wait for the answer with its range and return the first card."""
    page.get_by_text("Answer with its range.").wait_for()
    return page.locator(".card.USA")


def ask(page: Page, words: str = QUESTION) -> None:
    page.get_by_role("link", name=words, exact=True).click()
    answered(page)


def numbers(page: Page) -> list[str]:
    return page.locator(".card .num").all_text_contents()


def slide(page: Page, label: str, value: int) -> None:
    page.get_by_label(label, exact=True).fill(str(value))


def test_a_person_with_no_manual(page: Page, served: Served) -> None:
    """See the law, ask the question, read the range, take the answer away."""
    page.goto("/")
    assert page.get_by_role("heading", name=re.compile("The United States on goods")).is_visible()
    assert re.fullmatch(r"\d+\.\d%", page.locator(".USA_on_CHN .big").inner_text().strip())
    assert page.locator(".deadline").inner_text().startswith("Next: ")
    assert page.locator("#chart-law svg").wait_for() is None
    ask(page)
    card = page.locator(".card.USA").inner_text()
    assert re.search(r"\u2212\d\.\d\d\s*%\s*\u2212\d\.\d\d to \u2212\d\.\d\d", card), card
    assert "not a prediction" in page.locator("#answer").inner_text()
    page.locator("#charts [data-chart=income] svg").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    usa = next(r for r in rows if (r["country"], r["variable"]) == ("USA", "real_income"))
    shown = page.locator(".card.USA .num").inner_text().replace("\u2212", "-")
    assert float(shown) == round(float(usa["central"]), 2)
    with page.expect_download() as download:
        page.get_by_role("link", name="Brief (PDF)").click()
    brief = Path(download.value.path()).read_bytes()
    words = "".join(Document(brief).text().replace("-", "\u2212").split())
    low, high = page.locator(".card.USA .range").inner_text().split(" to ")
    assert brief.startswith(b"%PDF") and re.search(r"Whatifthetrucelapsed", words)
    for each in (page.locator(".card.USA .num").inner_text(), low, high):
        assert each.lstrip("+") in words, each
    with page.expect_download() as download:
        page.get_by_role("link", name="Scenario file").click()
    scenario = tt.Scenario.from_yaml(Path(download.value.path()).read_text())
    assert {c.kind for c in scenario.changes} == {"law", "export_control"}
    with page.expect_download() as download:
        page.locator(".take [data-png]").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    page.get_by_role("link", name="Report").click()
    page.get_by_role("heading", name=re.compile("What if the truce lapsed")).wait_for()
    page.go_back()
    answered(page)
    page.get_by_role("link", name="Brief as a page").click()
    page.get_by_role("heading", name=re.compile("What if the truce lapsed")).wait_for()
    assert any(p.name.startswith("what-if-") for p in (served.home / "runs").iterdir())


def test_a_number_opens_its_source(page: Page) -> None:
    page.goto("/?lapse=1")
    answered(page).locator(".num").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("What it is made of").wait_for()
    assert "Terms of trade" in dialog.inner_text() and "central" in dialog.inner_text()
    assert dialog.get_by_role("link").count() > 1
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_slider_undo_and_back(page: Page) -> None:
    page.goto("/?lapse=1")
    answered(page)
    before = numbers(page)
    slide(page, "New duty of the United States", 40)
    page.get_by_text("put 40 points more").first.wait_for()
    answered(page)
    assert "us=40" in page.url and "lapse=1" in page.url
    assert numbers(page) != before
    assert page.locator("#o-us").inner_text() == "40 points"
    page.get_by_role("button", name="Undo").click()
    page.locator(".question", has_text=re.compile(r"^What if the truce lapsed\?$")).wait_for()
    answered(page)
    assert numbers(page) == before and page.locator("#o-us").inner_text() == "0 points"
    page.get_by_role("button", name="Reset").click()
    assert page.locator(".question").count() == 0
    page.keyboard.press("Control+z")
    page.locator(".question").wait_for()
    page.go_back()
    page.get_by_text("Choose a question above").wait_for()


def test_side_by_side_and_the_link_that_says_it_all(page: Page, served: Served) -> None:
    page.goto("/?lapse=1")
    answered(page)
    page.get_by_role("button", name="Pin to compare").click()
    slide(page, "Section 301", 200)
    table = page.locator("#compare table")
    table.get_by_text(re.compile("Now: What if the truce lapsed and Section 301")).wait_for()
    answered(page)
    row = table.get_by_role("row", name=re.compile("The United States"))
    first, second, gap = row.get_by_role("cell").all_inner_texts()
    a, b = (float(t.split()[0].replace("\u2212", "-")) for t in (first, second))
    assert a != b and abs(float(gap.replace("\u2212", "-")) - (b - a)) < 0.011
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url and link.startswith(served.address)
    shown = numbers(page), page.locator("#compare").inner_text()
    page.goto("about:blank")
    page.goto(link)
    answered(page)
    table.get_by_text("Pinned: What if the truce lapsed?").wait_for()
    table.get_by_text("Now: What if").wait_for()
    assert (numbers(page), page.locator("#compare").inner_text()) == shown


def test_the_same_question_elsewhere(page: Page) -> None:
    page.goto("/?scenario=truce-lapses-by-law")
    answered(page)
    page.get_by_role("button", name="Copy as command").click()
    assert page.evaluate("navigator.clipboard.readText()") == "tradetalks run truce-lapses-by-law"
    page.get_by_role("button", name="Copy as Python").click()
    assert 'load_scenario("truce-lapses-by-law")' in page.evaluate("navigator.clipboard.readText()")
    assert page.get_by_label("Shipped scenarios").input_value() == "truce-lapses-by-law"


def test_a_file_of_ones_own(page: Page, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.yaml", tmp_path / "good.yaml"
    bad.write_text("name: mine\nquestion: What if?\nhorizont: long\n")
    good.write_text(tt.load_scenario("truce-lapses-by-law").replace(name="mine").to_yaml())
    page.goto("/")
    field = page.get_by_label("A scenario file of your own (YAML)")
    field.set_input_files(bad)
    error = page.locator("#e-file")
    error.get_by_text("horizont").wait_for()
    assert "scenario.yaml:3:" in error.inner_text() and "'horizon'" in error.inner_text()
    assert page.locator(".question").count() == 0
    field.set_input_files(good)
    answered(page)
    assert "suspended 24 points" in page.locator(".question").inner_text()
    assert error.inner_text() == "" and "yaml=" in page.url


def test_errors_stand_beside_their_field(page: Page) -> None:
    page.goto("/?s301=999")
    assert "999 is out of range. Give 0 to 300." in page.locator("#problem").inner_text()
    assert page.locator(".question").count() == 0


def test_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == QUESTION:
            break
    else:
        pytest.fail("the question cannot be reached with the Tab key")
    page.keyboard.press("Enter")
    answered(page)
    page.get_by_label("Section 232", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("Section 232 stood at 105%").first.wait_for()
    answered(page)
    first = page.locator("#t-movers .num").first
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.v") == "equivalent_variation"
    assert page.evaluate("document.activeElement.dataset.c") == "CHN"
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_text("Where it comes from").wait_for()
    page.keyboard.press("Escape")


def test_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    for path in ("/?lapse=1", "/law", "/answers", "/answers/nash"):
        page.goto(path)
        if "lapse" in path:
            answered(page)
            page.locator("#charts [data-chart=sectors] svg").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, path
    page.goto("/?lapse=1")
    answered(page)
    size = "getComputedStyle(document.querySelector('.card .num')).fontSize"
    assert float(page.evaluate(size).removesuffix("px")) >= 24


CONTROLS = """() =>
[...document.querySelectorAll(
  'a, button, input, select, summary, [tabindex="0"], svg[role=img], dialog')]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label')
    || e.getAttribute('aria-labelledby') || e.labels?.length))
  .map((e) => e.outerHTML.slice(0, 120))"""

# WCAG 2.2, 1.4.3: 4.5 to 1, large text 3 to 1.
CONTRAST = r"""() => {
  const parse = (c) => c.match(/[\d.]+/g).map(Number);
  const part = (v) => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.canvas, svg, [disabled], noscript') || !e.checkVisibility()) continue;
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const s = getComputedStyle(e), a = light(parse(s.color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05), size = parseFloat(s.fontSize);
    const large = size >= 24 || (size >= 18.66 && s.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push([e.textContent.trim().slice(0, 40), ratio, s.color]);
  }
  return found;
}"""
HEADINGS = """[...document.querySelectorAll('h1, h2, h3, h4, h5')]
  .filter((e) => e.checkVisibility()).map((e) => Number(e.tagName[1]))"""


def test_names_and_contrast(page: Page) -> None:
    for path in ("/?lapse=1&magnets=0&horizon=short", "/law", "/answers", "/answers/optimal"):
        page.goto(path)
        if "lapse" in path:
            answered(page)
            for summary in page.locator("#answer summary").all():
                summary.click()
        assert page.evaluate(CONTROLS) == [], path
        assert page.evaluate(CONTRAST) == [], path
        levels = page.evaluate(HEADINGS)
        assert levels.count(1) == 1 and levels[0] == 1
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), levels
        assert page.locator("html").get_attribute("lang") == "en"
    page.evaluate("document.querySelector('h1').style.color = '#999'")  # is it seen?
    assert len(page.evaluate(CONTRAST)) == 1


def test_a_long_question_with_progress_and_stop(page: Page) -> None:
    page.goto("/answers/nash")
    page.get_by_role("button", name="Answer it").click()
    page.get_by_role("progressbar").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Cancelled.").wait_for()
    assert not page.locator("#result").is_visible()
    assert not page.get_by_role("button", name="Stop").is_visible()
    page.goto("/answers/scenarios")
    page.get_by_role("button", name="Answer it").click()
    page.get_by_text("Answered.").wait_for()
    table = page.locator("#tables table")
    assert table.get_by_role("row").count() > 15
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    assert json.loads(Path(download.value.path()).read_text())["command"] == "scenarios"
