"""`monitor()` beside a hand-written polars query and tuned DuckDB: the same VALUES from the same frames, in one run.

    python benchmarks/engine.py [--units 100000] [--periods 10] [--rounds 5]

Every round runs every peer once, so that whatever else the machine does falls on all of them. Before anything is timed
the results are compared, cell by cell. The question is `nineteen.yaml`: nineteen criteria, three levels; the frames are
invented here, with silent schools, missing answers, parts greater than their whole and «yes» without a link. Beside
VALUES, `monitor()` checks the answers and lists what is wrong with them; its peers do not.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

import duckdb
import polars as pl
from attrs import evolve, frozen
from polars.testing import assert_frame_equal

from profdev_indicators import load, monitor, plugin_manager
from profdev_indicators.frames import STATE, VALUES
from profdev_indicators.model import District

Engine: TypeAlias = Literal["auto", "in-memory", "streaming"]

HERE = Path(__file__).parent
PEOPLE = [f"done_{n}" for n in range(1, 11)]
FLAGS = [f"has_{n}" for n in range(1, 10)]
OF_YOUNG = {"done_4", "done_5"}  # whose denominator is the young; all other people are of the teachers
SCHOOLS_IN_DISTRICT = 40
FIRST_YEAR = 2010
CLOSELY = 2_000  # units whose every cell is compared


@frozen(kw_only=True)
class Work:
    """What all peers are given."""

    district: District
    units: pl.DataFrame
    card: pl.DataFrame
    periods: tuple[str, ...]
    definitions: Mapping[str, str]  # by indicator: nobody but the engine can know its hashes

    @property
    def criteria(self) -> list[tuple[str, str, str, str]]:
        """Section, indicator, what is counted, of whom."""
        people = [("people", f"1.{n}", p, "young" if p in OF_YOUNG else "teachers") for n, p in enumerate(PEOPLE, 1)]
        return people + [("presence", f"2.{n}", f, "schools") for n, f in enumerate(FLAGS, 1)]


def main() -> None:
    """Measure, print, and write `results/engine.json` and `results/engine.md`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--periods", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="names of peers to run")
    given = parser.parse_args()
    work = prepare(given.units, given.periods)
    peers = {name: peer for name, peer in PEERS.items() if not given.only or name in given.only}
    check(work, peers)
    times = measure(work, peers, given.rounds)
    report = summary(work, times, given.rounds)
    print(table(report))
    if given.units == parser.get_default("units") and not given.only:
        results = HERE / "results"
        results.mkdir(exist_ok=True)
        (results / "engine.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        (results / "engine.md").write_text(table(report), encoding="utf-8")


# --- the frames -------------------------------------------------------------------------------------------------------


def prepare(units: int, periods: int) -> Work:
    """Invented answers of so many schools in so many years; the same ones every time."""
    years = [str(FIRST_YEAR + n) for n in range(periods)]
    schools = pl.select(number=pl.int_range(units)).select(
        id=pl.format("unit-{}", pl.col("number").cast(pl.String).str.zfill(6)),
        name=pl.format("Школа № {}", "number"),
        kind=pl.lit("school"),
        parent=pl.format("district-{}", (pl.col("number") // SCHOOLS_IN_DISTRICT).cast(pl.String).str.zfill(5)),
    )
    districts = schools.select(pl.col("parent").unique(maintain_order=True)).select(
        id="parent", name=pl.format("Район {}", "parent"), kind=pl.lit("district"), parent=pl.lit(None, pl.String)
    )
    rows = schools.select(unit="id").join(pl.DataFrame({"period": years}), how="cross", maintain_order="left_right")
    rows = rows.with_columns(teachers_told=5 + _chance(1) % 75)
    rows = rows.with_columns(young_told=_chance(2) % (pl.col("teachers_told") // 5 + 1))
    wholes = {p: pl.col("young_told" if p in OF_YOUNG else "teachers_told") for p in PEOPLE}
    rows = rows.with_columns(
        # One in a thousand counts one teacher too many.
        *(
            (_chance(seed) % (whole + 1) + (_chance(-seed) % 1000 == 0)).alias(p)
            for seed, (p, whole) in enumerate(wholes.items(), 10)
        ),
        *((_chance(seed) % 2).alias(flag) for seed, flag in enumerate(FLAGS, 30)),
        link=pl.when(_chance(50) % 50 > 0).then(pl.format("https://example.org/{}", "unit")),
    )
    rows = rows.with_columns(
        pl.when(_chance(60 + n) % 20 > 0).then(pl.col(p)).alias(p) for n, p in enumerate(PEOPLE[:3])
    )
    card = rows.filter(_chance(70) % 50 > 0).with_columns(pl.col(pl.Int64, pl.UInt64).cast(pl.Float64))
    district = load(HERE / "nineteen.yaml", plugin_manager(discover=False))
    work = Work(
        district=district, units=pl.concat([schools, districts]), card=card, periods=tuple(years), definitions={}
    )
    few = evolve(work, card=card.head(periods))
    values = with_engine(few)
    hashes = dict(values.select("indicator", "definition").unique().iter_rows())
    return evolve(work, definitions=hashes)


def _chance(seed: int) -> pl.Expr:
    """A number which looks random, the same for the same row and seed."""
    return pl.struct("unit", "period").hash(seed + 1000)


# --- the peers --------------------------------------------------------------------------------------------------------


def with_engine(work: Work) -> pl.DataFrame:
    """The library, as anybody would call it."""
    return monitor(
        work.district,
        period=f"{work.periods[0]}..{work.periods[-1]}",
        frames={"units": work.units, "card": work.card},
        plugins=plugin_manager(discover=False),
    ).values


def with_polars(work: Work, engine: Engine = "auto") -> pl.DataFrame:
    """The same frame from one hand-written query for each level."""
    return pl.concat(_by_hand(work, engine), rechunk=False)


def with_polars_sums(work: Work, engine: Engine = "in-memory") -> list[pl.DataFrame]:
    """What somebody would write who needs the percentages of all levels and nothing about them: one wide frame each."""
    counted = [c for _, _, c, _ in work.criteria]
    own = _base(work).select("id", "parent", "period", *_parts(work, reasons=False)).collect(engine=engine)
    names = [f"{c}.{part}" for c in counted for part in "nd"]
    districts = own.lazy().group_by("parent", "period").agg(pl.col(names).sum()).collect(engine=engine)
    country = districts.lazy().group_by("period").agg(pl.col(names).sum()).collect(engine=engine)
    percents = [(100 * pl.col(f"{c}.n") / pl.col(f"{c}.d")).alias(c) for c in counted]
    return [level.with_columns(percents) for level in (country, districts, own)]


def with_duckdb(work: Work) -> pl.DataFrame:
    """The same frame from SQL; its order is whatever is fastest."""
    with _duckdb(work) as base:
        base.execute(_sql_wide(work))
        long = pl.DataFrame(base.sql(_sql_long(work)).to_arrow_table())
    return long.select(pl.col(name).cast(dtype) for name, dtype in VALUES.items())


def with_duckdb_sums(work: Work) -> list[pl.DataFrame]:
    """Only the sums of all levels, wide."""
    with _duckdb(work) as base:
        base.execute(_sql_wide(work))
        return [base.table(level).pl() for level in ("country", "districts", "schools")]


PEERS: Mapping[str, Callable[[Work], Any]] = {
    "monitor()": with_engine,
    "polars by hand": with_polars,
    "polars by hand, in-memory engine": partial(with_polars, engine="in-memory"),
    "DuckDB": with_duckdb,
    "polars by hand, wide sums only": with_polars_sums,
    "DuckDB, wide sums only": with_duckdb_sums,
}
SAME = ("polars by hand", "polars by hand, in-memory engine", "DuckDB")  # they must give what monitor() gives


def _base(work: Work) -> pl.LazyFrame:
    """Every school in every period, with its card where there is one."""
    schools = work.units.lazy().filter(pl.col("kind") == "school").select("id", "name", "parent")
    return schools.join(pl.LazyFrame({"period": work.periods}), how="cross", maintain_order="left_right").join(
        work.card.lazy(), left_on=["id", "period"], right_on=["unit", "period"], how="left", maintain_order="left"
    )


def _parts(work: Work, *, reasons: bool) -> list[pl.Expr]:
    """Of each criterion: ``n`` numerator, ``d`` denominator, and if asked for the counters of who answered."""
    found = []
    for _, _, counted, of in work.criteria:
        n = pl.col(counted)
        d = {"teachers": pl.col("teachers_told"), "young": pl.col("young_told"), "schools": pl.lit(1.0)}[of]
        applies = (d > 0).fill_null(value=True)
        told = (applies & (n <= d)).fill_null(value=False)
        found += [pl.when(told).then(n).alias(f"{counted}.n"), pl.when(told).then(d).alias(f"{counted}.d")]
        if reasons:
            found += [
                applies.alias(f"{counted}.x"),
                told.alias(f"{counted}.r"),
                (applies & (n > d)).fill_null(value=False).alias(f"{counted}.b"),
            ]
            if of == "schools":
                found.append((told & (pl.col("link").is_not_null() | (n == 0))).alias(f"{counted}.e"))
    return found


def _by_hand(work: Work, engine: Engine) -> list[pl.DataFrame]:
    own = _base(work).select("id", "name", "parent", "period", *_parts(work, reasons=True)).collect(engine=engine)
    names = own.columns[4:]
    districts = (
        own.lazy().group_by("parent", "period").agg(pl.col(names).sum()).sort("parent", "period").collect(engine=engine)
    )
    country = districts.lazy().group_by("period").agg(pl.col(names).sum()).sort("period").collect(engine=engine)
    named = work.units.lazy().select("id", "name")
    districts = (
        districts.lazy().rename({"parent": "id"}).join(named, on="id", maintain_order="left").collect(engine=engine)
    )
    country = country.with_columns(id=pl.lit("country"), name=pl.lit("Страна (вымышленная)"))
    levels = [(country, "district", 2), (districts, "district", 1), (own, "school", 0)]
    return pl.collect_all(
        [_long(frame, kind, level, criterion, work) for criterion in work.criteria for frame, kind, level in levels],
        engine=engine,
    )


def _long(frame: pl.DataFrame, kind: str, level: int, criterion: tuple[str, str, str, str], work: Work) -> pl.LazyFrame:
    section, indicator, counted, of = criterion
    n, d, bad = pl.col(f"{counted}.n"), pl.col(f"{counted}.d"), pl.col(f"{counted}.b").cast(pl.Boolean)
    expected, reported = pl.col(f"{counted}.x").cast(pl.Int64), pl.col(f"{counted}.r").cast(pl.Int64)
    cases = [
        (expected == 0, "not_applicable", f"не входит: {TITLES[of]}"),
        ((reported == 0) & bad, "invalid", "часть больше целого" if level == 0 else "ответ противоречит сам себе"),
        (reported == 0, "not_reported", "нет ответа"),
        (reported < expected, "partial", None),
    ]
    code = pl.coalesce(*(pl.when(is_so).then(number) for number, (is_so, _, _) in enumerate(cases)), len(cases))
    code = code.cast(pl.UInt8)
    states = pl.Series([state for _, state, _ in cases] + ["ok"], dtype=STATE)
    reasons = pl.Series([reason for _, _, reason in cases] + [None], dtype=pl.String)
    numerator, denominator = pl.when(reported > 0).then(n), pl.when(reported > 0).then(d)
    return frame.lazy().select(
        district=pl.lit("country"),
        unit="id",
        unit_name="name",
        unit_kind=pl.lit(kind),
        level=pl.lit(level, pl.Int32),
        period="period",
        section=pl.lit(section),
        indicator=pl.lit(indicator),
        reading=pl.lit("main"),
        breakdown=pl.lit(None, pl.String),
        category=pl.lit(None, pl.String),
        numerator=numerator,
        denominator=denominator,
        value=100 * numerator / denominator,
        expected=expected,
        reported=reported,
        evidenced=pl.col(f"{counted}.e").cast(pl.Int64) if of == "schools" else reported,
        known=pl.lit(None, pl.Int64),
        state=pl.lit(states).gather(code),
        reason=pl.lit(reasons).gather(code),
        ci_low=pl.lit(None, pl.Float64),
        ci_high=pl.lit(None, pl.Float64),
        definition=pl.lit(work.definitions[indicator]),
    )


TITLES = {
    "teachers": "педагогические работники",
    "young": "молодые педагогические работники",
    "schools": "школы",
}


def _duckdb(work: Work) -> duckdb.DuckDBPyConnection:
    base = duckdb.connect()
    base.execute(f"SET threads = {os.cpu_count()}; SET preserve_insertion_order = false")
    base.register("units", work.units)
    base.register("card", work.card)
    base.register("periods", pl.DataFrame({"period": work.periods}))
    return base


def _sql_wide(work: Work) -> str:
    """Three tables: sums of schools, of districts, of the country."""
    parts = []
    for _, _, c, of in work.criteria:
        d = {"teachers": "teachers_told", "young": "young_told", "schools": "1.0::DOUBLE"}[of]
        told = f"coalesce({d} > 0 AND {c} <= {d}, false)"
        parts += [
            f'CASE WHEN {told} THEN {c} END AS "{c}.n"',
            f'CASE WHEN {told} THEN {d} END AS "{c}.d"',
            f'coalesce({d} > 0, true)::INT AS "{c}.x"',
            f'{told}::INT AS "{c}.r"',
            f'coalesce({d} > 0 AND {c} > {d}, false)::INT AS "{c}.b"',
            f'({told} AND (link IS NOT NULL OR {c} = 0))::INT AS "{c}.e"'
            if of == "schools"
            else f'{told}::INT AS "{c}.e"',
        ]
    names = [f'"{c}.{part}"' for _, _, c, _ in work.criteria for part in "ndxrbe"]
    sums = ", ".join(f"sum({name}) AS {name}" for name in names)
    return f"""
        CREATE TEMP TABLE schools AS
        SELECT u.id, u.name, u.parent, p.period, {", ".join(parts)}
        FROM units u CROSS JOIN periods p LEFT JOIN card ON card.unit = u.id AND card.period = p.period
        WHERE u.kind = 'school';
        CREATE TEMP TABLE districts AS
        SELECT s.*, u.name FROM (SELECT parent AS id, period, {sums} FROM schools GROUP BY ALL) s
        JOIN units u USING (id);
        CREATE TEMP TABLE country AS
        SELECT 'country' AS id, 'Страна (вымышленная)' AS name, period, {sums} FROM districts GROUP BY period;
    """  # noqa: S608 - every word of it is ours


def _sql_long(work: Work) -> str:
    states = ", ".join(f"'{state}'" for state in STATE.categories)
    rows = []
    for section, indicator, c, of in work.criteria:
        for table, kind, level in (("country", "district", 2), ("districts", "district", 1), ("schools", "school", 0)):
            bad = "часть больше целого" if level == 0 else "ответ противоречит сам себе"
            rows.append(
                f"""
                SELECT 'country' AS district, id AS unit, name AS unit_name, '{kind}' AS unit_kind, {level} AS level,
                    period, '{section}' AS section, '{indicator}' AS indicator, 'main' AS reading,
                    NULL::VARCHAR AS breakdown, NULL::VARCHAR AS category,
                    CASE WHEN "{c}.r" > 0 THEN "{c}.n" END AS numerator,
                    CASE WHEN "{c}.r" > 0 THEN "{c}.d" END AS denominator,
                    CASE WHEN "{c}.r" > 0 THEN 100 * "{c}.n" / "{c}.d" END AS value,
                    "{c}.x"::BIGINT AS expected, "{c}.r"::BIGINT AS reported, "{c}.e"::BIGINT AS evidenced,
                    NULL::BIGINT AS known,
                    CASE WHEN "{c}.x" = 0 THEN 'not_applicable' WHEN "{c}.r" = 0 AND "{c}.b" > 0 THEN 'invalid'
                         WHEN "{c}.r" = 0 THEN 'not_reported' WHEN "{c}.r" < "{c}.x" THEN 'partial' ELSE 'ok'
                    END::ENUM({states}) AS state,
                    CASE WHEN "{c}.x" = 0 THEN 'не входит: {TITLES[of]}' WHEN "{c}.r" = 0 AND "{c}.b" > 0 THEN '{bad}'
                         WHEN "{c}.r" = 0 THEN 'нет ответа' END AS reason,
                    NULL::DOUBLE AS ci_low, NULL::DOUBLE AS ci_high, '{work.definitions[indicator]}' AS definition
                FROM {table}"""  # noqa: S608 - every word of it is ours
            )
    return " UNION ALL ".join(rows)


# --- measuring --------------------------------------------------------------------------------------------------------


def check(work: Work, peers: Mapping[str, Callable[[Work], Any]]) -> None:
    """Refuse to time peers that do not give the same: every cell of some units, and every sum of all of them.

    Raises:
        AssertionError: with the first difference.
    """
    few = _of_first(work, CLOSELY)
    expected = with_engine(few).sort("indicator", "level", "unit", "period")
    whole = _digest(with_engine(work))
    for name in SAME:
        if name in peers:
            assert_frame_equal(
                peers[name](few).sort("indicator", "level", "unit", "period"), expected, check_exact=True
            )
            assert_frame_equal(_digest(peers[name](work)), whole, check_exact=True)


def _of_first(work: Work, count: int) -> Work:
    schools = work.units.filter(pl.col("kind") == "school").head(count)
    units = pl.concat([schools, work.units.filter(pl.col("id").is_in(schools["parent"].unique().implode()))])
    return evolve(work, units=units, card=work.card.filter(pl.col("unit").is_in(schools["id"].implode())))


def _digest(values: pl.DataFrame) -> pl.DataFrame:
    """Counts and sums of all rows, whatever their order; numerators are whole, so that their sums are exact."""
    keys = ["indicator", "level", "period", "state", "reason", "definition"]
    sums = pl.col("numerator", "denominator", "expected", "reported", "evidenced").sum()
    names = pl.col("unit", "unit_name").hash().sum()
    return values.lazy().group_by(keys).agg(pl.len(), sums, names).sort(keys).collect()


def measure(work: Work, peers: Mapping[str, Callable[[Work], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every peer in every round, one after the other in each, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in peers}
    for number in range(-1, rounds):
        for name, peer in peers.items():
            gc.collect()
            started = time.perf_counter()
            result = peer(work)
            taken = time.perf_counter() - started
            del result
            if number >= 0:
                times[name].append(taken)
                print(f"  {name}: {taken:.2f}", file=sys.stderr)
    return times


def summary(work: Work, times: Mapping[str, Sequence[float]], rounds: int) -> dict[str, Any]:
    """All there is to report."""
    first = next(iter(times))
    return {
        "question": {
            "units": work.units.filter(pl.col("kind") == "school").height,
            "periods": len(work.periods),
            "criteria": len(work.criteria),
            "levels": 3,
            "answers": work.card.height,
        },
        "rounds": rounds,
        "machine": {"cpus": os.cpu_count(), "model": _model(), "system": platform.system(), "load": os.getloadavg()[0]},
        "versions": {"python": platform.python_version(), "polars": pl.__version__, "duckdb": duckdb.__version__},
        "seconds": {
            name: {"median": round(statistics.median(taken), 3), "least": round(min(taken), 3)}
            for name, taken in times.items()
        },
        f"{first} to": {
            name: {
                # Of each round by itself: neighbours in time share what else the machine did.
                "median": round(statistics.median(a / b for a, b in zip(times[first], taken, strict=True)), 2),
                "least": round(min(times[first]) / min(taken), 2),
            }
            for name, taken in times.items()
        },
    }


def _model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def table(report: Mapping[str, Any]) -> str:
    """Markdown."""
    question, machine, versions = report["question"], report["machine"], report["versions"]
    ratios = next(value for key, value in report.items() if key.endswith(" to"))
    size = " × ".join(f"{question[name]:,} {name}" for name in ("units", "periods", "criteria", "levels"))
    place = f"{machine['cpus']} × {machine['model']}, {machine['system']}, load {machine['load']:.1f}"
    built = ", ".join(f"{name} {number}" for name, number in versions.items())
    lines = [
        f"{size}; {report['rounds']} interleaved rounds; {place}; {built}.",
        "",
        "| | seconds, median | least | monitor() ÷ this, median | least |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, taken in report["seconds"].items():
        ratio = ratios[name]
        numbers = (taken["median"], taken["least"], ratio["median"], ratio["least"])
        lines.append(f"| {name} | {' | '.join(f'{number:.2f}' for number in numbers)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
