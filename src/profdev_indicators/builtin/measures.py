"""Formulas: shares, rates, counts, means, rubrics; and those which are functions of values already rolled up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import polars as pl
from attrs import frozen

from profdev_indicators.frames import Ratio, link_of, total
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Derived, IndicatorId, ItemId, Measure, Missing, Population, key

_HUNDRED = 100.0


@frozen(kw_only=True)
class Share:
    """Доля: сколько из совокупности, в процентах. «Наличие в ОО…» — тоже доля: организаций, у которых есть."""

    counted: ItemId | tuple[ItemId, ...] = key("Что считаем: поле карты или несколько полей, которые складываются")
    population: Population = key("От кого: id из populations")

    def ratio(self, missing: Missing) -> Ratio:
        """Σ counted / Σ population × 100; more counted than there are is a contradiction."""
        return _ratio(_several(self.counted), self.population, missing, scale=_HUNDRED, part=True)


@frozen(kw_only=True)
class Rate:
    """Частота: сколько событий на столько-то единиц совокупности. Событий может быть больше, чем единиц."""

    events: ItemId | tuple[ItemId, ...] = key("События: поле карты или несколько, которые складываются")
    population: Population = key("На кого: id из populations")
    per: float = key("На сколько единиц: 100, 1000, 100000", default=_HUNDRED)

    def ratio(self, missing: Missing) -> Ratio:
        """Σ events / Σ population × per."""
        return _ratio(_several(self.events), self.population, missing, scale=self.per)


@frozen(kw_only=True)
class Count:
    """Количество: сумма без знаменателя."""

    counted: ItemId | tuple[ItemId, ...] = key("Что считаем: поле карты или несколько полей, которые складываются")

    def ratio(self, missing: Missing) -> Ratio:
        """Σ counted."""
        items = _several(self.counted)
        return Ratio(numerator=total(items, missing), items=items, linked=items, counted=items)


@frozen(kw_only=True)
class Mean:
    """Среднее: сумма баллов, делённая на число ответов. Без answers — на число ответивших организаций."""

    points: ItemId | tuple[ItemId, ...] = key("Сумма баллов: поле карты или несколько")
    answers: ItemId | None = key("Число ответов; пусто — каждая ответившая организация за один", default=None)

    def ratio(self, missing: Missing) -> Ratio:
        """Σ points / Σ answers."""
        points = _several(self.points)
        answers = (self.answers,) if self.answers else ()
        return Ratio(
            numerator=total(points, missing),
            denominator=total(answers, missing) if answers else pl.lit(1.0),
            items=points + answers,
            linked=points,
            counted=points if answers else (),
            population=answers,
        )


@frozen(kw_only=True)
class Rubric:
    """Баллы по уровням с подтверждением ссылками: доля набранного от наибольшего возможного, в процентах."""

    of_organisations: ClassVar[bool] = True

    positions: tuple[ItemId, ...] = key("Позиции: поля типа level")
    maximum: float = key("Наибольшая сумма баллов одной организации по всем позициям")
    unlinked: Literal["counted", "zero"] = key(
        "Балл без ссылки: counted — засчитан (и отмечен как неподтверждённый), zero — ноль. Без умолчания"
    )

    def ratio(self, missing: Missing) -> Ratio:
        """Σ points / Σ maximum × 100."""
        return Ratio(
            numerator=total(self.positions, missing) if self.unlinked == "counted" else self._linked_points(missing),
            denominator=pl.lit(self.maximum, pl.Float64),
            scale=_HUNDRED,
            items=self.positions,
            linked=self.positions,
            contradiction=total(self.positions, missing) > self.maximum,
        )

    def _linked_points(self, missing: Missing) -> pl.Expr:
        points = [
            pl.when(pl.col(item).is_null() | pl.col(link_of(item)).is_not_null()).then(pl.col(item)).otherwise(0.0)
            for item in self.positions
        ]
        if missing == "strict":
            return pl.sum_horizontal(points, ignore_nulls=False)
        return pl.when(pl.any_horizontal(point.is_not_null() for point in points)).then(pl.sum_horizontal(points))


@frozen(kw_only=True)
class DistrictFlag:
    """Признак самого района: 100, если есть, и 0, если нет. Выше района — доля районов, у которых есть."""

    of_organisations: ClassVar[bool] = True

    flag: ItemId = key("Поле типа flag, на которое отвечает сам район")

    def ratio(self, missing: Missing) -> Ratio:
        """Σ flags / Σ districts × 100."""
        return Ratio(
            numerator=total((self.flag,), missing),
            denominator=pl.lit(1.0),
            scale=_HUNDRED,
            items=(self.flag,),
            linked=(self.flag,),
        )


@frozen(kw_only=True)
class MeanOfUnits:
    """Среднее процентов организаций: каждая весит одинаково, как бы мала ни была. Не доля района."""

    counted: ItemId | tuple[ItemId, ...] = key("Что считаем: поле карты или несколько полей, которые складываются")
    population: Population = key("От кого: id из populations")

    def ratio(self, missing: Missing) -> Ratio:
        """Σ percentages of organisations / Σ organisations."""
        share = _ratio(_several(self.counted), self.population, missing)
        whole = pl.lit(1.0) if share.denominator is None else share.denominator
        percent = pl.when(whole > 0).then(share.numerator / whole * _HUNDRED)
        return Ratio(
            numerator=percent,
            denominator=pl.when(whole == 0).then(0.0).when(whole.is_not_null()).then(1.0),
            items=share.items,
            linked=share.linked,
            applicable=share.applicable,
            contradiction=share.numerator > whole,
        )


def _several(items: str | tuple[str, ...]) -> tuple[str, ...]:
    return (items,) if isinstance(items, str) else items


def _ratio(
    counted: tuple[str, ...], population: Population, missing: Missing, *, scale: float = 1.0, part: bool = False
) -> Ratio:
    having = (population.having,) if population.having else ()
    numerator, denominator = total(counted, missing), total(population.items, missing)
    return Ratio(
        numerator=numerator,
        denominator=denominator,
        scale=scale,
        items=tuple(dict.fromkeys((*counted, *population.items, *having))),
        linked=counted,
        applicable=pl.col(population.having) > 0 if population.having else None,
        contradiction=numerator > denominator if part else None,
        counted=counted,
        population=population.items,
    )


@frozen(kw_only=True)
class Achievement:
    """Степень достижения целевого значения: факт к цели, а где меньше — лучше, цель к факту; не больше 100 %."""

    of: IndicatorId = key("Показатель, у которого есть target")

    @property
    def needs(self) -> Sequence[str]:
        """The one indicator."""
        return (self.of,)

    def derive(self, values: pl.LazyFrame, missing: Missing) -> pl.LazyFrame:  # noqa: ARG002 - one component
        """Fact / target, inverted where lower is better, capped at 1; no target: not applicable."""
        value, target = pl.col("value"), pl.col("target")
        inverted = pl.col("better") == "lower"
        fact, plan = pl.when(inverted).then(target).otherwise(value), pl.when(inverted).then(value).otherwise(target)
        # A fact of zero where less is better has reached any target: 0 / 0 persons late is all one can ask.
        reached = (fact >= plan) & value.is_not_null() & target.is_not_null()
        return _derived(
            values,
            numerator=pl.when(reached).then(plan).otherwise(fact),
            denominator=plan,
            unit_of=reached,
            reason=pl.when(target.is_null()).then(pl.lit("целевое значение не задано")),
        )


@frozen(kw_only=True)
class RelativeToBest:
    """Отношение к лучшему среди единиц того же вида и уровня за период: лучший — 100."""

    of: IndicatorId = key("Показатель, который сравниваем")

    @property
    def needs(self) -> Sequence[str]:
        """The one indicator."""
        return (self.of,)

    def derive(self, values: pl.LazyFrame, missing: Missing) -> pl.LazyFrame:  # noqa: ARG002 - one component
        """100 × x / max, or 100 × min / x where lower is better."""
        value, peers = pl.col("value"), ["period", "level", "unit_kind"]
        inverted = pl.col("better") == "lower"
        fact = pl.when(inverted).then(value.min().over(peers)).otherwise(value)
        best = pl.when(inverted).then(value).otherwise(value.max().over(peers))
        return _derived(
            values,
            numerator=pl.when(value.is_not_null()).then(fact),
            denominator=pl.when(value.is_not_null()).then(best),
            unit_of=(fact == best) & value.is_not_null(),
            reason=pl.when(value.is_not_null() & (best == 0)).then(pl.lit("у лучшего ноль: сравнивать не с чем")),
        )


@frozen(kw_only=True)
class Composite:
    """Взвешенное среднее нескольких показателей в их единицах."""

    of: Mapping[IndicatorId, float] = key("Показатель и его вес (больше нуля)")

    def __attrs_post_init__(self) -> None:
        if not self.of or min(self.of.values()) <= 0:
            raise ValueError("of: нужен хотя бы один показатель, и все веса больше нуля")

    @property
    def needs(self) -> Sequence[str]:
        """The components."""
        return tuple(self.of)

    def derive(self, values: pl.LazyFrame, missing: Missing) -> pl.LazyFrame:
        """Σ weight × value / Σ weight; one absent component makes it unknown, or is left out (``available``)."""
        weight = pl.col("indicator").replace_strict(dict(self.of), return_dtype=pl.Float64)
        known = pl.col("value").is_not_null()
        coverage = pl.col("reported") / pl.col("expected")
        enough = known.all() & (pl.len() == len(self.of)) if missing == "strict" else known.any()
        return (
            values.with_columns(weight=weight)
            .group_by("unit", "period", maintain_order=True)
            .agg(
                numerator=pl.when(enough).then((pl.col("value") * pl.col("weight")).sum()),
                denominator=pl.when(enough).then(pl.col("weight").filter(known).sum()),
                scale=pl.lit(1.0),
                # Counters of the component fewest answered: a mean is worth no more than its weakest part.
                expected=pl.col("expected").sort_by(coverage, maintain_order=True).first(),
                reported=pl.col("reported").sort_by(coverage, maintain_order=True).first(),
                evidenced=pl.col("evidenced").sort_by(coverage, maintain_order=True).first(),
                state=pl.when(enough & (pl.col("state") == "partial").any())
                .then(pl.lit("partial"))
                .when(enough)
                .then(pl.lit("ok"))
                .otherwise(_worst_absence(pl.col("state"))),
                reason=pl.when(~enough).then(
                    pl.lit("нет значений: ") + pl.col("indicator").filter(~known).str.join(", ")
                ),
            )
        )


def _worst_absence(state: pl.Expr) -> pl.Expr:
    expression = pl.lit("not_applicable")
    for absence in ("not_defined", "suppressed", "invalid", "not_reported"):  # the last one wins
        expression = pl.when((state == absence).any()).then(pl.lit(absence)).otherwise(expression)
    return expression


def _derived(
    values: pl.LazyFrame, *, numerator: pl.Expr, denominator: pl.Expr, unit_of: pl.Expr, reason: pl.Expr
) -> pl.LazyFrame:
    """Two numbers of one value; ``unit_of``: the quotient is one whatever the denominator."""
    told = pl.col("value").is_not_null()
    usable = told & numerator.is_not_null() & denominator.is_not_null() & ((denominator != 0) | unit_of)
    both_zero = (denominator == 0) & unit_of  # as good as it gets, though 0 / 0 says nothing
    state = pl.col("state").cast(pl.String)
    return values.select(
        "unit",
        "period",
        pl.when(usable & both_zero).then(1.0).when(usable).then(numerator).alias("numerator"),
        pl.when(usable & both_zero).then(1.0).when(usable).then(denominator).alias("denominator"),
        pl.lit(_HUNDRED).alias("scale"),
        pl.when(usable | ~told).then(state).otherwise(pl.lit("not_applicable")).alias("state"),
        pl.when(usable).then(pl.lit(None, pl.String)).otherwise(pl.coalesce(reason, "reason")).alias("reason"),
        "expected",
        "reported",
        "evidenced",
    )


@hookimpl
def provide_measures() -> Mapping[str, type[Measure | Derived]]:
    """The stock formulas."""
    return {
        "share": Share,
        "rate": Rate,
        "count": Count,
        "mean": Mean,
        "rubric": Rubric,
        "district_flag": DistrictFlag,
        "mean_of_units": MeanOfUnits,
        "achievement": Achievement,
        "relative_to_best": RelativeToBest,
        "composite": Composite,
    }
