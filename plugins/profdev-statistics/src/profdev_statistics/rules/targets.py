"""Rules about targets: one that is missed, and one that is likely to be."""

from __future__ import annotations

from functools import partial

import polars as pl
from attrs import frozen

from profdev_indicators.frames import ENGINE, SEVERITY, Judgement, Severity
from profdev_indicators.model import AppliesTo, key
from profdev_statistics import panels
from profdev_statistics.chance import below_by_chance
from profdev_statistics.outlook import looked_ahead
from profdev_statistics.rules import grades, keys
from profdev_statistics.rules.keys import between

_HAIR = 1e-9  # targets are decimal and values are quotients
_ALL = 100.0  # per cent
_TAKEN = ("forecast", "low80", "high80", "miss", "refusal", "caveat")

_SEVERITY = "Важность, с которой правило начинает; сильнее выраженное — на ступень выше"
_FEW = "При знаменателе меньше этого — не выше «внимание»"


@frozen(kw_only=True)
class MissedTarget:
    """Целевое значение не достигнуто, и с учётом численности: могло ли это быть случайностью.

    Само отставание — «информация»; «внимание» и «риск» — когда при целевом уровне столь низкое значение редко. Там,
    где меньше — лучше, то же о превышении. При цели 100 % (или 0 %) любое отставание — факт, проверять нечего.
    """

    alpha: float = key(
        "Правило срабатывает всерьёз, если при целевом уровне такое случается не чаще (доля случаев)",
        default=0.05,
        validator=between(0, 0.5),
    )
    alpha_risk: float = key("На ступень выше, если не чаще этого", default=0.01, validator=between(0, 0.5))
    small: float = key(grades.SMALL, default=10.0, validator=between(0))
    few: float = key(f"{_FEW}, кроме случаев не чаще alpha_sure", default=15.0, validator=between(0))
    alpha_sure: float = key(
        "Насколько редкий случай не смягчается и при малой численности", default=0.001, validator=between(0, 0.5)
    )
    severity: Severity = key(_SEVERITY, default="attention")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """The value is worse than the dated target; how grave that is depends on the binomial mid-p."""
        target, n, p = pl.col("target"), pl.col("denominator"), pl.col("by_chance")
        seldom = grades.graded(self.severity, strong=p <= self.alpha_risk)
        grave = pl.when(p <= self.alpha).then(seldom).otherwise(pl.lit("info", SEVERITY))
        is_small = p.is_not_null() & (n < self.small)
        severity = _capped(grave, is_small, (n < self.few) & (p > self.alpha_sure))
        return Judgement(
            prepare=_tested,
            needs=("denominator", "heads", "numerator", "sign", "target", "value"),
            fired=(target - pl.col("value")) * pl.col("sign") > _HAIR,
            unchecked=pl.when(target.is_not_null()).then(pl.coalesce(_no_direction(), "hurdle")),
            base=target,
            change=pl.col("value") - target,
            p_value=p,
            severity=severity,
            suspended_by=pl.when(severity != grave).then(pl.lit("small")),
            numbers={
                "target": target,
                "short": _short(),
                "presence": pl.col("presence"),
                "sure": pl.when(~is_small).then(p <= self.alpha),
                "small": pl.when(is_small).then(pl.lit(self.small, pl.Float64)),
            },
        )


@frozen(kw_only=True)
class TargetAtRisk:
    """Целевое значение, скорее всего, не будет достигнуто, если всё пойдёт как шло: по прогнозу с интервалом."""

    horizon: int = key("На сколько периодов вперёд смотреть: 1 или 2", default=1, validator=between(1, 2))
    probability: float = key(
        "Срабатывает при такой вероятности не достичь цели и выше (доля от 1)", default=0.8, validator=between(0, 1)
    )
    probability_risk: float = key("На ступень выше при такой и большей", default=0.95, validator=between(0, 1))
    small: float = key(grades.SMALL, default=10.0, validator=between(0))
    few: float = key(_FEW, default=15.0, validator=between(0))
    severity: Severity = key(_SEVERITY, default="attention")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="organisations")

    def judge(self) -> Judgement:
        """The forecast is probably worse than the target in force now."""
        target, n, miss = pl.col("target"), pl.col("denominator"), pl.col("miss")
        grave = grades.graded(self.severity, strong=miss >= self.probability_risk - _HAIR)
        severity = _capped(grave, n < self.small, n < self.few)
        return Judgement(
            prepare=partial(_foreseen, steps=self.horizon),
            needs=(*panels.NEEDS, "target"),
            fired=miss >= self.probability - _HAIR,
            unchecked=pl.when(pl.col("share") & target.is_not_null()).then(
                pl.coalesce("obstacle", _certain(), "refusal", "caveat")
            ),
            base=target,
            change=pl.col("value") - target,
            severity=severity,
            suspended_by=pl.when(severity != grave).then(pl.lit("small")),
            numbers={
                "target": target,
                "steps": pl.lit(self.horizon, pl.Int64),
                "higher": pl.col("sign") > 0,
                **{name: pl.col(name) for name in ("forecast", "low80", "high80", "miss")},
                "small": pl.when(n < self.small).then(pl.lit(self.small, pl.Float64)),
            },
        )


def _no_direction() -> pl.Expr:
    return pl.when(pl.col("sign").is_null()).then(pl.lit("направление не задано"))


def _capped(grave: pl.Expr, is_small: pl.Expr, is_few: pl.Expr) -> pl.Expr:
    """What so few heads allow to be said."""
    info, attention = pl.lit("info", SEVERITY), pl.lit("attention", SEVERITY)
    return pl.when(is_small).then(info).when(is_few & (grave > attention)).then(attention).otherwise(grave)


def _short() -> pl.Expr:
    """How many heads more (or fewer) would have reached the target; null: it is not heads that are counted."""
    wanted = pl.col("target") / 100 * pl.col("denominator")
    return pl.when(_is_part()).then(((wanted - pl.col("numerator")) * pl.col("sign") - _HAIR).ceil())


def _is_part() -> pl.Expr:
    """Whether it is x of n heads, in per cent."""
    x, n, value = pl.col("numerator"), pl.col("denominator"), pl.col("value")
    return pl.col("heads") & (x >= 0) & (x <= n) & (n > 0) & ((value * n - 100 * x).abs() <= _HAIR * 100 * n)


def _tested(series: pl.LazyFrame) -> pl.LazyFrame:
    """Adds ``by_chance``: how rarely so bad a share comes of so many heads who truly are at the target.

    Null where there is no test: no heads are counted, there is no target, or it is one that allows no exception.
    """
    x, n, target = pl.col("numerator"), pl.col("denominator"), pl.col("target") / 100
    is_less = pl.col("sign") < 0
    cells = (
        series.filter(_is_part() & (target > 0) & (target < 1) & pl.col("sign").is_not_null())
        .select(
            "row",
            "denominator",
            pl.when(is_less).then(n - x).otherwise(x).alias("count"),
            pl.when(is_less).then(1 - target).otherwise(target).alias("share"),
        )
        .collect(engine=ENGINE)
    )
    p = below_by_chance(cells["count"].to_numpy(), cells["denominator"].to_numpy(), cells["share"].to_numpy())
    tested = cells.lazy().select("row", pl.lit(pl.Series(p)).alias("by_chance"))
    return series.join(tested, on="row", how="left", maintain_order="left")


def _foreseen(series: pl.LazyFrame, *, steps: int) -> pl.LazyFrame:
    """Adds what the panel foretells of every cell; see :func:`outlook.looked_ahead`."""
    known = panels.comparable(series).collect(engine=ENGINE)
    # Looking ahead takes longest of all: not for an indicator whose target nobody has set.
    aimed = pl.col("target").is_not_null().any().over("line")
    hurdle = pl.when(~aimed).then(pl.lit("нет цели")).when("share").then("obstacle").otherwise(pl.lit("не доля"))
    made = looked_ahead(known.with_columns(hurdle.alias("hurdle")), steps)
    return known.lazy().with_columns(made.get_columns()[made.get_column_index(name)] for name in _TAKEN)


def _certain() -> pl.Expr:
    """Why no probability is told of a target that allows no exception."""
    is_open = (pl.col("target") > 0) & (pl.col("target") < _ALL)
    return pl.when(~is_open).then(
        pl.format("цель {} %: одного человека довольно, вероятность не оценивается", pl.col("target").cast(pl.Int64))
    )
