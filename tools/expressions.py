"""The page about the rule language: `make docs` writes it, a test compares it; what engines say is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from math import nan
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from attrs import frozen

from profdev_indicators.expressions import (
    DEPTH,
    FUNCTIONS,
    LENGTH,
    TYPE_WORDS,
    WEIGHT,
    ColumnType,
    ExpressionError,
    parse,
    to_polars,
    to_sql,
)

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "expressions.md"
_REFUSED = "ошибка"
_COLUMNS: Mapping[str, ColumnType] = {
    "age": "integer",
    "code": "integer",
    "hours": "number",
    "rate": "number",
    "category": "text",
    "mentor": "flag",
    "birth_date": "date",
}
_TYPES: Mapping[ColumnType, Any] = {
    "integer": pl.Int64,
    "number": pl.Float64,
    "text": pl.String,
    "flag": pl.Boolean,
    "date": pl.Date,
}


@frozen
class Divergence:
    """A construct engines understand differently: as they are given it, and what it says here."""

    title: str
    text: str
    record: Mapping[str, Any]
    spark: str  # what Spark 4.3 said in ANSI mode
    why: str


DIVERGENCES = (
    Divergence(
        "деление на ноль",
        "hours / rate",
        {"hours": 1.0, "rate": 0.0},
        _REFUSED,
        "сколько часов на ноль ставок, не известно",
    ),
    Divergence(
        "деление на постоянную",
        "hours / 0.1",
        {"hours": 0.3},
        "2.9999999999999996",
        "polars умножает на обратное и ошибается в последнем знаке",
    ),
    Divergence(
        "большие целые",
        "code + code",
        {"code": 2**63 - 1},
        _REFUSED,
        "арифметика — в числах двойной точности, переполниться нечему",
    ),
    Divergence("минус перед наименьшим целым", "-code", {"code": -(2**63)}, _REFUSED, "то же"),
    Divergence("деление целых", "age / code", {"age": 7, "code": 2}, "3.5", "дробная часть не теряется"),
    Divergence(
        "число, которое не число",
        "hours > 1",
        {"hours": nan},
        "TRUE",
        "NaN и бесконечности в данных — то же, что пусто",
    ),
    Divergence("ноль со знаком", "hours + 0.0", {"hours": -0.0}, "0.0", "у нуля в ответе знака нет"),
    Divergence("пустой признак", "mentor IS TRUE", {"mentor": None}, "FALSE", "IS TRUE всегда отвечает да или нет"),
    Divergence("пустой признак, отрицание", "mentor IS NOT TRUE", {"mentor": None}, "TRUE", "то же"),
    Divergence(
        "обратная черта в образце",
        r"category LIKE 'a\_b'",
        {"category": "a_b"},
        "TRUE",
        "в образце особые знаки только % и _",
    ),
    Divergence(
        "обратная черта в образце, как есть",
        r"category LIKE 'a\_b'",
        {"category": "a\\xb"},
        "FALSE",
        "то же",
    ),
    Divergence(
        "двойные кавычки", "\"category\" = 'category'", {"category": "x"}, "TRUE", "в двойных кавычках — имя колонки"
    ),
    Divergence("большие буквы в имени", "AGE = 1", {"age": 1}, "TRUE", "имена различаются буквой"),
    Divergence(
        "дата и текст", "birth_date > '2000-01-01'", {"birth_date": date(2001, 1, 1)}, "TRUE", "типы сами не приводятся"
    ),
    Divergence("текст и число", "category = 10", {"category": "10.0"}, _REFUSED, "то же"),
    Divergence("признак и число", "mentor > 0", {"mentor": True}, _REFUSED, "то же"),
    Divergence("сравнение с NULL", "category = NULL", {"category": None}, "NULL", "верным не бывает никогда"),
    Divergence(
        "сравнения цепочкой",
        "1 < age < 35",
        {"age": 40},
        _REFUSED,
        "одни движки сравнивают с признаком, другие отказывают",
    ),
    Divergence("лишнее слово", "age < 35 young", {"age": 40}, "FALSE", "движки принимают слово за название колонки"),
    Divergence("степень", "age ^ 2", {"age": 3}, "1", "для одних степень, для других поразрядная операция"),
    Divergence(
        "округление", "ROUND(hours)", {"hours": -2.5}, "-3.0", "одни округляют половину к чётному, другие от нуля"
    ),
    Divergence("большие буквы", "UPPER(category)", {"category": "ß"}, "'SS'", "зависит от языка и версии Юникода"),
    Divergence("склейка с пустым", "CONCAT(category, NULL)", {"category": "x"}, "NULL", "тексты здесь не склеивают"),
)


_MEANINGS = {
    "ABS": "число без знака",
    "AGE": "сколько полных лет исполнилось на дату; родившимся позже — пусто. Обе — колонка или постоянная",
    "COALESCE": "первое непустое; постоянная — только последней",
    "DAY": "день месяца",
    "MONTH": "месяц, от 1 до 12",
    "YEAR": "год",
}
_EXAMPLES: Mapping[ColumnType, str] = {
    "text": "`'высшая'`; кавычка внутри удваивается: `'д''Артаньян'`",
    "integer": "`35`, `-1`; до 2⁶³ − 1",
    "number": "`1.5`; дробная часть — после точки",
    "flag": "`TRUE`, `FALSE`",
    "date": "`DATE '2025-09-01'`",
}
_GRAMMAR = """\
выражение  = или
или        = и { OR и }
и          = не { AND не }
не         = { NOT } сравнение
сравнение  = сумма [ ( = | <> | != | < | <= | > | >= ) сумма
                   | [ NOT ] IN ( постоянная { , постоянная } )
                   | [ NOT ] BETWEEN сумма AND сумма
                   | [ NOT ] LIKE 'образец'
                   | IS [ NOT ] ( NULL | TRUE | FALSE ) ]
сумма      = множитель { ( + | - ) множитель }
множитель  = знак { ( * | / ) знак }
знак       = [ - ] значение
значение   = колонка | "колонка с пробелами" | постоянная | ( выражение )
           | CASE WHEN выражение THEN выражение { WHEN … THEN … } [ ELSE выражение | ELSE NULL ] END
           | функция ( выражение { , выражение } )"""


def page() -> str:
    """The page."""
    types = [f"| `{kind}` | {words} | {_EXAMPLES[kind]} |" for kind, words in TYPE_WORDS.items()]
    functions = [f"| `{form}` | {_MEANINGS[name]} |" for name, form in FUNCTIONS.items()]
    rows = [f"| {_row(divergence)} |" for divergence in DIVERGENCES]
    return f"""# Язык условий

<!-- Сделано командой make docs (tools/expressions.py); руками не править. -->

На нём пишут `where` и `sum` в [источниках записей](configuration.md). Это часть SQL: условие, написанное здесь, поймёт
и любая база. Но не наоборот: оставлено только то, что все движки считают одинаково. Почему так —
[«Почему свой язык»](../explanation/expressions.md).

## Грамматика

```text
{_GRAMMAR}
```

Слова — английские, большими или малыми буквами; имена колонок — как объявлены, по-русски можно. Комментариев нет: их
пишут в YAML. Не больше {LENGTH} знаков, {DEPTH} уровней скобок и {WEIGHT} действий.

## Типы

| тип | что это | постоянная |
| --- | --- | --- |
{chr(10).join(types)}

Колонки объявляют с типом, и условие проверяется ещё при загрузке. Приводится само только целое к числу, когда они
встречаются. По порядку сравнивают числа и даты; тексты и признаки — только на равенство.

## Пусто

У каждого условия три ответа: да, нет, не известно. Сравнение с пустым не известно; `не известно AND нет` — нет;
`не известно OR да` — да. Пустое ищут словами `IS NULL`; из трёх ответов два делают `IS TRUE` и `IS FALSE`. В `CASE`
ветвь с неизвестным условием не выбирается.

## Функции

| пишется | что даёт |
| --- | --- |
{chr(10).join(functions)}

## Чем движки расходятся и что считается здесь

Слева — что отвечает на этот текст сам движок (polars и DuckDB запускаются, когда делается эта страница; Spark 4.3 — в
режиме ANSI), справа — что отвечает язык, на всех движках одно и то же.

| что | пример | при | polars | DuckDB | Spark | здесь | почему |
| --- | --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}

Кроме того: арифметика идёт в числах двойной точности (IEEE 754) слева направо, как написано; бесконечность, полученная
переполнением, больше всех чисел; ответ, который не конечен, становится пустым. Целые сравниваются с целыми точно, с
числами — как числа. В образце `LIKE` знак `%` — сколько угодно любых знаков, переводы строк тоже, `_` — ровно один.
"""


def _row(row: Divergence) -> str:
    given = ", ".join(f"{name} = {_said(value)}" for name, value in row.record.items())
    said = [_asked(ask, row) for ask in (_polars, _duckdb)]
    cells = [row.title, f"`{row.text}`", given, *said, row.spark, _here(row), row.why]
    return " | ".join(cell.replace("|", "\\|") for cell in cells)


def frame(record: Mapping[str, Any]) -> pl.DataFrame:
    """Two records: the one asked about, and an empty one, lest a column be the same in every row."""
    return pl.DataFrame(
        {name: pl.Series([record.get(name), None], dtype=_TYPES[kind]) for name, kind in _COLUMNS.items()}
    )


def _polars(row: Divergence) -> object:
    return frame(row.record).select(said=pl.sql_expr(row.text).alias("said"))["said"][0]


def _duckdb(row: Divergence) -> object:
    with duckdb.connect(":memory:") as connection:
        connection.register("records", frame(row.record).to_arrow())
        return connection.sql(f"SELECT {row.text} FROM records").fetchall()[0][0]  # noqa: S608 - our own text


def _asked(ask: Callable[[Divergence], object], row: Divergence) -> str:
    try:
        return _said(ask(row))
    except (pl.exceptions.PolarsError, duckdb.Error):
        return _REFUSED


def _here(row: Divergence) -> str:
    try:
        expression = parse(row.text, _COLUMNS, wanted=tuple(TYPE_WORDS))
    except ExpressionError as error:
        return f"отказ: {error.flaws[0].message}"
    said = frame(row.record).select(said=to_polars(expression))["said"][0]
    with duckdb.connect(":memory:") as connection:
        connection.register("records", frame(row.record).to_arrow())
        again = connection.sql(f"SELECT {to_sql(expression, 'duckdb')} FROM records").fetchall()[0][0]  # noqa: S608 - ours
    if _said(said) != _said(again):
        raise ValueError(row.text, said, again)
    return f"**{_said(said)}**"


def _said(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"'{value}'" if isinstance(value, str) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
