"""What only totals can show: growth that has stopped, and organisations that drift apart."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
from attrs import frozen

from profdev_indicators.frames import ENGINE, SEVERITY, Judgement, Severity
from profdev_indicators.model import AppliesTo, key
from profdev_indicators.wording import counted
from profdev_statistics import panels
from profdev_statistics.chance import newcombe
from profdev_statistics.rules import grades, keys
from profdev_statistics.spreads import widening
from profdev_statistics.tree import descent

_HAIR = 1e-9
_POINT = ("period", "value", "numerator", "denominator", "count", "size")
_TOTAL = ("line", "position", "ancestor")
_PAIR = ("count", "size", "position", "period")


@frozen(kw_only=True)
class Stagnation:
    """Застой: за несколько периодов итог заведомо почти не вырос, а целевое значение не достигнуто.

    Только для больших численностей: у малых отсутствие роста ничего не доказывает. Там, где меньше — лучше, то же об
    отсутствии снижения. Без целевого значения правила нет.
    """

    periods: int = key("За сколько периодов, вместе с нынешним", default=3, validator=keys.between(2, 40))
    growth: float = key(
        "Рост меньше стольких процентных пунктов — застой (верхняя граница 90 % интервала роста)",
        default=5.0,
        validator=keys.between(0, 100),
    )
    small: int = key("При меньшей численности не проверять", default=400, validator=keys.between(1, 1e9))
    every: int = key(grades.STEP, default=1, validator=keys.between(1, 12))
    coverage: float = key(keys.COVERAGE, default=80.0, validator=keys.between(0, 100))
    severity: Severity = key(keys.SEVERITY, default="attention")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="totals")

    def judge(self) -> Judgement:
        """Even the upper bound of the growth is small, and the target is not reached; at 100 % it always is."""
        target = pl.col("target")
        is_short = (target - pl.col("value")) * pl.col("sign") > _HAIR
        stands = (pl.col("growth_bound") < self.growth) & is_short
        in_force = pl.col("share") & target.is_not_null()
        return Judgement(
            prepare=partial(_with_growth, rule=self),
            needs=(*panels.NEEDS, "target"),
            fired=pl.when(in_force).then(stands.fill_null(value=False)),
            unchecked=pl.when(in_force).then(
                pl.coalesce(
                    "obstacle",
                    panels.too_few("size", self.small),
                    _no_start(self),
                    panels.too_few("start_size", self.small, where=" в начале"),
                )
            ),
            base=pl.col("start_value"),
            change=pl.col("value") - pl.col("start_value"),
            severity=pl.lit(self.severity).cast(SEVERITY),
            numbers={
                "base_period": pl.col("start_period"),
                "base_numerator": pl.col("start_numerator"),
                "base_denominator": pl.col("start_denominator"),
                "periods": pl.lit(self.periods, pl.Int64),
                "bound": pl.col("growth_bound"),
                "growth": pl.lit(self.growth, pl.Float64),
                "target": target,
                "higher": pl.col("sign") > 0,
            },
        )


@frozen(kw_only=True)
class WideningGap:
    """Организации стали различаться сильнее, чем период назад, и не из-за случайных колебаний.

    Сравниваются одни и те же организации, стоящие под итогом. Размах между худшей и лучшей не годится: он растёт сам.
    """

    points: float = key(
        "Разброс (стандартное отклонение без случайных колебаний) вырос на столько процентных пунктов или больше",
        default=3.0,
        validator=keys.between(0, 100),
    )
    alpha: float = key(
        "И такое случается не чаще, если периоды равноценны (доля случаев)",
        default=0.05,
        validator=keys.between(0, 0.5),
    )
    at_least: int = key("Сколько организаций ответили в обоих периодах", default=15, validator=keys.between(3, 1e9))
    draws: int = key("Сколько раз переставлять периоды наугад", default=999, validator=keys.between(99, 99_999))
    every: int = key(grades.STEP, default=1, validator=keys.between(1, 12))
    coverage: float = key(keys.COVERAGE, default=80.0, validator=keys.between(0, 100))
    severity: Severity = key(keys.SEVERITY, default="attention")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="totals")

    def judge(self) -> Judgement:
        """The spread has risen by ``points``, and a shuffling of the two periods seldom does as much."""
        rise, members = pl.col("gap_now") - pl.col("gap_before"), pl.col("gap_members").fill_null(0)
        widens = (rise >= self.points - _HAIR) & (pl.col("gap_p") <= self.alpha + _HAIR)
        in_force = pl.col("share") & ~pl.col("presence") & ~pl.col("own")
        few = pl.format(f"ответивших в обоих периодах ОО: {{}}, нужно {self.at_least}", members)
        return Judgement(
            prepare=partial(_with_gaps, rule=self),
            needs=(*panels.NEEDS, "parent", "unit_name"),
            fired=pl.when(in_force).then(widens.fill_null(value=False)),
            unchecked=pl.when(in_force).then(
                pl.coalesce(
                    "obstacle",
                    pl.when("first").then(pl.lit("первый период наблюдения")),
                    pl.when(members < self.at_least).then(_told_if_redefined(few)),
                )
            ),
            p_value=pl.col("gap_p"),
            chance=pl.col("gap_chance"),
            severity=pl.lit(self.severity).cast(SEVERITY),
            numbers={
                "base_period": pl.col("gap_period"),
                "spread_before": pl.col("gap_before"),
                "spread": pl.col("gap_now"),
                "members": pl.col("gap_members"),
                **{name: pl.col(f"gap_{name}") for name in ("least", "least_unit", "most", "most_unit")},
            },
        )


# --- growth that has stopped ----------------------------------------------------------------------------------------


def _no_start(rule: Stagnation) -> pl.Expr:
    back = counted((rule.periods - 1) * rule.every, "период", "периода", "периодов")
    missing = _told_if_redefined(pl.lit(f"нет сопоставимых данных на {back} раньше"))
    return pl.when(pl.col("start_size").is_null()).then(
        pl.when("first").then(pl.lit("первый период наблюдения")).otherwise(missing)
    )


def _told_if_redefined(reason: pl.Expr) -> pl.Expr:
    """The reason, and that the series begins anew."""
    restarted = pl.col("segment") != pl.col("segment").first().over("series")
    return pl.when(restarted).then(pl.concat_str(reason, pl.lit(f"; раньше {panels.CHANGED}"))).otherwise(reason)


def _with_growth(series: pl.LazyFrame, *, rule: Stagnation) -> pl.LazyFrame:
    """Adds ``start_…``, the cell so many periods before, and ``growth_bound`` in percentage points."""
    frame = panels.comparable(series, coverage=rule.coverage)
    known = frame.filter(pl.col("count").is_not_null())
    back = (rule.periods - 1) * rule.every
    starts = known.select(
        "segment",
        (pl.col("position") + back).alias("position"),
        *(pl.col(name).alias(f"start_{name}") for name in _POINT),
    )
    begun = frame.join(starts, on=["segment", "position"], how="left", maintain_order="left").collect(engine=ENGINE)
    compared = begun.filter(pl.col("count").is_not_null() & pl.col("start_count").is_not_null())
    x, n, b, m = (compared[name].to_numpy() for name in ("count", "size", "start_count", "start_size"))
    _, upper = newcombe(x, n, b, m)
    bounds = compared.select("row", pl.Series("growth_bound", 100 * upper))
    return begun.lazy().join(bounds.lazy(), on="row", how="left", maintain_order="left")


# --- organisations that drift apart ---------------------------------------------------------------------------------


def _with_gaps(series: pl.LazyFrame, *, rule: WideningGap) -> pl.LazyFrame:
    """Adds ``gap_…`` of the organisations below a total that answered in both periods; null: too few of them."""
    frame = panels.comparable(series, coverage=rule.coverage).collect(engine=ENGINE)
    paired = (
        panels.earlier(
            frame.lazy()
            .filter(pl.col("own") & pl.col("count").is_not_null())
            .select(
                "line",
                "unit",
                "unit_name",
                "value",
                "segment",
                *_PAIR,
                (pl.col("position") % rule.every).alias("season"),
            )
            .sort("segment", "season", "position"),
            _PAIR,
            1,
            by=("segment", "season"),
        )
        .filter(pl.col("position") - pl.col("position@1") == rule.every)
        .join(descent(frame.lazy()), on=["unit", "period"])
        .sort(*_TOTAL, "unit")
        .collect(engine=ENGINE)
    )
    ranked = pl.col("value").rank("ordinal")
    groups = (
        paired.lazy()
        .group_by(_TOTAL, maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("gap_members"),
            pl.col("period@1").first().alias("gap_period"),
            pl.col("value").min().alias("gap_least"),
            pl.col("unit_name").filter(ranked == 1).first().alias("gap_least_unit"),
            pl.col("value").max().alias("gap_most"),
            pl.col("unit_name").filter(ranked == pl.len()).first().alias("gap_most_unit"),
        )
        .collect(engine=ENGINE)
    )
    return frame.lazy().join(
        _widened(paired, groups, rule),
        left_on=["line", "position", "unit"],
        right_on=list(_TOTAL),
        how="left",
        maintain_order="left",
    )


def _widened(paired: pl.DataFrame, groups: pl.DataFrame, rule: WideningGap) -> pl.LazyFrame:
    """The groups, and what a shuffling says of those large enough; it goes through them one by one."""
    before, of_before, now, of_now = (paired[name].to_numpy() for name in ("count@1", "size@1", "count", "size"))
    members = groups["gap_members"].to_numpy()
    ends = np.cumsum(members)
    found = np.full((len(members), 4), np.nan)
    for number in np.flatnonzero(members >= rule.at_least):
        part = slice(ends[number] - members[number], ends[number])
        gap = widening(
            before=before[part],
            of_before=of_before[part],
            now=now[part],
            of_now=of_now[part],
            points=rule.points,
            alpha=rule.alpha,
            draws=rule.draws,
        )
        found[number] = gap.before, gap.now, gap.p_value, gap.chance
    return groups.lazy().with_columns(
        pl.lit(pl.Series(column, nan_to_null=True)).alias(name)
        for name, column in zip(("gap_before", "gap_now", "gap_p", "gap_chance"), found.T, strict=True)
    )
