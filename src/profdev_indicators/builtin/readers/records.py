"""Lists of records in JSON, whole or one a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from profdev_indicators.builtin.readers.grids import Grid, UnreadableError

_LARGEST = 256 << 20  # bytes: in memory, records take a dozen times more
_INT64 = range(-(2**63), 2**63)


def read_json(path: Path) -> Grid:
    """``[{"unit": …}, …]``, or an object with one such list in it.

    Raises:
        UnreadableError: the file is not JSON, or not a list of records.
        OSError: it cannot be opened.
    """
    found = _loaded(_decoded(path), 0)
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else found
    if not isinstance(found, list):
        raise UnreadableError("в файле не список записей", hint='ожидается [{"unit": …}, …]')
    return _grid(found)


def read_ndjson(path: Path) -> Grid:
    """One record a line; a blank line is counted as an empty record.

    Raises:
        UnreadableError: a line is not a JSON record.
        OSError: it cannot be opened.
    """
    lines = enumerate(_decoded(path).rstrip().split("\n"), 1)
    return _grid([_loaded(line, number) if line.strip() else {} for number, line in lines])


def _decoded(path: Path) -> str:
    size = path.stat().st_size
    if size > _LARGEST:
        message = f"файл занимает {size >> 20} МиБ, предел — {_LARGEST >> 20} МиБ"
        raise UnreadableError(message, hint="отдайте эти записи в Parquet или CSV")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("файл не в UTF-8", hint="JSON бывает только в UTF-8") from error
    if not text.strip():
        raise UnreadableError("файл пуст")
    return text


def _loaded(text: str, line: int) -> Any:  # noqa: ANN401 - JSON may be anything
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        hint = f"{error.msg}, знак {error.colno}"
        raise UnreadableError("это не JSON или он обрезан", hint=hint, line=line or error.lineno) from error
    except (RecursionError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise UnreadableError("в JSON слишком глубокая вложенность или слишком длинное число", line=line) from error


def _grid(records: Sequence[Any]) -> Grid:
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise UnreadableError(f"запись {number} — не объект", hint='ожидается {"unit": …}')
    headings = tuple(dict.fromkeys(heading for record in records for heading in record))
    columns = {str(at): _column([record.get(name) for record in records]) for at, name in enumerate(headings)}
    return Grid(frame=pl.DataFrame(columns), names=tuple(columns), headings=headings, seen=headings)


def _column(values: Sequence[Any]) -> pl.Series:
    """Numbers stay numbers; where they stand among words, all are texts, as in any other file."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool}:
        return pl.Series(values=values, dtype=pl.Boolean)
    if kinds <= {int} and all(value is None or value in _INT64 for value in values):
        return pl.Series(values=values, dtype=pl.Int64)
    if kinds == {float} or (
        kinds == {int, float}
        and all(isinstance(value, float) or value in _INT64 for value in values if value is not None)
    ):
        return pl.Series(values=[None if value is None else float(value) for value in values], dtype=pl.Float64)
    return pl.Series(values=[_text(value) for value in values], dtype=pl.String)


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON may be anything
    match value:
        case None:
            return None
        case str():
            return value.encode(errors="replace").decode()  # half of a surrogate pair is no text
        case float() if value.is_integer():
            return str(int(value))
        case list() if all(isinstance(part, str) for part in value):
            return "; ".join(value)
    return _text(json.dumps(value, ensure_ascii=False))
