"""The book of a collection: who has answered, what is complete, what to mend, who answered twice, which files came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from io import BytesIO
from math import ceil
from types import ModuleType
from typing import Any

from attrs import frozen

from profdev_indicators.errors import RequestError
from profdev_indicators.intake.collect import Collection
from profdev_indicators.results import told
from profdev_indicators.wording import counted, day

NAME = "collect.xlsx"
_SILENT = {"silent": "нет", "unreadable": "нет (или в нечитаемом файле)", "exempt": "освобождена"}
_BORDER, _HEAD, _GOOD, _WARN, _BAD = "#BFBFBF", "#DDEBF7", "#E2EFDA", "#FFF2CC", "#FCE4D6"
_A4 = 9  # as books call it
_LINE = 15.0  # points
_WIDE = 1.15  # of the widths that columns are counted in: a Cyrillic letter, with what wrapping wastes
_TALLEST = 20  # lines; a program shows no row above 409 points


@frozen(kw_only=True)
class _Column:
    title: str
    width: int


@frozen(kw_only=True)
class _Sheet:
    name: str
    heading: str
    columns: tuple[_Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    tints: tuple[str, ...]  # of each row's background; empty: none
    percents: frozenset[int] = frozenset()  # columns shown as percent
    nothing: str = ""  # what stands where there are no rows


def register(collection: Collection) -> bytes:
    """A workbook; the same collection gives the same bytes.

    Raises:
        RequestError: the extra ``xlsx`` is not installed.
    """
    library = _library()
    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with library.Workbook(stream, options) as book:
        # Otherwise the clock gets into the bytes.
        book.set_properties({"created": datetime.combine(collection.today, time(), UTC)})
        formats = _Formats(book)
        for sheet in (
            _answered(collection),
            _complete(collection),
            _remarks(collection),
            _repeats(collection),
            _files(collection),
        ):
            _write(book, formats, sheet)
    return stream.getvalue()


def _library() -> ModuleType:
    try:
        # Only those who write books need it, and it is an extra.
        import xlsxwriter  # noqa: PLC0415
    except ImportError:
        message = "для книги Excel нужна библиотека XlsxWriter: pip install 'profdev-indicators[xlsx]'"
        raise RequestError(message) from None
    module: ModuleType = xlsxwriter
    return module


class _Formats:
    """Formats of cells by background and kind, each made once."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - a library without types
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}
        self.heading = book.add_format({"bold": True, "font_size": 13})
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": _HEAD, "border": 1}
            | {"border_color": _BORDER}
        )

    def cell(self, tint: str, *, percent: bool) -> Any:  # noqa: ANN401 - the same
        """The format of a cell of the table."""
        if (tint, percent) not in self._made:
            look: dict[str, Any] = {"text_wrap": True, "valign": "top", "border": 1, "border_color": _BORDER}
            look |= {"bg_color": tint} if tint else {}
            look |= {"num_format": "0.0%"} if percent else {}
            self._made[tint, percent] = self._book.add_format(look)
        return self._made[tint, percent]


def _write(book: Any, formats: _Formats, sheet: _Sheet) -> None:  # noqa: ANN401 - the same
    page = book.add_worksheet(sheet.name)
    page.write_string(0, 0, sheet.heading, formats.heading)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
        page.write_string(2, at, column.title, formats.head)
    page.set_row(2, _height([column.title for column in sheet.columns], sheet.columns))
    for line, (row, tint) in enumerate(zip(sheet.rows, sheet.tints, strict=True), 3):
        page.set_row(line, _height(row, sheet.columns))
        for at, value in enumerate(row):
            look = formats.cell(tint, percent=at in sheet.percents)
            if value is None or value == "":
                page.write_blank(line, at, None, look)
            elif isinstance(value, str):
                page.write_string(line, at, value, look)  # whatever it begins with, it is no formula
            else:
                page.write_number(line, at, value, look)
    if sheet.rows:
        page.autofilter(2, 0, 2 + len(sheet.rows), len(sheet.columns) - 1)
    else:
        page.write_string(3, 0, sheet.nothing)
    page.freeze_panes(3, min(2, len(sheet.columns) - 1))
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&A&R&P из &N")


def _height(row: Sequence[Any], columns: Sequence[_Column]) -> float:
    """Points for the longest text of a row: not every program finds the height of wrapped text itself."""
    lines = (ceil(len(str(value)) * _WIDE / column.width) for value, column in zip(row, columns, strict=True) if value)
    return _LINE * min(max(lines, default=1), _TALLEST)


# --- the sheets ---------------------------------------------------------------------------------------------------


def _heading(collection: Collection, what: str) -> str:
    deadline = f"; срок — {day(collection.deadline)}" if collection.deadline else ""
    return f"{what}: {collection.district.title}, {collection.period.title}; на {day(collection.today)}{deadline}"


def _answered(collection: Collection) -> _Sheet:
    """Organisations down, sources across."""
    sources = collection.district.sources
    told_by: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in collection.responses.iter_rows(named=True):
        told_by.setdefault(row["unit"], {})[row["source"]] = row
    rows, tints = [], []
    for unit, cells in told_by.items():
        states = [row["state"] for row in cells.values() if row["own"]]
        kind = next(iter(cells.values()))["unit_kind"]
        days = max((row["late"] for row in cells.values() if row["own"] and row["late"]), default=None)
        rows.append(
            (
                collection.names[unit],
                unit,
                collection.district.kinds.get(kind, kind),
                _verdict(states),
                days,
                sum(row["errors"] for row in cells.values()) or None,
                sum(row["warnings"] for row in cells.values()) or None,
                *(_state(cells.get(source.id)) for source in sources),
            )
        )
        tints.append(_tint(states))
    columns = [("Организация", 40), ("id", 7), ("Вид", 20), ("Сама ответила", 14), ("Просрочено, дней", 12)]
    columns += [("Исправить", 11), ("Проверить", 11), *((source.title, 22) for source in sources)]
    return _Sheet(
        name="Кто сдал",
        heading=_heading(collection, "Кто сдал"),
        columns=tuple(_Column(title=title, width=width) for title, width in columns),
        rows=tuple(rows),
        tints=tuple(tints),
        nothing="никого не спрашивают",
    )


def _verdict(states: Sequence[str]) -> str:
    asked = [state for state in states if state != "exempt"]
    given = sum(state in {"answered", "remarks"} for state in asked)
    if not asked:
        return "освобождена" if states else "не спрашивают"
    if given == len(asked):
        return "да, есть замечания" if "remarks" in asked else "да"
    return f"{given} из {len(asked)}" if given else "нет"


def _tint(states: Sequence[str]) -> str:
    if any(state in {"silent", "unreadable"} for state in states):
        return _BAD
    return _WARN if "remarks" in states else _GOOD if "answered" in states else ""


def _state(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "не спрашивают"
    match row["state"]:
        case "answered":
            return "сдано"
        case "remarks":
            return f"сдано; замечаний: {row['errors'] + row['warnings']}"
        case state:
            return _SILENT[state] + (f"; просрочено: {row['late']} дн." if row["late"] else "")


def _complete(collection: Collection) -> _Sheet:
    indicators = {indicator.id: indicator for indicator in collection.district.indicators}
    sources = {source.id: source.title for source in collection.district.sources}
    rows, tints = [], []
    for row in collection.completeness.iter_rows(named=True):
        expected, reported = row["expected"], row["reported"]
        rows.append(
            (
                row["indicator"],
                indicators[row["indicator"]].title,
                sources.get(row["source"], "по другим показателям"),
                expected,
                reported,
                reported / expected if expected else None,
                row["evidenced"],
            )
        )
        tints.append(_GOOD if reported == expected else _WARN if reported else _BAD)
    columns = [("Код", 8), ("Показатель", 60), ("Источник", 40), ("Спрошено организаций", 13)]
    columns += [("Ответ вошёл в расчёт", 13), ("Полнота", 10), ("Со ссылкой, где она нужна", 14)]
    return _Sheet(
        name="Полнота по показателям",
        heading=_heading(collection, "Полнота по показателям"),
        columns=tuple(_Column(title=title, width=width) for title, width in columns),
        rows=tuple(rows),
        tints=tuple(tints),
        percents=frozenset({5}),
        nothing="показателей в этом периоде нет",
    )


def _remarks(collection: Collection) -> _Sheet:
    sources = {source.id: source.title for source in collection.district.sources}
    rows, tints = [], []
    for row in collection.remarks.iter_rows(named=True):
        problem = told(row)
        wrong = row["severity"] == "error"
        rows.append(
            (
                "исправить" if wrong else "проверить",
                collection.names.get(row["unit"], "") if row["unit"] else "организация не узнана",
                row["unit"],
                sources.get(row["source"], row["source"]),
                row["file"],
                problem.cell if problem.cell.startswith("«") else _in_text(row["row"], problem.cell),
                row["item"],
                row["message"],
                row["hint"],
            )
        )
        tints.append(_BAD if wrong else "")
    columns = [("Что делать", 11), ("Организация", 34), ("id", 9), ("Источник", 30), ("Файл", 28)]
    columns += [("Место", 22), ("Вопрос", 14), ("Замечание", 60), ("Как исправить", 40)]
    return _Sheet(
        name="Замечания",
        heading=_heading(collection, "Замечания к ответам"),
        columns=tuple(_Column(title=title, width=width) for title, width in columns),
        rows=tuple(rows),
        tints=tuple(tints),
        nothing="замечаний нет",
    )


def _in_text(row: int | None, heading: str) -> str:
    parts = ([f"строка {row}"] if row else []) + ([f"столбец «{heading}»"] if heading else [])
    return ", ".join(parts)


def _repeats(collection: Collection) -> _Sheet:
    sources = {source.id: source.title for source in collection.district.sources}
    rows, tints = [], []
    for row in collection.repeats.iter_rows(named=True):
        undecided = not (row["same"] or row["decided"])
        verdict = "решите" if undecided else "учтено" if row["counts"] else "не учтено"
        rows.append(
            (
                row["unit_name"],
                row["unit"],
                sources[row["source"]],
                row["file"],
                row["sheet"],
                row["row"],
                verdict,
                row["differs"] or ("с ним сравнивается" if undecided or row["counts"] else "ничем"),
            )
        )
        tints.append(_BAD if undecided else _GOOD if row["counts"] else "")
    columns = [("Организация", 36), ("id", 9), ("Источник", 34), ("Файл", 32), ("Лист", 14), ("Строка", 8)]
    columns += [("Учтено", 11), ("Чем отличается", 60)]
    return _Sheet(
        name="Повторы",
        heading=_heading(collection, "Кто ответил больше одного раза"),
        columns=tuple(_Column(title=title, width=width) for title, width in columns),
        rows=tuple(rows),
        tints=tuple(tints),
        nothing="никто не ответил дважды",
    )


def _files(collection: Collection) -> _Sheet:
    sources = {source.id: source.title for source in collection.district.sources}
    rows = tuple(
        (
            row["file"],
            sources[row["source"]],
            "да" if row["read"] else "нет",
            row["organisations"] if row["read"] else "не опознаны",
            row["rows"],
            row["unknown"],
            row["problem"] or _strangers(row["unknown"]),
        )
        for row in collection.files.iter_rows(named=True)
    )
    tints = tuple(
        _BAD if not row["read"] else _WARN if row["unknown"] else "" for row in collection.files.iter_rows(named=True)
    )
    columns = [("Файл", 44), ("Источник", 44), ("Прочитан", 10), ("Организаций узнано", 14), ("Строк", 8)]
    columns += [("Строк неизвестно чьих", 14), ("Что с ним", 60)]
    return _Sheet(
        name="Файлы",
        heading=_heading(collection, "Присланные файлы"),
        columns=tuple(_Column(title=title, width=width) for title, width in columns),
        rows=rows,
        tints=tints,
        nothing="за этот период ничего не прислано",
    )


def _strangers(number: int | None) -> str:
    if not number:
        return ""
    return f"{counted(number, 'строка', 'строки', 'строк')} неизвестно чьих: лист «Замечания»"
