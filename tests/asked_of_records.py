"""A question about invented records, and its answer as plain rows: what tests of engines on a cluster share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from attrs import evolve

from profdev_indicators.expressions import ColumnType, Expression, parse
from profdev_indicators.model import Breakdown, Engine
from profdev_indicators.periods import Period
from profdev_indicators.records import Counted, Part, Question, Tallied, Tally

COLUMNS: Mapping[str, ColumnType] = {
    "oo": "text",
    "person": "text",
    "main": "flag",
    "age": "integer",
    "hours": "number",
    "hired": "date",
    "subject": "text",
}
LITTLE: Mapping[str, str] = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""Spark for little data: it compiles nothing, which takes longer than to count."""
YEAR = Period.parse("2022")
_UNITS = {"Школа № 1": 1, "Школа № 2": 2, "Сад": 3}
_DISTRICT = 0


def expression(text: str, kind: ColumnType = "flag") -> Expression:
    """An expression over :data:`COLUMNS`."""
    return parse(text, COLUMNS, wanted=[kind])


def question(
    *, person: str | None = "person", breakdowns: Sequence[Breakdown] = (Breakdown(column="subject"),)
) -> Question:
    """Young people of the main job, hours of those hired in this century, in three organisations of a district."""
    above = pl.DataFrame({"unit": [1, 2, 3], "period": 0, "above": _DISTRICT})
    young = Counted(where=expression("age < 35"))
    hours = Counted(where=expression("hired >= DATE '2000-01-01'"), sum=expression("hours", "number"))
    return Question(
        source="register",
        unit="oo",
        person=person,
        period=None,
        columns=COLUMNS,
        tallies=(
            Tally(name="young", population=(expression("main"),), counted=(young,)),
            Tally(name="hours", counted=(hours,), missing="available"),
            Tally(name="own", counted=(young,), own_only=True),
        ),
        breakdowns=tuple(breakdowns),
        above=above.cast({"unit": pl.UInt32, "period": pl.UInt16, "above": pl.UInt32}),
        match_units=lambda texts: texts.replace_strict(_UNITS, default=None, return_dtype=pl.UInt32),
        match_periods=lambda texts: texts.replace_strict({"2022": 0}, default=None, return_dtype=pl.UInt16),
        numbers={YEAR: 0},
    )


def register(rows: int = 400) -> pl.DataFrame:
    """Invented people; every kind of value, empty cells in every column, hours that add up without rounding."""
    number = pl.int_range(rows)
    return pl.select(
        oo=pl.when(number % 41 != 0).then(
            (number % 4).replace_strict(
                {0: "Школа № 1", 1: "Школа № 2", 2: "Сад", 3: "Школа № 1"}, return_dtype=pl.String
            )
        ),
        person=pl.when(number % 29 != 0).then(pl.format("п{}", number % (rows * 3 // 4))),
        main=pl.when(number % 7 != 0).then(number % 3 != 0),
        age=pl.when(number % 11 != 0).then(20 + number % 50),
        hours=pl.when(number % 13 != 1).then((number % 40) / 4),
        hired=pl.when(number % 17 != 0).then(pl.date(1990, 1, 1) + pl.duration(days=number * 37 % 9000)),
        subject=pl.when(number % 5 != 0).then((number % 3).replace_strict({0: "физика", 1: "труд", 2: "«ИЗО», 5 кл."})),
    )


def part(frame: pl.DataFrame | None = None, **more: Any) -> Part:
    """The records of a year."""
    return Part(name="register", period=YEAR, frame=None if frame is None else frame.lazy(), **more)


def told(engine: Engine, asked: Question, *parts: Part) -> list[Tallied]:
    """What an engine says of each part, rows in one order."""
    found = dict(engine.tally(asked, parts))
    return [
        evolve(
            found[number],
            frame=found[number].frame.sort("unit", "period", "breakdown", "category"),
            lost=found[number].lost.sort("what", "said"),
        )
        for number in range(len(parts))
    ]


def rows(tallied: Tallied) -> list[dict[str, Any]]:
    """What was counted, to be compared."""
    return [*tallied.frame.to_dicts(), *tallied.lost.to_dicts(), {"rows": tallied.rows}]
