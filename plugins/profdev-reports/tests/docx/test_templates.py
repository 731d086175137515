"""A template of a district is used as it is, or refused in words one can act on; it never does anything by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import monitorings
from profdev_indicators.cli import answer
from profdev_indicators.errors import RequestError
from profdev_indicators.results import Monitoring
from profdev_reports.blocks import Bullets, Document, Heading, Landscape, Paragraph, Row, Run, Table
from profdev_reports.cli.templates import command
from profdev_reports.docx.stock import STOCK, stock
from profdev_reports.docx.templates import Template, stock_or_own
from profdev_reports.docx.writing import write
from word_documents import changed, converted, packed, parts, texts, word

DOCUMENT = Document(
    id="x",
    title="Заголовок",
    blocks=(
        Heading(text="Раздел"),
        Paragraph(text=(Run("Текст", link="https://example.org"),)),
        Bullets(items=("пункт",)),
        Bullets(items=("пункт",), numbered=True),
        Landscape(blocks=(Table(caption="Т", head=("А",), rows=(Row(cells=("Б",)),), widths=(1,)),)),
    ),
    fields={"signatory": "Начальник", "letterhead": (Paragraph(text="Бланк"),)},
)


def made(template: bytes, name: str = "наш.docx") -> bytes:
    given = Template(template)
    given.file = name
    return write(DOCUMENT, template=given)


def with_text(old: str, new: str) -> bytes:
    return changed(stock("note"), old, new)


@pytest.mark.parametrize("kind", STOCK)
def test_a_stock_template_is_what_word_opens(kind: str) -> None:
    assert any("{{p body }}" in text for text in texts(stock(kind)))


def test_a_tag_torn_by_word_is_found() -> None:
    torn = with_text(
        "{{ title }}</w:t></w:r>",
        '{{</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve"> ti</w:t>'
        "</w:r><w:r><w:t>tle</w:t></w:r><w:r><w:t> }} — {{title|upper}}</w:t></w:r>",
    )
    assert "Заголовок — ЗАГОЛОВОК" in texts(made(torn))


def test_styles_of_the_template_win() -> None:
    template = changed(stock("note"), 'w:styleId="Heading1"', 'w:styleId="Heading1" w:mark="own"', "word/styles.xml")
    assert b'w:mark="own"' in parts(made(template))["word/styles.xml"]


def test_a_template_saved_by_libreoffice_is_one_too(tmp_path: Path) -> None:
    found = texts(made(converted(stock("note"), "docx", tmp_path)))
    assert {"Заголовок", "Раздел", "Текст", "Бланк"} <= set(found)


def test_a_template_begun_in_another_program_is_one_too() -> None:
    """python-docx has a template of its own, with styles under other ids and none of ours."""
    from io import BytesIO  # noqa: PLC0415 - for this one

    import docx  # noqa: PLC0415 - the other program

    own, buffer = docx.Document(), BytesIO()
    own.add_paragraph("{{ title }}")
    own.add_paragraph("{{p body }}")
    own.sections[0].header.paragraphs[0].text = "Шапка: {{ signatory }}"
    own.save(buffer)
    written = word(made(buffer.getvalue()))
    assert written.sections[0].header.paragraphs[0].text == "Шапка: Начальник"
    assert [p.text for p in written.paragraphs if p.style and p.style.name == "Heading 1"] == ["Раздел"]


def test_conditions_are_paragraphs_of_their_own() -> None:
    without = write(Document(id="x", title="З", blocks=()), template=stock("note"))
    assert not any("____" in text or "{%" in text for text in texts(without))


REFUSED = {
    "{{ titel }}": ("наш.docx: нет имени «titel» — может быть, «title»?", "Есть: ", "signatory"),
    "{{ title.__class__ }}": ("больше, чем имя",),
    "{{ ''.__class__.__mro__ }}": ("больше, чем имя",),
    "{{ cycler('a') }}": ("больше, чем имя",),
    "{{ 'a' * 9999999999 }}": ("больше, чем имя",),
    "{{ title|attr('x') }}": ("больше, чем имя",),
    "{% for a in title %}": ("непонятная вставка",),
    "{% include 'x' %}": ("непонятная вставка",),
    "{{ title": ("незакрытая вставка",),
    "{{ ti tle }}": ("написана с ошибкой",),
    "{{ body }}": ("имя «body» пишется так: {{p body }}",),
    "{{p title }}": ("имя «title» пишется так: {{ title }}",),
    "{%p if title %}": ("свой {%p endif %}",),
    "текст {{p body }} текст": ("в абзаце одни",),
}


@pytest.mark.parametrize("tag", REFUSED)
def test_a_wrong_tag_is_named_with_its_cure(tag: str) -> None:
    with pytest.raises(RequestError) as error:
        made(with_text("{{ title }}", tag))
    assert str(error.value).startswith("наш.docx: ")
    for words in REFUSED[tag]:
        assert words in str(error.value)


def test_a_template_without_a_place_for_the_text_is_refused() -> None:
    with pytest.raises(RequestError, match=r"нет отдельного абзаца \{\{p body \}\}"):
        made(with_text("{{p body }}", "и всё"))


def _macros() -> bytes:
    return packed({**parts(stock("note")), "word/vbaProject.bin": b"x"})


def _linked() -> bytes:
    rel = (
        '<Relationship Id="rId77" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        'Target="http://example.org/x.png" TargetMode="External"/></Relationships>'
    )
    linked = changed(stock("note"), "</Relationships>", rel, "word/_rels/document.xml.rels")
    return changed(linked, "<w:sectPr>", '<w:p><w:r><w:drawing r:link="rId77"/></w:r></w:p><w:sectPr>')


def _bomb() -> bytes:
    return packed({**parts(stock("note")), "word/media/x.png": b"\0" * (70 * 1024 * 1024)})


def _entities() -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document'
    return changed(stock("note"), "<w:document", doctype)


WRONG = {
    "text": (b"plain text", "не документ Word"),
    "empty": (b"", "не документ Word"),
    "zip": (packed({"a.txt": b"x"}), "не документ Word"),
    "cut": (stock("note")[:2000], "не документ Word"),
    "broken": (with_text("</w:body>", ""), "не XML"),
    "macros": (_macros(), "макросы"),
    "linked": (_linked(), "внешняя ссылка"),
    "bomb": (_bomb(), "больше 64 МБ"),
    "entities": (_entities(), "DOCTYPE"),
    "corrected": (
        with_text("<w:sectPr>", '<w:p><w:ins w:id="1" w:author="Имя"><w:r><w:t>x</w:t></w:r></w:ins></w:p><w:sectPr>'),
        "примите исправления",
    ),
    "narrow": (with_text('w:left="1134"', 'w:left="19000"'), "поля шаблона шире"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_template_is_refused_in_words(kind: str) -> None:
    template, words = WRONG[kind]
    with pytest.raises(RequestError, match=words):
        made(template)


def test_a_section_without_a_size_is_a_sheet_of_paper() -> None:
    section = re.search(r"<w:pgSz[^>]*/><w:pgMar[^>]*/>", parts(stock("note"))["word/document.xml"].decode())
    assert section is not None
    written = word(made(with_text(section[0], ""))).sections[0]
    assert (round(written.page_width.mm), round(written.left_margin.mm)) == (210, 20)
    order = [child.tag.rpartition("}")[2] for child in written._sectPr]
    assert order == ["headerReference", "headerReference", "pgSz", "pgMar", "titlePg"]


def test_nothing_personal_of_a_template_gets_into_documents() -> None:
    given = parts(stock("note"))
    about = '<cp:coreProperties xmlns:cp="x"><creator>Иванова</creator></cp:coreProperties>'
    settings = given["word/settings.xml"].decode()
    spoilt = {
        **given,
        "docProps/core.xml": about.encode(),
        "docProps/custom.xml": "<p>Иванова</p>".encode(),
        "word/people.xml": "<p>Иванова</p>".encode(),
        "word/settings.xml": settings.replace(
            "<w:compat>", '<w:docVars><w:docVar w:name="a" w:val="Иванова"/></w:docVars><w:compat>'
        ).encode(),
    }
    written = parts(made(packed(spoilt)))
    assert not [name for name, content in written.items() if "Иванова".encode() in content]


@pytest.fixture
def beside(tmp_path: Path) -> Monitoring:
    """An answer of a district whose file lies in a folder with a template."""
    home = tmp_path / "район"
    home.mkdir()
    (home / "свои").mkdir()
    (home / "свои" / "письмо.docx").write_bytes(stock("letters"))
    (tmp_path / "чужое.docx").write_bytes(stock("letters"))
    (home / "ссылка.docx").symlink_to(tmp_path / "чужое.docx")
    bare = monitorings.bare("2022")
    return evolve(bare, district=evolve(bare.district, file=home / "district.yaml"))


def test_a_template_lies_beside_the_file_of_its_district(beside: Monitoring) -> None:
    assert stock_or_own(beside, "свои/письмо.docx", "letters") == stock("letters")
    assert stock_or_own(beside, None, "order") == stock("order")


@pytest.mark.parametrize(
    "name",
    ["../чужое.docx", "/etc/passwd", "свои/../../чужое.docx", "C:\\x.docx", "\\\\server\\x.docx", "ссылка.docx", ""],
)
def test_a_template_is_not_looked_for_elsewhere(beside: Monitoring, name: str) -> None:
    with pytest.raises(RequestError, match="прочь от файла района"):
        stock_or_own(beside, name, "letters")


@pytest.mark.parametrize("name", ["нет.docx", "свои"])
def test_a_template_that_is_not_there_is_told_with_a_cure(beside: Monitoring, name: str) -> None:
    with pytest.raises(RequestError, match=f"{name}: нет такого шаблона; .*profdev templates"):
        stock_or_own(beside, name, "letters")


def test_the_command_gives_templates_and_touches_nothing_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "шаблоны"
    assert answer(command, [str(folder)], name="profdev templates") == 0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        f"{kind}.docx": stock(kind) for kind in STOCK
    }
    (folder / "note.docx").write_bytes(b"own")
    capsys.readouterr()
    assert answer(command, [str(folder)], name="profdev templates") == 2
    assert "уже есть form.docx, letters.docx, note.docx, order.docx" in capsys.readouterr().err
    assert (folder / "note.docx").read_bytes() == b"own"
    assert answer(command, [str(folder / "note.docx")], name="profdev templates") == 2
    assert "файл, а нужна папка" in capsys.readouterr().err


OUR_OWN = write(
    Document(id="x", title="{{ title }}", blocks=(Paragraph(text="{{p body }}"), *DOCUMENT.blocks)),
    template=stock("note"),
)
SPOILS = [b"{{ a }}", b"{%p if", b"}}", b"<w:p/>", b"rId1", "²".encode(), b"9" * 5000, b"-1", b'"']


def test_what_we_wrote_may_be_a_template_with_lists_of_its_own() -> None:
    found = texts(made(OUR_OWN))
    assert found.count("пункт") == 4
    assert "Заголовок" in found


@settings(deadline=None)
@given(st.data())
def test_no_template_whatever_breaks_a_run(data: st.DataObject) -> None:
    """It is used, or refused in words."""
    given_parts = parts(data.draw(st.sampled_from([stock("letters"), OUR_OWN])))
    name = data.draw(st.sampled_from(sorted(given_parts)))
    part = bytearray(given_parts[name])
    start = data.draw(st.integers(0, len(part)))
    end = data.draw(st.integers(start, min(len(part), start + 200)))
    part[start:end] = data.draw(
        st.binary(max_size=20) | st.sampled_from([b"{{ a }}", b"{%p if", b"}}", b"<w:p/>", b"rId1"])
    )
    try:
        written = made(packed({**given_parts, name: bytes(part)}))
    except RequestError as error:
        assert str(error).startswith("наш.docx: ")  # noqa: PT017 - either end is right
    else:
        texts(written)
