"""Random questions about random records: the same for one seed, on every machine. Nobody in them exists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.expressions import ColumnType, Expression, parse
from profdev_indicators.model import AppliesTo, Breakdown
from profdev_indicators.periods import Period
from profdev_indicators.records import Counted, Part, Question, Tally

PERIODS = tuple(Period.parse(str(year), "year") for year in (2021, 2022, 2023))
COLUMNS: dict[str, ColumnType] = {
    "oo": "text",
    "who": "text",
    "year": "text",
    "subject": "text",
    "band": "integer",
    "main": "flag",
    "trained": "flag",
    "age": "integer",
    "hours": "number",
    "hired": "date",
}
TYPES = {"text": pl.String, "integer": pl.Int64, "number": pl.Float64, "flag": pl.Boolean, "date": pl.Date}
FLAGS = (
    "main",
    "trained",
    "age < 35",
    "main AND trained",
    "main OR age >= 60",
    "NOT trained",
    "hours > 18",
    "hired >= DATE '2020-09-01'",
    "subject IN ('физика', 'химия')",
    "trained IS NULL",
    "CASE WHEN main THEN trained ELSE age > 40 END",
)
AMOUNTS = ("hours", "age", "hours * 2", "age - 30")
UNITS = 30
"""Organisations; numbers from here on are municipalities, the last is the region."""
MUNICIPALITIES = 4
REGION = UNITS + MUNICIPALITIES


@frozen(kw_only=True)
class Asking:
    """What a random question may have; a plain one has least."""

    persons: bool = False
    period_column: bool = False
    breakdowns: Sequence[str] = ("subject", "band")
    integer_units: bool = False
    excluded: bool = True
    upper_records: bool = True  # some records are of municipalities themselves


def schema(asking: Asking) -> dict[str, ColumnType]:
    """The types of the columns."""
    return {**COLUMNS, "oo": "integer" if asking.integer_units else "text"}


def unit_text(number: int) -> str:
    """What a record calls a unit."""
    return str(1000 + number)


def records(seed: int, rows: int, asking: Asking) -> pl.DataFrame:
    """Invented records; cells are empty now and then, units and periods unknown now and then."""
    random = Random(seed)  # noqa: S311 - invented, not secret
    units = UNITS + (MUNICIPALITIES if asking.upper_records else 0)
    calls: list[str | None] = [unit_text(random.randrange(units)) for _ in range(rows)]
    calls = [random.choice([None, "9", "77777"]) if random.random() < 0.03 else call for call in calls]
    people = max(1, rows * 2 // 3)
    frame: dict[str, list[Any]] = {
        "oo": [None if c is None else int(c) for c in calls] if asking.integer_units else calls,
        "who": [_maybe(random, 0.05, f"человек {random.randrange(people)}") for _ in range(rows)],
        "year": [random.choice(["2021", "2022", "2022", "2023", "1999", None]) for _ in range(rows)],
        "subject": [_maybe(random, 0.1, random.choice(["физика", "химия", "музыка", ""])) for _ in range(rows)],
        "band": [_maybe(random, 0.1, random.choice([-1, 0, 25, 2**40])) for _ in range(rows)],
        "main": [_maybe(random, 0.1, random.random() < 0.8) for _ in range(rows)],
        "trained": [_maybe(random, 0.3, random.random() < 0.5) for _ in range(rows)],
        "age": [_maybe(random, 0.1, random.randrange(20, 80)) for _ in range(rows)],
        # Multiples of a quarter, so that sums are the same in any order.
        "hours": [_maybe(random, 0.2, random.randrange(0, 160) / 4) for _ in range(rows)],
        "hired": [_maybe(random, 0.1, date(2015, 1, 1) + timedelta(days=random.randrange(3000))) for _ in range(rows)],
    }
    return pl.DataFrame(frame, schema={name: TYPES[kind] for name, kind in schema(asking).items()})


def question(seed: int, asking: Asking, *, tallies: int = 6) -> Question:
    """An invented question about such records."""
    random = Random(seed)  # noqa: S311 - the same
    return asked(asking, [_tally(random, f"t{number}", asking) for number in range(tallies)], random)


def asked(asking: Asking, tallies: Sequence[Tally], random: Random | None = None) -> Question:
    """A question with tallies of one's own."""
    random = random or Random(0)  # noqa: S311 - the same
    applies: tuple[AppliesTo, ...] = ("all", "totals", "organisations")
    columns = schema(asking)
    return Question(
        source="register",
        unit="oo",
        person="who" if asking.persons else None,
        period="year" if asking.period_column else None,
        columns=columns,
        tallies=tuple(tallies),
        breakdowns=tuple(Breakdown(column=name, applies_to=random.choice(applies)) for name in asking.breakdowns),
        above=above(),
        match_units=match_units,
        match_periods=match_periods,
        numbers={period: number for number, period in enumerate(PERIODS)},
    )


def parts(frame: pl.DataFrame, asking: Asking) -> list[Part]:
    """The records as parts: as they are if they say their periods, else a part for each period they might be of."""
    if asking.period_column:
        return [Part(name="records", period=None, frame=frame.lazy())]
    shares = [frame.filter(pl.int_range(pl.len()) % len(PERIODS) == number) for number in range(len(PERIODS))]
    return [
        Part(name=f"{period}", period=period, frame=share.lazy()) for period, share in zip(PERIODS, shares, strict=True)
    ]


def above() -> pl.DataFrame:
    """A region of municipalities; in the last period one organisation belongs to another municipality."""
    links = []
    for period in range(len(PERIODS)):
        for unit in range(UNITS):
            moved = unit == 0 and period == len(PERIODS) - 1
            links += [(unit, period, UNITS + (unit + moved) % MUNICIPALITIES), (unit, period, REGION)]
        links += [(UNITS + number, period, REGION) for number in range(MUNICIPALITIES)]
    return pl.DataFrame(links, schema={"unit": pl.UInt32, "period": pl.UInt16, "above": pl.UInt32}, orient="row")


def match_units(said: pl.Series) -> pl.Series:
    """Numbers of units by what records call them."""
    known = {unit_text(number): number for number in range(REGION + 1)}
    return said.replace_strict(known, default=None, return_dtype=pl.UInt32)


def match_periods(said: pl.Series) -> pl.Series:
    """Numbers of periods by what records call them."""
    known = {str(period): number for number, period in enumerate(PERIODS)}
    return said.replace_strict(known, default=None, return_dtype=pl.UInt16)


def flag(text: str) -> Expression:
    """A condition on such records."""
    return parse(text, COLUMNS, wanted=["flag"])


def amount(text: str) -> Expression:
    """An amount of such records."""
    return parse(text, COLUMNS, wanted=["integer", "number"])


def _tally(random: Random, name: str, asking: Asking) -> Tally:
    counted = [
        Counted(
            where=_maybe(random, 0.2, flag(random.choice(FLAGS))),
            sum=_maybe(random, 0.7, amount(random.choice(AMOUNTS))),
        )
        for _ in range(random.choice([0, 1, 1, 1, 2, 3]))
    ]
    excluded = [
        (random.randrange(UNITS + MUNICIPALITIES), random.randrange(len(PERIODS))) for _ in range(random.choice([0, 5]))
    ]
    out = pl.DataFrame(excluded, schema={"unit": pl.UInt32, "period": pl.UInt16}, orient="row").unique()
    return Tally(
        name=name,
        population=tuple(flag(text) for text in random.sample(FLAGS, random.choice([0, 1, 1, 2]))),
        counted=tuple(counted),
        missing=random.choice(["strict", "available"]),
        own_only=random.random() < 0.25,
        excluded=out if asking.excluded and out.height else None,
    )


def _maybe(random: Random, nothing: float, value: Any) -> Any:
    return None if random.random() < nothing else value
