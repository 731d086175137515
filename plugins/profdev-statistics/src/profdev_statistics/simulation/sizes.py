"""What a district is like when nothing changes: whom it asks about what, how many persons, at what share.

A share is that of the organisation drawn to what its colleagues show over the last periods (:mod:`pooling`): taken as
it was seen, an organisation of ten with ten would never change again, and chance would look smaller than it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import polars as pl
from attrs import evolve, frozen
from numpy.typing import NDArray

from profdev_indicators.engine.definitions import definition, target_at
from profdev_indicators.engine.judge import answers_itself
from profdev_indicators.frames import MAIN
from profdev_indicators.model import District, Dynamics, Indicator, Target
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring
from profdev_statistics.pooling import Pooled

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_LOOKED_BACK = 3  # periods whose shares are pooled
_ROUNDED = 1e-6  # percentage points by which a share may differ from 100·x/n
_ROW = ("unit", "unit_name", "unit_kind", "level", "section", "indicator")
_WORSE = {"higher": -1.0, "lower": 1.0, "neutral": 0.0}


@frozen(kw_only=True, eq=False)
class Sizes:
    """A district's cells, ready to be drawn again and again."""

    district: District  # as it stood in that period: one definition and one target, whatever year is drawn
    period: Period
    rows: pl.DataFrame  # what never changes in VALUES, and `members`: own cells first, then totals
    numbers: Floats  # n of every own cell, whole
    shares: Floats  # 0…1, of every own cell
    steady: NDArray[np.bool_]  # own cells which stay what they are: «есть / нет»
    worse: Floats  # −1 where a fall is worse, 1 where a rise is, 0 where neither is; of every own cell
    members: Places  # the own cells which enter the totals, total by total
    starts: Places  # where in `members` each total begins
    peers: pl.DataFrame  # unit, cluster, parent
    left_out: tuple[str, ...]  # indicators that are no shares, or that nobody answers

    @classmethod
    def of(cls, district: District, monitoring: Monitoring) -> Sizes:
        """The cells of the last period asked for, where one is silent as it last was, and the district's rules.

        ``monitoring`` may be that of the district :func:`without_judging`.
        """
        period = monitoring.periods[-1]
        roster = _roster(monitoring)
        standing = [now for i in district.indicators if (now := _standing(i, district, period)) is not None]
        cells = _own_cells(monitoring.history, standing, period).join(
            roster.select("unit"), on="unit", how="semi", maintain_order="left"
        )
        drawn = [indicator for indicator in standing if indicator.id in set(cells["indicator"])]
        pairs = _pairs(cells, roster)
        return cls(
            district=_with_indicators(district, drawn),
            period=period,
            rows=pl.concat([cells.select(*_ROW, members=pl.lit(1, pl.Int64)), _totals(pairs)]),
            numbers=cells["size"].to_numpy(),
            shares=_expected_shares(cells),
            steady=cells.select(pl.col("size").max().over("indicator") == 1).to_series().to_numpy(),
            worse=_worse(cells, drawn),
            members=pairs["cell"].to_numpy().astype(np.intp),
            starts=np.flatnonzero(pairs["begins"].to_numpy()),
            peers=roster.select("unit", "cluster", "parent"),
            left_out=tuple(i.id for i in district.indicators if i.id not in {now.id for now in drawn}),
        )


def without_judging(district: District) -> District:
    """The same questions and no rules: for whoever needs the values alone."""
    plain = [evolve(i, rules=(), without_rules=(), advice={}) for i in district.indicators]
    return evolve(_with_indicators(district, plain), dynamics=Dynamics(), analyses=())


def _standing(indicator: Indicator, district: District, period: Period) -> Indicator | None:
    """The indicator with what is in force on the period's last day, for all time; None: it does not exist then."""
    known = definition(indicator, period, MAIN, items=district.items)
    if known is None:
        return None
    target = target_at(indicator, period)
    return evolve(
        indicator,
        measure=known.measure,
        silence=known.silence,
        missing=known.missing,
        revisions=(),
        alternatives=(),
        since=None,
        until=None,
        target=() if target is None else (Target(since=date.min, at=target),),
    )


def _with_indicators(district: District, indicators: Iterable[Indicator]) -> District:
    """The district with these indicators in their sections, and no others."""
    given = {indicator.id: indicator for indicator in indicators}
    sections = tuple(
        evolve(section, indicators=tuple(given[i.id] for i in section.indicators if i.id in given))
        for section in district.sections
    )
    return evolve(district, sections=sections)


def _roster(monitoring: Monitoring) -> pl.DataFrame:
    """The units of the last period: ``unit, unit_name, unit_kind, level, cluster, parent``."""
    end = monitoring.periods[-1].end
    return (
        monitoring.roster.filter(
            pl.col("valid_from").fill_null(end) <= end,
            pl.col("valid_to").fill_null(end) >= end,
        )
        .unique("id", keep="last", maintain_order=True)
        .select(
            "level",
            "cluster",
            unit="id",
            unit_name="name",
            unit_kind="kind",
            parent=pl.when(pl.col("id") != monitoring.root).then(pl.col("parent").fill_null(monitoring.root)),
        )
    )


def _own_cells(history: pl.DataFrame, indicators: Sequence[Indicator], period: Period) -> pl.DataFrame:
    """The shares of units which answer: the row, ``size`` and ``seen`` as they last were, and over the last periods."""
    x, n = pl.col("numerator"), pl.col("denominator")
    is_share = (x >= 0) & (x <= n) & (n >= 1) & ((pl.col("value") - 100 * x / n).abs() <= _ROUNDED)
    positions = {text: Period.parse(text, period.kind).ordinal for text in history["period"].unique()}
    return (
        history.lazy()
        .filter(pl.col("breakdown").is_null(), pl.col("reading") == MAIN, is_share, answers_itself(indicators))
        .with_columns(pl.col("period").replace_strict(positions, return_dtype=pl.Int64).alias("position"))
        .filter(pl.col("position") <= period.ordinal)
        .sort("position", maintain_order=True)
        .group_by("indicator", "unit", maintain_order=True)
        .agg(
            pl.col("unit_name", "unit_kind", "level", "section").last(),
            n.last().round().alias("size"),
            x.last().round().alias("seen"),
            n.tail(_LOOKED_BACK).sum().alias("size_of_all"),
            x.tail(_LOOKED_BACK).sum().alias("seen_of_all"),
        )
        .sort("indicator", "unit")
        .collect()
    )


def _pairs(cells: pl.DataFrame, roster: pl.DataFrame) -> pl.DataFrame:
    """Which own cells enter which total, total by total: the row of the total, ``cell``, ``begins``."""
    begins = pl.struct("indicator", "unit") != pl.struct("indicator", "unit").shift()
    return (
        cells.select("indicator", "section", member="unit")
        .with_row_index("cell")
        .join(_above(roster), on="member")
        .join(cells.select("unit", "indicator"), on=["unit", "indicator"], how="anti")
        .join(roster.select("unit", "unit_name", "unit_kind", "level"), on="unit")
        .sort("indicator", "unit", "cell")
        .with_columns(begins.fill_null(value=True).alias("begins"))
    )


def _above(roster: pl.DataFrame) -> pl.DataFrame:
    """Every unit above every other: ``member, unit``."""
    nearest = roster.select(member="unit", unit="parent").drop_nulls()
    found = [nearest]
    while found[-1].height:
        higher = found[-1].join(nearest.rename({"member": "unit", "unit": "next"}), on="unit")
        found.append(higher.select("member", unit="next"))
    return pl.concat(found)


def _totals(pairs: pl.DataFrame) -> pl.DataFrame:
    """What never changes in the rows of the totals."""
    counted = pairs.group_by("indicator", "unit", maintain_order=True).agg(
        pl.col("unit_name", "unit_kind", "level", "section").first(), pl.len().cast(pl.Int64).alias("members")
    )
    return counted.select(*_ROW, "members")


def _expected_shares(cells: pl.DataFrame) -> Floats:
    """The share of every own cell if nothing changes: that of «есть / нет» is what it was."""
    shares = np.empty(cells.height)
    for part in cells.with_row_index("cell").partition_by("indicator", maintain_order=True):
        x, n = (part[name].to_numpy() for name in ("seen_of_all", "size_of_all"))
        steady = part["size"].max() == 1
        shares[part["cell"].to_numpy()] = part["seen"].to_numpy() if steady else _pooled(x, n)
    return shares


def _pooled(x: Floats, n: Floats) -> Floats:
    group = Pooled.of(x, n) if len(n) > 1 else None
    return (x + 0.5) / (n + 1) if group is None else group.mean(x, n)


def _worse(cells: pl.DataFrame, indicators: Iterable[Indicator]) -> Floats:
    signs = {indicator.id: _WORSE[indicator.better] for indicator in indicators}
    return cells["indicator"].replace_strict(signs, return_dtype=pl.Float64).to_numpy()
