from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import frozen

from profdev_indicators import hookimpl, load, monitor, plugin_manager
from profdev_indicators.builtin.engines import Polars
from profdev_indicators.model import Engine
from profdev_indicators.results import Monitoring
from registers import UNITS, YAML, register

ASKED: list[tuple[str, frozenset[str]]] = []
"""What the engine of these tests was asked: the part, the tallies."""
PATIENCE = [1000]
"""How many parts it counts before somebody breaks it off."""


@frozen(kw_only=True)
class Watched:
    """Считает, как polars, и помнит, о чём спросили."""

    def tally(self, question: Any, parts: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        for number, part in enumerate(parts):
            if len(ASKED) >= PATIENCE[0]:
                raise KeyboardInterrupt
            ASKED.append((str(part.period), frozenset(tally.name for tally in question.tallies)))
            yield number, next(Polars().tally(question, [part]))[1]


class _Plugin:
    @hookimpl
    def provide_engines(self) -> Mapping[str, type[Engine]]:
        return {"watched": Watched}


PLUGINS = plugin_manager(_Plugin(), discover=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for year in ("2020", "2021", "2022"):
        _write(folder, year, 1)
    UNITS.write_csv(folder / "units.csv")
    ASKED.clear()
    PATIENCE[0] = 1000
    return folder


def _write(folder: Path, year: str, trained: int) -> None:
    (folder / year).mkdir(parents=True, exist_ok=True)
    rows = [{"oo": "s1", "key": f"p{n}", "main": True, "trained": n < trained, "hours": 1.0} for n in range(4)]
    register(rows).drop("year").write_parquet(folder / year / "register.parquet")


def _run(data: Path, *, more: str = "", store: bool = True) -> Monitoring:
    text = YAML.replace("reader: {frame: {}}", 'reader: {parquet: {location: "{period}/register.parquet"}}')
    text = text.replace("      period: year\n", "").replace("units: {frame: {}}", "units: {csv: {location: units.csv}}")
    file = data.parent / "d.yaml"
    file.write_text(text + more, encoding="utf-8")
    return monitor(
        load(file, PLUGINS),
        period="2022",
        data=data,
        engine="watched",
        cache=data.parent / "cache" if store else None,
        plugins=PLUGINS,
    )


def _years() -> list[str]:
    years = [year for year, _ in ASKED]
    ASKED.clear()
    return years


def test_nothing_is_counted_twice(data: Path) -> None:
    first = _run(data)
    assert _years() == ["2020", "2021", "2022"]
    second = _run(data)
    assert _years() == []
    assert second.history.equals(first.history)
    assert second.tallies.equals(first.tallies)
    assert _run(data, store=False).history.equals(first.history)
    assert _years() == ["2020", "2021", "2022"]


def test_what_changed_is_counted_and_nothing_else(data: Path) -> None:
    _run(data)
    _years()
    _write(data, "2021", 3)
    found = _run(data)
    assert _years() == ["2021"]
    assert found.value("1", period="2021").numerator == 3
    assert found.value("1", period="2020").numerator == 1


def test_a_file_is_known_by_its_content_and_not_by_its_time(data: Path) -> None:
    _run(data)
    _years()
    for path in data.rglob("*.parquet"):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    _run(data)
    assert _years() == []


def test_a_new_indicator_is_counted_alone(data: Path) -> None:
    more = """
      - {id: "5", title: Обученных, source: register, silence: excluded, missing: strict, unit: чел.,
         measure: {count: {counted: n_trained}}}
"""
    before = _run(data)
    _, known = ASKED[0]
    _years()
    after = _run(data, more=more)
    assert [year for year, _ in ASKED] == ["2020", "2021", "2022"]
    assert all(len(names) == 1 and not names & known for _, names in ASKED)
    assert after.value("5").value == 1
    old = after.history.filter(pl.col("indicator") != "5")
    assert old.equals(before.history)


def test_an_interrupted_count_goes_on_from_where_it_was(data: Path) -> None:
    PATIENCE[0] = 2
    with pytest.raises(KeyboardInterrupt):
        _run(data)
    assert _years() == ["2020", "2021"]
    PATIENCE[0] = 1000
    found = _run(data)
    assert _years() == ["2022"]
    assert found.history.equals(_run(data, store=False).history)


def test_a_new_school_does_not_undo_what_was_counted_before_it_was_opened(data: Path) -> None:
    _run(data)
    _years()
    new = pl.DataFrame({"id": ["a9"], "name": ["Новая"], "kind": ["school"], "valid_from": ["2022-03-01"]})
    pl.concat([new, UNITS], how="diagonal").write_csv(data / "units.csv")
    found = _run(data)
    assert _years() == ["2022"]
    assert found.value("1", "s1", period="2020").numerator == 1


def test_a_unit_that_moves_is_counted_anew(data: Path) -> None:
    _run(data)
    _years()
    moved = UNITS.with_columns(parent=pl.Series(["s2", None, None, None]))
    moved.write_csv(data / "units.csv")
    _run(data)
    assert _years() == ["2020", "2021", "2022"]


def test_a_damaged_store_is_as_good_as_none(data: Path) -> None:
    first = _run(data)
    for number, path in enumerate(sorted((data.parent / "cache").rglob("*.*"))):
        path.write_bytes(b"" if number % 2 else path.read_bytes()[: path.stat().st_size // 2])
    _years()
    assert _run(data).history.equals(first.history)
    assert len(_years()) == 3


def test_no_person_is_in_the_store(data: Path) -> None:
    _run(data)
    everything = b"".join(path.read_bytes() for path in (data.parent / "cache").rglob("*") if path.is_file())
    assert everything
    assert b"p0" not in everything
    assert b"p3" not in everything
