"""Sums over records in VALUES: beside the answers of units, above them with persons counted once, and by category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from attrs import frozen

from profdev_indicators.engine.counting import Counter, Counts
from profdev_indicators.engine.measure import SILENT, Column
from profdev_indicators.engine.tallies import Asked, kept_out
from profdev_indicators.frames import ENGINE, STATE, TALLIES, VALUES
from profdev_indicators.periods import Period

_KEY = ["unit", "period"]


@frozen(kw_only=True, eq=False)
class Tallies:
    """What was counted in the records of one source, and which Column reads what of it."""

    asked: Asked
    frame: pl.DataFrame  # as `Counts.frame`

    def totals(self, names: Sequence[str]) -> pl.LazyFrame:
        """``unit, period`` and the sums of some tallies, without breakdowns."""
        sums = [f"{name}.{part}" for name in names for part in "npku"]
        return self.frame.lazy().filter(pl.col("breakdown").is_null()).select(*_KEY, *sums)

    def part(self, column: Column, part: str) -> pl.Expr:
        """One of the sums of a Column: in every period, of the tally it reads then."""
        names = self.asked.columns[column.number]
        return column.by_period(lambda number: pl.col(f"{names[number]}.{part}"))

    def names(self, column: Column) -> list[str]:
        """The tallies a Column reads."""
        return list(dict.fromkeys(name for name in self.asked.columns[column.number] if name is not None))


def with_tallies(answers: pl.DataFrame, tallies: Sequence[Tallies]) -> pl.DataFrame:
    """The answers with the sums that the ratios of records read."""
    for each in tallies:
        names = list(each.asked.tallies)
        if names:
            answers = answers.lazy().join(
                each.totals(names), on=_KEY, how="left", maintain_order="left"
            ).collect(engine=ENGINE)  # fmt: skip
    return answers


def counted_again(
    counters: Mapping[str, Counter], counts: Mapping[str, Counts], wanted: Sequence[Column], cells: pl.DataFrame
) -> list[Tallies]:
    """All that was counted, without the records of units whose answers enter no sum.

    Raises:
        SourceError: records which cannot be read any more.
    """
    found = []
    for name, counter in counters.items():
        frame = counts[name].frame
        asked, again = kept_out(counter.asked, wanted, cells, frame.select(_KEY).unique())
        if again:
            on = [*_KEY, "breakdown", "category"]
            more = counter.count(again).frame.drop("rows")
            frame = frame.join(more, on=on, how="left", nulls_equal=True, maintain_order="left")
        found.append(Tallies(asked=asked, frame=frame))
    return found


def persons_once(level: pl.DataFrame, wanted: Sequence[Column], tallies: Sequence[Tallies]) -> pl.DataFrame:
    """Cells of units above with what was counted there in place of the sums over units below.

    A unit that is asked itself keeps its own answer.
    """
    for each in tallies:
        columns = [column for column in wanted if column.number in each.asked.columns]
        if not columns:
            continue
        names = list(dict.fromkeys(name for column in columns for name in each.names(column)))
        replaced = [expression for column in columns for expression in _replaced(column, each, level.columns)]
        level = (
            level.lazy()
            .join(each.totals(names), on=_KEY, how="left", maintain_order="left")
            .with_columns(replaced)
            .select(level.columns)
            .collect(engine=ENGINE)
        )
    return level


def _replaced(column: Column, tallies: Tallies, have: Sequence[str]) -> list[pl.Expr]:
    numerator = pl.col(column.name("n"))
    there = numerator.is_not_null() & tallies.part(column, "p").is_not_null()
    if column.asked:
        there &= ~pl.col("kind").is_in(list(column.asked))
    population, known = tallies.part(column, "p"), tallies.part(column, "k")
    # Of a person with two answers, one of which is not known, the district may know less than its schools do.
    told = (known > 0) | (population == 0)
    counted = {
        "n": pl.when(told).then(tallies.part(column, "n")),
        "k": known,
        "d": pl.when(told).then(whole(column, tallies)),
        "o": pl.when(told).then(column.name("o")).otherwise(SILENT).cast(pl.UInt8),
    }
    return [
        pl.when(there).then(expression).otherwise(pl.col(column.name(part))).alias(column.name(part))
        for part, expression in counted.items()
        if column.name(part) in have
    ]


def whole(column: Column, tallies: Tallies) -> pl.Expr:
    """The denominator: those known, or all of the population where silence is worth zero; null for a count."""
    names = tallies.asked.columns[column.number]

    def of(number: int) -> pl.Expr:
        known, ratio = column.definitions[number], column.ratios[number]
        if known is None or ratio is None or not ratio.population:
            return pl.lit(None, pl.Float64)
        return pl.col(f"{names[number]}.{'p' if known.silence == 'zero' else 'k'}").cast(pl.Float64)

    return column.by_period(of)


def broken_down(
    column: Column, tallies: Tallies, totals: pl.LazyFrame, ids: pl.Series, periods: Sequence[Period]
) -> pl.LazyFrame:
    """VALUES of the categories of one Column; a category in which there is nobody of the population has none.

    Args:
        column: which reading of which indicator.
        tallies: of the records it is made of.
        totals: its VALUES without breakdowns.
        ids: units by their numbers.
        periods: by their numbers.
    """
    counted = _named(column, tallies, ids, periods).filter(pl.col("breakdown").is_not_null(), pl.col("p") > 0)
    told = totals.filter(pl.col("state").is_in(["ok", "partial"])).drop("breakdown", "category", "known")
    scaled = pl.col("scale") * pl.col("n")
    known = pl.col("k") > 0
    shown = {
        "numerator": pl.when(known).then("n"),
        "denominator": pl.when(known).then("whole"),
        "value": pl.when(known).then(
            scaled if _is_count(column) else pl.when(pl.col("whole") > 0).then(scaled / pl.col("whole"))
        ),
        "known": pl.col("k"),
        "state": pl.when(known).then("state").otherwise(pl.lit("not_reported", STATE)),
        "reason": pl.when(~known).then(pl.lit("нет ни одного известного ответа")),
        "ci_low": pl.lit(None, pl.Float64),
        "ci_high": pl.lit(None, pl.Float64),
    }
    return (
        counted.join(told, on=_KEY, how="inner", maintain_order="left")
        .sort("at", "breakdown", "category", maintain_order=True, nulls_last=True)
        .select(shown.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in VALUES.items())
    )


def behind(
    column: Column, tallies: Tallies, totals: pl.LazyFrame, ids: pl.Series, periods: Sequence[Period]
) -> pl.LazyFrame:
    """TALLIES of one Column: what stands behind its values, breakdowns included."""
    counted = _named(column, tallies, ids, periods).filter(pl.col("breakdown").is_null() | (pl.col("p") > 0))
    told = totals.filter(pl.col("state").is_in(["ok", "partial", "not_reported"])).select(*_KEY, "indicator", "reading")
    shown = {
        "counted": pl.col("n"),
        "population": pl.col("p"),
        "known": pl.col("k"),
        "unknown": pl.col("p") - pl.col("k"),
        "population_unknown": pl.col("u"),
    }
    return counted.join(told, on=_KEY, how="inner", maintain_order="left").select(
        shown.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in TALLIES.items()
    )


def _named(column: Column, tallies: Tallies, ids: pl.Series, periods: Sequence[Period]) -> pl.LazyFrame:
    """``unit, period, breakdown, category, n, p, k, u, whole, scale`` of a Column; ``at``: the number of the unit."""
    texts = pl.Series([str(period) for period in periods], dtype=pl.String)
    defined = [number for number, known in enumerate(column.definitions) if known is not None]
    return (
        tallies.frame.lazy()
        .filter(pl.col("period").is_in(defined))
        .select(
            "unit",
            "period",
            "breakdown",
            "category",
            *(tallies.part(column, part).alias(part) for part in "npku"),
            whole(column, tallies).alias("whole"),
            column.by_period(lambda number: _scale(column, number)).cast(pl.Float64).alias("scale"),
        )
        .filter(pl.col("p").is_not_null())
        .with_columns(
            at="unit",
            unit=pl.lit(ids).gather(pl.col("unit")),
            period=pl.lit(texts).gather(pl.col("period")),
        )
    )


def _scale(column: Column, number: int) -> float | None:
    ratio = column.ratios[number]
    return ratio.scale if ratio is not None else None


def _is_count(column: Column) -> bool:
    return all(ratio is None or not ratio.population for ratio in column.ratios)
