"""What is known of every indicator before its properties are judged: counts, totals, remarks, checks, effects."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from profdev_indicators.engine.judge import answers_itself
from profdev_indicators.frames import MAIN
from profdev_indicators.model import key
from profdev_indicators.results import Monitoring
from profdev_statistics.analyses.cells import periods_read
from profdev_statistics.analyses.counts import Counts, counts_of
from profdev_statistics.analyses.groups import groups_of
from profdev_statistics.analyses.quality import doubts

Floats = NDArray[np.float64]


@frozen(kw_only=True)
class Checked:
    """Выборочная сверка ответов с источником."""

    confirmed: int = key("Сколько ответов подтвердилось")
    of: int = key("Сколько сверили")

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.confirmed <= self.of or not self.of:
            raise ValueError("confirmed: нужно от 0 до числа сверенных, а сверен хотя бы один")


@frozen(kw_only=True)
class Revised:
    """Исправления после срока."""

    changed: int = key("Сколько ответов исправили после срока")
    of: int = key("Из скольких")

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.changed <= self.of or not self.of:
            raise ValueError("changed: нужно от 0 до числа ответов, а ответ есть хотя бы один")


@frozen(kw_only=True, eq=False)
class Evidence:
    """One indicator, main reading, up to the last period asked."""

    counts: Counts
    total: Floats  # 2 × periods: Σx and Σn of the whole district, turned as the counts are; NaN: no value
    expected: Floats  # by period: organisations asked; NaN: there is no such row
    reported: Floats
    cells: int  # answers expected in the last periods
    contradicting: int  # of them, those which contradict themselves or another
    checked: Checked | None
    revised: Revised | None
    effects: pl.DataFrame | None  # EFFECTS of completed decisions about it; None: no register is in the configuration

    @property
    def share(self) -> Floats:
        """The turned share of the district by period, 0…1."""
        return np.asarray(self.total[0] / self.total[1], np.float64)


def evidence(
    monitoring: Monitoring,
    *,
    periods: int,
    checked: Mapping[str, Checked],
    revised: Mapping[str, Revised],
    effects: pl.DataFrame | None,
) -> list[Evidence]:
    """What is known of every indicator, in the order of the form.

    Args:
        monitoring: the answer.
        periods: over so many of the last ones contradictions are counted.
        checked: samples compared with their source, by indicator.
        revised: answers corrected after the deadline, by indicator.
        effects: EFFECTS of the register; None: there is none.
    """
    read = periods_read(monitoring)
    totals = _totals(monitoring, [str(period) for period in read])
    asked = _asked(monitoring, [str(period) for period in read[-periods:]])
    found = []
    for counts in counts_of(monitoring, groups_of(monitoring)):
        name = counts.indicator.id
        x, n, expected, reported = totals.get(name, np.full((4, len(read)), np.nan))
        cells, contradicting = asked.get(name, (0, 0))
        found.append(
            Evidence(
                counts=counts,
                total=np.stack([n - x if counts.is_turned else x, n]),
                expected=expected,
                reported=reported,
                cells=cells,
                contradicting=contradicting,
                checked=checked.get(name),
                revised=revised.get(name),
                effects=None
                if effects is None
                else effects.filter(pl.col("indicator") == name, pl.col("completed"), pl.col("effect").is_not_null()),
            )
        )
    return found


def _totals(monitoring: Monitoring, periods: list[str]) -> dict[str, Floats]:
    """By indicator: numerator, denominator, expected and reported of the district in each period; NaN: unknown."""
    rows = (
        monitoring.history.filter(
            pl.col("unit") == monitoring.root, pl.col("reading") == MAIN, pl.col("breakdown").is_null()
        )
        .filter(pl.col("state") != "not_defined")
        .select("indicator", "period", "numerator", "denominator", "expected", "reported")
    )
    frame = pl.DataFrame({"period": periods}, schema={"period": pl.String})
    numbers = ("numerator", "denominator", "expected", "reported")
    return {
        str(name): frame.join(part, on="period", how="left", maintain_order="left")
        .select(pl.col(numbers).cast(pl.Float64).fill_null(float("nan")))
        .to_numpy()
        .T
        for (name,), part in rows.partition_by("indicator", as_dict=True).items()
    }


def _asked(monitoring: Monitoring, periods: list[str]) -> dict[str, tuple[int, int]]:
    """By indicator: answers expected in some periods, and how many of them contradict themselves or another."""
    remarks = doubts(monitoring).filter("contradicts")
    rows = (
        monitoring.history.lazy()
        .filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null(), pl.col("period").is_in(periods))
        .filter(answers_itself(monitoring.district.indicators), pl.col("expected") > 0)
        .join(remarks.lazy(), on=["indicator", "unit", "period"], how="left", maintain_order="left")
        .group_by("indicator")
        .agg(pl.len(), ((pl.col("state") == "invalid") | pl.col("contradicts").fill_null(value=False)).sum())
        .collect()
    )
    return {name: (cells, contradicting) for name, cells, contradicting in rows.rows()}
