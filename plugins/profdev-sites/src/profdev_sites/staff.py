"""How many teachers a site lists, beside how many the organisation told of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pluggy
import polars as pl
from attrs import evolve, frozen

from profdev_indicators.builtin.readers import Frame
from profdev_indicators.errors import RequestError
from profdev_indicators.facade import monitor
from profdev_indicators.model import District, Item, Source
from profdev_indicators.periods import Period

ON_SITE = "teachers_on_site"


@frozen(kw_only=True, eq=False)
class Comparison:
    """Two counts of the same people.

    ``table``: ``unit, name, told`` (the organisation's answer), ``on_site`` (null: the site tells nothing),
    ``difference`` (on the site less told); a row per organisation that has one of the two.
    """

    table: pl.DataFrame
    unknown: tuple[str, ...]  # organisations of the evidence that the district does not know


def beside(
    district: District,
    counted: pl.DataFrame,
    *,
    period: str,
    item: str = "n_ped",
    data: Path | None = None,
    frames: Mapping[str, Any] | None = None,
    plugins: pluggy.PluginManager | None = None,
) -> Comparison:
    """Compare what sites list with what was answered; organisations are matched as everywhere, by id or by alias.

    Args:
        district: whose answers.
        counted: :func:`profdev_sites.evidence.frame`.
        period: of the answers.
        item: the question they answered.
        data: the folder of answers.
        frames: answers in memory, by source.
        plugins: those the configuration needs.

    Raises:
        RequestError: the district asks no such question, or that is no period.
        SourceError: the answers cannot be read.
    """
    if item not in district.items:
        raise RequestError(f"район не спрашивает «{item}»")
    try:
        when = Period.parse(period, district.calendar)
    except ValueError as error:
        raise RequestError(str(error)) from error
    question = Item(id=ON_SITE, title="Педагогических работников на сайте", type="count")
    source = Source(id=ON_SITE, title="Сайты ОО", reader=Frame(), items=(question,))
    pages = _best(counted)
    answered = monitor(
        evolve(district, sources=(*district.sources, source)),
        period=when,
        data=data,
        frames={**(frames or {}), ON_SITE: pages.select("unit", ON_SITE, period=pl.lit(str(when)))},
        plugins=plugins,
    )
    strange = answered.defects.filter(pl.col("source") == ON_SITE, pl.col("check") == "unknown_unit")
    table = (
        answered.answers.filter(pl.col("period") == str(when))
        .filter(pl.col(item).is_not_null() | pl.col(ON_SITE).is_not_null())
        .join(answered.roster.select("id", "name").unique("id", keep="last"), left_on="unit", right_on="id", how="left")
        .select(
            "unit",
            "name",
            pl.col(item).cast(pl.Int64).alias("told"),
            pl.col(ON_SITE).cast(pl.Int64).alias("on_site"),
            (pl.col(ON_SITE) - pl.col(item)).cast(pl.Int64).alias("difference"),
        )
        .sort("unit")
    )
    return Comparison(table=table, unknown=tuple(strange["message"]))


def _best(counted: pl.DataFrame) -> pl.DataFrame:
    """One page for each organisation: the one that lists most; a page with nobody on it tells nothing."""
    return (
        counted.filter(pl.col("staff") > 0)
        .sort("staff", descending=True, maintain_order=True)
        .unique("unit", keep="first", maintain_order=True)
        .rename({"staff": ON_SITE})
    )
