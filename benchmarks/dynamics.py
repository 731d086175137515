"""The stock rules over VALUES of a whole country, beside the same answers from DuckDB.

    python benchmarks/dynamics.py [--units 40000] [--periods 10] [--rounds 5] [--no-write]

Forty thousand organisations, ten years, nineteen criteria: 7.6 million cells, every year judged. Four rules: a fall to
the year before, falls in a row, a target missed, worse than the median of the municipality. Both tell what fired, with
what it was compared, and of which cells nothing could be said and why, in the same Russian words. Before anything is
timed both answers are compared, row by row.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from polars.testing import assert_frame_equal

from profdev_indicators import load, plugin_manager
from profdev_indicators.engine.judge import judge
from profdev_indicators.frames import VALUES, conform
from profdev_indicators.model import District, Rule
from profdev_indicators.periods import Period
from profdev_indicators.plugins import kinds

HERE = Path(__file__).parent
INDICATORS = 19
TARGET = 60.0
POINTS, PERSONS, LENGTH, BEHIND, OTHERS = 10.0, 2.0, 2, 15.0, 3
HAIR = 1e-9  # as the rules allow for quotients
SCHOOLS_IN_MUNICIPALITY = 40
FIRST_YEAR = 2010
QUESTION = """
id: country
title: Страна (вымышленная)
calendar: year
kinds: {{school: школа}}
units: {{frame: {{}}}}
populations: [{{id: teachers, title: педагоги, items: [n_ped]}}]
sources:
  - id: card
    title: Карта
    reader: {{frame: {{}}}}
    items: [{{id: n_ped, title: Педагогов, type: count}}, {{id: n_diag, title: Из них, type: count}}]
sections:
  - id: s
    title: Раздел
    indicators:
{indicators}
dynamics:
  rules:
    - {{drop: {{points: {points}, persons: {persons}}}}}
    - {{streak: {{length: {length}}}}}
    - {{below_target: {{}}}}
    - {{below_peers: {{points: {behind}, at_least: {others}}}}}
"""
INDICATOR = """
      - id: "{id}"
        title: Показатель
        source: card
        measure: {{share: {{counted: n_diag, population: teachers}}}}
        silence: excluded
        missing: strict
        target: [{{since: 2000-01-01, at: {target}}}]"""
CELL = ["unit", "period", "indicator", "rule"]


def main() -> None:
    """Measure, print, and add to `results/dynamics.json` and `results/dynamics.md`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=40_000)
    parser.add_argument("--periods", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-write", dest="write", action="store_false", help="print only")
    given = parser.parse_args()
    values, tree = invented(given.units, given.periods)
    asked = district()
    check(values, tree, asked)
    report = measure(values, tree, asked, given.rounds)
    print(table(report))
    if given.write:
        (HERE / "results" / "dynamics.json").write_text(
            json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        (HERE / "results" / "dynamics.md").write_text(table(report), encoding="utf-8")


def district() -> District:
    """Nineteen shares and the four rules."""
    rows = "".join(INDICATOR.format(id=number, target=TARGET) for number in range(1, INDICATORS + 1))
    text = QUESTION.format(indicators=rows, points=POINTS, persons=PERSONS, length=LENGTH, behind=BEHIND, others=OTHERS)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "district.yaml"
        file.write_text(text, encoding="utf-8")
        return load(file, plugin_manager(discover=False))


def invented(units: int, periods: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """VALUES, by criterion, unit and year, one cell in twenty silent; and where the units stand."""
    years = pl.DataFrame({"year": range(FIRST_YEAR, FIRST_YEAR + periods)})
    numbers = pl.DataFrame({"number": range(units)})
    indicators = pl.DataFrame({"indicator": [str(number) for number in range(1, INDICATORS + 1)]})
    cells = indicators.join(numbers, how="cross", maintain_order="left_right")
    cells = cells.join(years, how="cross", maintain_order="left_right")
    size = 5 + pl.struct("number", "indicator").hash(1) % 75
    share = 0.55 + 0.4 * (pl.struct("number", "indicator").hash(2) % 1000) / 1000
    noise = ((pl.struct("number", "indicator", "year").hash(3) % 1000) / 1000 - 0.5) * 0.2
    told = pl.struct("number", "indicator", "year").hash(4) % 20 > 0
    counted = ((share + noise).clip(0, 1) * size).round()
    frame = cells.lazy().select(
        pl.lit("country").alias("district"),
        pl.format("unit-{}", pl.col("number").cast(pl.String).str.zfill(6)).alias("unit"),
        pl.lit("school").alias("unit_kind"),
        pl.lit(0, pl.Int32).alias("level"),
        pl.col("year").cast(pl.String).alias("period"),
        pl.lit("s").alias("section"),
        "indicator",
        pl.lit("main").alias("reading"),
        pl.when(told).then(counted).alias("numerator"),
        pl.when(told).then(size.cast(pl.Float64)).alias("denominator"),
        pl.lit(1, pl.Int64).alias("expected"),
        told.cast(pl.Int64).alias("reported"),
        told.cast(pl.Int64).alias("evidenced"),
        pl.when(told).then(pl.lit("ok")).otherwise(pl.lit("not_reported")).alias("state"),
        pl.lit("one").alias("definition"),
    )
    values = conform(frame.with_columns(value=100 * pl.col("numerator") / pl.col("denominator")), VALUES).collect()
    tree = numbers.join(years, how="cross", maintain_order="left_right").select(
        unit=pl.format("unit-{}", pl.col("number").cast(pl.String).str.zfill(6)),
        period=pl.col("year").cast(pl.String),
        cluster=pl.format("municipality-{}", pl.col("number") // SCHOOLS_IN_MUNICIPALITY),
        parent=pl.lit(None, pl.String),
    )
    return values, tree


# --- the two ----------------------------------------------------------------------------------------------------------


def by_judge(values: pl.DataFrame, tree: pl.DataFrame, asked: District) -> tuple[pl.DataFrame, pl.DataFrame]:
    """FINDINGS and UNCHECKED of the library."""
    names = {kind: name for name, kind in kinds(plugin_manager(discover=False))[Rule].items()}
    periods = [Period.parse(text, "year") for text in sorted(set(tree["period"]))]
    judged = judge(values.lazy(), asked, tree=tree.lazy(), asked=periods, rule_names=names)
    findings, unchecked = pl.collect_all([judged.findings, judged.unchecked])
    return findings, unchecked


def by_duckdb(values: pl.DataFrame, tree: pl.DataFrame, _asked: District) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same rows from SQL, in whatever order is fastest."""
    with duckdb.connect() as base:
        base.execute(f"SET threads = {os.cpu_count()}; SET preserve_insertion_order = false")
        base.register("told", values.select("unit", "period", "indicator", "numerator", "denominator", "value"))
        base.register("tree", tree)
        base.execute(SERIES)
        return base.sql(FINDINGS).pl(), base.sql(UNCHECKED).pl()


# Rows of a series are complete: what stands before a row is the year before.
SERIES = f"""
CREATE TEMP TABLE series AS
WITH before AS (
    SELECT *, lag(period) OVER w AS base_period, lag(value) OVER w AS base,
        lag(numerator) OVER w AS base_numerator, lag(denominator) OVER w AS base_denominator
    FROM told WINDOW w AS (PARTITION BY indicator, unit ORDER BY period)),
said AS (
    SELECT *, CASE WHEN value IS NULL THEN 'нет данных' WHEN base_period IS NULL THEN 'первый период наблюдения'
            WHEN base IS NULL THEN 'нет данных за ' || base_period END AS why,
        row_number() OVER (PARTITION BY indicator, unit ORDER BY period) AS place
    FROM before),
fallen AS (SELECT *, why IS NULL AND base - value > {HAIR} AS falls FROM said),
rows_of AS (
    SELECT *, max(CASE WHEN NOT falls THEN place END) OVER w AS since,
        last_value(CASE WHEN NOT falls THEN value END IGNORE NULLS) OVER w AS since_value,
        last_value(CASE WHEN NOT falls THEN coalesce(why, '') END IGNORE NULLS) OVER w AS since_why
    FROM fallen WINDOW w AS (PARTITION BY indicator, unit ORDER BY period ROWS UNBOUNDED PRECEDING)),
peers AS (
    SELECT indicator, period, cluster, median(value) AS median, count(value) AS told, count(*) AS units
    FROM told JOIN tree USING (unit, period) GROUP BY ALL)
SELECT rows_of.* EXCLUDE (place, falls), place - since AS length, median, peers.told - 1 AS others, units
FROM rows_of JOIN tree USING (unit, period) JOIN peers USING (indicator, period, cluster);
"""  # noqa: S608 - every word of it is ours
FINDINGS = f"""
SELECT unit, period, indicator, 'drop' AS rule, value, base, value - base AS change FROM series
WHERE why IS NULL AND base - value >= {POINTS - HAIR}
    AND base_numerator * denominator / base_denominator - numerator >= {PERSONS - HAIR}
UNION ALL
SELECT unit, period, indicator, 'streak', value, since_value, value - since_value FROM series
WHERE length >= {LENGTH} AND since_value - value >= {-HAIR}
UNION ALL
SELECT unit, period, indicator, 'below_target', value, {TARGET}, value - {TARGET} FROM series
WHERE value IS NOT NULL AND {TARGET} - value > {HAIR}
UNION ALL
SELECT unit, period, indicator, 'below_peers', value, median, value - median FROM series
WHERE value IS NOT NULL AND units > 1 AND others >= {OTHERS} AND median - value >= {BEHIND - HAIR}
"""  # noqa: S608 - every word of it is ours
UNCHECKED = f"""
SELECT unit, period, indicator, 'drop' AS rule, why AS reason FROM series WHERE why IS NOT NULL
UNION ALL
SELECT unit, period, indicator, 'streak',
    CASE WHEN length = 0 THEN why
         ELSE format('прослежено снижений подряд: {{}} из {LENGTH}, раньше — {{}}', length, since_why) END
FROM series WHERE (length = 0 AND why IS NOT NULL) OR (length BETWEEN 1 AND {LENGTH - 1} AND since_why <> '')
UNION ALL
SELECT unit, period, indicator, 'below_target', 'нет данных' FROM series WHERE value IS NULL
UNION ALL
SELECT unit, period, indicator, 'below_peers',
    CASE WHEN value IS NULL THEN 'нет данных'
         ELSE format('сопоставимых единиц с данными: {{}}, нужно {OTHERS}', others) END
FROM series WHERE units > 1 AND (value IS NULL OR others < {OTHERS})
"""  # noqa: S608 - every word of it is ours

PEERS: Mapping[str, Callable[..., tuple[pl.DataFrame, pl.DataFrame]]] = {"judge()": by_judge, "DuckDB": by_duckdb}


# --- measuring --------------------------------------------------------------------------------------------------------


def check(values: pl.DataFrame, tree: pl.DataFrame, asked: District) -> None:
    """Refuse to time two that do not say the same of every cell.

    Raises:
        AssertionError: with the first difference.
    """
    (ours, silent), (theirs, silent_too) = by_judge(values, tree, asked), by_duckdb(values, tree, asked)
    assert_frame_equal(
        ours.select(*CELL, "value", "base", "change").sort(CELL), theirs.sort(CELL), abs_tol=1e-9, rel_tol=0
    )
    assert_frame_equal(silent.select(*CELL, "reason").sort(CELL), silent_too.sort(CELL))


def measure(values: pl.DataFrame, tree: pl.DataFrame, asked: District, rounds: int) -> dict[str, Any]:
    """Seconds of both in every round, one after the other."""
    seconds: dict[str, list[float]] = {name: [] for name in PEERS}
    cpu: dict[str, list[float]] = {name: [] for name in PEERS}
    for number in range(rounds):
        for name, peer in PEERS.items():
            gc.collect()
            started, spent = time.perf_counter(), time.process_time()
            found = peer(values, tree, asked)
            seconds[name].append(time.perf_counter() - started)
            cpu[name].append(time.process_time() - spent)
            print(f"  round {number + 1}, {name}: {seconds[name][-1]:.2f}", file=sys.stderr, flush=True)
            counts = [frame.height for frame in found]
            del found
    return {
        "cells": values.height,
        "findings": counts[0],
        "unchecked": counts[1],
        "rounds": rounds,
        "load": round(os.getloadavg()[0], 1),
        "versions": {"polars": pl.__version__, "duckdb": duckdb.__version__},
        "seconds": {name: round(statistics.median(taken), 2) for name, taken in seconds.items()},
        "cpu": {name: round(statistics.median(taken), 2) for name, taken in cpu.items()},
        # Of each round by itself: neighbours in time share what else the machine did.
        "ratio": round(statistics.median(a / b for a, b in zip(seconds["judge()"], seconds["DuckDB"], strict=True)), 2),
        "ratio of cpu": round(statistics.median(a / b for a, b in zip(cpu["judge()"], cpu["DuckDB"], strict=True)), 2),
    }


def table(report: Mapping[str, Any]) -> str:
    """Markdown."""
    told = f"{report['cells']:,} cells, {report['findings']:,} findings, {report['unchecked']:,} cells not checked"
    built = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    lines = [
        f"{told}; {report['rounds']} interleaved rounds; {os.cpu_count()} cpus, load {report['load']}; {built}.",
        "",
        "| | seconds, median | CPU seconds |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {taken:.2f} | {report['cpu'][name]:.2f} |" for name, taken in report["seconds"].items()),
        "",
        f"judge() ÷ DuckDB: {report['ratio']:.2f} (of CPU seconds {report['ratio of cpu']:.2f}).",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
