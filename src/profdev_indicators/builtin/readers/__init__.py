"""Stock readers: ``csv``, ``xlsx``, ``json``, ``ndjson``, ``parquet``, ``frame``, ``sql``, ``files`` (mixed)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.builtin.readers.columns import Columns, typed
from profdev_indicators.builtin.readers.failures import FAILURES, told
from profdev_indicators.builtin.readers.grids import Grid, UnreadableError, plain
from profdev_indicators.builtin.readers.headers import Known
from profdev_indicators.builtin.readers.locations import Found, acceptable, find
from profdev_indicators.builtin.readers.records import read_json, read_ndjson
from profdev_indicators.builtin.readers.registers.finding import Sought
from profdev_indicators.builtin.readers.registers.parts import joined, of_texts, of_typed
from profdev_indicators.builtin.readers.registers.separated import look
from profdev_indicators.builtin.readers.separated import read_separated
from profdev_indicators.builtin.readers.spreadsheets.reading import read_book
from profdev_indicators.builtin.readers.sql.databases import Sql
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.expressions import ColumnType
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Reader, Request, Table, key
from profdev_indicators.periods import Period
from profdev_indicators.records import Part


@frozen(kw_only=True)
class _Files(Columns, ABC):
    """Tables in files; a table given in memory under the id of the source takes their place."""

    location: str | tuple[str, ...] = key(
        "Файл или файлы в папке данных: «{period}/cards/*.xlsx» или список; {period} — отчётный период, "
        "* и ? — любые знаки, ** — любые папки; «s3://корзина/{period}/*.csv» — объекты хранилища",
        validator=acceptable,
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
        found, refused = find(self.location, request, self.knows)
        problems = list(refused)
        tables: list[Table] = []
        for one in found:
            try:
                stamp = None if one.digest else _stamp(one.path)
                grids = self.grids(one.path, request, one.period)
            except FAILURES as error:
                problems += told(error, one.file)
                continue
            for grid in grids:
                try:
                    table = self._table(
                        grid, request, file=one.file, period=one.period, digest=one.digest, shared=self.shared
                    )
                except FAILURES as error:
                    problems += told(error, one.file)
                else:
                    tables += [] if table is None else [evolve(table, stamp=stamp)]
        if problems:
            raise SourceError(problems, tables)
        return tuple(tables)

    def scan(self, request: Request, columns: Mapping[str, ColumnType]) -> tuple[Part, ...]:
        """The records of the periods asked for: a part a file, or a period where that is asked.

        Raises:
            SourceError: with every problem of every file.
        """
        if request.source in request.frames:
            return (self._remembered(request, columns),)
        found, refused = find(self.location, request, self.knows)
        problems = list(refused)
        parts: list[Part] = []
        for one in found:
            try:
                parts += self.parts(one, request, self.sought(request, columns))
            except FAILURES as error:
                problems += told(error, one.file)
        if problems:
            raise SourceError(problems)
        return joined(parts) if request.whole_periods else tuple(parts)

    def parts(self, found: Found, request: Request, sought: Sought) -> Sequence[Part]:
        """The records of one file, not yet read where that can be.

        Raises:
            SourceError: a column is not there.
            UnreadableError: the file is not such a table.
            OSError: it cannot be opened.
        """
        grids = self.grids(found.path, evolve(request, columns=tuple(sought.kinds)), found.period)
        return [of_texts(grid, sought, _part(found)) for grid in grids]

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

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:  # noqa: ARG002 - readers of books ask
        """Cells are texts."""
        return (
            read_separated(
                path, self._known(request), separator=self.separator, encoding=self.encoding, header=self.header
            ),
        )

    def parts(self, found: Found, request: Request, sought: Sought) -> Sequence[Part]:  # noqa: ARG002 - readers of books ask
        """Only the headings are read."""
        return (_separated(found, sought, separator=self.separator, encoding=self.encoding, header=self.header),)


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

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:  # noqa: ARG002 - readers of books ask
        """A record is a row."""
        return (read_json(path),)


@frozen(kw_only=True)
class NdJson(_Files):
    """Записи JSON, по одной в строке."""

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:  # noqa: ARG002 - readers of books ask
        """A line is a row."""
        return (read_ndjson(path),)


@frozen(kw_only=True)
class Parquet(_Files):
    """Таблица Parquet: типы столбцов берутся из файла."""

    def grids(self, path: Path, request: Request, period: Period | None) -> tuple[Grid, ...]:  # noqa: ARG002 - readers of books ask
        """Numbers stay numbers."""
        return (_parquet(path),)

    def parts(self, found: Found, request: Request, sought: Sought) -> Sequence[Part]:  # noqa: ARG002 - readers of books ask
        """Only the footer is read."""
        return (_typed(found, sought),)


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

    def parts(self, found: Found, request: Request, sought: Sought) -> Sequence[Part]:
        """The records as the reader of their kind sees them."""
        match _SUFFIXES[found.path.suffix.lower()]:
            case "csv":
                part = _separated(found, sought, separator=self.separator, encoding=self.encoding, header=self.header)
                return (part,)
            case "parquet":
                return (_typed(found, sought),)
            case _:
                return super().parts(found, request, sought)


@frozen(kw_only=True)
class Frame(Columns):
    """Таблица в памяти: polars, pandas, pyarrow, DuckDB; даётся в frames под именем источника."""

    def read(self, request: Request) -> tuple[Table, ...]:
        """The one table given.

        Raises:
            SourceError: it was not given, is no table, or lacks a column.
        """
        self._given(request)
        return self._in_memory(request)

    def scan(self, request: Request, columns: Mapping[str, ColumnType]) -> tuple[Part, ...]:
        """The one table given, as it is.

        Raises:
            SourceError: it was not given, is no table, lacks a column or has one of another type.
        """
        self._given(request)
        return (self._remembered(request, columns),)

    @staticmethod
    def _given(request: Request) -> None:
        if request.source not in request.frames:
            message = f"источник «{request.source}» читается из памяти, а таблица не дана"
            raise SourceError([Problem(message=message, hint=f"monitor(…, frames={{'{request.source}': таблица}})")])


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
    """The eight stock kinds."""
    return {
        "csv": Csv,
        "xlsx": Xlsx,
        "json": Json,
        "ndjson": NdJson,
        "parquet": Parquet,
        "frame": Frame,
        "files": Files,
        "sql": Sql,
    }


def _parquet(path: Path) -> Grid:
    if not path.stat().st_size:
        raise UnreadableError("файл пуст")
    return evolve(typed(pl.scan_parquet(path, glob=False)), fragile=True)


def _part(found: Found) -> Part:
    """What is known of a file before anybody looks into it."""
    remote = bool(found.digest)
    return Part(
        name=found.file,
        period=found.period,
        files=() if remote else (found.path,),
        address=found.file if remote else "",
        size=found.path.stat().st_size,
        digest=found.digest,
        kept=found.kept,
    )


def _separated(
    found: Found, sought: Sought, *, separator: str | None, encoding: str | None, header: int | None
) -> Part:
    known = Known(plainly=frozenset(map(plain, sought.expected)), questions={})
    text = look(found.path, known, separator=separator, encoding=encoding, header=header)
    part = _part(found)
    if text.is_plain:
        part = evolve(part, format="csv", options={"separator": text.separator, "encoding": "utf-8"})
    return of_texts(text.grid, sought, part, table=text.table)


def _typed(found: Found, sought: Sought) -> Part:
    grid = _parquet(found.path)
    rows = grid.frame.lazy().select(pl.len()).collect().item()
    return of_typed(grid, sought, evolve(_part(found), format="parquet", rows=rows))


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of a file before its first byte is read."""
    state = path.stat()
    return state.st_size, state.st_mtime_ns
