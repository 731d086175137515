"""Which answers are in doubt: remarks about the items an indicator is made of, by organisation and period."""

from __future__ import annotations

import polars as pl

from profdev_indicators.model import District, Indicator
from profdev_indicators.results import Monitoring

_CONTRADICTIONS = ("whole", "minimum", "maximum", "at_most", "only_if", "sum_of")
_HARMLESS = ("interpreted", "note")  # how a cell was read: «31 чел.» as 31


def doubts(monitoring: Monitoring) -> pl.DataFrame:
    """``indicator, unit, period, contradicts``: one row where any item of the indicator has a remark.

    ``contradicts``, Boolean: the answer contradicts itself or another, or cannot be at all. How a cell was read is no
    remark here.
    """
    items = _items(monitoring.district)
    return (
        monitoring.defects.lazy()
        .filter(~pl.col("check").is_in(_HARMLESS), pl.col("unit").is_not_null(), pl.col("period").is_not_null())
        .join(items.lazy(), on="item")
        .group_by("indicator", "unit", "period", maintain_order=True)
        .agg(contradicts=pl.col("check").is_in(_CONTRADICTIONS).any())
        .collect()
    )


def _items(district: District) -> pl.DataFrame:
    """``indicator, item``: what each indicator is made of, in any of its definitions."""
    rows = [(indicator.id, item) for indicator in district.indicators for item in _items_of(indicator)]
    return pl.DataFrame(rows, {"indicator": pl.String, "item": pl.String}, orient="row").unique(maintain_order=True)


def _items_of(indicator: Indicator) -> tuple[str, ...]:
    measures = (indicator.measure, *(revision.measure for revision in indicator.revisions))
    return tuple(
        dict.fromkeys(
            item
            for measure in measures
            if measure is not None and hasattr(measure, "ratio")
            for item in measure.ratio(indicator.missing).items
        )
    )
