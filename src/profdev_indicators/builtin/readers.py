"""Stock readers: ``csv``, ``xlsx``, ``json``, ``ndjson``, ``parquet``, ``frame``, and ``files`` for a mixed folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.builtin.grids import (
    Grid,
    MissingLibraryError,
    UnreadableError,
    choose,
    is_question,
    nothing_asked,
    notes_of_totals,
    plain,
    take,
    totals,
)
from profdev_indicators.builtin.headers import Known
from profdev_indicators.builtin.locations import Found, find
from profdev_indicators.builtin.records import read_json, read_ndjson
from profdev_indicators.builtin.separated import read_separated
from profdev_indicators.builtin.spreadsheets import read_book
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.frames import ENGINE
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Reader, Request, Table, key
from profdev_indicators.periods import Period

# Polars panics over some damaged Parquet files, and a panic is no Exception.
_FAILURES = (UnreadableError, SourceError, OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)


@frozen(kw_only=True)
class _Columns:
    """Which columns of a table answer which questions."""

    columns: Mapping[str, str] = key(
        "Заголовки столбцов: unit, period, id вопросов, «вопрос.link», link. Не названный здесь ищется по своему id "
        "и по тексту вопроса",
        factory=dict,
    )
    constants: Mapping[str, str] = key("Что поставить в каждую строку вместо столбца: id → текст", factory=dict)
    where: Mapping[str, str | tuple[str, ...]] = key(
        "Какие строки брать: заголовок → текст или список текстов; регистр не важен", factory=dict
    )

    def _in_memory(self, request: Request) -> tuple[Table, ...]:
        try:
            table = self._table(_from_memory(request.frames[request.source]), request)
        except _FAILURES as error:
            raise SourceError(_problems(error, f"frames['{request.source}']")) from error
        return () if table is None else (table,)

    def _table(self, grid: Grid, request: Request, found: Found | None = None, *, shared: bool = False) -> Table | None:
        """The answers of a grid; None: nothing in it is asked, and ``shared`` says that this may be."""
        if grid.problems:
            raise SourceError(grid.problems)
        period = found.period if found else None
        is_card = grid.first_row is None  # its headings are ids: nothing is to be looked for under other names
        choice = choose(
            grid,
            request,
            columns={} if is_card else self.columns,
            constants=self.constants,
            where={} if is_card else self.where,
            period=period,
        )
        if choice.is_empty and shared:
            return None
        if choice.problems or choice.is_empty:
            raise SourceError(choice.problems or [nothing_asked(grid, request)])
        left_out = totals(grid, choice)
        frame = take(grid, choice, request, self.constants, left_out)
        file = found.file if found else ""
        notes = (*grid.notes, *choice.notes, *notes_of_totals(left_out, grid.sheet))
        return Table(
            frame=frame.collect(engine=ENGINE).lazy() if grid.fragile else frame,
            file=file,
            sheet=grid.sheet,
            cells={wanted: grid.seen[position] for wanted, position in choice.columns.items()},
            period=period,
            notes=tuple(evolve(note, file=file) for note in notes),
        )

    def _known(self, request: Request) -> Known:
        """The headings to look for."""
        given = [(wanted, heading) for wanted, heading in self.columns.items()]
        given += [(wanted, title) for wanted in request.columns for title in (wanted, *request.titles.get(wanted, ()))]
        everything = [*(heading for _, heading in given), *self.where]
        # A roster asks nothing.
        questions = {plain(heading): wanted for wanted, heading in reversed(given) if is_question(wanted)}
        return Known(
            plainly=frozenset(map(plain, everything)), questions=questions if "unit" in request.columns else {}
        )


@frozen(kw_only=True)
class _Files(_Columns, ABC):
    """Tables in files; a table given in memory under the id of the source takes their place."""

    location: str | tuple[str, ...] = key(
        "Файл или файлы в папке данных: «{period}/cards/*.xlsx» или список; {period} — отчётный период, "
        "* и ? — любые знаки, ** — любые папки"
    )
    shared: bool = key(
        "Папка общая с другими источниками: файл без единого вопроса этого источника пропускается, а не замечание",
        default=False,
    )

    def read(self, request: Request) -> tuple[Table, ...]:
        """All tables of the periods asked for.

        Raises:
            SourceError: with every problem of every file, and the tables of the others.
        """
        if request.source in request.frames:
            return self._in_memory(request)
        found, refused = find(self.location, request)
        problems = list(refused)
        tables: list[Table] = []
        for one in filter(lambda one: self.knows(one.path), found):
            try:
                stamp = _stamp(one.path)
                grids = self.grids(one.path, request, one.period)
            except _FAILURES as error:
                problems += _problems(error, one.file)
                continue
            for grid in grids:
                try:
                    table = self._table(grid, request, one, shared=self.shared)
                except _FAILURES as error:
                    problems += _problems(error, one.file)
                else:
                    tables += [] if table is None else [evolve(table, stamp=stamp)]
        if problems:
            raise SourceError(problems, tables)
        return tuple(tables)

    def knows(self, path: Path) -> bool:  # noqa: ARG002 - a mixed folder asks
        """Whether a file that the location means is read at all."""
        return True

    @abstractmethod
    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:
        """The tables and cards of one file as they stand.

        Raises:
            UnreadableError: the file is not such a table.
            OSError: it cannot be opened.
        """


@frozen(kw_only=True)
class Csv(_Files):
    """Текстовая таблица: CSV, TSV."""

    separator: str | None = key("Разделитель; пусто — определить: «;», табуляция или «,»", default=None)
    encoding: str | None = key("Кодировка; пусто — определить: UTF-8, UTF-16, cp1251 или cp866", default=None)
    header: int | None = key("Номер строки с заголовками; пусто — найти по вопросам", default=None)

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:
        """Cells are texts."""
        return (
            read_separated(
                path, self._known(request), separator=self.separator, encoding=self.encoding, header=self.header
            ),
        )


@frozen(kw_only=True)
class Xlsx(_Files):
    """Книга XLSX, XLS или ODS: карты организаций или таблица на листе."""

    sheet: str | None = key("Имя листа с таблицей; пусто — первый видимый. Карты ищутся на всех", default=None)
    header: int | None = key("Номер строки с заголовками, как в Excel; пусто — найти по вопросам", default=None)

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:
        """Cells are texts as Excel shows them."""
        return read_book(path, request, self._known(request), period=period, sheet=self.sheet, header=self.header)


@frozen(kw_only=True)
class Json(_Files):
    """Список записей JSON."""

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:
        """A record is a row."""
        return (read_json(path),)


@frozen(kw_only=True)
class NdJson(_Files):
    """Записи JSON, по одной в строке."""

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:
        """A line is a row."""
        return (read_ndjson(path),)


@frozen(kw_only=True)
class Parquet(_Files):
    """Таблица Parquet: типы столбцов берутся из файла."""

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:
        """Numbers stay numbers."""
        return (_parquet(path),)


@frozen(kw_only=True)
class Files(_Files):
    """Файлы разных видов вперемешку: вид определяется по расширению, прочие файлы пропускаются."""

    separator: str | None = key("CSV: разделитель; пусто — определить", default=None)
    encoding: str | None = key("CSV: кодировка; пусто — определить", default=None)
    sheet: str | None = key("XLSX: имя листа; пусто — первый видимый", default=None)
    header: int | None = key("CSV и XLSX: номер строки с заголовками; пусто — найти по вопросам", default=None)

    def knows(self, path: Path) -> bool:
        """Whether the extension is one of those read."""
        return path.suffix.lower() in _SUFFIXES

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:
        """The table as the reader of its kind sees it."""
        match _SUFFIXES[path.suffix.lower()]:
            case "csv":
                return (
                    read_separated(
                        path, self._known(request), separator=self.separator, encoding=self.encoding, header=self.header
                    ),
                )
            case "xlsx":
                return read_book(
                    path, request, self._known(request), period=period, sheet=self.sheet, header=self.header
                )
            case "json":
                return (read_json(path),)
            case "ndjson":
                return (read_ndjson(path),)
            case "parquet":
                return (_parquet(path),)


@frozen(kw_only=True)
class Frame(_Columns):
    """Таблица в памяти: polars, pandas, pyarrow, DuckDB; даётся в frames под именем источника."""

    def read(self, request: Request) -> tuple[Table, ...]:
        """The one table given.

        Raises:
            SourceError: it was not given, is no table, or lacks a column.
        """
        if request.source not in request.frames:
            message = f"источник «{request.source}» читается из памяти, а таблица не дана"
            raise SourceError([Problem(message=message, hint=f"monitor(…, frames={{'{request.source}': таблица}})")])
        return self._in_memory(request)


_SUFFIXES: Mapping[str, Literal["csv", "xlsx", "json", "ndjson", "parquet"]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xlsb": "xlsx",
    ".xls": "xlsx",
    ".ods": "xlsx",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
}


@hookimpl
def provide_readers() -> Mapping[str, type[Reader]]:
    """The seven stock kinds."""
    return {
        "csv": Csv,
        "xlsx": Xlsx,
        "json": Json,
        "ndjson": NdJson,
        "parquet": Parquet,
        "frame": Frame,
        "files": Files,
    }


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of a file before its first byte is read."""
    state = path.stat()
    return state.st_size, state.st_mtime_ns


def _parquet(path: Path) -> Grid:
    if not path.stat().st_size:
        raise UnreadableError("файл пуст")
    return evolve(_typed(pl.scan_parquet(path, glob=False)), fragile=True)


def _from_memory(table: object) -> Grid:
    """Any table of any library: what is not polars comes through the Arrow C stream."""
    if isinstance(table, (pl.DataFrame, pl.LazyFrame)):
        return evolve(_typed(table), in_memory=True)
    if not hasattr(table, "__arrow_c_stream__"):
        message = f"{type(table).__name__} — не таблица"
        raise UnreadableError(message, hint="нужна таблица polars, pandas, pyarrow, DuckDB или с __arrow_c_stream__")
    try:
        frame = pl.DataFrame(table)
    except Exception as error:  # whatever a stranger's library raises while it exports its table
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UnreadableError(f"{type(table).__name__} не отдаёт таблицу: {reason}") from error
    return evolve(_typed(frame), in_memory=True)


def _typed(frame: pl.DataFrame | pl.LazyFrame) -> Grid:
    names = tuple(frame.collect_schema())
    return Grid(frame=frame, names=names, headings=names, seen=names)


def _problems(error: BaseException, file: str) -> Iterator[Problem]:
    """What a person reads about a file (or a table in memory) that cannot be used."""
    match error:
        case MissingLibraryError():
            yield error.problem  # the same for every file, so it is told once
        case UnreadableError():
            yield evolve(error.problem, file=file)
        case SourceError():
            yield from (evolve(problem, file=file) for problem in error.problems)
        case OSError():
            yield Problem(file=file, message=f"файл не открывается: {error.strerror or error}")
        case _:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            yield Problem(file=file, message=f"таблица не читается: {reason}", hint="сохраните её заново")
