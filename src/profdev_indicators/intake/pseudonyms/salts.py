"""The salt: a secret of the department, without which nobody can tell whose key it is; kept away from the data."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import field, frozen

from profdev_indicators.errors import RequestError

VARIABLE = "PROFDEV_SALT"
_SHORTEST = 16  # bytes: what is shorter can be guessed by trying
_MADE = 32  # bytes of a new one
_OTHERS = 0o077  # rights of everybody but the owner
_BOM = b"\xef\xbb\xbf"


@frozen(kw_only=True)
class Salt:
    """The secret and where it was taken from."""

    secret: bytes = field(repr=False)
    file: Path | None = None  # None: from the environment

    @classmethod
    def read(cls, file: Path) -> Salt:
        """The salt of a file.

        Raises:
            RequestError: there is none, or it is too short to be one.
        """
        if not file.is_file():
            raise RequestError(f"нет файла соли {file}: впервые создайте её, добавив --new-salt")
        return cls(secret=_checked(file.read_bytes(), str(file)), file=file)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> Salt:
        """The salt of the variable ``PROFDEV_SALT``.

        Raises:
            RequestError: it is not set, or too short to be one.
        """
        if not environment.get(VARIABLE):
            raise RequestError(f"нужна соль: файл --salt (новый создаст --new-salt) или переменная {VARIABLE}")
        return cls(secret=_checked(environment[VARIABLE].encode(), f"переменная {VARIABLE}"))

    @classmethod
    def new(cls, file: Path) -> Salt:
        """A new salt in a file that only its owner may read.

        Raises:
            RequestError: something is there already: with another salt all keys would be others.
            OSError: it cannot be written.
        """
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret = secrets.token_hex(_MADE).encode()
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            message = (
                f"{file} уже есть: с новой солью все ключи станут другими; уберите --new-salt, чтобы взять прежнюю"
            )
            raise RequestError(message) from None
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secret + b"\n")
        return cls(secret=secret, file=file)

    def check_apart(self, source: Path, target: Path) -> None:
        """Whoever is given the folder of the register or of the data must not be given the salt with it.

        Raises:
            RequestError: it lies in one of them, or they lie in its folder.
        """
        if self.file is not None:
            check_apart(self.file, source, target)

    def warnings(self) -> Iterator[str]:
        """What is unsafe about its file."""
        if self.file is not None and os.name == "posix" and self.file.stat().st_mode & _OTHERS:
            yield f"соль {self.file} могут прочитать другие: chmod 600 {self.file}"


def check_apart(file: Path, source: Path, target: Path) -> None:
    """The same of a salt that is not made yet.

    Raises:
        RequestError: it lies in one of the two folders, or they lie in its folder.
    """
    home = file.resolve().parent
    # Data lie in folders of periods: what lies above the output is the folder of data as a rule.
    for path, what in ((source, "список"), (target, "результат"), (target.parent, "данные")):
        folder = path.resolve().parent
        if folder == Path(folder.anchor):
            continue
        if home.is_relative_to(folder) or (what != "данные" and folder.is_relative_to(home)):
            message = f"соль {file} лежит там же, где {what} ({folder}): кто получит папку, получит и соль"
            raise RequestError(f"{message}; положите соль в отдельную папку")


def _checked(raw: bytes, where: str) -> bytes:
    secret = raw.removeprefix(_BOM).strip()
    if len(secret) < _SHORTEST:
        raise RequestError(f"{where}: соль короче {_SHORTEST} знаков, её можно подобрать; новую создаст --new-salt")
    return secret
