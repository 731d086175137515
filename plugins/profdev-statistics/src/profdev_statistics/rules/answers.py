"""What the answers themselves show: nobody answered, or there are suddenly more or fewer people."""

from __future__ import annotations

import polars as pl
from attrs import frozen

from profdev_indicators.frames import SEVERITY, Judgement, Severity
from profdev_indicators.model import AppliesTo, Jump, key
from profdev_statistics import panels
from profdev_statistics.rules import keys


@frozen(kw_only=True)
class Unreported:
    """Организация не ответила. Чем дольше молчит, тем важнее; «не применимо» — тоже ответ."""

    severity: Severity = key(keys.SEVERITY, default="attention")
    risk_after: int | None = key(
        "Риск, если не ответила столько периодов подряд. Пусто — никогда", default=2, validator=keys.between(1)
    )
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="organisations")

    def judge(self) -> Judgement:
        """A unit that was asked has said nothing; in how many periods in a row."""
        is_silent = (pl.col("state") == "not_reported") & (pl.col("expected") > 0)
        before = pl.struct("series", "position").shift()
        follows = is_silent.shift() & (before == pl.struct("series", pl.col("position") - 1))
        begins = is_silent & ~follows.fill_null(value=False)
        here = pl.int_range(pl.len())
        missed = here - pl.when(begins).then(here).forward_fill() + 1
        severity = pl.lit(self.severity, SEVERITY)
        if self.risk_after is not None:
            risk = pl.lit("risk", SEVERITY)
            severity = pl.when((missed >= self.risk_after) & (severity < risk)).then(risk).otherwise(severity)
        return Judgement(
            fired=pl.when("own").then(is_silent),
            unchecked=pl.when(pl.col("own") & (pl.col("state") == "suppressed")).then(pl.lit("скрыто")),
            severity=severity,
            numbers={"missed": missed, "since": pl.when(begins).then("period").forward_fill()},
        )


@frozen(kw_only=True)
class DenominatorJump:
    """Численность изменилась скачком: сравнение долей ограничено, число стоит перепроверить."""

    jump: Jump = key("Какое изменение численности — скачок", default=Jump(percent=20.0, at_least=5.0))
    within: int = key(
        "На сколько периодов назад может отстоять прежняя численность", default=1, validator=keys.between(1)
    )
    coverage: float = key(keys.COVERAGE, default=80.0, validator=keys.between(0, 100))
    severity: Severity = key(keys.SEVERITY, default="info")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """More or fewer people than a period ago by more than ``jump``; the value itself may stay as it was."""
        former = pl.col("pooled_size")
        return Judgement(
            fired=pl.when("share").then(panels.leaps(former, self.jump)),
            unchecked=panels.no_base(self.within),
            severity=pl.lit(self.severity, SEVERITY),
            numbers={"base_period": pl.col("pooled_period"), "base_denominator": former},
            prepare=self._prepared,
            needs=panels.NEEDS,
        )

    def _prepared(self, cells: pl.LazyFrame) -> pl.LazyFrame:
        """Sizes are compared also where neither direction is better."""
        directed = cells.with_columns(pl.col("sign").fill_null(1.0))
        return panels.with_base(panels.comparable(directed, coverage=self.coverage), periods=1, within=self.within)
