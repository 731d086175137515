"""A document as PDF, read by somebody else's reader."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from profdev_reports import pdf
from profdev_reports.blocks import (
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

MADE = datetime(2022, 12, 31, 9, 5, tzinfo=UTC)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 30"><text x="4" y="20" font-size="9">Круг</text></svg>'
HOSTILE = '*не жирный* #let x = 1 $y$ `код` \\ "кавычки" <script>alert(1)</script> {{ x }} =cmd() @ссылка // конец'
TABLE = Table(
    caption="Показатели",
    head=("№", "Критерий", "Значение"),
    rows=(
        Row(cells=("Раздел первый",), kind="section"),
        *(Row(cells=(f"{number}.", f"Критерий {number}", "73,8\xa0%\n31 из 42")) for number in range(1, 60)),
        Row(cells=("", "Итого", "61"), kind="total"),
    ),
    widths=(0.1, 0.6, 0.3),
    numbers=frozenset({2}),
    notes=("¹⁾ Ответили 2 из 3.",),
)
EVERYTHING = Document(
    id="d",
    title="Справка о мониторинге",
    subject="за 2022 год",
    made=MADE,
    blocks=(
        Heading(text="1. Введение"),
        Paragraph(text=(Run("Жирно", bold=True), Run(" и "), Run("ссылка", link="https://example.org/a"))),
        Bullets(items=("первое", "второе")),
        Bullets(items=("раз",), numbered=True),
        TABLE,
        Figure(svg=SVG, alt="Нарисован круг", caption="Рисунок с кругом"),
        Editable(id="e", title="Выводы", blocks=(Paragraph(text="Слова людей"),)),
        PageBreak(),
        Landscape(blocks=(Heading(text="Лёжа", level=2), evolve(TABLE, rows=TABLE.rows[:3]))),
    ),
    foot=("Период: 2022 год.", "Программа: profdev-indicators 0.1.0."),
)


def read(document: Document) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf.write(document)))


def words(reader: pypdf.PdfReader) -> str:
    # What is cut at the end of a line is put together again: Typst leaves a soft hyphen there.
    told = "\n".join(page.extract_text() for page in reader.pages).replace("\xad\n", "").replace("\xa0", "\0")
    return " ".join(told.split()).replace("\0", "\xa0")


def saying(text: str) -> Document:
    return Document(id="d", title="Т", made=MADE, blocks=(Paragraph(text=text),))


@pytest.fixture(scope="module")
def everything() -> pypdf.PdfReader:
    return read(EVERYTHING)


def test_all_that_a_document_says_is_there_in_its_order(everything: pypdf.PdfReader) -> None:
    told = words(everything)
    places = [
        told.index(text)
        for text in (
            "Справка о мониторинге", "1. Введение", "Жирно", "ссылка", "первое", "второе", "раз", "Показатели",
            "Раздел первый", "Критерий 1 ", "Критерий 59", "Итого", "¹⁾ Ответили 2 из 3.", "Рисунок с кругом",
            "Слова людей", "Лёжа", "Период: 2022 год.", "Программа",
        )
    ]  # fmt: skip
    assert places == sorted(places)


def test_it_is_tagged_and_claims_both_standards_and_the_language(everything: pypdf.PdfReader) -> None:
    root: Any = everything.root_object
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - an object of the reader
    assert root["/Lang"] == "ru-RU"
    about = everything.xmp_metadata
    assert about is not None
    claimed = about.stream.get_data().decode()
    assert "<pdfuaid:part>1<" in claimed
    assert "<pdfaid:part>2<" in claimed
    assert "<pdfaid:conformance>A<" in claimed
    assert {"/Table", "/TH", "/TD", "/H1", "/L", "/Figure", "/P"} <= _roles(root["/StructTreeRoot"])


def _roles(node: Any) -> set[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return set().union(*map(_roles, node))
    if not isinstance(node, dict):
        return set()
    return ({str(node["/S"])} if "/S" in node else set()) | _roles(node.get("/K", []))


def test_a_picture_says_in_words_what_is_to_be_seen() -> None:
    assert "Нарисован круг".encode("utf-16-be") in _alternatives(read(EVERYTHING))


def _alternatives(reader: pypdf.PdfReader) -> bytes:
    """The alternative texts of the structure, as the standard spells them."""

    def walk(node: Any) -> list[str]:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            return [text for one in node for text in walk(one)]
        if not isinstance(node, dict):
            return []
        return ([str(node["/Alt"])] if "/Alt" in node else []) + walk(node.get("/K", []))

    root: Any = reader.root_object
    return "".join(walk(root["/StructTreeRoot"])).encode("utf-16-be")


def test_it_has_a_title_and_a_time_and_nobody_s_name(everything: pypdf.PdfReader) -> None:
    about = {name: str(value) for name, value in (everything.metadata or {}).items()}
    assert about.pop("/Creator").startswith("Typst")
    assert about == {
        "/Title": "Справка о мониторинге",
        "/Subject": "за 2022 год",
        "/CreationDate": "D:20221231090500Z",
        "/ModDate": "D:20221231090500Z",
    }


def test_pages_are_numbered_at_the_top_from_the_second_on(everything: pypdf.PdfReader) -> None:
    first, *others = [page.extract_text().strip().split("\n")[0] for page in everything.pages]
    assert first == "Справка о мониторинге"
    assert others == [str(number) for number in range(2, len(everything.pages) + 1)]
    assert len(others) > 2


def test_margins_are_those_of_the_standard() -> None:
    def leftmost(document: Document) -> float:
        found: list[float] = []
        page = read(document).pages[0]
        page.extract_text(
            visitor_text=lambda text, cm, tm, *_: found.append(tm[4] * cm[0] + cm[4]) if text.strip() else None
        )
        return min(found) / 72 * 25.4

    plain = Document(id="d", title="Т", blocks=(Paragraph(text="слово " * 300, indent=False),))
    assert leftmost(plain) == pytest.approx(20, abs=0.5)
    assert leftmost(evolve(plain, wide_margin=True)) == pytest.approx(30, abs=0.5)


def test_wide_tables_lie_on_their_side(everything: pypdf.PdfReader) -> None:
    lying = [page for page in everything.pages if page.mediabox.width > page.mediabox.height]
    assert [("Лёжа" in page.extract_text()) for page in lying] == [True]
    assert all(page.mediabox.width == pytest.approx(595.28, abs=0.1) for page in everything.pages if page not in lying)


def test_the_head_of_a_table_is_repeated_and_its_rows_are_not_torn(everything: pypdf.PdfReader) -> None:
    pages = [page.extract_text() for page in everything.pages if "Критерий " in page.extract_text()]
    assert len(pages) > 2
    assert all("Значение" in page for page in pages)
    assert all(page.count("73,8") == page.count("31 из 42") for page in pages)


def test_texts_are_printed_and_never_interpreted() -> None:
    blocks = (Heading(text=HOSTILE), Paragraph(text=HOSTILE))
    shown = words(read(Document(id="d", title=HOSTILE, made=MADE, blocks=blocks)))
    assert shown.count(HOSTILE) == 3


def test_a_link_is_a_link_only_where_it_can_do_no_harm() -> None:
    runs = tuple(Run(text, link=text) for text in ("https://a.example", "javascript:alert(1)", "file:///etc/passwd"))
    reader = read(Document(id="d", title="Т", made=MADE, blocks=(Paragraph(text=runs),)))
    links: list[Any] = [link.get_object() for page in reader.pages for link in page.get("/Annots", [])]
    targets = [link["/A"]["/URI"] for link in links]
    assert targets == ["https://a.example"]
    assert "javascript:alert(1)" in words(reader)


def test_what_no_font_can_draw_does_not_stop_the_document_but_forfeits_the_claim() -> None:
    reader = read(saying("漢字 и текст"))
    about = reader.xmp_metadata
    assert about is None or "pdfuaid" not in about.stream.get_data().decode()
    assert "и текст" in words(reader)


def test_control_characters_and_marks_that_turn_lines_do_not_act() -> None:
    assert "до \ufffdкод\ufffd после" in words(read(saying("до \u202eкод\x07 после")))


def test_a_document_without_a_date_is_accessible_and_no_less_reproducible() -> None:
    undated = evolve(EVERYTHING, made=None)
    about = read(undated).xmp_metadata
    assert about is not None
    assert "pdfuaid:part" in about.stream.get_data().decode()
    assert pdf.write(undated) == pdf.write(undated)


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf.write(EVERYTHING) == pdf.write(EVERYTHING)


def test_fonts_are_those_that_every_machine_has(everything: pypdf.PdfReader) -> None:
    pages: list[Any] = list(everything.pages)
    fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
    names = {str(font["/BaseFont"]).split("+")[1] for font in fonts}
    assert all(name.startswith(("LibertinusSerif", "DejaVuSansMono")) for name in names)


def test_a_row_longer_than_a_page_loses_nothing() -> None:
    table = Table(caption="", head=("А",), rows=(Row(cells=("да " * 9000 + "конец",)),), widths=(1.0,))
    reader = read(Document(id="d", title="Т", made=MADE, blocks=(table,)))
    assert len(reader.pages) > 2
    assert words(reader).count("да") == 9000


def test_letterhead_and_signature_stand_where_the_template_for_word_has_them() -> None:
    head = (Paragraph(text="Управление образования", align="center"),)
    reader = read(evolve(EVERYTHING, fields={"letterhead": head, "signatory": "Начальник управления"}))
    told = words(reader)
    assert told.index("Управление образования") < told.index("Справка о мониторинге")
    assert told.index("Слова людей") < told.index("Начальник управления") < told.index("Период: 2022 год.")


def test_shaded_cells_and_tones_are_drawn() -> None:
    row = Row(cells=(Cell(text="хуже", tone="bad"), Cell(text="12", shade="#103c66")))
    document = Document(
        id="d", title="Т", made=MADE, blocks=(Table(caption="", head=("А", "Б"), rows=(row,), widths=(1, 1)),)
    )
    content = b"".join(page.get_contents().get_data() for page in read(document).pages)  # type: ignore[union-attr]
    assert b"0.0627451 0.23529412 0.4 scn" in content


@settings(deadline=None, max_examples=15)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_makes_a_document(title: str, text: str) -> None:
    cell = Table(caption=text, head=(text, title), rows=(Row(cells=(title, text)),), widths=(1, 1), notes=(text,))
    document = Document(id="d", title=title, blocks=(Heading(text=text), Paragraph(text=text), cell), foot=(text,))
    assert pdf.write(document).startswith(b"%PDF-")
