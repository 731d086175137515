"""How the answers lie in tables: who sends them, in which encoding, and what a table put together by hand collects."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.demo.answers import Answers
from profdev_indicators.demo.decided import DECIDED
from profdev_indicators.demo.mistakes import LOST_LINKS, MISWRITTEN, SILENT
from profdev_indicators.demo.organisations import Organisation
from profdev_indicators.demo.people import COLUMNS, year_of_people
from profdev_indicators.demo.questions import Question, card, diagnostics, mouo, organisations, sites

Told = Sequence[tuple[Organisation, Answers]]  # one year: who exists and what is true of it
Row = tuple[str, ...]

_NAME = "Организация"
_FIRST_YEAR, _SECOND_YEAR = 2019, 2020
_ENCODINGS = {_FIRST_YEAR: "cp1251", _SECOND_YEAR: "utf-8-sig"}  # cards came as tables in these years
# Different hands write «no» and «yes» differently; which hand is a matter of the organisation.
_HANDS = (("нет", "да"), ("Нет", "Да"), ("нет", "имеется"), ("нет", "есть"), ("0", "1"))
_TYPES: Mapping[str, pl.DataType] = {"text": pl.String(), "flag": pl.Boolean(), "integer": pl.Int64()}
_TOLD_TWICE = "МКОУ «СОШ с. Мнимое»"
_TOLD_OTHERWISE = "МКДОУ «Детский сад «Понарошку» с. Вымышленное»"
_STRANGER = "МКОУ «СОШ № 99 г. Неведомск»"  # in no roster


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
            one.inn,
            one.ogrn,
            "; ".join(one.aliases),
            version.valid_from.isoformat() if version.valid_from else "",
            version.valid_to.isoformat() if version.valid_to else "",
        )
        for one in organisations
        for version in one.versions
    )
    headings = ("id", "name", "kind", "cluster", "inn", "ogrn", "aliases", "valid_from", "valid_to")
    return _csv(Table(path="units.csv", headings=headings, rows=rows), "utf-8")


def register() -> bytes:
    """``decisions.csv``: what the department has decided, for whom, and how they were chosen."""
    headings = (
        *("Номер", "Мера", "Показатели", "Организации", "Основание", "Начало", "Период оценки"),
        *("Ожидаемый эффект, п.п.", "Как отобраны", "По данным за", "Исполнено"),
    )
    return _csv(Table(path="decisions.csv", headings=headings, rows=DECIDED), "utf-8-sig")


def year_of_tables(year: int, told: Told) -> Mapping[str, bytes]:
    """The tables of one year by path; cards are among them only in the first two years."""
    tables = (
        _table(f"{year}/diagnostics.csv", year, told, diagnostics()),
        _table(f"{year}/sites.csv", year, told, sites()),
        _table(f"{year}/mouo.csv", year, told, mouo()),
    )
    return {**{table.path: _csv(table, "utf-8-sig") for table in tables}, **_of_organisations(year, told)}


def year_of_register(year: int, told: Told) -> Mapping[str, bytes]:
    """The register of teachers of one year, twice: as columns with types, and as a text table people can open."""
    rows = [job.row() for job in year_of_people(year, told)]
    with_types = BytesIO()
    schema = {column: _TYPES[kind] for column, kind in COLUMNS.items()}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(with_types)
    texts = tuple(tuple(map(_told_of_a_person, row)) for row in rows)
    table = Table(path=f"register/{year}.csv", headings=tuple(COLUMNS), rows=texts)
    return {f"register/{year}.parquet": with_types.getvalue(), table.path: _csv(table, "utf-8-sig")}


def typed(year: int, one: Organisation, question: Question, answer: int) -> str | None:
    """What an organisation writes instead of its answer; None: nothing of its own."""
    written = MISWRITTEN.get((year, one.id, question.item))
    return None if written is None else written.format(answer)


def link(year: int, one: Organisation, question: Question, answers: Answers) -> str:
    """The address of the evidence; empty: there is none, or nobody asks for it."""
    proved = answers[question.item] > 0 and (year, one.id, question.item) not in LOST_LINKS
    return question.link.format(unit=one.id, year=year) if proved else ""


def _of_organisations(year: int, told: Told) -> Mapping[str, bytes]:
    """What the organisations say themselves: one table for all in the first two years; afterwards they send cards."""
    if year not in _ENCODINGS:
        return {}
    heard = tuple((one, answers) for one, answers in told if (year, one.id) not in SILENT)
    cards = _with_mistakes(year, _table(f"{year}/cards/cards.csv", year, heard, card()))
    own = _table(f"{year}/organisations.csv", year, heard, organisations())
    return {cards.path: _csv(cards, _ENCODINGS[year]), own.path: _csv(own, "utf-8-sig")}


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
            cells.append(link(year, one, question, answers))
    return tuple(cells)


def _called(year: int, one: Organisation) -> str:
    """How the organisation is written: as the roster has it, but for one which prefers its other names."""
    version = one.version(year)
    if one.aliases:
        return one.aliases[year % len(one.aliases)]
    return version.name if version else one.id


def _cell(year: int, one: Organisation, question: Question, answer: int) -> str:
    written = typed(year, one, question, answer)
    if written is not None:
        return written
    return _HANDS[sum(map(ord, one.id)) % len(_HANDS)][answer] if question.flag else str(answer)


def _told_of_a_person(cell: str | int | bool | None) -> str:  # noqa: FBT001 - a cell is no switch
    if isinstance(cell, bool):
        return "да" if cell else "нет"
    return "" if cell is None else str(cell)


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
