"""One card as a workbook: the sheet a director sees, and the hidden marks by which the program knows it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from functools import cached_property
from importlib.metadata import version
from io import BytesIO
from itertools import groupby
from types import ModuleType
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from profdev_indicators.builtin.readers import cardsheets as marks
from profdev_indicators.builtin.readers.spreadsheets.pages import letters
from profdev_indicators.errors import RequestError
from profdev_indicators.intake.cards import codes as cardcodes
from profdev_indicators.intake.cards import texts as cardtexts
from profdev_indicators.intake.cards.checks import Places, accepted, check, remarks, status, untouched, untouched_status
from profdev_indicators.intake.cards.form import Card, Question, answer
from profdev_indicators.intake.cards.layout import height
from profdev_indicators.intake.cards.style import (
    FONT,
    FRAGMENTS,
    LARGE,
    LOOKS,
    REMARKS,
    SIZE,
    SMALL,
    SMALLEST,
    WRONG_ANSWER,
)

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_WIDTHS = {
    marks.NUMBER: 5.0,
    marks.TITLE: 70.0,
    marks.LAST: 11.0,
    marks.VALUE: 14.0,
    marks.LINK: 30.0,
    marks.CHECK: 40.0,
}
_INDENT = 1.5  # of a column's width: what one step of an indent takes
_KEYS = 0  # the hidden column of keys
_TALLEST_TOP = 190.0  # points: more than this frozen on top leaves no room for questions on a small screen
_A4 = 9
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.45, "bottom": 0.6}  # inches
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_DEFAULT_FORMAT = {"font_name": FONT, "font_size": SIZE}
_ALLOWED = {"select_locked_cells": True, "select_unlocked_cells": True, "format_columns": True, "format_rows": True}


def workbook(card: Card) -> bytes:
    """The card as XLSX; the same card gives the same bytes.

    Raises:
        RequestError: the extra ``xlsx`` is not installed.
    """
    stream = BytesIO()
    # XlsxWriter writes into the format it is given: the second book of a run would differ from the first.
    options = {**_OPTIONS, "default_format_properties": dict(_DEFAULT_FORMAT)}
    with _library().Workbook(stream, options) as book:
        book.set_properties(
            {
                "title": cardtexts.shown(f"{card.district.card.title}: {card.unit.name}")[:200],
                "subject": card.period.title,
                # Otherwise the clock gets into the bytes.
                "created": datetime.combine(card.period.start, time(9)),
            }
        )
        _Page(card=card, book=book, sheet=book.add_worksheet(marks.SHEET)).draw()
    return stream.getvalue()


def _library() -> ModuleType:
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra; only workbooks want it
    except ImportError as error:
        message = "карта — книга Excel, а библиотеки для неё нет: pip install 'profdev-indicators[xlsx]'"
        raise RequestError(message) from error
    module: ModuleType = xlsxwriter
    return module


@frozen(kw_only=True)
class _Rows:
    """Where the questions stand: rows from zero."""

    first: int
    last: int
    questions: Mapping[str, int]  # by the id of the item


@define(kw_only=True, slots=False)
class _Page:
    """A sheet being drawn from top to bottom."""

    card: Card
    book: Workbook
    sheet: Worksheet
    row: int = field(default=0)  # the next one
    formats: dict[str, Format] = field(factory=dict)

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """Numbers of the columns by role; nobody needs a column which would stay empty."""
        questions = self.card.questions
        without = set()
        if all(question.before is None for question in questions):
            without.add(marks.LAST)
        if all(question.item.evidence == "none" for question in questions):
            without.add(marks.LINK)
        return {role: n for n, role in enumerate((role for role in _WIDTHS if role not in without), start=_KEYS + 1)}

    @property
    def rightmost(self) -> int:
        return self.columns[marks.CHECK]

    def draw(self) -> None:
        """The whole sheet."""
        self._marks()
        top = self.row
        status_row = self._top()
        head = self.row
        self._headings()
        self._frame(top, head)
        self._note()
        first = self.row
        self._organisation()
        rows = self._laid_out()
        places = self._places(rows)
        for group, questions in groupby(self._grouped(), key=lambda pair: pair[0]):
            if group:
                self._merged(cardtexts.shown(group), "group", SIZE, bold=True)
            for _, question in questions:
                self._question(question, places)
        self._status(status_row, rows, first)
        self._highlight(first, rows.last)
        self._print(top, head, rows.last)

    # --- the marks ---------------------------------------------------------------------------------------------

    def _marks(self) -> None:
        self.sheet.write_string(self.row, _KEYS, marks.MARK)
        for role, column in self.columns.items():
            self.sheet.write_string(self.row, column, role)
        self._hide()
        district = self.card.district
        facts = {
            marks.DISTRICT: district.id,
            marks.CONFIG: district.digest,
            marks.VERSION: version("profdev-indicators"),
            marks.PERIOD: str(self.card.period),
            marks.UNIT: self.card.unit.id,
        }
        for key, value in facts.items():
            self.sheet.write_string(self.row, _KEYS, key)
            self.sheet.write_string(self.row, self.columns[marks.VALUE], value, self._look("hidden"))
            self._hide()

    def _hide(self) -> None:
        self.sheet.set_row(self.row, None, None, {"hidden": True})
        self.row += 1

    # --- above the questions -----------------------------------------------------------------------------------

    def _top(self) -> int:
        """The lines above the table; gives the row of the live one."""
        self._merged(cardtexts.shown(self.card.district.card.title), "title", LARGE, bold=True)
        self._merged(cardtexts.subtitle(self.card), "subtitle", SIZE)
        self._merged(cardtexts.where_to(self.card), "deadline", SIZE, bold=True)
        self._merged(cardtexts.ADVICE, "advice", SIZE)
        self._merged(" ", "status", SIZE, bold=True)
        return self.row - 1

    def _headings(self) -> None:
        texts = cardtexts.headings(self.card.period.previous)
        for role, column in self.columns.items():
            self.sheet.write_string(self.row, column, texts[role], self._look("heading"))
        tall = max(height([(texts[role], SIZE, True)], _WIDTHS[role]) for role in self.columns)
        self._close_row(tall)

    def _note(self) -> None:
        if self.card.district.card.note:
            self._merged(cardtexts.shown(self.card.district.card.note), "note", SIZE)

    def _organisation(self) -> None:
        unit = self.card.unit
        self._merged("Организация", "group", SIZE, bold=True)
        self._fact(marks.NAME, "Название", cardtexts.sound(unit.name), hint=cardtexts.mistake(self.card.district))
        self._fact(marks.INN, "ИНН", unit.inn)
        self._fact(marks.OGRN, "ОГРН", unit.ogrn)

    def _fact(self, key: str, label: str, value: str | None, hint: str = "") -> None:
        row, columns = self.row, self.columns
        left, right = columns[marks.VALUE], columns[marks.CHECK] - 1
        self.sheet.write_string(row, _KEYS, key)
        for role in (marks.NUMBER, marks.LAST):
            if role in columns:
                self.sheet.write_blank(row, columns[role], None, self._look("closed"))
        self._titled(label, hint, "question")
        look = self._look("code" if value is None else "known")
        if key == marks.NAME:
            right += 1
        if left < right:
            self.sheet.merge_range(row, left, row, right, "", look)
        if value is None:
            self.sheet.write_blank(row, left, None, look)
        else:
            self.sheet.write_string(row, left, value, look)
        if key != marks.NAME:
            self._code_check(key, value, self._at(row, left))
        room = sum(_WIDTHS[role] for role, column in columns.items() if left <= column <= right)
        told = height([(value or "", SIZE, False)], room)
        self._close_row(max(told, self._title_height(label, hint)))

    def _code_check(self, key: str, value: str | None, cell: str) -> None:
        look = self._look("check")
        if value is not None:
            self.sheet.write_blank(self.row, self.rightmost, None, look)
            return
        self.sheet.write_formula(self.row, self.rightmost, cardcodes.check(key, cell), look, cardcodes.UNFILLED)
        row, column = self.row, self.columns[marks.VALUE]
        self.sheet.data_validation(
            row,
            column,
            row,
            column,
            {"validate": "any", "input_title": "Только цифры", "input_message": cardcodes.PROMPT},
        )

    # --- the questions -----------------------------------------------------------------------------------------

    def _grouped(self) -> Iterator[tuple[str, Question]]:
        """Every question with the heading under which it stands."""
        group = ""
        for question in self.card.questions:
            group = question.item.group or group
            yield group, question

    def _laid_out(self) -> _Rows:
        """The rows of the questions, known before the first of them is drawn: formulas look both ways."""
        rows, row, group = {}, self.row, ""
        for heading, question in self._grouped():
            row += heading != group
            group = heading
            rows[question.item.id] = row
            row += 1
        return _Rows(first=min(rows.values()), last=max(rows.values()), questions=rows)

    def _places(self, rows: _Rows) -> Places:
        columns = self.columns
        return Places(
            answers={name: self._at(row, columns[marks.VALUE]) for name, row in rows.questions.items()},
            links={name: self._at(row, columns[marks.LINK]) for name, row in rows.questions.items()}
            if marks.LINK in columns
            else {},
            words=self._words(),
            questions={question.item.id: question for question in self.card.questions},
        )

    def _words(self) -> Mapping[str, tuple[str, str]]:
        """Levels stand in two hidden columns: a list of Excel's own may neither be long nor hold a comma."""
        left, row = self.rightmost + 1, self.row
        found = {}
        for item in (question.item for question in self.card.questions if question.item.type == "level"):
            top = row
            for word, points in item.levels.items():
                self.sheet.write_string(row, left, cardtexts.shown(word), self._look("hidden"))
                self.sheet.write_number(row, left + 1, points)
                row += 1
            ends = [f"${letters(column)}${top + 1}:${letters(column)}${row}" for column in (left, left + 1)]
            found[item.id] = (ends[0], ends[1])
        return found

    def _question(self, question: Question, places: Places) -> None:
        item, columns, row = question.item, self.columns, self.row
        self.sheet.write_string(row, _KEYS, item.id)
        self.sheet.write_number(row, columns[marks.NUMBER], question.number, self._look("number"))
        self._titled(cardtexts.asked(item), cardtexts.hint(item), "part" if cardtexts.is_part(item) else "question")
        if marks.LAST in columns:
            before = "" if question.before is None else answer(item, question.before)
            self.sheet.write_string(row, columns[marks.LAST], cardtexts.shown(before), self._look("last"))
        look = {"flag": "word", "level": "word", "date": "day"}.get(item.type, "amount")
        self.sheet.write_blank(row, columns[marks.VALUE], None, self._look(look))
        self._accept(question, places)
        if marks.LINK in columns:
            open_link = item.evidence != "none"
            self.sheet.write_blank(row, columns[marks.LINK], None, self._look("link" if open_link else "closed"))
            if open_link:
                self._prompt(columns[marks.LINK], "Ссылка на подтверждение", cardtexts.link_prompt(item))
        self.sheet.write_formula(
            row, columns[marks.CHECK], check(question, places), self._look("check"), untouched(item)
        )
        told = max(height([(r.sample, SMALL, True)], _WIDTHS[marks.CHECK] - _INDENT) for r in remarks(question, places))
        last = height(
            [("" if question.before is None else answer(item, question.before), SIZE, False)], _WIDTHS[marks.LAST]
        )
        self._close_row(max(told, last, self._title_height(cardtexts.asked(item), cardtexts.hint(item))))

    def _accept(self, question: Question, places: Places) -> None:
        item, row, column = question.item, self.row, self.columns[marks.VALUE]
        rule: dict[str, object] = {"validate": "list", "source": ["да", "нет"]}
        if item.type == "level":
            rule = {"validate": "list", "source": f"={places.words[item.id][0]}"}
        elif item.type != "flag":
            rule = {"validate": "custom", "value": accepted(item, places.answers[item.id])}
        rule |= {
            "input_title": f"Вопрос {question.number}",
            "input_message": cardtexts.prompt(item),
            "error_title": "Так не получится",
            "error_message": cardtexts.refusal(item),
        }
        self.sheet.data_validation(row, column, row, column, rule)

    def _prompt(self, column: int, title: str, message: str) -> None:
        rule = {"validate": "any", "input_title": title, "input_message": message}
        self.sheet.data_validation(self.row, column, self.row, column, rule)

    # --- around them -------------------------------------------------------------------------------------------

    def _status(self, row: int, rows: _Rows, first: int) -> None:
        column = letters(self.rightmost)
        checks, everything = (f"${column}${top + 1}:${column}${rows.last + 1}" for top in (rows.first, first))
        items = [question.item for question in self.card.questions]
        formula, empty = status(checks, everything, len(items)), untouched_status(items)
        self.sheet.write_formula(row, self.columns[marks.NUMBER], formula, self._look("status"), empty)

    def _highlight(self, first: int, last: int) -> None:
        check_column, value = letters(self.rightmost), self.columns[marks.VALUE]
        for mark, look in REMARKS.items():
            rule = {
                "type": "formula",
                "criteria": f'=LEFT(${check_column}{first + 1},1)="{mark}"',
                "format": self.book.add_format(look),
            }
            self.sheet.conditional_format(first, self.rightmost, last, self.rightmost, rule)
        wrong = {
            "type": "formula",
            "criteria": f'=LEFT(${check_column}{first + 1},1)="!"',
            "format": self.book.add_format(WRONG_ANSWER),
        }
        self.sheet.conditional_format(first, value, last, value, wrong)

    def _frame(self, top: int, head: int) -> None:
        """What stays in sight: the headings and all above them, unless that would fill a small screen."""
        self.sheet.hide_gridlines(2)
        self.sheet.set_column(_KEYS, _KEYS, None, None, {"hidden": True})
        for role, column in self.columns.items():
            self.sheet.set_column(column, column, _WIDTHS[role])
        self.sheet.set_column(self.rightmost + 1, self.rightmost + 2, None, None, {"hidden": True})
        if sum(self.heights[row] for row in range(top, head + 1)) <= _TALLEST_TOP:
            self.sheet.freeze_panes(head + 1, 0)
        self.sheet.protect("", _ALLOWED)

    def _print(self, top: int, head: int, last: int) -> None:
        self.sheet.set_landscape()
        self.sheet.set_paper(_A4)
        self.sheet.set_margins(**_MARGINS)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(head)
        self.sheet.print_area(top, self.columns[marks.NUMBER], last, self.rightmost)
        self.sheet.set_footer(cardtexts.footer(self.card))

    # --- cells -------------------------------------------------------------------------------------------------

    @cached_property
    def heights(self) -> dict[int, float]:
        """Points, by row."""
        return {}

    def _close_row(self, tall: float) -> None:
        self.sheet.set_row(self.row, tall)
        self.heights[self.row] = tall
        self.row += 1

    def _merged(self, text: str, look: str, points: float, *, bold: bool = False) -> None:
        """A text across the whole table."""
        left = self.columns[marks.NUMBER]
        self.sheet.merge_range(self.row, left, self.row, self.rightmost, "", self._look(look))
        if text.strip():
            self.sheet.write_string(self.row, left, text, self._look(look))
        self._close_row(height([(text, points, bold)], sum(_WIDTHS[role] for role in self.columns)))

    def _titled(self, text: str, hint: str, look: str) -> None:
        """A question and, smaller, what helps to answer it."""
        column = self.columns[marks.TITLE]
        if not hint:
            self.sheet.write_string(self.row, column, text, self._look(look))
            return
        parts = (self._fragment("asked"), text, self._fragment("hint"), f"\n{hint}")
        self.sheet.write_rich_string(self.row, column, *parts, self._look(look))

    def _title_height(self, text: str, hint: str) -> float:
        return height([(text, SIZE, False), (hint, SMALLEST, False)], _WIDTHS[marks.TITLE] - 2 * _INDENT)

    def _look(self, name: str) -> Format:
        if name not in self.formats:
            self.formats[name] = self.book.add_format(LOOKS[name])
        return self.formats[name]

    def _fragment(self, name: str) -> Format:
        if name not in self.formats:
            self.formats[name] = self.book.add_format(FRAGMENTS[name])
        return self.formats[name]

    def _at(self, row: int, column: int) -> str:
        return f"${letters(column)}{row + 1}"
