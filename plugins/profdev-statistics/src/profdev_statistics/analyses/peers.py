"""Where an organisation stands among those it is compared with: above, within or below what its size lets expect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from profdev_statistics.analyses.counts import Counts
from profdev_statistics.analyses.groups import STABLE, rows_by_group
from profdev_statistics.funnel import WARNING, Funnel

BELOW, WITHIN, ABOVE = "ниже ожидаемого", "в пределах", "выше ожидаемого"
_WORDS = (BELOW, WITHIN, ABOVE)


def positions(counts: Counts, *, at_least: float, sizes: Sequence[int]) -> pl.DataFrame:
    """``unit`` and ``position`` (one of three words) of everybody compared in the last period.

    «Above» is better, whichever way the indicator goes. The others are left out: no value, fewer than ``at_least``
    persons, or fewer than eight such organisations in the group.
    """
    x, n = counts.x[:, -1], counts.n[:, -1]
    parts = [pl.DataFrame(schema={"unit": pl.String, "position": pl.String})]
    for _, rows in rows_by_group(counts, np.nan_to_num(n) >= at_least, sizes):
        if rows.sum() < STABLE:
            continue
        deviation = Funnel.of(x[rows], n[rows]).deviation(x[rows], n[rows])
        where = 1 + (deviation > -WARNING).astype(np.intp) - (deviation < WARNING).astype(np.intp)
        parts.append(
            pl.DataFrame(
                {"unit": counts.units["unit"].filter(pl.Series(rows)), "position": [_WORDS[at] for at in where]}
            )
        )
    return pl.concat(parts)


def side_by_side(given: Sequence[tuple[Counts, pl.DataFrame]], units: pl.DataFrame) -> pl.DataFrame:
    """Organisations that were compared, in the order of ``units``; a column for each indicator anybody was compared by.

    Null: this organisation was not.
    """
    frame = units
    names = [counts.indicator.id for counts, found in given if found.height]
    for counts, found in given:
        if found.height:
            named = found.rename({"position": counts.indicator.id})
            frame = frame.join(named, on="unit", how="left", maintain_order="left")
    return frame.filter(pl.any_horizontal(pl.lit(value=False), *(pl.col(name).is_not_null() for name in names)))
