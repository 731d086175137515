"""What the tests of databases and storages share: servers for the session, an environment with nobody's keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sources.asked import Base, LikePostgresql, LikeSqlite
from sources.servers import PASSWORD, USER, Server, postgresql


@pytest.fixture(autouse=True)
def _nobody_s_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "PG")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgresql() as running:
        yield running


@pytest.fixture
def let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name and the password of the reader, where libpq looks for them."""
    monkeypatch.setenv("PGUSER", USER)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Base:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return LikeSqlite(tmp_path)
    request.getfixturevalue("let_in")
    server = request.getfixturevalue("server")
    server.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", f"GRANT USAGE ON SCHEMA public TO {USER}")
    return LikePostgresql(server)


@pytest.fixture(scope="session")
def _storage_server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def storage(_storage_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of a storage with the empty bucket «cards»; the environment says where the storage is."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", _storage_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-which-is-in-no-message")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    client = boto3.client("s3")
    client.create_bucket(Bucket="cards")
    yield client
    for stored in client.list_objects_v2(Bucket="cards").get("Contents", ()):
        client.delete_object(Bucket="cards", Key=stored["Key"])
    client.delete_bucket(Bucket="cards")
    client.close()
