"""An invented register of teachers, one row a job: the records which `records.py` has everybody count.

Nobody in it exists. Thirty columns, twenty-five jobs per organisation and year, one file a year; one job in twenty is
somebody's second, under the key of the same person, mostly in the same municipality. Rows come in no order, as from a
database. The same size gives the same bytes' worth of rows every time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import polars as pl
from attrs import frozen
from numpy.random import Generator
from numpy.typing import NDArray

from profdev_indicators.expressions import ColumnType

Form: TypeAlias = Literal["parquet", "csv"]

JOBS = 25  # of an organisation in a year
SECOND = 0.05  # of the jobs are somebody's second
NEARBY = 0.8  # of the second jobs are in the municipality of the first
SCHOOLS_IN_MUNICIPALITY = 40
MUNICIPALITIES_IN_REGION = 25
FIRST_YEAR = 2010
SEED = 20_261_127

SUBJECTS = (
    *("астрономия", "биология", "география", "геометрия", "алгебра", "информатика", "искусство", "история"),
    *("литература", "математика", "музыка", "начальные классы", "обществознание", "право", "русский язык"),
    *("технология", "физика", "физкультура", "химия", "экономика"),
)
AGE_BANDS = ((25, "до 25"), (35, "25–34"), (45, "35–44"), (55, "45–54"), (65, "55–64"), (127, "65 и старше"))
POSITIONS = ("учитель", "воспитатель", "методист", "педагог-психолог", "логопед", "социальный педагог", "тьютор")
EDUCATION = ("высшее", "среднее профессиональное", "среднее", "магистратура")
CATEGORIES = ("высшая", "первая", "соответствие", "без категории")
FLAGS = (
    *("diagnosed", "has_plan", "mentor", "mentored", "in_network"),
    *("published", "contest", "speaker", "digital", "expert"),
)
COLUMNS: dict[str, ColumnType] = {
    "unit": "integer",
    "person": "integer",
    "year": "integer",
    "subject": "text",
    "age_band": "text",
    "position": "text",
    "category": "text",
    "education": "text",
    "age": "integer",
    "experience": "integer",
    "hours": "number",
    "course_hours": "integer",
    "courses": "integer",
    "score": "number",
    "attested": "date",
    "hired": "date",
    "is_main_job": "flag",
    "on_leave": "flag",
    "rural": "flag",
    "grade": "integer",
    **dict.fromkeys(FLAGS, "flag"),
}


@frozen(kw_only=True)
class Size:
    """How much of it."""

    organisations: int
    periods: int

    @property
    def rows(self) -> int:
        """Jobs in all the years."""
        return self.organisations * self.periods * JOBS


SIZES = {
    10_000: Size(organisations=80, periods=5),
    1_000_000: Size(organisations=4_000, periods=10),
    10_000_000: Size(organisations=40_000, periods=10),
    100_000_000: Size(organisations=40_000, periods=100),
}


def years(size: Size) -> list[int]:
    """The periods, one file each."""
    return [FIRST_YEAR + number for number in range(size.periods)]


def tree(size: Size) -> pl.DataFrame:
    """``unit``, ``municipality``, ``region``: numbers, one row per organisation in the order of their numbers.

    Organisations are numbered first, then municipalities, then regions: a number says which unit it is.
    """
    municipalities = -(-size.organisations // SCHOOLS_IN_MUNICIPALITY)
    unit = pl.int_range(size.organisations, eager=True, dtype=pl.UInt32).alias("unit")
    place = unit // SCHOOLS_IN_MUNICIPALITY
    return pl.DataFrame(
        {
            "unit": unit,
            "municipality": (place + size.organisations).cast(pl.UInt32),
            "region": (place // MUNICIPALITIES_IN_REGION + size.organisations + municipalities).cast(pl.UInt32),
        }
    )


def unit_texts(units: pl.Expr) -> pl.Expr:
    """How organisations are called where keys are texts."""
    return pl.format("oo-{}", units.cast(pl.String).str.zfill(7))


def write(
    folder: Path, size: Size, *, form: Form = "parquet", texts: bool = False, ordered: bool = False
) -> list[Path]:
    """Write the files that are not there yet, year by year; the years in order.

    Args:
        folder: where to, made if need be.
        size: how many organisations and years.
        form: Parquet (zstd) or CSV.
        texts: keys of organisations and of persons are texts, those of persons as long as `pseudonymise` makes them.
        ordered: rows of one organisation lie together.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for year in years(size):
        file = folder / f"{year}.{form}"
        if not file.exists():
            whole = file.with_suffix(".part")
            frame = _jobs(size, year, ordered=ordered)
            frame = frame.with_columns(unit_texts(pl.col("unit")), _person_texts(frame)) if texts else frame
            if form == "parquet":
                frame.write_parquet(whole, compression="zstd")
            else:
                frame.write_csv(whole)
            whole.rename(file)
        files.append(file)
    return files


def change(file: Path) -> None:
    """Correct one answer of one person: another file, of the same rows."""
    frame = pl.read_parquet(file)
    first = pl.int_range(pl.len()) == 0
    frame.with_columns(pl.when(first).then(~pl.col("rural")).otherwise("rural").alias("rural")).write_parquet(
        file, compression="zstd"
    )


def _person_texts(frame: pl.DataFrame) -> pl.Series:
    """Keys that look as HMAC does; each is worked out once, however many jobs the person has."""
    persons = frame["person"].unique()
    keys = [hashlib.blake2b(number.to_bytes(8), digest_size=16).hexdigest() for number in persons]
    return frame["person"].replace_strict(persons, pl.Series(keys), return_dtype=pl.String)


def _jobs(size: Size, year: int, *, ordered: bool) -> pl.DataFrame:
    chance = np.random.default_rng([SEED, size.organisations, year])
    count = size.organisations * JOBS
    job = np.arange(count, dtype=np.int64) if ordered else chance.permutation(count).astype(np.int64)
    age = np.clip(chance.normal(44, 12, count), 20, 80).astype(np.int8)
    experience = np.clip(age - 22 - chance.integers(0, 15, count), 0, 60).astype(np.int8)
    band = np.searchsorted([limit for limit, _ in AGE_BANDS], age, side="right").astype(np.uint8)
    return pl.DataFrame(
        {
            "unit": (job // JOBS).astype(np.int32),
            "person": _persons(job, chance),
            "year": np.full(count, year, np.int16),
            "subject": _one_of(SUBJECTS, chance.integers(0, len(SUBJECTS), count, np.uint8)),
            "age_band": _one_of([name for _, name in AGE_BANDS], band),
            "position": _one_of(POSITIONS, np.minimum(chance.geometric(0.6, count) - 1, 6).astype(np.uint8)),
            "category": _but_for(_one_of(CATEGORIES, chance.integers(0, 4, count, np.uint8)), 0.02, chance),
            "education": _one_of(EDUCATION, np.minimum(chance.geometric(0.7, count) - 1, 3).astype(np.uint8)),
            "age": _but_for(pl.Series(age), 0.01, chance),
            "experience": _but_for(pl.Series(experience), 0.02, chance),
            "hours": _but_for(pl.Series(chance.integers(9, 73, count, np.uint8) / 2), 0.01, chance),
            "course_hours": _but_for(pl.Series(chance.integers(0, 9, count, np.int16) * 18), 0.03, chance),
            "courses": pl.Series(chance.integers(0, 5, count, np.int8)),
            "score": _but_for(pl.Series(chance.integers(60, 201, count, np.uint8) / 2), 0.2, chance),
            "attested": _but_for(_days(date(year - 6, 1, 1), 60, chance, count), 0.1, chance),
            "hired": _days(date(year - 30, 1, 1), 360, chance, count),
            "is_main_job": chance.random(count, np.float32) >= SECOND,
            "on_leave": _but_for(pl.Series(chance.random(count, np.float32) < 0.04), 0.02, chance),
            "rural": (job // JOBS) % 3 == 0,
            "grade": pl.Series(chance.integers(1, 6, count, np.int8)),
            **{
                flag: _but_for(pl.Series(chance.random(count, np.float32) < 0.1 + 0.08 * number), 0.03, chance)
                for number, flag in enumerate(FLAGS)
            },
        }
    )


def _persons(job: NDArray[np.int64], chance: Generator) -> NDArray[np.int64]:
    """Keys: those of the jobs, but for the second ones, which have somebody else's."""
    count = len(job)
    near = JOBS * SCHOOLS_IN_MUNICIPALITY
    second = chance.random(count, np.float32) < SECOND
    nearby = job // near * near + chance.integers(0, near, count)
    anywhere = chance.integers(0, count, count)
    other = np.where(chance.random(count, np.float32) < NEARBY, np.minimum(nearby, count - 1), anywhere)
    return np.where(second, other, job)


def _one_of(words: Sequence[str], codes: NDArray[np.uint8]) -> pl.Series:
    return pl.Series(words)[codes]


def _days(first: date, months: int, chance: Generator, count: int) -> pl.Series:
    months_since = (first.year - 1970) * 12 + chance.integers(0, months, count)
    return pl.Series(months_since.astype("datetime64[M]").astype("datetime64[D]"))


def _but_for(told: pl.Series, silent: float, chance: Generator) -> pl.Series:
    """The answers, but for those who gave none."""
    return told.set(pl.Series(chance.random(len(told), np.float32) < silent), None)
