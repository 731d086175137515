"""The district's numbers by subject, by age and by whatever else the records are broken down by: for the department."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.frames import MAIN
from profdev_indicators.model import District
from profdev_indicators.results import Monitoring, Value
from profdev_indicators.views.form import Form, Line

NOT_TOLD = "не указано"
"""The category of those about whom the column is empty."""

WARNING = (
    "Разрезы — для управления: в малых группах за числом видно человека, поэтому при публикации их нет. Известно — у "
    "скольких человек группы есть ответ: о ком его нет, тот не «нет»."
)


@frozen(kw_only=True)
class Category:
    """One group of people in one line of the form."""

    line: Line
    name: str
    value: Value
    known: int | None  # of whom the answer is known


@frozen(kw_only=True)
class Broken:
    """The lines of the form by the categories of one column, those of a line together."""

    title: str
    categories: tuple[Category, ...]


def broken_down(monitoring: Monitoring, form: Form) -> tuple[Broken, ...]:
    """The district itself, by every breakdown its records have; nothing where none is, and in what is published."""
    rows = monitoring.values.filter(
        pl.col("unit") == monitoring.root,
        pl.col("period") == str(form.period),
        pl.col("reading") == MAIN,
        pl.col("breakdown").is_not_null(),
    )
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault(row["breakdown"], {}).setdefault(row["indicator"], []).append(row)
    titles = titles_of(monitoring.district)
    order = [column for column in titles if column in found] + [column for column in found if column not in titles]
    return tuple(
        Broken(title=titles.get(column, column), categories=tuple(_categories(form, found[column]))) for column in order
    )


def titles_of(district: District) -> Mapping[str, str]:
    """What breakdowns are called, by their columns, in the order of the configuration."""
    records = (source.records for source in district.sources if source.records is not None)
    return {each.column: each.title or each.column for one in records for each in one.breakdowns}


def called(category: str | None) -> str:
    """A category as a person reads it."""
    return NOT_TOLD if category is None else category


def _categories(form: Form, rows: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[Category]:
    for line in form.lines:
        told = rows.get(line.indicator.id, ())
        for row in sorted(told, key=lambda row: in_order(row["category"])):
            yield Category(
                line=line,
                name=called(row["category"]),
                value=Value.of(row),
                known=row["known"],
            )


def in_order(category: str | None) -> tuple[bool, int, bool, str]:
    """Where a category stands: by its first number («до 25» before «25–35»), then by letter; the empty one last."""
    text = (category or "").lower()
    number = re.search(r"\d{1,9}", text)
    return category is None, int(number.group()) if number else 0, not text.startswith(("до ", "менее ", "<")), text
