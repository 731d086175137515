"""Printing which no console can break: characters it lacks are replaced one for one."""

from __future__ import annotations

import codecs
import errno
import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

_LOOKALIKES = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "«": '"',
        "»": '"',
        "„": '"',
        "“": '"',
        "…": ".",
        "№": "N",
        "×": "x",
        "·": ".",
        "→": ">",
        "≤": "<",
        "≥": ">",
        "Σ": "S",
    }
)


_REFUSALS = {
    errno.EACCES: "нет права, или файл открыт в другой программе",
    errno.EPERM: "нет права, или файл открыт в другой программе",
    errno.ENOENT: "нет такого файла или папки",
    errno.ENOTDIR: "это файл, а нужна папка",
    errno.EISDIR: "это папка, а нужен файл",
    errno.ENOSPC: "на диске нет места",
    errno.EROFS: "сюда нельзя писать",
    errno.ENAMETOOLONG: "слишком длинное имя",
}


def refusal(error: OSError) -> str:
    """What the system did not let us do, in Russian where it can be."""
    reason = _REFUSALS.get(error.errno or 0, error.strerror or str(error))
    return f"{error.filename}: {reason}" if error.filename else reason


def lookalike(error: UnicodeError) -> tuple[str, int]:
    """A codec error handler: «−» becomes "-", anything unknown "?", and columns stay aligned."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end].translate(_LOOKALIKES)
    return "".join(letter if letter.isascii() else "?" for letter in lost), error.end


def ready_console() -> None:
    """Let stdout and stderr print anything, whatever their encoding (cp866, cp1251, a redirect)."""
    codecs.register_error("lookalike", lookalike)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="lookalike")


def say(*lines: str) -> None:
    """Print lines to stdout."""
    for line in lines:
        click.echo(line)


def complain(*lines: str) -> None:
    """Print lines to stderr."""
    for line in lines:
        click.echo(line, err=True)


def say_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Print JSON which stays JSON in a console that is not UTF-8."""
    click.echo(json.dumps(value, ensure_ascii=not _speaks_utf8(), indent=2, default=str))


def _speaks_utf8() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"


def table(rows: Iterable[Sequence[str]], *, gap: str = "  ", indent: str = "") -> list[str]:
    """Rows as lines with aligned columns; the last column is left ragged."""
    cells = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        (indent + gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]
