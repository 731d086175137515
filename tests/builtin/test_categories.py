"""Breakdowns in the report: whose number it is, of how many, and who is not told."""

from __future__ import annotations

import pytest
from attrs import evolve

from broken_down import by_category
from monitorings import HOSTILE, Cells, lively, monitoring
from profdev_indicators import wording
from profdev_indicators.builtin.renderers.categories import categories
from profdev_indicators.builtin.renderers.markdown import Markdown
from profdev_indicators.views.breakdowns import NOT_TOLD, broken_down, in_order, titles_of
from profdev_indicators.views.form import forms


def test_a_table_has_every_category_of_every_line() -> None:
    answer = by_category()
    subject, age = broken_down(answer, forms(answer)[-1])
    assert (subject.title, age.title) == ("Предмет", "age_band")
    told = [(c.line.indicator.id, c.name, c.value.numerator, c.value.denominator, c.known) for c in subject.categories]
    assert told == [
        ("1.1", "география", None, None, 0),
        ("1.1", "физика", 3.0, 5.0, 5),
        ("1.1", HOSTILE, 2.0, 2.0, 2),
        ("1.1", NOT_TOLD, 1.0, 2.0, 2),
    ]


def test_ages_stand_in_the_order_of_ages() -> None:
    answer = by_category()
    _, age = broken_down(answer, forms(answer)[-1])
    assert [category.name for category in age.categories] == ["до 25", "25–35", "56 и старше"]


@pytest.mark.parametrize(
    "categories",
    [
        ["до 25", "25–35", "36–45", "46–55", "56 и старше", None],
        ["до 5 лет", "5–9 лет", "10–19 лет", "100 лет", None],
        ["английский", "Математика", "физика", None],
        [],
    ],
)
def test_the_order_of_categories(categories: list[str | None]) -> None:
    turned = categories[1:] + categories[:1]
    assert sorted(turned, key=in_order) == categories


def test_the_report_shows_number_sums_and_known() -> None:
    answer = by_category()
    text = "\n".join(categories(answer, forms(answer)[-1])).replace(wording.NBSP, " ")
    assert "| 1.1 | физика | 60,0 % | 3 из 5 | 5 |" in text
    assert "| 1.1 | не указано | 50,0 % | 1 из 2 | 2 |" in text
    assert "| 1.1 | география | нет данных |  | 0 |" in text
    assert "| 2.1 | до 25 | 1 ед. |  | 1 |" in text


def test_a_report_without_breakdowns_says_nothing_of_them() -> None:
    assert "Разрез" not in Markdown().render(lively())["report.md"].decode()
    answer = by_category()
    assert "## Разрезы за 2022 год" in Markdown().render(answer)["report.md"].decode()


def test_an_undeclared_breakdown_goes_by_its_column() -> None:
    cells = Cells()
    cells.add("1.1", 1, 2)
    cells.add("1.1", 1, 2, breakdown="shift", category="вторая", known=2)
    answer = monitoring(cells)
    assert [each.title for each in broken_down(answer, forms(answer)[-1])] == ["shift"]
    assert titles_of(evolve(answer.district, sources=())) == {}
