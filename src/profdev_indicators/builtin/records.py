"""Lists of records in JSON, whole or one a line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl

from profdev_indicators.builtin.grids import Grid, UnreadableError

_Record: TypeAlias = Mapping[str, Any]
_WHOLE = 2**53  # beyond it a float no longer holds every whole number


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
    return _grid((number, record) for number, record in enumerate(found, 1))


def read_ndjson(path: Path) -> Grid:
    """One record a line; blank lines are skipped but counted.

    Raises:
        UnreadableError: a line is not a JSON record.
        OSError: it cannot be opened.
    """
    lines = enumerate(_decoded(path).split("\n"), 1)
    return _grid((number, _loaded(line, number)) for number, line in lines if line.strip())


def _decoded(path: Path) -> str:
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


def _grid(numbered: Iterable[tuple[int, Any]]) -> Grid:
    numbers: list[int] = []
    records: list[_Record] = []
    for number, record in numbered:
        if not isinstance(record, dict):
            raise UnreadableError(f"запись {number} — не объект", hint='ожидается {"unit": …}')
        numbers.append(number)
        records.append(record)
    headings = tuple(dict.fromkeys(heading for record in records for heading in record))
    columns = {str(at): _column([record.get(name) for record in records]) for at, name in enumerate(headings)}
    return Grid(
        frame=pl.DataFrame({**columns, _ROW: numbers}, schema_overrides={_ROW: pl.Int64}),
        names=tuple(columns),
        headings=headings,
        seen=headings,
        rows=_ROW,
    )
