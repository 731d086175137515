"""One and the same table in a file of SQLite and on a server of PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from attrs import frozen

from profdev_indicators.builtin.readers.sql.databases import Sql
from readers.asking import request
from sources.servers import USER, Server

__all__ = ["Base", "LikePostgresql", "LikeSqlite"]


class Base(Protocol):
    """A database of a test."""

    name: str  # as messages call it
    address: str
    root: Path | None

    def run(self, *statements: str) -> None: ...

    def fill(self, table: str, frame: pl.DataFrame) -> None: ...

    def one(self, sql: str) -> Any: ...


@frozen
class LikeSqlite:
    root: Path

    name = "sqlite: register.db"
    address = "register.db"

    def run(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.root / self.address)) as connection:
            for statement in statements:
                connection.executescript(statement)

    def fill(self, table: str, frame: pl.DataFrame) -> None:
        names = ", ".join(f'"{name}"' for name in frame.columns)
        marks = ", ".join("?" * frame.width)
        with closing(sqlite3.connect(self.root / self.address)) as connection, connection:
            connection.execute(f'DROP TABLE IF EXISTS "{table}"')
            connection.execute(f'CREATE TABLE "{table}" ({names})')
            connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', frame.rows())

    def one(self, sql: str) -> Any:
        with closing(sqlite3.connect(self.root / self.address)) as connection:
            return connection.execute(sql).fetchone()[0]


@frozen
class LikePostgresql:
    server: Server

    root = None

    @property
    def name(self) -> str:
        return f"postgresql: 127.0.0.1:{self.server.port}/register"

    @property
    def address(self) -> str:
        return self.server.address

    def run(self, *statements: str) -> None:
        self.server.run(*statements, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {USER}")

    def fill(self, table: str, frame: pl.DataFrame) -> None:
        self.server.fill(table, frame)

    def one(self, sql: str) -> Any:
        return self.server.one(sql)


def asked(base: Base, **more: Any) -> Any:
    return request(base.root, **more)


def sql(base: Base, **keys: Any) -> Sql:
    return Sql(database=base.address, **keys)
