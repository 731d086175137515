"""A session of Spark: one that is open already, or one of our own, quiet, and closed when we have done."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from profdev_indicators.errors import Problem, SourceError
from profdev_spark.failures import told

if TYPE_CHECKING:
    from profdev_spark.engine import Spark

MASTER = "PROFDEV_SPARK_MASTER"
"""The environment variable that says where to count, where the configuration does not."""

PINNED: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",  # columns of a question that differ in case are two
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # a folder «subject=01» is the text 01
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",  # days before 1582 are what is written
    "spark.sql.variable.substitute": "false",  # «${…}» in a text is a text
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
}
"""On what numbers depend: the same in every session, whatever the configuration or the cluster say."""

_QUIET: Mapping[str, str] = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
_AT_HOME: Mapping[str, str] = {"spark.driver.host": "localhost", "spark.driver.bindAddress": "127.0.0.1"}
_OURS = "spark.profdev.settings"  # marks a session of our own, and says what it was opened with
_SUPPOSED_CORES = 2
_JAVA = "установите Java 17 или новее (Debian, Ubuntu: apt install openjdk-17-jre-headless) либо задайте JAVA_HOME"


def opened(settings: Spark) -> SparkSession:
    """A session with the pinned settings.

    What somebody else has opened (a notebook) is used and left open, its settings untouched. Our own lives until the
    program ends: a source is counted in several goes, and a cluster takes its time to begin.

    Raises:
        SourceError: Spark cannot be started.
    """
    conf = _configured(settings)
    active: SparkSession | None = SparkSession.getActiveSession()
    if active is not None and active.sparkContext.getConf().get(_OURS, conf.get(_OURS)) != conf.get(_OURS):
        active.stop()
        active = None
    return _pinned((active or _started(conf, told=settings.log)).newSession())


def _started(conf: SparkConf, *, told: bool) -> SparkSession:
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise SourceError([Problem(message="для --engine spark нужна Java, а её нет", hint=_JAVA)])
    with tempfile.TemporaryFile() as journal, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of libraries that Spark loads and we do not use
        try:
            context = SparkContext(conf=conf, gateway=_gateway(conf, None if told else journal))
        except (PySparkException, Py4JError, OSError, ValueError, RuntimeError) as error:
            raise SourceError([_why_not(error, journal, conf.get("spark.master"))]) from None
        context.setLogLevel("WARN" if told else "OFF")
        session = SparkSession(context)
    atexit.register(session.stop)
    return session


def _gateway(conf: SparkConf, journal: IO[bytes] | None) -> Any:  # noqa: ANN401 - of a library without types
    """The way to Java: the one this process has, or a new one that says nothing on the console."""
    if SparkContext._gateway is not None:  # noqa: SLF001 - there is one for a process, and no other way to know
        return None
    return launch_gateway(conf, {} if journal is None else {"stdout": journal, "stderr": journal})


def _configured(settings: Spark) -> SparkConf:
    master = settings.master or os.environ.get(MASTER) or "local[*]"
    local = master.startswith("local")
    told = {
        **_QUIET,
        **({**_AT_HOME, "spark.sql.shuffle.partitions": str(_cores(master))} if local else {}),
        **settings.config,
        **PINNED,
        "spark.master": master,
        "spark.app.name": settings.app_name,
    }
    told[_OURS] = sha256(repr(sorted(told.items())).encode()).hexdigest()
    return SparkConf().setAll(list(told.items()))


def _cores(master: str) -> int:
    """How many pieces to sort groups into on one machine: Spark's usual 200 are for a cluster."""
    number = master.partition("[")[2].partition("]")[0].partition(",")[0]
    return int(number) if number.isdigit() else os.cpu_count() or _SUPPOSED_CORES


def _pinned(session: SparkSession) -> SparkSession:
    for name, value in PINNED.items():
        session.conf.set(name, value)
    return session


def _why_not(error: Exception, journal: IO[bytes], master: str | None) -> Problem:
    journal.seek(0)
    said = journal.read().decode(errors="replace")
    if "UnsupportedClassVersionError" in said:
        return Problem(message="для --engine spark нужна Java новее", hint=_JAVA)
    if "JAVA_HOME is not set" in said or "No such file or directory" in said:
        return Problem(message="для --engine spark нужна Java, а она не запускается", hint=_JAVA)
    return told(error, f"Spark не запускается на {master}")
