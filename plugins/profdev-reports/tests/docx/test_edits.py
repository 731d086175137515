"""Words of people are kept or stay where they are; nothing of theirs is lost, and nothing they bring acts."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import docx
import pytest
from docx.text.paragraph import Paragraph as DocxParagraph
from hypothesis import given, settings
from hypothesis import strategies as st

from profdev_reports.blocks import Block, Bullets, Document, Editable, Heading, Paragraph, Row, Run, Table
from profdev_reports.docx.edits import EARLIER, keep
from profdev_reports.docx.stock import stock
from profdev_reports.docx.writing import write
from word_documents import changed, converted, packed, parts, picture, texts, word

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TABLE = Table(caption="Т", head=("А",), rows=(Row(cells=("Б",)),), widths=(1,))


def made(*, number: str = "73,8", ids: tuple[str, ...] = ("conclusions", "advice"), id: str = "note/2022") -> bytes:  # noqa: A002 - the word of `Document`
    texts: dict[str, tuple[Block, ...]] = {
        "conclusions": (Heading(text="Главное", level=2), Paragraph(text=f"Доля составила {number}.")),
        "advice": (Paragraph(text=(Run("Совет: ", bold=True), Run(f"было {number}"))), Bullets(items=("раз",)), TABLE),
    }
    editable = tuple(Editable(id=each, title=f"Текст {each}", blocks=texts[each]) for each in ids)
    return write(
        Document(id=id, title="Справка", blocks=(Paragraph(text=f"Всего {number}"), *editable), foot=("Подвал",)),
        template=stock("note"),
    )


OLD = made()
NEW = made(number="81,0")


def edited(new: str, old: str = "Доля составила 73,8.", document: bytes = OLD) -> bytes:
    """A person has put other markup in the place of a text."""
    return changed(document, f'<w:t xml:space="preserve">{old}</w:t>', new)


def said(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>'


def control(content: bytes, title: str) -> list[str]:
    """What stands in a control."""
    body = word(content).element.body
    [found] = [sdt for sdt in body.iter(f"{{{W}}}sdt") if sdt.find(f".//{{{W}}}alias").get(f"{{{W}}}val") == title]
    return ["".join(t.text or "" for t in p.iter(f"{{{W}}}t")) for p in found.iter(f"{{{W}}}p")]


words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp")), max_size=80)


def test_what_nobody_touched_is_made_anew() -> None:
    kept = keep(OLD, NEW)
    assert kept.content == NEW
    assert kept.texts == ()


@settings(deadline=None)  # the first document waits for its template
@given(words)
def test_words_of_people_are_kept_and_the_rest_is_made_anew(text: str) -> None:
    kept = keep(edited(said(text)), NEW)
    assert kept.content is not None
    assert control(kept.content, "Текст conclusions") == ["Главное", text]
    assert control(kept.content, "Текст advice") == control(NEW, "Текст advice")
    assert "Всего 81,0" in texts(kept.content)
    assert kept.texts == ("Текст conclusions",)


@settings(deadline=None)  # the first document waits for its template
@given(words)
def test_what_is_kept_once_is_kept_again(text: str) -> None:
    once = keep(edited(said(text)), NEW).content
    assert once is not None
    assert keep(once, NEW).content == once
    again = keep(once, OLD).content
    assert again is not None
    assert control(again, "Текст conclusions") == ["Главное", text]


def test_a_text_emptied_by_a_person_stays_empty() -> None:
    kept = keep(edited(said("")), NEW).content
    assert kept is not None
    assert control(kept, "Текст conclusions") == ["Главное", ""]


def test_what_word_shows_in_an_empty_control_is_nobodys_words() -> None:
    [mark] = re.findall(r'<w:alias w:val="Текст conclusions"/>', parts(OLD)["word/document.xml"].decode())
    emptied = changed(edited(said("Место для ввода текста")), mark, f"{mark}<w:showingPlcHdr/>")
    kept = keep(emptied, NEW).content
    assert kept is not None
    assert control(kept, "Текст conclusions") == [""]
    assert keep(kept, OLD).texts == ("Текст conclusions",)


def test_looks_and_links_of_what_people_wrote_stay() -> None:
    rich = '<w:rPr><w:b/><w:color w:val="FF0000"/></w:rPr>' + said("Жирно")
    linked = changed(
        edited(rich),
        "</Relationships>",
        '<Relationship Id="rId90" TargetMode="External" Target="https://example.org/" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"/></Relationships>',
        "word/_rels/document.xml.rels",
    )
    ours = changed(
        linked,
        said("Жирно") + "</w:r>",
        said("Жирно") + f'</w:r><w:hyperlink r:id="rId90"><w:r>{said("тут")}</w:r></w:hyperlink>',
    )
    kept = keep(ours, NEW).content
    assert kept is not None
    [paragraph] = [p for p in word(kept).element.body.iter(f"{{{W}}}p") if "Жирно" in "".join(p.itertext())]
    assert paragraph.xpath(".//w:r/w:rPr/w:b")
    assert paragraph.xpath(".//w:r/w:rPr/w:color")
    [link] = paragraph.xpath("./w:hyperlink")
    relation = link.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")
    assert word(kept).part.rels[relation].target_ref == "https://example.org/"
    assert keep(kept, NEW).content == kept


def test_words_whose_place_is_no_more_go_to_the_end_and_stay_there() -> None:
    without = made(number="81,0", ids=("advice",))
    kept = keep(edited(said("Моё")), without).content
    assert kept is not None
    found = texts(kept)
    assert found[found.index(EARLIER) :] == [EARLIER, "Главное", "Моё"]
    assert keep(kept, without).content == kept
    back = keep(kept, NEW).content
    assert back is not None
    assert control(back, "Текст conclusions") == ["Главное", "Моё"]
    assert EARLIER not in texts(back)


CHANGES = {
    "outside": edited(said("другое"), "Всего 73,8"),
    "foot": edited(said("другое"), "Подвал"),
    "added": changed(OLD, "</w:body>", "<w:p><w:r><w:t>ещё</w:t></w:r></w:p></w:body>"),
    "tracked": edited(said("x") + '</w:r><w:ins w:id="9" w:author="a"><w:r><w:t>y</w:t></w:r></w:ins><w:r>'),
    "comment": edited(said("x") + '<w:commentReference w:id="1"/>'),
    "formula": edited(said("x") + '</w:r><m:oMath xmlns:m="m"><m:r/></m:oMath><w:r>'),
    "footnote": edited(said("x") + '<w:footnoteReference w:id="2"/>'),
    "shape": edited(said("x") + '</w:r><w:r><w:pict><v:shape xmlns:v="urn:v"/></w:pict></w:r><w:r>'),
    "object": edited(said("x") + "</w:r><w:r><w:object/></w:r><w:r>"),
    "drawing": edited(said("x") + "</w:r><w:r><w:drawing/></w:r><w:r>"),
    "other period": edited(said("Моё"), document=made(id="note/2021")),
    "no document": b"text",
    "cut": OLD[:3000],
    "entities": changed(
        edited(said("Моё")), "<w:document", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document'
    ),
    "stranger": write(Document(id="", title="x", blocks=())),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_cannot_be_told_apart_stays_as_it_is(change: str) -> None:
    kept = keep(CHANGES[change], NEW)
    assert kept.content is None
    assert kept.texts == ()


def test_a_control_thrown_away_is_told_from_one_never_made() -> None:
    markup = parts(OLD)["word/document.xml"].decode()
    [first, *_] = re.findall(r"<w:sdt>.*?</w:sdt>", markup)
    assert keep(changed(OLD, first, ""), NEW).content is None
    content = re.search(r"<w:sdtContent>(.*)</w:sdtContent>", first)
    assert content is not None
    unwrapped = re.sub(r"<w:bookmark(Start|End)[^>]*>", "", content[1]).replace("73,8", "74,0")
    assert keep(changed(OLD, first, unwrapped), NEW).content is None


def test_nothing_that_acts_is_brought_along() -> None:
    field = (
        '<w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDEAUTO cmd /c calc</w:instrText></w:r><w:r>'
        '<w:fldChar w:fldCharType="separate"/></w:r><w:r>'
        + said("видно")
        + '</w:r><w:r><w:fldChar w:fldCharType="end"/>'
    )
    theirs = edited(said("Моё ") + "</w:r><w:r>" + field)
    given = parts(theirs)
    rels = (
        given["word/_rels/document.xml.rels"]
        .decode()
        .replace(
            "</Relationships>",
            '<Relationship Id="rId91" TargetMode="External" Target="file:///c:/evil.dotm" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>',
        )
    )
    kept = keep(
        packed({**given, "word/_rels/document.xml.rels": rels.encode(), "word/vbaProject.bin": b"x"}), NEW
    ).content
    assert kept is not None
    everything = b"".join(parts(kept).values())
    assert not [bad for bad in (b"DDEAUTO", b"evil.dotm", b"fldSimple") if bad in everything]
    assert "word/vbaProject.bin" not in parts(kept)
    assert control(kept, "Текст conclusions") == ["Главное", "Моё видно"]


PNG = picture()


def test_a_picture_put_in_by_a_person_comes_along() -> None:
    opened = docx.Document(BytesIO(OLD))
    [paragraph] = [p for p in opened.element.body.iter(f"{{{W}}}p") if "Доля составила" in "".join(p.itertext())]
    run = DocxParagraph(paragraph, opened._body).add_run()
    run.add_picture(BytesIO(PNG))
    buffer = BytesIO()
    opened.save(buffer)
    kept = keep(buffer.getvalue(), NEW).content
    assert kept is not None
    assert PNG in parts(kept).values()
    assert len(word(kept).element.body.xpath(".//w:sdt//w:drawing")) == 1
    assert keep(kept, NEW).content == kept


def test_lists_and_tables_of_people_come_along() -> None:
    opened = docx.Document(BytesIO(OLD))
    [paragraph] = [p for p in opened.element.body.iter(f"{{{W}}}p") if "Доля составила" in "".join(p.itertext())]
    for text, style in (("первое", "List Number"), ("точка", "List Bullet")):
        item = opened.add_paragraph(text, style=style)
        paragraph.addprevious(item._p)
    table = opened.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "ячейка"
    paragraph.addprevious(table._tbl)
    buffer = BytesIO()
    opened.save(buffer)
    kept = keep(buffer.getvalue(), NEW).content
    assert kept is not None
    assert control(kept, "Текст conclusions") == ["Главное", "первое", "точка", "ячейка", "", "Доля составила 73,8."]
    assert keep(kept, NEW).content == kept


def test_what_word_processors_do_without_being_asked_is_no_edit(tmp_path: Path) -> None:
    """LibreOffice forgets controls of several paragraphs; bookmarks stand in for them."""
    assert keep(converted(OLD, "docx", tmp_path), NEW).content == NEW


def test_words_written_in_libreoffice_are_kept(tmp_path: Path) -> None:
    kept = keep(converted(edited(said("Написано в LibreOffice")), "docx", tmp_path), NEW)
    assert kept.content is not None
    assert control(kept.content, "Текст conclusions") == ["Главное", "Написано в LibreOffice"]
    assert control(kept.content, "Текст advice") == control(NEW, "Текст advice")
    again = tmp_path / "again"
    again.mkdir()
    twice = keep(converted(kept.content, "docx", again), OLD).content
    assert twice is not None
    assert control(twice, "Текст conclusions") == ["Главное", "Написано в LibreOffice"]
