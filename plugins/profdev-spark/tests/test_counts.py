"""Spark counts what the engine of this machine counts: random questions about random records, and a whole run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import profdev_spark
from asked_of_records import LITTLE
from profdev_indicators import load, monitor, plugin_manager
from profdev_indicators.builtin.engines import Polars
from profdev_indicators.model import Engine
from profdev_indicators.records import Part, Question
from profdev_spark.engine import Spark
from random_records import Asking, parts, question, records
from registers import UNITS, YAML, register

pytestmark = pytest.mark.spark

_ASKINGS = [
    Asking(persons=persons, period_column=period_column, integer_units=integer_units)
    for persons, period_column, integer_units in [
        (False, False, False),
        (False, True, True),
        (True, False, True),
        (True, True, False),
    ]
]
_ENGINES = f"""
engines:
  - polars: {{}}
  - spark:
      master: "local[2]"
      config: {{{", ".join(f'{name}: "{value}"' for name, value in LITTLE.items())}}}
"""


def _counted(engine: Engine, asked: Question, told: Sequence[Part]) -> list[Any]:
    found = dict(engine.tally(asked, told))
    return [
        (
            found[number].rows,
            sorted(found[number].frame.rows(), key=repr),
            sorted(found[number].lost.group_by("what", "said").agg(pl.col("rows").sum()).rows(), key=repr),
        )
        for number in range(len(told))
    ]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("asking", _ASKINGS, ids=str)
def test_sums_are_those_of_this_machine(asking: Asking, seed: int) -> None:
    asked = question(seed, asking)
    told = parts(records(seed, 240, asking), asking)
    here: Any = Polars()
    there: Any = Spark(master="local[2]", config=LITTLE)
    assert _counted(there, asked, told) == _counted(here, asked, told)


def test_parts_counted_together_are_those_counted_one_by_one() -> None:
    asking = Asking(persons=True)
    asked, told = question(7, asking), parts(records(7, 240, asking), asking)
    together: Any = Spark(master="local[2]", config=LITTLE)
    apart: Any = Spark(master="local[2]", config=LITTLE, together=1)
    assert _counted(together, asked, told) == _counted(apart, asked, told)


def test_a_whole_run_gives_the_same_values(tmp_path: Path) -> None:
    plugins = plugin_manager(profdev_spark, discover=False)
    file = tmp_path / "d.yaml"
    file.write_text(YAML + _ENGINES, encoding="utf-8")
    people = register(
        {
            "oo": ("s1", "s2", "s3", "k1", "никто")[number % 5],
            "key": None if number % 11 == 0 else f"п{number % 40}",
            "year": ("2021", "2022")[number % 2],
            "main": (True, False, None)[number % 3],
            "trained": (True, None, False, True)[number % 4],
            "hours": None if number % 9 == 0 else number % 72 / 4,
            "subject": ("физика", "химия", None)[number % 7 % 3],
        }
        for number in range(200)
    )
    frames = {"register": people, "units": UNITS}
    here, there = (
        monitor(load(file, plugins), period="2021,2022", frames=frames, plugins=plugins, engine=name)
        for name in ("polars", "spark")
    )
    assert there.values.equals(here.values)
    assert there.findings.equals(here.findings)
    assert there.defects.equals(here.defects)
    assert here.values["known"].sum() > 0
