"""Where a database is: an address as people write it, and its name without anything secret."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from attrs import field, frozen

Dialect = Literal["sqlite", "postgresql"]

_SCHEMES = ("postgresql", "postgres")
_SECRET_OPTIONS = ("user", "password", "sslpassword")
_SERVER = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^\[\]:,@]*)(?::[0-9]*)?")
_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_SHORTEST = 3  # letters of a secret: a shorter one is no secret, and to hide it would riddle the message
_HIDDEN = "•••"


@frozen(kw_only=True)
class Address:
    """A database to read."""

    dialect: Dialect
    text: str = field(repr=False)  # a path in the folder of data, or the whole URI
    name: str  # what messages call it: nothing secret in it
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def hide(self, message: str) -> str:
        """A message without the secrets of the address and of the environment."""
        for secret in sorted((*self.secrets, os.environ.get("PGPASSWORD", "")), key=len, reverse=True):
            if len(secret) >= _SHORTEST:
                message = message.replace(secret, _HIDDEN)
        return message


def parse(text: str) -> Address:
    """An address as it stands in a configuration or in the environment.

    Raises:
        ValueError: it is none, in Russian; the words of the address itself are not repeated, since a password may be
            among them.
    """
    text = text.strip()
    if not text:
        raise ValueError("пустой адрес базы")
    scheme, found, _ = text.partition("://")
    if not found:
        return _file(text)
    if scheme not in _SCHEMES:
        raise ValueError("адрес базы — файл SQLite в папке данных или postgresql://сервер/база")
    return _server(text)


def public(text: str) -> Address:
    """An address that may stand in a configuration, for everybody to see.

    Raises:
        ValueError: it is none, or has a name or a password in it.
    """
    address = parse(text)
    if address.dialect == "postgresql":
        parts = urlsplit(text.strip())
        if "@" in parts.netloc or set(_SECRET_OPTIONS) & parse_qs(parts.query, keep_blank_values=True).keys():
            raise ValueError(
                "имя и пароль не пишут в конфигурации: задайте PGUSER и PGPASSWORD в окружении "
                "или весь адрес в переменной, названной в env"
            )
    return address


def _file(text: str) -> Address:
    path = text.replace("\\", "/")
    parts = PurePosixPath(path).parts
    if path.startswith("/") or PureWindowsPath(path).drive:
        raise ValueError("файл базы — относительно папки данных, а не от корня диска")
    if ".." in parts or not parts:
        raise ValueError("файл базы не может лежать вне папки данных («..»)")
    return Address(dialect="sqlite", text=path, name=f"sqlite: {path}")


def _server(text: str) -> Address:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError("непонятный адрес сервера базы") from None
    account, _, servers = parts.netloc.rpartition("@")
    # A «/», «?», «#» or «@» of a password that is not encoded cuts the address at the wrong place.
    if parts.fragment or "@" in account or "@" in f"{parts.path}{parts.query}":
        raise ValueError("знаки «@», «/», «?», «#» внутри имени и пароля пишутся как %40, %2F, %3F, %23")
    if _PERCENT.search(text):
        raise ValueError("знак «%» в адресе базы пишется как %25")
    if not all(_SERVER.fullmatch(server) for server in servers.split(",")):
        raise ValueError("непонятный сервер или порт в адресе базы")
    options = parse_qs(parts.query)
    host = servers or ",".join(options.get("host", ())) or os.environ.get("PGHOST", "") or "localhost"
    base = unquote(parts.path.lstrip("/")) or "".join(options.get("dbname", ())) or os.environ.get("PGDATABASE", "")
    return Address(
        dialect="postgresql",
        text=text,
        name=f"postgresql: {unquote(host)}/{base}".rstrip("/"),
        secrets=tuple(_secrets(parts, account)),
    )


def _secrets(parts: SplitResult, account: str) -> list[str]:
    password = account.partition(":")[2]
    options = parse_qs(parts.query)
    given = [password, *(value for name in _SECRET_OPTIONS[1:] for value in options.get(name, ()))]
    return [form for secret in given if secret for form in (secret, unquote(secret))]
