"""The same records in every form that Spark reads give the same answer, and what is wrong is said in Russian."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import deltalake
import polars as pl
import pytest
from attrs import evolve
from pyspark.sql import SparkSession

from asked_of_records import LITTLE, YEAR, part, question, register, rows, told
from profdev_indicators.errors import SourceError
from profdev_indicators.model import Request
from profdev_indicators.records import Part
from profdev_spark.arrow import sent
from profdev_spark.engine import Spark
from profdev_spark.places import SparkFiles, SparkJdbc, SparkTable
from profdev_spark.session import opened

pytestmark = pytest.mark.spark

HERE = Spark(master="local[2]", config=LITTLE)


@pytest.fixture(scope="module")
def expected() -> list[dict[str, Any]]:
    return rows(told(HERE, question(), part(register()))[0])


@pytest.fixture(scope="module")
def session() -> SparkSession:
    return opened(HERE)


def _counted(where: Part) -> list[dict[str, Any]]:
    return rows(told(HERE, question(), where)[0])


def _scanned(place: SparkFiles | SparkTable | SparkJdbc) -> Part:
    request = Request(
        source="register", columns=("unit",), titles={}, root=None, frames={}, calendar="year", until=YEAR
    )
    # The period stands in no address here: the part is given the year of the question.
    return evolve(place.scan(request, question().columns)[0], period=YEAR)


def _problems(where: Part) -> list[str]:
    with pytest.raises(SourceError) as refused:
        told(HERE, question(), where)
    return [str(problem) for problem in refused.value.problems]


def test_parquet_written_by_spark(session: SparkSession, tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    sent(session, register()).repartition(5).write.parquet(str(tmp_path / "register"))
    files = tuple(sorted((tmp_path / "register").glob("*.parquet")))
    assert len(files) == 5
    assert _counted(part(files=files, format="parquet")) == expected
    assert _counted(_scanned(SparkFiles(location=f"file://{tmp_path}/register"))) == expected


def test_files_of_other_names_and_other_widths(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    whole = register().rename({"oo": "Код ОО", "hours": "Часы за год"})
    first, second = tmp_path / "год [2022] {а}*.parquet", tmp_path / "второй.parquet"
    whole.head(150).with_columns(
        pl.col("age").cast(pl.Int8), pl.col("Часы за год").cast(pl.Decimal(9, 2))
    ).write_parquet(first)
    whole.tail(-150).write_parquet(second)
    renamed = {"oo": "Код ОО", "hours": "Часы за год"}
    assert _counted(part(files=(first, second), format="parquet", renamed=renamed)) == expected


def test_a_text_table_with_cyrillic(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    path = tmp_path / "реестр.csv"
    whole = (
        register().rename({"oo": "Организация"}).with_columns(pl.col("main").replace_strict({True: "да", False: "Нет"}))
    )
    path.write_text("\ufeff" + whole.write_csv(separator=";"), encoding="utf-8")
    where = part(files=(path,), format="csv", options={"separator": ";", "encoding": "utf-8"})
    assert _counted(evolve(where, renamed={"oo": "Организация"})) == expected


def test_what_people_have_written_is_read_by_the_reader_of_this_machine(
    tmp_path: Path, expected: list[dict[str, Any]]
) -> None:
    path = tmp_path / "register.csv"
    texts = register().with_columns(pl.col("hours").cast(pl.String).str.replace(".", ",", literal=True))
    texts.write_csv(path, separator=";")
    where = part(register(), files=(path,), format="csv", options={"separator": ";"})
    assert _counted(where) == expected
    alone = _problems(evolve(where, frame=None))
    assert len(alone) == 1
    assert alone[0].startswith(
        "register, hours: 369\N{NO-BREAK SPACE}ячеек не читается — здесь нужно, как пишет машина: число: 12.5"
    )


def test_compacted_delta_gives_rows_once(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    folder = str(tmp_path / "register")
    for piece in register().iter_slices(100):
        deltalake.write_deltalake(folder, piece, mode="append")
    deltalake.DeltaTable(folder).optimize.compact()
    assert len(list(Path(folder).glob("*.parquet"))) == 5  # four that were replaced, and the one that is alive
    assert _counted(_scanned(SparkFiles(location=folder, format="delta"))) == expected
    naive = told(HERE, question(), _scanned(SparkFiles(location=f"file://{folder}")))[0]
    assert naive.rows == 2 * register().height


def test_delta_in_folders_by_subject(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    folder = str(tmp_path / "register")
    deltalake.write_deltalake(folder, register(), partition_by=["subject"])
    assert _counted(_scanned(SparkFiles(location=folder, format="delta"))) == expected


def test_delta_that_files_do_not_show_is_refused(tmp_path: Path) -> None:
    folder = str(tmp_path / "register")
    configuration = {"delta.enableDeletionVectors": "true"}
    deltalake.write_deltalake(folder, register(), configuration=configuration)
    assert "deletionVectors" in _problems(_scanned(SparkFiles(location=folder, format="delta")))[0]


def test_a_table_of_the_catalogue(session: SparkSession, expected: list[dict[str, Any]]) -> None:
    sent(session, register()).createOrReplaceGlobalTempView("register")
    assert _counted(_scanned(SparkTable(table="global_temp.register"))) == expected


def test_a_database_through_jdbc(
    session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: list[dict[str, Any]]
) -> None:
    """Derby comes with Spark: a real database with a real driver."""
    url = f"jdbc:derby:{tmp_path}/base"
    monkeypatch.setenv("derby.stream.error.file", os.devnull)
    sent(session, register()).write.jdbc(f"{url};create=true", "register")
    assert _counted(_scanned(SparkJdbc(url=url, table="register"))) == expected
    monkeypatch.setenv("REGISTER_URL", url)
    query = 'SELECT "oo" AS "who", r.* FROM register r'
    columns = {"oo": "who"}
    assert _counted(_scanned(SparkJdbc(env="REGISTER_URL", query=query, columns=columns))) == expected


def test_the_account_of_a_database_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDU_USER", "alice")
    monkeypatch.setenv("EDU_PASSWORD", "hunter2")
    place = SparkJdbc(url="jdbc:derby:/nowhere/at/all", table="register", login="EDU")
    assert "hunter2" not in repr(_scanned(place))
    said = _problems(_scanned(place))
    assert len(said) == 1
    assert said[0].startswith("jdbc: register: ")
    assert "hunter2" not in said[0]


def test_every_column_that_is_missing_or_of_another_type_is_named(tmp_path: Path) -> None:
    path = tmp_path / "register.parquet"
    register().with_columns(age=pl.col("age").cast(pl.String), Main=pl.col("main")).drop("main", "hired").write_parquet(
        path
    )
    assert _problems(part(files=(path,), format="parquet")) == [
        "register: нет столбца «hired» — есть: Main, age, hours, oo, person, subject",
        "register: нет столбца «main» — есть «Main»: впишите так, как в таблице",
        "register: столбец «age» — string, а объявлен как integer — объявите его как есть: columns: {age: text}",
    ]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (SparkFiles(location="file:///nowhere/at/all"), "file:///nowhere/at/all: такого пути нет"),
        (
            SparkFiles(location="s3a://bucket/register"),
            "s3a://bucket/register: Spark не умеет читать из такого хранилища",
        ),
        (SparkTable(table="edu.register"), "edu.register: такой таблицы нет"),
        (SparkJdbc(env="NO_SUCH_VARIABLE", table="t"), "jdbc: t: не задана переменная окружения NO_SUCH_VARIABLE"),
        (SparkJdbc(url="jdbc:nosuch://x", table="t"), "jdbc: t: нет драйвера этой базы"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_cannot_be_opened_is_said_with_its_cure(place: SparkFiles | SparkTable | SparkJdbc, said: str) -> None:
    problems = _problems(_scanned(place))
    assert len(problems) == 1
    assert problems[0].startswith(said)


def test_a_broken_file_is_said_without_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "register.parquet"
    register().write_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3].replace(b"PAR1", b"PAR1") + b"\0" * 3000 + whole[-2000:])
    said = _problems(part(files=(path,), format="parquet"))
    assert len(said) == 1
    assert "не читается" in said[0] or "не досчитал" in said[0]
    assert "Школа" not in said[0]


def test_options_of_ours_are_not_handed_to_spark() -> None:
    told_options: Mapping[str, str] = _scanned(
        SparkJdbc(url="jdbc:derby:x", table="t", options={"fetchsize": "10"})
    ).options
    assert {name for name in told_options if not name.startswith("profdev.")} == {"fetchsize", "url"}
