"""The table of the set: one row per unit, period and criterion, and what each column means."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from attrs import frozen

from profdev_indicators.frames import MAIN, State
from profdev_indicators.results import Monitoring
from profdev_indicators.views.form import periods_read
from profdev_indicators.views.units import in_order

_NOISE = 1e-9  # of subtracting two quotients
_SERIES = ("unit", "indicator", "reading", "breakdown", "category")

STATES: Mapping[State, tuple[str, str]] = {
    "ok": ("все ответили", "все, кого спрашивали, ответили"),
    "partial": ("ответили не все", "значение есть, но ответили не все, кого спрашивали"),
    "not_reported": ("нет данных", "спрашивали, но не ответил никто; это не ноль и не «нет»"),
    "not_applicable": ("не применимо", "показатель к этой единице не относится"),
    "not_defined": ("не определён", "в этом периоде показателя не было"),
    "invalid": ("противоречие", "ответы противоречат сами себе и в суммы не вошли"),
    "suppressed": ("скрыто", "по этому числу можно было бы узнать о людях"),
}
"""Words of a state and what it means. Here no sign stands for a word: programs read it."""


@frozen
class Field:
    """A column."""

    name: str
    english: str
    russian: str
    format: str

    @property
    def row(self) -> tuple[str, str, str, str]:
        """As the file of the structure tells it."""
        return self.name, self.english, self.russian, self.format


FIELDS = (
    Field("oktmo", "Code of the municipality (OKTMO)", "Код ОКТМО муниципального образования", "string"),
    Field("unit_code", "Code of the organisation or territory", "Код организации или территории", "string"),
    Field("unit_name", "Its name in the period", "Название в этом периоде", "string"),
    Field("unit_kind", "Kind, code", "Вид, код", "string"),
    Field("unit_kind_name", "Kind, in Russian", "Вид", "string"),
    Field("level", "0: answers itself; 1 and more: a total", "0 — отвечает сама; 1 и выше — итог", "integer"),
    Field("period", "Period", "Период", "string"),
    Field("period_start", "First day of the period", "Первый день периода", "date (YYYY-MM-DD)"),
    Field("period_end", "Last day of the period", "Последний день периода", "date (YYYY-MM-DD)"),
    Field("section_number", "Number of the section of the form", "Номер раздела формы", "string"),
    Field("section_name", "Section of the form", "Раздел формы", "string"),
    Field("criterion_code", "Code of the criterion", "Код критерия", "string"),
    Field("criterion_name", "Criterion, as in the form", "Наименование критерия, как в форме", "string"),
    Field("reading", "main, or an alternative reading", "main — принятое прочтение; иное — другое", "string"),
    Field("breakdown", "What it is broken down by; empty: a total", "По чему разбито; пусто — итог", "string"),
    Field("category", "Category of the breakdown", "Категория разбивки", "string"),
    Field("unit_of_measure", "Unit of the value", "Единица измерения", "string"),
    Field("numerator", "Numerator", "Числитель", "decimal"),
    Field("denominator", "Denominator; empty for a count", "Знаменатель; у количества пусто", "decimal"),
    Field("value", "Value, unrounded; empty: see state", "Значение без округления; пусто — см. state", "decimal"),
    Field("state", f"State: {', '.join(STATES)}", "Состояние значения, код", "string"),
    Field("state_name", "State, in Russian", "Состояние значения", "string"),
    Field("expected", "Organisations asked", "Сколько организаций спрошено", "integer"),
    Field("reported", "Of them answered", "Из них ответили", "integer"),
    Field("evidenced", "Of them with evidence", "Из них подтвердили ответ", "integer"),
    Field("previous_period", "Latest earlier period read", "Прошлый период", "string"),
    Field("change", "Change since; empty: not comparable", "Изменение к нему; пусто — не сравнить", "decimal"),
    Field("definition", "Equal: may be compared", "Отпечаток определения: равные сопоставимы", "string"),
)
"""Columns in order."""


def table(monitoring: Monitoring) -> pl.DataFrame:
    """The columns of :data:`FIELDS` for the periods asked: by period, then the district, its units, the form."""
    district = monitoring.district
    sections = {section.id: section for section in district.sections}
    indicators = {indicator.id: indicator for indicator in district.indicators}
    return (
        _ordered(_compared(monitoring), monitoring)
        .with_columns(
            oktmo=pl.lit(district.oktmo, pl.String),
            unit_kind_name=_told("unit_kind", dict(district.kinds)),
            period_start=_told("period", {str(each): each.start.isoformat() for each in monitoring.periods}),
            period_end=_told("period", {str(each): each.end.isoformat() for each in monitoring.periods}),
            section_number=_told("section", {id_: section.number for id_, section in sections.items()}),
            section_name=_told("section", {id_: section.title for id_, section in sections.items()}),
            criterion_name=_told("indicator", {id_: indicator.title for id_, indicator in indicators.items()}),
            unit_of_measure=_told("indicator", {id_: indicator.unit for id_, indicator in indicators.items()}),
            state=pl.col("state").cast(pl.String),
            state_name=_told("state", {state: words for state, (words, _) in STATES.items()}),
        )
        .rename({"unit": "unit_code", "indicator": "criterion_code"})
        .select(field.name for field in FIELDS)
    )


def _compared(monitoring: Monitoring) -> pl.DataFrame:
    """VALUES of the periods asked with ``previous_period`` and ``change``."""
    read = periods_read(monitoring)
    before = {period: max((each for each in read if each < period), default=None) for period in monitoring.periods}
    periods = pl.DataFrame(
        [(str(period), str(earlier) if earlier else None) for period, earlier in before.items()],
        {"period": pl.String, "previous_period": pl.String},
        orient="row",
    )
    earlier = monitoring.history.select(
        *_SERIES,
        pl.col("period").alias("previous_period"),
        pl.col("value").alias("earlier"),
        pl.col("definition").alias("defined"),
    )
    by = pl.col("value") - pl.col("earlier")
    return (
        monitoring.values.join(periods, on="period", how="left", maintain_order="left")
        .join(earlier, on=[*_SERIES, "previous_period"], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            change=pl.when(pl.col("definition") == pl.col("defined")).then(
                pl.when(by.abs() <= _NOISE).then(0.0).otherwise(by)
            )
        )
    )


def _ordered(cells: pl.DataFrame, monitoring: Monitoring) -> pl.DataFrame:
    indicators = monitoring.district.indicators
    readings = dict.fromkeys((MAIN, *(other.id for indicator in indicators for other in indicator.alternatives)))
    orders = {
        "period": [str(period) for period in monitoring.periods],
        "unit": in_order(monitoring),
        "indicator": [indicator.id for indicator in indicators],
        "reading": list(readings),
    }
    places = (
        pl.col(column).replace_strict({name: place for place, name in enumerate(order)}, default=len(order))
        for column, order in orders.items()
    )
    return cells.sort(*places, "breakdown", "category", maintain_order=True)


def _told(column: str, words: Mapping[str, str]) -> pl.Expr:
    """What a code is called; one without a name goes by itself."""
    codes = pl.col(column).cast(pl.String)
    return codes.replace_strict(list(words), list(words.values()), default=codes, return_dtype=pl.String)
