"""CSV for programs: RFC 4180, comma, decimal point, UTF-8, one record a line; nothing in it is a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from functools import lru_cache

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# A spreadsheet computes a cell which begins so, whoever wrote it; the last four are what full-width typing gives.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_PHONE = re.compile(r"\+[0-9][0-9 ()–-]*")


def separated(rows: Iterable[Iterable[object]]) -> bytes:
    """A table; null is an empty cell, a whole number has no fraction, any other as many digits as it needs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue().encode(errors="replace")


def flat(text: str) -> str:
    """On one line: what breaks lines, or cannot be seen at all, becomes a space."""
    return _BREAKS.sub(" ", text)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case str():
            return _harmless(value)
        case _:
            return str(value)


@lru_cache(maxsize=4096)  # a table says each name once a row
def _harmless(text: str) -> str:
    line = flat(text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) and not _PHONE.fullmatch(line) else line
