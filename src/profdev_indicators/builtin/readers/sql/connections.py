"""Reading sessions with SQLite and PostgreSQL through ADBC: nothing can be written in them, whatever is asked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import polars as pl
from attrs import frozen

from profdev_indicators.builtin.readers.grids import MissingLibraryError, UnreadableError
from profdev_indicators.builtin.readers.sql.addresses import Address
from profdev_indicators.builtin.readers.sql.queries import quoted, translated

MOST_CELLS = 50_000_000  # of one result: some gigabytes
_CONNECTING = 10  # seconds to wait for a server that is silent
_ALIAS = "profdev_answers"  # of the query inside ours: hardly the name of anybody's column
_SAID = {
    "postgresql": re.compile(r"(?:ERROR|ОШИБКА):\s+([^\n]+)"),
    "sqlite": re.compile(r"(?:prepare|step) query:\s+([^\n]+)"),
}

# What a server or libpq says while connecting; their words may hold the password, so they are never shown.
_REFUSALS = {
    r"could not translate host name|Name or service not known": ("сервер не найден", "проверьте имя сервера в адресе"),
    r"Connection refused|No such file or directory|No route to host": (
        "сервер не отвечает",
        "проверьте адрес и порт; запущен ли он",
    ),
    r"timeout expired|timed out": (f"сервер не ответил за {_CONNECTING} секунд", "проверьте адрес и доступ к сети"),
    r"authentication failed|no password supplied|проверку подлинности|role .* does not exist|роль .* не существует": (
        "сервер не принимает имя или пароль",
        "задайте PGUSER и PGPASSWORD в окружении или адрес в переменной env",
    ),
    r"database .* does not exist|база данных .* не существует": ("на сервере нет такой базы", "проверьте её имя"),
    r"pg_hba\.conf": ("сервер не пускает с этого компьютера", "попросите доступ у того, кто его ведёт"),
    r"SSL|certificate": ("не удалось защищённое соединение", "?sslmode=… в адресе базы"),
}
# SQLSTATE of a query that went wrong; SQLite has no codes, so its words are looked at.
_FAULTS = {
    "42P01": ("нет такой таблицы", "проверьте имя; схему пишут через точку"),
    "42703": ("в запросе столбец, которого нет", "проверьте его имя"),
    "42601": ("запрос не понят", "проверьте его текст: он должен быть один и начинаться с SELECT или WITH"),
    "42501": ("нет права читать", "попросите право SELECT у того, кто ведёт базу"),
    "42883": ("не сходятся виды значений", "параметр — текст: пишите :period::int, :end::date"),
    "0A000": ("такой запрос здесь нельзя", "годится только чтение: SELECT или WITH … SELECT"),
    "22021": ("текст в базе не в той кодировке, что в ней объявлена", "перекодируйте его в базе"),
    "25006": ("запрос хочет менять базу, а она открыта только для чтения", "годится только SELECT"),
    "57014": ("запрос не уложился в срок", "ускорьте его или увеличьте timeout"),
}
_WORDS = {
    r"no such table": "42P01",
    r"no such column": "42703",
    r"syntax error|incomplete input|unrecognized token": "42601",
    r"readonly|read-only|not authorized": "25006",
    r"statement timeout": "57014",
    r"invalid byte sequence": "22021",
}
_DAMAGED = re.compile(r"not a database|malformed|disk I/O|failed to open")

# What arrives as a number, a truth or a list; everything else is asked for as text, which means one thing only.
_NATIVE = frozenset({"smallint", "integer", "bigint", "double precision", "boolean", "text", "text[]"})
_FRACTIONS = {
    "numeric": "{}::double precision",
    "real": "{}::text::double precision",  # 12.3 and not 12.300000190734863
    "money": "{}::numeric::double precision",
}


class Session(Protocol):
    """A connection on which nothing can be written."""

    def headings(self, query: str, values: Sequence[str]) -> tuple[str, ...]:
        """The columns of a result; none when it has no rows."""
        ...

    def rows(self, query: str, values: Sequence[str], wanted: Mapping[str, str]) -> pl.DataFrame:
        """The columns wanted: name in the frame → heading; as numbers where all of a column are, else as texts.

        Raises:
            UnreadableError: it is too much to take.
        """
        ...


@contextmanager
def session(address: Address, path: Path | None, timeout: int) -> Iterator[Session]:
    """A session with a database.

    Args:
        address: which.
        path: the file of a SQLite database.
        timeout: seconds for one query of PostgreSQL.

    Raises:
        UnreadableError: there is no such database, it does not let us in, or the query is none; nothing secret in it.
        MissingLibraryError: the drivers are not installed.
    """
    library = _library(address.dialect)
    try:
        opened = library.connect(f"{path.resolve().as_uri()}?mode=ro") if path else _connected(library, address)
    except library.Error as error:
        raise _refused(error) from None
    with closing(opened) as connection:
        try:
            yield _Sqlite(connection=connection) if path else _postgresql(connection, timeout)
        except (library.Error, pl.exceptions.PolarsError) as error:
            raise _failed(error, address) from None


def _library(dialect: str) -> ModuleType:
    try:
        return import_module(f"adbc_driver_{dialect}.dbapi")
    except ImportError:
        message = "для баз данных нужны библиотеки ADBC"
        raise MissingLibraryError(message, hint="pip install profdev-indicators[sql]") from None


def _connected(library: ModuleType, address: Address) -> Any:  # noqa: ANN401 - of a library without types
    patient = "connect_timeout=" in address.text or "PGCONNECT_TIMEOUT" in os.environ
    joint = "&" if "?" in address.text else "?"
    return library.connect(address.text if patient else f"{address.text}{joint}connect_timeout={_CONNECTING}")


@frozen(kw_only=True)
class _Sqlite:
    """A file opened with ``mode=ro``; a query stands inside ours, so it can be nothing but a SELECT."""

    connection: Any

    def headings(self, query: str, values: Sequence[str]) -> tuple[str, ...]:
        return tuple(self._ask(f"SELECT * FROM {_inside(query, '?')} LIMIT 0", values).columns)

    def rows(self, query: str, values: Sequence[str], wanted: Mapping[str, str]) -> pl.DataFrame:
        inside = _inside(query, "?")
        # A column of SQLite may hold anything in any row: what it does hold decides how it is asked for.
        held = {name: f"group_concat(DISTINCT typeof({quoted(heading)}))" for name, heading in wanted.items()}
        types = self._ask(f"SELECT {_listed(held)} FROM {inside}", values).row(0, named=True)
        kinds = {name: set((types[name] or "null").split(",")) - {"null"} for name in wanted}
        taken = {name: _of_sqlite(quoted(heading), kinds[name]) for name, heading in wanted.items()}
        most = _most_rows(wanted)
        frame = self._ask(f"SELECT {_listed(taken)} FROM {inside} LIMIT {most + 1}", values, batch=most + 1)
        _refuse_too_much(frame, most)
        texts = [name for name in wanted if "text" in kinds[name] and "blob" not in kinds[name]]
        return frame.with_columns(_decoded(frame[name], wanted[name]) for name in texts)

    def _ask(self, sql: str, values: Sequence[str], batch: int = 1) -> pl.DataFrame:
        # The driver guesses types from the first batch and fails on what comes after: let there be only one.
        return _asked(self.connection, sql, values, {"adbc.sqlite.query.batch_rows": str(batch)})


def _of_sqlite(column: str, kinds: set[str]) -> str:
    """How to ask for a column in which values of these kinds are met."""
    if kinds <= {"integer"} or kinds == {"blob"}:
        return column
    # A text need not be UTF-8, and whoever takes it on trust falls over it later; bytes can be looked at.
    return f"CAST({column} AS REAL)" if kinds <= {"integer", "real"} else f"CAST({column} AS BLOB)"


def _decoded(column: pl.Series, heading: str) -> pl.Series:
    try:
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        message = f"столбец «{heading}»: текст не в UTF-8"
        raise UnreadableError(message, hint="перекодируйте его в базе") from None


def _postgresql(connection: Any, timeout: int) -> Session:  # noqa: ANN401 - of a library without types
    for setting in (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        f"SET LOCAL statement_timeout = {timeout * 1000}",
        "SET LOCAL datestyle = 'ISO'",
        "SET LOCAL client_encoding = 'UTF8'",
    ):
        _asked(connection, setting)
    return _Postgresql(connection=connection)


@frozen(kw_only=True)
class _Postgresql:
    """One read-only transaction; a query stands inside ours, so it cannot begin another."""

    connection: Any

    def headings(self, query: str, values: Sequence[str]) -> tuple[str, ...]:
        first = f"SELECT * FROM {_inside(query, '$')} LIMIT 1"
        sql = f"SELECT json_object_keys(to_json({_ALIAS})) AS heading FROM ({first}) AS {_ALIAS}"
        return tuple(_asked(self.connection, sql, values).get_column("heading"))

    def rows(self, query: str, values: Sequence[str], wanted: Mapping[str, str]) -> pl.DataFrame:
        inside = _inside(query, "$")
        columns = {name: f"{_ALIAS}.{quoted(heading)}" for name, heading in wanted.items()}
        # The types of a result without its rows.
        asked = {name: f"pg_typeof({column})::text" for name, column in columns.items()}
        types = _asked(
            self.connection, f"SELECT {_listed(asked)} FROM (SELECT) AS one LEFT JOIN {inside} ON false", values
        )
        taken = {name: _of_postgresql(column, types.item(0, name)) for name, column in columns.items()}
        most = _most_rows(wanted)
        frame = _asked(self.connection, f"SELECT {_listed(taken)} FROM {inside} LIMIT {most + 1}", values)
        _refuse_too_much(frame, most)
        return frame


def _of_postgresql(column: str, kind: str) -> str:
    """How to ask for a column of a type: the driver hands over some types as bytes, others as other numbers."""
    return column if kind in _NATIVE else _FRACTIONS.get(kind, "{}::text").format(column)


def _inside(query: str, mark: str) -> str:
    # The line break ends a comment in the last line of the query.
    return f"(\n{translated(query, mark)}\n) AS {_ALIAS}"


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{column} AS {quoted(name)}" for name, column in columns.items())


def _most_rows(wanted: Mapping[str, str]) -> int:
    return MOST_CELLS // max(len(wanted), 1)


def _refuse_too_much(frame: pl.DataFrame, most: int) -> None:
    if frame.height > most:
        raise UnreadableError(
            f"запрос отвечает больше чем {most} строками", hint="сложите их в базе (GROUP BY) или отберите (WHERE)"
        )


def _asked(
    connection: Any,  # noqa: ANN401 - of a library without types
    sql: str,
    values: Sequence[str] = (),
    options: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    bound = pl.DataFrame({str(number): [value] for number, value in enumerate(values, 1)}) if values else None
    with closing(connection.cursor(adbc_stmt_kwargs=options)) as cursor:
        cursor.execute(sql, bound)
        return pl.DataFrame(cursor.fetch_arrow())


def _refused(error: Exception) -> UnreadableError:
    """Why a connection failed, in our words."""
    said = str(error)
    for words, (message, hint) in _REFUSALS.items():
        if re.search(words, said):
            return UnreadableError(message, hint=hint)
    return UnreadableError("не удалось соединиться с базой", hint="проверьте адрес и доступ")


def _failed(error: Exception, address: Address) -> UnreadableError:
    """Why a query failed: in our words, and in those of the database without anything secret."""
    text = str(error)
    if address.dialect == "sqlite" and _DAMAGED.search(text):
        return UnreadableError("это не база SQLite, или она повреждена", hint="возьмите файл заново")
    code = getattr(error, "sqlstate", None) or next((c for words, c in _WORDS.items() if re.search(words, text)), "")
    message, hint = _FAULTS.get(code, ("запрос не выполнен", "проверьте его в самой базе"))
    found = _SAID[address.dialect].search(text)
    said = address.hide(found[1].strip()) if found else ""
    return UnreadableError(f"{message} ({said})" if said else message, hint=hint)
