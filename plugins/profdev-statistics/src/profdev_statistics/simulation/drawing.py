"""Panels of a district drawn at random: many reports in which nothing changes, or in which only what was planted does.

Every report has organisations, periods and a definition of its own, so that all of them can be judged at once and yet
none is history, peer or family to another: rules compare a unit with its own past, with others of the same period, and
with nothing across a change of definition.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from profdev_indicators.frames import MAIN, VALUES, conform
from profdev_indicators.periods import Period
from profdev_statistics.simulation.sizes import Sizes

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
MARK = "#"  # between the id of a unit and the number of the report it was drawn for
_PARTS = {"year": 1, "school_year": 1, "half": 2, "quarter": 4, "month": 12}  # of a year


@frozen(kw_only=True)
class Course:
    """How a panel goes."""

    periods: int  # how many, the reported one included
    noise: float = 0.0  # percentage points by which every share strays in every period (standard deviation)
    stay: float = 0.0  # 0…1: the part of the persons who are the same as in the period before, and do as they did
    drift: float = 0.0  # per cent by which every denominator strays in every period (standard deviation)
    gradual: bool = False  # what is planted falls by even steps over all periods; else at once in the last


@frozen(kw_only=True, eq=False)
class Panel:
    """Reports drawn together."""

    values: pl.DataFrame  # VALUES; the id of a unit ends with MARK and the number of its report
    tree: pl.DataFrame  # unit, period, cluster, parent
    reported: tuple[Period, ...]  # the last period of every report
    planted: NDArray[np.bool_]  # reports × own cells: where something was made to fall


def draw(
    sizes: Sizes, course: Course, chance: np.random.Generator, planted: NDArray[np.bool_], fall: float = 0.0
) -> Panel:
    """A report for each row of ``planted``: which own cells are worse by ``fall`` points in the last period."""
    reports = len(planted)
    shares = _shares(sizes, course, chance, planted, fall)
    numbers = _numbers(sizes, course, chance, reports)
    counts = _counts(shares, numbers, course.stay, chance)
    moments = _moments(sizes.period, reports, course.periods)
    return Panel(
        values=_values(sizes, counts, numbers, moments),
        tree=_tree(sizes, moments),
        reported=tuple(sizes.period.step(number * _stride(sizes.period, course.periods)) for number in range(reports)),
        planted=planted,
    )


def _shares(
    sizes: Sizes, course: Course, chance: np.random.Generator, planted: NDArray[np.bool_], fall: float
) -> Floats:
    """Reports × periods × own cells."""
    shares = np.broadcast_to(sizes.shares, (len(planted), course.periods, len(sizes.shares))).copy()
    path = np.linspace(0.0, 1.0, course.periods) if course.gradual else np.arange(course.periods) == course.periods - 1
    shares += np.where(planted, sizes.worse * fall / 100, 0.0)[:, None, :] * path[:, None]
    if course.noise:
        strays = chance.normal(0.0, course.noise / 100, shares.shape)
        shares += np.where(sizes.steady, 0.0, strays)
    return np.clip(shares, 0.0, 1.0)


def _numbers(sizes: Sizes, course: Course, chance: np.random.Generator, reports: int) -> Whole:
    """Denominators, shaped as the shares are; nobody's reaches 0."""
    shape = (reports, course.periods, len(sizes.numbers))
    numbers = np.broadcast_to(sizes.numbers, shape)
    if course.drift:
        strays = np.where(sizes.steady, 0.0, chance.normal(0.0, course.drift / 100, shape))
        numbers = np.maximum(np.rint(numbers * (1 + strays)), 1)
    return numbers.astype(np.int64)


def _counts(shares: Floats, numbers: Whole, stay: float, chance: np.random.Generator) -> Whole:
    """How many of each cell's persons, period by period; who stays does as before."""
    counts = np.empty(shares.shape, np.int64)
    counts[:, 0] = chance.binomial(numbers[:, 0], shares[:, 0])
    for now in range(1, shares.shape[1]):
        yes, no = counts[:, now - 1], numbers[:, now - 1] - counts[:, now - 1]
        stayed = np.minimum(chance.binomial(yes + no, stay), numbers[:, now])
        as_before = chance.hypergeometric(yes, no, stayed) if stay else 0
        counts[:, now] = as_before + chance.binomial(numbers[:, now] - stayed, shares[:, now])
    return counts


def _stride(period: Period, periods: int) -> int:
    """Whole years that hold a panel: every report ends with the same quarter."""
    parts = _PARTS[period.kind]
    return -(-periods // parts) * parts


def _moments(last: Period, reports: int, periods: int) -> pl.DataFrame:
    """``report, period``: report by report, in order of time."""
    stride = _stride(last, periods)
    return pl.DataFrame(
        [
            (f"{MARK}{report}", str(last.step(report * stride + back)))
            for report in range(reports)
            for back in range(1 - periods, 1)
        ],
        schema={"report": pl.String, "period": pl.String},
        orient="row",
    )


def _values(sizes: Sizes, counts: Whole, numbers: Whole, moments: pl.DataFrame) -> pl.DataFrame:
    rows = sizes.rows.with_columns(
        district=pl.lit(sizes.district.id),
        reading=pl.lit(MAIN),
        expected="members",
        reported="members",
        evidenced="members",
        state=pl.lit("ok"),
    )
    panel = moments.join(rows, how="cross", maintain_order="left_right").with_columns(
        pl.concat_str("unit", "report").alias("unit"),
        definition="report",
        numerator=_with_totals(counts, sizes),
        denominator=_with_totals(numbers, sizes),
    )
    return conform(panel.lazy().with_columns(value=100 * pl.col("numerator") / pl.col("denominator")), VALUES).collect()


def _with_totals(cells: Whole, sizes: Sizes) -> pl.Series:
    """Own cells and their sums, in the order of the rows."""
    if len(sizes.starts):
        cells = np.concatenate([cells, np.add.reduceat(cells[..., sizes.members], sizes.starts, axis=-1)], axis=-1)
    return pl.Series(cells.reshape(-1), dtype=pl.Float64)


def _tree(sizes: Sizes, moments: pl.DataFrame) -> pl.DataFrame:
    return moments.join(sizes.peers, how="cross").select(
        pl.concat_str("unit", "report").alias("unit"),
        "period",
        "cluster",
        pl.concat_str("parent", "report").alias("parent"),
    )
