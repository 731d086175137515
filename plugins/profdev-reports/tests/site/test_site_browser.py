"""The site in a real browser: with a keyboard alone, on a telephone, in the dark, on paper, without scripts."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # has no annotations
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

import made_sites

_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(_CHROMIUM is None, reason="no browser: apt-get install chromium"),
]

TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
KINDS = (
    "index.html",
    "form.html",
    "criteria/index.html",
    "criteria/1.1.html",
    "organisations/index.html",
    "organisations/s01.html",
    "dynamics.html",
    "analyses/index.html",
    "analyses/health.html",
    "analyses/effects.html",
    "recommendations.html",
    "traceability.html",
    "method.html",
    "data.html",
)
UPRIGHT, LYING = 680, 1032  # CSS pixels between the margins of A4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_sites.written(made_sites.example_site(), tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_sites.written(made_sites.lively_site(), tmp_path_factory.mktemp("lively"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def wide(page: Page) -> bool:
    """Whether the page as a whole has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_kind_of_page(browser: Browser, example: Path, scheme: Any, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page, axe, found = context.new_page(), Axe(), {}
    for name in KINDS:
        page.goto((example / name).as_uri())
        options = {"runOnly": TAGS, "resultTypes": ["violations"]}
        violations = axe.run(page, options=options).response["violations"]
        if violations:
            found[name] = [(each["id"], each["nodes"][0]["html"][:200]) for each in violations]
    context.close()
    assert found == {}


@pytest.mark.parametrize(("width", "letters"), [(390, 100), (640, 100), (1280, 200)])
def test_no_page_is_scrolled_sideways(browser: Browser, example: Path, width: int, letters: int) -> None:
    """On a telephone; at 200 % of the browser, which halves the page; at letters of twice the size."""
    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    page, found = context.new_page(), []
    for name in KINDS:
        page.goto((example / name).as_uri())
        if letters != 100:
            page.add_style_tag(content=f"html {{ font-size: {112.5 * letters / 100}% !important }}")
        if wide(page):
            found.append(name)
    context.close()
    assert found == []


@pytest.mark.parametrize("name", ["index.html", "organisations/index.html", "criteria/1.1.html"])
def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(page: Page, lively: Path, name: str) -> None:
    page.goto((lively / name).as_uri())
    wanted = page.evaluate(
        "Array.from(document.querySelectorAll('a[href], button, input, [tabindex=\"0\"]'))"
        ".map((node, place) => (node.dataset.walk = place))"
    )
    walked, unseen = [], []
    for _ in wanted:
        page.keyboard.press("Tab")
        place, outline, width = page.evaluate(
            "(() => { const node = document.activeElement, style = getComputedStyle(node);"
            " return [node.dataset.walk, style.outlineStyle, parseFloat(style.outlineWidth)] })()"
        )
        walked.append(int(place))
        if outline == "none" or width < 2:
            unseen.append(place)
    assert walked == list(range(len(wanted)))
    assert unseen == []


def test_the_first_stop_of_the_keyboard_leads_past_the_menu(page: Page, lively: Path) -> None:
    page.goto((lively / "form.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "К содержанию"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_nothing_is_refused_by_its_own_policy_or_fails(page: Page, example: Path) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    for name in KINDS:
        page.goto((example / name).as_uri())
        assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
    assert said == []


def test_everything_can_be_read_without_scripts(browser: Browser, example: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((example / "index.html").as_uri())
    page.get_by_role("navigation", name="Разделы").get_by_role("link", name="Организации").click()
    table = page.locator("#heat-1")
    assert table.locator("tbody tr").count() == 28
    assert table.locator("tbody tr").nth(1).locator("td").first.inner_text() == "70,0"
    assert page.locator("input, button").count() == 0
    context.close()


def test_letters_are_large_enough_and_lines_not_too_long(page: Page, example: Path) -> None:
    page.goto((example / "method.html").as_uri())
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 18
    longest = page.evaluate("Math.max(...[...document.querySelectorAll('main > p')].map(node => node.clientWidth))")
    assert longest <= 18 * 45


@pytest.mark.parametrize("name", [name for name in KINDS if name != "organisations/index.html"])
def test_on_paper_no_table_is_cut(page: Page, example: Path, name: str) -> None:
    page.emulate_media(media="print")
    page.goto((example / name).as_uri())
    for look, width in ((".region:not(.wide):not(.heat)", UPRIGHT), (".region.wide", LYING)):
        page.set_viewport_size({"width": width, "height": 1000})
        over = page.evaluate(
            "([look, width]) => [...document.querySelectorAll(look + ' table')]"
            ".filter(table => table.getBoundingClientRect().right > width + 1).map(table => table.id)",
            [look, width],
        )
        assert over == [], look


def test_on_paper_the_heat_map_is_whole(page: Page, example: Path) -> None:
    page.goto((example / "organisations/index.html").as_uri())
    names = page.locator("#heat-1 tbody th").all_inner_texts()
    codes = page.locator("#heat-1 thead a").all_inner_texts()
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    lying = [sheet for sheet in sheets if sheet.mediabox.width > sheet.mediabox.height]
    right: list[float] = []
    for sheet in lying:
        sheet.extract_text(
            visitor_text=lambda text, ctm, tm, *_: right.append(tm[4] * ctm[0] + ctm[4]) if text else None
        )
    text = "".join("".join(sheet.extract_text().split()) for sheet in lying)
    assert [name for name in names if "".join(name.split()) not in text] == []
    assert [code for code in codes if code not in text] == []
    assert max(right) < float(lying[0].mediabox.width)
    assert "Рекомендации" not in text  # the menu stays on the screen


def test_on_paper_there_is_no_menu_and_no_address_of_a_link(page: Page, example: Path) -> None:
    page.goto((example / "criteria/1.1.html").as_uri())
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages)
    assert "Прослеживаемость" not in text
    assert "file:" not in text
    assert "organisations/" not in text


def test_on_paper_the_head_of_a_table_is_repeated(page: Page, example: Path) -> None:
    page.goto((example / "criteria/1.1.html").as_uri())
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages]
    rows = page.locator("#organisations-table tbody th").all_inner_texts()
    first, last = (
        next(place for place, text in enumerate(sheets) if "".join(name.split()) in "".join(text.split()))
        for name in (rows[0], rows[-1])
    )
    assert last > first
    assert all("Пояснение" in text for text in sheets[first : last + 1])


def column(page: Page, place: int) -> list[str]:
    rows = page.locator("#organisations-table tbody tr:visible")
    return [text.strip() for text in rows.locator(f":nth-child({place})").all_inner_texts()]


def test_a_column_is_sorted_by_its_numbers_and_absences_stay_last(page: Page, example: Path) -> None:
    page.goto((example / "criteria/1.1.html").as_uri())
    head = page.locator("#organisations-table thead th").nth(1)
    before = column(page, 1)

    def numbers() -> list[float]:
        texts = page.locator("#organisations-table tbody tr").evaluate_all(
            "rows => rows.map(row => row.cells[1].dataset.order ?? '')"
        )
        known = [float(text) for text in texts if text]
        assert texts[len(known) :] == [""] * (len(texts) - len(known))
        return known

    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert numbers() == sorted(numbers())
    assert page.locator("p[role=status]").inner_text() == "Отсортировано по столбцу «Значение»: по возрастанию"
    page.keyboard.press("Enter")  # the focus stays where it was
    assert head.get_attribute("aria-sort") == "descending"
    assert numbers() == sorted(numbers(), reverse=True)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert column(page, 1) == before


def test_a_table_whose_order_means_something_is_not_sorted(page: Page, lively: Path) -> None:
    page.goto((lively / "organisations/index.html").as_uri())
    assert page.locator("#heat-1 th button").count() > 0
    ordered = (
        (lively / "organisations/index.html")
        .read_text(encoding="utf-8")
        .replace('class="lively"', 'class="lively ordered"')
    )
    (lively / "organisations/ordered.html").write_text(ordered, encoding="utf-8")
    page.goto((lively / "organisations/ordered.html").as_uri())
    assert page.locator("#heat-1 th button").count() == 0


def test_a_table_is_filtered_and_says_how_much_is_left(page: Page, example: Path) -> None:
    page.goto((example / "organisations/index.html").as_uri())
    field = page.get_by_label("Найти в таблице")
    field.fill("детский сад")
    rows = page.locator("#heat-1 tbody tr:visible th").all_inner_texts()
    assert rows
    assert all("детский сад" in name.lower() for name in rows)
    assert page.locator("output").inner_text() == f"Показано {len(rows)} из 28"
    field.fill("")
    assert page.locator("#heat-1 tbody tr:visible").count() == 28
    assert page.locator("output").inner_text() == ""


def test_what_does_not_scroll_is_no_stop_of_the_keyboard(page: Page, lively: Path) -> None:
    page.goto((lively / "form.html").as_uri())
    assert page.locator(".region[tabindex]").count() == 0
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function("document.querySelectorAll('.region[tabindex]').length > 0")
