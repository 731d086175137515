"""Values of a monitoring where charts find them at once: hundreds of charts do not filter a frame hundreds of times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

import polars as pl
from attrs import frozen

from profdev_indicators.frames import MAIN
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Value
from profdev_indicators.views.form import Form, Line, difference, forms, periods_read

_KNOWN: WeakKeyDictionary[Monitoring, History] = WeakKeyDictionary()
"""Whoever draws many charts of one monitoring asks for each by itself; an answer never changes once it is given."""

_SORTED = ("indicator", "unit", "_ordinal")


@frozen(kw_only=True, eq=False)
class History:
    """Everything read, in the main reading and without breakdowns."""

    periods: tuple[Period, ...]  # read, in order
    form: Form  # of the last period asked
    lines: Mapping[str, Line]  # of it, by indicator
    _rows: pl.DataFrame
    _places: Mapping[tuple[str, str], tuple[int, int]]
    _latest: Mapping[str, pl.DataFrame]

    @classmethod
    def of(cls, monitoring: Monitoring) -> History:
        """The history of a monitoring, made once."""
        known = _KNOWN.get(monitoring)
        if known is None:
            known = _KNOWN[monitoring] = _read(monitoring)
        return known

    def values(self, indicator: str, unit: str) -> Mapping[str, Value]:
        """Values of one unit by period, in order."""
        start, count = self._places.get((indicator, unit), (0, 0))
        return {row["period"]: Value.of(row) for row in self._rows.slice(start, count).iter_rows(named=True)}

    def organisations(self, indicator: str) -> pl.DataFrame:
        """Rows of VALUES of those who answer themselves, in the last period asked."""
        return self._latest.get(indicator, self._rows.clear())


def breaks(values: Sequence[Value | None]) -> frozenset[int]:
    """Places from which on the definition is another one than before; None: nothing was read there."""
    found, definition = set(), ""
    for place, value in enumerate(values):
        told = value.definition if value is not None and value.state != "not_defined" else ""
        if told and definition and told != definition:
            found.add(place)
        definition = told or definition
    return frozenset(found)


def last_change(values: Sequence[Value | None]) -> float | None:
    """From the last but one period read to the last; None where that cannot be told."""
    read = [value for value in values if value is not None]
    if len(read) < 2 or read[-1].definition != read[-2].definition:  # noqa: PLR2004 - a change is of two
        return None
    return difference(read[-1], read[-2])


def _read(monitoring: Monitoring) -> History:
    periods = periods_read(monitoring)
    ordinals = {str(period): period.ordinal for period in periods}
    rows = (
        monitoring.history.lazy()
        .filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null())
        .with_columns(pl.col("period").replace_strict(ordinals, return_dtype=pl.Int64).alias("_ordinal"))
        .sort(_SORTED)
        .drop("_ordinal")
        .collect()
    )
    runs = rows.with_row_index("_start").group_by("indicator", "unit").agg(pl.col("_start").min(), pl.len())
    last = str(monitoring.periods[-1])
    latest = rows.filter(pl.col("period") == last, pl.col("level") == 0)
    form = forms(monitoring)[-1]
    return History(
        periods=periods,
        form=form,
        lines={line.indicator.id: line for line in form.lines},
        rows=rows,
        places={(indicator, unit): (start, count) for indicator, unit, start, count in runs.iter_rows()},
        latest={str(key[0]): part for key, part in latest.partition_by("indicator", as_dict=True).items()},
    )
