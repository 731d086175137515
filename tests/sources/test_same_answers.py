"""Wherever the answers lie — in files, in a database, in a storage, in memory — the district gets the same numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from example_district import plugins, written
from profdev_indicators import demo, load, monitor
from profdev_indicators.builtin.readers.locations import patterns
from profdev_indicators.frames import ROSTER
from profdev_indicators.model import District, Request, Table
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring
from sources.asked import LikePostgresql, LikeSqlite
from sources.servers import Server

PLACES = ("file", "sheet", "row", "cell")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> demo.Demo:
    """Without the one thing which only files have: a decision which of two files counts."""
    example = written(tmp_path_factory.mktemp("example"))
    (example.data / "accepted.csv").unlink()
    (example.data / "2021/cards/d02 МКДОУ «Детский сад «Выдумка» с. Примерное».xlsx").unlink()
    return example


@pytest.fixture(scope="module")
def expected(example: demo.Demo) -> Monitoring:
    manager = plugins()
    return monitor(load(example.config, manager), period="2022", data=example.data, plugins=manager)


@pytest.fixture(scope="module")
def told(example: demo.Demo) -> Mapping[str, pl.DataFrame]:
    """What the files say, cells as they stand: one frame for each source, and one for the roster."""
    district = load(example.config, plugins())
    frames = {
        source.id: _all(source.reader.read(_request(district, example, source.id))) for source in district.sources
    }
    columns = {"columns": tuple(ROSTER), "titles": {}}
    roster = district.units.read(_request(district, example, "units", **columns))  # type: ignore[union-attr]  # a reader here
    return {**frames, "units": _all(roster)}


def _request(district: District, example: demo.Demo, source: str, **more: Any) -> Request:
    items = [item for each in district.sources if each.id == source for item in each.items]
    columns = ["unit", "period", "link", *(name for item in items for name in (item.id, f"{item.id}.link"))]
    usual: dict[str, Any] = {
        "columns": tuple(columns),
        "titles": {"unit": ("Организация",), **{item.id: (item.title,) for item in items}},
    }
    return Request(
        source=source,
        root=example.data,
        frames={},
        calendar=district.calendar,
        until=Period.parse("2022"),
        **(usual | more),
    )


def _all(tables: Any) -> pl.DataFrame:
    """Every table with its period, one after another, and the order in which they stood."""
    parts = [_one(table) for table in tables]
    return pl.concat(parts, how="diagonal").drop("row").with_row_index("at").cast({"at": pl.Int64})


def _one(table: Table) -> pl.DataFrame:
    frame = table.frame.collect()
    return frame if table.period is None else frame.with_columns(period=pl.lit(str(table.period)))


def _with(example: demo.Demo, folder: Path, readers: Mapping[str, str]) -> Path:
    """The district of the example, which reads its sources otherwise."""
    lines = [f"extends: {example.config}", f"units: {readers['units']}", "sources:"]
    lines += [f"  - {{id: {source}, reader: {reader}}}" for source, reader in readers.items() if source != "units"]
    path = folder / "elsewhere.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _same(found: Monitoring, expected: Monitoring) -> None:
    assert found.periods == expected.periods
    definition = ["definition"]  # of an indicator does not depend on where its answers lie, and is compared too
    assert found.history.select(definition).equals(expected.history.select(definition))
    for name in ("history", "findings", "unchecked", "recommendations", "answers", "roster"):
        assert _in_order(getattr(found, name)).equals(_in_order(getattr(expected, name))), name
    assert _placeless(found).equals(_placeless(expected))


def _in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Its columns by name: a question which the tables of the first years do not ask may stand anywhere."""
    return frame.select(sorted(frame.columns))


def _placeless(monitoring: Monitoring) -> pl.DataFrame:
    """Defects without what says where and without notes about files: these are what may differ."""
    message = (
        pl.col("message").str.replace("первый ответ — .*$", "").str.replace_all(r", (ячейка|столбец) [^)]*\)", ")")
    )
    defects = monitoring.defects.filter(pl.col("check") != "note")
    return defects.drop(PLACES, strict=False).with_columns(message)


def _monitored(config: Path, example: demo.Demo, **more: Any) -> Monitoring:
    manager = plugins()
    return monitor(load(config, manager), period="2022", plugins=manager, **({"data": example.data} | more))


@pytest.mark.plugins
def test_a_database_of_sqlite(
    example: demo.Demo, expected: Monitoring, told: Mapping[str, pl.DataFrame], tmp_path: Path
) -> None:
    base = LikeSqlite(tmp_path)
    for source, frame in told.items():
        base.fill(source, frame)
    _same(_monitored(_with(example, tmp_path, _queries(base.address, told)), example, data=tmp_path), expected)


@pytest.mark.plugins
@pytest.mark.usefixtures("let_in")
def test_a_server_of_postgresql(
    example: demo.Demo, expected: Monitoring, told: Mapping[str, pl.DataFrame], tmp_path: Path, server: Server
) -> None:
    base = LikePostgresql(server)
    for source, frame in told.items():
        base.fill(source, frame)
    found = _monitored(_with(example, tmp_path, _queries(base.address, told)), example, data=None)
    _same(found, expected)
    assert set(found.provenance.sources) == {base.name}
    assert f"{base.name}" in found.places["file"].to_list()


def _queries(address: str, told: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """Each source as a query for a period, the cards and the roster as whole tables."""
    query = "SELECT * FROM {} WHERE period = :period ORDER BY at"
    readers = {source: f'{{sql: {{database: "{address}", query: "{query.format(source)}"}}}}' for source in told}
    whole = {
        source: f'{{sql: {{database: "{address}", table: {source}}}}}' for source in ("units", "card") if source in told
    }
    return readers | whole


@pytest.mark.plugins
def test_a_storage(example: demo.Demo, expected: Monitoring, tmp_path: Path, storage: Any) -> None:
    for path in example.data.rglob("*.*"):
        storage.upload_file(str(path), "cards", f"район/{path.relative_to(example.data).as_posix()}")
    district = load(example.config, plugins())
    readers = {source.id: _moved(source.reader) for source in district.sources}
    readers["units"] = '{csv: {location: "s3://cards/район/units.csv"}}'
    found = _monitored(_with(example, tmp_path, readers), example, data=None)
    _same(found, expected)
    assert found.places["row"].equals(expected.places["row"])
    assert found.provenance.sources == {
        f"s3://cards/район/{file}": digest for file, digest in expected.provenance.sources.items()
    }


def _moved(reader: Any) -> str:
    """A reader of files which finds them in the storage."""
    moved = [f"s3://cards/район/{pattern}" for pattern in patterns(reader.location)]
    return json.dumps({"files": {"location": moved, "shared": reader.shared}}, ensure_ascii=False)


LIBRARIES: Mapping[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda frame: frame,
    "pandas": lambda frame: frame.to_pandas(),
    "pyarrow": lambda frame: frame.to_arrow(),
    "duckdb": lambda frame: duckdb.connect().from_arrow(frame.to_arrow()),
}


@pytest.mark.plugins
@pytest.mark.parametrize("library", LIBRARIES)
def test_tables_in_memory(
    example: demo.Demo, expected: Monitoring, told: Mapping[str, pl.DataFrame], library: str
) -> None:
    """The roster too, under the name «units»."""
    frames = {source: LIBRARIES[library](frame.drop("at")) for source, frame in told.items()}
    _same(_monitored(example.config, example, data=None, frames=frames), expected)
