"""How the answers lie in files: CSV in the early years, a workbook per organisation later, and the planted mistakes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO, StringIO

from attrs import evolve, frozen

from profdev_indicators.demo.answers import Answers
from profdev_indicators.demo.organisations import Organisation
from profdev_indicators.demo.questions import Question, card, diagnostics, mouo, organisations, sites
from profdev_indicators.errors import RequestError

Told = Sequence[tuple[Organisation, Answers]]  # one year: who exists and what is true of it
Row = tuple[str, ...]

_NAME = "Организация"
_FIRST_YEAR, _SECOND_YEAR, _LAST_YEAR = 2019, 2020, 2022  # where the mistakes are planted
_ENCODINGS = {_FIRST_YEAR: "cp1251", _SECOND_YEAR: "utf-8-sig"}  # cards came as tables in these years
# Different hands write «no» and «yes» differently; which hand is a matter of the organisation.
_HANDS = (("нет", "да"), ("Нет", "Да"), ("нет", "имеется"), ("нет", "есть"), ("0", "1"))
_TOLD_TWICE = "МКОУ «СОШ с. Мнимое»"
_TOLD_OTHERWISE = "МКДОУ «Детский сад «Понарошку» с. Вымышленное»"
_STRANGER = "МКОУ «СОШ № 99 г. Неведомск»"  # in no roster

# Cells which do not say what is true: (year, organisation, item) → what stands there instead.
_MISWRITTEN: Mapping[tuple[int, str, str], str] = {
    (2019, "d06", "n_ped"): "{} чел.",
    (2022, "s04", "n_young"): "50",  # of 42 teachers
    (2022, "d03", "n_dpp"): "85%",
    (2022, "d07", "plan_deficits"): "сайт недоступен",
    (2022, "d07", "mo_decision"): "сайт недоступен",
}
_LOST_LINKS = frozenset({(2022, "s03", "n_network")})
_SILENT = frozenset({(2022, "s07")})  # sent neither the card nor its own figures


@frozen(kw_only=True)
class Table:
    """One table of answers before it is written."""

    path: str  # relative to the folder of data
    headings: Row
    rows: tuple[Row, ...]


def roster(organisations: Iterable[Organisation]) -> bytes:
    """``units.csv``: one row per dated version of an organisation."""
    rows = tuple(
        (
            one.id,
            version.name,
            one.kind,
            one.cluster,
            "; ".join(one.aliases),
            version.valid_from.isoformat() if version.valid_from else "",
            version.valid_to.isoformat() if version.valid_to else "",
        )
        for one in organisations
        for version in one.versions
    )
    headings = ("id", "name", "kind", "cluster", "aliases", "valid_from", "valid_to")
    return _csv(Table(path="units.csv", headings=headings, rows=rows), "utf-8")


def year_of_files(year: int, told: Told) -> Mapping[str, bytes]:
    """The files of one year by path: cards, diagnostics, the check of sites, the office's and the schools' own figures.

    Raises:
        RequestError: the extra ``xlsx`` is not installed, and the cards of this year are workbooks.
    """
    heard = tuple((one, answers) for one, answers in told if (year, one.id) not in _SILENT)
    tables = (
        _table(f"{year}/diagnostics.csv", year, told, diagnostics()),
        _table(f"{year}/sites.csv", year, told, sites()),
        _table(f"{year}/mouo.csv", year, told, mouo()),
        _table(f"{year}/organisations.csv", year, heard, organisations()),
    )
    files = {table.path: _csv(table, "utf-8-sig") for table in tables}
    return {**files, **_cards(year, heard)}


def _cards(year: int, heard: Told) -> Mapping[str, bytes]:
    """One table for all in the first two years; afterwards a workbook from each."""
    if year in _ENCODINGS:
        table = _with_mistakes(year, _table(f"{year}/cards/cards.csv", year, heard, card()))
        return {table.path: _csv(table, _ENCODINGS[year])}
    each = (_table(f"{year}/cards/{one.id}.xlsx", year, ((one, answers),), card()) for one, answers in heard)
    return {table.path: _workbook(table, datetime(year, 12, 1, 9)) for table in each}  # noqa: DTZ001 - Excel knows no zone


def _table(path: str, year: int, told: Told, questions: Sequence[Question]) -> Table:
    headings = [_NAME]
    for question in questions:
        headings += [question.title, f"{question.item}.link"] if question.link else [question.title]
    return Table(
        path=path,
        headings=tuple(headings),
        rows=tuple(_row(year, one, answers, questions) for one, answers in told),
    )


def _row(year: int, one: Organisation, answers: Answers, questions: Sequence[Question]) -> Row:
    cells = [_called(year, one)]
    for question in questions:
        cells.append(_cell(year, one, question, answers[question.item]))
        if question.link:
            proved = answers[question.item] > 0 and (year, one.id, question.item) not in _LOST_LINKS
            cells.append(question.link.format(unit=one.id, year=year) if proved else "")
    return tuple(cells)


def _called(year: int, one: Organisation) -> str:
    """How the organisation is written: as the roster has it, but for one which prefers its other names."""
    version = one.version(year)
    if one.aliases:
        return one.aliases[year % len(one.aliases)]
    return version.name if version else one.id


def _cell(year: int, one: Organisation, question: Question, answer: int) -> str:
    written = _MISWRITTEN.get((year, one.id, question.item))
    if written is not None:
        return written.format(answer)
    return _HANDS[sum(map(ord, one.id)) % len(_HANDS)][answer] if question.flag else str(answer)


def _with_mistakes(year: int, cards: Table) -> Table:
    """What a table put together by hand collects: a repeated row, a stranger, and a line of totals."""
    rows = {row[0]: row for row in cards.rows}
    if year == _FIRST_YEAR:
        added: tuple[Row, ...] = (rows[_TOLD_TWICE],)
    else:
        iom = cards.headings.index(next(question.title for question in card() if question.item == "n_iom"))
        again = rows[_TOLD_OTHERWISE]
        added = ((*again[:iom], str(int(again[iom]) + 1), *again[iom + 1 :]), (_STRANGER, *again[1:]))
    return evolve(cards, rows=(*cards.rows, *added, _totals(cards.rows)))


def _totals(rows: Sequence[Row]) -> Row:
    columns = list(zip(*rows, strict=True))[1:]
    sums = (str(sum(map(int, column))) if all(cell.isdigit() for cell in column) else "" for column in columns)
    return ("Итого", *sums)


def _csv(table: Table, encoding: str) -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows((table.headings, *table.rows))
    return text.getvalue().encode(encoding)


def _workbook(table: Table, written: datetime) -> bytes:
    try:
        import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra; only workbooks want it
    except ImportError as error:
        raise RequestError(
            "карты примера — книги Excel, а библиотеки для них нет: pip install 'profdev-indicators[xlsx]'"
        ) from error
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": written})  # otherwise the clock gets into the bytes
        sheet = book.add_worksheet("Карта")
        sheet.write_row(0, 0, table.headings, book.add_format({"bold": True, "text_wrap": True}))
        for number, row in enumerate(table.rows, start=1):
            sheet.write_row(number, 0, [int(cell) if cell.isdigit() else cell for cell in row])
        sheet.set_column(0, len(table.headings) - 1, 18)
    return stream.getvalue()
