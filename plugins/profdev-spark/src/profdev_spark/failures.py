"""What Spark says when something goes wrong, in words that hold no data: its own often quote a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException

from profdev_indicators.errors import Problem, SourceError

_LOG = "причина — в журнале: engines: [{spark: {log: true}}]"
_KNOWN: Mapping[str, tuple[str, str]] = {
    "PATH_NOT_FOUND|FileNotFoundException|FILE_NOT_EXIST": (
        "такого пути нет",
        "файлы должны быть видны под одним и тем же путём и здесь, и на каждой машине кластера",
    ),
    "TABLE_OR_VIEW_NOT_FOUND|SCHEMA_NOT_FOUND": ("такой таблицы нет", "имя пишут как «база.таблица»"),
    "DATA_SOURCE_NOT_FOUND": ("Spark не знает такого формата", "добавьте его пакет: config: {spark.jars.packages: …}"),
    "UnsupportedFileSystemException|No FileSystem for scheme|S3AFileSystem not found": (
        "Spark не умеет читать из такого хранилища",
        "добавьте его пакет: config: {spark.jars.packages: org.apache.hadoop:hadoop-aws:…} той же версии, что Hadoop",
    ),
    "ClassNotFoundException: (?!org.apache.spark)|No suitable driver": (
        "нет драйвера этой базы",
        "добавьте его: config: {spark.jars: /путь/драйвер.jar} и назовите класс в driver",
    ),
    "AccessControlException|AccessDenied|Forbidden|28P01|28000|authentication": (
        "не пускает: неверны имя, пароль или права",
        "проверьте переменные окружения",
    ),
    "UNABLE_TO_INFER_SCHEMA|CANNOT_READ_FILE_FOOTER|FAILED_READ_FILE|not a Parquet file": (
        "файл не читается как объявленный формат",
        "проверьте, целы ли файлы",
    ),
    "OutOfMemoryError": ("не хватило памяти", "дайте больше: config: {spark.executor.memory: 8g}"),
    "All masters are unresponsive|Master removed|spark.SparkException: Could not parse Master|Invalid initial master": (
        "главная машина кластера не отвечает",
        "проверьте master и доступ к сети",
    ),
    "ConnectException|UnknownHostException|Connection refused|08001": ("сервер не отвечает", "проверьте адрес и сеть"),
}


@contextmanager
def placed(place: str) -> Iterator[None]:
    """What goes wrong with Spark, as a problem at a place.

    Raises:
        SourceError: with none of the data in it.
    """
    try:
        yield
    except (PySparkException, Py4JError, OSError) as error:
        raise SourceError([told(error, place)]) from None


def told(error: BaseException, place: str) -> Problem:
    """A failure in our words; of Spark's own only the name of its condition, which quotes nothing."""
    said = _said(error)
    for words, (message, hint) in _KNOWN.items():
        if re.search(words, said):
            return Problem(file=place, message=message, hint=hint)
    condition = error.getCondition() if isinstance(error, PySparkException) else None
    name = condition or type(error).__name__
    return Problem(file=place, message=f"Spark не досчитал ({name})", hint=_LOG)


def _said(error: BaseException) -> str:
    """All that is known of a failure, to be searched and never shown."""
    parts = [type(error).__name__, str(error)]
    if isinstance(error, PySparkException):
        parts.append(error.getCondition() or "")
    if isinstance(error, Py4JJavaError):
        parts.append(str(error.java_exception))
    return "\n".join(parts)
