"""Ways to count the same register: the library's engine, polars by hand, DuckDB, pandas, Spark; and a yardstick.

All give seven outputs: organisations, municipalities, regions; municipalities and regions by subject; the same two by
age band. A row of an output is a unit, a year and a category, with the number of jobs and, of each criterion, ``n``
(those in the population for whom it holds) and ``k`` (for whom it is known), of each population ``p`` (who belongs) and
``u`` (of whom it is not known).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import define, field, frozen
from criteria import POPULATIONS, Columns, Criterion, Population, criteria
from register import AGE_BANDS, COLUMNS, FIRST_YEAR, SUBJECTS, Size, tree, unit_texts

if TYPE_CHECKING:  # a process imports what it measures
    import duckdb

BREAKDOWNS = ("subject", "age_band")
CATEGORIES = [*SUBJECTS, *(name for _, name in AGE_BANDS)]
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
    # Where persons are counted once, some say how many jobs there were and some how many persons.
    names = [*(["rows"] if not work.persons else []), *work.counters]
    category = pl.col("category").cast(pl.String) if "category" in frame.columns else pl.lit(None, pl.String)
    place = category.replace_strict(CATEGORIES, range(1, len(CATEGORIES) + 1), default=0, return_dtype=pl.Int64)
    weight = (pl.col("unit").cast(pl.Int64) * 8191 + pl.col("period").cast(pl.Int64) * 31 + place * 127) % PRIME + 1
    sums = frame.select(pl.len().cast(pl.Int64), *((pl.col(name).cast(pl.Int64) * weight).sum() for name in names))
    return sums.row(0)


# --- the library ------------------------------------------------------------------------------------------------------


def engine(work: Work, delivered: Delivered, *, levels: bool = True) -> None:
    """The library's engine, asked as the core asks it; without ``levels``: of organisations alone."""
    from asked import parts, plugged, question  # noqa: PLC0415 - others do not pay for it

    names = {f"{asked.name}.{part}": f"{asked.name}.{part}" for asked in work.criteria for part in "nk"}
    of = {
        told.name: next(asked for asked in work.criteria if asked.population == told.name) for told in work.populations
    }
    names |= {f"{of[told.name].name}.{part}": f"{told.name}.{part}" for told in work.populations for part in "pu"}
    counters = [pl.col(theirs).alias(ours) for theirs, ours in names.items()]
    places = tree(work.size)
    first, second = places["municipality"].min(), places["region"].min()
    for _, tallied in plugged("polars").tally(question(work, levels=levels), parts(work)):
        frame = tallied.frame.select(*KEYS, "breakdown", "rows", *counters)
        for breakdown in (None, *BREAKDOWNS):
            here = frame.filter(pl.col("breakdown").eq_missing(pl.lit(breakdown, pl.String))).drop("breakdown")
            for level, since, until in (("unit", 0, first), ("municipality", first, second), ("region", second, None)):
                own = here.filter(
                    pl.col("unit") >= since, pl.lit(value=True) if until is None else pl.col("unit") < until
                )
                if own.height and (breakdown is None or level != "unit"):
                    delivered.put(_named(level, breakdown), own)


def _named(level: str, breakdown: str | None) -> str:
    return level if breakdown is None else f"{level} by {breakdown}"


# --- by hand ----------------------------------------------------------------------------------------------------------


def polars_by_hand(work: Work, delivered: Delivered) -> None:
    """The same plan by somebody who knows polars: year by year, four counters to a number, one key a grouping."""
    places = tree(work.size)
    for year, file in enumerate(work.files, FIRST_YEAR):
        jobs = _packed(work, file, places).collect(engine="streaming")
        sums = [pl.len().cast(pl.Int64).alias("rows"), pl.col("^word.*$").sum()]
        keys = {None: pl.col("unit").cast(pl.UInt64)} | {name: pl.col(f"by {name}") for name in BREAKDOWNS}
        queries = [jobs.lazy().group_by(key.alias("key")).agg(sums) for key in keys.values()]
        for breakdown, sums_of in zip(keys, pl.collect_all(queries, engine="streaming"), strict=True):
            _deliver(work, delivered, _unpacked(work, sums_of, jobs, breakdown), places, breakdown, year)


def _counters(work: Work, columns: Columns) -> dict[str, pl.Expr]:
    """Flags without nulls, by the names of counters."""
    belongs = {told.name: told.by_hand(columns) for told in work.populations if told.by_hand is not None}
    found: dict[str, pl.Expr] = {}
    for name, is_so in belongs.items():
        found |= {f"{name}.p": is_so.fill_null(value=False), f"{name}.u": is_so.is_null()}
    for asked in work.criteria:
        holds = asked.by_hand(columns)
        inside = belongs.get(asked.population)
        known = holds.is_not_null()
        found[f"{asked.name}.n"] = (holds if inside is None else holds & inside).fill_null(value=False)
        found[f"{asked.name}.k"] = known if inside is None else known & inside.fill_null(value=False)
    return found


def _packed(work: Work, file: Path, places: pl.DataFrame) -> pl.LazyFrame:
    """Keys, and the counters in words of four: a sum of them holds while no group has more than 65 535 jobs."""
    flags = list(_counters(work, pl.col).values())
    words = [flags[first : first + LANES] for first in range(0, len(flags), LANES)]
    packed = [
        sum((flag.cast(pl.Int64) * (1 << LANE * lane) for lane, flag in enumerate(word)), start=pl.lit(0, pl.Int64))
        for word in words
    ]
    unit = pl.col("unit").str.slice(3).cast(pl.UInt32) if work.texts else pl.col("unit").cast(pl.UInt32)
    municipality = pl.lit(places["municipality"]).gather(unit).cast(pl.UInt64) * 2**32
    categories = [pl.col(name).cast(pl.Categorical(name)) for name in BREAKDOWNS]
    return pl.scan_parquet(file).select(
        unit.alias("unit"),
        *categories,
        *((municipality + each.to_physical()).alias(f"by {each.meta.output_name()}") for each in categories),
        *(word.alias(f"word{number}") for number, word in enumerate(packed)),
    )


def _unpacked(work: Work, sums: pl.DataFrame, jobs: pl.DataFrame, breakdown: str | None) -> pl.DataFrame:
    if (sums["rows"] >= 1 << LANE).any():
        raise OverflowError("a group has more jobs than a lane holds")
    mask = (1 << LANE) - 1
    lanes = [
        (pl.col(f"word{at // LANES}") // (1 << LANE * (at % LANES)) & mask).alias(name)
        for at, name in enumerate(work.counters)
    ]
    if breakdown is None:
        return sums.select(pl.col("key").cast(pl.UInt32).alias("unit"), "rows", *lanes)
    words = jobs[breakdown].unique()
    category = (pl.col("key") % 2**32).cast(pl.UInt32).replace_strict(words.to_physical(), words.cast(pl.String))
    return sums.select(
        (pl.col("key") // 2**32).cast(pl.UInt32).alias("unit"), category.alias("category"), "rows", *lanes
    )


def _deliver(
    work: Work,
    delivered: Delivered,
    sums: pl.DataFrame,
    places: pl.DataFrame,
    breakdown: str | None,
    year: int,
) -> None:
    """Sums of one grouping and of all that stands above it."""
    by = [] if breakdown is None else ["category"]
    counted = pl.col("rows", *work.counters)
    level = "unit" if breakdown is None else "municipality"
    delivered.put(_named(level, breakdown), sums.with_columns(period=pl.lit(year, pl.UInt16)))
    for above in LEVELS[LEVELS.index(level) + 1 if breakdown else 0 :]:
        links = places.select(unit=level, above=above).unique()
        sums = sums.join(links, on="unit").group_by("above", *by).agg(counted.sum()).rename({"above": "unit"})
        delivered.put(_named(above, breakdown), sums.with_columns(period=pl.lit(year, pl.UInt16)))
        level = above


def pandas_by_hand(work: Work, delivered: Delivered) -> None:
    """Year by year in pandas, columns of Arrow's types."""
    import pandas as pd  # noqa: PLC0415 - others do not pay for it

    places = tree(work.size).to_pandas()
    for year, file in enumerate(work.files, FIRST_YEAR):
        jobs = pd.read_parquet(file, columns=work.columns, dtype_backend="pyarrow")
        belongs = {told.name: told.by_hand(jobs.__getitem__) for told in work.populations if told.by_hand is not None}
        flags = {}
        for name, is_so in belongs.items():
            flags |= {f"{name}.p": is_so.fillna(False), f"{name}.u": is_so.isna()}  # noqa: FBT003 - pandas' own
        for asked in work.criteria:
            holds, inside = asked.by_hand(jobs.__getitem__), belongs.get(asked.population)
            known = holds.notna()
            flags[f"{asked.name}.n"] = (holds if inside is None else holds & inside).fillna(False)  # noqa: FBT003
            flags[f"{asked.name}.k"] = known if inside is None else known & flags[f"{asked.population}.p"]
        told = pd.DataFrame({name: flag.to_numpy(dtype="int64") for name, flag in flags.items()})
        told["rows"] = 1
        told["unit"] = (jobs["unit"].str.slice(3) if work.texts else jobs["unit"]).astype("int64").to_numpy()
        told["municipality"] = places["municipality"].to_numpy()[told["unit"]]
        names = ["rows", *work.counters]
        for breakdown in (None, *BREAKDOWNS):
            level = "unit" if breakdown is None else "municipality"
            keys: list[Any] = [level] if breakdown is None else [level, jobs[breakdown].astype("category")]
            sums = told.groupby(keys, observed=True, sort=False)[names].sum().reset_index()
            sums = sums.rename(columns={level: "unit"} | ({} if breakdown is None else {breakdown: "category"}))
            frame = pl.from_pandas(sums).with_columns(pl.col("unit").cast(pl.UInt32))
            _deliver(work, delivered, frame, tree(work.size), breakdown, year)


# --- SQL --------------------------------------------------------------------------------------------------------------


def duckdb_roll_up(work: Work, delivered: Delivered) -> None:
    """Flags once into a table, one grouping of it for each breakdown, the rest from their sums."""
    base = _duckdb(work)
    base.execute(f"CREATE TEMP TABLE jobs AS {_flags(work, _files(work.files))}")
    for breakdown in (None, *BREAKDOWNS):
        level = "unit" if breakdown is None else "municipality"
        by = "" if breakdown is None else f", {breakdown} AS category"
        place = "jobs" if breakdown is None else "jobs JOIN tree USING (unit)"
        base.execute(
            f"CREATE TEMP TABLE sums AS SELECT {level} AS unit, period{by}, {_sums(work)} FROM {place} GROUP BY ALL"
        )
        _sql_levels(work, delivered, base, breakdown)


def duckdb_grouping_sets(work: Work, delivered: Delivered) -> None:
    """One pass over the files, three groupings in it; the rest from their sums."""
    _grouping_sets(work, delivered, work.files)


def duckdb_by_parts(work: Work, delivered: Delivered) -> None:
    """The same year by year, for sizes at which one pass does not fit in memory."""
    for file in work.files:
        _grouping_sets(work, delivered, [file])


def _grouping_sets(work: Work, delivered: Delivered, files: Sequence[Path]) -> None:
    base = _duckdb(work)
    base.execute(
        f"""CREATE TEMP TABLE told AS
        SELECT unit, municipality, period, {", ".join(BREAKDOWNS)}, {_sums(work)},
            grouping({", ".join(BREAKDOWNS)}) AS which
        FROM ({_flags(work, _files(files))}) JOIN tree USING (unit)
        GROUP BY GROUPING SETS (
            (unit, period), {", ".join(f"(municipality, period, {name})" for name in BREAKDOWNS)})"""
    )
    for which, breakdown in ((3, None), (1, BREAKDOWNS[0]), (2, BREAKDOWNS[1])):
        level = "unit" if breakdown is None else "municipality"
        by = "" if breakdown is None else f", {breakdown} AS category"
        names = ", ".join(_quoted(work))
        base.execute(
            f"CREATE TEMP TABLE sums AS SELECT {level} AS unit, period{by}, {names} FROM told WHERE which = {which}"
        )
        _sql_levels(work, delivered, base, breakdown)


def _duckdb(work: Work) -> duckdb.DuckDBPyConnection:
    import duckdb  # noqa: PLC0415 - others do not pay for it

    base = duckdb.connect()
    base.execute(f"SET threads = {work.cores}; SET preserve_insertion_order = false")
    base.register("places", tree(work.size))
    unit = "format('oo-{:07d}', unit)" if work.texts else "unit"
    base.execute(f"CREATE TEMP TABLE tree AS SELECT * REPLACE ({unit} AS unit), unit AS number FROM places")
    return base


def _files(files: Sequence[Path]) -> str:
    return f"read_parquet({[str(file) for file in files]!r})"


def _flags(work: Work, source: str, *, inside: bool = True) -> str:
    """Populations and criteria; null outside the population, if asked for ``inside``."""
    within = [f"({told.sql}) AS {told.name}" for told in work.populations]
    holds = [
        (f"({a.text})" if a.population == "everybody" or not inside else f"CASE WHEN {a.population} THEN {a.text} END")
        + f" AS {a.name}"
        for a in work.criteria
    ]
    keys = ["unit", "year AS period", *BREAKDOWNS, *(["person"] if work.persons else [])]
    told = [*keys, *(told.name for told in work.populations), *holds]
    return f"SELECT {', '.join(told)} FROM (SELECT *, {', '.join(within)} FROM {source})"


def _sums(work: Work) -> str:
    return ", ".join(
        [
            "count(*) AS rows",
            *(
                f'count_if({p.name}) AS "{p.name}.p", count(*) - count({p.name}) AS "{p.name}.u"'
                for p in work.populations
            ),
            *(f'count_if({a.name}) AS "{a.name}.n", count({a.name}) AS "{a.name}.k"' for a in work.criteria),
        ]
    )


def _quoted(work: Work) -> list[str]:
    return ["rows", *(f'"{name}"' for name in work.counters)]


def _sql_levels(work: Work, delivered: Delivered, base: duckdb.DuckDBPyConnection, breakdown: str | None) -> None:
    """Deliver the table of sums and what stands above it; the table is gone."""
    by = "" if breakdown is None else ", category"
    level = "unit" if breakdown is None else "municipality"
    added = ", ".join(f"sum({name})::BIGINT AS {name}" for name in _quoted(work))
    links = "SELECT DISTINCT {} AS unit, {} AS above FROM tree"
    if breakdown is None:
        base.execute("CREATE TEMP TABLE own AS SELECT sums.* REPLACE (number AS unit) FROM sums JOIN tree USING (unit)")
        base.execute("DROP TABLE sums; ALTER TABLE own RENAME TO sums")
    delivered.put(_named(level, breakdown), base.table("sums").pl())
    for above in LEVELS[LEVELS.index(level) + 1 if breakdown else 0 :]:
        pairs = links.format("number" if level == "unit" else level, above)
        base.execute(
            f"""CREATE TEMP TABLE higher AS SELECT above AS unit, period{by}, {added}
            FROM sums JOIN ({pairs}) USING (unit) GROUP BY ALL;
            DROP TABLE sums; ALTER TABLE higher RENAME TO sums"""
        )
        delivered.put(_named(above, breakdown), base.table("sums").pl())
        level = above
    base.execute("DROP TABLE sums")


def spark(work: Work, delivered: Delivered) -> None:
    """Spark SQL on this machine: GROUPING SETS in one pass, the rest from their sums; starting the JVM is counted."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - others do not pay for it

    session = (
        SparkSession.builder.master(f"local[{work.cores}]")
        .config("spark.driver.memory", "6g")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(4 * work.cores))
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    places = tree(work.size).with_columns(number="unit")
    if work.texts:
        places = places.with_columns(unit=unit_texts(pl.col("unit")))
    places = places.with_columns(pl.col("number", *LEVELS).cast(pl.Int64))
    session.createDataFrame(places.to_arrow(compat_level=pl.CompatLevel.oldest())).createOrReplaceTempView("tree")
    session.read.parquet(*map(str, work.files)).createOrReplaceTempView("register")
    counters = _sums(work).replace('"', "`")
    told = session.sql(
        f"""SELECT /*+ BROADCAST(tree) */ number AS unit, municipality, period, {", ".join(BREAKDOWNS)}, {counters},
            grouping_id() AS which
        FROM ({_flags(work, "register")}) JOIN tree USING (unit)
        GROUP BY GROUPING SETS (
            (number, period), {", ".join(f"(municipality, period, {name})" for name in BREAKDOWNS)})"""
    )
    frame = pl.from_arrow(told.toArrow())
    session.stop()
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(type(frame))
    kinds = {None: pl.col("unit").is_not_null()} | {
        name: pl.col("unit").is_null() & pl.col(name).is_not_null() for name in BREAKDOWNS
    }
    for breakdown, is_so in kinds.items():
        level = "unit" if breakdown is None else "municipality"
        category = [] if breakdown is None else [pl.col(breakdown).alias("category")]
        here = frame.filter(is_so).select(
            pl.col(level).cast(pl.UInt32).alias("unit"), "period", *category, "rows", *work.counters
        )
        for (year,), sums in here.partition_by("period", as_dict=True).items():
            _deliver(work, delivered, sums.drop("period"), tree(work.size), breakdown, int(year))


# --- the yardstick ----------------------------------------------------------------------------------------------------


def decode_and_sum(work: Work, delivered: Delivered) -> None:
    """No answer: every column somebody needs is decoded and summed, which nobody who reads them can undercut."""
    del delivered
    sums = {
        "text": lambda column: column.str.len_bytes().sum(),
        "date": lambda column: column.to_physical().cast(pl.Int64).sum(),
    }
    columns = [sums.get(COLUMNS[name], pl.Expr.sum)(pl.col(name)) for name in work.columns if name != "unit"]
    unit = pl.col("unit").str.len_bytes() if work.texts else pl.col("unit")
    pl.scan_parquet(list(work.files)).select(unit.cast(pl.Int64).sum(), *columns).collect(engine="streaming")


def duckdb_persons(work: Work, delivered: Delivered) -> None:
    """Two stages for each output: what the jobs of a person say together, then persons."""
    base = _duckdb(work)
    base.execute(f"CREATE TEMP TABLE jobs AS {_flags(work, _files(work.files), inside=False)}")
    levels = {"unit": "number", "municipality": "municipality", "region": "region"}
    for breakdown in (None, *BREAKDOWNS):
        by = "" if breakdown is None else f", {breakdown} AS category"
        for level, place in levels.items():
            if breakdown is not None and level == "unit":
                continue
            # Of a person's jobs only those of the population answer.
            flags = {p.name: p.name for p in work.populations} | {
                a.name: a.name
                if a.population == "everybody"
                else f"(CASE WHEN {a.population} THEN {a.name} ELSE false END)"
                for a in work.criteria
            }
            said = ", ".join(
                f"CASE WHEN bool_or({flag}) THEN true WHEN count({flag}) = count(*) THEN false END AS {name}"
                for name, flag in flags.items()
            )
            inside = ", ".join(
                a.name if a.population == "everybody" else f"CASE WHEN {a.population} THEN {a.name} END AS {a.name}"
                for a in work.criteria
            )
            base.execute(
                f"""CREATE OR REPLACE TEMP TABLE persons AS
                SELECT {place} AS unit, period{by}, {said} FROM jobs JOIN tree USING (unit)
                GROUP BY {place}, period, person{"" if breakdown is None else f", {breakdown}"}"""
            )
            keys = "unit, period" + ("" if breakdown is None else ", category")
            told = ", ".join([*(p.name for p in work.populations), inside])
            sums = base.sql(f"SELECT {keys}, {_sums(work)} FROM (SELECT {keys}, {told} FROM persons) GROUP BY ALL")
            delivered.put(_named(level, breakdown), sums.pl())


PEERS: Mapping[str, Callable[[Work, Delivered], None]] = {
    "engine": engine,
    "polars by hand": polars_by_hand,
    "DuckDB, roll-up": duckdb_roll_up,
    "DuckDB, GROUPING SETS": duckdb_grouping_sets,
    "DuckDB, year by year": duckdb_by_parts,
    "pandas": pandas_by_hand,
    "Spark": spark,
    "decode and sum": decode_and_sum,
}
YEARLY = {"engine, organisations only": partial(engine, levels=False)}
PERSONS: Mapping[str, Callable[[Work, Delivered], None]] = {
    "engine, persons once": engine,
    "DuckDB, persons once": duckdb_persons,
}
YARDSTICK = "decode and sum"
