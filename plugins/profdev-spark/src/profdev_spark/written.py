"""Cells of a text table that a machine has written, as their types; all others are counted as odd."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.errors import Problem
from profdev_indicators.expressions import ColumnType
from profdev_indicators.records import Part
from profdev_indicators.wording import counted
from profdev_spark.plan import quoted

_YES = "('true', 't', 'yes', 'y', '1', 'да')"
_NO = "('false', 'f', 'no', 'n', '0', 'нет')"
_FORMS: Mapping[ColumnType, tuple[str, str]] = {
    "integer": ("-?[0-9]{1,18}", "BIGINT"),
    "number": ("-?[0-9]{1,300}([.][0-9]{1,300})?", "DOUBLE"),
    "date": ("(19[0-9]{2}|20[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}", "DATE"),
}
_WORDS: Mapping[ColumnType, str] = {
    "integer": "целое число: 12",
    "number": "число: 12.5",
    "flag": "да/нет: true, false, 1, 0",
    "date": "дата: 2022-12-31",
}


def readings(columns: Mapping[str, str], kinds: Mapping[str, ColumnType]) -> list[str]:
    """Projections: each column as its type, null where it is empty or odd, and the number of odd cells."""
    odd = [_is_odd(columns[name], kind) for name, kind in kinds.items() if kind != "text"]
    number = " + ".join(f"CAST({one} AS BIGINT)" for one in odd) or "0L"
    typed = [f"{_read(columns[name], kind)} AS {quoted(name)}" for name, kind in kinds.items()]
    return [*typed, f"{number} AS `@odd`"]


def oddities(renamed: Mapping[str, str], kinds: Mapping[str, ColumnType]) -> list[str]:
    """Projections: how many odd cells each column has."""
    columns = {name: quoted(renamed.get(name, name)) for name in kinds}
    return [
        f"COUNT_IF({_is_odd(columns[name], kind)}) AS {quoted(name)}" for name, kind in kinds.items() if kind != "text"
    ]


def told(part: Part, kinds: Mapping[str, ColumnType], odd: Mapping[str, int]) -> list[Problem]:
    """What the odd cells of a part mean for whoever wrote it."""
    return [
        Problem(
            file=part.name,
            cell=part.renamed.get(name, name),
            message=f"{counted(number, 'ячейка', 'ячейки', 'ячеек')} не читается",
            hint=f"здесь нужно, как пишет машина: {_WORDS[kinds[name]]}; пусто — не известно",
        )
        for name, number in odd.items()
        if number
    ]


def _text(column: str) -> str:
    return f"NULLIF(REGEXP_REPLACE({column}, '(?U)^\\\\s+|\\\\s+$', ''), '')"


def _read(column: str, kind: ColumnType) -> str:
    text = _text(column)
    if kind == "text":
        return text
    if kind == "flag":
        return f"CASE WHEN LOWER({text}) IN {_YES} THEN TRUE WHEN LOWER({text}) IN {_NO} THEN FALSE END"
    form, dtype = _FORMS[kind]
    return f"CASE WHEN {text} RLIKE '^({form})$' THEN TRY_CAST({text} AS {dtype}) END"


def _is_odd(column: str, kind: ColumnType) -> str:
    return f"({_text(column)} IS NOT NULL AND {_read(column, kind)} IS NULL)"
