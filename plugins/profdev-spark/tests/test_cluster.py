"""A real cluster on this machine: a master and two workers, one of which dies in the middle of the work."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pyspark
import pytest
from py4j.protocol import Py4JError
from pyspark import SparkContext
from pyspark.sql import SparkSession

from asked_of_records import LITTLE, part, question, register, rows, told
from profdev_spark.engine import Spark

pytestmark = pytest.mark.spark

_SPARK = Path(pyspark.__file__).parent
_PATIENCE = 90  # seconds for a process to say that it is there: a machine may be busy
_FILES = 24
_ROWS = 200  # of a file
_SMALL = {
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
    # A task for each file, so that there is a middle of the work.
    "spark.sql.files.openCostInBytes": "134217728",
}


@attrs.frozen(kw_only=True)
class _Daemon:
    """A process of the cluster, with all its own."""

    process: subprocess.Popen[bytes]
    journal: Path

    def heard(self, pattern: str) -> str:
        """What it says of itself, as soon as it does."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if found := re.search(pattern, self.journal.read_text(encoding="utf-8", errors="replace")):
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(self.journal.read_text(encoding="utf-8", errors="replace"))

    def kill(self) -> None:
        """At once, with the executors it has started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@attrs.frozen(kw_only=True)
class _Cluster:
    master: str
    workers: tuple[_Daemon, ...]


def _started(folder: Path, name: str, *words: str) -> _Daemon:
    journal = folder / f"{name}.log"
    home = {"SPARK_HOME": str(_SPARK), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    with journal.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - the words are ours
            [str(_SPARK / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1", *words],
            stdout=file,
            stderr=file,
            env={**os.environ, **home},
            start_new_session=True,
        )
    return _Daemon(process=process, journal=journal)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[_Cluster]:
    daemons: list[_Daemon] = []
    try:
        daemons.append(_started(tmp_path, "master.Master", "--port", "0", "--webui-port", "0"))
        master = daemons[0].heard(r"Starting Spark master at (spark://\S+)")
        for number in (1, 2):
            folder = tmp_path / f"worker{number}"
            folder.mkdir()
            more = ("--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(folder), master)
            daemons.append(_started(folder, "worker.Worker", *more))
        for worker in daemons[1:]:
            worker.heard(r"(Successfully registered with master)")
        yield _Cluster(master=master, workers=tuple(daemons[1:]))
    finally:
        if (session := SparkSession.getActiveSession()) is not None:
            session.stop()  # while there is somebody to say goodbye to
        for daemon in reversed(daemons):
            daemon.kill()


def _files(folder: Path) -> tuple[Path, ...]:
    whole = register(_FILES * _ROWS)
    paths = tuple(folder / f"register-{number}.parquet" for number in range(_FILES))
    for number, path in enumerate(paths):
        whole.slice(number * _ROWS, _ROWS).write_parquet(path)
    return paths


class _Assassin(threading.Thread):
    """Kills a worker when some tasks of a stage are done and others are not."""

    def __init__(self, victim: _Daemon) -> None:
        super().__init__(daemon=True)
        self.victim = victim
        self.met: tuple[int, int] | None = None  # tasks done, and all of them, when it struck
        self.given_up = threading.Event()

    def run(self) -> None:
        while not self.given_up.wait(0.005):
            for done, tasks in _stages():
                if tasks == _FILES and 1 < done < _FILES - 4:
                    self.victim.kill()
                    self.met = (done, tasks)
                    return


def _stages() -> list[tuple[int, int]]:
    """Of each stage under way: tasks done, and all of them."""
    context = SparkContext._active_spark_context  # a session is active only in the thread that has opened it
    try:
        tracker = context.statusTracker()
        stages = [tracker.getStageInfo(number) for number in tracker.getActiveStageIds()]
    except (AttributeError, Py4JError):  # there is none yet, or it is just being closed
        return []
    return [(stage.numCompletedTasks, stage.numTasks) for stage in stages if stage is not None]


def test_a_killed_worker_does_not_change_the_answer(cluster: _Cluster, tmp_path: Path) -> None:
    where = part(files=_files(tmp_path), format="parquet")
    expected = [rows(each) for each in told(Spark(master="local[2]", config=LITTLE), question(), where)]
    assassin = _Assassin(cluster.workers[0])
    assassin.start()
    try:
        found = [rows(each) for each in told(Spark(master=cluster.master, config=_SMALL), question(), where)]
    finally:
        assassin.given_up.set()
        assassin.join()
    assert assassin.met is not None, "the work was done before anybody was killed"
    assert found == expected
