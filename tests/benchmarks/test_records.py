"""The benchmark of records times only those who come to the same sums."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ROWS = 10_000
ELSEWHERE = {"Spark"}  # needs Java: `make bench-records` compares it


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    """The module of the peers, found as the script finds it."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("counting")
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def register(bench: Any) -> Any:
    return importlib.import_module("register") if bench else None


@pytest.fixture(scope="module")
def files(register: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return tuple(register.write(tmp_path_factory.mktemp("register"), register.SIZES[ROWS]))


def digests(bench: Any, work: Any, peers: dict[str, Any]) -> set[str]:
    found = set()
    for count in peers.values():
        delivered = bench.Delivered(folder=None)
        count(work, delivered)
        found.add(delivered.digest(work))
    return found


@pytest.mark.parametrize("criteria", [19, 60])
def test_all_peers_come_to_the_same_sums(bench: Any, register: Any, files: tuple[Path, ...], criteria: int) -> None:
    peers = {name: peer for name, peer in bench.PEERS.items() if name not in ELSEWHERE | {bench.YARDSTICK}}
    work = bench.Work(files=files, size=register.SIZES[ROWS], count=criteria)
    assert len(digests(bench, work, peers)) == 1


def test_persons_counted_once_are_the_same_for_all(bench: Any, register: Any, files: tuple[Path, ...]) -> None:
    work = bench.Work(files=files, size=register.SIZES[ROWS], count=19, persons=True)
    assert len(digests(bench, work, dict(bench.PERSONS))) == 1


def test_one_job_more_is_another_digest(bench: Any, register: Any, files: tuple[Path, ...]) -> None:
    work = bench.Work(files=files, size=register.SIZES[ROWS], count=19)
    told, changed = bench.Delivered(folder=None), bench.Delivered(folder=None)
    bench.polars_by_hand(work, told)
    for output, frames in told.kept.items():
        changed.kept[output] = list(frames)
    first = changed.kept["region"][0]
    changed.kept["region"][0] = first.with_columns(pl.col("c07.n") + (pl.int_range(pl.len()) == 0))
    assert told.digest(work) != changed.digest(work)


def test_the_register_is_the_same_every_time(register: Any, files: tuple[Path, ...], tmp_path: Path) -> None:
    again = register.write(tmp_path, register.SIZES[ROWS])
    assert pl.read_parquet(again[-1]).equals(pl.read_parquet(files[-1]))


def test_one_job_in_twenty_is_a_second_one(files: tuple[Path, ...]) -> None:
    frame = pl.read_parquet(files[0])
    assert frame.width == 30
    assert frame["person"].n_unique() / frame.height == pytest.approx(0.95, abs=0.02)
