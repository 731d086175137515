"""What a book tells: its cards where it holds any, else the table on one of its sheets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from profdev_indicators.builtin.readers.cards import Card, find_card, find_retyped, notes_of, problems_of
from profdev_indicators.builtin.readers.grids import Grid, UnreadableError
from profdev_indicators.builtin.readers.headers import Header, Known, find_header
from profdev_indicators.builtin.readers.spreadsheets.books import Book, open_book
from profdev_indicators.builtin.readers.spreadsheets.pages import Page, letters
from profdev_indicators.errors import Problem
from profdev_indicators.model import Request
from profdev_indicators.periods import Period


def read_book(
    path: Path, request: Request, known: Known, *, period: Period | None, sheet: str | None, header: int | None
) -> tuple[Grid, ...]:
    """The tables and cards of a book, whose cells are texts as a person sees them.

    Every visible sheet with the mark of a card is a card, whatever ``sheet`` says. Where there is none, one sheet
    holds a table; and where that has hardly a question in its headings, it may be a card typed anew.

    Args:
        path: the book.
        request: what is asked.
        known: the headings somebody looks for.
        period: of the folder, to compare with that of a card.
        sheet: name of the sheet with the table; None: the first visible one.
        header: number of the heading row; None: find it.

    Raises:
        UnreadableError: it is no book, is protected, cut, or unpacks into more than any table needs.
        OSError: it cannot be opened.
    """
    state = path.stat()
    key = (path, state.st_size, state.st_mtime_ns)
    cards: tuple[Card | Grid, ...] | None = request.opened.get(key)
    if cards is None:
        book = open_book(path)
        cards = tuple(_cards(book)) if book.may_hold_a_card else ()
    if cards:
        request.opened.keep(key, cards)
        return tuple(card if isinstance(card, Grid) else _asked(card, request, period) for card in cards)
    page = book.page(book.named(sheet))
    found = find_header(page.head, known, forced=header, merged=page.merged)
    if found is None:
        raise _no_header(page, header)
    # A roster has no questions, and whoever names the row of headings means a table.
    if header is None and known.questions and len(known.asked(found.headings.values())) <= 1:
        retyped = tuple(_retyped(book, page, request, period))
        if retyped:
            return retyped
    return (_table(page, found),)


def _cards(book: Book) -> Iterator[Card | Grid]:
    """The cards of a book; of a sheet that cannot be read, the refusal."""
    for name in book.visible:
        try:
            card = find_card(book.page(name))
        except UnreadableError as error:
            yield Grid.refused(error.problem, name)
            continue
        if card is not None:
            yield card


def _retyped(book: Book, page: Page, request: Request, period: Period | None) -> Iterator[Grid]:
    for each in (page, *(book.page(name) for name in book.visible if name != page.name)):
        card = find_retyped(each, request)
        if card is not None:
            yield _asked(card, request, period)


def _asked(card: Card, request: Request, period: Period | None) -> Grid:
    notes = tuple(notes_of(card, request, period))
    return evolve(card.grid, notes=notes, problems=tuple(problems_of(card, request)))


def _no_header(page: Page, header: int | None) -> UnreadableError:
    cell = f"«{page.name}»"
    if not any(cell.strip() for row in page.head for cell in row):
        return UnreadableError(f"лист «{page.name}» пуст", cell=cell)
    message = f"нет строки заголовков: задана строка {header}, а на листе «{page.name}» их {len(page.head)}"
    return UnreadableError(message, cell=cell)


def _table(page: Page, header: Header) -> Grid:
    headed = [column for column, heading in header.headings.items() if heading.strip()]
    notes: tuple[Problem, ...] = ()
    if header.numbered:
        cell = f"«{page.name}», строка {header.first}"
        notes = (Problem(cell=cell, message="строка с номерами столбцов не прочитана"),)
    return Grid(
        frame=page.frame(header.first, headed),
        names=tuple(map(str, headed)),
        headings=tuple(header.headings[column] for column in headed),
        seen=tuple(map(letters, headed)),
        first_row=header.first + 1,
        header_row=header.row + 1,
        sheet=page.name,
        notes=notes,
    )
