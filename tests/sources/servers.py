"""A PostgreSQL of the distribution's package and an S3-compatible storage, both on loopback and only for the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import polars as pl
import pytest
from attrs import frozen

PASSWORD = "тайна-which-is-in-no-message"  # noqa: S105 - of a server that lives for one run of the tests
USER = "reader"
_OWNER = "postgres"  # the server refuses to run as root


@frozen(kw_only=True)
class Server:
    """A running PostgreSQL with one database."""

    port: int

    @property
    def address(self) -> str:
        return f"postgresql://127.0.0.1:{self.port}/register"

    def run(self, *statements: str, base: str = "register") -> None:
        """Statements of the one who keeps the database."""
        with closing(self._connected(base)) as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.executescript(statement)
            connection.commit()

    def fill(self, table: str, frame: pl.DataFrame) -> None:
        """A new table with the rows of a frame, open to the reader."""
        with closing(self._connected()) as connection, closing(connection.cursor()) as cursor:
            cursor.adbc_ingest(table, frame.to_arrow(), mode="replace")
            connection.commit()
        self.run(f'GRANT SELECT ON "{table}" TO {USER}')

    def one(self, sql: str) -> Any:
        """The one cell of an answer."""
        with closing(self._connected()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return pl.DataFrame(cursor.fetch_arrow()).item()

    def recreate(self, base: str, how: str) -> None:
        """An empty database beside the first one."""
        with closing(self._connected(autocommit=True)) as connection, closing(connection.cursor()) as cursor:
            cursor.executescript(f"DROP DATABASE IF EXISTS {base}")
            cursor.executescript(f"CREATE DATABASE {base} {how}")

    def _connected(self, base: str = "register", *, autocommit: bool = False) -> Any:
        dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi")
        address = f"postgresql://keeper:keeper@127.0.0.1:{self.port}/{base}"
        return dbapi.connect(address, autocommit=autocommit)


@contextmanager
def postgresql() -> Iterator[Server]:
    """A server in a temporary folder, gone afterwards."""
    programs = _programs()
    folder = Path(mkdtemp(prefix="profdev-postgresql-"))
    try:
        folder.chmod(0o700)
        (folder / "password").write_text("keeper", encoding="utf-8")
        if os.geteuid() == 0:
            for path in (folder, folder / "password"):
                shutil.chown(path, _OWNER)
        cluster = folder / "cluster"
        _as_owner(
            programs / "initdb",
            *("-D", cluster, "-U", "keeper", f"--pwfile={folder / 'password'}"),
            *("--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
        server = Server(port=_free_port())
        options = f"-h 127.0.0.1 -p {server.port} -k {folder} -F"
        _as_owner(programs / "pg_ctl", "-D", cluster, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            opened = server._connected("postgres", autocommit=True)
            with closing(opened) as connection, closing(connection.cursor()) as cursor:
                cursor.executescript("CREATE DATABASE register")
                cursor.executescript(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
            yield server
        finally:
            _as_owner(programs / "pg_ctl", "-D", cluster, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of the newest server installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    return Path(on_path).parent


def _as_owner(program: Path, *arguments: object) -> None:
    command = [str(program), *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["runuser", "-u", _OWNER, "--", *command]
    # A server that inherits a pipe never lets its reader see the end.
    done = subprocess.run(command, check=False, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own words
    assert done.returncode == 0, command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
