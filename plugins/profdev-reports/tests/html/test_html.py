"""A document as one page, as a parser and a browser find it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field
from hypothesis import given, settings
from hypothesis import strategies as st

from profdev_reports import html
from profdev_reports.blocks import (
    Block,
    Bullets,
    Cell,
    Document,
    Editable,
    Figure,
    Heading,
    Landscape,
    PageBreak,
    Paragraph,
    Row,
    Run,
    Table,
)

HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} {% x %} &amp; \" onload='x' =cmd() <!-- --> ]]>"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 30"><script>alert(1)</script></svg>'
TABLE = Table(
    caption="Показатели",
    head=("№", "Критерий", "Значение"),
    rows=(
        Row(cells=("Раздел первый",), kind="section"),
        Row(cells=("1.", "Критерий один", Cell(text="хуже: 73,8\xa0%\n31 из 42", tone="bad"))),
        Row(cells=("2.", "Критерий два", Cell(text="лучше", tone="good"))),
        Row(cells=("Раздел второй",), kind="section"),
        Row(cells=("1.", "Критерий три", Cell(text="нет данных", tone="muted"))),
        Row(cells=("", "Итого", Cell(text="61", shade="#103c66")), kind="total"),
    ),
    widths=(0.1, 0.6, 0.3),
    numbers=frozenset({2}),
    notes=("¹⁾ Ответили 2 из 3.",),
)
EVERYTHING = Document(
    id="d",
    title="Форма мониторинга",
    subject="за 2022 год",
    made=datetime(2022, 12, 31, tzinfo=UTC),
    blocks=(
        Paragraph(text="за 2022 год", align="center"),
        Heading(text="Раздел"),
        Heading(text="Подраздел", level=2),
        Paragraph(text=(Run("Жирно", bold=True), Run(" и "), Run("ссылка", link="https://example.org/a"))),
        Bullets(items=("первое", "второе")),
        Bullets(items=("раз",), numbered=True),
        TABLE,
        Figure(svg=SVG, alt="Нарисован круг", caption="Рисунок с кругом"),
        Editable(id="e", title="Выводы", blocks=(Paragraph(text="Слова людей"),)),
        PageBreak(),
        Landscape(blocks=(evolve(TABLE, caption="", small=True),)),
    ),
    foot=("Период: 2022 год.",),
)


@define
class Page(HTMLParser):
    """What a page consists of."""

    tags: list[tuple[str, dict[str, str | None]]] = field(factory=list)
    words: list[str] = field(factory=list)
    inside: list[str] = field(factory=list)

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        if "style" not in self.inside:
            self.words.append(data)

    def having(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def read(document: Document) -> Page:
    page = Page()
    page.feed(html.write(document).decode())
    page.close()
    return page


def saying(*blocks: Block, title: str = "Т") -> Document:
    return Document(id="d", title=title, blocks=blocks)


@pytest.fixture(scope="module")
def everything() -> Page:
    return read(EVERYTHING)


def test_a_page_is_in_russian_and_has_one_title_of_the_first_level(everything: Page) -> None:
    assert everything.having("html") == [{"lang": "ru"}]
    levels = [name for name, _ in everything.tags if name in {"h1", "h2", "h3", "h4"}]
    assert levels == ["h1", "h2", "h3"]
    assert everything.having("main")[0]["id"] == "content"
    assert everything.having("a")[0]["href"] == "#content"


def test_it_is_one_file_in_which_nothing_can_run(everything: Page) -> None:
    assert not {"script", "link", "iframe", "object", "form", "svg"} & {name for name, _ in everything.tags}
    loaded = [value for _, attributes in everything.tags for name, value in attributes.items() if name == "src"]
    assert all(value and value.startswith("data:image/svg+xml;base64,") for value in loaded)
    assert not any(name.startswith("on") for _, attributes in everything.tags for name in attributes)
    [policy] = [a["content"] for a in everything.having("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    style = html.write(EVERYTHING).decode().split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_a_table_has_a_caption_heads_of_columns_rows_and_sections(everything: Page) -> None:
    scopes = [attributes["scope"] for attributes in everything.having("th")]
    one = ["col"] * 3 + ["rowgroup", "row", "row", "rowgroup", "row", "row"]
    assert scopes == one * 2
    assert len(everything.having("caption")) == 2
    regions = [a for a in everything.having("div") if a.get("role") == "region"]
    assert [a["tabindex"] for a in regions] == ["0", "0"]
    assert len({a["aria-label"] for a in regions}) == 2


def test_everything_a_document_says_is_there(everything: Page) -> None:
    for text in ("за 2022 год", "Жирно и ссылка", "первое", "хуже: 73,8", "31 из 42", "нет данных", "Слова людей",
                 "¹⁾ Ответили 2 из 3.", "Рисунок с кругом", "Период: 2022 год."):  # fmt: skip
        assert text in everything.text
    assert [a["alt"] for a in everything.having("img")] == ["Нарисован круг"]


def test_texts_are_printed_and_never_interpreted() -> None:
    table = Table(caption=HOSTILE, head=(HOSTILE,), rows=(Row(cells=(HOSTILE,)),), widths=(1,), notes=(HOSTILE,))
    figure = Figure(svg=SVG, alt=HOSTILE, caption=HOSTILE)
    blocks = (Heading(text=HOSTILE), Paragraph(text=HOSTILE), Bullets(items=(HOSTILE,)), table, figure)
    page = read(evolve(saying(*blocks, title=HOSTILE), subject=HOSTILE, foot=(HOSTILE,)))
    assert page.text.count(HOSTILE) == 11
    assert "script" not in {name for name, _ in page.tags}
    assert page.having("img")[0]["alt"] == HOSTILE


def test_a_link_is_a_link_only_where_it_can_do_no_harm() -> None:
    runs = tuple(Run(text, link=text) for text in ("https://a.example", "javascript:alert(1)", "data:text/html,x"))
    page = read(saying(Paragraph(text=runs)))
    assert [a["href"] for a in page.having("a")] == ["#content", "https://a.example"]
    assert "javascript:alert(1)" in page.text


def test_the_same_document_gives_the_same_bytes() -> None:
    assert html.write(EVERYTHING) == html.write(EVERYTHING)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=60))
def test_any_text_is_one_text(text: str) -> None:
    page = read(saying(Paragraph(text=f"({text})"), Heading(text=text), title=text))
    assert [name for name, _ in page.tags if name not in {"br", "meta"}] == [
        "html", "head", "title", "style", "body", "a", "main", "h1", "p", "h2",
    ]  # fmt: skip


# --- in a browser ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - heavy, and needed here alone

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("page") / "form.html"
    file.write_bytes(html.write(EVERYTHING))
    return file.as_uri()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(browser: Any, address: str, scheme: str, width: int) -> None:
    axe = import_module("axe_playwright_python.sync_playwright").Axe()  # has no types

    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
    page.goto(address)
    found = axe.run(page).response["violations"]
    page.close()
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.browser
@pytest.mark.parametrize("zoom", [1, 2])
def test_a_narrow_page_scrolls_its_tables_and_not_itself(browser: Any, address: str, zoom: int) -> None:
    page = browser.new_page(viewport={"width": 390 if zoom == 1 else 640, "height": 844})
    page.goto(address)
    if zoom > 1:  # 200 % of a window 1280 wide
        page.evaluate("document.body.style.fontSize = '2em'")
    sizes = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    regions = page.evaluate("[...document.querySelectorAll('.wide')].map(r => r.scrollWidth > r.clientWidth)")
    page.close()
    assert sizes[0] <= sizes[1]
    assert any(regions) or zoom > 1


@pytest.mark.browser
def test_the_keyboard_alone_reaches_the_skip_link_and_the_tables(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address)
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className + document.activeElement.tagName"))
    seen = page.evaluate("document.querySelector('.skip').getBoundingClientRect().top < 0")
    page.close()
    assert reached == ["skipA", "A", "wideDIV", "wideDIV"]
    assert seen


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_it_is_black_on_white(browser: Any, address: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.emulate_media(media="print", color_scheme=scheme)
    page.goto(address)
    style = "getComputedStyle(document.documentElement)"
    looks = page.evaluate(f"[{style}.backgroundColor, {style}.color]")
    page.close()
    assert looks == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
