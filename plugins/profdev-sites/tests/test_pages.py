"""What a page says of itself: letters, title, teachers; never their names."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_sites.pages import Page, decoded, look

HTML = "text/html"
RUSSIAN = st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя АБВГДЕЁЖЗ №", min_size=12)
NAMES = ("Иванова А. А.", "Петров Б. Б.", "Сидорова В. В.", "Кузнецов Г. Г.", "Смирнова Д. Д.")
PLACEHOLDERS = ("X", "х", "ХХХ", "отсутствует", "Отсутствуют", "нет", "-", "—", "", " ", "н/д", "вакансия")


def _looked(text: str) -> Page:
    return look(text.encode(), HTML)


# --- letters --------------------------------------------------------------------------------------------------------


@given(text=st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: not text.isascii()))
def test_utf8_is_utf8_whatever_the_headers_say(text: str) -> None:
    text = text.lstrip("\ufeff")
    assert decoded(text.encode(), "text/html; charset=windows-1251") == text


@given(text=RUSSIAN.filter(lambda text: any(letter.isalpha() for letter in text)))
@pytest.mark.parametrize("said", ["header", "meta", "short meta"])
def test_a_page_of_the_nineties_is_read_as_it_says(said: str, text: str) -> None:
    page = {
        "header": f"<p>{text}",
        "meta": f'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">{text}',
        "short meta": f"<meta charset=cp1251>{text}",
    }[said]
    body = page.encode("cp1251")
    assert decoded(body, "text/html; charset=windows-1251" if said == "header" else HTML) == page


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize(
    "header", [HTML, "text/html; charset=utf-8", "text/html; charset=нет-такой", "text/html; charset=iso-8859-1"]
)
def test_a_page_that_says_nothing_or_lies_is_guessed(encoding: str, header: str) -> None:
    text = "<title>Муниципальное казённое общеобразовательное учреждение</title>"
    assert look(text.encode(encoding), header).title == "Муниципальное казённое общеобразовательное учреждение"


def test_one_broken_letter_does_not_make_a_page_another_language() -> None:
    text = "<title>" + "План работы методического объединения " * 10 + "</title>"
    assert look(text.encode() + b"\xd0", HTML).title.startswith("План работы")


def test_a_page_cannot_choose_a_slow_alphabet() -> None:
    began = time.monotonic()
    look("\xd0".encode("latin-1") + b"a" * (2 << 20), "text/html; charset=idna")
    assert time.monotonic() - began < 5


@given(body=st.binary(), kind=st.sampled_from([HTML, "", "text/html; charset=\x00", "text/html; charset=utf-7"]))
def test_any_bytes_are_a_page(body: bytes, kind: str) -> None:
    assert isinstance(look(b"<html>" + body, kind), Page)


def test_a_title_is_one_line() -> None:
    assert _looked("<TITLE>\n План \t на  2022 </TITLE><svg><title>значок</title></svg>").title == "План на 2022"


@pytest.mark.parametrize("kind", ["application/pdf", "application/octet-stream", HTML, ""])
def test_a_pdf_is_not_looked_into(kind: str) -> None:
    assert look(b"%PDF-1.7 <title>x</title>", kind) == Page()


@pytest.mark.parametrize("text", ["<div>" * 300_000, "<b>" * 300_000, "<table><tr><td>" * 100_000])
def test_an_abyss_of_tags_takes_no_minutes(text: str) -> None:
    began = time.monotonic()
    assert _looked("<title>x</title>" + text).staff is None
    assert time.monotonic() - began < 5


# --- teachers -------------------------------------------------------------------------------------------------------


def _table(rows: list[str]) -> str:
    """As the order of 2020 has it."""
    cells = "".join(
        f'<tr itemprop="teachingStaff"><td itemprop="fio">{name}</td><td itemprop="post">{name and "учитель"}</td></tr>'
        for name in rows
    )
    return f"<table><tr><th>ФИО</th><th>Должность</th></tr>{cells}</table>"


def _divs(rows: list[str]) -> str:
    """As the state platform does it, every person a card."""
    return "".join(
        f'<div class="card"><div itemprop="teachingStaff"><p itemprop="fio">{name}</p>'
        f'<p itemprop="genExperience">12</p></div></div>'
        for name in rows
    )


def _marked_table(rows: list[str]) -> str:
    """The mark on the whole table instead of its rows."""
    cells = "".join(f'<tr><td itemprop="fio">{name}</td><td itemprop="teachingOp">ООП</td></tr>' for name in rows)
    return f'<table itemprop="teachingStaff"><tbody>{cells}</tbody></table>'


def _marked_cells(rows: list[str]) -> str:
    """The mark repeated on the cells of a marked row."""
    return (
        "<table>"
        + "".join(
            f'<tr itemprop="teachingStaff"><td itemprop="teachingStaff fio">{name}</td>'
            f'<td itemprop="teachingStaff">учитель</td></tr>'
            for name in rows
        )
        + "</table>"
    )


def _before_2021(rows: list[str]) -> str:
    """No mark of rows at all, but cells only teachers have."""
    return (
        "<table>"
        + "".join(
            f"<tr><td itemprop=fio>{name}<td itemprop=teachingDisciplin>химия<td itemprop=employeeQualification>высшая"
            for name in rows
        )
        + "</table>"
    )


MARKUPS = (_table, _divs, _marked_table, _marked_cells, _before_2021)


@pytest.mark.parametrize("markup", MARKUPS)
@given(
    people=st.lists(st.sampled_from(NAMES), min_size=1, unique=True),
    blanks=st.lists(st.sampled_from(PLACEHOLDERS), max_size=3),
)
def test_people_are_counted_and_placeholders_are_not(
    markup: Callable[[list[str]], str], people: list[str], blanks: list[str]
) -> None:
    page = _looked(markup([*blanks, *people]))
    assert (page.staff, page.rows, page.blank) == (len(people), len(people), len(blanks))


@pytest.mark.parametrize("markup", MARKUPS)
def test_a_teacher_in_the_table_of_every_programme_is_one_person(markup: Callable[[list[str]], str]) -> None:
    page = _looked(markup(list(NAMES)) + "<h2>Другая программа</h2>" + markup([NAMES[0].upper(), NAMES[1]]))
    assert (page.staff, page.rows) == (5, 7)


def test_rows_without_names_are_counted_each() -> None:
    row = '<tr itemprop="teachingStaff"><td>учитель</td><td>высшая</td></tr>'
    blank = '<tr itemprop="teachingStaff"><td>X</td><td>отсутствует</td></tr>'
    page = _looked(f"<table>{row * 3}{blank}</table>")
    assert (page.staff, page.blank) == (3, 1)


@pytest.mark.parametrize("how", ['style="DISPLAY : none"', "hidden", 'style="visibility:hidden"'])
def test_a_hidden_row_is_nobody(how: str) -> None:
    shown, hidden = _table([NAMES[0]]), f"<div {how}>{_table([NAMES[1]])}</div>"
    assert (_looked(shown + hidden).staff, _looked(shown + hidden).blank) == (1, 1)


def test_heads_of_a_school_are_no_teachers() -> None:
    heads = '<table><tr itemprop="rucovodstvo"><td itemprop="fio">Иванова А. А.<td itemprop="post">директор</table>'
    assert _looked(heads).staff is None


def test_a_page_without_marks_tells_nothing_which_is_not_zero() -> None:
    assert _looked("<table><tr><td>Иванова А. А.</td></tr></table>").staff is None


def test_a_page_of_placeholders_lists_nobody() -> None:
    assert _looked(_table(["X", "отсутствует"])).staff == 0


@pytest.mark.parametrize("markup", MARKUPS)
def test_no_name_leaves_the_page(markup: Callable[[list[str]], str]) -> None:
    assert not any(name.split()[0] in str(_looked(markup(list(NAMES)))) for name in NAMES)


def test_a_title_that_is_a_name_stays_on_the_page() -> None:
    assert _looked(f"<title>{NAMES[0]} | Педагоги</title>" + _table([NAMES[0]])).title == ""
    assert _looked("<title>Педагоги</title>" + _table([NAMES[0]])).title == "Педагоги"


def test_a_list_too_long_to_be_a_school_is_not_counted() -> None:
    began = time.monotonic()
    page = _looked(_divs([f"Учитель {n}" for n in range(20_000)]))
    assert page.staff is None
    assert time.monotonic() - began < 5


def test_the_longest_list_counted_takes_no_minute() -> None:
    began = time.monotonic()
    page: Any = _looked(_divs([f"Учитель {n}" for n in range(2000)]))
    assert page.staff == 2000
    assert time.monotonic() - began < 10
