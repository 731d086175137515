"""A workbook as a printer sees it: pages filled from top to bottom, texts that stay texts, the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil

import xlsxwriter
from attrs import define, field, frozen
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from profdev_reports.charts.lettering import plain, width, wrapped

MOST_ROWS = 1_048_576
"""Of a sheet, in every program that opens one."""

_LONGEST_NAME = 31
_LONGEST_TEXT = 32_767  # UTF-16 units of a cell
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_RESERVED = "history"  # Excel takes no sheet of this name
_A4 = 9
_EVERYWHERE = "A1:XFD1048576"
_PIXELS = 7.0  # of a unit of a column's width
_ROW = 15.0  # points
_LETTER = 11.2  # pixels
_LOST = 1.1
_BROKEN_LINE = 0.15  # of a line: what words that do not fit leave empty
_MOST_LINES = 27  # a row cannot be higher
_MOST_LETTERS = 4000
_NEVER = datetime(1980, 1, 1)  # noqa: DTZ001 - Excel knows no zones; where no source has a date, a file must have one

Look = Mapping[str, str | int | float | bool]
"""Properties of a format, by XlsxWriter's names."""

PLAIN: Look = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#d3d9e0"}
NUMBER: Look = {"valign": "top", "align": "right", "border": 1, "border_color": "#d3d9e0"}
BOLD: Look = {**PLAIN, "bold": True}
CENTRE: Look = {**NUMBER, "align": "center"}
_HEAD: Look = {
    "bold": True,
    "text_wrap": True,
    "align": "center",
    "valign": "vcenter",
    "bg_color": "#1f4e79",
    "font_color": "#ffffff",
    "border": 1,
    "border_color": "#ffffff",
}
_BAND: Look = {"bold": True, "bg_color": "#dde7f1"}
_TITLE: Look = {"bold": True, "font_size": 14, "valign": "vcenter", "text_wrap": True}
_NOTE: Look = {"text_wrap": True, "valign": "top", "font_color": "#3d4852"}


@frozen
class Cell:
    """A value with a look of its own."""

    value: str | float | None
    look: Look


Given = Cell | str | float | None
"""A text, a number, nothing; a number keeps all its digits whatever its look shows."""


@define
class Binding:
    """The whole book."""

    _file: io.BytesIO
    _book: xlsxwriter.Workbook
    _looks: dict[tuple[tuple[str, str | int | float | bool], ...], Format]
    _names: set[str]

    @classmethod
    def open(cls, title: str, made: datetime | None) -> Binding:
        """An empty book; its date is that of the newest source."""
        file = io.BytesIO()
        options = {
            "constant_memory": True,  # a hundred thousand values would take half a gigabyte
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        }
        book = xlsxwriter.Workbook(file, options)
        book.set_properties({"title": plain(title), "created": made.replace(tzinfo=None) if made else _NEVER})
        return cls(file, book, {}, set())

    def page(self, name: str, widths: Sequence[float]) -> Page:
        """A new sheet whose columns are so many letters wide."""
        sheet = self._book.add_worksheet(self._named(name))
        for column, letters in enumerate(widths):
            sheet.set_column(column, column, letters)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_header("&L&A")
        sheet.set_footer("&RСтраница &P из &N")
        sheet.hide_gridlines(2)
        sheet.ignore_errors({"number_stored_as_text": _EVERYWHERE})  # codes of criteria: «1.1» is no number
        return Page(sheet, self, tuple(widths))

    def look(self, look: Look) -> Format:
        """The format with these properties, made once."""
        key = tuple(sorted(look.items()))
        if key not in self._looks:
            self._looks[key] = self._book.add_format(dict(look))
        return self._looks[key]

    def close(self) -> bytes:
        """The file."""
        self._book.close()
        return self._file.getvalue()

    def _named(self, name: str) -> str:
        """A name a sheet may have, and no other sheet has."""
        words = plain(_NO_NAME.sub(" ", name)).strip("' ") or "Лист"
        for tail in _tails():
            tried = f"{_short(words, _LONGEST_NAME - len(tail))}{tail}"
            if tried.lower() not in self._names and tried.lower() != _RESERVED:
                self._names.add(tried.lower())
                return tried
        raise AssertionError(name)  # there is no end of tails


def _short(words: str, most: int) -> str:
    """At most so many letters; cut between words where that leaves enough."""
    if len(words) <= most:
        return words
    whole = words[: most + 1].rpartition(" ")[0]
    return (whole if len(whole) > most // 2 else words[:most]).rstrip("' ")


def _tails() -> Iterator[str]:
    yield ""
    number = 2
    while True:
        yield f" ({number})"
        number += 1


@define
class Page:
    """A sheet, written row after row."""

    sheet: Worksheet
    _binding: Binding
    _widths: tuple[float, ...]
    row: int = field(default=0, init=False)  # the next one to be written

    def title(self, text: str) -> None:
        """The title of the sheet, across it."""
        self._across(text, _TITLE, 20.0)

    def note(self, text: str) -> None:
        """Words across the sheet."""
        self._across(text, _NOTE, _ROW)

    def gap(self) -> None:
        """An empty row."""
        self.row += 1

    def head(self, titles: Sequence[str], *, freeze: int = 0, last: int | None = None) -> None:
        """Headings, which stay in sight and are repeated on paper; ``freeze`` so many columns beside them.

        ``last``: the row below which nothing is filtered, where that is known before it is written.
        """
        self.sheet.set_row(self.row, self.height(titles) + 3)
        for column, text in enumerate(titles):
            self.sheet.write_string(self.row, column, plain(text), self._binding.look(_HEAD))
        self.sheet.freeze_panes(self.row + 1, freeze)
        self.sheet.repeat_rows(self.row)
        if last is not None and last > self.row:
            self.sheet.autofilter(self.row, 0, min(last, MOST_ROWS - 1), len(titles) - 1)
        self.row += 1

    def line(self, cells: Sequence[Given], *, level: int = 0, least: float = _ROW) -> None:
        """One row, as high as its longest text and no lower than ``least``; ``level`` of the outline."""
        self.sheet.set_row(self.row, max(self.height(cells), least), None, {"level": level} if level else {})
        for column, cell in enumerate(cells):
            self.put(column, cell)
        self.row += 1

    def band(self, text: str) -> None:
        """A coloured row with words which run over its empty cells; merged ones could not be sorted."""
        for column in range(1, len(self._widths)):
            self.sheet.write_blank(self.row, column, None, self._binding.look(_BAND))
        self.sheet.write_string(self.row, 0, text_of(text), self._binding.look(_BAND))
        self.row += 1

    def put(self, column: int, given: Given) -> None:
        """One cell of the row that is being written."""
        value, look = (given.value, given.look) if isinstance(given, Cell) else (given, None)
        if value is None or value == "":
            self.sheet.write_blank(self.row, column, None, self._binding.look(look or PLAIN))
        elif isinstance(value, str):
            self.sheet.write_string(self.row, column, text_of(value), self._binding.look(look or PLAIN))
        else:
            self.sheet.write_number(self.row, column, value, self._binding.look(look or NUMBER))

    def look(self, look: Look) -> Format:
        """A format of the book."""
        return self._binding.look(look)

    def height(self, cells: Sequence[Given], widths: Sequence[float] | None = None) -> float:
        """How high a row must be for its longest text, in points: not every program finds out by itself."""
        texts = (cell.value if isinstance(cell, Cell) else cell for cell in cells)
        needed = (
            _long(text) / (letters * _PIXELS)
            for text, letters in zip(texts, widths or self._widths, strict=False)
            if isinstance(text, str)
        )
        longest = max(needed, default=1.0)
        return _ROW * min(ceil(longest + _BROKEN_LINE) if longest > 1 else 1, _MOST_LINES)

    def _across(self, text: str, look: Look, height: float) -> None:
        words = text_of(text)
        room = sum(self._widths) * _PIXELS
        lines = len(wrapped(words, _LETTER * height / _ROW, room)) or 1
        self.sheet.set_row(self.row, height * lines)
        if len(self._widths) > 1:
            self.sheet.merge_range(self.row, 0, self.row, len(self._widths) - 1, "", self._binding.look(look))
        self.sheet.write_string(self.row, 0, words, self._binding.look(look))
        self.row += 1


@lru_cache(maxsize=10_000)
def _long(text: str) -> float:
    """Pixels of a text in one line, with what is lost at the ends of lines; titles repeat."""
    most = text[:_MOST_LETTERS]
    return width(most, _LETTER) * _LOST


def text_of(text: str) -> str:
    """What a cell takes of a text: no more than it holds, nothing that XML forbids."""
    words = plain(text)
    units = words.encode("utf-16-le")
    if len(units) <= 2 * _LONGEST_TEXT:
        return words
    return units[: 2 * (_LONGEST_TEXT - 1)].decode("utf-16-le", errors="ignore") + "…"
