"""From sums to VALUES: divide once, name the state, say why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from profdev_indicators.engine.measure import (
    BAD_ITEM,
    CONTRADICTION,
    EXEMPT,
    NO_INDICATOR,
    NO_UNIT,
    NOT_ASKED,
    NOT_IN_POPULATION,
    OUTCOME_STATES,
    SILENT,
    SUPPRESSED,
    TOLD_NOT_APPLICABLE,
    ZERO_DENOMINATOR,
    Column,
)
from profdev_indicators.frames import ENGINE, STATE, VALUES
from profdev_indicators.model import District, Exemption
from profdev_indicators.periods import Period


def named(cells: pl.DataFrame, ids: pl.Series, periods: Sequence[Period]) -> pl.DataFrame:
    """A frame of cells with the columns which VALUES shows: numbers of units and periods become their names."""
    return (
        cells.lazy()
        .select(
            pl.lit(ids).gather(pl.col("unit")).alias("unit"),
            pl.col("name").alias("unit_name"),
            pl.col("kind").alias("unit_kind"),
            pl.col("height").cast(pl.Int32).alias("level"),
            pl.lit(_texts(str(period) for period in periods)).gather(pl.col("period")).alias("period"),
            pl.col("unit").alias("number"),
            pl.col("period").alias("at"),
            pl.exclude("unit", "name", "kind", "height", "period", "exists", "parent", "parent_height"),
        )
        .collect(engine=ENGINE)
    )


def values(
    cells: pl.DataFrame, column: Column, district: District, exempt: Sequence[tuple[int, Exemption]]
) -> pl.LazyFrame:
    """VALUES of one Column from a frame of cells that went through :func:`named`.

    Args:
        cells: of one level or of several.
        column: which reading of which indicator.
        district: whose id stands in every row.
        exempt: exemptions with the numbers of their units, for the reason.
    """
    have = frozenset(cells.columns)
    outcome = pl.col(column.name("o"))
    numerator = pl.col(column.name("n"))
    denominator = pl.col(column.name("d")) if column.name("d") in have else None
    # 100 × 7 / 25 is 28 exactly; 7 / 25 × 100 is not.
    scaled = (
        column.by_period(lambda number: _scale(column, number), at="at") * numerator
        if _is_scaled(column)
        else numerator
    )
    reported = pl.col(column.name("r")).cast(pl.Int64)
    shown = {
        "district": pl.lit(district.id),
        "section": pl.lit(column.section.id),
        "indicator": pl.lit(column.indicator.id),
        "reading": pl.lit(column.reading),
        "numerator": numerator,
        "denominator": pl.lit(None, pl.Float64) if denominator is None else denominator,
        "value": scaled if denominator is None else scaled / denominator.fill_null(1.0),
        "expected": pl.col(column.name("x")).cast(pl.Int64),
        "reported": reported,
        "evidenced": pl.col(column.name("e")).cast(pl.Int64) if column.name("e") in have else reported,
        **({"known": pl.when(numerator.is_not_null()).then(column.name("k"))} if column.name("k") in have else {}),
        "state": pl.lit(pl.Series(OUTCOME_STATES, dtype=STATE)).gather(outcome),
        "reason": _reason(column, outcome, exempt),
        "definition": column.by_period(lambda number: _digest(column, number), at="at"),
    }
    frame = cells.lazy()
    if (cells[column.name("o")] == NOT_ASKED).any():
        frame = frame.filter(outcome != NOT_ASKED)
    return frame.select(
        shown.get(name, pl.col(name) if name in have else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in VALUES.items()
    )


def _is_scaled(column: Column) -> bool:
    return any(ratio is not None and ratio.scale != 1 for ratio in column.ratios)


def _scale(column: Column, number: int) -> float | None:
    ratio = column.ratios[number]
    return ratio.scale if ratio is not None else None


def _digest(column: Column, number: int) -> str | None:
    known = column.definitions[number]
    return known.digest if known is not None else None


def _texts(texts: Iterable[str | None]) -> pl.Series:
    return pl.Series(list(texts), dtype=pl.String)


def _reason(column: Column, outcome: pl.Expr, exempt: Sequence[tuple[int, Exemption]]) -> pl.Expr:
    words: Mapping[int, str] = {
        SILENT: "нет ответа",
        NOT_IN_POPULATION: _outside(column),
        ZERO_DENOMINATOR: "знаменатель равен нулю",
        EXEMPT: "освобождена",
        TOLD_NOT_APPLICABLE: "по ответу не применимо",
        NO_INDICATOR: "показателя в этом периоде нет",
        NO_UNIT: "организации в этом периоде нет",
        BAD_ITEM: "ответ противоречит сам себе",
        CONTRADICTION: "часть больше целого",
        SUPPRESSED: "скрыто источником",
    }
    said = pl.lit(_texts(words.get(code) for code in range(len(OUTCOME_STATES)))).gather(outcome)
    ours = [(n, e) for n, e in exempt if not e.indicators or column.indicator.id in e.indicators]
    if not ours:
        return said
    basis = pl.col("number").replace_strict(
        {number: f"освобождена: {exemption.basis}" for number, exemption in ours}, default=None, return_dtype=pl.String
    )
    return pl.when(outcome == EXEMPT).then(basis).otherwise(said)


def _outside(column: Column) -> str:
    known = next((d for d in reversed(column.definitions) if d is not None), None)
    population = getattr(known.measure, "population", None) if known else None
    return f"не входит: {population.title}" if population is not None else "не входит в совокупность"
