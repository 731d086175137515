"""Parts of records as Spark reads them, in the columns and types of the question."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from pathlib import Path

import polars as pl
from attrs import frozen
from pyspark.sql import DataFrame, SparkSession

from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.expressions import ColumnType
from profdev_indicators.records import Part, Question
from profdev_spark import delta, written
from profdev_spark.arrow import brought, sent
from profdev_spark.failures import placed
from profdev_spark.places import ENV, LOGIN, WHAT
from profdev_spark.plan import PART, PERIOD, quoted

ODD = "@odd"
"""A column: how many cells of the row are written as no machine writes them (only texts have such)."""

_GLOB = re.compile(r"([\[\]{}*?\\])")
_SPARK: Mapping[ColumnType, str] = {
    "text": "STRING",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "date": "DATE",
}
_FITTING: Mapping[ColumnType, re.Pattern[str]] = {
    "text": re.compile(r"string|void|(var)?char\(\d+\)"),
    "integer": re.compile(r"tinyint|smallint|int|bigint|void|decimal\(\d+,0\)"),
    "number": re.compile(r"tinyint|smallint|int|bigint|float|double|void|decimal\(\d+,\d+\)"),
    "flag": re.compile(r"boolean|void"),
    "date": re.compile(r"date|timestamp_ntz|void"),
}


def records(session: SparkSession, question: Question, parts: Mapping[int, Part]) -> DataFrame:
    """The columns of the question, :data:`plan.PART`, :data:`plan.PERIOD` and :data:`ODD`.

    Raises:
        SourceError: with every problem of every part.
    """
    found: list[DataFrame] = []
    problems: list[Problem] = []
    for number, part in parts.items():
        try:
            with placed(part.name):
                found += _part(session, question, number, part)
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(problems)
    return reduce(DataFrame.unionAll, found)


def refuse_odd(session: SparkSession, question: Question, parts: Mapping[int, Part]) -> None:
    """Say which columns have cells that cannot be read, where nobody else can read them.

    Raises:
        SourceError: a part that only Spark reads has such.
    """
    problems: list[Problem] = []
    for part in parts.values():
        if part.frame is None:
            texts = reduce(DataFrame.unionAll, (table.frame for table in _tables(session, part)))
            counts = brought(texts.selectExpr(*written.oddities(part.renamed, question.columns)))
            problems += written.told(part, question.columns, counts.row(0, named=True))
    if problems:
        raise SourceError(problems)


@frozen(kw_only=True, eq=False)
class _Table:
    """Something Spark has found, in its own columns."""

    frame: DataFrame
    renamed: Mapping[str, str]  # column of the question → of the table
    texts: bool = False  # all cells are texts, whatever they mean
    partitions: frozenset[str] = frozenset()  # columns that are names of folders, thus texts


def _part(session: SparkSession, question: Question, number: int, part: Part) -> Iterator[DataFrame]:
    period = "CAST(NULL AS BIGINT)" if part.period is None else f"{question.numbers[part.period]}L"
    own = [f"{number} AS {quoted(PART)}", f"{period} AS {quoted(PERIOD)}"]
    for table in _tables(session, part) if part.format != "frame" else [_from_frame(session, question, part)]:
        _refuse(part, question.columns, table)
        columns = {name: quoted(table.renamed.get(name, name)) for name in question.columns}
        if table.texts:
            yield table.frame.selectExpr(*written.readings(columns, question.columns), *own).where(
                " OR ".join(f"{quoted(name)} IS NOT NULL" for name in question.columns)
            )
        else:
            readings = [f"{_typed(columns[name], kind)} AS {quoted(name)}" for name, kind in question.columns.items()]
            yield table.frame.selectExpr(*readings, f"0L AS {quoted(ODD)}", *own)


def _typed(column: str, kind: ColumnType) -> str:
    if kind == "number":
        number = f"CAST({column} AS DOUBLE)"
        return f"CASE WHEN ABS({number}) <= 1.7976931348623157E308D THEN {number} END"
    return f"TRY_CAST({column} AS {_SPARK[kind]})"


def _refuse(part: Part, columns: Mapping[str, ColumnType], table: _Table) -> None:
    """Object to columns that are not there or of another type.

    Raises:
        SourceError: with every one of them.
    """
    have = dict(table.frame.dtypes)
    problems = []
    for name, kind in columns.items():
        said = table.renamed.get(name, name)
        if said not in have:
            near = next((other for other in have if other.lower() == said.lower()), None)
            hint = f"есть «{near}»: впишите так, как в таблице" if near else f"есть: {', '.join(sorted(have)[:20])}"
            problems.append(Problem(file=part.name, message=f"нет столбца «{said}»", hint=hint))
        elif not table.texts and said not in table.partitions and not _FITTING[kind].fullmatch(have[said]):
            message = f"столбец «{said}» — {have[said]}, а объявлен как {kind}"
            fits = next((other for other, pattern in _FITTING.items() if pattern.fullmatch(have[said])), None)
            hint = f"объявите его как есть: columns: {{{name}: {fits}}}" if fits else "сохраните его другим типом"
            problems.append(Problem(file=part.name, message=message, hint=hint))
    if problems:
        raise SourceError(problems)


def _from_frame(session: SparkSession, question: Question, part: Part) -> _Table:
    if part.frame is None:
        raise SourceError(
            [Problem(file=part.name, message="этих записей Spark не видит", hint="выберите reader spark_…")]
        )
    frame = part.frame.select(list(question.columns)).collect(engine="streaming")
    return _Table(frame=sent(session, frame), renamed={})


def _tables(session: SparkSession, part: Part) -> Iterator[_Table]:
    match part.format:
        case "parquet" if part.files:
            for paths in _alike(part.files):
                yield _Table(frame=session.read.parquet(*map(_escaped, paths)), renamed=part.renamed)
        case "parquet":
            yield _Table(frame=session.read.options(**part.options).parquet(part.address), renamed=part.renamed)
        case "csv":
            yield from _separated(session, part)
        case "delta":
            for found in delta.live(session, part):
                yield _Table(frame=found.frame, renamed=part.renamed, partitions=found.partitions)
        case "hive":
            yield _Table(frame=session.read.options(**part.options).table(part.address), renamed=part.renamed)
        case "jdbc":
            yield _Table(frame=_jdbc(session, part), renamed=part.renamed)
        case _:
            raise SourceError([Problem(file=part.name, message=f"Spark не читает «{part.format}»")])


def _separated(session: SparkSession, part: Part) -> Iterator[_Table]:
    """Text tables, one by one: the order of columns is each file's own."""
    told = {"sep": part.options.get("separator", ","), "encoding": part.options.get("encoding", "UTF-8")}
    known = {name: value for name, value in part.options.items() if name not in {"separator", "encoding"}}
    # A line break inside a cell is part of the cell, and a doubled quotation mark is one.
    reader = session.read.options(header="true", multiLine="true", escape='"', **told, **known)
    for path in [_escaped(path) for path in part.files] or [part.address]:
        yield _Table(frame=reader.csv(path), renamed=part.renamed, texts=True)


def _jdbc(session: SparkSession, part: Part) -> DataFrame:
    own = {ENV, LOGIN, WHAT}
    told = {name: value for name, value in part.options.items() if name not in own}
    if ENV in part.options:
        variable = part.options[ENV]
        if not os.environ.get(variable, "").strip():
            hint = "в ней должен стоять адрес базы: jdbc:postgresql://…"
            raise SourceError(
                [Problem(file=part.name, message=f"не задана переменная окружения {variable}", hint=hint)]
            )
        told["url"] = os.environ[variable].strip()
    login = part.options.get(LOGIN, "")
    for option, variable in (("user", f"{login}_USER"), ("password", f"{login}_PASSWORD")):
        if os.environ.get(variable):
            told[option] = os.environ[variable]
    found: DataFrame = session.read.format("jdbc").options(**told).option(part.options[WHAT], part.address).load()
    return found


def _alike(files: Iterable[Path]) -> list[list[Path]]:
    """Files whose columns are of the same types: Spark reads several as if all were like the first."""
    groups: dict[tuple[tuple[str, str], ...], list[Path]] = {}
    for file in files:
        schema = tuple((name, str(dtype)) for name, dtype in pl.scan_parquet(file, glob=False).collect_schema().items())
        groups.setdefault(schema, []).append(file)
    return list(groups.values())


def _escaped(path: Path) -> str:
    """A path that means this file and no other."""
    return "file://" + _GLOB.sub(r"\\\1", path.as_posix())
