"""The form as a workbook: numbers that Excel can count with, beside what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby
from math import ceil
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from profdev_indicators.results import Monitoring
from profdev_indicators.views import notes
from profdev_indicators.views.form import Form, Line
from profdev_indicators.wording import NBSP
from profdev_reports.blocks import Cell, Document, Table, Text
from profdev_reports.documents.footnotes import beside
from profdev_reports.docx.printable import printable

_HEAD = (
    ("№", 5),
    ("Наименование критерия", 46),
    ("Методы сбора информации/ источники данных", 32),
    ("Значение показателя", 13),
    ("Посчитано (n)", 11),
    ("Из скольких (N)", 10),
    ("Ответили", 10),
    ("Спрошено", 10),
    ("Примечание", 36),
)
_EXPLAINED = (8, 60, 45, 30, 20)  # widths of the columns of explanations
_VALUE, _SUMS, _NOTE = 3, 4, 8
_LETTERS = 140  # in one line of a row that spans the sheet
_LINE = 15.75  # points
_OLDEST = datetime(1980, 1, 1, tzinfo=UTC)  # as the parts of the file are dated: a document without a date of its own


def write(form: Form, monitoring: Monitoring, document: Document) -> bytes:
    """One sheet with the form, one with its explanations, one with the provenance."""
    made, places = BytesIO(), monitoring.district.publication.decimals
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(made, options) as book:
        book.set_properties(
            {
                "title": printable(document.title),
                "subject": printable(document.subject),
                "created": (document.made or _OLDEST).replace(tzinfo=None),
            }
        )
        looks = _looks(book, sorted({_number(line.indicator.unit, places) for line in form.lines}))
        _form(book.add_worksheet("Форма"), form, monitoring, document.title, looks)
        tables = [block for block in document.blocks if isinstance(block, Table)][1:]
        if tables:
            _explanations(book.add_worksheet("Пояснения"), tables, looks)
        _lines(book.add_worksheet("Происхождение"), document.foot, looks)
    return made.getvalue()


def _looks(book: Workbook, numbers: Sequence[str]) -> Mapping[str, Format]:
    wrapped: dict[str, Any] = {"text_wrap": True, "valign": "top", "font_name": "Times New Roman", "font_size": 11}
    framed = wrapped | {"border": 1, "border_color": "#8a8f98"}
    return {
        "title": book.add_format(wrapped | {"bold": True, "align": "center", "font_size": 13}),
        "under": book.add_format(wrapped | {"align": "center"}),
        "head": book.add_format(framed | {"bold": True, "bg_color": "#d5deea", "valign": "vcenter"}),
        "section": book.add_format(framed | {"bold": True, "bg_color": "#e8edf4"}),
        "text": book.add_format(framed),
        "absent": book.add_format(framed | {"align": "right", "font_color": "#555555"}),
        "count": book.add_format(framed | {"align": "right", "num_format": "#,##0.##"}),
        "whole": book.add_format(framed | {"align": "right", "num_format": "#,##0"}),
        "plain": book.add_format(wrapped),
        "caption": book.add_format({key: look for key, look in wrapped.items() if key != "text_wrap"} | {"bold": True}),
        **{name: book.add_format(framed | {"align": "right", "bold": True, "num_format": name}) for name in numbers},
    }


def _number(unit: str, places: int) -> str:
    """Excel shows the comma or the point of its own country; the value keeps all its digits."""
    digits = f"#,##0.{'0' * places}" if places else "#,##0"
    quoted = printable(unit).replace('"', "”")
    return f'{digits}"{NBSP}{quoted}"' if quoted else digits


def _form(sheet: Worksheet, form: Form, monitoring: Monitoring, title: str, looks: Mapping[str, Format]) -> None:
    last = len(_HEAD) - 1
    _spanning(sheet, 0, title, looks["title"], last, lines=2)
    _spanning(sheet, 1, f"за {form.period.title}", looks["under"], last)
    head = 3
    for column, (name, width) in enumerate(_HEAD):
        sheet.set_column(column, column, width)
        sheet.write_string(head, column, name, looks["head"])
    sheet.set_row(head, 2 * _LINE)
    row = head + 1
    for section, lines in groupby(form.lines, key=lambda line: line.section):
        if section.title:
            _spanning(sheet, row, section.title, looks["section"], last)
            row += 1
        for line in lines:
            _line(sheet, row, line, monitoring, looks)
            row += 1
    sheet.freeze_panes(head + 1, 2)
    sheet.repeat_rows(head)
    _printed(sheet)


def _line(sheet: Worksheet, row: int, line: Line, monitoring: Monitoring, looks: Mapping[str, Format]) -> None:
    places, value = monitoring.district.publication.decimals, line.value
    texts = (f"{line.number}.", line.indicator.title, notes.sources(line))
    for column, text in enumerate(texts):
        sheet.write_string(row, column, printable(text), looks["text"])
    if value is None or value.value is None:
        sheet.write_string(row, _VALUE, notes.shown(value, line.indicator.unit, places), looks["absent"])
    else:
        sheet.write_number(row, _VALUE, value.value, looks[_number(line.indicator.unit, places)])
    sums = (
        (value.numerator, value.denominator) if value and value.value is not None and line.nature != "derived" else ()
    )
    asked = (value.reported, value.expected) if value and value.expected else ()
    for column, number in enumerate((*(sums or (None, None)), *(asked or (None, None))), start=_SUMS):
        if number is None:
            sheet.write_blank(row, column, None, looks["text"])
        else:
            sheet.write_number(row, column, number, looks["whole" if float(number).is_integer() else "count"])
    note = printable("; ".join(beside(line, places)))
    sheet.write_string(row, _NOTE, note, looks["text"])
    columns = zip((*texts, note), (0, 1, 2, _NOTE), strict=True)
    sheet.set_row(row, _LINE * max(_lines_of(text, _HEAD[column][1]) for text, column in columns))


def _spanning(sheet: Worksheet, row: int, text: str, look: Format, last: int, lines: int = 1) -> None:
    """A row whose only cell spans the sheet; Excel does not find the height of such a row itself."""
    shown = printable(text)
    sheet.merge_range(row, 0, row, last, "", look)
    sheet.write_string(row, 0, shown, look)
    sheet.set_row(row, _LINE * max(lines, _lines_of(shown, _LETTERS)))


def _explanations(sheet: Worksheet, tables: Sequence[Table], looks: Mapping[str, Format]) -> None:
    for column, width in enumerate(_EXPLAINED):
        sheet.set_column(column, column, width)
    row = 0
    for table in tables:
        sheet.write_string(row, 0, printable(table.caption), looks["caption"])
        for offset, texts in enumerate((table.head, *(line.cells for line in table.rows)), start=1):
            look, words = looks["head" if offset == 1 else "text"], [printable(_words(cell)) for cell in texts]
            for column, text in enumerate(words):
                sheet.write_string(row + offset, column, text, look)
            heights = [_lines_of(text, width) for text, width in zip(words, _EXPLAINED, strict=False)]
            sheet.set_row(row + offset, _LINE * max(heights))
        row += len(table.rows) + 3
    _printed(sheet)


def _lines_of(text: str, width: int) -> int:
    """How many lines a wrapped text takes: LibreOffice does not find the height of rows, Excel does."""
    return max(1, ceil(len(text) / (width * 1.1)))


def _words(cell: Text | Cell) -> str:
    text = cell.text if isinstance(cell, Cell) else cell
    return text if isinstance(text, str) else "".join(run.text for run in text)


def _lines(sheet: Worksheet, lines: Sequence[str], looks: Mapping[str, Format]) -> None:
    sheet.set_column(0, 0, 120)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, printable(line), looks["plain"])
    _printed(sheet)


def _printed(sheet: Worksheet) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.79, right=0.39, top=0.79, bottom=0.79)
    sheet.set_footer("&C&P из &N")
