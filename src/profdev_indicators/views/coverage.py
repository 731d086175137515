"""Who answered: how many organisations each source has heard, and which of them kept silent."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from attrs import frozen

from profdev_indicators.frames import MAIN
from profdev_indicators.results import Monitoring

_HEARD = ["ok", "partial", "invalid", "suppressed"]


@frozen(kw_only=True)
class Coverage:
    """How a source was answered in a period: units asked, and how many told all, something, nothing."""

    period: str
    source: str
    asked: int
    fully: int
    partly: int
    silent: int
    spared: int  # none of the source's indicators applies to them


@frozen(kw_only=True)
class Silent:
    """A unit from which a source is waiting for answers."""

    period: str
    source: str
    unit: str
    unit_name: str
    indicators: tuple[str, ...]  # codes without an answer, in the order of the form
    wholly: bool  # nothing at all has come


def coverage(monitoring: Monitoring, asked: pl.DataFrame) -> tuple[Coverage, ...]:
    """One row per period asked and source, in the order of the configuration; ``asked`` is :func:`units_asked`."""
    told, waits, spared = (pl.col(name) for name in ("told", "waits", "spared"))
    counted = asked.group_by("period", "source").agg(
        asked=(~spared).sum(),
        fully=(~spared & ~waits).sum(),
        partly=(told & waits).sum(),
        silent=(~spared & ~told).sum(),
        spared=spared.sum(),
    )
    order = {source.id: place for place, source in enumerate(monitoring.district.sources)}
    rows = (Coverage(**row) for row in counted.iter_rows(named=True))
    return tuple(sorted(rows, key=lambda row: (row.period, order[row.source])))


def silent(asked: pl.DataFrame, units: Sequence[str]) -> tuple[Silent, ...]:
    """Units with unanswered questions: by period, then in the order of ``units``, then by source.

    Args:
        asked: what :func:`units_asked` gave.
        units: ids in the order in which a person looks for them.
    """
    places = {unit: place for place, unit in enumerate(units)}
    waiting = (
        Silent(
            period=row["period"],
            source=row["source"],
            unit=row["unit"],
            unit_name=row["unit_name"],
            indicators=tuple(row["missing"]),
            wholly=not row["told"],
        )
        for row in asked.filter("waits").iter_rows(named=True)
    )
    return tuple(sorted(waiting, key=lambda row: (row.period, places.get(row.unit, len(places)), row.indicators)))


def units_asked(monitoring: Monitoring) -> pl.DataFrame:
    """One row per period asked, source and unit: ``unit_name, told, waits, spared, missing`` (codes)."""
    files = monitoring.places.select("unit", "period", "source").unique().with_columns(filed=pl.lit(value=True))
    state, silence = pl.col("state").cast(pl.String), pl.col("state") == "not_reported"
    return (
        monitoring.values.lazy()
        .filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null(), pl.col("state") != "not_defined")
        .join(_asked(monitoring).lazy(), on="indicator", maintain_order="left")
        .filter(pl.when(pl.col("kinds").list.len() == 0).then(pl.col("level") == 0).otherwise(_is_of_kind()))
        .sort("place", maintain_order=True)
        .group_by("period", "source", "unit", maintain_order=True)
        .agg(
            pl.col("unit_name").first(),
            heard=state.is_in(_HEARD).any(),
            waits=silence.any(),
            missing=pl.col("indicator").filter(silence),
        )
        .join(files.lazy(), on=["unit", "period", "source"], how="left", maintain_order="left")
        .with_columns(told=pl.col("heard") | pl.col("filed").fill_null(value=False))
        .with_columns(spared=~pl.col("told") & ~pl.col("waits"))
        .collect()
    )


def _is_of_kind() -> pl.Expr:
    return pl.col("kinds").list.contains(pl.col("unit_kind"))


def _asked(monitoring: Monitoring) -> pl.DataFrame:
    """Each indicator with its place in the form, its source, and the kinds of units that answer it."""
    rows = [
        (place, indicator.id, indicator.source.id, list(indicator.asked_of or indicator.source.asked_of))
        for place, indicator in enumerate(monitoring.district.indicators)
        if indicator.source is not None
    ]
    columns = pl.Schema(
        {"place": pl.Int64(), "indicator": pl.String(), "source": pl.String(), "kinds": pl.List(pl.String())}
    )
    return pl.DataFrame(rows, columns, orient="row")
