"""Tables of Delta: through the package of Spark where it is loaded, else the files that are alive, as Parquet.

A folder of Delta read as plain Parquet gives rows twice after it has been compacted: files that were replaced lie
there until somebody sweeps them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from attrs import frozen
from pyspark.sql import DataFrame, SparkSession

from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.records import Part

_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
_GET = (
    "pip install profdev-spark[delta] или пакет для Spark: engines: [{spark: {config: {spark.jars.packages: "
    f"'io.delta:delta-spark_2.13:…', spark.sql.extensions: {_EXTENSION}, spark.sql.catalog.spark_catalog: "
    "org.apache.spark.sql.delta.catalog.DeltaCatalog}}}]"
)
_KNOWN = {"timestampNtz", "appendOnly", "invariants", "checkConstraints", "generatedColumns", "changeDataFeed"}
"""Features of tables that change nothing for whoever reads the files."""


@frozen(kw_only=True, eq=False)
class Found:
    """The rows of a table, and which of its columns are names of folders."""

    frame: DataFrame
    partitions: frozenset[str] = frozenset()


def live(session: SparkSession, part: Part) -> Iterator[Found]:
    """The rows of a table as it is now.

    Raises:
        SourceError: there is no way to read it, or it has features that plain files do not show.
    """
    for address in [path.as_posix() for path in part.files] or [part.address]:
        if _EXTENSION in (session.sparkContext.getConf().get("spark.sql.extensions") or ""):
            yield Found(frame=session.read.options(**part.options).format("delta").load(address))
            continue
        table = _table(address, part)
        columns = frozenset(table.metadata().partition_columns)
        files = table.file_uris()
        if files:
            yield Found(frame=_files(session, address, files, columns), partitions=columns)


def _files(session: SparkSession, address: str, files: Sequence[str], partitions: frozenset[str]) -> DataFrame:
    """Files as one table; the names of folders become columns."""
    found: DataFrame = session.read.option("basePath", address).parquet(*files)
    for column in sorted(partitions):
        written = {
            part.partition("=")[2] for file in files for part in file.split("/") if part.startswith(f"{column}=")
        }
        # Spark takes «%D0» for a letter, and it is half of one.
        meant = {
            unquote(text, "latin-1"): unquote(text) for text in written if unquote(text, "latin-1") != unquote(text)
        }
        found = found.replace(meant, subset=[column]) if meant else found
    return found


def _table(address: str, part: Part) -> Any:  # noqa: ANN401 - of a library that may not be there
    try:
        import deltalake  # noqa: PLC0415 - only those who read Delta need it
    except ImportError:
        message = "это таблица Delta: её не читает ни Spark без своего пакета, ни библиотека deltalake, которой нет"
        raise SourceError([Problem(file=part.name, message=message, hint=_GET)]) from None
    try:
        table = deltalake.DeltaTable(address)
        features = set(table.protocol().reader_features or ())
    except Exception:  # noqa: BLE001 - whatever a library of another language raises; its words may quote what it read
        raise SourceError(
            [Problem(file=part.name, message="таблица Delta не открывается", hint="тот ли это адрес?")]
        ) from None
    unknown = features - _KNOWN
    if unknown or table.metadata().configuration.get("delta.columnMapping.mode", "none") != "none":
        message = f"у таблицы Delta есть то, чего не видно по файлам: {', '.join(sorted(unknown)) or 'columnMapping'}"
        raise SourceError([Problem(file=part.name, message=message, hint=_GET)])
    return table
