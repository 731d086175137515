"""Stock readers: ``csv``, ``xlsx``, ``json``, ``ndjson``, ``parquet``, ``frame``, and ``files`` for a mixed folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.builtin.grids import Grid, MissingLibraryError, UnreadableError, choose, take
from profdev_indicators.builtin.locations import Found, find
from profdev_indicators.builtin.records import read_json, read_ndjson
from profdev_indicators.builtin.separated import read_separated
from profdev_indicators.builtin.spreadsheets import read_sheet
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.frames import ENGINE
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Reader, Request, Table, key

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
            return (self._table(_from_memory(request.frames[request.source]), request),)
        except _FAILURES as error:
            raise SourceError(_problems(error, f"frames['{request.source}']")) from error

    def _table(self, grid: Grid, request: Request, found: Found | None = None) -> Table:
        period = found.period if found else None
        choice = choose(grid, request, columns=self.columns, constants=self.constants, where=self.where, period=period)
        if choice.problems:
            raise SourceError(choice.problems)
        frame = take(grid, choice, request, self.constants)
        return Table(
            frame=frame.collect(engine=ENGINE).lazy() if grid.fragile else frame,
            file=found.file if found else "",
            sheet=grid.sheet,
            cells={wanted: grid.seen[position] for wanted, position in choice.columns.items()},
            period=period,
        )


@frozen(kw_only=True)
class _Files(_Columns, ABC):
    """Tables in files; a table given in memory under the id of the source takes their place."""

    location: str | tuple[str, ...] = key(
        "Файл или файлы в папке данных: «{period}/cards/*.xlsx» или список; {period} — отчётный период, "
        "* и ? — любые знаки, ** — любые папки"
    )

    def read(self, request: Request) -> tuple[Table, ...]:
        """All tables of the periods asked for.

        Raises:
            SourceError: with every problem of every file.
        """
        if request.source in request.frames:
            return self._in_memory(request)
        found, refused = find(self.location, request)
        problems = list(refused)
        tables = []
        for one in filter(lambda one: self.knows(one.path), found):
            try:
                tables.append(self._table(self.grid(one.path), request, one))
            except _FAILURES as error:
                problems += _problems(error, one.file)
        if problems:
            raise SourceError(problems)
        return tuple(tables)

    def knows(self, path: Path) -> bool:  # noqa: ARG002 - a mixed folder asks
        """Whether a file that the location means is read at all."""
        return True

    @abstractmethod
    def grid(self, path: Path) -> Grid:
        """The table of one file as it stands.

        Raises:
            UnreadableError: the file is not such a table.
            OSError: it cannot be opened.
        """


@frozen(kw_only=True)
class Csv(_Files):
    """Текстовая таблица: CSV, TSV."""

    separator: str | None = key("Разделитель; пусто — определить: «;», табуляция или «,»", default=None)
    encoding: str | None = key("Кодировка; пусто — определить: UTF-8, UTF-16, cp1251 или cp866", default=None)
    header: int | None = key("Номер строки с заголовками; пусто — первая непустая", default=None)

    def grid(self, path: Path) -> Grid:
        """Cells are texts."""
        return read_separated(path, separator=self.separator, encoding=self.encoding, header=self.header)


@frozen(kw_only=True)
class Xlsx(_Files):
    """Лист книги XLSX, XLS или ODS."""

    sheet: str | None = key("Имя листа; пусто — первый видимый", default=None)
    header: int | None = key("Номер строки с заголовками, как в Excel; пусто — первая непустая", default=None)

    def grid(self, path: Path) -> Grid:
        """Cells are texts as Excel shows them."""
        return read_sheet(path, sheet=self.sheet, header=self.header)


@frozen(kw_only=True)
class Json(_Files):
    """Список записей JSON."""

    def grid(self, path: Path) -> Grid:
        """A record is a row."""
        return read_json(path)


@frozen(kw_only=True)
class NdJson(_Files):
    """Записи JSON, по одной в строке."""

    def grid(self, path: Path) -> Grid:
        """A line is a row."""
        return read_ndjson(path)


@frozen(kw_only=True)
class Parquet(_Files):
    """Таблица Parquet: типы столбцов берутся из файла."""

    def grid(self, path: Path) -> Grid:
        """Numbers stay numbers."""
        return _parquet(path)


@frozen(kw_only=True)
class Files(_Files):
    """Файлы разных видов вперемешку: вид определяется по расширению, прочие файлы пропускаются."""

    separator: str | None = key("CSV: разделитель; пусто — определить", default=None)
    encoding: str | None = key("CSV: кодировка; пусто — определить", default=None)
    sheet: str | None = key("XLSX: имя листа; пусто — первый видимый", default=None)
    header: int | None = key("CSV и XLSX: номер строки с заголовками; пусто — первая непустая", default=None)

    def knows(self, path: Path) -> bool:
        """Whether the extension is one of those read."""
        return path.suffix.lower() in _SUFFIXES

    def grid(self, path: Path) -> Grid:
        """The table as the reader of its kind sees it."""
        match _SUFFIXES[path.suffix.lower()]:
            case "csv":
                return read_separated(path, separator=self.separator, encoding=self.encoding, header=self.header)
            case "xlsx":
                return read_sheet(path, sheet=self.sheet, header=self.header)
            case "json":
                return read_json(path)
            case "ndjson":
                return read_ndjson(path)
            case "parquet":
                return _parquet(path)


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
