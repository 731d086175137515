"""A folder of templates with the user's name put in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from profdev_indicators.cli.staging import put_whole
from profdev_indicators.errors import RequestError

PLACEHOLDER = "PACKAGE"  # in names of folders
_SUFFIX = ".txt"  # keeps tools from taking a template of Python for Python
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def checked_name(name: str) -> str:
    """A name which can be a folder on any system.

    Raises:
        RequestError: it cannot.
    """
    if _NAME.fullmatch(name) is None or len(name) > _LONGEST or name in _DEVICES:
        raise RequestError(
            f"имя «{name}» не годится: нужны строчные латинские буквы, цифры и дефисы, первая — буква,"
            f" не длиннее {_LONGEST} знаков; например, my-district"
        )
    return name


def filled(template: str, words: Mapping[str, str]) -> dict[str, bytes]:
    """The files of a template by name, with ``$word`` replaced in contents and PACKAGE in names."""
    root = files(__package__) / "templates" / template
    return {
        name.removesuffix(_SUFFIX).replace(PLACEHOLDER, words.get("package", PLACEHOLDER)): Template(
            file.read_text(encoding="utf-8")
        )
        .substitute(words)
        .encode()
        for name, file in _walk(root)
    }


def put_new(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write a folder which was not there.

    Raises:
        RequestError: it was.
    """
    if folder.exists():
        raise RequestError(f"{folder} уже есть: выберите другое имя, чтобы ничего не затереть")
    put_whole(content, folder)


def _walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry
