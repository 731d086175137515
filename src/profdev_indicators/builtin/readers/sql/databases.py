"""Answers in a database: a table or a query of SQLite and PostgreSQL, read and never changed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import attrs
import polars as pl
from attrs import evolve, frozen

from profdev_indicators.builtin.readers.columns import Columns
from profdev_indicators.builtin.readers.failures import FAILURES, told
from profdev_indicators.builtin.readers.grids import Grid, MissingLibraryError, UnreadableError, choose, nothing_asked
from profdev_indicators.builtin.readers.registers.finding import Sought
from profdev_indicators.builtin.readers.registers.finding import choose as find
from profdev_indicators.builtin.readers.registers.parts import of_texts
from profdev_indicators.builtin.readers.sql import addresses, queries
from profdev_indicators.builtin.readers.sql.connections import Session, session
from profdev_indicators.errors import SourceError
from profdev_indicators.expressions import ColumnType
from profdev_indicators.model import Request, Table, key
from profdev_indicators.periods import Period
from profdev_indicators.records import Part

_MOST_PERIODS = 200  # a query that answers for more of them does not look at its parameter
T = TypeVar("T")

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _valid(check: Callable[[str], object]) -> Callable[[Any, attrs.Attribute[str | None], str | None], None]:
    """A validator of a key that may be left out; what ``check`` raises is told beside the key."""

    def validator(_: object, attribute: attrs.Attribute[str | None], value: str | None) -> None:  # noqa: ARG001 - the loader looks for it
        if value is not None:
            check(value)

    return validator


def _variable(name: str) -> None:
    if not _VARIABLE.fullmatch(name):
        raise ValueError("это не имя переменной окружения: сам адрес пишут не здесь, а в ней")


def _query(text: str) -> None:
    if refusal := queries.objection(text):
        raise ValueError(refusal)


@frozen(kw_only=True)
class Sql(Columns):
    """Таблица или запрос базы данных SQLite или PostgreSQL; база только читается."""

    database: str | None = key(
        "Файл SQLite в папке данных или postgresql://сервер/база. Имя и пароль — в окружении: PGUSER, PGPASSWORD",
        default=None,
        sample="register.db",
        validator=_valid(addresses.public),
    )
    env: str | None = key(
        "Вместо database: имя переменной окружения, в которой стоит адрес, хотя бы и с паролем",
        default=None,
        validator=_valid(_variable),
    )
    query: str | None = key(
        "Запрос SELECT. В нём :period — отчётный период, :start и :end — его первый и последний день, все три текстом; "
        "тогда запрос задают за каждый период, назад до первого пустого (с --since — до него)",
        default=None,
        validator=_valid(_query),
    )
    table: str | None = key(
        "Вместо query: таблица целиком, «cards» или «схема.cards»; регистр важен",
        default=None,
        sample="cards",
        validator=_valid(queries.of_table),
    )
    timeout: int = key(
        "Сколько секунд ждать ответа на запрос (PostgreSQL)",
        default=60,
        validator=[attrs.validators.ge(1), attrs.validators.le(86_400)],
    )

    def __attrs_post_init__(self) -> None:
        for one, other, what in (
            ("database", "env", "где база"),
            ("query", "table", "что читать"),
        ):
            given = [name for name in (one, other) if getattr(self, name) is not None]
            if len(given) != 1:
                raise ValueError(f"{what}: нужен один ключ, {one} или {other}" + (", а не оба" if given else ""))

    def read(self, request: Request) -> tuple[Table, ...]:
        """The answers of the periods asked for: one table, or one for each period where the query has parameters.

        Raises:
            SourceError: the database cannot be read, or lacks what is asked for; nothing secret in it.
        """
        if request.source in request.frames:
            return self._in_memory(request)
        return self._asked(request, lambda opened, address, period: self._answers(opened, address, request, period))

    def scan(self, request: Request, columns: Mapping[str, ColumnType]) -> tuple[Part, ...]:
        """The records of the periods asked for: one part, or one for each period where the query has parameters.

        Raises:
            SourceError: the database cannot be read, or lacks what is asked for; nothing secret in it.
        """
        if request.source in request.frames:
            return (self._remembered(request, columns),)
        sought = self.sought(request, columns)
        return self._asked(request, lambda opened, address, period: self._records(opened, address, sought, period))

    def _asked(
        self, request: Request, answers: Callable[[Session, addresses.Address, Period | None], Sequence[T]]
    ) -> tuple[T, ...]:
        """What a database answers, period by period or for all of them."""
        try:
            address = self._address()
        except UnreadableError as error:
            message = f"источник «{request.source}»: {error.problem.message}"
            raise SourceError([evolve(error.problem, message=message)]) from None
        with _placed(address):
            path = _file(address, request) if address.dialect == "sqlite" else None
            with session(address, path, self.timeout) as opened:
                return tuple(self._found(partial(answers, opened, address), address, request))

    @property
    def _text(self) -> str:
        return self.query if self.query is not None else queries.of_table(self.table or "")

    def _address(self) -> addresses.Address:
        if self.database is not None:
            return addresses.parse(self.database)
        given = os.environ.get(self.env or "", "")
        if not given.strip():
            hint = "в ней должен стоять адрес базы: postgresql://… или файл SQLite"
            raise UnreadableError(f"не задана переменная окружения {self.env}", hint=hint)
        try:
            return addresses.parse(given)
        except ValueError as error:
            raise UnreadableError(f"переменная окружения {self.env}: {error}") from None

    def _found(
        self, answers: Callable[[Period | None], Sequence[T]], address: addresses.Address, request: Request
    ) -> Iterator[T]:
        if address.dialect == "sqlite" and (mark := queries.foreign(self._text)):
            names = ", ".join(f":{name}" for name in queries.PARAMETERS)
            raise UnreadableError(f"параметр {mark} никто не заполнит", hint=f"есть: {names}")
        if not queries.parameters(self._text):
            yield from answers(None)
            return
        if request.until is None:
            raise UnreadableError("у запроса есть параметры периода, а читают не за период", hint="уберите их")
        yield from self._back(answers, request, request.until)

    def _back(self, answers: Callable[[Period | None], Sequence[T]], request: Request, last: Period) -> Iterator[T]:
        """Period by period into the past, while there is anything; with a limit given, as far as that."""
        for before in count():
            try:
                period = last.step(-before)
            except ValueError:
                return  # the beginning of time
            if request.since is not None and period < request.since:
                return
            found = answers(period)
            if not found and before and request.since is None:
                return
            if found and before >= _MOST_PERIODS:
                message = f"запрос отвечает за {_MOST_PERIODS} периодов подряд"
                raise UnreadableError(message, hint="отбирает ли он строки по :period?")
            yield from found

    def _records(
        self,
        opened: Session,
        address: addresses.Address,
        sought: Sought,
        period: Period | None,
    ) -> tuple[Part, ...]:
        """The records of one period, or of all of them."""
        values = queries.values(self._text, period) if period else ()
        headings = opened.headings(self._text, values)
        if not headings:
            return ()
        grid = _grid(pl.DataFrame(schema={str(at): pl.Null for at in range(len(headings))}), headings)
        chosen = find(grid, sought)
        if chosen.problems:
            raise SourceError(chosen.problems)
        wanted = {name: headings[int(name)] for name in sorted(chosen.positions, key=int)}
        rows = opened.rows(self._text, values, wanted)
        if rows.is_empty() and period:
            return ()
        part = Part(
            name=address.name,
            period=period,
            size=rows.height,
            rows=rows.height,
            digest=_digest(self._text, rows),
        )
        return (of_texts(_grid(rows, tuple(wanted.values())), sought, part),)

    def _answers(
        self, opened: Session, address: addresses.Address, request: Request, period: Period | None
    ) -> tuple[Table, ...]:
        """What the database tells of one period, or of all of them."""
        values = queries.values(self._text, period) if period else ()
        headings = opened.headings(self._text, values)
        grid = _grid(pl.DataFrame(schema={str(at): pl.Null for at in range(len(headings))}), headings)
        if not headings:
            return ()
        choice = choose(grid, request, columns=self.columns, constants=self.constants, where=self.where, period=period)
        if choice.problems or choice.is_empty:
            raise SourceError(choice.problems or [nothing_asked(grid, request)])
        wanted = {str(at): headings[at] for at in sorted({*choice.columns.values(), *choice.conditions})}
        rows = opened.rows(self._text, values, wanted)
        if rows.is_empty():
            return ()
        grid = _grid(rows, tuple(wanted.values()))
        digest = _digest(self._text, rows)
        table = self._table(grid, request, file=address.name, period=period, digest=digest)
        return () if table is None else (table,)


@contextmanager
def _placed(address: addresses.Address) -> Iterator[None]:
    """What goes wrong, as problems at the name of the database."""
    try:
        yield
    except FAILURES as error:
        problems = tuple(told(error, address.name))
        if not isinstance(error, MissingLibraryError):
            problems = tuple(evolve(problem, message=address.hide(problem.message)) for problem in problems)
        raise SourceError(problems) from None


def _file(address: addresses.Address, request: Request) -> Path:
    """The file of a database, inside the folder of data."""
    if request.root is None:
        raise UnreadableError("не указана папка с данными, в которой лежит база", hint="--data, data=…")
    root = request.root.resolve()
    path = (root / address.text).resolve()
    if not path.is_relative_to(root):
        raise UnreadableError("ссылка ведёт за пределы папки данных: база не прочитана")
    if not path.is_file():
        raise UnreadableError("нет такого файла базы", hint=f"он нужен в папке данных: {address.text}")
    if not path.stat().st_size:
        raise UnreadableError("файл базы пуст")
    return path


def _grid(frame: pl.DataFrame, headings: tuple[str, ...]) -> Grid:
    return Grid(
        frame=frame,
        names=tuple(frame.columns),
        headings=headings,
        seen=headings,
        queried=True,
    )


class _Hash:
    """A file whose contents are only counted into a hash."""

    def __init__(self) -> None:
        self.sum = sha256()

    def write(self, block: bytes) -> int:
        self.sum.update(block)
        return len(block)

    def flush(self) -> None:
        """Nothing waits."""


def _digest(query: str, rows: pl.DataFrame) -> str:
    """What was asked, but for the period, and answered: the same under two periods is somebody's mistake."""
    target = _Hash()
    target.write(f"{query}\0".encode())
    # Not as it lies in memory: what is there under a null, or fills the last byte, is anything at all.
    rows.rechunk().write_parquet(target, compression="uncompressed", statistics=False)  # type: ignore[arg-type]  # it needs no more of a file
    return target.sum.hexdigest()
