"""Indicators which are functions of values already rolled up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import polars as pl

from profdev_indicators.engine.definitions import Definition, combine, definition, target_at
from profdev_indicators.frames import ENGINE, MAIN, STATE, VALUES
from profdev_indicators.model import Derived, District, Indicator, Section
from profdev_indicators.periods import Period


def derive(values: Sequence[pl.DataFrame], district: District, periods: Sequence[Period]) -> Mapping[str, pl.DataFrame]:
    """VALUES of every derived indicator, by its id; a component may itself be derived.

    Args:
        values: VALUES of the measured indicators, in parts.
        district: whose indicators.
        periods: all periods read.
    """
    order = list(_in_order(district))
    if not order:
        return {}
    known = pl.concat(values, rechunk=False) if values else pl.DataFrame(schema=VALUES)
    found: dict[str, pl.DataFrame] = {}
    for section, indicator in order:
        found[indicator.id] = _derive_one(known, section, indicator, district, periods)
        known = pl.concat([known, found[indicator.id]])
    return found


def _in_order(district: District) -> Iterator[tuple[Section, Indicator]]:
    """Derived indicators, each after those it needs; a circle was refused when the configuration was loaded."""
    waiting = {
        indicator.id: (section, indicator)
        for section in district.sections
        for indicator in section.indicators
        if hasattr(indicator.measure, "derive")
    }
    while waiting:
        ready = [name for name, (_, indicator) in waiting.items() if not set(_needs(indicator)) & waiting.keys()]
        for name in ready:
            yield waiting.pop(name)


def _needs(indicator: Indicator) -> Sequence[str]:
    measures = [indicator.measure, *(revision.measure for revision in indicator.revisions)]
    return [name for measure in measures if measure is not None for name in getattr(measure, "needs", ())]


def _derive_one(
    values: pl.DataFrame, section: Section, indicator: Indicator, district: District, periods: Sequence[Period]
) -> pl.DataFrame:
    items = district.items
    parts = []
    for digest in dict.fromkeys(d.digest for p in periods if (d := definition(indicator, p, items=items))):
        held = [p for p in periods if (d := definition(indicator, p, items=items)) and d.digest == digest]
        known = definition(indicator, held[0], items=items)
        if known is not None and not hasattr(known.measure, "ratio"):
            parts.append(_of_periods(values, known, district, held))
    absent = [str(p) for p in periods if definition(indicator, p, items=items) is None]
    needed = values.lazy().filter(pl.col("indicator").is_in(list(_needs(indicator))), pl.col("reading") == MAIN)
    if absent:
        parts.append(_not_defined(needed.filter(pl.col("period").is_in(absent))))
    units = needed.select("unit", "period", "unit_name", "unit_kind", "level").unique(
        ["unit", "period"], keep="first", maintain_order=True
    )
    rows = units.join(
        pl.concat(parts, how="diagonal_relaxed"), on=["unit", "period"], how="inner", maintain_order="left"
    )
    shown = {
        "district": pl.lit(district.id),
        "section": pl.lit(section.id),
        "indicator": pl.lit(indicator.id),
        "reading": pl.lit(MAIN),
        "value": pl.col("scale") * pl.col("numerator") / pl.col("denominator"),
        "state": pl.col("state").cast(STATE),
    }
    have = rows.collect_schema().names()
    return rows.select(
        shown.get(name, pl.col(name) if name in have else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in VALUES.items()
    ).collect(engine=ENGINE)


def _of_periods(values: pl.DataFrame, known: Definition, district: District, periods: Sequence[Period]) -> pl.LazyFrame:
    """One definition over the periods in which it holds; its digest stands for those of its components too."""
    measure = cast("Derived", known.measure)
    components = [i for i in district.indicators if i.id in measure.needs]
    marks = pl.LazyFrame(
        [(i.id, str(p), i.better, target_at(i, p)) for i in components for p in periods],
        schema={"indicator": pl.String, "period": pl.String, "better": pl.String, "target": pl.Float64},
        orient="row",
    )
    needed = (
        values.lazy()
        .filter(pl.col("reading") == MAIN)
        .join(marks, on=["indicator", "period"], how="inner", maintain_order="left")
    )
    meant = needed.group_by("unit", "period").agg(pl.col("definition").sort_by("indicator").str.join(known.digest))
    digests = {
        text: combine(text) for text in meant.select(pl.col("definition").unique()).collect(engine=ENGINE)["definition"]
    }
    meant = meant.with_columns(pl.col("definition").replace_strict(digests, return_dtype=pl.String))
    return measure.derive(needed, known.missing).join(meant, on=["unit", "period"], how="left", maintain_order="left")


def _not_defined(needed: pl.LazyFrame) -> pl.LazyFrame:
    return needed.select(
        "unit",
        "period",
        state=pl.lit("not_defined"),
        reason=pl.lit("показателя в этом периоде нет"),
        expected=pl.lit(0, pl.Int64),
        reported=pl.lit(0, pl.Int64),
        evidenced=pl.lit(0, pl.Int64),
        numerator=pl.lit(None, pl.Float64),
        denominator=pl.lit(None, pl.Float64),
        scale=pl.lit(None, pl.Float64),
    ).unique(["unit", "period"], maintain_order=True)
