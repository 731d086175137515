"""What is written is what other programs read: literally, laid out by the standard, the same each time."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st

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
from profdev_reports.docx.stock import STOCK, stock
from profdev_reports.docx.writing import write
from word_documents import converted, parts, picture, texts, word

MADE = datetime(2023, 1, 15, 9, 30, tzinfo=UTC)
TABLE = Table(
    caption="Значения за 2022 год",
    head=("№", "Критерий", "Значение"),
    rows=(
        Row(cells=("Раздел 1",), kind="section"),
        Row(cells=("1.1", Cell(text="Доля", tone="muted"), Cell(text="73,8\xa0%", shade="#123456"))),
        Row(cells=("", "Итого", "1"), kind="total"),
    ),
    widths=(1, 6, 2.5),
    numbers=frozenset({2}),
    notes=("† не подтверждено",),
)
BLOCKS: tuple[Block, ...] = (
    Heading(text="Введение"),
    Paragraph(text=(Run("Слова", bold=True),)),
    Bullets(items=("раз", "два")),
    Bullets(items=("первое",), numbered=True),
    Paragraph(text="между"),
    Bullets(items=("снова первое",), numbered=True),
    TABLE,
    PageBreak(),
    Landscape(blocks=(Heading(text="Широкое", level=2), TABLE)),
    Editable(id="conclusions", title="Выводы", blocks=(Paragraph(text="Вывод"),)),
)


def document(*blocks: Block, **more: object) -> Document:
    given = {"id": "note/2022", "title": "Справка", "blocks": blocks, "made": MADE} | more
    return Document(**given)  # type: ignore[arg-type]  # a test gives what it needs


WHOLE = document(*BLOCKS, subject="О мониторинге", foot=("Период: 2022 год.", "Программа."))

anything = st.text(st.characters(codec=None), max_size=300)
printable = st.text(
    st.characters(
        exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"),
        exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    min_size=1,
    max_size=120,
)


@settings(deadline=None)  # the first document waits for its template
@given(printable)
def test_a_text_is_printed_as_it_is(text: str) -> None:
    table = Table(caption=text, head=(text,), rows=(Row(cells=(text,)),), widths=(1,))
    written = write(document(Paragraph(text=text), Heading(text=text), Bullets(items=(text,)), table, title=text))
    assert texts(written).count(text) >= 7
    assert word(written).core_properties.title == text


@settings(deadline=None)  # the first document waits for its template
@given(anything, st.lists(anything, max_size=3), st.none() | anything)
def test_no_text_breaks_a_document(text: str, lines: list[str], link: str | None) -> None:
    runs = (Run(text, link=link), Run(text, bold=True, italic=True))
    editable = Editable(id=text, title=text, blocks=(Paragraph(text=runs),))
    table = Table(caption=text, head=(text, text), rows=(Row(cells=(text, runs)), Row(cells=())), widths=(1, 2))
    whole = document(editable, table, title=text, subject=text, id=text, foot=tuple(lines))
    fields: dict[str, str | tuple[Block, ...]] = {
        "addressee": text,
        "letterhead": (Paragraph(text=text),),
        "signatory": text,
    }
    for kind in STOCK:
        word(write(Document(id=text, title=text, blocks=whole.blocks, fields=fields), template=stock(kind)))
    word(write(whole))


@pytest.mark.parametrize(
    "text", ["{{ title }}", "{{p body }}", "{% for a in b %}", "<w:p/>", "&amp;", "</w:t>", "=1+1"]
)
def test_nothing_in_a_text_is_a_command(text: str) -> None:
    whole = Document(id="x", title=text, blocks=(Paragraph(text=text),), fields={"addressee": text})
    found = texts(write(whole, template=stock("letters")))
    assert found.count(text) == 3


def test_what_xml_forbids_and_what_turns_a_line_is_seen_and_does_nothing() -> None:
    assert "а\ufffdб\ufffdв" in texts(write(document(Paragraph(text="а\x00б\u202eв"))))


def test_the_same_document_is_the_same_bytes() -> None:
    assert write(WHOLE) == write(WHOLE)


def test_the_time_of_a_document_is_that_of_its_newest_source_and_its_author_is_nobody() -> None:
    about = word(write(WHOLE)).core_properties
    assert (about.title, about.subject, about.author, about.last_modified_by, about.language) == (
        "Справка",
        "О мониторинге",
        "profdev-indicators",
        "profdev-indicators",
        "ru-RU",
    )
    assert about.created == about.modified == MADE


def test_pages_are_those_of_the_standard() -> None:
    first, turned, last = word(write(WHOLE)).sections
    for section in (first, last):
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
        margins = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
        assert [round(margin.mm) for margin in margins] == [20, 10, 20, 20]
        assert section.header_distance >= Mm(9.99)
    assert turned.orientation == WD_ORIENT.LANDSCAPE
    assert first.different_first_page_header_footer
    assert not any(section.different_first_page_header_footer for section in (turned, last))
    assert "PAGE" in first.header._element.xml
    assert not first.first_page_header._element.xpath(".//w:instrText")


def test_what_is_kept_long_has_room_to_be_bound() -> None:
    assert [round(section.left_margin.mm) for section in word(write(document(wide_margin=True))).sections] == [30]


def test_headings_are_headings() -> None:
    paragraphs = word(
        write(document(Heading(text="Раз"), Heading(text="Два", level=2), Heading(text="Девять", level=9)))
    ).paragraphs
    found = [(p.text, p.style.name) for p in paragraphs if p.style and p.style.name.startswith(("Heading", "Title"))]
    assert found == [("Справка", "Title"), ("Раз", "Heading 1"), ("Два", "Heading 2"), ("Девять", "Heading 3")]


def test_text_is_fourteen_points_justified_with_an_indent() -> None:
    written = word(write(document(Paragraph(text="Слова"))))
    [paragraph] = [p for p in written.paragraphs if p.text == "Слова"]
    style = paragraph.style
    assert style.base_style.font.size == Pt(14)
    assert abs(style.paragraph_format.first_line_indent.cm - 1.25) < 0.01
    assert style.paragraph_format.alignment == 3
    assert 1.0 <= style.paragraph_format.line_spacing <= 1.15


def test_a_table_has_widths_that_add_up_a_head_on_each_page_and_whole_rows() -> None:
    written = word(write(document(TABLE)))
    [table] = written.tables
    section = written.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    grid = [column.width for column in table.columns]
    assert abs(sum(grid) - room) < Mm(0.1)
    assert abs(grid[1] / grid[0] - 6) < 0.05
    assert [bool(row._tr.xpath("./w:trPr/w:tblHeader")) for row in table.rows] == [True, False, False, False]
    assert all(row._tr.xpath("./w:trPr/w:cantSplit") for row in table.rows)
    assert [len(row._tr.tc_lst) for row in table.rows] == [3, 1, 3, 3]
    assert [row.cells[2].paragraphs[0].alignment for row in table.rows][2:] == [2, 2]
    for row in table.rows:
        assert sum(int(tc.tcPr.xpath("./w:tcW")[0].get(qn("w:w"))) for tc in row._tr.tc_lst) == sum(
            int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.gridCol_lst
        )
    assert [p.text for p in written.paragraphs if p.style and p.style.name == "Caption"] == ["Значения за 2022 год"]


def test_numbered_lists_begin_anew() -> None:
    written = word(write(WHOLE))
    numbers = [
        (p.text, p._p.pPr.numPr.numId.val)
        for p in written.paragraphs
        if p._p.pPr is not None and p._p.pPr.numPr is not None
    ]
    ids = dict(numbers)
    assert ids["раз"] == ids["два"]
    assert len({ids["раз"], ids["первое"], ids["снова первое"]}) == 3


@pytest.mark.parametrize(
    ("link", "goes"),
    [
        ("https://example.org/?a=1&b=2", True),
        ("http://пример.рф/путь", True),
        ("mailto:a@example.org", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://a b", False),
        ("\\\\server\\share", False),
        ("data:text/html,x", False),
    ],
)
def test_only_pages_and_mail_are_links(link: str, goes: bool) -> None:  # noqa: FBT001 - a column of the table above
    written = word(write(document(Paragraph(text=(Run("текст", link=link),)))))
    found = [rel.target_ref for rel in written.part.rels.values() if rel.is_external]
    assert found == ([link] if goes else [])
    assert "текст" in texts(write(document(Paragraph(text=(Run("текст", link=link),)))))


PNG = picture()


def test_a_figure_has_its_words_and_its_proportions(monkeypatch: pytest.MonkeyPatch) -> None:
    from profdev_reports.docx import markup  # noqa: PLC0415 - the module whose import is replaced

    markup._drawn.cache_clear()
    monkeypatch.setattr(markup, "import_module", lambda _: SimpleNamespace(png=lambda _svg, *, width: PNG))  # noqa: ARG005
    figure = Figure(svg="<svg/>", alt="Доля «выросла» & <упала>", caption="Рисунок 1", width=100)
    written = word(write(document(figure, figure)))
    first, second = written.inline_shapes
    assert (round(first.width.mm), round(first.height.mm)) == (100, 50)
    assert first._inline.docPr.get("descr") == "Доля «выросла» & <упала>"
    assert first._inline.docPr.id != second._inline.docPr.id
    assert sum("media" in name for name in parts(write(document(figure, figure)))) == 1
    markup._drawn.cache_clear()


def test_provenance_is_the_last_thing_one_reads() -> None:
    assert texts(write(WHOLE))[-2:] == ["Период: 2022 год.", "Программа."]


def test_what_ends_on_a_turned_page_has_its_foot_there() -> None:
    written = word(write(document(Landscape(blocks=(Paragraph(text="Широкое"),)), foot=("Подвал",))))
    assert [section.orientation for section in written.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]


def test_libreoffice_prints_it(tmp_path: Path) -> None:
    pdf = tmp_path / "whole.pdf"
    pdf.write_bytes(converted(write(WHOLE), "pdf", tmp_path))
    printed = subprocess.run(["/usr/bin/pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True)  # noqa: S603
    pages = printed.stdout.decode().split("\f")
    for word_ in ("Справка", "Введение", "Слова", "снова первое", "Итого", "Вывод", "Программа."):
        assert any(word_ in page for page in pages)
    assert [page.split()[0] for page in pages[1:] if page.strip()] == [str(n) for n in range(2, len(pages))]
    assert pages[0].split()[0] != "1"
