"""Every value of the periods asked, one a row: real numbers to be filtered and summed, states in Russian."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from profdev_indicators import wording
from profdev_indicators.frames import MAIN
from profdev_indicators.results import Monitoring
from profdev_indicators.views.breakdowns import NOT_TOLD, titles_of
from profdev_reports.book.binding import MOST_ROWS, NUMBER, Binding, Look, Page, text_of

NAME = "Значения"

_STATES = {
    **wording.STATE_WORDS,
    "not_applicable": "не применимо",
    "suppressed": "скрыто",
    "not_defined": "не определён",
}
_NUMBERS = ("value", "numerator", "denominator", "expected", "reported", "evidenced", "known", "ci_low", "ci_high")
_HEADS = {
    "period": ("Период", 9),
    "unit": ("id", 12),
    "unit_name": ("Организация", 38),
    "unit_kind": ("Вид", 13),
    "level": ("Уровень", 9),
    "indicator": ("Код", 8),
    "measured": ("Единица", 9),
    "reading": ("Прочтение", 12),
    "breakdown": ("Разрез", 12),
    "category": ("Группа", 14),
    "value": ("Значение", 12),
    "numerator": ("n", 10),
    "denominator": ("N", 10),
    "expected": ("Спрошено", 10),
    "reported": ("Ответили", 10),
    "evidenced": ("Подтвердили", 12),
    "known": ("Известно", 10),
    "state": ("Состояние", 18),
    "reason": ("Причина", 34),
    "ci_low": ("Нижняя граница 95 %", 12),
    "ci_high": ("Верхняя граница 95 %", 12),
}
_TEXT: Look = {**NUMBER, "align": "left"}  # not wrapped: a row stays one line
_ONLY_IF_USED = ("breakdown", "category", "known", "ci_low", "ci_high", "reason")


def sheet(binding: Binding, monitoring: Monitoring) -> None:
    """The long table; what a sheet cannot hold is told on the summary and stands in values.csv."""
    frame = _frame(monitoring)
    page = binding.page(NAME, [_HEADS[name][1] for name in frame.columns])
    page.head([_HEADS[name][0] for name in frame.columns], freeze=3, last=page.row + frame.height)
    _written(page, frame.head(MOST_ROWS - 1))


def cut(monitoring: Monitoring) -> int:
    """How many values the sheet cannot hold."""
    return max(monitoring.values.height - (MOST_ROWS - 1), 0)


def _frame(monitoring: Monitoring) -> pl.DataFrame:
    units = {indicator.id: indicator.unit for indicator in monitoring.district.indicators}
    rows = monitoring.values.select(
        pl.col("indicator").replace_strict(units, default="", return_dtype=pl.String).alias("measured"),
        pl.col("state").cast(pl.String).replace(_STATES),
        pl.when(pl.col("reading") == MAIN).then(pl.lit("принятое")).otherwise("reading").alias("reading"),
        pl.col("breakdown").replace(titles_of(monitoring.district)),
        pl.when(pl.col("breakdown").is_not_null()).then(pl.col("category").fill_null(NOT_TOLD)).alias("category"),
        *(name for name in _HEADS if name not in {"measured", "state", "reading", "breakdown", "category"}),
    )
    unused = [name for name in _ONLY_IF_USED if rows[name].null_count() == rows.height]
    if (monitoring.values["reading"] == MAIN).all():
        unused.append("reading")
    return rows.select(name for name in _HEADS if name not in unused)


def _written(page: Page, frame: pl.DataFrame) -> None:
    """Row by row, since the book keeps one row in memory; without a look at the type of each cell."""
    paper, text, number = page.sheet, page.look(_TEXT), page.look(NUMBER)
    places = _places(frame)
    cleaned = frame.with_columns(_clean(pl.col(name)) for name, dtype in frame.schema.items() if dtype == pl.String)
    for at, row in enumerate(cleaned.iter_rows(), start=page.row):
        for column, (value, is_number) in enumerate(zip(row, places, strict=True)):
            if value is None:
                continue
            if is_number:
                paper.write_number(at, column, value, number)
            else:
                paper.write_string(at, column, value, text)
    page.row += frame.height


def _places(frame: pl.DataFrame) -> Sequence[bool]:
    return [name in _NUMBERS or name == "level" for name in frame.columns]


def _clean(column: pl.Expr) -> pl.Expr:
    """Texts repeat: each is looked at once."""
    clean: Callable[[pl.Series], pl.Series] = _all_clean
    return column.map_batches(clean, return_dtype=pl.String)


def _all_clean(texts: pl.Series) -> pl.Series:
    known = {text: text_of(text) for text in texts.unique().drop_nulls()}
    return texts.replace_strict(known, default=None, return_dtype=pl.String) if known else texts
