"""Plain rules of negative dynamics: a fall, a row of falls, a target missed, peers left behind, silence, a loss.

No rule here asks whether chance alone could do it: that needs statistics, which another plugin brings. Each is
written for both directions at once, so that a rule on x where higher is better says what it says on n − x where
lower is. The columns they look at are described in :mod:`profdev_indicators.engine.judge`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import polars as pl
from attrs import frozen

from profdev_indicators.builtin.rules.sentences import TELLINGS
from profdev_indicators.frames import SEVERITY, Judgement, Severity
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import AppliesTo, Rule, key
from profdev_indicators.results import Telling
from profdev_indicators.wording import counted

# Thresholds are decimal and values are quotients: 0,29 × 100 must still reach 29.
_HAIR = 1e-9
_PEERS = ("line", "position", "level", "cluster")

_SEVERITY = "Важность: info, attention, risk или critical"
_NAME = "Имя, если правил этого вида несколько: под ним находки и рекомендации"
_APPLIES_TO = "К кому: all — ко всем, organisations — к тем, кто отвечает сам, totals — к итогам над ними"


def _not_less(least: float, most: float = float("inf")) -> Callable[[Any, attrs.Attribute[Any], float], None]:
    """A validator which speaks Russian: the loader shows its words beside the line."""

    def check(_: object, attribute: attrs.Attribute[Any], value: float) -> None:
        if not least <= value <= most:
            wanted = f"не меньше {least:g}" if most == float("inf") else f"от {least:g} до {most:g}"
            raise ValueError(f"{attribute.name}: должно быть {wanted}, а не {value:g}")

    return check


@frozen(kw_only=True)
class Drop:
    """Снижение к предыдущему периоду (или к ближайшему из нескольких, если в предыдущем данных нет).

    Там, где меньше — лучше, то же о росте. Несопоставимые определения не сравниваются.
    """

    points: float = key("На столько процентных пунктов (единиц показателя) или больше", validator=_not_less(0))
    persons: float = key(
        "И не меньше чем на столько человек (организаций) при нынешней численности; для количеств — само снижение. "
        "Средние и баллы так не проверяются. 0 — не проверять",
        default=2.0,
        validator=_not_less(0),
    )
    within: int = key(
        "На сколько периодов назад может отстоять база, если ближе данных нет", default=1, validator=_not_less(1)
    )
    small: float = key(
        "При знаменателе меньше этого (в любом из двух периодов) — только информация",
        default=0.0,
        validator=_not_less(0),
    )
    severity: Severity = key(_SEVERITY, default="attention")
    name: str | None = key(_NAME, default=None)
    applies_to: AppliesTo = key(_APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """A fall of at least ``points`` and at least so many heads."""
        fall = (pl.col("base_value") - pl.col("value")) * pl.col("sign")
        persons = _persons_lost()
        is_small = pl.min_horizontal("denominator", "base_denominator").fill_null(self.small) < self.small
        capped = is_small & (self.severity != "info")
        return Judgement(
            fired=_reaches(fall, self.points) & _reaches(persons, self.persons).fill_null(value=True),
            unchecked=_no_base(self.within),
            base=pl.col("base_value"),
            change=pl.col("value") - pl.col("base_value"),
            severity=_severity(pl.when(is_small).then(pl.lit("info")).otherwise(pl.lit(self.severity))),
            suspended_by=pl.when(capped).then(pl.lit("small")),
            numbers={
                **_base_numbers(),
                "persons": persons,
                "threshold": pl.lit(self.points, pl.Float64),
                "small": _small(self.small, is_small),
            },
        )


@frozen(kw_only=True)
class Streak:
    """Снижение несколько периодов подряд. Равные значения, пропуск периода и смена определения прерывают ряд."""

    length: int = key("Сколько снижений подряд", default=3, validator=_not_less(1))
    points: float = key(
        "И всего за ряд на столько процентных пунктов (единиц показателя) или больше",
        default=0.0,
        validator=_not_less(0),
    )
    severity: Severity = key(_SEVERITY, default="attention")
    name: str | None = key(_NAME, default=None)
    applies_to: AppliesTo = key(_APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """An unbroken run of at least ``length`` falls; the base is the value before the first of them."""
        why = pl.col("incomparable")
        falls = why.is_null() & ((pl.col("base_value") - pl.col("value")) * pl.col("sign") > _HAIR)
        here = pl.int_range(pl.len())
        # The nearest row which is no fall. The first row of a series never is one, so it is always of this series.
        start = pl.when(~falls).then(here).forward_fill()
        length = here - start
        base = pl.col("value").gather(start)
        told = pl.format(f"прослежено снижений подряд: {{}} из {self.length}, раньше — {{}}", length, why.gather(start))
        return Judgement(
            fired=(length >= self.length) & _reaches((base - pl.col("value")) * pl.col("sign"), self.points),
            unchecked=pl.when(length == 0).then(why).when(length < self.length).then(told),
            base=base,
            change=pl.col("value") - base,
            severity=_severity(pl.lit(self.severity)),
            numbers={
                "base_period": pl.col("period").gather(start),
                "base_numerator": pl.col("numerator").gather(start),
                "base_denominator": pl.col("denominator").gather(start),
                "length": length,
                "threshold": pl.lit(self.points, pl.Float64),
            },
        )


@frozen(kw_only=True)
class BelowTarget:
    """Не достигнуто целевое значение. Там, где меньше — лучше, превышено. Без целевого значения правила нет."""

    margin: float = key("Сколько не хватает, ещё не беда: единицы показателя", default=0.0, validator=_not_less(0))
    severity: Severity = key(_SEVERITY, default="info")
    name: str | None = key(_NAME, default=None)
    applies_to: AppliesTo = key(_APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """The value is worse than the dated target by more than ``margin``."""
        target = pl.col("target")
        short = (target - pl.col("value")) * pl.col("sign")
        return Judgement(
            fired=short > self.margin + _HAIR,
            unchecked=pl.when(target.is_not_null()).then(pl.coalesce(_no_direction(), "hurdle")),
            base=target,
            change=pl.col("value") - target,
            severity=_severity(pl.lit(self.severity)),
            numbers={"target": target, "threshold": pl.lit(self.margin, pl.Float64)},
        )


@frozen(kw_only=True)
class BelowPeers:
    """Хуже медианы сопоставимых единиц: того же кластера и уровня за тот же период.

    Медиана — группы целиком, вместе с самой единицей: одно число на группу, которое можно напечатать и проверить.
    """

    points: float = key(
        "На столько процентных пунктов (единиц показателя) или больше", default=10.0, validator=_not_less(0)
    )
    at_least: int = key("Сколько других единиц группы должны иметь значение", default=3, validator=_not_less(1))
    severity: Severity = key(_SEVERITY, default="info")
    name: str | None = key(_NAME, default=None)
    applies_to: AppliesTo = key(_APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """The value is worse than the median by at least ``points``; where there is nobody else, no rule."""
        median = pl.col("value").median().over(_PEERS)
        others = pl.col("value").count().over(_PEERS).cast(pl.Int64) - 1
        alone = (pl.col("state") != "not_defined").sum().over(_PEERS) <= 1
        few = pl.format(f"сопоставимых единиц с данными: {{}}, нужно {self.at_least}", others)
        reason = pl.coalesce(_no_direction(), "hurdle", pl.when(others < self.at_least).then(few))
        return Judgement(
            fired=~alone
            & _reaches((median - pl.col("value")) * pl.col("sign"), self.points)
            & pl.col("value").is_not_null(),
            unchecked=pl.when(~alone).then(reason),
            base=median,
            change=pl.col("value") - median,
            severity=_severity(pl.lit(self.severity)),
            numbers={
                "peers_median": median,
                "peers_count": others,
                "cluster": pl.col("cluster"),
                "threshold": pl.lit(self.points, pl.Float64),
            },
        )


@frozen(kw_only=True)
class Coverage:
    """Ответили не все, кого спрашивали. Для одной организации — не ответила сама."""

    at_least: float = key("Сколько процентов должны ответить", default=100.0, validator=_not_less(0, 100))
    severity: Severity = key(_SEVERITY, default="attention")
    name: str | None = key(_NAME, default=None)
    applies_to: AppliesTo = key(_APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """Fewer than ``at_least`` per cent of those asked have an answer that entered the sums."""
        asked = pl.col("expected") > 0
        percent = pl.when(asked).then(100 * pl.col("reported") / pl.col("expected"))
        hidden = (pl.col("state") == "suppressed") & asked
        return Judgement(
            fired=percent < self.at_least - _HAIR,
            unchecked=pl.when(hidden).then(pl.col("hurdle")),
            severity=_severity(pl.lit(self.severity)),
            numbers={
                "coverage": percent,
                "threshold": pl.lit(self.at_least, pl.Float64),
                "own": pl.col("own"),
                "state": pl.col("state").cast(pl.String),
            },
        )


@frozen(kw_only=True)
class Lost:
    """Было и не стало: «да» сменилось на «нет», либо количество упало до нуля.

    Там, где меньше — лучше: не было и появилось. Доли от численности и баллы так не проверяются.
    """

    within: int = key(
        "На сколько периодов назад может отстоять база, если ближе данных нет", default=1, validator=_not_less(1)
    )
    severity: Severity = key(_SEVERITY, default="attention")
    name: str | None = key(_NAME, default=None)
    applies_to: AppliesTo = key(_APPLIES_TO, default="organisations")

    def judge(self) -> Judgement:
        """Nothing is left of what there was."""
        higher = pl.col("sign") > 0
        is_gone = pl.when(higher).then(pl.col("numerator") == 0).otherwise(pl.col("numerator") == pl.col("denominator"))
        was = (
            pl.when(higher)
            .then(pl.col("base_numerator") > 0)
            .otherwise(pl.col("base_numerator") < pl.col("base_denominator"))
        )
        reason = _no_base(self.within)
        return Judgement(
            fired=pl.col("presence") & is_gone & was,
            unchecked=pl.when("presence").then(reason),
            base=pl.col("base_value"),
            change=pl.col("value") - pl.col("base_value"),
            severity=_severity(pl.lit(self.severity)),
            numbers=_base_numbers(),
        )


# --- what they share --------------------------------------------------------------------------------------------


def _no_direction() -> pl.Expr:
    return pl.when(pl.col("sign").is_null()).then(pl.lit("направление не задано"))


def _no_base(within: int) -> pl.Expr:
    """Why there is nothing to compare with; null: ``base_value`` may be used."""
    if within == 1:
        return pl.col("incomparable")
    earlier = counted(within, "предыдущий период", "предыдущих периода", "предыдущих периодов")
    is_near = (pl.col("position") - pl.col("base_position") <= within).fill_null(value=False)
    return pl.coalesce(
        _no_direction(),
        "hurdle",
        pl.when("first").then(pl.lit("первый период наблюдения")),
        pl.when(~is_near).then(pl.lit(f"нет данных за {earlier}")),
        pl.when(pl.col("base_definition") != pl.col("definition")).then(pl.lit("изменилось определение показателя")),
    )


def _persons_lost() -> pl.Expr:
    """Fewer heads than the base's share of today's denominator would be; null: it is not heads that are counted."""
    denominator = pl.col("denominator")
    expected = pl.col("base_numerator") * pl.when(denominator.is_null()).then(1.0).otherwise(
        denominator / pl.col("base_denominator")
    )
    return pl.when("heads").then((expected - pl.col("numerator")) * pl.col("sign"))


def _reaches(amount: pl.Expr, threshold: float) -> pl.Expr:
    return amount >= threshold - _HAIR


def _severity(word: pl.Expr) -> pl.Expr:
    return word.cast(SEVERITY)


def _small(limit: float, is_small: pl.Expr) -> pl.Expr:
    return pl.when(is_small).then(pl.lit(limit, pl.Float64))


def _base_numbers() -> dict[str, pl.Expr]:
    return {name: pl.col(name) for name in ("base_period", "base_numerator", "base_denominator")}


@hookimpl
def provide_rules() -> Mapping[str, type[Rule]]:
    """The stock kinds."""
    return {
        "drop": Drop,
        "streak": Streak,
        "below_target": BelowTarget,
        "below_peers": BelowPeers,
        "coverage": Coverage,
        "lost": Lost,
    }


@hookimpl
def provide_sentences() -> Mapping[str, Telling]:
    """How findings of the stock kinds are spoken of."""
    return TELLINGS
