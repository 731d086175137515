"""A session is quiet, does not touch one that is open, and is closed when the program ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from asked_of_records import LITTLE, part, question, register, told
from profdev_indicators.errors import SourceError
from profdev_spark import session
from profdev_spark.engine import Spark

pytestmark = pytest.mark.spark

HERE = Spark(master="local[2]", config=LITTLE)
_COUNT = """
import sys
from asked_of_records import LITTLE, part, question, register, told
from profdev_spark.engine import Spark
print(told(Spark(config=LITTLE), question(), part(register()))[0].rows)
"""


def test_nothing_is_said_but_the_answer_and_the_master_comes_from_the_environment() -> None:
    tests = Path(__file__).parents[3] / "tests"
    paths = os.pathsep.join([str(tests), *filter(None, sys.path)])
    found = subprocess.run(  # noqa: S603 - the words are ours
        [sys.executable, "-W", "error", "-c", _COUNT],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, session.MASTER: "local[1]", "PYTHONPATH": paths},
    )
    assert (found.stdout, found.stderr) == ("400\n", "")


def test_a_session_that_is_open_keeps_its_settings() -> None:
    open_one = session.opened(HERE)
    open_one.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    open_one.conf.set("spark.sql.ansi.enabled", "false")
    told(HERE, question(), part(register()))
    assert open_one.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"
    assert open_one.conf.get("spark.sql.ansi.enabled") == "false"
    assert not open_one.catalog.tableExists("records")
    assert session.opened(HERE).conf.get("spark.sql.session.timeZone") == "UTC"


def test_without_java_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    active = SparkSession.getActiveSession()
    if active is not None:
        active.stop()
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SourceError, match="нужна Java, а её нет — установите Java 17"):
        told(HERE, question(), part(register()))
