"""Falls of a share: a fact, one that chance hardly explains, and the same measured against what there was.

All of them count persons or organisations in the numerator and the denominator; where lower is better they count the
others, n − x, and so say of a rise what they say of a fall.
"""

from __future__ import annotations

from math import exp, pi, sqrt
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from profdev_indicators.frames import ENGINE, SEVERITIES, SEVERITY, Judgement, Severity
from profdev_indicators.model import AppliesTo, Jump, key
from profdev_statistics import chance, change, panels
from profdev_statistics.rules import keys

SMALL = "small"
DENOMINATOR = "denominator"

_HAIR = 1e-9  # thresholds are decimal, shares are quotients
_FAMILY = ("position", "reading", "own")  # the tests of one report: of organisations, and of totals
_PANEL = ("position", "line", "own")  # the changes whose spread is compared with that of chance
_LEAST_PANEL = 10  # organisations; the spread of fewer says nothing
_DRAWN_IN = 0.1  # the part of changes at either end that is drawn in to the next one
_END = float(ndtri(1 - _DRAWN_IN))
_WINSORISED = (  # what is left of the variance of the normal distribution after that
    1 - 2 * _DRAWN_IN - 2 * _END * exp(-(_END**2) / 2) / sqrt(2 * pi) + 2 * _DRAWN_IN * _END**2
)
_SEEN = 0.8  # the probability with which the smallest fall worth telling would be found


@frozen(kw_only=True)
class ObservedFall:
    """Факт снижения доли к предыдущему периоду. Не тревога: при малой численности такие колебания обычны."""

    points: float = key("На столько процентных пунктов или больше", default=5.0, validator=keys.between(0))
    persons: float = key(
        "И не меньше чем на столько человек (организаций) при нынешней численности",
        default=2.0,
        validator=keys.between(0),
    )
    at_least: int = key("Численность в каждом из двух периодов — не меньше", default=5, validator=keys.between(1))
    coverage: float = key(keys.COVERAGE, default=80.0, validator=keys.between(0, 100))
    severity: Severity = key(keys.SEVERITY, default="info")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """A fall since the period just before of at least ``points`` and at least so many heads."""
        fall = 100 * (pl.col("pooled_count") / pl.col("pooled_size") - pl.col("count") / pl.col("size"))
        persons = fall / 100 * pl.col("size")
        return Judgement(
            fired=pl.when("share").then((fall >= self.points - _HAIR) & (persons >= self.persons - _HAIR)),
            unchecked=_unchecked(within=1, every=1, at_least=self.at_least),
            base=_base(),
            change=pl.col("value") - _base(),
            severity=pl.lit(self.severity, SEVERITY),
            numbers={**_base_numbers(), "persons": persons, "mid_p": pl.col("mid_p")},
            chance=pl.col("chance"),
            prepare=self._prepared,
            needs=panels.NEEDS,
        )

    def _prepared(self, cells: pl.LazyFrame) -> pl.LazyFrame:
        compared = panels.comparable(cells, coverage=self.coverage)
        panel = panels.with_base(compared, periods=1, within=1).collect(engine=ENGINE)
        tests = panel.lazy().filter(_is_test(self.at_least)).collect(engine=ENGINE)
        counts = now, of, before, of_before = _counts(tests)
        fall = np.maximum(self.points / 100, self.persons / of)
        known = tests.lazy().select(
            "row",
            pl.lit(pl.Series(chance.fall_by_chance(*counts))).alias("mid_p"),
            pl.lit(pl.Series(chance.chance_of_firing(of, of_before, now + before, fall, 1.0))).alias("chance"),
        )
        return panel.lazy().join(known, on="row", how="left", maintain_order="left")


@frozen(kw_only=True)
class SignificantFall:
    """Существенное снижение доли: заметное по величине и такое, какое случайно возникает редко.

    База — сумма нескольких последних сопоставимых периодов. Проверка точная (односторонняя, Фишера, mid-p) и верна при
    любой численности. Все проверки одного отчёта вместе — семейство: q ограничивает долю ложных тревог в нём.
    """

    points: float = key("На столько процентных пунктов или больше", default=10.0, validator=keys.between(0, 100))
    alpha: float = key(
        "И так, чтобы при неизменной работе это случалось не чаще (доля: 0,05 — 5 раз из 100)",
        default=0.05,
        validator=keys.between(0.0001, 0.5),
    )
    base_periods: int = key(
        "Сколько последних сопоставимых периодов сложить в базу", default=3, validator=keys.between(1)
    )
    within: int = key("Но не дальше стольких периодов назад", default=5, validator=keys.between(1))
    every: int = key(
        "С каким шагом брать периоды базы: 4 — тот же квартал прошлых лет, для показателей нарастающим итогом",
        default=1,
        validator=keys.between(1),
    )
    at_least: int = key(
        "При численности меньше этой (сейчас или в базе) правило не судит", default=10, validator=keys.between(1)
    )
    risk_q: float | None = key(
        "Риск, если q не больше этого: доля ложных среди таких тревог. Пусто — риска само правило не ставит",
        default=0.20,
        validator=keys.between(0, 1),
    )
    critical_points: float | None = key(
        "Критично, если снижение не меньше стольких пунктов. Пусто — «критично» само правило не ставит",
        default=20.0,
        validator=keys.between(0, 100),
    )
    critical_q: float | None = key("и q не больше этого", default=0.05, validator=keys.between(0, 1))
    critical_p: float | None = key("и mid-p не больше этого", default=None, validator=keys.between(0, 1))
    small: int = key("При численности меньше этой — не выше «внимания»", default=15, validator=keys.between(0))
    small_p: float = key("кроме случаев, когда mid-p не больше этого", default=0.001, validator=keys.between(0, 1))
    jump: Jump = key(
        "Скачок численности: если при нём половина снижения или больше — от численности, важность на ступень ниже",
        default=Jump(percent=20.0, at_least=5.0),
    )
    overdispersion: float | None = key(
        "Если изменения у организаций разбросаны сильнее случайного больше чем во столько раз (обычно 1,3), проверка "
        "строже. Пусто — не поправлять",
        default=None,
        validator=keys.between(1),
    )
    coverage: float = key(keys.COVERAGE, default=80.0, validator=keys.between(0, 100))
    severity: Severity = key("Важность, с которой правило начинает", default="attention")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """A fall of at least ``points`` with a mid-p of at most ``alpha``; graver by q, milder by its caps."""
        return Judgement(
            fired=pl.when("share").then(pl.col("fires").fill_null(value=False)),
            unchecked=_unchecked(within=self.within, every=self.every, at_least=self.at_least),
            base=_base(),
            change=pl.col("value") - _base(),
            p_value=pl.col("mid_p"),
            severity=_of_rank("rank"),
            suspended_by=pl.concat_str(
                pl.when("is_small").then(pl.lit(SMALL)),
                pl.when("is_by_denominator").then(pl.lit(DENOMINATOR)),
                separator=", ",
                ignore_nulls=True,
            ).replace("", None),
            chance=pl.col("chance"),
            numbers=self._numbers(),
            prepare=self._prepared,
            needs=panels.NEEDS,
        )

    def _relative(self) -> float:
        """The part of the base, 0…1, that has to be lost as well."""
        return 0.0

    def _numbers(self) -> dict[str, pl.Expr]:
        jumped = pl.col("jumped")
        return {
            **_base_numbers(),
            "mid_p": pl.col("mid_p"),
            "q": pl.col("q"),
            "tests": pl.col("tests"),
            "low": pl.col("low"),
            "high": pl.col("high"),
            "detectable": pl.col("detectable"),
            "former_size": pl.when(jumped).then(pl.col("pooled_size") / pl.col("pooled_over")),
            "by_numerator": pl.when(jumped).then(pl.col("by_numerator")),
            "by_denominator": pl.when(jumped).then(pl.col("by_denominator")),
            "small": pl.when("is_small").then(pl.lit(self.small, pl.Int64)),
            "phi": pl.when(pl.col("phi") > 1).then(pl.col("phi")),
        }

    def _prepared(self, cells: pl.LazyFrame) -> pl.LazyFrame:
        panel = panels.with_base(
            panels.comparable(cells, coverage=self.coverage),
            periods=self.base_periods,
            within=self.within,
            every=self.every,
        ).collect(engine=ENGINE)
        tested = self._tested(panel.lazy().filter(_is_test(self.at_least)).collect(engine=ENGINE))
        return panel.lazy().join(tested, on="row", how="left", maintain_order="left")

    def _tested(self, tests: pl.DataFrame) -> pl.LazyFrame:
        """What is known of every test, by ``row``; of those that fire, also what a sentence needs."""
        counts = now, of, before, of_before = _counts(tests)
        fall = before / of_before - now / of
        spread = self._spread(tests)
        mid_p, alpha = chance.fall_by_chance(*counts), np.full(len(tests), self.alpha)
        if self.overdispersion is not None:
            mid_p = np.where(spread > 1, ndtr(ndtri(mid_p) / spread), mid_p)
            alpha = np.where(spread > 1, ndtr(ndtri(alpha) * spread), alpha)
        fires = (
            (fall >= self.points / 100 - _HAIR)
            & (now / of <= (1 - self._relative()) * before / of_before + _HAIR)
            & (mid_p <= self.alpha + chance.HAIR)
        )
        by_chance = chance.chance_of_firing(
            of, of_before, now + before, self.points / 100, alpha, relative=self._relative()
        )
        known = tests.lazy().select(
            "row",
            *_FAMILY,
            (100 * pl.lit(pl.Series(fall))).alias("fall"),
            pl.lit(pl.Series(mid_p)).alias("mid_p"),
            pl.lit(pl.Series(by_chance)).alias("chance"),
            pl.lit(pl.Series(fires)).alias("fires"),
            pl.lit(pl.Series(spread**2)).alias("phi"),
        )
        told = self._told(tests.with_columns(pl.Series("alpha", alpha)).filter(pl.Series(fires)))
        return (
            known.with_columns(
                chance.false_discovery("mid_p", _FAMILY).alias("q"),
                pl.col("mid_p").count().over(_FAMILY).cast(pl.Int64).alias("tests"),
            )
            .join(told, on="row", how="left", maintain_order="left")
            .with_columns(self._rank(), *self._caps())
            .with_columns(_lowered().alias("rank"))
            .drop(*_FAMILY)
        )

    def _spread(self, tests: pl.DataFrame) -> NDArray[np.float64]:
        """√φ of the changes of a line where it is more than chance and wanted, else 1.

        φ is the mean square of the standardised changes without the common one, the tenth lowest and highest drawn in:
        a few organisations that truly fell do not make the rest look stormy.
        """
        if self.overdispersion is None:
            return np.ones(len(tests))
        change_ = pl.col("count") / pl.col("size") - pl.col("pooled_count") / pl.col("pooled_size")
        share = (pl.col("count") + pl.col("pooled_count")) / (pl.col("size") + pl.col("pooled_size"))
        weight = 1 / (share * (1 - share) * (1 / pl.col("size") + 1 / pl.col("pooled_size")))
        common = (weight * change_).sum().over(_PANEL) / weight.sum().over(_PANEL)
        z = pl.col("z")
        ends = (z.quantile(tail, "linear").over(_PANEL) for tail in (_DRAWN_IN, 1 - _DRAWN_IN))
        phi = (z.clip(*ends) ** 2).mean().over(_PANEL) / _WINSORISED
        is_wide = (pl.len().over(_PANEL) >= _LEAST_PANEL) & (phi > self.overdispersion)
        wide = tests.lazy().select(*_PANEL, (weight.sqrt() * (change_ - common)).alias("z"))
        return (
            wide.select(pl.when(is_wide).then(phi).otherwise(1.0).sqrt()).collect(engine=ENGINE).to_series().to_numpy()
        )

    def _told(self, fired: pl.DataFrame) -> pl.LazyFrame:
        """The interval, the smallest fall to be seen and the parts of a change, of those that fired."""
        now, of, before, of_before = _counts(fired)
        low, high = chance.newcombe(now, of, before, of_before)
        share, rare = before / of_before, fired["alpha"].to_numpy()
        fall = np.maximum(self.points / 100, self._relative() * share)
        least = chance.detectable_fall(of, of_before, share, fall, rare, power=_SEEN)
        sign, former = pl.col("sign"), pl.col("pooled_size") / pl.col("pooled_over")
        by_numerator, by_denominator = change.parts(
            pl.col("count"), pl.col("size"), pl.col("pooled_count") / pl.col("pooled_over"), former
        )
        ends = (100 * pl.lit(pl.Series(low)), 100 * pl.lit(pl.Series(high)))
        return fired.lazy().select(
            "row",
            pl.when(sign > 0).then(ends[0]).otherwise(-ends[1]).alias("low"),
            pl.when(sign > 0).then(ends[1]).otherwise(-ends[0]).alias("high"),
            (100 * pl.lit(pl.Series(least))).fill_nan(None).alias("detectable"),
            (100 * sign * by_numerator).alias("by_numerator"),
            (100 * sign * by_denominator).alias("by_denominator"),
            panels.leaps(former, self.jump).alias("jumped"),
            (by_denominator <= (by_numerator + by_denominator) / 2 + _HAIR).alias("mostly_denominator"),
            (pl.col("size") < self.small).alias("few"),
        )

    def _rank(self) -> pl.Expr:
        """The severity as its number, before caps."""
        base = SEVERITIES.index(self.severity)
        is_risk = pl.lit(value=False) if self.risk_q is None else pl.col("q") <= self.risk_q
        rank = pl.when(is_risk).then(max(base, SEVERITIES.index("risk"))).otherwise(base)
        if self.critical_points is None:
            return rank.alias("rank")
        is_critical = pl.col("fall") >= self.critical_points - _HAIR
        if self.critical_q is not None:
            is_critical &= pl.col("q") <= self.critical_q
        if self.critical_p is not None:
            is_critical &= pl.col("mid_p") <= self.critical_p
        return pl.when(is_critical).then(SEVERITIES.index("critical")).otherwise(rank).alias("rank")

    def _caps(self) -> list[pl.Expr]:
        """What keeps the severity down: whether heads are few, and whether the denominator did it."""
        above = self._rank() > SEVERITIES.index("attention")
        return [
            (pl.col("few") & above & (pl.col("mid_p") > self.small_p)).alias("is_small"),
            (pl.col("jumped") & pl.col("mostly_denominator") & (self._rank() > 0)).alias("is_by_denominator"),
        ]


@frozen(kw_only=True)
class RelativeFall(SignificantFall):
    """Относительное снижение: существенное, и к тому же на заметную часть прежнего уровня.

    Без проверки на случайность так не судят: при малых долях «на пятую часть меньше» — это один человек.
    """

    percent: float = key(
        "На столько процентов прежнего уровня или больше", default=20.0, validator=keys.between(0, 100)
    )
    risk_q: float | None = key(
        "Риск, если q не больше этого. Пусто — никогда", default=None, validator=keys.between(0, 1)
    )
    critical_points: float | None = key(
        "Критично, если снижение не меньше стольких пунктов. Пусто — никогда",
        default=None,
        validator=keys.between(0, 100),
    )
    severity: Severity = key("Важность, с которой правило начинает", default="info")

    def _relative(self) -> float:
        return self.percent / 100

    def _numbers(self) -> dict[str, pl.Expr]:
        before, now = pl.col("pooled_count") / pl.col("pooled_size"), pl.col("count") / pl.col("size")
        return {**super()._numbers(), "percent": 100 * (1 - now / before)}


# --- what they share --------------------------------------------------------------------------------------------------


def _unchecked(*, within: int, every: int, at_least: int) -> pl.Expr:
    reason = pl.coalesce(
        panels.no_base(within, every),
        panels.too_few("size", at_least),
        panels.too_few("pooled_size", at_least, where=" в базе"),
    )
    return pl.when("share").then(reason)


def _is_test(at_least: int) -> pl.Expr:
    """Enough heads, and not all or none of them counted in both: then there is nothing chance could change."""
    both, everybody = pl.col("count") + pl.col("pooled_count"), pl.col("size") + pl.col("pooled_size")
    return (pl.min_horizontal("size", "pooled_size") >= at_least) & (both > 0) & (both < everybody)


def _counts(tests: pl.DataFrame) -> tuple[chance.Floats, chance.Floats, chance.Floats, chance.Floats]:
    now, of, before, of_before = (tests[name].to_numpy() for name in ("count", "size", "pooled_count", "pooled_size"))
    return now, of, before, of_before


def _base() -> pl.Expr:
    """The share of the base as the indicator counts it, per cent."""
    kept = 100 * pl.col("pooled_count") / pl.col("pooled_size")
    return pl.when(pl.col("sign") < 0).then(100 * _others() / pl.col("pooled_size")).otherwise(kept)


def _others() -> pl.Expr:
    return pl.col("pooled_size") - pl.col("pooled_count")


def _base_numbers() -> dict[str, pl.Expr]:
    counted = pl.when(pl.col("sign") < 0).then(_others()).otherwise(pl.col("pooled_count"))
    return {
        "base_period": pl.col("pooled_period"),
        "base_numerator": counted,
        "base_denominator": pl.col("pooled_size"),
        "base_periods": pl.col("pooled_over"),
    }


def _lowered() -> pl.Expr:
    attention = SEVERITIES.index("attention")
    capped = pl.when("is_small").then(attention).otherwise("rank")
    return capped - pl.col("is_by_denominator").cast(pl.Int32)


def _of_rank(column: str) -> pl.Expr:
    words: dict[Any, Any] = dict(enumerate(SEVERITIES))
    return pl.col(column).replace_strict(words, default=None, return_dtype=SEVERITY)
