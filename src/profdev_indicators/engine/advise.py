"""Addressed advice: every leading finding, shown to whoever can answer it, and from whom to learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import attrs
import polars as pl
from attrs import evolve

from profdev_indicators.frames import ENGINE, MAIN, RECOMMENDATIONS
from profdev_indicators.model import District
from profdev_indicators.results import Finding, Recommendation, Telling, leading
from profdev_indicators.sentences import fact

_CELL = ["unit", "period", "indicator"]
_PEERS = ["period", "indicator", "level", "group"]
_TEACHERS = 2  # names in «learn from»: one may be away
_TINY = 5  # a best value of fewer heads than these, where the group has more, is luck


class Recommend(Protocol):
    """The hook :func:`hookspecs.recommend`, or anything called like it."""

    def __call__(self, *, finding: Finding, district: District) -> Recommendation | None:
        """An answer; None: nobody has one."""
        ...


def advise(
    findings: pl.DataFrame,
    values: pl.LazyFrame,
    district: District,
    *,
    recommend: Recommend,
    tellings: Mapping[str, Telling],
    clusters: pl.LazyFrame,
) -> pl.DataFrame:
    """RECOMMENDATIONS for the leading findings of the main reading, in the order of ``findings``.

    Args:
        findings: FINDINGS.
        values: VALUES of at least the periods of ``findings``.
        district: handed on to ``recommend``.
        recommend: called with each leading finding.
        tellings: how findings are spoken of, by the kind of their rule.
        clusters: ``unit, period, cluster``, one row each; a null cluster stands for the unit's kind.
    """
    main = findings.filter(pl.col("reading") == MAIN)
    if main.is_empty():
        return pl.DataFrame(schema=RECOMMENDATIONS)
    concerned = [pl.col(name).is_in(main[name].unique().to_list()) for name in ("period", "indicator")]
    compared = (
        values.filter(pl.col("breakdown").is_null(), pl.col("reading") == MAIN, *concerned)
        .join(clusters.select("unit", "period", "cluster"), on=["unit", "period"], how="left", maintain_order="left")
        .collect(engine=ENGINE)
    )
    led = leading(main, compared)
    taught = led.join(_teachers(led, compared, district), on=_CELL, how="left", maintain_order="left")
    spoken = {indicator.id: indicator for indicator in district.indicators}
    findings_told = (
        evolve(found, fact=fact(found, spoken[found.indicator], tellings, places=district.publication.decimals))
        for found in map(Finding.of, taught.iter_rows(named=True))
    )
    answers = (recommend(finding=found, district=district) for found in findings_told)
    rows = [attrs.asdict(answer, recurse=False) for answer in answers if answer is not None]
    return pl.DataFrame(rows, schema=RECOMMENDATIONS, orient="row")


def _teachers(led: pl.DataFrame, compared: pl.DataFrame, district: District) -> pl.DataFrame:
    """``unit, period, indicator, learn_from``: the best comparable units which do better than the unit itself.

    They answered, confirmed what had to be confirmed, and are not too small for their value to mean anything: a
    denominator of at least :data:`_TINY`, or of the group's median where that is less (organisations count as one).
    """
    sign = {i.id: 1.0 if i.better == "higher" else -1.0 for i in district.indicators if i.better != "neutral"}
    signs = pl.col("indicator").replace_strict(sign, default=None, return_dtype=pl.Float64)
    cells = compared.with_columns(
        pl.coalesce("cluster", "unit_kind").alias("group"), (pl.col("value") * signs).alias("worth")
    )
    enough = pl.min_horizontal(pl.lit(_TINY), pl.col("denominator").median().over(_PEERS))
    best = (
        cells.filter(
            pl.col("state") == "ok",
            pl.col("evidenced") == pl.col("reported"),
            pl.col("worth").is_not_null(),
            (pl.col("denominator") >= enough).fill_null(value=True),
        )
        .sort("worth", "denominator", descending=True, nulls_last=True, maintain_order=True)
        .group_by(_PEERS, maintain_order=True)
        .head(_TEACHERS)
        .select(*_PEERS, pl.col("unit_name").alias("teacher"), pl.col("worth").alias("theirs"))
    )
    return (
        cells.join(led, on=_CELL, how="semi", maintain_order="left")
        .join(best, on=_PEERS, maintain_order="left_right")
        .filter(pl.col("theirs") > pl.col("worth"))
        .group_by(_CELL, maintain_order=True)
        .agg(pl.col("teacher").str.join("; ").alias("learn_from"))
    )
