"""Places that only Spark reads: what of them is asked for, and what may not stand in a configuration."""

from __future__ import annotations

import re

import pytest

from profdev_indicators.errors import SourceError
from profdev_indicators.model import Request
from profdev_indicators.periods import Period
from profdev_spark.engine import Spark
from profdev_spark.places import SparkFiles, SparkJdbc, SparkTable

pytestmark = pytest.mark.spark


def _request(*, since: str | None = None, until: str = "2022") -> Request:
    first = Period.parse(since) if since else None
    return Request(
        source="register",
        columns=("unit",),
        titles={},
        root=None,
        frames={},
        calendar="year",
        since=first,
        until=Period.parse(until),
    )


def test_answers_are_not_read_from_a_cluster() -> None:
    with pytest.raises(SourceError, match="такой источник читает только --engine spark"):
        SparkTable(table="edu.register").read(_request())


def test_a_part_for_each_period_of_the_address() -> None:
    place = SparkFiles(location="s3a://bucket/{period}/", since="2020", columns={"unit": "oo_id"})
    parts = place.scan(_request(), {"unit": "text", "age": "integer"})
    assert [part.address for part in parts] == [f"s3a://bucket/{year}/" for year in (2020, 2021, 2022)]
    assert [str(part.period) for part in parts] == ["2020", "2021", "2022"]
    assert parts[0].renamed == {"unit": "oo_id", "age": "age"}
    assert parts[0].frame is None


def test_periods_begin_where_they_are_asked_for() -> None:
    place = SparkFiles(location="s3a://bucket/{period}/", since="2020")
    assert [str(part.period) for part in place.scan(_request(since="2021"), {})] == ["2021", "2022"]
    alone = SparkFiles(location="s3a://bucket/{period}/")
    assert [str(part.period) for part in alone.scan(_request(), {})] == ["2022"]


def test_one_part_where_the_period_is_a_column() -> None:
    assert [part.period for part in SparkTable(table="edu.register").scan(_request(), {})] == [None]


@pytest.mark.parametrize(
    "address",
    [
        "jdbc:postgresql://alice:hunter2@db/register",
        "jdbc:postgresql://db/register?user=alice&password=hunter2",
        "jdbc:sqlserver://db;password=hunter2",
        "jdbc:oracle:thin:alice/hunter2@db:1521/register",
    ],
)
def test_no_account_stands_in_an_address(address: str) -> None:
    with pytest.raises(ValueError, match="задайте их в окружении") as refused:
        SparkJdbc(url=address, table="register")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["jdbc:oracle:thin:@//db:1521/register", "jdbc:postgresql://db:5432/register?sslmode=require"]
)
def test_an_address_without_an_account_is_taken(address: str) -> None:
    assert SparkJdbc(url=address, table="register").url == address


def test_a_container_of_azure_is_no_account() -> None:
    address = "abfss://register@school.dfs.core.windows.net/{period}"
    assert SparkFiles(location=address).location == address


@pytest.mark.parametrize(
    "name", ["spark.hadoop.fs.s3a.secret.key", "spark.hadoop.fs.s3a.access.key", "spark.ssl.keyPassword", "user"]
)
def test_a_secret_in_the_configuration_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name)) as refused:
        Spark(config={name: "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_a_database_is_named_once() -> None:
    with pytest.raises(ValueError, match="нужен один ключ, url или env"):
        SparkJdbc(table="register")
    with pytest.raises(ValueError, match="нужен один ключ, table или query, а не оба"):
        SparkJdbc(url="jdbc:derby:x", table="register", query="SELECT 1")
