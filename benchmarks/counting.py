"""Seven ways to count the same register: the library's engine, polars by hand, DuckDB, pandas, Spark; and a yardstick.

All give seven outputs: organisations, municipalities, regions; municipalities and regions by subject; the same two by
age band. A row of an output is a unit, a year and a category, with the number of jobs and, of each criterion, ``n``
(those in the population for whom it holds) and ``k`` (for whom it is known), of each population ``p`` (who belongs) and
``u`` (of whom it is not known).
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import define, field, frozen
from criteria import POPULATIONS, Columns, Criterion, Population, criteria
from register import COLUMNS, FIRST_YEAR, Size, tree

if TYPE_CHECKING:  # a process imports what it measures
    import duckdb

BREAKDOWNS = ("subject", "age_band")
LEVELS = ("municipality", "region")
KEYS = ("unit", "period", "category")
PRIME = 65_521  # weights of the digest are less: sums of a hundred million stay whole
LANE = 16  # bits of one counter in a packed sum
LANES = 64 // LANE


@frozen(kw_only=True)
class Work:
    """What everybody is given."""

    files: tuple[Path, ...]  # one a year, from FIRST_YEAR on
    size: Size
    count: int  # of criteria
    texts: bool = False  # keys are texts
    persons: bool = False  # count persons once, not jobs
    cores: int = os.cpu_count() or 1

    @cached_property
    def criteria(self) -> Sequence[Criterion]:
        """What is asked."""
        return criteria(self.count)

    @cached_property
    def populations(self) -> Sequence[Population]:
        """Those which are not everybody."""
        asked = {criterion.population for criterion in self.criteria}
        return [population for name, population in POPULATIONS.items() if name in asked and population.texts]

    @property
    def counters(self) -> list[str]:
        """The columns of every output behind the keys and ``rows``."""
        return [f"{told.name}.{part}" for told in self.populations for part in "pu"] + [
            f"{asked.name}.{part}" for asked in self.criteria for part in "nk"
        ]

    @property
    def columns(self) -> list[str]:
        """The columns of the files somebody has to read."""
        used: set[str] = set()

        def note(name: str) -> pl.Expr:
            used.add(name)
            return pl.col(name)

        for asked in (*self.criteria, *self.populations):
            if asked.by_hand is not None:
                asked.by_hand(note)
        return [name for name in COLUMNS if name in used | {"unit", *BREAKDOWNS}]


@define
class Delivered:
    """The answers: kept in memory, or written to a folder as soon as they are there."""

    folder: Path | None
    kept: dict[str, list[pl.DataFrame]] = field(factory=dict)

    def put(self, output: str, frame: pl.DataFrame) -> None:
        """Take (a part of) an output."""
        parts = self.kept.setdefault(output, [])
        if self.folder is None:
            parts.append(frame)
            return
        file = self.folder / f"{output}-{len(parts)}.parquet"
        frame.write_parquet(file)
        parts.append(frame.clear())

    def digest(self, work: Work) -> str:
        """The same for the same answers, whatever their order: of every counter a sum weighed by whose it is."""
        told = {}
        for output in sorted(self.kept):
            frames = self.kept[output]
            if self.folder is not None:
                frames = [pl.read_parquet(self.folder / f"{output}-{number}.parquet") for number in range(len(frames))]
            told[output] = [sum(figures) for figures in zip(*(_weighed(frame, work) for frame in frames), strict=True)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _weighed(frame: pl.DataFrame, work: Work) -> tuple[int, ...]:
    names = ["rows", *work.counters]
    category = pl.col("category").cast(pl.String) if "category" in frame.columns else pl.lit(None, pl.String)
    letters = category.fill_null("").str.encode("hex").str.slice(0, 30).str.to_integer(base=16, dtype=pl.Int128)
    number = pl.col("unit").cast(pl.Int64) * 8191 + pl.col("period").cast(pl.Int64) * 31
    weight = (number + (letters % PRIME).cast(pl.Int64)) % PRIME + 1
    sums = frame.select(pl.len().cast(pl.Int64), *((pl.col(name).cast(pl.Int64) * weight).sum() for name in names))
    return sums.row(0)


# --- the library ------------------------------------------------------------------------------------------------------


def engine(work: Work, delivered: Delivered, *, kind: str = "polars") -> None:
    """The library's engine, asked as the core asks it."""
    from asked import parts, plugged, question  # noqa: PLC0415 - others do not pay for it

    names = {f"{asked.name}.{part}": f"{asked.name}.{part}" for asked in work.criteria for part in "nk"}
    of = {told.name: next(asked for asked in work.criteria if asked.population == told.name) for told in work.populations}
    names |= {f"{of[told.name].name}.{part}": f"{told.name}.{part}" for told in work.populations for part in "pu"}
    counters = [pl.col(theirs).alias(ours) for theirs, ours in names.items()]
    places = tree(work.size)
    first, second = places["municipality"].min(), places["region"].min()
    for _, tallied in plugged(kind).tally(question(work), parts(work)):
        frame = tallied.frame.select(*KEYS, "breakdown", "rows", *counters)
        for breakdown in (None, *BREAKDOWNS):
            here = frame.filter(pl.col("breakdown").eq_missing(pl.lit(breakdown, pl.String))).drop("breakdown")
            for level, since, until in (("unit", 0, first), ("municipality", first, second), ("region", second, None)):
                own = here.filter(pl.col("unit") >= since, pl.lit(value=True) if until is None else pl.col("unit") < until)
                if breakdown is None or level != "unit":
                    delivered.put(_named(level, breakdown), own)


def _named(level: str, breakdown: str | None) -> str:
    return level if breakdown is None else f"{level} by {breakdown}"


# --- polars by hand ---------------------------------------------------------------------------------------------------


def polars_by_hand(work: Work, delivered: Delivered) -> None:
    """The same plan by somebody who knows polars: file by file, counters packed four to a number, one key a grouping."""
    places = tree(work.size)
    for year, file in enumerate(work.files, FIRST_YEAR):
        jobs = _packed(work, file, places).collect(engine="streaming")
        words = [name for name in jobs.columns if name.startswith("word")]
        sums = [pl.len().cast(pl.Int64).alias("rows"), pl.col(words).sum()]
        keys = {
            None: pl.col("unit"),
            **{name: pl.col("municipality").cast(pl.UInt64) << 32 | pl.col(name).to_physical() for name in BREAKDOWNS},
        }
        grouped = pl.collect_all(
            [jobs.lazy().group_by(key.alias("key")).agg(sums) for key in keys.values()], engine="streaming"
        )
        for breakdown, frame in zip(keys, grouped, strict=True):
            _roll_up(work, delivered, _unpacked(work, frame, jobs, breakdown), places, breakdown, year)
